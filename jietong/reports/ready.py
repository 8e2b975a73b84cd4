"""Ready-made reports as data, grouped as the requirements group the figures (C1 to C5). Not changed, but copied.

A figure that the catalogue does not know yet is left out; one that nobody has facts of shows no data.
"""

from jietong.core.specs import Names
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.definition import three
from jietong.metrics.intervals import By, Every
from jietong.reports.model import (
    Against,
    Block,
    Comparison,
    Drawn,
    Kind,
    Period,
    Relative,
    Report,
    Sort,
    Stored,
    Target,
)

_TARGET = 0.85  # C5: 85 % within 15 to 20 s
_PREVIOUS = Comparison(Against.PREVIOUS)
_FOUR_WEEKS = Comparison(Against.WEEKS, 4)


def _have(*keys: str) -> tuple[str, ...]:
    return tuple(key for key in keys if key.partition("(")[0] in CATALOGUE)


def _targets(*keys: str) -> tuple[Target, ...]:
    return tuple(Target(key, _TARGET) for key in keys)


def _figures(title: Names, *keys: str, targets: tuple[Target, ...] = ()) -> Block:
    return Block(Kind.FIGURES, title, _have(*keys), targets=targets)


def _line(title: Names, *keys: str, every: Every = Every.DAY, gap: bool = False) -> Block:
    targets = _targets(*(key for key in keys if key.startswith("sl3")))
    return Block(Kind.CHART, title, _have(*keys), every=every, targets=targets, gap=gap)


def _table(
    title: Names,
    *keys: str,
    by: tuple[By, ...] = (),
    every: Every = Every.ALL,
    sort: Sort | None = None,
    top: int | None = None,
) -> Block:
    targets = _targets(*(key for key in keys if key.startswith("sl3")))
    return Block(Kind.TABLE, title, _have(*keys), by, every, sort=sort, top=top, targets=targets)


def _text(title: Names, text: Names) -> Block:
    return Block(Kind.TEXT, title, text=text)


ACCESS = (
    "entry_offered",
    "entry_connect_rate",
    "entry_busy_rate",
    "requested_agent",
    "answer_rate",
    "abandon_rate",
    "sl3(15)",
    "sl3(20)",
    "sl7(20)",
    "asa",
)
HANDLING = ("handled", "aht", "att", "aht_hold", "acw", "fcr", "transfer_rate", "hold_rate", "short_calls")
FELT = ("csat", "csat_top2", "response_rate", "complaint_rate", "nps", "ces")

_OVERVIEW = three("总览", "總覽", "At a glance")
_BY_DAY = three("按日", "按日", "By day")
_TREND = three("走势", "走勢", "Over time")
_DETAIL = three("明细", "明細", "In detail")

GETTING_THROUGH = Report(
    three("是否容易打通", "是否容易打通", "Getting through"),
    (
        _figures(_OVERVIEW, "entry_connect_rate", "answer_rate", "sl3(15)", "sl3(20)", "sl7(20)", "abandon_rate", "asa",
                 targets=_targets("sl3(15)", "sl3(20)")),
        _line(three("服务水平与真实接通率", "服務水準與真實接通率", "Service level and true access"),
              "sl3(20)", "sl7(20)", gap=True),
        _table(_BY_DAY, *ACCESS, every=Every.DAY),
        _table(three("按队列", "按佇列", "By queue"), "requested_agent", "answered", "abandoned", "answer_rate",
               "abandon_rate", "sl3(15)", "sl3(20)", "asa", "wait_p90", "max_wait", by=(By.QUEUE,),
               sort=Sort("sl3(20)", descending=False)),
    ),
    three("客户能不能进来、要等多久：入口接通与忙线、放弃、应答、15 秒与 20 秒内接通、平均应答速度，并列真实接通率。",
          "客戶能不能進來、要等多久：入口接通與忙線、掛斷、應答、15 秒與 20 秒內接聽、平均等待接聽時間，並列真實接通率。",
          "Whether customers get in and how long they wait: connects and busy at the entry, abandons, answers within 15 and "
          "20 seconds, speed of answer, with true access beside them."),
    Period(Relative.LAST_DAYS, 14),
    comparison=_PREVIOUS,
)  # fmt: skip

EFFICIENCY = Report(
    three("处理效率", "處理效率", "Efficiency"),
    (
        _figures(_OVERVIEW, "handled", "aht", "fcr", "transfer_rate", "hold_rate", "occupancy"),
        Block(Kind.CHART, three("平均处理时长的组成", "平均處理時長的組成", "What handling time is made of"),
              ("att", "aht_hold", "acw"), every=Every.DAY, drawn=Drawn.STACKED),
        _table(_BY_DAY, *HANDLING, every=Every.DAY),
        _table(three("按原因", "按原因", "By reason"), "handled", "aht", "fcr", "transfer_rate", by=(By.REASON,),
               sort=Sort("handled"), top=20),
    ),
    three("一次解决、处理时长及其组成、转接与保持。", "一次解決、處理時長及其組成、轉接與保留。",
          "Solved in one contact, handling time and its parts, transfers and holds."),
    Period(Relative.LAST_DAYS, 14),
    comparison=_PREVIOUS,
)  # fmt: skip

