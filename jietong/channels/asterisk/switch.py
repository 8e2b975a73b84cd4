"""`AsteriskSwitch`: the port of `channels.switch` over ARI."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import structlog

from jietong.channels import switch as t
from jietong.channels.asterisk import ari as wire
from jietong.channels.asterisk import lines, quality
from jietong.channels.asterisk.ari import Ari, AriError
from jietong.channels.asterisk.heard import Heard
from jietong.channels.asterisk.lines import MARKS, REASONS, Line, gone, named
from jietong.channels.asterisk.plant import address_of, trunk_endpoint
from jietong.channels.asterisk.tapes import Tapes
from jietong.core.clock import Clock, SystemClock
from jietong.core.errors import Invalid, JietongError, Refused, Unavailable

log = structlog.get_logger(__name__)

_AGAIN_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
_QUALITY_S = 5.0
_IN_HAND_S = 5.0
_SCHEMES = {"tone", "sound", "recording"}  # of media that Asterisk can play and stop
_SPOKEN = {"*": "star", "#": "pound"}


class Account(NamedTuple):
    """With which a call from the web page signs in at the switch."""

    user: str
    password: str


class Site(Protocol):
    """Where Asterisk is, and what only its own kind of set-up knows: a private one, or the user's."""

    app: str
    release: str  # context of the dial plan that released legs go to
    recordings: Path
    remote: bool
    tells_registrations: bool  # else trunks that register are known by whether they answer

    @property
    def url(self) -> str: ...

    @property
    def login(self) -> tuple[str, str]: ...

    @property
    def web_socket_url(self) -> str: ...

    @property
    def web_call(self) -> Account | None: ...

    async def set_up(self, ari: Ari, plant: t.Plant) -> None: ...

    def watch(self, heard: Heard, tell: Callable[[t.Tell], None]) -> Coroutine[Any, Any, None]:
        """Tells what ARI does not: intrusions, registrations. Runs until it is cancelled."""
        ...


