"""A report's texts on paper: its period, filter, notes, the words of ids and units. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from jietong.core.clock import to_datetime
from jietong.core.days import Span, day_of
from jietong.core.specs import Names
from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import By
from jietong.rendering import model as r
from jietong.rendering.figures import shown
from jietong.reports.model import Column, Kind, Outcome, Result
from jietong.reports.words import named, word

KINDS = {
    "ratio": r.Kind.RATIO,
    "s": r.Kind.SECONDS,
    "count": r.Kind.COUNT,
    "mos": r.Kind.NUMBER,
    "points": r.Kind.NUMBER,
}
_FILTERS = {
    "queues": By.QUEUE,
    "agents": By.AGENT,
    "clients": By.CLIENT,
    "channels": By.CHANNEL,
    "entries": By.ENTRY,
    "reasons": By.REASON,
    "directions": By.DIRECTION,
}


def about_pairs(result: Result, language: str) -> list[tuple[str, str]]:
    out = [(word("period", language), period_text(result.window, result.zone))]
    before = next((one.before for one in result.outcomes if one.before), None)
    if before:
        out.append((word("compared", language), period_text(before, result.zone)))
    out.append((word("zone", language), result.zone))
    out.append((word("as_of", language), f"{local_time(result.as_of, result.zone):%Y-%m-%d %H:%M}"))
    filtered = _filtered(result, language)
    if filtered:
        out.append((word("filter", language), filtered))
    return out


def note_of(outcome: Outcome, language: str) -> str:
    parts = []
    if outcome.targets and outcome.kind is not Kind.FIGURES:
        names = {column.key: column for column in outcome.columns}
        parts += [
            f"{named(names[one.metric].names, language)} {_with_unit(one.value, names[one.metric], language)}"
            for one in outcome.targets
            if one.metric in names
        ]
        if parts:
            parts = [word("targets", language).format(list=word("comma", language).join(parts))]
    if outcome.note:
        known = word(outcome.note, language)
        parts.append(known if known != outcome.note else word("unavailable", language).format(code=outcome.note))
    return " ".join(parts)


def label_of(result: Result, by: By, key: str | None, language: str) -> str:
    if key is None:
        return word("none", language)
    names: Names = result.labels.get(str(by), {}).get(key, {})
    return named(names, language) or key


def unit_name(unit: str, language: str) -> str:
    return {"ratio": "%", "s": word("s", language)}.get(unit, "")


def period_text(span: Span, zone: str) -> str:
    """Local dates, the last one included; with times where it does not end at midnight."""
    start, end = local_time(span.start, zone), local_time(span.end, zone)
    last = local_time(span.end - 1, zone)
    if day_of(last.date(), zone).end != span.end:
        return f"{start:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}"
    if start.date() == last.date():
        return f"{start:%Y-%m-%d}"
    return f"{start:%Y-%m-%d} – {last:%Y-%m-%d}"


def local_time(at: Ms, zone: str) -> datetime:
    return to_datetime(at).astimezone(ZoneInfo(zone))


def _filtered(result: Result, language: str) -> str:
    """What the first block leaves out; blocks' own filters narrow it further."""
    if not result.outcomes:
        return ""
    filter, parts = result.outcomes[0].filter, []
    for field, by in _FILTERS.items():
        wanted = getattr(filter, field)
        if wanted is not None:
            names = word("comma", language).join(label_of(result, by, one, language) for one in wanted[:6]) or "–"
            more = f" +{len(wanted) - 6}" if len(wanted) > 6 else ""
            parts.append(f"{word(str(by), language)} {names}{more}")
    if filter.part_time is not None:
        parts.append(label_of(result, By.PART_TIME, str(filter.part_time).lower(), language))
    if filter.simulated is not None:
        parts.append(word("simulated_only" if filter.simulated else "simulated", language))
    return "; ".join(parts)


def _with_unit(value: float, column: Column, language: str) -> str:
    unit = unit_name(column.unit, language)
    return f"{shown(value, KINDS[column.unit])} {unit}".strip()