FELT_QUALITY = Report(
    three("客户感受", "客戶感受", "Felt quality"),
    (
        _figures(_OVERVIEW, *FELT),
        _line(_TREND, "csat", "csat_top2"),
        _table(_BY_DAY, *FELT, every=Every.DAY),
        _table(three("按队列", "按佇列", "By queue"), *FELT, by=(By.QUEUE,), sort=Sort("csat", descending=False)),
    ),
    three("满意度（前三格为主，前两格并列）、回复率、抱怨率。", "滿意度（前三格為主，前兩格並列）、回覆率、抱怨率。",
          "Satisfaction (top three boxes, with top two beside it), how many answered, complaints."),
    Period(Relative.LAST_DAYS, 28),
    comparison=_PREVIOUS,
)  # fmt: skip

_NO_FACTS = three(
    "目前没有这一类的数据：系统尚未记录成本与收入，所以这里没有数字，也不写作 0。",
    "目前沒有這一類的資料：系統尚未記錄成本與收入，所以這裡沒有數字，也不寫作 0。",
    "There are no facts of this class yet: cost and income are not recorded, so no figures stand here, and none is "
    "written as 0.",
)


def _not_yet(title: Names, *keys: str) -> tuple[Block, ...]:
    """A class of targets without facts: the figures that are defined, at no data, and why."""
    defined = _have(*keys)
    return (*((_figures(title, *defined),) if defined else ()), _text({} if defined else title, _NO_FACTS))


CLASSES = Report(
    three("五类目标", "五類目標", "Five classes of targets"),
    (
        _figures(three("服务", "服務", "Service"), "entry_connect_rate", "sl3(15)", "sl3(20)", "sl7(20)",
                 "abandon_rate", "asa", targets=_targets("sl3(15)", "sl3(20)")),
        _figures(three("质量", "品質", "Quality"), "fcr", "fcr_verified", "transfer_rate", "hold_rate", "short_calls",
                 "quality_score", "critical_error_rate", "poor_quality_share"),
        _figures(three("满意", "滿意", "Satisfaction"), *FELT),
        *_not_yet(three("成本", "成本", "Cost"), "cost_per_contact", "cost_per_resolution"),
        *_not_yet(three("利润", "利潤", "Profit"), "profit", "payback"),
    ),
    three("服务、质量、满意、成本、利润。", "服務、品質、滿意、成本、利潤。",
          "Service, quality, satisfaction, cost, profit."),
    Period(Relative.LAST_MONTH),
    comparison=_PREVIOUS,
)  # fmt: skip

BY_AGENT = Report(
    three("按坐席", "按專員", "By agent"),
    (
        _table(_DETAIL, "handled", "aht", "att", "aht_hold", "acw", "fcr", "transfer_rate", "missed_offer_rate", "csat",
               "response_rate", by=(By.AGENT,), sort=Sort("handled")),
        _table(three("工作时间", "工作時間", "Time on line"), "occupancy", by=(By.AGENT,), sort=Sort("occupancy")),
    ),
    three("各坐席自己处理的部分；转接时各记各的。", "各專員自己處理的部分；轉接時各記各的。",
          "What each agent did; a transfer credits each with their own part."),
    Period(Relative.LAST_WEEK),
    comparison=_PREVIOUS,
)  # fmt: skip

BY_QUEUE = Report(
    three("按队列", "按佇列", "By queue"),
    (
        _table(_DETAIL, "requested_agent", "answered", "abandoned", "answer_rate", "abandon_rate", "sl3(15)", "sl3(20)",
               "asa", "wait_p50", "wait_p90", "max_wait", "aht", "csat", by=(By.QUEUE,),
               sort=Sort("sl3(20)", descending=False)),
        Block(Kind.CHART, three("20 秒内接通率，按日", "20 秒內接聽率，按日", "Answered within 20 s, by day"), ("sl3(20)",),
              (By.QUEUE,), Every.DAY, top=5, targets=_targets("sl3(20)")),
    ),
    period=Period(Relative.LAST_WEEK),
    comparison=_PREVIOUS,
)  # fmt: skip

BY_REASON = Report(
    three("按来电原因", "按來電原因", "By reason"),
    (
        Block(Kind.CHART, three("处理量", "處理量", "Handled"), ("handled",), (By.REASON,), drawn=Drawn.BAR,
              sort=Sort("handled"), top=12),
        _table(_DETAIL, "handled", "aht", "att", "acw", "fcr", "transfer_rate", by=(By.REASON,), sort=Sort("handled")),
    ),
    period=Period(Relative.LAST_WEEK),
    comparison=_PREVIOUS,
)  # fmt: skip

