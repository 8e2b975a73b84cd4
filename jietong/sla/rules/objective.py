"""One objective: its windows, verdicts and bands. Pure."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from msgspec.structs import replace

from jietong.core.days import Span, day_of
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import How
from jietong.sla.model import ONE, ZERO, Band, Budgeting, Effect, Objective, Slice
from jietong.sla.rules import need as needs
from jietong.sla.rules.case import Case, asked, days_between, joined, of_access, open_within, span_of, windows
from jietong.sla.rules.figures import (
    UNITS,
    Answers,
    Tally,
    figure_of,
    judged_figure,
    pooled,
    reaches,
    share,
    slices,
    tallies,
    value_of,
)
from jietong.sla.rules.questions import by_window, window_name
from jietong.sla.rules.result import Figure, Need, ObjectiveResult, Step, Unit, Verdict, VolumeResult, WindowResult
from jietong.sla.rules.volume import Outlook

BAD = (Verdict.MISSED, Verdict.UNREACHABLE)
_UNJUDGED = (Verdict.TOO_FEW, Verdict.NO_DATA, Verdict.UNKNOWN, Verdict.SHOWN, Verdict.WAIVED)
_WIDTHS: dict[Slice, Ms] = {Slice.QUARTER: 900_000, Slice.HALF_HOUR: 1_800_000, Slice.HOUR: 3_600_000}
_NOTHING = Figure(ZERO, 0, None, 0)


class Ground(NamedTuple):
    """What all objectives of a case share. `unknown`: days on which somebody waited and no entry was recorded."""

    case: Case
    answers: Answers
    outlook: Outlook
    volume: VolumeResult
    unknown: frozenset[date]
    at: Ms


def objective_result(on: Ground, one: Objective) -> ObjectiveResult:
    """Values, verdicts and factors; money comes in `money`."""
    eased, eased_steps = _eased(on.volume, one)
    found = [_window(on, eased, start, end) for start, end in windows(on.case, one.window)]
    begun = tuple(w for w in found if span_of(w.start, w.end, on.case.contract.zone).start <= on.at)
    if not begun:
        begun = (
            WindowResult(
                on.case.first, on.case.last, False, _NOTHING, _NOTHING, Verdict.NO_DATA, eased.target, eased.minimum
            ),
        )
    latest = begun[-1]
    # While a week that has just begun has no figure yet, the last one that has is told.
    told = next((w for w in reversed(begun) if w.figure.value is not None), latest)
    verdict = latest.verdict
    if len(begun) > 1 and any(w.closed and w.verdict is Verdict.MISSED for w in begun):
        verdict = Verdict.MISSED
    return ObjectiveResult(
        id=one.id,
        metric=one.metric or one.judged or "",
        definition=asked(one).definition.version if one.metric else 1,
        unit=unit_of(one),
        op=one.op,
        target=eased.target,
        minimum=eased.minimum,
        figure=told.figure,
        plain=told.plain,
        verdict=verdict,
        need=latest.need,
        windows=begun,
        charged=not one.shown_only and one.weight > 0,
        steps=(*eased_steps, *_steps(one, latest, on)),
    )


def unit_of(one: Objective) -> Unit:
    """Of its value."""
    if one.metric is None:
        return Unit.POINTS
    return Unit.RATIO if one.budgeting is Budgeting.TIMESLICES else UNITS[asked(one).definition.unit]


def band_of(one: Objective, value: Fraction | None) -> Band:
    """The best band that holds; of no value, none."""
    if value is not None:
        for band in one.scale:
            if band.reach is None or reaches(one.op, value, band.reach):
                return band
    return Band()


def figures(on: Ground, one: Objective, name: str, days: tuple[date, ...]) -> Figure:
    """An objective's value over some days, from the answers of one question."""
    zone = on.case.contract.zone
    metric = asked(one)
    unit = UNITS[metric.definition.unit]
    if by_window(one):
        rows = on.answers.get(window_name(name, days[0]), ()) if days else ()
        cells = [Tally(int(row[-1][0][1]), int(row[-1][0][2])) for row in rows]
        return figure_of(cells[0] if cells else Tally(), metric.definition, unit)
    by_day = tallies(on.answers, name, zone)
    if one.budgeting is Budgeting.TIMESLICES:
        return share(*slices(by_day, days, one, unit))
    return figure_of(pooled(by_day, days, metric.definition), metric.definition, unit)


