"""What a request would make of the schedule, what that would break, and whose turn it is. Nothing is changed here."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from jietong.core.vocabulary import Activity, Ms
from jietong.db.pool import Connection
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.model import (
    Conflict,
    PersonDay,
    Spans,
    days_between,
    local_date_of,
    monday_of,
    shift_day,
)
from jietong.workforce.schedule.request_store import Request
from jietong.workforce.schedule.rules import checks, hours
from jietong.workforce.schedule.rules import requests as r
from jietong.workforce.schedule.rules.breaks import breaks_for, too_long
from jietong.workforce.schedule.rules.edits import check_day, normal
from jietong.workforce.schedule.rules.ground import DayKey, groups_of
from jietong.workforce.schedule.rules.requests import RequestKind

K = RequestKind


class Case(NamedTuple):
    """What a decision looks at: the set-up, and the published schedule around the request's days."""

    conn: Connection
    setup: Setup
    days: dict[DayKey, PersonDay]
    now: Ms

    def day(self, agent: str, day: str) -> PersonDay:
        return self.days.get((agent, day)) or PersonDay(agent, day)

    def made(self, one: Request, taker: str | None) -> dict[DayKey, PersonDay]:
        """The person-days that the request makes."""
        zone = self.setup.ground.zone
        if one.kind is K.LEAVE:
            assert one.start is not None
            assert one.end is not None
            left = {}
            for day in days_between(shift_day(one.day, -1), one.last_day):
                held = self.day(one.agent, day)
                spans = r.on_leave(held, one.start, one.end)
                if spans != held.spans:
                    left[one.agent, day] = msgspec.structs.replace(held, spans=spans)
            return left
        if taker is None:
            return {}
        if one.kind in (K.CALL_UP, K.OVERTIME):
            assert one.start is not None
            assert one.end is not None
            held = self._day_for(taker, one)
            spans = r.called_in(held, one.start, one.end, overtime=one.kind is K.OVERTIME)
            placed = self._with_breaks(taker, spans)
            return {(taker, held.day): msgspec.structs.replace(held, spans=placed)}
        mine, theirs = self.day(one.agent, one.day), self.day(taker, one.partner_day or one.day)
        if mine.shift is None:
            return {}
        if one.kind is K.GIVE_AWAY:
            gives, takes = r.handed_over(mine, theirs)
            return {
                (one.agent, one.day): msgspec.structs.replace(mine, spans=gives),
                (taker, one.day): msgspec.structs.replace(theirs, spans=takes),
            }
        if theirs.shift is None:
            return {}
        if one.partner_day in (None, one.day):
            gives, takes = r.swapped(mine, theirs)
            return {
                (one.agent, one.day): msgspec.structs.replace(mine, spans=gives),
                (taker, one.day): msgspec.structs.replace(theirs, spans=takes),
            }
        # Of two days: each gives one shift and takes the other's, and must be free on that day.
        other = one.partner_day or one.day
        gives, takes = r.handed_over(mine, self.day(taker, one.day))
        back_gives, back_takes = r.handed_over(theirs, self.day(one.agent, other))
        out = {
            (one.agent, one.day): msgspec.structs.replace(mine, spans=gives),
            (taker, one.day): msgspec.structs.replace(self.day(taker, one.day), spans=takes),
            (taker, other): msgspec.structs.replace(theirs, spans=back_gives),
            (one.agent, other): msgspec.structs.replace(self.day(one.agent, other), spans=back_takes),
        }
        for key, made in out.items():
            check_day(key[1], made.spans, zone)
        return out

    def conflicts(self, made: Mapping[DayKey, PersonDay]) -> list[Conflict]:
        """What the days would break that the schedule does not break already; on both sides of a swap."""
        agents = {agent for agent, _ in made}
        if not made:
            return []
        first, last = min(day for _, day in made), max(day for _, day in made)
        first, last = shift_day(first, -1), shift_day(last, 7)  # the rest before a later shift, days in a row
        ground = self.setup.ground
        before = {key: day for key, day in self.days.items() if key[0] in agents}
        known = {one.key for one in checks.check(before, ground, first, last, now=self.now)}
        after = checks.check({**before, **made}, ground, first, last, now=self.now)
        out = [one for one in after if one.key not in known]
        return [*out, *self._unskilled(made)]

    def broken(self, one: Request, taker: str) -> list[Conflict]:
        theirs = self.day(taker, one.day)
        if one.kind is K.GIVE_AWAY and theirs.shift is not None:
            return [Conflict("works_already", True, taker, one.day, *theirs.shift)]
        if one.kind is K.SWAP and one.partner_day not in (None, one.day):
            other = one.partner_day or one.day
            for agent, day in ((taker, one.day), (one.agent, other)):
                held = self.day(agent, day)
                if held.shift is not None:
                    return [Conflict("works_already", True, agent, day, *held.shift)]
        return [c for c in self.conflicts(self.made(one, taker)) if c.must]

    def few_away(self, agent: str, days: Sequence[str], share: float) -> bool:
        """Whether on each of the days at most that share of each of the person's groups would be on leave."""
        ground = self.setup.ground
        person = ground.people[agent]
        for group in groups_of(person, ground, self.now):
            members = [id for id, one in ground.people.items() if group in groups_of(one, ground, self.now)]
            for day in days:
                away = sum(
                    any(s.activity is Activity.LEAVE for s in self.day(id, day).spans)
                    for id in members
                    if id != agent
                )
                if members and (away + 1) / len(members) > share + 1e-9:
                    return False
        return True

    def candidates(
        self, called: Mapping[str, int], kind: RequestKind, start: Ms, end: Ms, group: str | None
    ) -> list[r.Standing]:
        ground, out = self.setup.ground, []
        day = local_date_of(start, ground.zone)
        probe = Request(
            "", kind, r.FIRST[kind], "", None, day, day, None, start, end, "", "", False, None, 1, None, {}, self.now,
            "", "",
        )  # fmt: skip
        for id, person in ground.people.items():
            held = self._day_for(id, probe)
            frames = ground.frames_of(id, day, standby=True)
            if not r.can_be_asked(person, held, start, end, frames, overtime=kind is K.OVERTIME):
                continue
            if group is not None and group not in groups_of(person, ground, start):
                continue
            if any(c.must for c in self.conflicts(self.made(probe, id))):
                continue
            out.append(id)
        order = self.fair(called, out, day)
        return [self._standing(called, id, day) for id in order]

    def fair(self, called: Mapping[str, int], agents: Sequence[str], day: str) -> list[str]:
        return r.in_order([self._standing(called, id, day) for id in agents])

    def _with_breaks(self, agent: str, spans: Spans) -> Spans:
        """Breaks for a longer call-up, where the rules ask for them."""
        rule = self.setup.ground.rules_of(agent).breaks
        extra = [
            msgspec.structs.replace(spans[0], start=a, end=b, activity=Activity.BREAK, overtime=False)
            for stretch in too_long(spans, rule)
            for a, b in breaks_for(stretch, rule)
        ]
        return normal([*spans, *extra])

    def _day_for(self, agent: str, one: Request) -> PersonDay:
        """The person-day that the time belongs to: overtime after midnight goes on with the shift before it."""
        before = self.day(agent, shift_day(one.day, -1))
        if one.kind is K.OVERTIME and before.shift is not None and before.shift[1] == one.start:
            return before
        return self.day(agent, one.day)

    def _unskilled(self, made: Mapping[DayKey, PersonDay]) -> list[Conflict]:
        """Whoever takes a shift in a swap can serve at least one of the groups that whoever gave it served."""
        out = []
        for (agent, day), one in made.items():
            work = [s for s in one.spans if s.activity is Activity.WORK]
            before = self.day(agent, day)
            if not work or (before.shift is not None and before.shift == one.shift):
                continue
            ground = self.setup.ground
            givers = [
                other
                for (other, d), held in made.items()
                if other != agent and d == day and self.day(other, d).shift not in (None, held.shift)
            ]
            for giver in givers:
                theirs = set(groups_of(ground.people[giver], ground, work[0].start))
                mine = set(groups_of(ground.people[agent], ground, work[0].start))
                if theirs and not theirs & mine:
                    out.append(Conflict("skills_missing", True, agent, day, work[0].start, work[-1].end,
                                        {"group": min(theirs)}))  # fmt: skip
        return out

    def _standing(self, called: Mapping[str, int], agent: str, day: str) -> r.Standing:
        monday = monday_of(day)
        week = days_between(monday, shift_day(monday, 6))
        planned = sum(hours.worked_s(self.day(agent, one)) for one in week) / 3600
        return r.Standing(agent, called.get(agent, 0), planned, self.setup.ground.people[agent].terms.seniority)