BY_CLIENT = Report(
    three("按委托方", "按委託方", "By client"),
    (
        _table(_DETAIL, *ACCESS, "aht", "fcr", "csat", by=(By.CLIENT,), sort=Sort("sl3(20)", descending=False)),
    ),
    three("各委托方并列；只看得到自己权限内的委托方。", "各委託方並列；只看得到自己權限內的委託方。",
          "The clients side by side; each reader sees those within their scope."),
    Period(Relative.LAST_MONTH),
    comparison=_PREVIOUS,
)  # fmt: skip

BY_CHANNEL = Report(
    three("按渠道", "按管道", "By channel"),
    (
        _table(_DETAIL, "entry_offered", "requested_agent", "answered", "answer_rate", "sl3(20)", "asa", "handled", "aht",
               "fcr", "csat", by=(By.CHANNEL,), sort=Sort("handled")),
        Block(Kind.CHART, three("处理量，按日", "處理量，按日", "Handled, by day"), ("handled",), (By.CHANNEL,), Every.DAY,
              Drawn.STACKED),
    ),
    period=Period(Relative.LAST_WEEK),
    comparison=_PREVIOUS,
)  # fmt: skip

DAY = Report(
    three("一日分时报表", "一日分時報表", "Interval report of a day"),
    (
        _line(three("服务水平与真实接通率", "服務水準與真實接通率", "Service level and true access"),
              "sl3(20)", "sl7(20)", every=Every.HALF_HOUR, gap=True),
        _table(three("每半小时", "每半小時", "By half-hour"), "entry_offered", "requested_agent", "answered", "abandoned",
               "abandon_rate", "sl3(15)", "sl3(20)", "sl7(20)", "asa", "max_wait", "aht", "occupancy",
               every=Every.HALF_HOUR),
    ),
    period=Period(Relative.YESTERDAY),
    comparison=_FOUR_WEEKS,
)  # fmt: skip

MONTH = Report(
    three("历史走势", "歷史走勢", "History"),
    (
        _line(three("服务水平与真实接通率", "服務水準與真實接通率", "Service level and true access"),
              "sl3(20)", "sl7(20)", every=Every.WEEK, gap=True),
        Block(Kind.CHART, three("20 秒内接通率日历", "20 秒內接聽率日曆", "Answered within 20 s, day by day"), ("sl3(20)",),
              every=Every.DAY, drawn=Drawn.HEAT, targets=_targets("sl3(20)")),
        _table(three("按月", "按月", "By month"), *ACCESS, "aht", "fcr", "csat", every=Every.MONTH),
    ),
    period=Period(Relative.LAST_MONTHS, 12),
    comparison=Comparison(Against.YEAR),
)  # fmt: skip

LIVE = Report(
    three("今天", "今天", "Today"),
    (
        _figures(_OVERVIEW, "entry_offered", "requested_agent", "answered", "abandoned", "sl3(15)", "sl3(20)", "sl7(20)",
                 "asa", "aht", "occupancy", targets=_targets("sl3(15)", "sl3(20)")),
        _line(three("每半小时", "每半小時", "By half-hour"), "sl3(20)", "sl7(20)", every=Every.HALF_HOUR, gap=True),
        _table(three("按队列", "按佇列", "By queue"), "requested_agent", "answered", "abandoned", "abandon_rate", "sl3(15)",
               "sl3(20)", "asa", "max_wait", "aht", by=(By.QUEUE,), sort=Sort("sl3(20)", descending=False)),
    ),
    three("今天到此刻；与四周前同一天的同一时段相比。", "今天到此刻；與四週前同一天的同一時段相比。",
          "Today up to now; against the same hours of the same day four weeks before."),
    Period(Relative.TODAY),
    comparison=_FOUR_WEEKS,
    live=True,
)  # fmt: skip


def _ready(group: str, id: str, report: Report) -> Stored:
    return Stored(f"ready-{id}", 1, report, None, "", 0, ready=group)


READY: dict[str, Stored] = {
    one.id: one
    for one in (
        _ready("getting_through", "getting-through", GETTING_THROUGH),
        _ready("efficiency", "efficiency", EFFICIENCY),
        _ready("felt", "felt-quality", FELT_QUALITY),
        _ready("classes", "classes", CLASSES),
        _ready("by", "agent", BY_AGENT),
        _ready("by", "queue", BY_QUEUE),
        _ready("by", "reason", BY_REASON),
        _ready("by", "client", BY_CLIENT),
        _ready("by", "channel", BY_CHANNEL),
        _ready("live", "today", LIVE),
        _ready("history", "day", DAY),
        _ready("history", "history", MONTH),
    )
}
