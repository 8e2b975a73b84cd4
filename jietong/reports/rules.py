"""The rules of reports: how people get figures, what is marked, whether a report is well-formed. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from jietong.core.errors import Invalid
from jietong.core.specs import Names
from jietong.metrics.definition import Better, Definition, How, Unit
from jietong.metrics.intervals import Cell, Every, Filter, Metric, metrics
from jietong.metrics.warehouse.outward import outward
from jietong.reports import periods
from jietong.reports.model import (
    LANGUAGES,
    Against,
    Block,
    Comparison,
    Drawn,
    Kind,
    Limit,
    Period,
    Report,
    Share,
    Value,
)

_SECONDS: Names = {"zh-Hans": " 秒", "zh-Hant": " 秒", "en": " s"}
_UNITS: dict[str, Names] = {
    "min": {"zh-Hans": " 分钟", "zh-Hant": " 分鐘", "en": " min"},
    "days": {"zh-Hans": " 天", "zh-Hant": " 天", "en": " days"},
}
"""Of a parameter, by the last part of its name; others are in seconds."""
MOST_BLOCKS, MOST_METRICS, MOST_SERIES = 24, 24, 6


class Fault(NamedTuple):
    """`field` as a path: `blocks.0.metrics.1`."""

    field: str
    code: str
    detail: str


# --- figures for people ------------------------------------------------------------------------------------------


def unit(definition: Definition) -> str:
    """`count`, `ratio`, `s` or `mos`: the unit in which people get the figure."""
    return "s" if definition.unit is Unit.MS else str(definition.unit)


def titled(metric: Metric) -> Names:
    """The figure's name with its parameters: "20 秒内人工接通率", "Service level (20 s)"."""
    names = metric.definition.names
    written = metric.key.partition("(")[2].rstrip(")")
    if not written:
        return names
    first, *others = written.split(",")
    units = [_UNITS.get(name.rpartition("_")[2], _SECONDS) for name in metric.definition.parameters]
    out = {}
    for language, name in names.items():
        parts = [one + unit[language] for one, unit in zip([first, *others], units, strict=False)]
        if re.match(r"X 秒", name):
            out[language] = first + name[1:] + (f"（{'、'.join(parts[1:])}）" if others else "")
        else:
            out[language] = f"{name} ({', '.join(parts)})" if language == "en" else f"{name}（{'、'.join(parts)}）"
    return out


def value(
    metric: Metric,
    cell: Cell,
    before: Cell | None = None,
    limits: Iterable[Limit] = (),
    target: float | None = None,
) -> Value:
    """A cell for people, beside what it was before, marked where it passes a limit or misses its target."""
    definition = metric.definition
    out, past = outward(metric, cell), None if before is None else outward(metric, before)
    now, then = out.value, past.value if past else None
    mark = None
    if now is not None:
        if target is not None and definition.better is not Better.NEITHER:
            mark = "met" if (now >= target if definition.better is Better.UP else now <= target) else "missed"
        for limit in limits:
            if limit.metric == metric.key:
                if limit.below is not None and now < limit.below:
                    mark = "below"
                if limit.above is not None and now > limit.above:
                    mark = "above"
    return Value(
        value=now,
        numerator=out.numerator,
        denominator=out.denominator,
        n=out.n,
        low=out.low,
        high=out.high,
        before=then,
        change=None if now is None or then is None else now - then,
        target=target,
        mark=mark,
    )


def together(definition: Definition, cells: Sequence[Cell]) -> Cell:
    """Several groups as one: sums first, division last. Quantiles cannot be put together: no data."""
    num, den = sum(c.numerator for c in cells), sum(c.denominator for c in cells)
    if definition.how is How.RATIO:
        return Cell(num / den if den else None, num, den)
    if definition.how is How.SUM:
        return Cell(num, num, 1) if cells else Cell(None, 0, 0)
    if definition.how is How.MAX:
        best = max((c.value for c in cells if c.value is not None), default=None)
        return Cell(best, int(best or 0), den)
    return Cell(None, 0, 0)


