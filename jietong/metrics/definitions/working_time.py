"""Agents' time against what was paid and what was planned (requirements C6, G)."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Definition, How, Sum, Unit, three

_LATER = (
    "所需的事实随排班功能而来，目前无数据。",
    "所需的事實隨排班功能而來，目前無資料。",
    " Its facts come with schedules; until then, no data.",
)


def _share(
    id: str,
    names: tuple[str, str, str],
    meaning: tuple[str, str, str],
    formula: tuple[str, str, str],
    better: Better,
    top: Sum,
    bottom: Sum,
) -> Definition:
    return Definition(
        id,
        three(*names),
        three(*(said + more for said, more in zip(meaning, _LATER, strict=True))),
        three(*formula),
        Unit.RATIO,
        How.RATIO,
        better,
        Attribution.TIME,
        "C6; metrics.md, Agents",
        (top,),
        (bottom,),
    )


WORKING_TIME = (
    _share(
        "utilisation",
        ("工时利用率", "工時利用率", "Utilisation"),
        (
            "付薪时间里用于处理客户（会话、保持、整理）的比例。",
            "付薪時間裡用於處理客戶（對話、保留、話後處理）的比例。",
            "Of the paid time, the share spent on handling: talk, hold and wrap-up.",
        ),
        ("处理时间 ÷ 付薪时间", "處理時間 ÷ 付薪時間", "handling time ÷ paid time"),
        Better.NEITHER,
        m.handling_time,
        m.paid_time,
    ),
    _share(
        "adherence",
        ("排班遵守率", "排班遵守率", "Adherence"),
        (
            "排定的时间里，处在所排状态的比例：该在线时在线，该休息时休息。",
            "排定的時間裡，處在所排狀態的比例：該上線時上線，該休息時休息。",
            "Of the scheduled time, the share spent in the state that was scheduled: on line when due, on break when due.",
        ),
        (
            "处在所排状态的时间 ÷ 排定时间",
            "處在所排狀態的時間 ÷ 排定時間",
            "time in the scheduled state ÷ scheduled time",
        ),
        Better.UP,
        m.kept_time,
        m.scheduled_time,
    ),
    _share(
        "conformance",
        ("工时符合率", "工時符合率", "Conformance"),
        (
            "实际工作时间与排定时间之比，不问何时做的。可以超过 100%。",
            "實際工作時間與排定時間之比，不問何時做的。可以超過 100%。",
            "Time worked against time scheduled, whenever it was worked. It may pass 100 %.",
        ),
        ("工作时间 ÷ 排定时间", "工作時間 ÷ 排定時間", "worked time ÷ scheduled time"),
        Better.NEITHER,
        m.worked_time,
        m.scheduled_time,
    ),
    _share(
        "shrinkage",
        ("缩减率", "縮減率", "Shrinkage"),
        (
            "付薪时间里不能接待客户的比例：休息、培训、会议、休假。",
            "付薪時間裡不能接待客戶的比例：休息、培訓、會議、休假。",
            "Of the paid time, the share not open for contacts: breaks, training, meetings, leave.",
        ),
        (
            "不可接待的付薪时间 ÷ 付薪时间",
            "不可接待的付薪時間 ÷ 付薪時間",
            "paid time not available for contacts ÷ paid time",
        ),
        Better.DOWN,
        m.paid_elsewhere,
        m.paid_time,
    ),
)
