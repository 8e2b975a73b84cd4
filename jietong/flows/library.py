"""The flows that serve customers, in memory: whoever needs one at the moment of a call does not wait for it."""

from typing import NamedTuple

import structlog

from jietong.core.errors import JietongError
from jietong.db.pool import ALL, Database
from jietong.flows import model, store
from jietong.flows.runner import Fetcher, no_requests

log = structlog.get_logger(__name__)


class Serving(NamedTuple):
    """A published version."""

    flow: model.Flow
    version: int


class Library:
    """Published flows of one process. Filled by `reload`: at the start, and whenever something is published."""

    def __init__(self, database: Database, fetch: Fetcher = no_requests) -> None:
        self.fetch = fetch
        """How requests of these flows go out (`requests.Requests.fetch`)."""
        self._database = database
        self._serving: dict[str, Serving] = {}
        self._former: dict[tuple[str, int], Serving] = {}

    async def reload(self) -> None:
        async with self._database.read(ALL) as conn:
            found = await store.serving(conn)
        serving: dict[str, Serving] = {}
        for version in found:
            try:
                serving[version.flow] = Serving(model.read(version.document), version.version)
            except JietongError as error:  # written by a later release: the others still serve
                log.error("flow_unreadable", flow=version.flow, version=version.version, detail=error.detail)
        self._serving = serving

    def flows(self) -> list[model.Flow]:
        """All that serve now."""
        return [one.flow for one in self._serving.values()]

    def serving(self, id: str) -> Serving | None:
        """The version that new customers get; None: there is no such flow, or it is not published. O(1)."""
        return self._serving.get(id)

    async def version(self, id: str, version: int) -> Serving:
        """Any version that ever was: for customers who are still in it. Raises NotFound `no_such_version`."""
        now = self._serving.get(id)
        if now is not None and now.version == version:
            return now
        former = self._former.get((id, version))
        if former is None:
            async with self._database.read(ALL) as conn:
                found = await store.version(conn, id, version)
            former = self._former[id, version] = Serving(model.read(found.document), version)
        return former
