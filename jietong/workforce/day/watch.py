"""What a supervisor should know about the day: who is late or long out, a skill without anybody, too much work for
those who are there, a gap ahead. Worked out every few seconds; whoever asks gets what was found last."""

import asyncio
from collections.abc import Callable
from typing import Literal, NamedTuple

import structlog

from jietong.core.clock import Clock
from jietong.core.errors import JietongError
from jietong.core.specs import Names
from jietong.core.vocabulary import Activity, Ms
from jietong.metrics.attendance import Attendance
from jietong.workforce.day.model import Group, Person
from jietong.workforce.day.people import Overload, overloads
from jietong.workforce.day.service import Picture, TheDay

log = structlog.get_logger(__name__)

EVERY_S = 10.0
LATE_MS: Ms = 300_000  # to a shift
OUT_MS: Ms = 600_000  # of adherence
AHEAD_MS: Ms = 2 * 3_600_000
LEAST_GAP = 1.0  # person

Code = Literal["late_to_shift", "out_of_adherence", "no_cover", "occupancy_high", "gap_ahead"]


class Trouble(NamedTuple):
    """`client`: whose people may see it; '': nobody's alone. `params` with `names` by language where it is about a
    skill group."""

    code: Code
    level: Literal["act", "look"]
    about: str
    since: Ms
    client: str
    agent: str | None
    params: dict[str, str | int | float]


class Watch:
    def __init__(self, day: TheDay, attendance: Attendance, clock: Clock, active: Callable[[], bool]) -> None:
        self._day = day
        self._attendance = attendance
        self._clock = clock
        self._active = active
        self._found: list[Trouble] = []
        self._over_since: dict[str, Ms] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="day-watch")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def troubles(self) -> list[Trouble]:
        return self._found

    async def look(self) -> list[Trouble]:
        """Now, and keeps it."""
        picture = await self._day.picture()
        now = self._clock.now()
        self._found = [
            *self._of_people(picture.people, now),
            *self._of_groups(picture, now),
        ]
        return self._found

    def overloads(self, picture: Picture, now: Ms) -> list[Overload]:
        return overloads(self._attendance, picture.setup.ground, now)

    # --- inside ----------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            if self._active():
                try:
                    await self.look()
                except JietongError as error:
                    log.warning("day.watch_waits", code=error.code)
                except Exception:  # nobody waits for this task: it goes on
                    log.exception("day.watch_failed")
            else:
                self._found = []
            await asyncio.sleep(EVERY_S)

    def _of_people(self, people: list[Person], now: Ms) -> list[Trouble]:
        out = []
        for one in people:
            if one.out_since is None or one.activity is None:
                continue
            missing = now - one.out_since
            never = one.kept_ms == 0 and one.absent
            if never and missing >= LATE_MS and one.activity is not Activity.STANDBY:
                code: Code = "late_to_shift"
            elif missing >= OUT_MS and one.activity is not Activity.STANDBY:
                code = "out_of_adherence"
            else:
                continue
            params: dict[str, str | int | float] = {
                "name": one.name, "activity": one.activity, "state": one.state, "minutes": missing // 60_000,
            }  # fmt: skip
            level: Literal["act", "look"] = "act" if never else "look"
            out.append(Trouble(code, level, one.agent, one.out_since, "", one.agent, params))
        return out

    def _of_groups(self, picture: Picture, now: Ms) -> list[Trouble]:
        out = []
        grid = picture.grid
        first, last = grid.number(now), min(grid.number(now + AHEAD_MS), grid.n - 1)
        loaded = {one.group: one for one in self.overloads(picture, now)}
        self._over_since = {id: self._over_since.get(id, now) for id in loaded}
        for id, group in picture.groups.items():
            names = picture.setup.ground.groups[id].name
            clients = picture.setup.clients[id]
            client = next(iter(clients)) if len(clients) == 1 else ""
            found = _nobody(group, first, last)
            if found is not None:
                out.append(_of_group("no_cover", "act", id, grid.at(found), client, names, {"at": grid.at(found)}))
            gap = _gap(group, first, last)
            if gap is not None and (found is None or gap[0] != found):
                params: dict[str, str | int | float] = {"at": grid.at(gap[0]), "people": round(gap[1], 1)}
                out.append(_of_group("gap_ahead", "look", id, grid.at(gap[0]), client, names, params))
            if id in loaded:
                percent = {
                    "percent": f"{loaded[id].occupancy * 100:.0f} %",
                    "limit": f"{loaded[id].limit * 100:.0f} %",
                }
                out.append(_of_group("occupancy_high", "look", id, self._over_since[id], client, names, {**percent}))
        return out


def _of_group(
    code: Code,
    level: Literal["act", "look"],
    id: str,
    since: Ms,
    client: str,
    names: Names,
    params: dict[str, str | int | float],
) -> Trouble:
    return Trouble(code, level, id, since, client, None, {**names, **params})


def _nobody(group: Group, first: int, last: int) -> int | None:
    """The first step in which somebody is needed and nobody could serve the group."""
    if group.need is None:
        return None
    return next((i for i in range(first, last + 1) if group.need[i] > 0 and group.able[i] <= 0), None)


def _gap(group: Group, first: int, last: int) -> tuple[int, float] | None:
    """The first step that lacks a whole person or more, and the most that are missing from there on."""
    if group.need is None:
        return None
    short = [n - c for n, c in zip(group.need, group.cover, strict=True)]
    found = next((i for i in range(first, last + 1) if short[i] >= LEAST_GAP), None)
    return None if found is None else (found, max(short[found : last + 1]))
