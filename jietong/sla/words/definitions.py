"""What is promised, in words, with a worked example to sign (D6): per metric, variant and parameters. Pure.

The worked example of a service level: 100 people call. 10 meet a busy tone, 2 hang up in the menu; 88 reach the queue.
76 are answered in time, 8 later, 4 give up, 2 of these within X, one as a short abandon.
"""

from decimal import Decimal
from fractions import Fraction

from jietong.core.specs import Names
from jietong.metrics import examples
from jietong.metrics.intervals import Metric, metrics
from jietong.sla.model import Budgeting, Contract, Objective, Slice, Window
from jietong.sla.rules.case import asked as asked_of
from jietong.sla.rules.case import of_access
from jietong.sla.rules.figures import reaches, shown
from jietong.sla.rules.objective import band_of, unit_of
from jietong.sla.rules.result import Unit
from jietong.sla.words import template as t
from jietong.sla.words.template import Part, Texts, said_of, three

IN_TIME, LATE, GAVE_UP, GAVE_UP_SOON, SHORT, BUSY, MENU = 76, 8, 4, 2, 1, 10, 2
_SUMS: dict[str, tuple[int, int]] = {
    "sl1": (IN_TIME + GAVE_UP_SOON, IN_TIME + LATE + GAVE_UP),
    "sl2": (IN_TIME, IN_TIME + LATE),
    "sl3": (IN_TIME, IN_TIME + LATE + GAVE_UP),
    "sl4": (IN_TIME, IN_TIME + LATE + GAVE_UP - GAVE_UP_SOON),
    "sl5": (IN_TIME + SHORT, IN_TIME + LATE + GAVE_UP),
    "sl6": (IN_TIME, IN_TIME + LATE + GAVE_UP - SHORT),
    "sl7": (IN_TIME, IN_TIME + LATE + GAVE_UP + BUSY + MENU),
}

_LEVELS: dict[str, Texts] = {
    "sl1": three(
        "到达队列并已有结果的来电中，{x} 秒内离开队列的比例，接起或放弃都算达标。",
        "抵達佇列並已有結果的來電中，{x} 秒內離開佇列的比例，接起或掛斷都算達標。",
        "Of the calls that reached a queue and were answered or given up there, the share that left it within {x} s, answered or not.",
    ),
    "sl2": three(
        "被接起的来电中，{x} 秒内接起的比例；放弃的来电不计。",
        "被接起的來電中，{x} 秒內接起的比例；掛斷的來電不計。",
        "Of the calls that were answered, the share answered within {x} s; calls that were given up do not count at all.",
    ),
    "sl3": three(
        "到达队列、被接起或在队列中放弃的来电中，{x} 秒内接起的比例。",
        "抵達佇列、被接起或在佇列中掛斷的來電中，{x} 秒內接起的比例。",
        "Of the calls that reached a queue and were answered or given up there, the share answered within {x} s.",
    ),
    "sl4": three(
        "到达队列的来电中，{x} 秒内接起的比例；{x} 秒内放弃的不计。",
        "抵達佇列的來電中，{x} 秒內接起的比例；{x} 秒內掛斷的不計。",
        "Of the calls that reached a queue, the share answered within {x} s; those given up within {x} s are left out.",
    ),
    "sl5": three(
        "到达队列的来电中，{x} 秒内接起、或 {short} 秒内就放弃的比例：短放弃算达标。",
        "抵達佇列的來電中，{x} 秒內接起、或 {short} 秒內就掛斷的比例：短掛斷算達標。",
        "Of the calls that reached a queue, the share answered within {x} s or given up within {short} s: short abandons count as met.",
    ),
    "sl6": three(
        "到达队列的来电中，{x} 秒内接起的比例；{short} 秒内就放弃的不计。",
        "抵達佇列的來電中，{x} 秒內接起的比例；{short} 秒內就掛斷的不計。",
        "Of the calls that reached a queue, the share answered within {x} s; those given up within {short} s are left out.",
    ),
    "sl7": three(
        "所有想找到我们的来电中，{x} 秒内接起的比例：听到忙音的、在菜单中挂断的、因故障断线的都在分母里。",
        "所有想找到我們的來電中，{x} 秒內接起的比例：聽到忙音的、在選單中掛斷的、因故障斷線的都在分母裡。",
        "Of all who tried to call, the share answered within {x} s: those who met a busy tone, hung up in the menu or were cut off by a fault are in the denominator.",
    ),
}