def _eased(volume: VolumeResult, one: Objective) -> tuple[Objective, tuple[Step, ...]]:
    """With its limits moved where the contract eases them by so many points; of shares alone."""
    if volume.effect is not Effect.RELAX or unit_of(one) is not Unit.RATIO or one.target is None or one.shown_only:
        return one, ()
    by = -volume.points if one.op.upward else volume.points

    def moved(limit: Decimal | None) -> Decimal | None:
        return None if limit is None else min(max(limit + by, ZERO), ONE)

    bands = tuple(replace(band, reach=moved(band.reach)) for band in one.bands)
    changed = replace(one, target=moved(one.target), minimum=moved(one.minimum), bands=bands)
    step = Step("relaxed", {"points": str(volume.points), "from": str(one.target), "to": str(changed.target)})
    return changed, (step,)


def _window(on: Ground, one: Objective, start: date, end: date) -> WindowResult:
    zone = on.case.contract.zone
    closed = on.at >= day_of(end, zone).end
    if one.metric is None:
        held = on.case.judged.get(one.id)
        figure = plain = judged_figure(held)
        need = None if closed else _need_judged(on, one, figure)
        return _judged_by(on, one, start, end, closed, figure, plain, need, False)
    days = days_between(start, end)
    counted = tuple(day for day in days if day not in on.volume.days_out)
    figure = figures(on, one, one.id, days if by_window(one) else counted)
    plain = figures(on, one, f"{one.id}/plain", days)
    unknown = False
    if of_access(asked(one)):
        missing = [day for day in days if day in on.unknown]
        unknown = bool(missing)
        if missing and len(missing) == len([d for d in days if on.outlook.seen.get(d, 0)]):
            figure = plain = _NOTHING
    need = None if closed or one.target is None else _need(on, one, figure, days)
    return _judged_by(on, one, start, end, closed, figure, plain, need, unknown)


def _judged_by(
    on: Ground,
    one: Objective,
    start: date,
    end: date,
    closed: bool,
    figure: Figure,
    plain: Figure,
    need: Need | None,
    unknown: bool,
) -> WindowResult:
    verdict = _verdict(on, one, figure, closed, need, unknown)
    band = band_of(one, value_of(figure)) if verdict not in _UNJUDGED else Band()
    return WindowResult(
        start, end, closed, figure, plain, verdict, one.target, one.minimum, band.credit, band.bonus, need
    )


def _verdict(on: Ground, one: Objective, figure: Figure, closed: bool, need: Need | None, unknown: bool) -> Verdict:
    if one.shown_only or one.target is None:
        return Verdict.SHOWN
    if unknown:
        return Verdict.UNKNOWN
    value = value_of(figure)
    if value is None:
        return Verdict.NO_DATA
    if on.volume.effect is Effect.WAIVE and one.metric is not None:
        return Verdict.WAIVED
    if figure.n < one.sample and (closed or need is None or figure.n + need.rest < one.sample):
        return Verdict.TOO_FEW
    met = reaches(one.op, value, one.target)
    if closed:
        return Verdict.MET if met else Verdict.MISSED
    if need is not None:
        if need.best is not None and not _reached_at_best(one, figure, need):
            return Verdict.UNREACHABLE
        if need.worst is not None and _reached_at_worst(one, figure, need):
            return Verdict.SAFE
    if figure.n < one.sample:
        return Verdict.TOO_FEW
    return Verdict.MET if met else Verdict.AT_RISK


def _reached_at_best(one: Objective, figure: Figure, need: Need) -> bool:
    """Whether the target can be reached with what is expected to come; exact where it is counted."""
    if need.good is not None:
        return need.good <= need.rest
    assert one.target is not None and need.best is not None  # noqa: PT018
    if unit_of(one) is Unit.RATIO:
        total = figure.denominator + need.rest
        return reaches(one.op, Fraction(figure.numerator) / total, one.target)
    return reaches(one.op, Fraction(need.best), one.target)


