"""Which figures an evaluation asks for: queries by name, the same for the warehouse and for the ledger. Pure.

    `answered-20`           an objective, by day or by its slices, approved exclusions left out
    `answered-20/plain`     the same without exclusions
    `/exclusion/7f3`        the main objective with one more exclusion that waits, or without one that counts
    `/exclusion/waiting`    … with all that wait
    `/access`, `/volume`    who came, by day
Services of differing hours are asked one by one: `/volume#2` belongs to `/volume`.
"""

from collections.abc import Sequence

from jietong.core.days import Span
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import How
from jietong.metrics.intervals import Clip, Every, Filter, Metric, Query, metric, metrics
from jietong.sla.model import Budgeting, Contract, Exclusion, ExclusionState, Objective, Service
from jietong.sla.rules.case import (
    Case,
    asked,
    joined,
    main_objective,
    of_access,
    open_within,
    reach,
    span_of,
    windows,
)

ACCESS = "/access"
VOLUME = "/volume"
WAITING = "/exclusion/waiting"


def questions(case: Case, at: Ms) -> dict[str, Query]:
    """Everything that `evaluate` needs at `at`."""
    whole = reach(case)
    window = Span(whole.start, max(whole.start + 1, min(whole.end, at)))
    counted = [one for one in case.exclusions if counts(case.contract, one)]
    found: dict[str, Query] = {}
    for one in case.contract.objectives:
        if one.metric is None:
            continue
        _of_objective(case, one, window, found, one.id, () if of_access(asked(one)) else clips(case, counted))
        _of_objective(case, one, window, found, f"{one.id}/plain", ())
    _ask(case, found, ACCESS, window, Every.DAY, access_metrics(case.contract), (), (), access=True)
    of = metric(case.contract.volume.metric if case.contract.volume else "requested_agent")
    _ask(case, found, VOLUME, window, Every.DAY, (of,), (), ())
    main = main_objective(case.contract)
    if main is not None and not of_access(asked(main)):
        waiting = [one for one in case.exclusions if waits(case.contract, one)]
        for each in case.exclusions:
            rest = [other for other in counted if other.id != each.id]
            if each in waiting:
                _of_objective(case, main, window, found, effect_of(each), clips(case, [*counted, each]))
            elif each in counted:
                _of_objective(case, main, window, found, effect_of(each), clips(case, rest))
        if waiting:
            _of_objective(case, main, window, found, WAITING, clips(case, [*counted, *waiting]))
    return found


def effect_of(one: Exclusion) -> str:
    return f"/exclusion/{one.id}"


def counts(contract: Contract, one: Exclusion) -> bool:
    """Approved, and of a class that the contract names."""
    return one.state is ExclusionState.APPROVED and one.kind in contract.exclusions.classes


def waits(contract: Contract, one: Exclusion) -> bool:
    return one.state is ExclusionState.SUBMITTED and one.kind in contract.exclusions.classes


def access_metrics(contract: Contract) -> tuple[Metric, ...]:
    """SL3 and true access by the X of the main objective, and what lies between them."""
    main = main_objective(contract)
    x = None if main is None else asked(main).terms.target_ms
    seconds = "20" if x is None else f"{x / 1000:g}"
    return metrics(
        f"sl3({seconds}),sl7({seconds}),answered,abandoned,entry_blocked,lost_in_flow,entry_offered,requested_agent,"
        "entry_busy_rate"
    )


def clips(case: Case, exclusions: Sequence[Exclusion]) -> tuple[Clip, ...]:
    """What they leave out. Overlapping ones of one scope are joined; a contact under several is left out once."""
    scopes: dict[frozenset[str] | None, list[Span]] = {}
    for one in exclusions:
        queues = None
        if one.services:
            named = _union(case.chosen(one.services), "queues")
            queues = None if named is None else frozenset(named)
        scopes.setdefault(queues, []).append(Span(one.start, one.end))
    found: list[Clip] = [(span, queues, None) for queues, spans in scopes.items() for span in joined(spans)]
    return tuple(sorted(found, key=lambda clip: (clip[0], sorted(clip[1] or ()))))


def by_window(one: Objective) -> bool:
    """Whether it can only be taken over a whole window: a quantile is no sum of days."""
    return asked(one).definition.how is How.QUANTILE and one.budgeting is Budgeting.OCCURRENCES


def window_name(name: str, start: object) -> str:
    return f"{name}:{start}"


def _of_objective(
    case: Case, one: Objective, window: Span, found: dict[str, Query], name: str, without: tuple[Clip, ...]
) -> None:
    figure = (asked(one),)
    if by_window(one):
        for start, end in windows(case, one.window):
            span = span_of(start, end, case.contract.zone)
            if span.start < window.end:
                cut = Span(span.start, min(span.end, window.end))
                told = window_name(name, start)
                _ask(case, found, told, cut, Every.ALL, figure, one.services, without, apart=False)
        return
    slices = one.budgeting is Budgeting.TIMESLICES and one.slice_window
    _ask(case, found, name, window, Every(one.slice_window) if slices else Every.DAY, figure, one.services, without)  # type: ignore[arg-type]


def _ask(
    case: Case,
    found: dict[str, Query],
    name: str,
    window: Span,
    every: Every,
    figures: tuple[Metric, ...],
    ids: tuple[str, ...],
    without: tuple[Clip, ...],
    *,
    access: bool = False,
    apart: bool = True,
) -> None:
    """One query for each set of hours; `apart` False: one for all, over the time in which any is promised."""
    chosen = case.chosen(ids)
    groups: list[list[Service]] = []
    for service in chosen:
        near = next((g for g in groups if not apart or case.hours(g[0]) == case.hours(service)), None)
        if near is None:
            groups.append([service])
        else:
            near.append(service)
    access = access or any(of_access(one) for one in figures)
    for n, group in enumerate(groups):
        hours = [case.hours(service) for service in group]
        within = joined([span for one in hours for span in open_within(one, window)])
        narrowed = Filter(
            queues=None if access else _union(group, "queues"),
            entries=_union(group, "entries") if access else None,
            clients=case.clients,
            channels=_union(group, "channels"),
            within=None if any(one is None for one in hours) else within,
            without=without,
        )
        query = Query(case.site, window, case.contract.zone, every, (), figures, narrowed)
        found[name if n == 0 else f"{name}#{n + 1}"] = query


def _union(services: Sequence[Service], field: str) -> tuple[str, ...] | None:
    """None, all, where one of them names none."""
    named: list[tuple[str, ...]] = [getattr(one, field) for one in services]
    return None if not named or not all(named) else tuple(sorted({x for one in named for x in one}))
