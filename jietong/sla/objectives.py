"""Reads the objectives of a contract: each metric must be of the catalogue, and its target make sense for it."""

from decimal import Decimal

from msgspec.structs import replace

from jietong.core.errors import Invalid
from jietong.metrics.definition import Again, Better, Count, How, Later
from jietong.metrics.definition import Unit as MetricUnit
from jietong.metrics.intervals import Metric, metrics
from jietong.sla.model import ZERO, Band, Budgeting, Objective, Op, Slice, Window
from jietong.sla.nodes import Node

_FIELDS = (
    "name", "displayName", "metric", "judged", "services", "op", "target", "targetPercent", "minimum",
    "minimumPercent", "budgetingMethod", "timeSliceWindow", "timeSliceTarget", "timeSliceTargetPercent", "timeWindow",
    "minimumSample", "weight", "weightPercent", "showOnly", "bands",
)  # fmt: skip


def objectives(node: Node, services: frozenset[str], judged: frozenset[str]) -> tuple[Objective, ...]:
    found: list[Objective] = []
    for one in node.items():
        made = _objective(one, services, judged)
        if any(made.id == other.id for other in found):
            one.get("name").wrong("same_id", value=made.id)
        found.append(made)
    if node.there and not found:
        node.wrong("none_there")
    return tuple(found)


def with_short(one: Objective, seconds: Decimal) -> Objective:
    """What both call a short abandon goes into the metrics that speak of it, where they name no limit themselves."""
    if one.metric is None:
        return one
    asked = metrics(one.metric)[0]
    if "short_ms" not in asked.definition.parameters or asked.terms.short_ms is not None:
        return one
    if asked.terms.target_ms is None:
        return one
    return replace(one, metric=f"{asked.definition.id}({asked.terms.target_ms / 1000:g},{seconds:f})")


def _objective(node: Node, services: frozenset[str], judged: frozenset[str]) -> Objective:
    node.known(*_FIELDS)
    asked = _metric(node)
    told = node.get("judged").text() or None
    if (asked is None and not node.get("metric").there) == (told is None):
        node.wrong("metric_or_judged")
    if told is not None and told not in judged:
        node.get("judged").wrong("unknown_quality", value=told)
    for each in node.get("services").items():
        if each.text() not in services:
            each.wrong("unknown_service", value=each.text())
    slices = node.get("budgetingMethod").choice(Budgeting, Budgeting.OCCURRENCES) is Budgeting.TIMESLICES
    op = node.get("op").choice(Op, Op.LTE if _down(asked) and not slices else Op.GTE)
    shown = node.get("showOnly").flag()
    share = slices or (asked is not None and asked.definition.unit is MetricUnit.RATIO)
    most = 1 if share else 100 if told is not None else None
    unread = asked is None and node.get("metric").there  # told already: no second complaint about its unit
    target, minimum = (_limit(node, name, share or unread, most) for name in ("target", "minimum"))
    if not shown and target is None and not node.get("target").there and not node.get("targetPercent").there:
        node.wrong("needs_target")
    if asked is not None and not slices:
        _check_way(node, asked, op)
    if target is not None and minimum is not None and (minimum > target if op.upward else minimum < target):
        node.get("minimumPercent" if node.get("minimumPercent").there else "minimum").wrong("minimum_better")
    window = _window(node.get("timeWindow"))
    slice_window, slice_target = _slices(node, slices, asked, window)
    bands = _bands(node.get("bands"), op, share, most, target)
    return Objective(
        id=node.need("name").id(),
        name=node.need("displayName").names(),
        metric=None if asked is None else asked.key,
        judged=told,
        services=node.get("services").texts(),
        op=op,
        target=target,
        minimum=minimum,
        budgeting=Budgeting.TIMESLICES if slices else Budgeting.OCCURRENCES,
        slice_window=slice_window,
        slice_target=slice_target,
        window=window,
        sample=node.get("minimumSample").whole(0, 10**7, 0),
        weight=node.share("weight") or ZERO,
        shown_only=shown,
        bands=bands,
    )


def _metric(node: Node) -> Metric | None:
    """Noted and None where it cannot be an objective."""
    given = node.get("metric")
    if not given.there:
        return None
    try:
        found = metrics(given.text())
    except Invalid as error:
        given.wrong("unknown_metric", problem=error.detail)
        return None
    if len(found) != 1:
        given.wrong("one_metric")
    asked = found[0]
    sums = (*asked.definition.numerator, *asked.definition.denominator)
    if (
        asked.definition.unit is MetricUnit.STATES
        or asked.definition.how in (How.NOW, How.STREAK)
        or any(isinstance(each, (Again, Later)) for each in sums)  # no statement could be proved from the ledger
    ):
        given.wrong("not_an_objective", metric=asked.key)
    return asked


def _down(asked: Metric | None) -> bool:
    return asked is not None and asked.definition.better is Better.DOWN


def _check_way(node: Node, asked: Metric, op: Op) -> None:
    better = asked.definition.better
    if (better is Better.UP and not op.upward) or (better is Better.DOWN and op.upward):
        node.get("op").wrong("wrong_way", metric=asked.key, op="gte" if better is Better.UP else "lte")


def _limit(node: Node, name: str, share: bool, most: int | None) -> Decimal | None:
    if share:
        return node.share(name)
    if node.get(f"{name}Percent").there:
        node.get(f"{name}Percent").wrong("not_percent", metric=node.get("metric").text())
        return None
    return node.get(name).number(0, most)


def _window(node: Node) -> Window:
    node.known("duration", "isRolling")
    if node.get("isRolling").flag():
        node.get("isRolling").wrong("rolling")
    return node.get("duration").choice(Window, Window.MONTH)


def _slices(node: Node, slices: bool, asked: Metric | None, window: Window) -> tuple[Slice | None, Decimal | None]:
    width, percent = node.get("timeSliceWindow"), node.get("timeSliceTargetPercent")
    target = node.get("timeSliceTarget")
    if not slices:
        for one in (width, target, percent):
            if one.there:
                one.wrong("slices_unused")
        return None, None
    if not width.there or not (target.there or percent.there):
        node.wrong("slices_missing")
    if asked is not None and (
        asked.definition.how is not How.RATIO
        or not all(isinstance(each, Count) for each in (*asked.definition.numerator, *asked.definition.denominator))
    ):
        node.get("metric").wrong("slices_of", metric=asked.key)
    found = width.choice(Slice, Slice.HALF_HOUR)
    if found is Slice.DAY and window is Window.DAY:
        width.wrong("slice_too_long")
    if asked is not None and asked.definition.unit is MetricUnit.RATIO:
        return found, node.share("timeSliceTarget")
    return found, target.number(0)


def _bands(node: Node, op: Op, share: bool, most: int | None, target: Decimal | None) -> tuple[Band, ...]:
    found: list[Band] = []
    items = node.items()
    for n, one in enumerate(items):
        one.known("reach", "reachPercent", "credit", "bonus")
        reach = one.share("reach") if share else one.get("reach").number(0, most)
        if reach is None and n < len(items) - 1:
            one.wrong("band_last")
        before = found[-1].reach if found else None
        if reach is not None and before is not None and (reach >= before if op.upward else reach <= before):
            one.wrong("bands_order")
        made = Band(reach, one.get("credit").number(0, 10) or ZERO, one.get("bonus").number(0, 10) or ZERO)
        if target is not None:
            at_target = reach is not None and (reach >= target if op.upward else reach <= target)
            if made.bonus and not at_target:
                one.wrong("bonus_below")
            if made.credit and at_target:
                one.wrong("credit_above")
        found.append(made)
    return tuple(found)