def _reached_at_worst(one: Objective, figure: Figure, need: Need) -> bool:
    assert one.target is not None and need.worst is not None  # noqa: PT018
    if need.good is not None:
        return need.good == 0 and figure.denominator > 0
    if unit_of(one) is Unit.RATIO:
        total = figure.denominator + need.rest
        return reaches(one.op, (Fraction(figure.numerator) + need.rest) / total, one.target)
    return reaches(one.op, Fraction(need.worst), one.target)


def _need(on: Ground, one: Objective, figure: Figure, days: tuple[date, ...]) -> Need | None:
    assert one.target is not None
    definition = asked(one).definition
    if one.budgeting is Budgeting.TIMESLICES:
        rest = _slices_to_come(on, one, days)
        return needs.of_share(int(figure.numerator), figure.denominator, rest, one.target, one.op, "hours")
    if definition.how is not How.RATIO:
        return None
    rest = on.outlook.scaled(figure.denominator, days)
    basis = on.outlook.basis
    if unit_of(one) is Unit.RATIO:
        return needs.of_share(int(figure.numerator), figure.denominator, rest, one.target, one.op, basis)
    return needs.of_mean(Fraction(figure.numerator), figure.denominator, rest, one.target, one.op, basis)


def _need_judged(on: Ground, one: Objective, figure: Figure) -> Need | None:
    quality = on.case.contract.judged(one.judged or "")
    held = on.case.judged.get(one.id)
    planned = held.planned if held is not None and held.planned else 0 if quality is None else quality.sample
    rest = max(0, planned - figure.denominator)
    if one.target is None or not planned:
        return None
    total = Fraction(figure.numerator)
    return needs.of_mean(total, figure.denominator, rest, one.target, one.op, "planned", top=100)


def _slices_to_come(on: Ground, one: Objective, days: tuple[date, ...]) -> int:
    """Intervals that begin from now on within the hours of the services."""
    zone = on.case.contract.zone
    whole = span_of(days[0], days[-1], zone)
    spans: list[Span] = []
    for service in on.case.chosen(one.services):
        spans += open_within(on.case.hours(service), whole)
    opening = joined(spans)
    if one.slice_window is Slice.DAY or one.slice_window is None:
        starts: Iterable[Ms] = (day_of(day, zone).start for day in days)
        return sum(start >= on.at and _open_on(opening, start) for start in starts)
    width = _WIDTHS[one.slice_window]
    found = 0
    for day in days:
        span = day_of(day, zone)
        for each in opening:
            a, b = max(each.start, span.start, on.at), min(each.end, span.end)
            if a < b:
                found += ceil((b - span.start) / width) - ceil((a - span.start) / width)
    return found


def _open_on(opening: tuple[Span, ...], start: Ms) -> bool:
    end = start + 86_400_000
    return any(one.start < end and one.end > start for one in opening)


def _steps(one: Objective, latest: WindowResult, on: Ground) -> tuple[Step, ...]:
    figure = latest.figure
    found = [
        Step(
            "value",
            {
                "numerator": str(figure.numerator),
                "denominator": str(figure.denominator),
                "value": "" if figure.value is None else str(figure.value),
            },
        )
    ]
    left_out = latest.plain.denominator - figure.denominator
    if left_out:
        found.append(
            Step(
                "excluded",
                {"n": str(left_out), "before": "" if latest.plain.value is None else str(latest.plain.value)},
            )
        )
    if on.volume.days_out and one.metric:
        found.append(Step("days_out", {"days": ", ".join(day.isoformat() for day in on.volume.days_out)}))
    if latest.verdict is Verdict.TOO_FEW:
        found.append(Step("too_few", {"n": str(figure.n), "sample": str(one.sample)}))
    if latest.verdict is Verdict.UNKNOWN:
        found.append(Step("not_recorded", {}))
    return tuple(found)
