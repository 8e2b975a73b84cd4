"""Contracts and answers for the tests: a contract from few words, rows that hold given sums."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

import jietong.sla
from jietong.core.days import day_of
from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import Cell, Query, Row
from jietong.sla.document import parse
from jietong.sla.model import Contract, Fee, Money, Objective, Party, Service
from jietong.sla.rules.case import Case
from jietong.sla.rules.questions import questions

ZONE = "Asia/Shanghai"
EXAMPLE = (Path(jietong.sla.__file__).parent / "example.yaml").read_text(encoding="utf-8")
JULY = (date(2026, 7, 1), date(2026, 7, 31))


def named(text: str) -> dict[str, str]:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


def example() -> Contract:
    contract, problems = parse(EXAMPLE)
    assert contract is not None, problems
    return contract


def contract(*objectives: Objective, **changes: object) -> Contract:
    """486,000 a month with a tenth at risk, for 2026, one service, open at all hours."""
    plain = Contract(
        name="c",
        title=named("c"),
        direction="client",  # type: ignore[arg-type]
        party="hechuan",
        provider=Party(named("Lanqiao")),
        customer=Party(named("Hechuan")),
        start=date(2026, 1, 1),
        end=date(2026, 12, 31),
        zone=ZONE,
        money=Money("CNY", Fee(Decimal(486_000)), Decimal("0.1")),
        services=(Service("voice", named("voice")),),
        objectives=objectives,
    )
    return replace(plain, **changes)


def objective(id: str, metric: str, target: str, minimum: str | None = None, **more: object) -> Objective:
    made = Objective(
        id,
        named(id),
        metric,
        target=Decimal(target),
        minimum=None if minimum is None else Decimal(minimum),
        weight=Decimal("0.4"),
    )
    return replace(made, **more)


def case(of: Contract, first: date = JULY[0], last: date = JULY[1], **more: object) -> Case:
    return replace(Case(of, first, last, "main", ("hechuan",)), **more)


def begin(day: date, hours: int = 0) -> Ms:
    return day_of(day, ZONE).start + hours * 3_600_000


AFTER = begin(date(2026, 8, 4))

Sums = dict[str, tuple[int, int]]
"""Numerator and denominator by the key of a metric."""


def answers(of: Case, at: Ms, by_day: dict[date, Sums], special: dict[str, dict[date, Sums]] | None = None):
    """Rows for every question: each day's sums by metric; `special` for single questions instead."""
    found = {}
    for name, query in questions(of, at).items():
        days = (special or {}).get(name, by_day)
        found[name] = [row for day, sums in sorted(days.items()) if (row := _row(query, day, sums)) is not None]
    return found


def _row(query: Query, day: date, sums: Sums) -> Row | None:
    start = day_of(day, query.zone).start
    if not query.window.start <= start < query.window.end:
        return None
    if not any(m.key in sums for m in query.metrics):
        return None
    cells = []
    for m in query.metrics:
        num, den = sums.get(m.key, (0, 0))
        cells.append(Cell(num / den if den else None, num, den))
    return Row(start, day_of(day, query.zone).end, (), tuple(cells))


def on(day: int, month: int = 7) -> date:
    return date(2026, month, day)


def every(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
