"""Requests of staff, and offers to them: leave, swaps, shifts given away, call-ups and overtime.

A request that changes the schedule does so by a publication of the changed days; its own state is committed with it.
All of it happens under the lock `publish`, one after another: of two that accept the last place, one is first, and
nobody is ever entered twice.
"""

from collections.abc import Sequence

import msgspec

from jietong.core.days import Span, day_of
from jietong.core.errors import Forbidden, Invalid, NotFound, Refused
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL
from jietong.identity.model import SYSTEM, Principal
from jietong.workforce.schedule import documents, store, views
from jietong.workforce.schedule import request_store as rows
from jietong.workforce.schedule.judging import Case
from jietong.workforce.schedule.model import (
    Conflict,
    PersonDay,
    day_of_text,
    days_between,
    local_date_of,
    shift_day,
)
from jietong.workforce.schedule.publishing import HOUR
from jietong.workforce.schedule.request_book import RequestBook
from jietong.workforce.schedule.request_store import Offer, Request
from jietong.workforce.schedule.rules import requests as r
from jietong.workforce.schedule.rules.edits import GRID
from jietong.workforce.schedule.rules.ground import DayKey
from jietong.workforce.schedule.rules.requests import Act, RequestKind, RequestState
from jietong.workforce.schedule.views import Shown

DAY_MS: Ms = 86_400_000
FAIR_MS: Ms = 28 * DAY_MS
LONGEST_LEAVE = 62
K, S = RequestKind, RequestState


