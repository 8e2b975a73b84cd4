"""What an evaluation is given: the contract, the period, and all that is no figure. Pure."""

from calendar import monthrange
from datetime import date, timedelta

from msgspec import Struct

from jietong.core.days import Span, day_of
from jietong.core.hours import stretch
from jietong.core.specs import HoursSpec
from jietong.core.vocabulary import Ms
from jietong.metrics.definition import Count
from jietong.metrics.intervals import Metric, metrics
from jietong.sla.model import Contract, Exclusion, Judged, Objective, Past, Service, Window


class Case(Struct, frozen=True):
    """One contract and one settlement period, a calendar month or the part of it that the contract covers.

    `forecast` by local day where both plan by days. `busy`: ms of each day in which all of the services' trunks were
    full; a day that is missing was not recorded, None: none was.
    """

    contract: Contract
    first: date
    last: date
    site: str
    clients: tuple[str, ...] | None = None  # whose contacts count; None: everybody's at the partner's queues
    exclusions: tuple[Exclusion, ...] = ()
    judged: dict[str, Judged] = {}  # by objective
    past: tuple[Past, ...] = ()
    forecast: dict[date, int] | None = None
    calendar: HoursSpec | None = None
    busy: dict[date, int] | None = None
    digest: str = ""

    @property
    def span(self) -> Span:
        return span_of(self.first, self.last, self.contract.zone)

    @property
    def days(self) -> tuple[date, ...]:
        return days_between(self.first, self.last)

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def days_of_month(self) -> int:
        return monthrange(self.first.year, self.first.month)[1]

    def chosen(self, ids: tuple[str, ...]) -> tuple[Service, ...]:
        """The services of these ids; of none, all."""
        return tuple(s for s in self.contract.services if not ids or s.id in ids)

    def hours(self, service: Service | None) -> HoursSpec | None:
        """When the service is promised; None: always."""
        if service is not None and service.hours is not None:
            return HoursSpec("", {}, self.contract.zone, service.hours.week, service.hours.holidays)
        return self.calendar

    def opening(self, span: Span) -> tuple[Span, ...]:
        """The time within `span` in which any of the services is promised."""
        found = [one for service in self.contract.services for one in open_within(self.hours(service), span)]
        return joined(found)


def main_objective(contract: Contract) -> Objective | None:
    """The one that stands for the contract: the first that is counted and charged."""
    return next((one for one in contract.objectives if one.metric and not one.shown_only and one.weight), None)


def asked(one: Objective) -> Metric:
    """The figure of an objective that is counted."""
    return metrics(one.metric or "")[0]


def of_access(metric: Metric) -> bool:
    """Whether it counts those who never reached a queue. Such a figure goes by the services' entries, and never takes
    exclusions: who was turned away was turned away."""
    sums = (*metric.definition.numerator, *metric.definition.denominator)
    return any(isinstance(one, Count) and one.kind in ("entry", "flow") for one in sums)


def windows(case: Case, window: Window) -> tuple[tuple[date, date], ...]:
    """The windows that the period judges, by their first and last day: those whose last day lies in it."""
    first, last = case.first, case.last
    if window is Window.DAY:
        return tuple((day, day) for day in case.days)
    if window is Window.WEEK:
        found = []
        sunday = first + timedelta(days=6 - first.weekday())
        while sunday <= last:
            found.append((max(sunday - timedelta(days=6), case.contract.start), sunday))
            sunday += timedelta(days=7)
        if last == case.contract.end and last.weekday() != 6:  # the contract's last days are a week of their own
            found.append((max(last - timedelta(days=last.weekday()), case.contract.start), last))
        return tuple(found)
    if window is Window.QUARTER:
        if first.month % 3 and last < case.contract.end:
            return ()
        begin = date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
        return ((max(begin, case.contract.start), last),)
    return ((first, last),)


def reach(case: Case) -> Span:
    """From when until when facts are looked at: a week or a quarter may begin before the period."""
    starts = [start for one in case.contract.objectives for start, _ in windows(case, one.window)]
    return span_of(min([case.first, *starts]), case.last, case.contract.zone)


def span_of(first: date, last: date, zone: str) -> Span:
    return Span(day_of(first, zone).start, day_of(last, zone).end)


def days_between(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def open_within(hours: HoursSpec | None, span: Span) -> tuple[Span, ...]:
    """The open stretches of `span`; without hours, all of it."""
    if hours is None:
        return (span,) if span.start < span.end else ()
    found = []
    at: Ms = span.start
    while at < span.end:
        is_open, _, until = stretch(hours, at)
        if is_open:
            found.append(Span(at, min(until, span.end)))
        at = until
    return tuple(found)


def joined(spans: list[Span]) -> tuple[Span, ...]:
    """Overlapping and touching ones as one, in order."""
    out: list[Span] = []
    for one in sorted(spans):
        if out and one.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, one.end))
        else:
            out.append(one)
    return tuple(out)


def length(spans: tuple[Span, ...], within: Span) -> Ms:
    """How long of `within` they cover; they do not overlap."""
    return sum(max(0, min(one.end, within.end) - max(one.start, within.start)) for one in spans)
