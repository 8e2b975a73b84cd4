"""A block's chart from its figures: categories, series, target and gap. Computes nothing. Pure."""

from datetime import date, timedelta

from jietong.core.days import Span, day_of
from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import Every
from jietong.rendering import model as r
from jietong.reports.model import Drawn, Outcome, Result, Value
from jietong.reports.periods import STEP, intervals
from jietong.reports.texts import KINDS, label_of, local_time, unit_name
from jietong.reports.words import WEEKDAYS, named, word


def chart_of(outcome: Outcome, result: Result, language: str, title: str, note: str, table: r.Table) -> r.Chart:
    first = outcome.columns[0]
    kind = KINDS[first.unit]
    spans = intervals(outcome.window, outcome.every, result.zone)
    target = outcome.targets[0].value if outcome.targets else None
    if outcome.drawn is Drawn.HEAT:
        categories, series = _calendar(outcome, result.zone, language, spans)
        target = None
    elif outcome.every is Every.ALL:
        by = outcome.by[0]
        categories = tuple(
            word("rest", language) if line.rest else label_of(result, by, line.keys[0], language)
            for line in outcome.lines
        )
        series = tuple(
            r.Series(named(column.names, language), tuple(line.values[at].value for line in outcome.lines))
            for at, column in enumerate(outcome.columns)
        )
    else:
        categories = tuple(_tick(span.start, outcome, result.zone) for span in spans)
        series = _over_time(outcome, result, language, spans)
    gap = ""
    if outcome.gap and len(outcome.columns) >= 2:
        gap = word("gap" if outcome.columns[1].id == "sl7" else "gap_other", language)
    return r.Chart(
        title,
        r.Drawn(str(outcome.drawn)),
        categories,
        series,
        kind,
        unit_name(first.unit, language),
        target,
        word("target", language),
        gap,
        table,
        note=note,
    )


def _over_time(outcome: Outcome, result: Result, language: str, spans: list[Span]) -> tuple[r.Series, ...]:
    """A line for each figure, or of one figure for each group; where there is no row, a hole."""
    if not outcome.by:
        found = {line.start: line for line in outcome.lines}
        return tuple(
            r.Series(
                named(column.names, language),
                tuple(found[span.start].values[at].value if span.start in found else None for span in spans),
            )
            for at, column in enumerate(outcome.columns)
        )
    groups: dict[tuple[bool, str | None], dict[Ms, Value]] = {}
    for line in outcome.lines:
        groups.setdefault((line.rest, line.keys[0]), {})[line.start] = line.values[0]
    out = []
    for (rest, key), values in sorted(
        groups.items(), key=lambda one: (one[0][0], one[0][1] is None, one[0][1] or "")
    ):
        name = word("rest", language) if rest else label_of(result, outcome.by[0], key, language)
        out.append(
            r.Series(name, tuple(values[span.start].value if span.start in values else None for span in spans))
        )
    return tuple(out)


def _calendar(
    outcome: Outcome, zone: str, language: str, spans: list[Span]
) -> tuple[tuple[str, ...], tuple[r.Series, ...]]:
    """Weeks down and weekdays across; of parts of a day, days down and the times across at which anything came."""
    found = {line.start: line.values[0].value for line in outcome.lines}
    rows: dict[date, dict[int, float | None]] = {}
    for span in spans:
        day = local_time(span.start, zone).date()
        if outcome.every is Every.DAY:
            rows.setdefault(day - timedelta(days=day.weekday()), {})[day.weekday()] = found.get(span.start)
        else:
            slot = (span.start - day_of(day, zone).start) // STEP[outcome.every]
            rows.setdefault(day, {})[slot] = found.get(span.start)
    if outcome.every is Every.DAY:
        places, names = range(7), WEEKDAYS[language]
    else:
        used = [slot for row in rows.values() for slot, value in row.items() if value is not None]
        places = range(min(used, default=0), max(used, default=0) + 1)
        step = STEP[outcome.every] // 60_000
        names = tuple(f"{at * step // 60:02d}:{at * step % 60:02d}" for at in places)
    series = tuple(
        r.Series(_day_name(day, outcome.every, language), tuple(row.get(at) for at in places))
        for day, row in sorted(rows.items())
    )
    return tuple(names), series


def _tick(at: Ms, outcome: Outcome, zone: str) -> str:
    local = local_time(at, zone)
    if outcome.every in STEP:
        one_day = outcome.window.end - outcome.window.start <= 25 * 3_600_000
        return f"{local:%H:%M}" if one_day else f"{local:%m-%d %H:%M}"
    return f"{local:%Y-%m}" if outcome.every is Every.MONTH else f"{local:%m-%d}"


def _day_name(day: date, every: Every, language: str) -> str:
    return f"{day:%m-%d}" if every is Every.DAY else f"{day:%m-%d} {WEEKDAYS[language][day.weekday()]}"