_STORY = three(
    "100 人来电：{busy} 人听到忙音，{menu} 人在菜单中挂断，{queue} 人到达队列；其中 {in_time} 人在 {x} 秒内接起，{late} 人较晚接起，{gave_up} 人放弃（{soon} 人在 {x} 秒内，其中 {short} 人是短放弃）。",
    "100 人來電：{busy} 人聽到忙音，{menu} 人在選單中掛斷，{queue} 人抵達佇列；其中 {in_time} 人在 {x} 秒內接起，{late} 人較晚接起，{gave_up} 人掛斷（{soon} 人在 {x} 秒內，其中 {short} 人是短掛斷）。",
    "100 people call. {busy} meet a busy tone and {menu} hang up in the menu; {queue} reach the queue. {in_time} are answered within {x} s, {late} later, {gave_up} give up ({soon} of them within {x} s, {short} as a short abandon).",
)
_COMES_TO = three(
    "{id} = {num} ÷ {den} = {value}。", "{id} = {num} ÷ {den} = {value}。", "{id} = {num} ÷ {den} = {value}."
)
_TARGET = {
    True: three("目标 {target} 达成。", "目標 {target} 達成。", "The target of {target} is met."),
    False: three("目标 {target} 未达。", "目標 {target} 未達。", "The target of {target} is missed."),
}
_BESIDE = three(
    "真实接通率 = {num} ÷ 100 = {value}：每四人约有一人没有及时得到帮助。",
    "真實接通率 = {num} ÷ 100 = {value}：每四人約有一人沒有及時得到幫助。",
    "True access = {num} ÷ 100 = {value}: one caller in four was not helped in time.",
)
_SLICES = three(
    "有来电的每个 {width} 时段单独计算；达到 {slice} 的时段占多少。每个时段按此计算：{formula}",
    "有來電的每個 {width} 時段單獨計算；達到 {slice} 的時段占多少。每個時段按此計算：{formula}",
    "Each interval of {width} in which something came is judged by itself; the value is the share of intervals that reach {slice}. In each of them: {formula}",
)
_SLICES_EXAMPLE = three(
    "一周有 {n} 个有来电的时段，其中 {good} 个达到 {slice}：{good} ÷ {n} = {value}。",
    "一週有 {n} 個有來電的時段，其中 {good} 個達到 {slice}：{good} ÷ {n} = {value}。",
    "A week has {n} intervals in which calls came; {good} of them reach {slice}: {good} ÷ {n} = {value}.",
)
_JUDGED = three(
    "由 {panel} 依照约定的标准评分（{criteria}），每月 {sample} 份；取平均分，满分 100。{calibration}",
    "由 {panel} 依照約定的標準評分（{criteria}），每月 {sample} 份；取平均分，滿分 100。{calibration}",
    "Scored by {panel} on the agreed criteria ({criteria}), {sample} contacts a month; the value is their mean, of 100 points. {calibration}",
)
_JUDGED_EXAMPLE = three(
    "150 份的总分 13,620：13,620 ÷ 150 = 90.8 分。", "150 份的總分 13,620：13,620 ÷ 150 = 90.8 分。", "150 scores add up to 13,620: 13,620 ÷ 150 = 90.8 points."
)  # fmt: skip
_CATALOGUE = three("{meaning}公式：{formula}。", "{meaning}公式：{formula}。", "{meaning} Formula: {formula}.")
_SAMPLE = three(
    "少于 {n} 时不判定、不计费。",
    "少於 {n} 時不判定、不計費。",
    "With fewer than {n} it is not judged and nothing is charged.",
)
_EXCLUSIONS = {
    True: three(
        "双方核准的排除时段不计入。",
        "雙方核准的排除時段不計入。",
        "Stretches that both sides agreed to exclude are left out.",
    ),
    False: three("不做任何排除。", "不做任何排除。", "No exclusions."),
}
_MONEY = three(
    "若为 {value}：{fee} × {at_risk} × {weight} × {factor} = {amount}。",
    "若為 {value}：{fee} × {at_risk} × {weight} × {factor} = {amount}。",
    "At {value}: {fee} × {at_risk} × {weight} × {factor} = {amount}.",
)
_WINDOWS: dict[Window, Texts] = {
    Window.DAY: three("每天单独判定。", "每天單獨判定。", "Each day is judged by itself."),
    Window.WEEK: three("每周（周一起）单独判定；一周属于它的周日所在的月份。", "每週（週一起）單獨判定；一週屬於它的週日所在的月份。", "Each week from Monday is judged by itself; it belongs to the month of its Sunday."),
    Window.MONTH: three("整月合并判定。", "整月合併判定。", "The month is judged as a whole."),
    Window.QUARTER: three("整季合并判定，在季末月份结算。", "整季合併判定，在季末月份結算。", "The quarter is judged as a whole, and settled with its last month."),
}  # fmt: skip
_WIDTHS: dict[Slice, Texts] = {
    Slice.QUARTER: three("15 分钟", "15 分鐘", "15 minutes"),
    Slice.HALF_HOUR: three("半小时", "半小時", "half an hour"),
    Slice.HOUR: three("一小时", "一小時", "an hour"),
    Slice.DAY: three("一天", "一天", "a day"),
}


def formula(contract: Contract, one: Objective) -> Texts:
    """What the objective counts, over which window, with which exceptions."""
    parts = [_counted(contract, one), _WINDOWS[one.window]]
    if one.sample:
        parts.append(said_of(_SAMPLE, {"n": t.count(one.sample)}))
    if one.metric is not None and contract.exclusions.classes:
        parts.append(_EXCLUSIONS[not _counts_blocked(one)])
    return t.joined(parts)


