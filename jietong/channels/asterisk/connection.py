"""The connection to Asterisk: kept up, its events heard in order, and all looked at again after we were away."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import structlog

from jietong.channels import switch as t
from jietong.channels.asterisk import ari as wire
from jietong.channels.asterisk import lines, quality
from jietong.channels.asterisk.ari import Ari, AriError
from jietong.channels.asterisk.ending import end
from jietong.channels.asterisk.heard import Heard
from jietong.channels.asterisk.lines import MARKS
from jietong.channels.asterisk.site import Account, Site
from jietong.channels.asterisk.tapes import Tapes
from jietong.core.clock import Clock, SystemClock
from jietong.core.errors import JietongError, Unavailable

log = structlog.get_logger(__name__)

_AGAIN_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
_QUALITY_S = 5.0


class Connection:
    """What `switch.AsteriskSwitch` stands on. Implements `heard.Asked`."""

    def __init__(self, site: Site, clock: Clock | None = None) -> None:
        self._site = site
        self._clock = clock or SystemClock()
        self._listeners: list[Callable[[t.Tell], None]] = []
        self._told: deque[t.Tell] = deque()
        self._heard = Heard(self._tell, self, self._clock)
        self._tapes = Tapes(self._heard, self._tell, self._clock, site.app, site.recordings, remote=site.remote)
        self._ari: Ari | None = None
        self._up = False
        self._boot: str | None = None
        self._connection: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._setting_up = asyncio.Lock()

    # --- coming and going ------------------------------------------------------------------------------------

    async def start(self) -> None:
        if self._connection is None:
            self._connection = asyncio.create_task(self._connect(), name="asterisk-connection")

    async def stop(self) -> None:
        if self._connection is not None:
            await end([self._connection])
            self._connection = None
        await end(self._tasks)
        self._up = False
        self._told.clear()

    @property
    def is_up(self) -> bool:
        return self._up

    @property
    def web_socket_url(self) -> str:
        """Where the proxy of SIP over WebSocket pipes to (sub-protocol `sip`)."""
        return self._site.web_socket_url

    @property
    def web_call(self) -> Account | None:
        """None: this switch takes no calls from the web page."""
        return self._site.web_call

    def subscribe(self, listener: Callable[[t.Tell], None]) -> Callable[[], None]:
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    # --- what events ask of us (heard.Asked) -------------------------------------------------------------------

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except (JietongError, AriError) as error:
                log.info("the switch moved on before us", why=str(error))

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drop_bridge(self, bridge: str) -> None:
        ari = self._connected()
        for leg in self._heard.bridges.pop(bridge, set()):
            if (line := self._heard.legs.get(leg)) is not None:
                line.bridge = None
        with unless_gone():
            await ari.delete("bridges", bridge)

    async def answer_refer(self, leg: str, *, taken: bool) -> None:
        line = self._heard.legs.get(leg)
        if line is not None and line.refer is not None:
            line.refer.cancel()
            line.refer = None
        state = "channel_answered" if taken else "channel_unavailable"
        with unless_gone():
            await self._connected().post("channels", leg, "transfer_progress", states=state)

    async def learn_codec(self, leg: str) -> None:
        line = self._heard.legs.get(leg)
        if line is not None:
            with unless_gone():
                found = await self._connected().get("channels", leg, "variable", variable="CHANNEL(audioreadformat)")
                line.codec = found["value"] or None

    async def look_at_device(self, extension: str) -> None:
        with unless_gone():
            news = None
            while news != self._heard.news[extension]:  # else the answer may be older than what was heard meanwhile
                news = self._heard.news[extension]
                found = await self._connected().get("endpoints", "PJSIP", extension)
            self._heard.device(extension, reachable=found["state"] == "online", at=self._clock.now())

    def recorded(self, recording: wire.Recording, *, failed: bool) -> None:
        if self._tapes.take_off(recording.name) and self._ari is not None:
            self.do(self._finish(self._ari, recording.name, recording.cause if failed else ""))

    async def _finish(self, ari: Ari, recording: str, why: str) -> None:
        await self._tapes.drop_tape(ari, recording)
        await self._tapes.ended(ari, recording, why)

    # --- the connection --------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        """Connects, and connects again, until it is cancelled."""
        failures, said = 0, ""
        while True:
            why = ""
            try:
                async with (
                    Ari(self._site.url, *self._site.login) as ari,
                    contextlib.aclosing(ari.events(self._site.app)) as events,
                ):
                    async for event in events:
                        if type(event) is wire.Event:
                            await self._came_up(ari)
                            failures, said = 0, ""
                        else:
                            self._take(event)
            except (JietongError, AriError, OSError) as error:
                why = str(error)
                if why != said:  # once, not at every try
                    log.warning("the telephone switch cannot be used", why=why)
                    said = why
            finally:
                self._went_down(why or "the connection ended")
            await asyncio.sleep(_AGAIN_S[min(failures, len(_AGAIN_S) - 1)])
            failures += 1

    def _take(self, event: wire.Event) -> None:
        try:
            self._heard.event(event)
        except Exception:  # one event that we misread must not end all calls
            log.exception("an event of the switch could not be read", kind=type(event).__name__)

    async def _came_up(self, ari: Ari) -> None:
        info = await ari.get("asterisk", "info")
        boot = f"{info['system']['entity_id']} {info['status']['startup_time']}"
        allowed = [{"type": kind} for kind in wire.HEARD]
        await ari.put("applications", self._site.app, "eventFilter", body={"allowed": allowed})
        self._ari = ari
        restarted = self._boot is not None and self._boot != boot
        if self._boot != boot:
            self._heard.forget()
            self._tapes.lose_all()
        self._boot = boot
        self._heard.contacts.clear()  # a telephone may have moved while we did not hear of it
        await self._look_around(ari)
        self._up = True
        self._start(self._watch_site())
        self._start(self._watch_quality(ari))
        self._tell(t.Up(self._clock.now(), restarted=restarted))

    def _went_down(self, why: str) -> None:
        for task in self._tasks:
            task.cancel()
        self._ari = None
        if self._up:
            self._up = False
            self._tell(t.Down(self._clock.now(), why=why))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self.do(work)

    async def _look_around(self, ari: Ari) -> None:
        """Makes what we know of legs and bridges what the switch has."""
        heard = self._heard
        listed = [_channel(found) for found in await ari.get("channels")]
        known = {channel.id: channel for channel in listed}
        for leg in [leg for leg in heard.legs if leg not in known]:
            heard.legs.pop(leg).in_hand.set()
        for channel in listed:
            if channel.id.startswith(lines.TAPE):
                heard.tapes.setdefault(channel.id, asyncio.Event()).set()
                self._tapes.running.add(channel.id.removeprefix(lines.TAPE))
            elif channel.id not in heard.legs and (channel.app == self._site.app or channel.channelvars.get(MARKS)):
                heard.legs[channel.id] = lines.restored(channel)
        heard.bridges = {
            found["id"]: {leg for leg in found["channels"] if leg in heard.legs}
            for found in await ari.get("bridges")
            if found["name"] == self._site.app
        }
        for bridge, legs in heard.bridges.items():
            for leg in legs:
                heard.legs[leg].bridge = bridge
        for bridge in [bridge for bridge, legs in heard.bridges.items() if not legs]:
            if not heard.building.get(bridge):
                heard.bridges.pop(bridge)
                with unless_gone():
                    await ari.delete("bridges", bridge)  # not by `drop_bridge`: we may not be up yet
        await self._look_at_endpoints(ari)

    async def _look_at_endpoints(self, ari: Ari) -> None:
        now, before = self._clock.now(), self._heard.news.copy()
        try:
            found = await ari.get("endpoints", "PJSIP")
        except AriError as error:
            if error.status != 404:
                raise
            found = []  # none has been set up yet
        online = {one["resource"] for one in found if one["state"] == "online"}
        for extension in self._heard.extensions:
            if self._heard.news[extension] == before[extension]:  # else what was heard meanwhile is newer
                self._heard.device(extension, reachable=extension in online, at=now)

    async def _watch_site(self) -> None:
        await self._site.watch(self._heard, self._tell)

    async def _watch_quality(self, ari: Ari) -> None:
        """Every leg once in five seconds, evenly spread, so that hundreds of calls make no peaks."""
        while True:
            legs = [line for line in self._heard.legs.values() if line.answered and not line.snoop]
            pause = _QUALITY_S / max(1, len(legs))
            if not legs:
                await asyncio.sleep(pause)
            for line in legs:
                await asyncio.sleep(pause)
                if line.leg not in self._heard.legs:
                    continue
                with unless_gone():
                    quality.note_statistics(line, await ari.get("channels", line.leg, "rtp_statistics"))
                    found = quality.last(line, self._clock.now(), final=False)
                    if found is not None:
                        self._tell(found)

    # --- below ---------------------------------------------------------------------------------------------

    def _connected(self) -> Ari:
        if not self._up or self._ari is None:
            raise wire.gone("there is no connection")
        return self._ari

    def _tell(self, told: t.Tell) -> None:
        """Heard in the next round of the event loop, in order: never within a call of ours."""
        self._told.append(told)
        if len(self._told) == 1:
            asyncio.get_running_loop().call_soon(self._deliver)

    def _deliver(self) -> None:
        while self._told:
            told = self._told[0]
            for listener in tuple(self._listeners):
                try:
                    listener(told)
                except Exception:
                    log.exception("a listener of the switch failed", told=type(told).__name__)
            if self._told:
                self._told.popleft()


def _channel(found: dict[str, Any]) -> wire.Channel:
    caller, doing = found.get("caller", {}), found.get("dialplan", {})
    return wire.Channel(
        found["id"],
        name=found.get("name", ""),
        state=found.get("state", ""),
        caller=wire.Party(caller.get("name", ""), caller.get("number", "")),
        channelvars=found.get("channelvars", {}),
        app=doing.get("app_data", "").partition(",")[0] if doing.get("app_name") == "Stasis" else "",
    )


def failed(error: AriError) -> Unavailable:
    return Unavailable("switch_refused", f"The switch could not do it: {error.message or error.status}.")


@contextlib.contextmanager
def unless_gone() -> Iterator[None]:
    """What concerns something that is no more is done."""
    try:
        yield
    except AriError as error:
        if error.status not in {404, 409, 412}:
            raise failed(error) from error


@contextlib.asynccontextmanager
async def asking() -> AsyncIterator[None]:
    """Refusals that nobody foresaw become errors of ours."""
    try:
        yield
    except AriError as error:
        raise failed(error) from error
