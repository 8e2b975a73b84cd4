"""Reads a contract from `sla/v1` YAML: the model, or all that is wrong with line, column and field.

Names are OpenSLO's where it has them (apiVersion, metadata, timeWindow, budgetingMethod Occurrences | Timeslices, op,
target, targetPercent, timeSliceTarget, timeSliceWindow). docs/reference/sla-v1.md tells every field.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from jietong.core.specs import Holiday, Period
from jietong.sla import model as m
from jietong.sla.model import ONE, ZERO, Contract
from jietong.sla.nodes import Node, Problem, opened
from jietong.sla.objectives import objectives, with_short

_Part = TypeVar("_Part")
_DAY = date(2000, 1, 1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_FORMATS = ("csv", "html", "pdf", "xlsx")
_MOST_WEIGHT = Decimal("2.5")


def parse(text: str) -> tuple[Contract | None, tuple[Problem, ...]]:
    """The contract, or None with everything that is wrong, in the order of the text."""
    whole, problems = opened(text)
    if whole is None:
        return None, tuple(problems)
    contract = _contract(whole)
    if problems:
        return None, tuple(sorted(problems, key=lambda one: (one.line, one.column)))
    return contract, ()


def _contract(whole: Node) -> Contract:
    whole.known("apiVersion", "kind", "metadata", "spec")
    if whole.need("apiVersion").text("sla/v1") != "sla/v1":
        whole.get("apiVersion").wrong("wrong_version")
    if whole.need("kind").text("ServiceLevelContract") != "ServiceLevelContract":
        whole.get("kind").wrong("wrong_kind")
    about = whole.need("metadata").known("name", "displayName", "labels")
    spec = whole.need("spec").known(
        "direction", "party", "provider", "customer", "period", "timeZone", "calendar", "settleDays", "approveDays",
        "shortAbandon", "duties", "services", "objectives", "exclusions", "volume", "money", "quality", "reports",
    )  # fmt: skip
    period = spec.need("period").known("from", "to")
    start = period.need("from").day(_DAY)
    end = period.need("to").day(start)
    if end < start:
        period.get("to").wrong("ends_before")
    services = _each(spec.need("services"), _service)
    quality = _each(spec.get("quality"), _quality)
    agreed = objectives(spec.need("objectives"), frozenset(s.id for s in services), frozenset(q.id for q in quality))
    short = spec.get("shortAbandon").number(0, 60)
    if short is not None:
        agreed = tuple(with_short(one, short) for one in agreed)
    weights = sum((o.weight for o in agreed), ZERO)
    if weights > _MOST_WEIGHT:
        spec.get("objectives").wrong("weights", sum=weights)
    money = _money(spec.need("money"))
    if money.at_risk and weights and not (money.fee.amount or money.fee.per_contact):
        spec.get("money").get("fee").wrong("no_fee")
    return Contract(
        name=about.need("name").id(),
        title=about.need("displayName").names(),
        direction=spec.need("direction").choice(m.Direction, m.Direction.CLIENT),
        party=spec.need("party").id(),
        provider=_party(spec.need("provider")),
        customer=_party(spec.need("customer")),
        start=start,
        end=end,
        zone=_zone(spec.need("timeZone")),
        money=money,
        services=services,
        objectives=agreed,
        labels=tuple((name, node.text()) for name, node in about.get("labels").fields()),
        calendar=spec.get("calendar").text() or None,
        settle_days=spec.get("settleDays").whole(0, 60, 3),
        approve_days=spec.get("approveDays").whole(1, 90, 7),
        volume=_volume(spec.get("volume")) if spec.get("volume").there else None,
        exclusions=_exclusions(spec.get("exclusions")),
        quality=quality,
        reports=_each(spec.get("reports"), _report),
        duties=_each(spec.get("duties"), _duty),
        short_abandon_s=short,
    )


def _each(node: Node, read: Callable[[Node], _Part]) -> tuple[_Part, ...]:
    """A list of things with ids of their own."""
    found, seen = [], set()
    items = node.items()
    if node.there and not items:
        node.wrong("none_there")
    for one in items:
        made = read(one)
        id = getattr(made, "id", None)
        if id:
            if id in seen:
                one.get("name").wrong("same_id", value=id)
            seen.add(id)
        found.append(made)
    return tuple(found)


def _party(node: Node) -> m.Party:
    node.known("displayName", "contact")
    return m.Party(node.need("displayName").names(), node.get("contact").text())


def _zone(node: Node) -> str:
    name = node.text("UTC")
    try:
        ZoneInfo(name)
    except Exception:  # not only ZoneInfoNotFoundError: odd paths raise others
        node.wrong("unknown_zone", value=name)
        return "UTC"
    return name


def _duty(node: Node) -> m.Duty:
    node.known("side", "text")
    return m.Duty(node.need("side").choice(m.Side, m.Side.BOTH), node.need("text").names())


# --- services and hours ------------------------------------------------------------------------------------------


def _service(node: Node) -> m.Service:
    node.known("name", "displayName", "queues", "entries", "trunks", "channels", "hours")
    return m.Service(
        id=node.need("name").id(),
        name=node.need("displayName").names(),
        queues=node.get("queues").texts(),
        entries=node.get("entries").texts(),
        trunks=node.get("trunks").texts(),
        channels=node.get("channels").texts(),
        hours=_hours(node.get("hours")) if node.get("hours").there else None,
    )


def _hours(node: Node) -> m.Hours:
    node.known("week", "holidays")
    week: list[tuple[Period, ...]] = [() for _ in _WEEKDAYS]
    for name, value in node.need("week").fields():
        first, _, last = name.partition("-")
        if first not in _WEEKDAYS or (last or first) not in _WEEKDAYS:
            value.wrong("not_a_weekday", value=name)
            continue
        a, b = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        times = _periods(value)
        for n in range(a, b + 1 if b >= a else b + 8):
            week[n % 7] = times
    holidays = []
    for name, value in node.get("holidays").fields():
        try:
            told = date.fromisoformat(name).isoformat()
        except ValueError:
            value.wrong("not_a_date", value=name)
            continue
        holidays.append(Holiday(told, {}, _periods(value)))
    return m.Hours(tuple(week), tuple(sorted(holidays, key=lambda one: one.date)))


def _periods(node: Node) -> tuple[Period, ...]:
    """`8:00-12:00, 13:00-20:00`, or `closed`. An end before its beginning is on the next day."""
    told = node.text("closed")
    if told == "closed":
        return ()
    found = []
    for one in told.split(","):
        match = _TIME.fullmatch(one.strip())
        if match is None or int(match[1]) > 24 or int(match[3]) > 24:
            node.wrong("not_a_time", value=one.strip())
            continue
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        found.append(Period(start, end if end > start else end + 1440))
    return tuple(found)


# --- volume and money --------------------------------------------------------------------------------------------


def _volume(node: Node) -> m.Volume:
    node.known("metric", "lockMonths", "tolerance", "beyond", "minimumBilling", "minimumBillingPercent", "forecast")
    tolerance = node.get("tolerance").known("over", "overPercent", "under", "underPercent")
    tenth = Decimal("0.1")
    over, under = tolerance.share("over"), tolerance.share("under")
    over, under = tenth if over is None else over, tenth if under is None else under
    excess = []
    reached = over
    ended = False
    for one in node.get("beyond").items():
        one.known("upTo", "upToPercent", "effect", "points")
        up_to = one.share("upTo", 0, 10)
        effect = one.need("effect").choice(m.Effect, m.Effect.WAIVE)
        points = one.get("points").number(0, 100)
        if ended or (up_to is not None and up_to <= reached):
            one.wrong("waive_last")
        if effect is m.Effect.RELAX and points is None:
            one.wrong("points_needed")
        ended, reached = up_to is None, reached if up_to is None else up_to
        excess.append(m.Excess(up_to, effect, ZERO if points is None else points / 100))
    monthly = []
    for name, value in node.get("forecast").fields():
        if not _MONTH.fullmatch(name):
            value.wrong("not_a_month", value=name)
        else:
            monthly.append((name, value.whole(0, 10**9, 0)))
    metric = node.get("metric").text("requested_agent")
    if metric not in ("requested_agent", "entry_offered", "answered", "handled"):
        node.get("metric").wrong(
            "not_one_of", value=metric, known="requested_agent, entry_offered, answered, handled"
        )
    return m.Volume(
        metric=metric,
        lock_months=node.get("lockMonths").whole(0, 24, 1),
        over=over,
        under=under,
        excess=tuple(excess),
        minimum_billing=node.share("minimumBilling"),
        monthly=tuple(sorted(monthly)),
    )


def _money(node: Node) -> m.Money:
    node.known(
        "currency", "fee", "atRisk", "atRiskPercent", "cap", "capPercent", "bonusCap", "bonusCapPercent", "rounding",
        "repeat", "earnBack", "termination",
    )  # fmt: skip
    currency = node.need("currency").text("XXX")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        node.get("currency").wrong("bad_currency", value=currency)
    fee = node.need("fee").known("amount", "perContact", "additional", "reduced", "prorata")
    rounding = node.get("rounding").known("unit", "mode")
    return m.Money(
        currency=currency,
        fee=m.Fee(
            amount=fee.get("amount").number(0, default=ZERO) or ZERO,
            per_contact=fee.get("perContact").number(0),
            additional=fee.get("additional").number(0),
            reduced=fee.get("reduced").number(0),
            prorata=fee.get("prorata").flag(True),
        ),
        at_risk=node.share("atRisk") or ZERO,
        cap=node.share("cap"),
        bonus_cap=node.share("bonusCap"),
        unit=rounding.get("unit").number("0.0001", 1000, Decimal("0.01")) or Decimal("0.01"),
        rounding=rounding.get("mode").choice(m.Rounding, m.Rounding.HALF_UP),
        repeat=_repeat(node.get("repeat")),
        earn_back=_earn_back(node.get("earnBack")),
        termination=_termination(node.get("termination")),
    )


def _repeat(node: Node) -> m.Repeat | None:
    if not node.there:
        return None
    node.known("misses", "within", "multiplier")
    return m.Repeat(*_misses(node), node.need("multiplier").number(1, 10, ONE) or ONE)


def _termination(node: Node) -> m.Termination | None:
    if not node.there:
        return None
    node.known("misses", "within")
    return m.Termination(*_misses(node))


def _misses(node: Node) -> tuple[int, int]:
    misses, within = node.need("misses").whole(1, 60, 1), node.need("within").whole(1, 60, 60)
    if misses > within:
        node.get("misses").wrong("misses_within")
    return misses, within


def _earn_back(node: Node) -> m.EarnBack | None:
    if not node.there:
        return None
    node.known("periods", "within", "above", "abovePercent", "share", "sharePercent")
    periods, within = node.need("periods").whole(1, 60, 1), node.need("within").whole(1, 60, 60)
    if periods > within:
        node.get("periods").wrong("misses_within")
    share = node.share("share")
    return m.EarnBack(periods, within, node.share("above") or ZERO, ONE if share is None else share)


# --- exclusions, quality, reports --------------------------------------------------------------------------------


def _exclusions(node: Node) -> m.ExclusionTerms:
    node.known("classes", "submitWithinDays", "decideWithinDays", "evidence")
    classes = tuple(dict.fromkeys(
        one.choice(m.ExclusionClass, m.ExclusionClass.FORCE_MAJEURE) for one in node.get("classes").items()
    ))  # fmt: skip
    return m.ExclusionTerms(
        classes=classes,
        submit_days=node.get("submitWithinDays").whole(0, 365, 5),
        decide_days=node.get("decideWithinDays").whole(1, 365, 5),
        evidence=node.get("evidence").whole(0, 20, 1),
    )


def _quality(node: Node) -> m.Quality:
    node.known("name", "displayName", "criteria", "panel", "sample", "calibration")
    criteria = _each(node.need("criteria"), _criterion)
    weights = sum((one.weight for one in criteria), ZERO)
    if criteria and weights != 1:
        node.get("criteria").wrong("criteria_weights", sum=weights)
    return m.Quality(
        id=node.need("name").id(),
        name=node.need("displayName").names(),
        criteria=criteria,
        panel=node.get("panel").texts(),
        sample=node.get("sample").whole(0, 10**6, 0),
        calibration=node.get("calibration").text(),
    )


def _criterion(node: Node) -> m.Criterion:
    node.known("name", "displayName", "weight", "weightPercent")
    return m.Criterion(node.need("name").id(), node.need("displayName").names(), node.share("weight") or ZERO)


def _report(node: Node) -> m.Report:
    node.known("name", "displayName", "audience", "format", "every", "by", "to", "settleDays")
    format = node.need("format").text("pdf")
    if format not in _FORMATS:
        node.get("format").wrong("unknown_format", value=format, known=", ".join(_FORMATS))
    every = node.need("every").text("month")
    if every not in ("day", "week", "month"):
        node.get("every").wrong("not_one_of", value=every, known="day, week, month")
    by = node.need("by").text("08:00")
    if not _CLOCK.fullmatch(by):
        node.get("by").wrong("not_a_time", value=by)
    return m.Report(
        id=node.need("name").id(),
        name=node.need("displayName").names(),
        audience=node.need("audience").choice(m.Audience, m.Audience.CLIENT),
        format=format,
        every=every,
        by=by,
        to=node.get("to").texts(),
        settle_days=node.get("settleDays").whole(0, 60, 0),
    )
