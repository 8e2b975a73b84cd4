"""The evaluation: what was agreed and what happened to values, verdicts, money. A pure function; statements are made
of it, and anybody who has the same sums gets the same result to the cent.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from jietong.core.days import day_of
from jietong.core.vocabulary import Ms
from jietong.sla.model import Effect, ExclusionState, Objective
from jietong.sla.rules import need as needs
from jietong.sla.rules.access import BLOCKED, SL7, access_result, unknown_days
from jietong.sla.rules.case import Case, days_between, main_objective, windows
from jietong.sla.rules.case import asked as asked_of
from jietong.sla.rules.exclusions import effects, with_all_waiting
from jietong.sla.rules.figures import Answers, Tallies, figure_of, pooled, reaches, share, tallies, value_of
from jietong.sla.rules.money import settle, terminations
from jietong.sla.rules.objective import Ground, figures, objective_result, unit_of
from jietong.sla.rules.questions import ACCESS, VOLUME, access_metrics
from jietong.sla.rules.result import AccessResult, DayResult, Figure, Need, Result, Step, Unit, Verdict, VolumeResult
from jietong.sla.rules.volume import Outlook, volume_result

FAR_POINTS = Decimal("0.05")
"""Met by the contract while true access lies so far below it: an alarm (D6)."""


def evaluate(case: Case, answers: Answers, at: Ms) -> Result:
    """The period as it stands at `at`; from its end on, as it ended.

    `answers` are the rows of `questions.questions(case, at)` by name. A question without rows had nothing to count.
    """
    contract = case.contract
    closed = at >= case.span.end
    outlook = Outlook(case, tallies(answers, VOLUME, contract.zone), at)
    volume = volume_result(case, outlook, closed)
    columns = access_metrics(contract)
    by_day = tallies(answers, ACCESS, contract.zone)
    on = Ground(case, answers, outlook, volume, unknown_days(by_day, columns), at)
    found = [objective_result(on, one) for one in contract.objectives]
    money, objectives = settle(case, found, volume, closed)
    main = main_objective(contract)
    access = access_result(case, by_day, columns)
    together = with_all_waiting(on, main)
    result = Result(
        contract=contract.name,
        digest=case.digest,
        start=case.first,
        end=case.last,
        as_of=at,
        closed=closed,
        main=None if main is None else main.id,
        objectives=objectives,
        access=access,
        volume=volume,
        money=money,
        days=tuple(_days(on, main, by_day)),
        exclusions=effects(on, main),
        all_approved=together,
        all_approved_need=_need_of(on, main, together, closed),
        terminations=terminations(case, objectives),
    )
    return _with_remarks(case, result)


def met_while_turned_away(result: Result) -> bool:
    """The contract's measure is met, true access misses the same target and lies far below (D6)."""
    main = None if result.main is None else result.objective(result.main)
    if main is None or main.verdict not in (Verdict.MET, Verdict.SAFE) or main.unit is not Unit.RATIO:
        return False
    true = result.access.estimated if result.access.estimated is not None else result.access.figure.value
    level = result.access.level.value
    if true is None or level is None or main.target is None or not main.op.upward:
        return False
    return true < main.target and level - true >= FAR_POINTS


def _need_of(on: Ground, main: Objective | None, figure: Figure | None, closed: bool) -> Need | None:
    if closed or main is None or figure is None or main.target is None or unit_of(main) is not Unit.RATIO:
        return None
    judged = windows(on.case, main.window)
    if not judged:
        return None
    days = days_between(*judged[-1])
    plain = figures(on, main, main.id, days)
    rest = on.outlook.scaled(plain.denominator, days)
    return needs.of_share(int(figure.numerator), figure.denominator, rest, main.target, main.op, on.outlook.basis)


def _days(on: Ground, main: Objective | None, by_day: Tallies) -> Iterable[DayResult]:
    columns = access_metrics(on.case.contract)
    zone = on.case.contract.zone
    net, gross = (
        tallies(on.answers, name, zone) if main is not None else {}
        for name in (("", "") if main is None else (main.id, f"{main.id}/plain"))
    )
    for day, actual, forecast in on.volume.by_day:
        figure = plain = Figure(Decimal(0), 0, None, 0)
        if main is not None:
            definition, unit = asked_of(main).definition, unit_of(main)
            figure = figure_of(pooled(net, [day], definition), definition, unit)
            plain = figure_of(pooled(gross, [day], definition), definition, unit)
        known = day not in on.unknown
        span = day_of(day, zone)
        touching = [one for one in on.case.exclusions if one.start < span.end and one.end > span.start]
        yield DayResult(
            day,
            figure,
            plain,
            share(*pooled(by_day, [day], columns[SL7].definition, SL7)) if known else share(0, 0),
            pooled(by_day, [day], columns[BLOCKED].definition, BLOCKED).num if known else None,
            actual,
            forecast,
            _below(main, figure, None if main is None else main.target),
            _below(main, figure, None if main is None else main.minimum),
            tuple(one.id for one in touching if one.state is ExclusionState.APPROVED),
            tuple(one.id for one in touching if one.state is ExclusionState.SUBMITTED),
        )


def _below(main: Objective | None, figure: Figure, limit: Decimal | None) -> bool:
    value: Fraction | None = value_of(figure)
    return main is not None and value is not None and limit is not None and not reaches(main.op, value, limit)


def _with_remarks(case: Case, result: Result) -> Result:
    remarks = [*_of_access(case, result.access), *_of_volume(result.volume)]
    if len(case.days) < case.days_of_month:
        remarks.append(Step("part_of_month", {"days": str(len(case.days)), "month": str(case.days_of_month)}))
    if met_while_turned_away(result):
        remarks.append(Step("met_while_turned_away"))
    remarks += [Step("may_terminate", {"objective": id}) for id in result.terminations]
    return replace(result, remarks=tuple(remarks))


def _of_access(case: Case, access: AccessResult) -> list[Step]:
    if access.known == "unknown":
        return [Step("entries_unknown")]
    found = []
    if access.unknown_days:
        found.append(Step("entries_unknown_days", {"n": str(len(access.unknown_days))}))
    if access.blocked_unseen:
        found.append(Step("blocked_estimated", {"n": str(access.blocked_unseen)}))
    if access.blocked_unseen is None and any(service.trunks for service in case.contract.services):
        found.append(Step("carrier_unknown"))
    return found


def _of_volume(volume: VolumeResult) -> list[Step]:
    found = []
    if volume.effect is not Effect.FULL and volume.deviation is not None:
        found.append(Step(f"volume_{volume.effect.value}", {"deviation": str(volume.deviation)}))
    if volume.under:
        found.append(Step("volume_under", {"deviation": str(volume.deviation)}))
    return found
