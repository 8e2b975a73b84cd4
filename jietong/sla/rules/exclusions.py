"""Whether an exclusion may count, and what each does to the main objective. Pure."""

from datetime import date

from jietong.core.days import day_of
from jietong.core.vocabulary import Ms
from jietong.sla.model import Contract, Exclusion, ExclusionState, Objective
from jietong.sla.rules.case import Case, days_between, of_access, windows
from jietong.sla.rules.case import asked as asked_of
from jietong.sla.rules.figures import share
from jietong.sla.rules.objective import Ground, figures
from jietong.sla.rules.questions import WAITING, counts, effect_of, waits
from jietong.sla.rules.result import ExclusionEffect, Figure, Step

_DAY: Ms = 86_400_000


def faults(contract: Contract, one: Exclusion) -> tuple[Step, ...]:
    """What keeps it from being submitted, or from counting: codes that `words` can say."""
    found = []
    if one.kind not in contract.exclusions.classes:
        found.append(Step("class_not_agreed", {"class": str(one.kind)}))
    if one.end <= one.start:
        found.append(Step("ends_before"))
    begin, end = day_of(contract.start, contract.zone).start, day_of(contract.end, contract.zone).end
    if one.end <= begin or one.start >= end:
        found.append(Step("outside_contract"))
    for id in one.services:
        if contract.service(id) is None:
            found.append(Step("service_unknown", {"service": id}))
    if len(one.evidence) < contract.exclusions.evidence:
        found.append(
            Step("evidence_missing", {"has": str(len(one.evidence)), "needs": str(contract.exclusions.evidence)})
        )
    late = None if one.requested_at is None else one.requested_at - one.end
    if late is not None and late > contract.exclusions.submit_days * _DAY:
        found.append(Step("submitted_late", {"days": str(contract.exclusions.submit_days)}))
    if one.state is ExclusionState.APPROVED and one.decided_by and one.decided_by == one.requested_by:
        found.append(Step("approved_by_requester"))
    return tuple(found)


def covers(case: Case, one: Exclusion, arrived: Ms, queue: str | None) -> bool:
    """Whether a contact that arrived then at that queue falls under it."""
    if not one.start <= arrived < one.end:
        return False
    if not one.services:
        return True
    services = case.chosen(one.services)
    return any(not s.queues or queue in s.queues for s in services)


def effects(on: Ground, main: Objective | None) -> tuple[ExclusionEffect, ...]:
    """Each one's: of one that counts, without it and with it; of one that waits, now and with it."""
    if main is None or of_access(asked_of(main)):
        return ()
    days = _days(on.case, main)
    now = figures(on, main, main.id, days)
    found = []
    for one in on.case.exclusions:
        wrong = faults(on.case.contract, one)
        if counts(on.case.contract, one):
            before, after, counted = figures(on, main, effect_of(one), days), now, True
        elif waits(on.case.contract, one):
            before, after, counted = now, figures(on, main, effect_of(one), days), False
        else:
            before = after = now
            counted = False
        found.append(ExclusionEffect(one.id, counted, before, after, before.denominator - after.denominator, wrong))
    return tuple(found)


def with_all_waiting(on: Ground, main: Objective | None) -> Figure | None:
    """The main objective if all that wait were approved; None: none waits."""
    if main is None or not any(waits(on.case.contract, one) for one in on.case.exclusions):
        return None
    return share(0, 0) if of_access(asked_of(main)) else figures(on, main, WAITING, _days(on.case, main))


def _days(case: Case, main: Objective) -> tuple[date, ...]:
    """Of the window judged last; a quarter that does not end now has none."""
    judged = windows(case, main.window)
    return days_between(*judged[-1]) if judged else ()