class AsteriskSwitch:
    """Implements `channels.switch.Switch`."""

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
            self._connection.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connection
            self._connection = None
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
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

    # --- set-up and reconciling ------------------------------------------------------------------------------

    async def set_up(self, plant: t.Plant) -> None:
        ari = self._connected()
        async with self._setting_up:
            try:
                await self._site.set_up(ari, plant)
            except AriError as error:
                raise Unavailable("switch_refused", f"The switch refused its set-up: {error.message}.") from error
            now, heard = self._clock.now(), self._heard
            for gone_away in heard.extensions - {extension.id for extension in plant.extensions}:
                heard.device(gone_away, reachable=False, at=now)
            heard.extensions = {extension.id for extension in plant.extensions}
            heard.hosts = {trunk.id: address_of(trunk) for trunk in plant.trunks}
            heard.registering = frozenset(
                trunk.id for trunk in plant.trunks if trunk.kind == "registration" and self._site.tells_registrations
            )
            for removed in set(heard.trunks) - {trunk.id for trunk in plant.trunks}:
                heard.trunks.pop(removed)
            for trunk in plant.trunks:
                if trunk.id not in heard.trunks and trunk.id not in heard.registering:
                    heard.trunk(trunk.id, up=True, at=now)  # until it is found not to answer
            await self._look_at_endpoints(ari)

    async def scene(self) -> t.Scene:
        ari = self._connected()
        async with _asking():
            await self._look_around(ari)
            recordings = await self._tapes.under_way(ari)
        heard = self._heard
        bridges = tuple(t.BridgeNow(bridge, tuple(sorted(legs))) for bridge, legs in sorted(heard.bridges.items()))
        return t.Scene(
            legs=tuple(line.now() for line in heard.legs.values()),
            bridges=bridges,
            recordings=recordings,
            devices=frozenset(heard.reachable),
            trunks=dict(heard.trunks),
        )

    # --- legs ------------------------------------------------------------------------------------------------

    async def ring(self, leg: str) -> None:
        await self._on_leg(leg, "POST", "ring")

    async def answer(self, leg: str) -> None:
        line = self._line(leg)
        if not line.answered:
            await self._on_leg(leg, "POST", "answer")
            line.answered = True

    async def hang_up(self, leg: str, cause: str = "normal") -> None:
        ari = self._connected()
        line = self._heard.legs.get(leg)
        if line is None:
            return
        line.let_go = line.ending = True
        if line.refer is not None:
            await self.answer_refer(leg, taken=True)
        try:
            await ari.delete("channels", leg, reason_code=REASONS.get(cause, 16))
        except AriError as error:
            if error.status != 404:
                raise _failed(error) from error

    async def originate(
        self,
        leg: str,
        to: t.Address,
        *,
        caller_id: str,
        caller_name: str = "",
        timeout_s: int = 30,
        marks: dict[str, str] | None = None,
        auto_answer: bool = False,
    ) -> None:
        ari = self._connected()
        self._new(leg)
        line = Line(leg, ours=True, number=to.number, trunk=to.trunk, extension=to.extension, marks=dict(marks or {}))
        line.gives_up_at = asyncio.get_running_loop().time() + timeout_s
        variables = {MARKS: lines.written_marks(line), "PJSIP_TRANSFER_HANDLING()": "ari-only"}
        for key, value in (("JT_DIALLED", to.number), ("JT_TRUNK", to.trunk), ("JT_EXTENSION", to.extension)):
            if value:
                variables[key] = value
        if to.extension:
            # For our softphone: which leg this INVITE is, and whether to take it without asking.
            variables["PJSIP_HEADER(add,X-JT-Leg)"] = leg
            if auto_answer:
                variables["PJSIP_HEADER(add,X-JT-Auto-Answer)"] = "1"
                variables["PJSIP_HEADER(add,Call-Info)"] = "<sip:jietong>;answer-after=0"
                variables["PJSIP_HEADER(add,Alert-Info)"] = "<http://jietong>;info=alert-autoanswer"
        self._heard.legs[leg] = line
        try:
            await ari.post(
                "channels",
                leg,
                endpoint=self._endpoint(to),
                app=self._site.app,
                appArgs="out",
                callerId=_caller_id(caller_id, caller_name),
                timeout=timeout_s,
                body={"variables": variables},
            )
        except AriError as error:
            if error.status >= 500 or error.status == 400:  # nobody is registered there, or no such endpoint
                self._heard.legs.pop(leg, None)
                self._tell(t.LegGone(self._clock.now(), leg=leg, cause="unreachable"))
                return
            raise _failed(error) from error
        except JietongError:
            self._heard.legs.pop(leg, None)
            raise

    async def mark(self, leg: str, marks: dict[str, str]) -> None:
        line = self._line(leg)
        line.marks.update(marks)
        await self._on_leg(leg, "POST", "variable", variable=MARKS, value=lines.written_marks(line))

    async def play(self, leg: str, play: str, media: Sequence[t.Media]) -> None:
        line = await self._in_hand(leg)
        uris = [uri for one in media for uri in _media(one)]
        if not uris:
            raise Invalid("bad_media", "There is nothing to play.")
        line.plays[play] = False
        try:
            await self._on_leg(leg, "POST", "play", named(play), body={"media": uris})
        except JietongError:
            line.plays.pop(play, None)
            raise

    async def stop_playing(self, play: str) -> None:
        ari = self._connected()
        for line in self._heard.legs.values():
            if play in line.plays:
                line.plays[play] = True
        with _unless_gone():
            await ari.delete("playbacks", play)

    async def start_music(self, leg: str, music: str = "default") -> None:
        line = await self._in_hand(leg)
        line.music = True
        await self._on_leg(leg, "POST", "moh", mohClass=music)

    async def stop_music(self, leg: str) -> None:
        line = self._line(leg)
        line.music = False
        await self._on_leg(leg, "DELETE", "moh")

    async def mute(self, leg: str, muted: bool) -> None:
        await self._on_leg(leg, "POST" if muted else "DELETE", "mute", direction="in")

    async def send_digits(self, leg: str, digits: str) -> None:
        await self._on_leg(leg, "POST", "dtmf", dtmf=digits)

    async def release(self, leg: str, number: str) -> None:
        line = await self._in_hand(leg)
        line.let_go = True
        await self._on_leg(leg, "POST", "continue", context=self._site.release, extension=number, priority=1)

    # --- bridges ---------------------------------------------------------------------------------------------

    async def bridge(self, bridge: str, legs: Sequence[str]) -> None:
        ari, heard = self._connected(), self._heard
        members = [await self._in_hand(leg) for leg in legs]
        named(bridge)
        if not members:
            await self.unbridge(bridge)
            return
        heard.building[bridge] = heard.building.get(bridge, 0) + 1
        try:
            if bridge not in heard.bridges:
                heard.bridges[bridge] = set()
                async with _asking():
                    await ari.post("bridges", bridge, type="mixing,dtmf_events,proxy_media", name=self._site.app)
            for line in members:
                await self._quieten(ari, line)
            here = heard.bridges.get(bridge, set())
            coming = [line.leg for line in members if line.leg not in here]
            for leg in coming:
                await self._on_bridge(bridge, "addChannel", leg)
                heard.bridges.setdefault(bridge, set()).add(leg)
                if (line_of := heard.legs.get(leg)) is not None:
                    line_of.bridge = bridge
            for leg in [leg for leg in heard.bridges.get(bridge, set()) if leg not in legs]:
                with contextlib.suppress(Refused):
                    await self._on_bridge(bridge, "removeChannel", leg)
        finally:
            heard.building[bridge] -= 1
            if not heard.building[bridge]:
                del heard.building[bridge]
        if not heard.bridges.get(bridge):
            await self.drop_bridge(bridge)

    async def unbridge(self, bridge: str) -> None:
        self._connected()
        await self.drop_bridge(named(bridge))

    # --- recording -------------------------------------------------------------------------------------------

    async def record_leg(self, recording: str, leg: str) -> None:
        await self._in_hand(leg)
        async with _asking():
            await self._tapes.leg(self._connected(), recording, leg)

    async def record_bridge(self, recording: str, bridge: str) -> None:
        async with _asking():
            await self._tapes.bridge(self._connected(), recording, bridge)

    async def record_message(self, recording: str, leg: str, *, max_s: int, silence_s: int, end: str = "#") -> None:
        await self._in_hand(leg)
        async with _asking():
            await self._tapes.message(self._connected(), recording, leg, max_s=max_s, silence_s=silence_s, end=end)

    async def pause_recording(self, recording: str, paused: bool) -> None:
        async with _asking():
            await self._tapes.pause(self._connected(), recording, paused)

    async def stop_recording(self, recording: str) -> None:
        async with _asking():
            await self._tapes.stop(self._connected(), recording)

    # --- listening in ----------------------------------------------------------------------------------------

    async def snoop(self, snoop: str, leg: str, *, hears: str, speaks: str) -> None:
        ari = self._connected()
        if hears not in ("in", "out", "both", "none") or speaks not in ("out", "none"):
            raise Invalid("bad_snoop", f"A snoop neither hears {hears!r} nor speaks {speaks!r}.")
        await self._in_hand(leg)
        self._new(snoop)
        line = self._heard.legs[snoop] = Line(snoop, snoop=True, answered=True)
        try:
            await ari.post(
                "channels", leg, "snoop", snoop, spy=hears, whisper=speaks, app=self._site.app, appArgs="snoop"
            )
            await asyncio.wait_for(line.in_hand.wait(), _IN_HAND_S)
        except AriError as error:
            self._heard.legs.pop(snoop, None)
            raise (gone(leg) if error.status in {404, 409, 412} else _failed(error)) from error
        except (TimeoutError, JietongError) as error:
            self._heard.legs.pop(snoop, None)
            raise gone(leg) if isinstance(error, TimeoutError) else error from error

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
        with _unless_gone():
            await ari.delete("bridges", bridge)

    async def refuse_transfer(self, leg: str) -> None:
        line = self._heard.legs.get(leg)
        if line is not None and line.refer is not None:
            await self.answer_refer(leg, taken=False)

    async def answer_refer(self, leg: str, *, taken: bool) -> None:
        line = self._heard.legs.get(leg)
        if line is not None and line.refer is not None:
            line.refer.cancel()
            line.refer = None
        state = "channel_answered" if taken else "channel_unavailable"
        with _unless_gone():
            await self._connected().post("channels", leg, "transfer_progress", states=state)

    async def learn_codec(self, leg: str) -> None:
        line = self._heard.legs.get(leg)
        if line is not None:
            with _unless_gone():
                found = await self._connected().get("channels", leg, "variable", variable="CHANNEL(audioreadformat)")
                line.codec = found["value"] or None

    async def look_at_device(self, extension: str) -> None:
        with _unless_gone():
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
                async with Ari(self._site.url, *self._site.login) as ari:
                    async for event in ari.events(self._site.app):
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
                await self.drop_bridge(bridge)
        await self._look_at_endpoints(ari)

    async def _look_at_endpoints(self, ari: Ari) -> None:
        now = self._clock.now()
        try:
            found = await ari.get("endpoints", "PJSIP")
        except AriError as error:
            if error.status != 404:
                raise
            found = []  # none has been set up yet
        online = {one["resource"] for one in found if one["state"] == "online"}
        for extension in self._heard.extensions:
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
                with _unless_gone():
                    quality.note_statistics(line, await ari.get("channels", line.leg, "rtp_statistics"))
                    found = quality.last(line, self._clock.now(), final=False)
                    if found is not None:
                        self._tell(found)

    # --- below -----------------------------------------------------------------------------------------------

    def _connected(self) -> Ari:
        if not self._up or self._ari is None:
            raise wire.gone("there is no connection")
        return self._ari

    def _line(self, leg: str) -> Line:
        self._connected()
        line = self._heard.legs.get(leg)
        if line is None:
            raise gone(leg)
        return line

    async def _in_hand(self, leg: str) -> Line:
        """The line once Stasis has it; a leg that was just answered needs a moment."""
        line = self._line(leg)
        if not line.in_hand.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(line.in_hand.wait(), _IN_HAND_S)
        if leg not in self._heard.legs:
            raise gone(leg)
        return line

    def _endpoint(self, to: t.Address) -> str:
        if to.extension:
            return f"PJSIP/{named(to.extension)}"
        number = "".join(sign for sign in to.number or "" if sign in "+0123456789*#")
        if not number or not to.trunk:
            raise Invalid("bad_address", "Ring an extension, or a number over a trunk.")
        # By its address, not by its contact: a network that ignores our OPTIONS would get no calls.
        where = self._heard.hosts.get(to.trunk)
        return (
            f"PJSIP/{trunk_endpoint(to.trunk)}/sip:{number}@{where}"
            if where
            else f"PJSIP/{number}@{trunk_endpoint(to.trunk)}"
        )

    def _new(self, leg: str) -> None:
        named(leg)
        if leg in self._heard.legs:
            raise Refused("leg_taken", "There is a leg of this name.", leg=leg)

    async def _quieten(self, ari: Ari, line: Line) -> None:
        """Before a leg comes into a bridge: while something is played to it the switch would keep us waiting."""
        for play in tuple(line.plays):
            await self.stop_playing(play)
        if line.music:
            line.music = False
            with _unless_gone():
                await ari.delete("channels", line.leg, "moh")

    async def _on_leg(self, leg: str, method: str, *what: str, body: object = None, **words: str | int) -> None:
        self._line(leg)
        ari = self._connected()
        try:
            if method == "POST":
                await ari.post("channels", leg, *what, body=body, **words)
            else:
                await ari.delete("channels", leg, *what, **words)
        except AriError as error:
            if error.status in {404, 409, 412}:  # gone, or going: no longer in our hands
                raise gone(leg) from error
            raise _failed(error) from error

    async def _on_bridge(self, bridge: str, what: str, leg: str) -> None:
        try:
            await self._connected().post("bridges", bridge, what, channel=leg)
        except AriError as error:
            if error.status in {400, 404, 409, 412, 422}:
                raise gone(leg) from error
            raise _failed(error) from error

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