def narrowed(outer: Filter, inner: Filter | None) -> Filter:
    """Both filters at once: what the report leaves out, a block cannot bring back."""
    if inner is None:
        return outer

    def both(a: tuple[str, ...] | None, b: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if a is None or b is None:
            return b if a is None else a
        return tuple(one for one in a if one in b)

    return Filter(
        queues=both(outer.queues, inner.queues),
        agents=both(outer.agents, inner.agents),
        clients=both(outer.clients, inner.clients),
        channels=both(outer.channels, inner.channels),
        entries=both(outer.entries, inner.entries),
        reasons=both(outer.reasons, inner.reasons),
        directions=both(outer.directions, inner.directions),
        part_time=outer.part_time if inner.part_time is None else inner.part_time,
        simulated=outer.simulated if inner.simulated is None else inner.simulated,
    )


def paced(block: Block, every: Every) -> Block:
    """The block by another interval, if it has one: a calendar stays by days or their parts, a line by intervals."""
    if block.every is Every.ALL or block.kind in (Kind.FIGURES, Kind.TEXT):
        return block
    if block.kind is Kind.CHART and every is Every.ALL:
        return block
    if block.kind is Kind.CHART and block.drawn is Drawn.HEAT and every in (Every.WEEK, Every.MONTH):
        return block
    return replace(block, every=every)


# --- well-formedness ---------------------------------------------------------------------------------------------


def checked(report: Report) -> None:
    """Raises Invalid `invalid_report` with `errors: [{field, code, detail}]`, all that there are."""
    faults = check(report)
    if faults:
        first = faults[0]
        more = f" ({len(faults) - 1} more faults.)" if len(faults) > 1 else ""
        raise Invalid(
            "invalid_report", f"{first.field}: {first.detail}{more}", errors=[fault._asdict() for fault in faults]
        )


def check(report: Report) -> list[Fault]:
    """All faults, in the order of the fields."""
    faults = [*_names("title", report.title, 120, needed=True), *_names("description", report.description, 500)]
    faults += _period("", report.period)
    faults += _comparison("comparison", report.comparison)
    faults += _filter("filter", report.filter)
    if not 1 <= len(report.blocks) <= MOST_BLOCKS:
        faults.append(Fault("blocks", "count", f"A report has 1 to {MOST_BLOCKS} blocks."))
    for i, block in enumerate(report.blocks):
        faults += _block(f"blocks.{i}", block)
    return faults


def check_share(share: Share, roles: Iterable[str], clients: Iterable[str]) -> Fault | None:
    known = {"role": tuple(roles), "client": tuple(clients)}
    if share.kind not in known:
        return Fault("kind", "unknown", "Share with a role or with a client.")
    if share.who not in known[share.kind]:
        return Fault("who", "unknown", f"There is no {share.kind} {share.who!r}.")
    return None


def _block(at: str, block: Block) -> list[Fault]:
    faults = [*_names(f"{at}.title", block.title, 120), *_names(f"{at}.text", block.text, 5000)]
    if block.kind is Kind.TEXT:
        if not any(text.strip() for text in block.text.values()):
            faults.append(Fault(f"{at}.text", "missing", "Write the text, in one language at least."))
        return faults
    known = _metrics(at, block, faults)
    if len(set(block.by)) != len(block.by) or len(block.by) > 3:
        faults.append(Fault(f"{at}.by", "count", "Group by up to three different things."))
    if block.kind is Kind.FIGURES and (block.by or block.every is not Every.ALL):
        faults.append(Fault(f"{at}.by", "figures", "Headline figures are over the whole period: no grouping."))
    if block.kind is Kind.CHART:
        faults += _chart(at, block)
    for i, limit in enumerate(block.limits):
        if limit.metric not in known:
            faults.append(Fault(f"{at}.limits.{i}.metric", "unknown", "The limit's figure is not in this block."))
        if limit.below is None and limit.above is None:
            faults.append(Fault(f"{at}.limits.{i}", "missing", "Say below or above which value it is marked."))
    for i, target in enumerate(block.targets):
        if target.metric not in known:
            faults.append(Fault(f"{at}.targets.{i}.metric", "unknown", "The target's figure is not in this block."))
    if block.sort is not None and block.sort.by not in {*known, "start", *block.by}:
        faults.append(Fault(f"{at}.sort.by", "unknown", "Sort by a figure or a grouping of this block, or by start."))
    if block.top is not None and (not 1 <= block.top <= 500 or not block.by):
        faults.append(Fault(f"{at}.top", "range", "The first 1 to 500 groups; it needs a grouping."))
    if block.period is not None:
        faults += _period(f"{at}.", block.period)
    if block.filter is not None:
        faults += _filter(f"{at}.filter", block.filter)
    if block.comparison is not None:
        faults += _comparison(f"{at}.comparison", block.comparison)
    return faults


def _metrics(at: str, block: Block, faults: list[Fault]) -> set[str]:
    if not 1 <= len(block.metrics) <= MOST_METRICS:
        faults.append(Fault(f"{at}.metrics", "count", f"Choose 1 to {MOST_METRICS} figures."))
    known: set[str] = set()
    for i, text in enumerate(block.metrics):
        try:
            found = metrics(text)
        except Invalid as error:
            faults.append(Fault(f"{at}.metrics.{i}", error.code, error.detail))
            continue
        if len(found) != 1:
            faults.append(Fault(f"{at}.metrics.{i}", "bad_metrics", "One figure a place."))
        elif found[0].key != text:
            faults.append(Fault(f"{at}.metrics.{i}", "bad_metrics", f"Write it as {found[0].key}."))
        elif text in known:
            faults.append(Fault(f"{at}.metrics.{i}", "twice", f"{text} is in this block already."))
        known.add(text)
    return known


def _chart(at: str, block: Block) -> list[Fault]:
    faults = []
    timed = block.every is not Every.ALL
    if block.drawn is Drawn.HEAT:
        if len(block.metrics) != 1 or block.by or not timed or block.every in (Every.WEEK, Every.MONTH):
            faults.append(
                Fault(f"{at}.drawn", "heat", "A calendar shows one figure by day or part of a day, ungrouped.")
            )
    elif block.drawn is Drawn.LINE and not timed:
        faults.append(Fault(f"{at}.every", "line", "A line needs intervals: choose 15 minutes to a month."))
    elif not timed and len(block.by) != 1:
        faults.append(Fault(f"{at}.by", "bars", "Bars are by one grouping, or by intervals."))
    if timed and len(block.by) > 1:
        faults.append(Fault(f"{at}.by", "series", "A chart over time takes one grouping at most."))
    if timed and block.by and len(block.metrics) > 1:
        faults.append(Fault(f"{at}.metrics", "series", "With a grouping, one figure a chart over time."))
    if len({_unit_of(text) for text in block.metrics} - {None}) > 1:
        faults.append(Fault(f"{at}.metrics", "units", "The figures of one chart share one unit."))
    if len(block.metrics) > MOST_SERIES:
        faults.append(Fault(f"{at}.metrics", "count", f"A chart shows {MOST_SERIES} figures at most."))
    return faults


def _unit_of(text: str) -> str | None:
    try:
        return unit(metrics(text)[0].definition)
    except Invalid:
        return None


def _names(field: str, names: Names, longest: int, *, needed: bool = False) -> list[Fault]:
    faults = []
    if needed and not any(text.strip() for text in names.values()):
        faults.append(Fault(field, "missing", "Give it a name, in one language at least."))
    for language, text in names.items():
        if language not in LANGUAGES:
            faults.append(Fault(f"{field}.{language}", "language", "Languages are zh-Hans, zh-Hant and en."))
        elif len(text) > longest:
            faults.append(Fault(f"{field}.{language}", "too_long", f"{longest} characters at most."))
    return faults


def _period(at: str, period: Period) -> list[Fault]:
    try:
        periods.days(period, date(2026, 7, 15))
    except Invalid as error:
        return [Fault(at + str(error.extra.get("field", "period")), error.code, error.detail)]
    return []


def _comparison(field: str, comparison: Comparison) -> list[Fault]:
    if comparison.against is Against.WEEKS and not 1 <= comparison.weeks <= 104:
        return [Fault(f"{field}.weeks", "range", "1 to 104 weeks before.")]
    return []


def _filter(field: str, filter: Filter) -> list[Fault]:
    faults = []
    for name in ("queues", "agents", "clients", "channels", "entries", "reasons", "directions"):
        values = getattr(filter, name) or ()
        if len(values) > 500 or any(not one or len(one) > 100 for one in values):
            faults.append(Fault(f"{field}.{name}", "count", "500 at most, none of them empty."))
    return faults


def shown_groups(block: Block) -> int | None:
    """How many groups are shown by themselves: in a chart over time as many as can be told apart, the rest as one."""
    if block.kind is Kind.CHART and block.by and block.every is not Every.ALL:
        return min(block.top or MOST_SERIES, MOST_SERIES - 1)
    return block.top


def target_of(block: Block, key: str) -> float | None:
    return next((one.value for one in block.targets if one.metric == key), None)
