"""Shifts to be staffed, whoever is on them (班位): one post for each crew, day and pattern.

All who are on a post may have the same pauses, so these are mixed, and priced, once for the post. A shift whose
pauses are locked, or go around a training, is a post of its own for that person alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from jietong.workforce.roster.breaks import Ints
from jietong.workforce.roster.frames import Frame, Grid


@dataclass
class Crews:
    """Sets of skills: `can[m, g]`, and which set each person has on each day."""

    can: np.ndarray
    of: list[Ints]

    @classmethod
    def among(cls, frames: list[Frame], groups: int) -> "Crews":
        known: dict[bytes, int] = {}
        rows: list[np.ndarray] = []
        of: list[Ints] = []
        for frame in frames:
            for mask in frame.masks:
                if mask.tobytes() not in known:
                    known[mask.tobytes()] = len(known)
                    rows.append(mask)
            of.append(np.array([known[frame.masks[m].tobytes()] for m in frame.which], np.int64))
        return cls(np.array(rows, np.bool_).reshape(len(rows), groups), of)


class Posts:
    """Arrays [n] over posts; `at[who][d, s]` is the post of a person, -1 where there is none.

    `block_of[n]`: the row of `blocks` [b, k] that lies fixed within the shift, or -1; `marks[n, k]` are the given
    pauses where `pinned[n]`."""

    def __init__(
        self,
        grid: Grid,
        frames: list[Frame],
        crews: Crews,
        pinned: Mapping[tuple[int, int], Ints],
        blocks: Mapping[tuple[int, int], Ints],
    ) -> None:
        days = np.arange(grid.days)
        offered = np.zeros((len(crews.can), grid.days, len(grid.lengths)), np.bool_)
        for frame, of in zip(frames, crews.of, strict=True):
            offered[of, days] |= frame.allowed
        common = np.full(offered.shape, -1, np.int64)
        places = np.argwhere(offered)
        common[offered] = np.arange(len(places))
        alike: dict[bytes, Ints] = {}
        self.at: list[Ints] = []
        for of in crews.of:
            self.at.append(alike.setdefault(of.tobytes(), common[of, days]))
        crew, day, pattern = (places[:, n].tolist() for n in range(3))
        special: list[tuple[int, Ints, bool]] = []
        for given, fixed in ((pinned, True), (blocks, False)):
            for (who, on), steps in given.items():
                if fixed and (who, on) in blocks:
                    continue
                for n in np.nonzero(frames[who].allowed[on])[0].tolist():
                    if len(steps) == grid.lengths[n]:
                        if self.at[who] is alike[crews.of[who].tobytes()]:
                            self.at[who] = self.at[who].copy()
                        self.at[who][on, n] = len(crew)
                        special.append((len(crew), steps, fixed))
                        crew.append(int(crews.of[who][on]))
                        day.append(on)
                        pattern.append(n)
        self.crew: Ints = np.array(crew, np.int64)
        self.pattern: Ints = np.array(pattern, np.int64)
        self.length: Ints = grid.lengths[self.pattern]
        self.first: Ints = grid.starts[np.array(day, np.int64), self.pattern]
        longest = int(grid.lengths.max(initial=1))
        self.pinned = np.zeros(len(crew), np.bool_)
        self.block_of: Ints = np.full(len(crew), -1, np.int64)
        self.marks: Ints = np.zeros((len(crew), longest), np.int64)
        rows: list[Ints] = []
        for post, steps, fixed in special:
            if fixed:
                self.pinned[post] = True
                self.marks[post, : len(steps)] = steps
            else:
                self.block_of[post] = len(rows)
                rows.append(np.concatenate([steps, np.zeros(longest - len(steps), np.int64)]))
        self.blocks: Ints = np.array(rows, np.int64).reshape(len(rows), longest)
