"""What people write down beside a contract: forecasts, judged scores, actions, comments."""

import math
from datetime import date
from typing import Any

import asyncpg

from jietong.core.clock import Clock
from jietong.core.errors import Forbidden, Invalid, NotFound, Refused
from jietong.core.ids import new_id
from jietong.db.pool import Connection, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.identity.permissions import Permission
from jietong.sla import store
from jietong.sla.parties import side_of
from jietong.sla.periods import days_of, period_of
from jietong.sla.store import StoredAction
from jietong.sla.versions import Governed, governed

Shown = dict[str, Any]
LANGUAGES = ("zh-Hans", "zh-Hant", "en")


class Records:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # --- forecasts (D2)

    async def forecast(self, by: Principal, id: str, period: str) -> Shown:
        """Raises NotFound `no_such_forecast`."""
        async with self._database.read(by.scope) as conn:
            await self._governed(conn, by, id)
            row = await store.forecast(conn, id, period)
        if row is None:
            raise NotFound("no_such_forecast", f"No forecast has been given for {period}.")
        return dict(row)

    async def set_forecast(
        self, by: Principal, id: str, period: str, total: float | None, days: dict[str, float] | None, lock: bool
    ) -> Shown:
        """Raises Refused `locked`; Invalid `bad_forecast`, `bad_period`."""
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            found = await self._governed(conn, by, id)
            span = period_of(period, found.contract, found.stored.ended_on)
            stored = await store.forecast(conn, id, period, lock=True)
            if stored is not None and stored["locked_at"] is not None:
                raise Refused("locked", f"The forecast of {period} is locked: both sides plan by it.")
            by_day = _forecast_days(days_of(span), total, days)
            await conn.execute(
                "INSERT INTO sla_forecast (contract, period, client, total, days, locked_at, by_name) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (contract, period) DO UPDATE SET "
                "total = excluded.total, days = excluded.days, locked_at = excluded.locked_at, "
                "by_name = excluded.by_name",
                id,
                period,
                found.stored.client,
                sum(by_day.values()),
                by_day,
                now if lock else None,
                by.name,
            )
            row = await store.forecast(conn, id, period)
            assert row is not None
            await self._audit(conn, by, "sla_forecast.locked" if lock else "sla_forecast.set", id, period=period)
        return dict(row)

    # --- judged scores (D3)

    async def scores(self, by: Principal, id: str, period: str | None) -> list[Shown]:
        async with self._database.read(by.scope) as conn:
            await self._governed(conn, by, id)
            return [_score(row) for row in await store.scores(conn, id, period)]

    async def add_score(
        self, by: Principal, id: str, *, period: str, objective: str, score: float, sample: int, panel: str, note: str
    ) -> Shown:
        """Raises Invalid `not_judged`, `bad_score`; Refused `period_closed`."""
        if not math.isfinite(score) or not 0 <= score <= 100:
            raise Invalid("bad_score", "A score lies between 0 and 100.", field="score")
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            found = await self._governed(conn, by, id)
            period_of(period, found.contract)
            one = found.contract.objective(objective)
            if one is None or one.judged is None:
                raise Invalid(
                    "not_judged", "People judge only objectives that name quality criteria.", field="objective"
                )
            if (await store.period_states(conn, id)).get(period) == "final":
                raise Refused("period_closed", f"{period} is final. Restate its statement instead.")
            row = await conn.fetchrow(
                "INSERT INTO sla_score (id, client, contract, period, objective, score, sample, panel, note, at, by, "
                "by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING *",
                new_id(now),
                found.stored.client,
                id,
                period,
                objective,
                round(score, 4),
                sample,
                panel.strip(),
                note.strip(),
                now,
                by.account_id,
                by.name,
            )
            assert row is not None
            await self._audit(conn, by, "sla_score.given", id, period=period, objective=objective, score=score)
        return _score(row)

    # --- actions

    async def actions(self, by: Principal, id: str) -> list[Shown]:
        async with self._database.read(by.scope) as conn:
            await self._governed(conn, by, id)
            return [action_out(one) for one in await store.actions(conn, id)]

    async def save_action(
        self,
        by: Principal,
        id: str,
        action: str | None,
        *,
        text: str,
        owner: str,
        due: str | None,
        expected: str,
        period: str | None,
        done: bool,
    ) -> Shown:
        """Raises Invalid `bad_day`; NotFound `no_such_action`."""
        if due is not None:
            checked_day(due, "due")
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            found = await self._governed(conn, by, id)
            old = {one.id: one for one in await store.actions(conn, id)}
            if action is not None and action not in old:
                raise NotFound("no_such_action", "There is no such action.")
            before = old.get(action or "")
            made = StoredAction(
                id=action or new_id(now),
                contract=id,
                period=period,
                text=_same(before.text if before else {}, text.strip()),
                expected=_same(before.expected if before else {}, expected.strip()),
                owner=owner.strip(),
                due=due,
                done_at=(before.done_at if before and before.done_at else now) if done else None,
                made_at=before.made_at if before else now,
                made_by_name=before.made_by_name if before else by.name,
            )
            await store.save_action(conn, made, found.stored.client)
            await self._audit(conn, by, "sla_action.saved", id, saved=made.id, due=due, owner=made.owner, done=done)
        return action_out(made)

    # --- comments

    async def comments(self, by: Principal, id: str, object: str | None) -> list[Shown]:
        async with self._database.read(by.scope) as conn:
            await self._governed(conn, by, id)
            return [dict(row) for row in await store.comments(conn, id, object)]

    async def add_comment(self, by: Principal, id: str, object: str, text: str) -> Shown:
        now = self._clock.now()
        async with self._database.transaction(by.scope) as conn:
            found = await self._governed(conn, by, id)
            row = await conn.fetchrow(
                "INSERT INTO sla_comment (id, client, contract, object, side, text, at, by, by_name) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id, object, side, text, at, by_name",
                new_id(now),
                found.stored.client,
                id,
                object,
                side_of(by),
                text.strip(),
                now,
                by.account_id,
                by.name,
            )
            assert row is not None
            await self._audit(conn, by, "sla_comment.written", id, about=object)
        return dict(row)

    async def _governed(self, conn: Connection, by: Principal, id: str) -> Governed:
        return await seen(conn, by, id, self._clock)

    async def _audit(self, conn: Connection, by: Principal, action: str, id: str, **details: Any) -> None:
        await audit.append(conn, by=by, action=action, object=id, now=self._clock.now(), details=details)


