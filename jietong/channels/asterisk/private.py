"""The site of our own Asterisk: where it is, how its plant is written, what its manager interface tells."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

import structlog

from jietong.channels import switch as t
from jietong.channels.asterisk import plant as pjsip
from jietong.channels.asterisk.ami import Ami, Message
from jietong.channels.asterisk.ari import Ari
from jietong.channels.asterisk.configuration import APP, RELEASE, USER, Configuration, Layout, replace
from jietong.channels.asterisk.doorkeeper import Doorkeeper
from jietong.channels.asterisk.heard import Heard
from jietong.channels.asterisk.site import Account
from jietong.channels.asterisk.supervise import Keeper
from jietong.core.clock import Clock, SystemClock
from jietong.core.errors import Unavailable

log = structlog.get_logger(__name__)

_AGAIN_S = 0.5
_LOOK_UP_S = 2.0
_LOOK_S = 30.0  # how often those shut out are looked over
_INTRUSIONS = {"InvalidPassword", "InvalidAccountID", "ChallengeResponseFailed", "FailedACL", "InvalidTransport"}


class PrivateSite:
    """Implements `site.Site` for the Asterisk that `keeper` runs."""

    app = APP
    release = RELEASE
    remote = False
    tells_registrations = True

    def __init__(self, keeper: Keeper, layout: Layout, clock: Clock | None = None) -> None:
        self._keeper = keeper
        self._layout = layout
        self._clock = clock or SystemClock()
        self._door = Doorkeeper()
        self._registrations: dict[str, str] = {}  # `user@host` of a registration to its trunk
        self.recordings: Path = layout.recordings

    @property
    def configuration(self) -> Configuration:
        return self._keeper.configuration

    @property
    def url(self) -> str:
        return self.configuration.ari_url

    @property
    def login(self) -> tuple[str, str]:
        return USER, self.configuration.secrets.ari

    @property
    def web_socket_url(self) -> str:
        return self.configuration.web_socket_url

    @property
    def web_call(self) -> Account | None:
        return Account(pjsip.WEB_CALL, self.configuration.secrets.web_call)

    async def set_up(self, ari: Ari, plant: t.Plant) -> None:
        """Writes the plant and has it read again, where it changed. Calls under way are not touched."""
        text = pjsip.render(plant, web_call_password=self.configuration.secrets.web_call)
        self._registrations = {
            f"{trunk.username}@{trunk.host}".lower(): trunk.id
            for trunk in plant.trunks
            if trunk.kind == "registration"
        }
        self._door.spare(await _addresses(plant))
        if replace(self._layout.plant, text):
            # Trap: this one reloads endpoints, logins and addresses; registrations have a reload of their own.
            await ari.put("asterisk", "modules", "res_pjsip.so")
            await ari.put("asterisk", "modules", "res_pjsip_outbound_registration.so")

    async def watch(self, heard: Heard, tell: Callable[[t.Tell], None]) -> None:
        while True:
            try:
                async with Ami(self.configuration.sockets.ami, self.configuration.secrets.ami) as ami:
                    await self._listen(ami, heard, tell)
            except Unavailable as error:
                log.info("the switch's manager interface is not there", why=error.detail)
            await asyncio.sleep(_AGAIN_S)

    async def _listen(self, ami: Ami, heard: Heard, tell: Callable[[t.Tell], None]) -> None:
        forgiving = asyncio.create_task(self._forgive(ami), name="asterisk-doorkeeper")
        try:
            await ami.action("PJSIPShowRegistrationsOutbound")
            async with contextlib.aclosing(ami.events()) as events:
                async for event in events:
                    await self._event(ami, event, heard, tell)
        finally:
            forgiving.cancel()

    async def _event(self, ami: Ami, event: Message, heard: Heard, tell: Callable[[t.Tell], None]) -> None:
        kind, now = event["Event"], self._clock.now()
        if kind in _INTRUSIONS:
            address = _address(event.get("RemoteAddress", ""))
            verdict = self._door.failed(address, now)
            if verdict.news or not verdict.locked:  # what comes from there until the switch knows of it is old news
                tell(t.Intrusion(now, address=address, account=event.get("AccountID", ""), locked=verdict.locked))
            if verdict.news:
                log.warning("an address is shut out after wrong passwords", address=address)
                await self._write_door(ami)
        elif kind == "SuccessfulAuth":
            self._door.succeeded(_address(event.get("RemoteAddress", "")))
        elif kind == "Registry":
            account = event.get("Username", "").removeprefix("sip:").removeprefix("sips:")
            self._registered(heard, account, event.get("Status", ""), event.get("Cause", ""))
        elif kind == "OutboundRegistrationDetail":
            self._registered(heard, event.get("ClientUri", "").removeprefix("sip:"), event.get("Status", ""), "")

    def _registered(self, heard: Heard, account: str, status: str, why: str) -> None:
        user, _, host = account.partition("@")
        trunk = self._registrations.get(f"{user}@{host.split(';')[0].rpartition(':')[0] or host}".lower())
        if trunk is None:
            trunk = self._registrations.get(account.lower())
        if trunk is not None:
            up = status == "Registered"
            heard.trunk(trunk, up=up, why="" if up else why or status.lower(), at=self._clock.now())

    async def _forgive(self, ami: Ami) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            if self._door.forgive(self._clock.now()):
                await self._write_door(ami)

    async def _write_door(self, ami: Ami) -> None:
        replace(self._layout.shut_out, pjsip.shut_out(self._door.shut_out))
        await ami.command("module reload res_pjsip.so")
        await ami.command("module reload res_pjsip_acl.so")


def _address(words: str) -> str:
    """Out of `IPV4/UDP/192.0.2.7/5060`."""
    parts = words.split("/")
    return parts[2] if len(parts) >= 3 else words


async def _addresses(plant: t.Plant) -> list[str]:
    """Where the trunks' calls come from. A name that cannot be looked up within a moment is left out."""
    loop = asyncio.get_running_loop()
    found = [network for trunk in plant.trunks for network in trunk.networks]
    hosts = {trunk.host for trunk in plant.trunks}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_UP_S):
            answers = await asyncio.gather(
                *(loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM) for host in hosts), return_exceptions=True
            )
            found += [str(one[4][0]) for answer in answers if not isinstance(answer, BaseException) for one in answer]
    return found
