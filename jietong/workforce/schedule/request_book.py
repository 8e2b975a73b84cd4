"""How a request is looked up, kept with notices and the audit entry, and brought into the schedule."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from jietong.core.clock import Clock
from jietong.core.errors import Invalid
from jietong.core.ids import new_id
from jietong.core.inbox import Write
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.workforce.schedule import documents, store
from jietong.workforce.schedule import request_store as rows
from jietong.workforce.schedule.documents import Setup
from jietong.workforce.schedule.judging import Case
from jietong.workforce.schedule.model import PersonDay
from jietong.workforce.schedule.publishing import Publishing
from jietong.workforce.schedule.request_store import Offer, Request
from jietong.workforce.schedule.rules import checks
from jietong.workforce.schedule.rules import requests as r
from jietong.workforce.schedule.rules.ground import DayKey
from jietong.workforce.schedule.rules.requests import RequestKind, RequestState
from jietong.workforce.schedule.views import Shown

S = RequestState


class RequestBook:
    """What every use case on requests does, under the lock `publish`: one after another."""

    def __init__(
        self, database: Database, clock: Clock, site: Callable[[], SiteSpec], publishing: Publishing
    ) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._publishing = publishing

    @contextlib.asynccontextmanager
    async def _case(self, first: str, last: str, *, locked: bool = True) -> AsyncIterator[Case]:
        async with self._database.transaction(ALL) as conn:
            if locked:
                await store.lock(conn, "publish")
            yield await self._looked_up(conn, first, last)

    @contextlib.asynccontextmanager
    async def _deciding(self, id: str) -> AsyncIterator[tuple[Case, Request, list[Offer]]]:
        async with self._database.transaction(ALL) as conn:
            await store.lock(conn, "publish")
            one = await rows.request(conn, id)
            offers = (await rows.offers(conn, [id])).get(id, [])
            days = [one.day, one.last_day, *([one.partner_day] if one.partner_day else [])]
            yield await self._looked_up(conn, min(days), max(days)), one, offers

    async def _looked_up(self, conn: Connection, first: str, last: str) -> Case:
        days = await store.published(conn, self._site().id, *checks.span_of(first, last))
        return Case(conn, await documents.read(conn), days, self._clock.now())

    def _new(
        self, by: Principal, kind: RequestKind, agent: str, day: str, last_day: str, note: str, *,
        partner: str | None = None, partner_day: str | None = None, start: Ms | None = None, end: Ms | None = None,
        places: int = 1, params: Mapping[str, Any] | None = None,
    ) -> Request:  # fmt: skip
        now = self._clock.now()
        return Request(
            new_id(now), kind, r.FIRST[kind], agent, partner, day, last_day, partner_day, start, end, note.strip(),
            "", False, None, places, None, dict(params or {}), now, by.account_id, by.name,
        )  # fmt: skip

    async def _keep(
        self, by: Principal, case: Case, one: Request, offers: Sequence[Offer | str], action: str
    ) -> Shown:
        """A change that leaves the schedule as it is."""
        made = _offers(one, offers, case.now)
        writes = self._writes(by, case, one, made, action)
        await store.run(case.conn, writes)
        return self._shown(one, case.setup, made)

    async def _publish(
        self, by: Principal, case: Case, one: Request, offers: Sequence[Offer], made: Mapping[DayKey, PersonDay],
        action: str, *, checked: bool = True,
    ) -> Shown:  # fmt: skip
        final: list[Request] = []

        def more(n: int) -> list[Write]:
            changed = any(case.day(*key).spans != day.spans for key, day in made.items())
            final.append(one._replace(version=n if changed else one.version))
            return self._writes(by, case, final[-1], list(offers), action)

        if all(case.day(*key).spans == day.spans for key, day in made.items()):  # leave of days without a shift
            await store.run(case.conn, more(0))
            return self._shown(final[-1], case.setup, list(offers))
        await self._publishing.put(
            case.conn, by, "request", case.days, made, case.setup, note=one.note, request=one.id, more=more,
            checked=checked,
        )  # fmt: skip
        return self._shown(final[-1], case.setup, list(offers))

    def _writes(self, by: Principal, case: Case, one: Request, offers: Sequence[Offer], action: str) -> list[Write]:
        """Rows of the request, notices to whom it concerns, the audit entry last."""
        writes = [rows.save_write(one), *(rows.offer_write(offer) for offer in offers)]
        people = case.setup.ground.people
        what: dict[str, Any] = {
            "request": one.id, "kind": str(one.kind), "state": str(one.state), "day": one.day,
            "last_day": one.last_day, "partner_day": one.partner_day, "start": one.start, "end": one.end,
            "agent": one.agent, "agent_name": people[one.agent].name if one.agent in people else "",
            "partner": one.partner, "partner_name": people[one.partner or ""].name if one.partner in people else None,
            "reason": one.reason, "by_name": by.name,
        }  # fmt: skip
        to: dict[str, str] = {}
        if action in ("planning_request.asked", "planning_request.offered"):
            to = {offer.agent: f"{one.kind}_offered" for offer in offers}
        else:
            code = f"request_{one.state}"
            to = dict.fromkeys((agent for agent in (one.agent, one.partner) if agent), code)
            if action == "planning_request.cancelled" or one.state is S.WITHDRAWN:
                to |= {offer.agent: code for offer in offers if offer.answer is None}
        me = by.agent_id
        writes += [
            store.notice_write(new_id(case.now), agent, case.now, code, what)
            for agent, code in to.items()
            if agent != me
        ]
        details = {key: value for key, value in what.items() if not key.endswith("_name") and value is not None}
        writes.append(audit.append_write(by=by, action=action, object=one.id, now=case.now, details=details))
        return writes

    def _known(self, setup: Setup, agent: str) -> None:
        if agent not in setup.ground.people:
            raise Invalid("unknown_agent", "This person is not scheduled here.", agent=agent)

    def _shown(self, one: Request, setup: Setup, offers: Sequence[Offer]) -> Shown:
        people = setup.ground.people

        def name(agent: str | None) -> str | None:
            return None if agent is None else people[agent].name if agent in people else agent

        shown = {key: value for key, value in one._asdict().items() if key != "made_by"}
        return {
            **shown,
            "agent_name": name(one.agent) or "",
            "partner_name": name(one.partner),
            "offers": [
                {**{k: v for k, v in offer._asdict().items() if k != "request"}, "name": name(offer.agent) or ""}
                for offer in offers
            ],
        }


def _offers(one: Request, offers: Sequence[Offer | str], now: Ms) -> list[Offer]:
    return [
        offer if isinstance(offer, Offer) else Offer(one.id, offer, place, now) for place, offer in enumerate(offers)
    ]
