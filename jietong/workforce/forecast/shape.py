"""When on a day it comes: the shares of the day's slots, by kind of day and as they drift.

Each kind of day has its mean profile, drawn to that of all days as far as its own is uncertain (James–Stein). What
then remains is decomposed by singular values (Shen & Huang 2008, "Interday forecasting and intraday updating of call
center arrivals"); the few scores are forecast as the level is, by month position and drift.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.linalg import solveh_banded

from jietong.workforce.forecast import gaussian
from jietong.workforce.forecast.calendar import BEFORE, DAY_OF_MONTH, FROM_START, HOLIDAY, KIND, ORDINAL, TO_END
from jietong.workforce.forecast.gaussian import Fit, Part
from jietong.workforce.forecast.level import flagged, near, passing, wandering

Floats = npt.NDArray[np.float64]

_MOST_DAYS = 250
_HALF_FORGOTTEN = 120.0  # days after which a profile counts e⁻¹
_RANK = 3
_BY_CHANCE = 7.0  # contacts expected in a gap: that none comes has a chance of e⁻⁷
_LEAST_DAYS = 15  # below, nothing is said of drift
_HOLIDAY_KIND, _EVE_KIND = 8.0, 9.0

_SCORES = (
    Part("month.start", near(FROM_START, 2.0), 0.3),
    Part("month.end", near(TO_END, 2.0), 0.2),
    Part("month.day", near(DAY_OF_MONTH, 3.0), 0.3),
    Part("holiday", flagged(HOLIDAY), 0.2),
    Part("trend", wandering(40.0), 0.3),
    Part("recent", passing(10.0), 0.3),
)


@dataclass(frozen=True)
class Shape:
    """Profiles by kind of day (each sums to 1), and directions in which days deviate from them."""

    all_days: Floats
    kinds: dict[float, Floats]
    directions: Floats  # few × slots, in units of √profile
    scores: tuple[tuple[float, Fit], ...]

    @property
    def amplitudes(self) -> tuple[Floats, ...]:
        return tuple(fit.amplitudes for _, fit in self.scores)


def fit(days: Floats, counts: Floats, *, like: Shape | None = None, free: bool = True) -> Shape:
    """`counts` are days × slots, nan where nothing is known. `like` as in `level.fit`."""
    days, counts = days[-_MOST_DAYS:], counts[-_MOST_DAYS:]
    kind, weight = kinds_of(days), np.exp((days[:, ORDINAL] - days[-1, ORDINAL]) / _HALF_FORGOTTEN)
    all_days = _mean(counts, weight, None)
    plain = kind < _HOLIDAY_KIND
    kinds = {float(one): _kind(counts, weight, kind == one, all_days) for one in np.unique(kind)}
    if len(days) < _LEAST_DAYS:
        return Shape(all_days, kinds, np.zeros((0, counts.shape[1])), ())
    residual, noise = _residuals(counts, kind, kinds)
    own = days[plain], residual[plain], noise[plain]
    if len(own[0]) < _LEAST_DAYS:
        return Shape(all_days, kinds, np.zeros((0, counts.shape[1])), ())
    directions = _directions(own[1]) if like is None or free or not like.scores else like.directions
    scores = []
    for j, direction in enumerate(directions):
        score = own[1] @ direction
        scale = float(np.std(score)) or 1.0
        known = like.amplitudes[j] if like is not None and j < len(like.scores) else None
        if like is not None and known is not None and not free:
            scale = like.scores[j][0]
        model = gaussian.fit(
            _SCORES,
            own[0],
            score / scale,
            noise=0.5,
            own=own[2] / scale**2,
            amplitudes=None if free else known,
            begin=known,
        )
        scores.append((scale, model))
    return Shape(all_days, kinds, directions, tuple(scores))


def shares(shape: Shape, days: Floats) -> Floats:
    """Days × slots; each day sums to 1."""
    kinds = kinds_of(days)
    found = np.array([_profile(shape, float(kind), day) for kind, day in zip(kinds, days, strict=True)])
    root = np.sqrt(found)
    moved = np.zeros_like(found)
    for (scale, model), direction in zip(shape.scores, shape.directions, strict=True):
        moved += np.outer(gaussian.predict(model, days).mean * scale, direction)
    moved[kinds >= _HOLIDAY_KIND] = 0.0
    found = np.maximum(found + root * moved, 0.2 * found)
    result: Floats = found / found.sum(axis=1, keepdims=True)
    return result


def kinds_of(days: Floats) -> Floats:
    """0–6 the weekdays, 7 a make-up day, 8 a holiday, 9 the eve of one."""
    found: Floats = np.where(days[:, HOLIDAY] > 0, _HOLIDAY_KIND, days[:, KIND])
    eve = (days[:, BEFORE] > 0) & (days[:, HOLIDAY] == 0)
    result: Floats = np.where(eve, _EVE_KIND + days[:, KIND] / 10, found)
    return result


def _profile(shape: Shape, kind: float, day: Floats) -> Floats:
    if kind in shape.kinds:
        return shape.kinds[kind]
    plain = float(day[KIND])
    if plain in shape.kinds:
        return shape.kinds[plain]
    if kind == _HOLIDAY_KIND:
        rest = [shape.kinds[one] for one in (6.0, 5.0) if one in shape.kinds]
        return rest[0] if rest else shape.all_days
    work = [profile for one, profile in shape.kinds.items() if one < 5]
    found: Floats = np.mean(work, axis=0) if work else shape.all_days
    return found


def _mean(counts: Floats, weight: Floats, chosen: npt.NDArray[np.bool_] | None) -> Floats:
    """The weighted mean profile, smoothed where counts are few. A slot that is unknown on a day counts as on
    others."""
    rows, w = (counts, weight) if chosen is None else (counts[chosen], weight[chosen])
    known = np.isfinite(rows)
    filled = np.where(known, rows, 0.0)
    totals = np.maximum(filled.sum(axis=1), 1e-9)
    profile = (w @ filled) / np.maximum(w @ known, 1e-12)
    if not known.all():
        # Days with gaps: what they lack is taken from the profile, so that they do not look small.
        for _ in range(3):
            share = profile / max(profile.sum(), 1e-12)
            whole = totals / np.maximum((known * share).sum(axis=1), 1e-6)
            rate = (w @ filled) / np.maximum(w @ (known * whole[:, None]), 1e-12)
            profile = rate
    counted = filled.sum(axis=0)
    # Cliffs (opening, lunch) are believed where counts are many; where they are few, they are mostly chance.
    usual = float(counted[counted > 0].mean()) if (counted > 0).any() else 0.0
    return smooth(profile, counted, bend=0.3 * min(1.0, max(0.25, (usual / 100) ** 0.5)))


def _kind(counts: Floats, weight: Floats, chosen: npt.NDArray[np.bool_], all_days: Floats) -> Floats:
    """The profile of one kind of day, drawn to that of all days by how unsure it is."""
    # What is closed on all days is closed on this kind too: few counts cannot tell a gap, and a share of it there
    # would be any number of times that of all days.
    own = np.where(all_days > 0, _mean(counts, weight, chosen), 0.0)
    own /= max(float(own.sum()), 1e-12)
    w, rows = weight[chosen], np.nan_to_num(counts[chosen])
    effective = float(w.sum() ** 2 / (w @ w))
    base = np.maximum(all_days, 1e-9)
    distance = float((((own - all_days) ** 2) / base).sum())
    counting = float((own / base).sum()) / max(float(rows.sum(axis=1).mean()) * effective, 1.0)
    # Days of one kind differ among each other by more than counting: about two per cent a slot.
    varied = len(base) * 0.02**2 / len(base) / effective + counting
    trust = max(0.0, 1.0 - varied / max(distance, 1e-12))
    mixed = trust * own + (1 - trust) * all_days
    ratio = smooth(mixed / base * base.mean(), rows.sum(axis=0), bend=0.03, by_ratio=True) / base.mean()
    found = ratio * base
    result: Floats = np.maximum(found, 0.0) / max(float(np.maximum(found, 0.0).sum()), 1e-12)
    return result


def smooth(profile: Floats, counted: Floats, *, bend: float, by_ratio: bool = False) -> Floats:
    """Whittaker smoothing: a slot follows its neighbours as far as its own counts are few. `bend`: the usual second
    difference, as a share of the mean. Slots that are closed stay at zero, and nothing is smoothed across them."""
    open_slots = _open(counted)
    if open_slots.sum() < 4:
        return profile / max(profile.sum(), 1e-12) if not by_ratio else profile
    mean = float(profile[open_slots].mean())
    r = np.where(open_slots, profile / mean, 0.0)
    # How well a slot is known goes by the counts around it, for its own may be none by chance.
    near = np.full(5, 0.2)
    around = np.convolve(r, near, mode="same")
    w = np.where(open_slots, np.maximum(np.convolve(counted, near, mode="same"), 0.5) / np.maximum(around, 0.05), 0.0)
    out = r.copy()
    for run in _runs(open_slots):
        if len(run) >= 4:
            out[run] = _whittaker(r[run], w[run], 1.0 / bend**2)
    out = np.where(open_slots, np.maximum(out, 0.02 * around), 0.0) * mean
    return out if by_ratio else out / max(float(out.sum()), 1e-12)


def _open(counted: Floats) -> npt.NDArray[np.bool_]:
    """Slots in which anything ever came, and gaps between them so short that none came by chance."""
    found = counted > 0
    at = np.flatnonzero(found)
    for left, right in pairwise(at.tolist()):
        gap = right - left - 1
        usual = float(counted[max(0, left - 3) : right + 4].mean())
        if 0 < gap <= 8 and usual * gap < _BY_CHANCE:
            found[left:right] = True
    return found


def _whittaker(values: Floats, weights: Floats, stiffness: float) -> Floats:
    n = len(values)
    penalty = np.diff(np.eye(n), 2, axis=0)
    matrix = stiffness * penalty.T @ penalty
    bands = np.zeros((3, n))
    for k in range(3):
        bands[2 - k, k:] = np.diag(matrix, k)
    bands[2] += weights + 1e-9
    found: Floats = solveh_banded(bands, weights * values)
    return found


def _runs(open_slots: npt.NDArray[np.bool_]) -> Sequence[npt.NDArray[np.intp]]:
    at = np.flatnonzero(open_slots)
    return np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)


def _residuals(counts: Floats, kind: Floats, kinds: dict[float, Floats]) -> tuple[Floats, Floats]:
    """(share − profile) ÷ √profile for each day, 0 where unknown; and the counting variance of a score of each
    day."""
    profiles = np.array([kinds[float(one)] for one in kind])
    known = np.isfinite(counts)
    filled = np.where(known, counts, 0.0)
    covered = np.maximum((profiles * known).sum(axis=1), 1e-6)
    totals = np.maximum(filled.sum(axis=1) / covered, 1e-9)
    root = np.sqrt(np.maximum(profiles, 1e-9))
    residual = np.where(known & (profiles > 1e-7), (filled / totals[:, None] - profiles) / root, 0.0)
    # A day on which the lines were down must not give its name to a direction.
    length = np.sqrt((residual**2).sum(axis=1) * np.maximum(totals, 1.0))
    cap = 3.0 * float(np.median(length))
    residual *= np.minimum(1.0, cap / np.maximum(length, 1e-9))[:, None]
    return residual, 1.0 / np.maximum(totals, 1.0)


def _directions(residual: Floats) -> Floats:
    _, _, right = np.linalg.svd(residual - residual.mean(axis=0), full_matrices=False)
    found = np.array([_whittaker(one, np.ones(len(one)), 1.0) for one in right[:_RANK]])
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    result: Floats = found / np.maximum(lengths, 1e-9)
    return result
