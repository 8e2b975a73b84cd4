"""Handling: what a contact costs in time, and whether it was solved (requirements C2, C6)."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Count, Definition, How, Unit, three

_SOURCE = "C2, C6; metrics.md, Handling"


def _mean(
    id: str, hans: tuple[str, str, str], hant: tuple[str, str, str], en: tuple[str, str, str], top: Count
) -> Definition:
    return Definition(
        id,
        three(hans[0], hant[0], en[0]),
        three(hans[1], hant[1], en[1]),
        three(hans[2], hant[2], en[2]),
        Unit.MS,
        How.RATIO,
        Better.NEITHER,
        Attribution.ARRIVAL,
        _SOURCE,
        (top,),
        (m.handled,),
    )


def _share(
    id: str,
    hans: tuple[str, str, str],
    hant: tuple[str, str, str],
    en: tuple[str, str, str],
    better: Better,
    top: Count,
    bottom: Count,
    parameters: tuple[str, ...] = (),
) -> Definition:
    return Definition(
        id,
        three(hans[0], hant[0], en[0]),
        three(hans[1], hant[1], en[1]),
        three(hans[2], hant[2], en[2]),
        Unit.RATIO,
        How.RATIO,
        better,
        Attribution.ARRIVAL,
        _SOURCE,
        (top,),
        (bottom,),
        parameters=parameters,
    )


HANDLING = (
    Definition(
        "handled",
        three("处理数", "處理數", "Handled"),
        three(
            "坐席已完成的处理次数，整理也已结束。转接后各人各算一次。外呼另计。",
            "專員已完成的處理次數，話後處理也已結束。轉接後各人各計一次。外撥另計。",
            "Handlings that are wholly over, wrap-up included. A transfer credits each agent with their own part. Calls "
            "that we make have figures of their own.",
        ),
        three("已结束的处理段数", "已結束的處理段數", "finished handlings"),
        Unit.COUNT,
        How.SUM,
        Better.NEITHER,
        Attribution.ARRIVAL,
        _SOURCE,
        (m.handled,),
    ),
    _mean(
        "aht",
        ("平均处理时长", "一次处理平均用时：会话、保持与整理。只算已完成的处理。", "(会话 + 保持 + 整理) ÷ 处理数"),
        (
            "平均處理時長",
            "一次處理平均用時：對話、保留與話後處理。只計已完成的處理。",
            "(對話 + 保留 + 話後處理) ÷ 處理數",
        ),
        (
            "Average handle time",
            "The mean time of a finished handling: talk, hold and wrap-up together.",
            "(talk + hold + wrap-up) ÷ handled",
        ),
        m.handle_time,
    ),
    _mean(
        "att",
        ("平均会话时长", "一次处理中与客户交谈的平均时间。", "会话 ÷ 处理数"),
        ("平均對話時長", "一次處理中與客戶交談的平均時間。", "對話 ÷ 處理數"),
        ("Average talk time", "The mean time of talking in a finished handling.", "talk ÷ handled"),
        m.talk_time,
    ),
    _mean(
        "aht_hold",
        ("平均保持时长", "一次处理中客户被保持的平均时间。", "保持 ÷ 处理数"),
        ("平均保留時長", "一次處理中客戶被保留的平均時間。", "保留 ÷ 處理數"),
        ("Average hold time", "The mean time on hold in a finished handling.", "hold ÷ handled"),
        m.hold_time,
    ),
    _mean(
        "acw",
        ("平均整理时长", "客户离开后整理的平均时间。", "整理 ÷ 处理数"),
        ("平均話後處理時長", "客戶離開後話後處理的平均時間。", "話後處理 ÷ 處理數"),
        ("Average wrap-up", "The mean time of wrap-up after the customer has gone.", "wrap-up ÷ handled"),
        m.wrapup_time,
    ),
    _share(
        "fcr",
        (
            "一次解决率",
            "一次联系就解决的比例，由坐席在整理时确认。转走的处理不计入，由接手的人计；转到外部号码的计入，通常算未解决。",
            "当次解决 ÷ 当次结束的处理",
        ),
        (
            "一通電話處理完成率",
            "一次聯絡就處理完成的比例，由專員在話後處理時確認。轉走的處理不計，由接手者計；轉到外部號碼的計入，通常算未完成。",
            "當次完成 ÷ 當次結束的處理",
        ),
        (
            "Solved in one contact",
            "The share of contacts solved on line, as the agent states in wrap-up. A handling that was passed on is not "
            "counted here; the one who took over counts it. One handed on to a number outside is: nobody else here will.",
            "solved on line ÷ answered contacts whose handling is over",
        ),
        Better.UP,
        m.solved,
        m.closed_out,
    ),
    _share(
        "transfer_rate",
        ("转接率", "转给别人的处理比例，转到外部号码的也算。", "转接 ÷ 处理数"),
        ("轉接率", "轉給別人的處理比例，轉到外部號碼的也計。", "轉接 ÷ 處理數"),
        (
            "Transfer rate",
            "The share of handlings passed on to someone else, numbers outside included.",
            "transferred ÷ handled",
        ),
        Better.DOWN,
        m.transferred,
        m.handled,
    ),
    _share(
        "hold_rate",
        ("保持率", "客户至少被保持一次的处理比例。", "有保持的处理 ÷ 处理数"),
        ("保留率", "客戶至少被保留一次的處理比例。", "有保留的處理 ÷ 處理數"),
        ("Hold rate", "The share of handlings with at least one hold.", "handlings with a hold ÷ handled"),
        Better.DOWN,
        m.with_hold,
        m.handled,
    ),
    _share(
        "short_calls",
        ("短会话率", "会话短于 10 秒的处理比例，可能是误接或过早挂断。", "会话 < 10 秒 ÷ 处理数"),
        ("短對話率", "對話短於 10 秒的處理比例，可能是誤接或過早掛斷。", "對話 < 10 秒 ÷ 處理數"),
        (
            "Short contacts",
            "The share of handlings with a talk under 10 seconds: a slip, or someone cut off early.",
            "talk < 10 s ÷ handled",
        ),
        Better.DOWN,
        m.short_talk,
        m.handled,
        ("short_talk_ms",),
    ),
)
