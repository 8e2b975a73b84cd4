"""Agents' time against what was paid and what was planned (requirements C6, G, H)."""

from jietong.metrics import measures as m
from jietong.metrics.definition import Attribution, Better, Definition, How, Sum, Unit, three

_RULES = (
    "仅计有已发布排班的日子。经授权的例外算作遵守；该离线时仍在处理的客户，处理到空闲为止都算遵守；请假不计入排定时间。",
    "僅計有已發布排班的日子。經授權的例外算作遵守；該離線時仍在處理的客戶，處理到空閒為止都算遵守；請假不計入排定時間。",
    " Days with a published schedule alone. What was authorised as an exception counts as kept; contacts under way "
    "when a break was due count as kept until the agent is free of them; leave is no scheduled time.",
)
_DAYS = ("仅计有已发布排班的日子。", "僅計有已發布排班的日子。", " Days with a published schedule alone.")


def _share(
    id: str,
    names: tuple[str, str, str],
    meaning: tuple[str, str, str],
    formula: tuple[str, str, str],
    better: Better,
    top: tuple[Sum, ...],
    bottom: Sum,
    more: tuple[str, str, str] = _DAYS,
) -> Definition:
    return Definition(
        id,
        three(*names),
        three(*(said + also for said, also in zip(meaning, more, strict=True))),
        three(*formula),
        Unit.RATIO,
        How.RATIO,
        better,
        Attribution.TIME,
        "C6; metrics.md, Agents",
        top,
        (bottom,),
        version=2,
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
        (m.handling_time,),
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
        (m.kept, m.excused),
        m.scheduled_time,
        _RULES,
    ),
    _share(
        "conformance",
        ("工时符合率", "工時符合率", "Conformance"),
        (
            "实际工作时间与排定工作时间之比，不问何时做的；小休和用餐两边都不计。可以超过 100%。",
            "實際工作時間與排定工作時間之比，不問何時做的；小休和用餐兩邊都不計。可以超過 100%。",
            "Time worked against time scheduled for work, whenever it was worked; breaks and meals are in neither. It "
            "may pass 100 %.",
        ),
        ("工作时间 ÷ 排定工作时间", "工作時間 ÷ 排定工作時間", "worked time ÷ time scheduled for work"),
        Better.NEITHER,
        (m.worked_time,),
        m.scheduled_work,
    ),
    _share(
        "shrinkage",
        ("缩减率", "縮減率", "Shrinkage"),
        (
            "付薪时间里不能接待客户的比例：休息、培训、会议、请假，以及没有在线的时间。",
            "付薪時間裡不能接待客戶的比例：休息、訓練、會議、請假，以及沒有上線的時間。",
            "Of the paid time, the share not open for contacts: breaks, training, meetings, leave, and whatever else "
            "kept people off line.",
        ),
        (
            "（付薪时间 − 其中在线时间）÷ 付薪时间",
            "（付薪時間 − 其中上線時間）÷ 付薪時間",
            "(paid time − time on line within it) ÷ paid time",
        ),
        Better.DOWN,
        (m.paid_time, m.paid_on_line),
        m.paid_time,
    ),
)
