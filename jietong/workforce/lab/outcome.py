"""What scenarios gave, set against the base day by day on the same chance; and in which order to try levers. Pure.

`Doc`: what `work.replicate` gives, whole or so far. Differences are over the days that both have.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, NamedTuple, TypeAlias

from msgspec import Struct

from jietong.workforce.lab.levers import adds_heads, helps_from, own_cost
from jietong.workforce.lab.model import Assumptions, Change, LeverKind, Measured, Tried
from jietong.workforce.simulation.result import t_quantile

Doc: TypeAlias = Mapping[str, Any]
SHOWN = ("sl3", "sl7", "abandon_rate", "occupancy", "cost")


class Estimate(Struct, frozen=True):
    """A mean with its 95 % interval over days; `low` and `high` None: one day tells no interval."""

    mean: float | None
    low: float | None = None
    high: float | None = None


class Compared(Struct, frozen=True):
    """`change`: less the base. None: this is the base, or nothing to compare."""

    value: Estimate
    change: Estimate | None = None


class Mind(Struct, frozen=True):
    """What to mind, as a code for the screen: occupancy, over, reaches, only, falls, unclear, so_far, not_run,
    served."""

    code: str
    value: float | None = None
    n: int | None = None


class Row(Struct, frozen=True):
    """One lever. `scenario` None: two others together, not tried yet (`change`). Money a day; `each`: money for each
    contact more within the time."""

    scenario: str | None
    change: Change
    helps_from: str
    cost: Estimate | None
    more: Estimate | None
    each: float | None
    minds: tuple[Mind, ...]


class Check(Struct, frozen=True):
    """The base against the measured day. `low`–`high`: where 19 of 20 single days of the base fall."""

    measured: float
    mean: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        return self.low - 1e-9 <= self.measured <= self.high + 1e-9


class Setting(NamedTuple):
    wanted: Assumptions
    agents: int


def figures(of: Doc, base: Doc | None, change: Change, setting: Setting) -> dict[str, Compared]:
    """sl3, sl7, abandon_rate, occupancy as shares; `cost`: of one contact that is resolved (answered, while nobody
    knows how many are resolved)."""
    found: dict[str, Compared] = {}
    for key in SHOWN:
        own = _values(of, key, change, setting)
        if not own:
            found[key] = Compared(Estimate(None))
            continue
        against = None if base is None else _values(base, key, Change(LeverKind.BASE), setting)
        found[key] = Compared(_estimate(own), _gap(own, against) if against else None)
    return found


def rows(scenarios: Sequence[Tried], docs: Mapping[str, Doc], setting: Setting) -> list[Row]:
    """The levers, cheapest help first as long as SL3 does not fall; then what is not tried yet, what does not help,
    and heads (H3). `docs` by scenario; the base is the first scenario."""
    if not scenarios:
        return []
    base = docs.get(scenarios[0].id)
    found = [
        _row(one, docs.get(one.id), base, setting)
        for one in scenarios[1:]
        if not one.change.kind.contingency
    ]  # fmt: skip
    reaching = [row for row in found if any(mind.code == "reaches" for mind in row.minds)]
    if len(reaching) == 1 and len([row for row in found if row.more is not None]) > 1:
        found = [_only(row) if row is reaching[0] else row for row in found]
    together = _suggestion(found, scenarios)
    if together is not None:
        found.append(Row(None, together, helps_from(together), None, None, None, (Mind("not_run"),)))
    return sorted(found, key=_order)


def check(base: Doc, measured: Measured) -> dict[str, Check]:
    """For SL3 and true access, where they were measured and the base has two days at least."""
    found = {}
    for key in ("sl3", "sl7"):
        value = getattr(measured, key)
        days = [one for one in base["daily"][key] if one is not None]
        mean = base["result"]["figures"][key]["total"]["mean"]
        if value is None or mean is None or len(days) < 2:
            continue
        n = len(days)
        centre = sum(days) / n
        spread = sqrt(sum((one - centre) ** 2 for one in days) / (n - 1) * (1 + 1 / n))
        half = t_quantile(n - 1) * spread
        found[key] = Check(value, mean, max(mean - half, 0.0), min(mean + half, 1.0))
    return found


def more_in_time(of: Doc, base: Doc) -> list[float]:
    """By day: how many more were answered within the time, or served by a flow at once."""
    n = min(of["days"], base["days"])
    return [of["in_time"][i] + of["served"][i] - base["in_time"][i] - base["served"][i] for i in range(n)]


# --- inside ------------------------------------------------------------------------------------------------------


def _row(one: Tried, doc: Doc | None, base: Doc | None, setting: Setting) -> Row:
    change = one.change
    from_ = helps_from(change)
    if doc is None or base is None or min(doc["days"], base["days"]) < 1:
        return Row(one.id, change, from_, None, None, None, (Mind("not_run"),))
    more = _estimate([float(value) for value in more_in_time(doc, base)])
    n = min(doc["days"], base["days"])
    spent = [a - b for a, b in zip(_costs(doc)[:n], _costs(base)[:n], strict=True)]
    extra = own_cost(change, setting.wanted, setting.agents)
    cost = _estimate([value + extra for value in spent])
    helps = more.mean is not None and more.mean > 0
    each = None if not helps or cost.mean is None or more.mean is None else max(cost.mean, 0.0) / more.mean
    return Row(one.id, change, from_, cost, more, each, tuple(_minds(one, doc, base, setting, more)))


def _minds(one: Tried, doc: Doc, base: Doc, setting: Setting, more: Estimate) -> list[Mind]:
    found: list[Mind] = []
    if doc["days"] < doc["wanted"]:
        found.append(Mind("so_far", n=doc["days"]))
    compared = figures(doc, base, one.change, setting)
    level, busy = compared["sl3"], compared["occupancy"]
    if _falls(level):
        assert level.change is not None
        found.append(Mind("falls", value=-(level.change.mean or 0.0)))
    if level.value.mean is not None and level.value.mean >= setting.wanted.target:
        found.append(Mind("reaches", value=setting.wanted.target))
    if busy.value.mean is not None and busy.value.mean > setting.wanted.max_occupancy:
        found.append(Mind("over", value=busy.value.mean))
    elif busy.value.mean is not None and busy.change is not None and (busy.change.low or 0.0) > 0:
        found.append(Mind("occupancy", value=busy.value.mean))
    if more.low is not None and more.high is not None and more.low <= 0 <= more.high:
        found.append(Mind("unclear"))
    if one.change.kind is LeverKind.SELF_SERVICE:
        found.append(Mind("served"))
    return found


def _falls(level: Compared) -> bool:
    return level.change is not None and level.change.high is not None and level.change.high < 0


def _only(row: Row) -> Row:
    minds = tuple(Mind("only", mind.value) if mind.code == "reaches" else mind for mind in row.minds)
    return Row(row.scenario, row.change, row.helps_from, row.cost, row.more, row.each, minds)


def _suggestion(found: Sequence[Row], scenarios: Sequence[Tried]) -> Change | None:
    """The two cheapest that help, together, unless that has been tried."""
    good = sorted((row for row in found if _rank(row) == 0 and row.change.kind is not LeverKind.TOGETHER), key=_order)
    if len(good) < 2:
        return None
    parts = tuple(row.change for row in good[:2])
    tried = [set(one.change.parts) for one in scenarios if one.change.kind is LeverKind.TOGETHER]
    return None if set(parts) in tried else Change(LeverKind.TOGETHER, parts=parts)


def _rank(row: Row) -> int:
    codes = {mind.code for mind in row.minds}
    if adds_heads(row.change):
        return 3
    if row.more is None:
        return 1
    helps = row.each is not None and not codes & {"falls", "unclear"}
    return 0 if helps else 2


def _order(row: Row) -> tuple[int, float, float]:
    return (_rank(row), row.each if row.each is not None else 0.0, -((row.more.mean or 0.0) if row.more else 0.0))


def _costs(doc: Doc) -> list[float]:
    found: list[float] = doc["result"]["linear"]["cost"]
    return found


def _values(doc: Doc, key: str, change: Change, setting: Setting) -> list[float]:
    """By day, so that their mean is the figure; ratios linearised (Cochran 1977, ch. 6)."""
    if key != "cost":
        known = doc["result"]["figures"][key]["total"]["mean"]
        return [] if known is None else list(doc["result"]["linear"][key])
    extra = own_cost(change, setting.wanted, setting.agents)
    resolved = setting.wanted.resolved or 1.0
    num = [value + extra for value in _costs(doc)]
    den = [value * resolved for value in doc["answered"]]
    total = sum(den)
    if not total:
        return []
    ratio, mean = sum(num) / total, total / len(den)
    return [ratio + (a - ratio * b) / mean for a, b in zip(num, den, strict=True)]


def _estimate(values: Sequence[float]) -> Estimate:
    n = len(values)
    if not n:
        return Estimate(None)
    mean = sum(values) / n
    if n < 2:
        return Estimate(mean)
    half = t_quantile(n - 1) * sqrt(sum((value - mean) ** 2 for value in values) / (n - 1) / n)
    return Estimate(mean, mean - half, mean + half)


def _gap(own: Sequence[float], base: Sequence[float]) -> Estimate | None:
    n = min(len(own), len(base))
    return _estimate([own[i] - base[i] for i in range(n)]) if n else None
