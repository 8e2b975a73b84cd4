"""The day itself: who keeps to the schedule, what is still to come, what is missing and what can be done about it.

The picture is counted for all groups, since they share people, and told for those that the reader may see. It is kept
for some seconds, so that many readers cost one counting.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import structlog

from jietong.contacts import attendance_store
from jietong.contacts.attendance import Excuse, day_before
from jietong.core import commands as k
from jietong.core.clock import Clock
from jietong.core.days import day_of
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.core.events import AdherenceExcused, PlannedSpan
from jietong.core.ids import new_id
from jietong.core.inbox import Inbox, Write
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Channel, Ms, State
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.metrics.attendance import Attendance
from jietong.routing.engine import Engine
from jietong.workforce.day import people as people_of
from jietong.workforce.day import store
from jietong.workforce.day.asking import Asking
from jietong.workforce.day.model import Back, Expectation, Grid, Group, Lever, Person
from jietong.workforce.day.outlook import Forecasts, expectation
from jietong.workforce.model import QUARTER_S
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.model import PersonDay
from jietong.workforce.schedule.rules.edits import AnyEdit, Put, normal
from jietong.workforce.schedule.rules.ground import DayKey, at_a_time
from jietong.workforce.schedule.service import Schedules

log = structlog.get_logger(__name__)

if TYPE_CHECKING:
    from jietong.workforce.day.rules.coverage import Lapsing, SkillRow, Training

KEEP_MS: Ms = 5_000
KEEP_OUTLOOK_MS: Ms = 60_000
PATIENCE_S = 2.0
"""For so long the picture waits for the forecast; after that it goes without, and has it the next time."""
LEARNING_S = 30.0
KEEP_LEVERS_MS: Ms = 900_000
LONGEST_EXCUSE: Ms = 24 * 3_600_000
EXCUSED_WITHIN: Ms = 62 * 86_400_000


class Picture(NamedTuple):
    """The day as it stands. `days` without those who did not come."""

    now: Ms
    today: str
    grid: Grid
    setup: Setup
    people: list[Person]
    absent: frozenset[str]
    published: dict[DayKey, PersonDay]
    days: dict[DayKey, PersonDay]
    groups: dict[str, Group]


class Coverage(NamedTuple):
    picture: Picture
    rows: "list[SkillRow]"
    lapsing: "list[Lapsing]"
    trainings: "list[Training]"
    warn_days: int


class TheDay:
    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        clock: Clock,
        site: Callable[[], SiteSpec],
        engine: Callable[[], Engine],
        attendance: Attendance,
        schedules: Schedules,
        forecasts: Forecasts | None = None,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._clock = clock
        self._site = site
        self._engine = engine
        self._attendance = attendance
        self._schedules = schedules
        self._asking = Asking(inbox, clock, engine, schedules.requests)
        self.forecasts = forecasts
        self._lock = asyncio.Lock()
        self._picture: Picture | None = None
        self._looking: asyncio.Task[None] | None = None
        self._expected: tuple[Ms, str, dict[str, Expectation]] | None = None
        self._levers: dict[str, tuple[Ms, Lever]] = {}

    async def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    # --- looking ---------------------------------------------------------------------------------------------

    async def picture(self) -> Picture:
        async with self._lock:
            now = self._clock.now()
            held = self._picture
            if held is None or not 0 <= now - held.now < KEEP_MS:
                held = self._picture = await self._look(now)
            return held

    def people(self, setup: Setup) -> list[Person]:
        """As of this moment."""
        return people_of.people(self._attendance, self._engine(), setup.ground, self._clock.now())

    async def levers(self, by: Principal) -> list[Lever]:
        """What can be done for the groups that the reader sees; cheapest first, heads last (H3)."""
        from jietong.workforce.day.rules import levers as rules  # here: sizing is loaded where it is used

        seen = await self.picture()
        found = await asyncio.to_thread(rules.levers, self._standing(seen, by))
        now = self._clock.now()
        self._levers = {id: one for id, one in self._levers.items() if now - one[0] < KEEP_LEVERS_MS}
        self._levers.update({one.id: (now, one) for one in found})
        return found

    async def actions(self) -> tuple[list[store.Action], frozenset[str]]:
        """Of today, the latest first; and the ids of those by which somebody was asked who is still to answer."""
        async with self._database.read(ALL) as conn:
            found = await store.of_day(conn, self._site().id, self._attendance.date(self._clock.now()))
            return found, await store.unanswered(conn, found)

    def back(self, lever: Lever) -> Back:
        """Whether the lever could be taken back if it were done now."""
        if lever.edits:
            return Back.UNDO
        return Back.NONE if self._asking.on_screen(lever) else Back.WITHDRAW

    async def excuses(self) -> list[Excuse]:
        """Those that touch today, the latest first; withdrawn ones too."""
        day = self._attendance.day(self._clock.now())
        async with self._database.read(ALL) as conn:
            return await attendance_store.excuses(conn, self._site().id, *day)

    async def names(self, accounts: Sequence[str]) -> dict[str, str]:
        """Of whoever gave an exception."""
        async with self._database.read(ALL) as conn:
            rows = await conn.fetch("SELECT id, name FROM account WHERE id = ANY($1::text[])", list(set(accounts)))
        return {row["id"]: row["name"] for row in rows}

    @property
    def engine(self) -> Engine:
        return self._engine()

    async def expected(self) -> dict[str, Expectation]:
        """What is known of each queue's day; the first time of a day it waits until that is learnt."""
        today = (await self.picture()).today
        if (self._expected is None or self._expected[1] != today) and self._looking is not None:
            await asyncio.wait({self._looking}, timeout=LEARNING_S)
        return self._expected[2] if self._expected is not None and self._expected[1] == today else {}

    async def coverage(self, by: Principal) -> Coverage:
        """Skills hour by hour, certificates that run out, whom to train (G7); of the groups that the reader sees."""
        from jietong.workforce.day.rules import coverage as rules

        seen = await self.picture()
        ground, visible = seen.setup.ground, set(seen.setup.visible(by))
        groups = {id: one for id, one in seen.groups.items() if id in visible}
        now, warn = self._clock.now(), ground.rules_of("").certificate_warn_days
        rows = await asyncio.to_thread(rules.matrix, seen.grid, ground, groups, seen.days)
        lapsing = rules.lapsing(ground, sorted(groups), now, now + warn * 86_400_000)
        trainings = await asyncio.to_thread(rules.trainings, seen.grid, ground, groups, seen.published)
        return Coverage(seen, rows, lapsing, trainings, warn)

    # --- exceptions ------------------------------------------------------------------------------------------

    async def excuse(self, by: Principal, agent: str, start: Ms, end: Ms, note: str) -> Excuse:
        """From `start` to `end` whatever the person does counts as kept. Raises Invalid `note_missing`, `bad_span`;
        NotFound `no_such_agent`."""
        now = self._clock.now()
        if not note.strip():
            raise Invalid("note_missing", "Say what was agreed: an exception needs a note.", field="note")
        if not 0 < end - start <= LONGEST_EXCUSE or abs(start - now) > EXCUSED_WITHIN:
            raise Invalid("bad_span", "An exception lasts up to a day and lies within two months of today.")
        if agent not in self._engine().agents:
            raise NotFound("no_such_agent", "There is no such agent.")
        fact = AdherenceExcused(0, new_id(now), agent, start, end, note.strip(), by.account_id)
        await self._witness(by, fact, "adherence.excused")
        return Excuse(fact.id, agent, start, end, fact.note, fact.by, now)

    async def withdraw(self, by: Principal, id: str) -> None:
        """The exception no longer holds. Repeated, it changes nothing. Raises NotFound `no_such_exception`."""
        async with self._database.read(ALL) as conn:
            held = await attendance_store.excuse(conn, self._site().id, id)
        known = held or next(
            (one for agent in self._engine().agents for one in self._attendance.excuses(agent) if one.id == id), None
        )
        if known is None:
            raise NotFound("no_such_exception", "There is no such exception.")
        if known.withdrawn:
            return
        fact = AdherenceExcused(0, id, known.agent, known.start, known.end, known.note, by.account_id, withdrawn=True)
        await self._witness(by, fact, "adherence.excuse_withdrawn")

    async def _witness(self, by: Principal, fact: AdherenceExcused, action: str) -> None:
        now = self._clock.now()
        details = {"agent": fact.agent, "start": fact.start, "end": fact.end, "note": fact.note}
        written = audit.append_write(by=by, action=action, object=fact.id, now=now, details=details)
        await self._inbox.submit(
            k.Witness((fact,)), key=f"excuse:{fact.id}:{fact.withdrawn}:{new_id(now)}", writes=[written]
        )
        self._picture = None

    # --- doing -----------------------------------------------------------------------------------------------

    async def apply(self, by: Principal, id: str, note: str = "") -> store.Action:
        """Does what the lever says, as a published change of the day. Raises Refused `lever_gone`, `nothing_to_do`,
        and what publishing refuses."""
        held = self._levers.get(id)
        if held is None or self._clock.now() - held[0] >= KEEP_LEVERS_MS:
            raise Refused("lever_gone", "The day has moved on: look at what can be done now.")
        lever, now = held[1], self._clock.now()
        visible = set((await self.picture()).setup.visible(by))
        if not set(lever.groups) <= visible:
            raise Refused("lever_gone", "The day has moved on: look at what can be done now.")
        params: dict[str, Any] = {
            "agents": list(lever.agents), "places": lever.places, "start": lever.start, "end": lever.end,
            "groups": list(lever.groups), "edits": len(lever.edits),
        }  # fmt: skip
        effect = {"before": msgspec.to_builtins(lever.before), "after": msgspec.to_builtins(lever.after)}
        action = store.Action(
            new_id(now), self._attendance.date(now), lever.kind.value, params, [], [],
            {**effect, "cost": lever.cost}, now, by.account_id, by.name,
        )  # fmt: skip
        site = self._site().id
        if lever.edits:
            done = action

            def noted(n: int, changes: list[dict[str, Any]]) -> list[Write]:
                nonlocal done
                before, after = store.spans_of(changes, "before"), store.spans_of(changes, "after")
                done = action._replace(params={**params, "version": n}, before=before, after=after)
                return [store.adding(site, done)]

            await self._schedules.publishing.change(by, lever.edits, note=note or lever.kind.value, more=noted)
        elif lever.ask:
            setup = (await self.picture()).setup
            done = action._replace(params={**params, **await self._asking.ask(by, lever, setup, note)})
            async with self._database.transaction(ALL) as conn:
                row = store.adding(site, done)
                await conn.execute(row.sql, *row.args)
        else:
            raise Refused("nothing_to_do", "This is not done from here: it is for you to weigh.")
        self._levers.pop(id, None)
        self._picture = None
        return done

    async def undo(self, by: Principal, id: str) -> None:
        """Puts the days back, from now on: what has gone by stays. Where people were asked, withdraws the request:
        whoever has accepted keeps the time. Raises NotFound `no_such_action`, Refused `undone_already`, `not_undone`
        (invitations on people's screens), `answered_already`, `changed_meanwhile`."""
        now, site = self._clock.now(), self._site().id
        async with self._database.read(ALL) as conn:
            action = await store.one(conn, site, id)
        if action is None:
            raise NotFound("no_such_action", "There is no such change.")
        if action.undone_at is not None:
            raise Refused("undone_already", "This was taken back already.")
        if action.params.get("request"):
            await self._withdraw(by, action, now)
            return
        if not action.before:
            raise Refused("not_undone", "Invitations are on people's screens at once: they lapse unless answered.")
        before = {(agent, day): _spans(spans) for agent, day, spans in action.before}
        after = {(agent, day): _spans(spans) for agent, day, spans in action.after}
        days = sorted(day for _, day in before)
        published = await self._schedules.published(days[0], days[-1], sorted({agent for agent, _ in before}))
        edits: list[AnyEdit] = []
        for key, spans in before.items():
            held = published.get(key)
            if held is None or normal(held.spans) != normal(after.get(key, ())):
                raise Refused(
                    "changed_meanwhile",
                    "The schedule of that day was changed since: edit it in the schedule.",
                    agent=key[0],
                    day=key[1],
                )
            back = normal([*_until(held.spans, now), *_from(spans, now)])
            if back != normal(held.spans):
                edits.append(Put(*key, spans=back))
        row = store.undoing(site, id, now, by.name)
        if edits:  # of two at once the second finds nothing to publish
            await self._schedules.publishing.change(by, edits, note="undo", accept=(), more=lambda n, changes: [row])
        else:
            async with self._database.transaction(ALL) as conn:
                await conn.execute(row.sql, *row.args)
        self._picture = None

    # --- inside ----------------------------------------------------------------------------------------------

    async def _withdraw(self, by: Principal, action: store.Action, now: Ms) -> None:
        """Withdrawn in the requests' own transaction; killed between the two, only the note is missing, which a
        second try writes."""
        await self._asking.withdraw(by, action.params["request"])
        async with self._database.transaction(ALL) as conn:
            row = store.undoing(self._site().id, action.id, now, by.name)
            await conn.execute(row.sql, *row.args)
        self._picture = None

    def _standing(self, seen: Picture, by: Principal) -> Any:
        from jietong.workforce.day.rules.standing import Day

        engine, visible = self._engine(), set(seen.setup.visible(by))
        groups = {id: one for id, one in seen.groups.items() if id in visible}
        voice = frozenset(
            id
            for id in groups
            if any(
                queue in engine.queues and Channel.VOICE in engine.queues[queue].spec.channels
                for queue in seen.setup.ground.groups[id].queues
            )
        )
        standby = frozenset(a.id for a in engine.agents.values() if a.state is State.STANDBY)
        now = self._clock.now()
        over = people_of.overloads(self._attendance, seen.setup.ground, now)
        loaded = tuple(dict.fromkeys(agent for one in over if one.group in visible for agent, _, _ in one.agents))
        ground, days, today, absent = seen.setup.ground, seen.days, seen.today, seen.absent
        return Day(seen.grid, ground, groups, days, today, now, absent, standby, voice, loaded)

    async def _look(self, now: Ms) -> Picture:
        from jietong.workforce.day.rules import gap

        setup = await self._schedules.setup()
        today = self._attendance.date(now)
        span = day_of(date.fromisoformat(today), setup.ground.zone)
        grid = Grid(span.start, QUARTER_S, (span.end - span.start) // (QUARTER_S * 1000))
        published = await self._schedules.published(day_before(today), today)
        found = people_of.people(self._attendance, self._engine(), setup.ground, now)
        absent = people_of.absent(found, now)
        expected = await self._outlook(setup, grid, today, now)
        groups = await asyncio.to_thread(
            gap.groups_of_day, grid, setup.ground, sorted(setup.ground.groups), published, expected, absent, now
        )
        days = gap.without(published, absent, now)
        return Picture(now, today, grid, setup, found, absent, published, days, groups)

    async def _outlook(self, setup: Setup, grid: Grid, today: str, now: Ms) -> dict[str, Expectation]:
        """Forecast anew each minute, aside: to learn from a history takes seconds the first time, and who is late
        cannot wait for it."""
        held = self._expected
        if held is not None and held[1] == today and 0 <= now - held[0] < KEEP_OUTLOOK_MS:
            return held[2]
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._forecast(setup, grid, today, now), name="day-outlook")
        await asyncio.wait({self._looking}, timeout=PATIENCE_S)
        if self._looking.done() and (error := self._looking.exception()) is not None:
            log.warning("day.outlook_failed", error=type(error).__name__)
        held = self._expected
        return held[2] if held is not None and held[1] == today else {}

    async def _forecast(self, setup: Setup, grid: Grid, today: str, now: Ms) -> None:
        found: dict[str, Expectation] = {}
        if self.forecasts is not None:
            habits = await self._schedules.needs.habits(setup)
            together = {queue: group for group in setup.ground.groups.values() for queue in group.queues}
            for queue, group in sorted(together.items()):
                one = await expectation(self.forecasts, queue, grid, now)
                if one is not None:
                    patience, at_once = habits.patience_s(group.queues), at_a_time(group, setup.ground, now)
                    service = one.service._replace(patience_s=patience, at_a_time=at_once)
                    found[queue] = msgspec.structs.replace(one, service=service)
        self._expected = (now, today, found)


def _spans(shown: Sequence[dict[str, Any]]) -> tuple[PlannedSpan, ...]:
    return tuple(msgspec.convert(one, PlannedSpan) for one in shown)


def _until(spans: Sequence[PlannedSpan], at: Ms) -> list[PlannedSpan]:
    return [msgspec.structs.replace(s, end=min(s.end, at)) for s in spans if s.start < at]


def _from(spans: Sequence[PlannedSpan], at: Ms) -> list[PlannedSpan]:
    return [msgspec.structs.replace(s, start=max(s.start, at)) for s in spans if s.end > at]