def example(contract: Contract, one: Objective) -> Texts:
    """Numbers that show how it comes out; with what a miss costs, where it is charged."""
    if one.metric is None:
        said = [_JUDGED_EXAMPLE]
    elif one.budgeting is Budgeting.TIMESLICES:
        slice = _told(one.slice_target, Unit.RATIO)
        parts: dict[str, Part] = {"n": "168", "good": "142", "slice": slice, "value": "84.5 %"}
        said = [said_of(_SLICES_EXAMPLE, parts)]
    else:
        asked = metrics(one.metric)[0]
        said = _level_example(asked, one, contract) if asked.definition.id in _SUMS else [_of_catalogue(asked)]
    cost = money_example(contract, one)
    return t.joined([*said, cost] if cost is not None else said)


def money_example(contract: Contract, one: Objective) -> Texts | None:
    """What just missing the target costs; None: nothing is charged, or a bonus alone."""
    fee = contract.money.fee.amount
    if one.shown_only or one.target is None or not one.weight or not fee:
        return None
    unit = unit_of(one)
    step = Decimal("0.001") if unit is Unit.RATIO else Decimal("0.1")
    value = one.target - step if one.op.upward else one.target + step
    factor = band_of(one, Fraction(value)).credit
    amount = fee * contract.money.at_risk * one.weight * factor
    money = contract.money
    return said_of(
        _MONEY,
        {
            "value": t.amount(value, unit),
            "fee": t.money(fee, money.currency, money.unit),
            "at_risk": t.percent(money.at_risk),
            "weight": t.percent(one.weight),
            "factor": f"{factor.normalize():f}",
            "amount": t.money(amount, money.currency, money.unit),
        },
    )


def _counted(contract: Contract, one: Objective) -> Texts:
    if one.metric is None:
        return _judged(contract, one)
    asked = metrics(one.metric)[0]
    told = _level(asked, contract)
    if told is None:
        names: dict[str, Part] = {"meaning": asked.definition.meaning, "formula": asked.definition.formula}
        told = said_of(_CATALOGUE, names)
    if one.budgeting is Budgeting.TIMESLICES:
        width = _WIDTHS[one.slice_window or Slice.HALF_HOUR]
        told = said_of(_SLICES, {"width": width, "slice": _told(one.slice_target, Unit.RATIO), "formula": told})
    return told


def _level(asked: Metric, contract: Contract) -> Texts | None:
    template = _LEVELS.get(asked.definition.id)
    if template is None:
        return None
    return said_of(template, {"x": _x(asked), "short": _short(asked, contract)})


def _level_example(asked: Metric, one: Objective, contract: Contract) -> list[Names]:
    id = asked.definition.id
    num, den = _SUMS[id]
    value = Fraction(num, den)
    story: dict[str, Part] = {
        "busy": str(BUSY),
        "menu": str(MENU),
        "queue": str(IN_TIME + LATE + GAVE_UP),
        "in_time": str(IN_TIME),
        "late": str(LATE),
        "gave_up": str(GAVE_UP),
        "soon": str(GAVE_UP_SOON),
        "short": str(SHORT),
        "x": _x(asked),
    }
    told: dict[str, Part] = {"id": id.upper(), "num": str(num), "den": str(den), "value": t.percent(shown(value))}
    said: list[Names] = [said_of(_STORY, story), said_of(_COMES_TO, told)]
    if one.target is not None and not one.shown_only:
        met = reaches(one.op, value, one.target)
        said.append(said_of(_TARGET[met], {"target": t.percent(one.target)}))
    if id != "sl7":
        num, den = _SUMS["sl7"]
        said.append(said_of(_BESIDE, {"num": str(num), "value": t.percent(shown(Fraction(num, den)))}))
    return said


def _of_catalogue(asked: Metric) -> Names:
    return examples.said(asked.definition)


def _judged(contract: Contract, one: Objective) -> Texts:
    quality = contract.judged(one.judged or "")
    if quality is None:
        return one.name
    criteria: list[Names] = [
        said_of(three("{name} {weight}", "{name} {weight}", "{name} {weight}"), {"name": c.name, "weight": t.percent(c.weight, 0)})
        for c in quality.criteria
    ]  # fmt: skip
    panel = (
        t.same(", ".join(quality.panel))
        if quality.panel
        else three("双方评分小组", "雙方評分小組", "a panel of both sides")
    )
    return said_of(
        _JUDGED,
        {
            "panel": panel,
            "criteria": t.listed(criteria),
            "sample": t.count(quality.sample),
            "calibration": quality.calibration,
        },
    )


def _x(asked: Metric) -> Part:
    ms = asked.terms.target_ms
    return three("队列设定的", "佇列設定的", "the queue's") if ms is None else f"{ms / 1000:g}"


def _short(asked: Metric, contract: Contract) -> Part:
    if asked.terms.short_ms is not None:
        return f"{asked.terms.short_ms / 1000:g}"
    if contract.short_abandon_s is not None:
        return f"{contract.short_abandon_s.normalize():f}"
    return three("队列设定的", "佇列設定的", "the queue's")


def _told(value: Decimal | None, unit: Unit) -> Names:
    return t.amount(value, unit)


def _counts_blocked(one: Objective) -> bool:
    return of_access(asked_of(one))
