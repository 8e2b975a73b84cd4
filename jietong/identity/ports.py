"""What identity asks of the domains downstream of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from jietong.identity.model import Principal


class AgentDocuments(Protocol):
    """The agent half of a staff row: skills, capacity, employment. `agents` stands behind it.

    A document is `{"version": int, "spec": {...AgentSpec}}`; its `id` is the account's agent id.
    """

    async def documents(self, agent_ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        """Documents by agent id; an id without one is left out."""
        ...

    async def save(
        self, agent_id: str | None, document: Mapping[str, Any], *, name: str, active: bool, by: Principal
    ) -> str:
        """Creates (agent_id None) or changes an agent and tells the writer; gives the agent id.

        Repeating it with the same document changes nothing. Raises Invalid (with field paths), Refused
        `stale_version`, Unavailable.
        """
        ...
