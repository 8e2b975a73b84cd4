"""Agents' set-up: the agent half of a staff row. Stands behind `identity.ports.AgentDocuments`."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, Refused
from jietong.core.ids import new_id
from jietong.core.inbox import Inbox
from jietong.core.specs import AgentSpec
from jietong.db.pool import ALL, Database
from jietong.identity.model import Principal
from jietong.routing import service, store
from jietong.routing.store import Kind


class Agents:
    """Agent documents `{"version": int, "spec": {...AgentSpec}}` by agent id."""

    def __init__(self, database: Database, inbox: Inbox, clock: Clock) -> None:
        self._database = database
        self._inbox = inbox
        self._clock = clock

    async def documents(self, agent_ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        async with self._database.read(ALL) as conn:
            rows = await conn.fetch(
                "SELECT id, version, spec FROM setup_document WHERE kind = $1 AND id = ANY($2::text[])",
                Kind.AGENT,
                list(agent_ids),
            )
        return {row["id"]: {"version": row["version"], "spec": row["spec"]} for row in rows}

    async def save(
        self, agent_id: str | None, document: Mapping[str, Any], *, name: str, active: bool, by: Principal
    ) -> str:
        """Creates or changes an agent and tells the writer; the account's name and activity are the agent's.

        Repeating it with the same document changes nothing. Raises Invalid (paths within the document), Refused
        `stale_version`, Unavailable.
        """
        id = agent_id or new_id(self._clock.now())
        try:
            spec = msgspec.convert(
                {**dict(document.get("spec") or {}), "id": id, "name": name, "active": active}, AgentSpec
            )
        except msgspec.ValidationError as error:
            raise Invalid("bad_spec", str(error), field="agent.spec") from error
        base = document.get("version")
        stored = (await self.documents([id])).get(id)
        if stored is not None and msgspec.convert(stored["spec"], AgentSpec) == spec:
            return id
        if stored is not None and base is None:
            raise Refused("stale_version", "This agent exists already: load it again.", current=stored["version"])
        await service.save(
            self._database, self._inbox, self._clock, by, Kind.AGENT, spec, None if stored is None else base
        )
        return id

    async def all(self) -> list[AgentSpec]:
        async with self._database.read(ALL) as conn:
            return [document.spec for document in await store.read_all(conn, Kind.AGENT, AgentSpec)]