async def seen(conn: Connection, by: Principal, id: str, clock: Clock) -> Governed:
    """The contract as it governs now, if the reader may see it: what is only a draft is ours alone.

    Raises NotFound `no_such_contract`, Forbidden `not_permitted`.
    """
    if not by.may(Permission.CONTRACT_VIEW):
        raise Forbidden("not_permitted", "Your role does not include agreements.")
    found = await governed(conn, id, clock.now())
    if side_of(by) == "theirs" and found.version.state == "draft":
        raise store.no_such_contract()
    return found


def checked_day(text: str, field: str) -> date:
    """Raises Invalid `bad_day`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("bad_day", f"{text!r} is no day: write 2026-07-31.", field=field) from error


def action_out(one: StoredAction) -> Shown:
    return {
        "id": one.id,
        "contract": one.contract,
        "period": one.period,
        "texts": one.text,
        "owner": one.owner,
        "due": one.due,
        "draft": one.done_at is None and not (one.owner and one.due),
        "done_at": one.done_at,
        "expected": one.expected,
        "made_by_name": one.made_by_name,
    }


def _same(before: dict[str, str], text: str) -> dict[str, str]:
    """What a person wrote is shown in every language as written; what was there in three stays while unchanged."""
    return before if text in before.values() else dict.fromkeys(LANGUAGES, text)


def _score(row: asyncpg.Record) -> Shown:
    return {name: row[name] for name in ("id", "period", "objective", "sample", "panel", "note", "at", "by_name")} | {
        "score": float(row["score"])
    }


def _forecast_days(days: list[date], total: float | None, given: dict[str, float] | None) -> dict[str, float]:
    if given is not None:
        known = {day.isoformat() for day in days}
        wrong = [day for day, n in given.items() if day not in known or not math.isfinite(n) or not 0 <= n <= 1e9]
        if wrong:
            raise Invalid(
                "bad_forecast", f"{wrong[0]}: a day of the period, with a number of at least 0.", field="days"
            )
        return {day.isoformat(): given.get(day.isoformat(), 0.0) for day in days}
    if total is None or not math.isfinite(total) or not 0 <= total <= 1e12:
        raise Invalid("bad_forecast", "Give the number of contacts, of the period or of each day.", field="total")
    return {day.isoformat(): total / len(days) for day in days}