class Requests(RequestBook):
    """Each decision is in the audit log."""

    # --- asked by staff

    async def ask_leave(
        self, by: Principal, agent: str, day: str, last_day: str, start: Ms | None, end: Ms | None, note: str
    ) -> Shown:
        """Leave of whole days, or from `start` to `end` of one. Raises Invalid `bad_day`, `bad_span`; Refused
        `notice_too_short`, `leave_already`."""
        days = (
            days_between(day_of_text(day), day_of_text(last_day)) if day_of_text(day) <= day_of_text(last_day) else []
        )
        if not 1 <= len(days) <= LONGEST_LEAVE:
            raise Invalid("bad_span", f"Leave is of 1 to {LONGEST_LEAVE} days, the last not before the first.")
        if (start is None) != (end is None):
            raise Invalid("bad_span", "Leave of part of a day has a start and an end.")
        async with self._case(day, last_day) as case:
            self._known(case.setup, agent)
            zone = case.setup.ground.zone
            span = Span(day_of(views.date_of(day), zone).start, day_of(views.date_of(last_day), zone).end)
            if start is not None and end is not None:
                shift = case.day(agent, day).shift  # of one past midnight the next day's hours are this day's
                until = max(span.end, shift[1] if shift is not None else span.end)
                if len(days) != 1 or not span.start <= start < end <= until:
                    raise Invalid("bad_span", "Leave of part of a day lies within that day and its shift.")
                if start % GRID or end % GRID:
                    raise Invalid("bad_span", "Times go in steps of five minutes.")
                span = Span(start, end)
            rules = case.setup.ground.rules_of(agent)
            today = local_date_of(case.now, zone)
            if day < today:
                raise Refused("notice_too_short", "This day is over.")
            for other in await rows.requests(case.conn, agent=agent, limit=1000):
                overlaps = other.start is None or (other.start < span.end and (other.end or 0) > span.start)
                live = other.state.open or other.state is S.APPROVED
                if other.kind is K.LEAVE and live and overlaps and other.day <= last_day and other.last_day >= day:
                    raise Refused("leave_already", "You have asked for leave of this time already.", request=other.id)
            in_time = day >= shift_day(today, rules.leave_notice_days)
            automatic = rules.leave_automatic and in_time and case.few_away(agent, days, rules.leave_share_max)
            params = {"in_time": in_time}
            one = self._new(by, K.LEAVE, agent, day, last_day, note, start=span.start, end=span.end, params=params)
            one = one._replace(expires_at=span.end)
            if automatic:
                return await self._conclude(by, case, one._replace(automatic=True), "planning_request.approved")
            return await self._keep(by, case, one, [], "planning_request.asked")

    async def ask_swap(
        self, by: Principal, agent: str, day: str, partner: str | None, partner_day: str | None, note: str,
        *, give_away: bool = False,
    ) -> Shown:  # fmt: skip
        """A shift for a shift, or a shift given away, to a colleague or (given away) to all who can take it.

        Raises Invalid `bad_day`, `unknown_agent`, `partner_missing`; Refused `no_shift`, `notice_too_short`,
        `rules_broken` (with the conflicts), `nobody_can_take_it`, `asked_already`.
        """
        kind = K.GIVE_AWAY if give_away else K.SWAP
        other_day = day_of_text(partner_day or day)
        if kind is K.SWAP and partner is None:
            raise Invalid("partner_missing", "Say with whom you want to swap.", field="partner")
        first, last = min(day_of_text(day), other_day), max(day, other_day)
        async with self._case(first, last) as case:
            self._known(case.setup, agent)
            if partner is not None:
                self._known(case.setup, partner)
            if partner == agent:
                raise Invalid("unknown_agent", "Swap with somebody else.", field="partner")
            self._check_notice(case, agent, day)
            for other in await rows.requests(case.conn, open=True, agent=agent, limit=1000):
                if other.kind in (K.SWAP, K.GIVE_AWAY) and other.agent == agent and other.day == day:
                    raise Refused("asked_already", "You have offered this shift already.", request=other.id)
            one = self._new(
                by, kind, agent, day, last, note, partner=partner, partner_day=other_day if kind is K.SWAP else None
            )
            if partner is not None:
                self._check_taken(case, one, partner)
                asked = [partner]
            else:
                asked = [
                    id for id in case.fair(await self._called(case), sorted(case.setup.ground.people), day)
                    if id != agent and not case.broken(one, id)
                ]  # fmt: skip
                if not asked:
                    raise Refused("nobody_can_take_it", "Nobody can take this shift within the rules.")
            start = (case.day(agent, day).shift or (None, None))[0]
            one = one._replace(expires_at=start)
            return await self._keep(by, case, one, asked, "planning_request.asked")

    async def accept(self, by: Principal, agent: str, id: str) -> Shown:
        """By a colleague, or by somebody who was called up. The first acceptances win.

        Raises Refused `request_closed`, `taken`, `rules_broken`; Forbidden `not_asked`.
        """
        async with self._deciding(id) as (case, one, offers):
            mine = _asked(offers, agent)
            if mine.answer == "accepted" and one.partner in (agent, None):
                return self._shown(one, case.setup, offers)  # asked again after a lost answer
            if one.state is not S.OFFERED:
                raise Refused("taken", "Somebody else was first, or it is over.", state=str(one.state))
            self._check_live(one, case.now)
            offers = _answered(offers, agent, "accepted", case.now)
            if one.kind in (K.CALL_UP, K.OVERTIME):
                return await self._take_place(by, case, one, offers, agent)
            self._check_taken(case, one, agent)
            rules = case.setup.ground.rules_of(one.agent)
            one = one._replace(partner=agent)
            if rules.swap_automatic:
                one = one._replace(automatic=True)
                return await self._conclude(by, case, one, "planning_request.accepted", offers, Act.CONCLUDE)
            one = one._replace(state=r.after(one.kind, one.state, Act.ACCEPT))
            return await self._keep(by, case, one, offers, "planning_request.accepted")

    async def decline(self, by: Principal, agent: str, id: str) -> Shown:
        async with self._deciding(id) as (case, one, offers):
            _asked(offers, agent)
            if one.state is not S.OFFERED:
                raise Refused("request_closed", "This is over already.", state=str(one.state))
            offers = _answered(offers, agent, "declined", case.now)
            if all(offer.answer == "declined" for offer in offers):
                one = one._replace(state=r.after(one.kind, one.state, Act.DECLINE), decided_at=case.now)
            return await self._keep(by, case, one, offers, "planning_request.declined")

    async def withdraw(self, by: Principal, agent: str, id: str) -> Shown:
        """By whoever asked. Leave that was granted and has not begun is given back: the shifts come back where
        nobody has changed those days since. Raises Forbidden `not_yours`, Refused `request_closed`, `begun`."""
        async with self._deciding(id) as (case, one, offers):
            if one.agent != agent:
                raise Forbidden("not_yours", "Only whoever asked can withdraw a request.")
            granted = one.state is S.APPROVED
            if granted and (one.start or 0) <= case.now:
                raise Refused("begun", "This has begun already.")
            one = one._replace(state=r.after(one.kind, one.state, Act.WITHDRAW), decided_at=case.now)
            if not granted or one.version is None:
                return await self._keep(by, case, one, offers, "planning_request.withdrawn")
            back: dict[DayKey, PersonDay] = {}
            for change in await store.changes(case.conn, self._site().id, one.version):
                if case.day(change.agent, change.day).spans == change.after:
                    back[change.agent, change.day] = msgspec.structs.replace(
                        case.day(change.agent, change.day), spans=change.before
                    )
            return await self._publish(by, case, one, offers, back, "planning_request.withdrawn", checked=False)

    # --- decided by supervisors

    async def decide(self, by: Principal, id: str, decision: str, reason: str, *, over: bool = False) -> Shown:
        """Approve, or refuse with a reason. Nobody decides on their own request. Raises Invalid `reason_missing`;
        Forbidden `four_eyes`; Refused `request_closed`, `rules_broken` unless `over`."""
        async with self._deciding(id) as (case, one, offers):
            if by.agent_id is not None and by.agent_id in (one.agent, one.partner):
                raise Forbidden("four_eyes", "Somebody else decides on your own requests.")
            if decision == "refuse":
                if not reason.strip():
                    raise Invalid("reason_missing", "Say why: the person reads it.", field="reason")
                one = one._replace(
                    state=r.after(one.kind, one.state, Act.REFUSE), reason=reason.strip(), decided_at=case.now,
                    decided_by_name=by.name,
                )  # fmt: skip
                return await self._keep(by, case, one, offers, "planning_request.refused")
            one = one._replace(decided_by_name=by.name, reason=reason.strip())
            return await self._conclude(by, case, one, "planning_request.approved", offers, Act.APPROVE, over=over)

    async def detail(self, id: str) -> tuple[Shown, list[Conflict], dict[DayKey, PersonDay], list[store.DayChange]]:
        """A request, what it would break, and the days that it would make: for the effect on cover."""
        async with self._deciding(id) as (case, one, offers):
            if not one.state.open:
                return self._shown(one, case.setup, offers), [], {}, []
            taker = one.partner or next((o.agent for o in offers), None)
            made = case.made(one, taker) if taker is not None or one.kind is K.LEAVE else {}
            conflicts = case.conflicts(made)
            changes = [store.DayChange(*key, case.day(*key).spans, day.spans) for key, day in sorted(made.items())]
            return self._shown(one, case.setup, offers), conflicts, made, changes

    # --- call-ups and overtime

    async def candidates(
        self, by: Principal, kind: RequestKind, start: Ms, end: Ms, group: str | None
    ) -> list[Shown]:
        """Who can be asked, in the order of fairness. Raises Invalid `bad_span`; NotFound `no_such_group`."""
        if not 0 < end - start <= DAY_MS:
            raise Invalid("bad_span", "It ends after it starts, within 24 hours.", field="end")
        zone = self._site().zone
        async with self._case(local_date_of(start, zone), local_date_of(start, zone), locked=False) as case:
            _check_group(case, by, group)
            return [
                {"agent": one.agent, "name": case.setup.ground.people[one.agent].name, "called": one.called,
                 "hours": round(one.hours, 2)}
                for one in case.candidates(await self._called(case), kind, start, end, group)
            ]  # fmt: skip

    async def call_up(
        self, by: Principal, kind: RequestKind, start: Ms, end: Ms, *, places: int = 1, group: str | None = None,
        agents: Sequence[str] | None = None, note: str = "", once: str = "",
    ) -> Shown:  # fmt: skip
        """Offers the time to those who can be asked; `agents` narrows whom. Open for the rules' answering time, at
        most until it begins. `once`: what was offered under this name before is given, and nothing more is offered.
        Raises Invalid `bad_span`; Refused `nobody_to_ask`, `past`."""
        if not 0 < end - start <= DAY_MS or start % GRID or end % GRID:
            raise Invalid("bad_span", "It ends after it starts, in steps of five minutes, within 24 hours.")
        zone = self._site().zone
        day = local_date_of(start, zone)
        async with self._case(day, day) as case:
            if once and (before := await rows.offered_as(case.conn, once)) is not None:
                return self._shown(before, case.setup, (await rows.offers(case.conn, [before.id]))[before.id])
            _check_group(case, by, group)
            if start <= case.now:
                raise Refused("past", "This time has begun already: choose a later one.")
            found = case.candidates(await self._called(case), kind, start, end, group)
            asked = [one.agent for one in found if agents is None or one.agent in agents]
            if not asked:
                raise Refused("nobody_to_ask", "Nobody is on standby for this time, or all of them work already.")
            rules = case.setup.ground.rules_of(asked[0])
            expires = min(start, case.now + rules.call_up_answer_s * 1000)
            one = self._new(by, kind, "", day, day, note, start=start, end=end, places=places)._replace(
                expires_at=expires, params={"group": group, "once": once}
            )
            return await self._keep(by, case, one, asked, "planning_request.offered")

    async def cancel(self, by: Principal, id: str) -> Shown:
        """A call-up that is no longer needed."""
        async with self._deciding(id) as (case, one, offers):
            if one.kind not in (K.CALL_UP, K.OVERTIME):
                raise NotFound("no_such_request", "There is no such call-up.")
            one = one._replace(
                state=r.after(one.kind, one.state, Act.WITHDRAW), decided_at=case.now, decided_by_name=by.name
            )
            return await self._keep(by, case, one, offers, "planning_request.cancelled")

    async def state(self, id: str) -> r.RequestState:
        """Raises NotFound `no_such_request`."""
        async with self._database.read(ALL) as conn:
            return (await rows.request(conn, id)).state

    async def sweep(self) -> int:
        """Closes what nobody answered in time; gives how many."""
        async with self._database.read(ALL) as conn:
            ids = await rows.expired(conn, self._clock.now())
        done = 0
        for id in ids:
            async with self._deciding(id) as (case, one, offers):
                if not one.state.open or one.expires_at is None or one.expires_at > case.now:
                    continue
                taken = any(offer.answer == "accepted" for offer in offers) and one.kind in (K.CALL_UP, K.OVERTIME)
                state = S.APPROVED if taken else r.after(one.kind, one.state, Act.EXPIRE)
                await self._keep(
                    SYSTEM, case, one._replace(state=state, decided_at=case.now), offers, "planning_request.expired"
                )
                done += 1
        return done

    # --- reading

    async def listed(self, *, open: bool | None = None, agent: str | None = None, limit: int = 200) -> list[Shown]:
        async with self._database.read(ALL) as conn:
            setup = await documents.read(conn)
            found = await rows.requests(conn, open=open, agent=agent, limit=limit)
            offers = await rows.offers(conn, [one.id for one in found])
        return [self._shown(one, setup, offers.get(one.id, [])) for one in found]

    async def colleagues(self, agent: str, day: str, partner_day: str | None, *, give_away: bool) -> list[Shown]:
        """With whom a swap is possible, and of the others why not: codes of rules."""
        other = day_of_text(partner_day or day)
        async with self._case(min(day_of_text(day), other), max(day, other), locked=False) as case:
            self._known(case.setup, agent)
            one = self._new(
                SYSTEM, K.GIVE_AWAY if give_away else K.SWAP, agent, day, max(day, other), "",
                partner_day=None if give_away else other,
            )  # fmt: skip
            out = []
            for id, person in sorted(case.setup.ground.people.items()):
                theirs = case.day(id, other)
                if id == agent or (not give_away and theirs.shift is None):
                    continue
                broken = case.broken(one, id)
                out.append(
                    {"agent": id, "name": person.name, "day": other, "spans": views.spans(theirs.spans),
                     "why_not": sorted({conflict.code for conflict in broken})}
                )  # fmt: skip
        return sorted(out, key=lambda one: (len(one["why_not"]) > 0, one["name"]))

    # --- inside

    async def _conclude(
        self, by: Principal, case: Case, one: Request, action: str, offers: Sequence[Offer] = (),
        act: Act | None = None, *, over: bool = False,
    ) -> Shown:  # fmt: skip
        """Into the schedule. Raises Refused `rules_broken`."""
        to = r.after(one.kind, one.state, act) if act is not None else S.APPROVED
        made = case.made(one, one.partner)
        broken = [c for c in case.conflicts(made) if c.must]
        if broken and not over:
            raise _broken(broken)
        if one.kind is not K.LEAVE and not made:
            raise Refused("no_shift", "The shift is not there any more.")
        one = one._replace(state=to, decided_at=case.now)
        return await self._publish(by, case, one, offers, made, action, checked=False)

    async def _take_place(
        self, by: Principal, case: Case, one: Request, offers: Sequence[Offer], agent: str
    ) -> Shown:
        taken = sum(offer.answer == "accepted" for offer in offers)
        made = case.made(one, agent)
        broken = [c for c in case.conflicts(made) if c.must]
        if broken:
            raise _broken(broken)
        full = taken >= one.places
        if full:
            one = one._replace(state=r.after(one.kind, one.state, Act.CONCLUDE), decided_at=case.now)
        partner = agent if one.places == 1 else None
        one = one._replace(partner=partner or one.partner)
        if full:
            offers = [o if o.answer else o._replace(answer="late", answered_at=case.now) for o in offers]
        return await self._publish(by, case, one, offers, made, "planning_request.accepted", checked=False)

    def _check_taken(self, case: Case, one: Request, taker: str) -> None:
        """Raises Refused `no_shift`, `rules_broken`."""
        theirs = case.day(taker, one.partner_day or one.day)
        if case.day(one.agent, one.day).shift is None or (one.kind is K.SWAP and theirs.shift is None):
            raise Refused("no_shift", "There is no shift on that day to swap.")
        broken = case.broken(one, taker)
        if broken:
            raise _broken(broken)

    def _check_notice(self, case: Case, agent: str, day: str) -> None:
        shift = case.day(agent, day).shift
        if shift is None:
            raise Refused("no_shift", "You have no shift on that day.")
        rules = case.setup.ground.rules_of(agent)
        if shift[0] - case.now < rules.swap_notice_h * HOUR:
            raise Refused(
                "notice_too_short", f"A shift can be swapped until {rules.swap_notice_h} hours before it starts.",
                hours=rules.swap_notice_h,
            )  # fmt: skip

    def _check_live(self, one: Request, now: Ms) -> None:
        if one.expires_at is not None and one.expires_at <= now:
            raise Refused("taken", "The time to answer is over.", state="expired")

    async def _called(self, case: Case) -> dict[str, int]:
        return await rows.called_up(case.conn, case.now - FAIR_MS)


def _check_group(case: Case, by: Principal, group: str | None) -> None:
    if group is not None and group not in case.setup.visible(by):
        raise NotFound("no_such_group", "There is no such skill group, or it serves another client.")


def _asked(offers: Sequence[Offer], agent: str) -> Offer:
    for offer in offers:
        if offer.agent == agent:
            return offer
    raise Forbidden("not_asked", "This was not offered to you.")


def _answered(offers: Sequence[Offer], agent: str, answer: str, now: Ms) -> list[Offer]:
    return [o._replace(answer=answer, answered_at=now) if o.agent == agent else o for o in offers]


def _broken(conflicts: Sequence[Conflict]) -> Refused:
    first = conflicts[0]
    return Refused(
        "rules_broken",
        f"This would break a rule: {first.code} ({first.agent}, {first.day}).",
        conflicts=[views.conflict(one) for one in conflicts],
    )
