"""Trunks, numbers and extensions as an administrator changes them: checked, stored, and told to the plant at once."""

from typing import NamedTuple

import structlog

from jietong.calls import secrets
from jietong.calls.plant import REGISTERED, TelephonePlant
from jietong.calls.secrets import Safe
from jietong.core.clock import Clock
from jietong.core.errors import JietongError, Refused
from jietong.core.inbox import Inbox
from jietong.core.specs import ExtensionSpec, NumberSpec, TrunkSpec
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.model import Principal
from jietong.routing import service
from jietong.routing.store import Document, Kind
from jietong.routing.telephony import check_password
from jietong.routing.validation import Fault

log = structlog.get_logger(__name__)


class Made(NamedTuple):
    """An extension, and its password where one has just been made that somebody must type into a telephone."""

    document: Document[ExtensionSpec]
    password: str | None


class PlantSetup:
    def __init__(self, database: Database, inbox: Inbox, clock: Clock, safe: Safe, plant: TelephonePlant) -> None:
        self._database = database
        self._inbox = inbox
        self._clock = clock
        self._safe = safe
        self._plant = plant

    async def with_password(self, kind: Kind) -> set[str]:
        async with self._database.read(ALL) as conn:
            return await secrets.known(conn, kind)

    async def save_trunk(
        self, by: Principal, spec: TrunkSpec, base: int | None, password: str | None
    ) -> Document[TrunkSpec]:
        """`password`: None leaves it as it is, an empty one takes it away. Raises as `routing.service.save`."""
        now = self._clock.now()
        more = []
        if password:
            if check_password(password):
                raise service.invalid(check_password(password))
            more.append(self._safe.write(Kind.TRUNK, spec.id, password, now))
        elif password is not None:
            more.append(secrets.forget(Kind.TRUNK, spec.id))
        if spec.kind == "registration" and spec.active and not password:
            known = await self.with_password(Kind.TRUNK)
            if password is not None or spec.id not in known:
                raise service.invalid([Fault("password", "password_needed")])
        document = await service.save(
            self._database, self._inbox, self._clock, by, Kind.TRUNK, spec, base,
            more=more, also={"password": "changed"} if password is not None else None,
        )  # fmt: skip
        await self._tell()
        return document

    async def save_number(self, by: Principal, spec: NumberSpec, base: int | None) -> Document[NumberSpec]:
        if base is not None:
            await service.read(self._database, by, Kind.NUMBER, spec.id, NumberSpec)  # another client's is not there
        document = await service.save(self._database, self._inbox, self._clock, by, Kind.NUMBER, spec, base)
        await self._tell()
        return document

    async def save_extension(self, by: Principal, spec: ExtensionSpec, base: int | None) -> Made:
        """One that registers gets a password when it has none yet, or becomes another kind of telephone; a browser's
        also when it is given to another agent."""
        made: str | None = None
        more = []
        if spec.kind in REGISTERED:
            old = None
            if base is not None:
                old = (await service.read(self._database, by, Kind.EXTENSION, spec.id, ExtensionSpec)).spec
            # A browser fetches its own anew; whoever had the extension before may have read it there.
            other_agent = old is not None and spec.kind == "softphone" and old.agent != spec.agent
            if old is None or old.kind != spec.kind or other_agent:
                made = secrets.new_password()
                more.append(self._safe.write(Kind.EXTENSION, spec.id, made, self._clock.now()))
        else:
            more.append(secrets.forget(Kind.EXTENSION, spec.id))
        document = await service.save(
            self._database, self._inbox, self._clock, by, Kind.EXTENSION, spec, base, more=more
        )
        await self._tell()
        return Made(document, made if spec.kind == "phone" else None)

    async def new_password(self, by: Principal, extension: str) -> str:
        """For a SIP phone; the old one ends at once. Raises NotFound, Refused `no_password` for other kinds."""
        spec = (await service.read(self._database, by, Kind.EXTENSION, extension, ExtensionSpec)).spec
        if spec.kind != "phone":
            raise Refused("no_password", "Only a SIP phone has a password to type: a browser gets its own by itself.")
        made = secrets.new_password()
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            write = self._safe.write(Kind.EXTENSION, extension, made, now)
            await conn.execute(write.sql, *write.args)
            await audit.append(conn, by=by, action="extension.password", object=extension, now=now)
        await self._tell()
        return made

    async def _tell(self) -> None:
        """The change is stored; a plant that cannot hear of it now reads it at its next change or start."""
        try:
            await self._plant.reload()
        except JietongError as error:
            log.error("plant_not_reloaded", code=error.code)
