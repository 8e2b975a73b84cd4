"""What the rest of a window must give: exact, so that one less misses and as much meets. Pure."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal, TypeAlias

from jietong.sla.model import Op
from jietong.sla.rules.figures import shown
from jietong.sla.rules.result import Need

Basis: TypeAlias = Literal["forecast", "run_rate", "planned", "hours"]


def of_share(num: int, den: int, rest: int, target: Decimal, op: Op, basis: Basis) -> Need:
    """Of a share of `den` contacts so far with `rest` to come. Upward `num` went well, (T·(n + r) − good) ÷ r
    (domain.md 2.3); downward `num` went badly, and `spare` more may."""
    limit, total = Fraction(target), den + rest
    if op.upward:
        least = _least(limit * total, op)
        good = max(0, least - num)
        return Need(
            rest,
            basis,
            _part(good, rest),
            good=good,
            spare=max(0, rest - good),
            short=max(0, _least(limit * den, op) - num),
            best=_part(num + rest, total),
            worst=_part(num, total),
        )
    spare = _most(limit * total, op) - num
    return Need(
        rest,
        basis,
        _part(max(0, min(spare, rest)), rest),
        spare=max(0, min(spare, rest)),
        short=max(0, num - _most(limit * den, op)),
        best=_part(num, total),
        worst=_part(num + rest, total),
    )


def of_mean(
    total: Fraction, n: int, rest: int, target: Decimal, op: Op, basis: Basis, top: int | None = None
) -> Need:
    """Of a mean: which mean the rest must keep. `top`: no value is above it; none is below 0."""
    value = None if not rest else (Fraction(target) * (n + rest) - total) / rest

    def ending(bound: int | None) -> Decimal | None:
        return None if bound is None or not n + rest else shown((total + bound * rest) / (n + rest))

    best, worst = (ending(top), ending(0)) if op.upward else (ending(0), ending(top))
    return Need(rest, basis, shown(value), best=best, worst=worst)


def _least(wanted: Fraction, op: Op) -> int:
    return floor(wanted) + 1 if op is Op.GT else ceil(wanted)


def _most(allowed: Fraction, op: Op) -> int:
    return ceil(allowed) - 1 if op is Op.LT else floor(allowed)


def _part(n: int, of: int) -> Decimal | None:
    return shown(Fraction(n, of)) if of else None