def _caller_id(number: str, name: str) -> str:
    clean = "".join(sign for sign in name if sign not in '"<>\\' and ord(sign) >= 32)
    digits = "".join(sign for sign in number if sign in "+0123456789*#") or "anonymous"
    return f'"{clean}" <{digits}>' if clean else digits


def _media(one: t.Media) -> list[str]:
    """Paths of sound files and tones as they are; digits one sound each, because Asterisk's own `digits:` cannot be
    stopped."""
    scheme, _, rest = one.uri.partition(":")
    if scheme == "digits":
        return [f"sound:digits/{_SPOKEN.get(sign, sign)}" for sign in rest if sign in "0123456789*#"]
    return [one.uri if scheme in _SCHEMES else f"sound:{one.uri}"]


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


def _failed(error: AriError) -> Unavailable:
    return Unavailable("switch_refused", f"The switch could not do it: {error.message or error.status}.")


@contextlib.contextmanager
def _unless_gone() -> Iterator[None]:
    """What concerns something that is no more is done."""
    try:
        yield
    except AriError as error:
        if error.status not in {404, 409, 412}:
            raise _failed(error) from error


@contextlib.asynccontextmanager
async def _asking() -> AsyncIterator[None]:
    """Refusals that nobody foresaw become errors of ours."""
    try:
        yield
    except AriError as error:
        raise _failed(error) from error
