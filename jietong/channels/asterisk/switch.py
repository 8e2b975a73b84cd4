"""`AsteriskSwitch`: the port of `channels.switch` over ARI."""

import asyncio
import contextlib
from collections.abc import Sequence

from jietong.channels import switch as t
from jietong.channels.asterisk import lines
from jietong.channels.asterisk.ari import Ari, AriError
from jietong.channels.asterisk.connection import Connection, asking, failed, unless_gone
from jietong.channels.asterisk.lines import MARKS, REASONS, Line, gone, named
from jietong.channels.asterisk.plant import address_of, trunk_endpoint
from jietong.core.errors import Invalid, JietongError, Refused, Unavailable

_IN_HAND_S = 5.0
_SCHEMES = {"tone", "sound", "recording"}  # of media that Asterisk can play and stop
_SPOKEN = {"*": "star", "#": "pound"}


class AsteriskSwitch(Connection):
    """Implements `channels.switch.Switch`."""

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
        async with asking():
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
        if line is None or line.hung_up:
            return
        line.let_go = line.ending = True
        if line.refer is not None:
            await self.answer_refer(leg, taken=True)
        try:
            await ari.delete("channels", leg, reason_code=REASONS.get(cause, 16))
        except AriError as error:
            if error.status != 404:
                raise failed(error) from error
        line.hung_up = True

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
            raise failed(error) from error
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
        with unless_gone():
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

    async def refuse_transfer(self, leg: str) -> None:
        line = self._heard.legs.get(leg)
        if line is not None and line.refer is not None:
            await self.answer_refer(leg, taken=False)

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
                async with asking():
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
        async with asking():
            await self._tapes.leg(self._connected(), recording, leg)

    async def record_bridge(self, recording: str, bridge: str) -> None:
        async with asking():
            await self._tapes.bridge(self._connected(), recording, bridge)

    async def record_message(self, recording: str, leg: str, *, max_s: int, silence_s: int, end: str = "#") -> None:
        await self._in_hand(leg)
        async with asking():
            await self._tapes.message(self._connected(), recording, leg, max_s=max_s, silence_s=silence_s, end=end)

    async def pause_recording(self, recording: str, paused: bool) -> None:
        async with asking():
            await self._tapes.pause(self._connected(), recording, paused)

    async def stop_recording(self, recording: str) -> None:
        ari = self._connected()
        async with asking():
            ended_before = await self._tapes.stop(ari, recording)
        if ended_before:
            self.do(self._tapes.ended(ari, recording))

    async def spooled(self) -> tuple[str, ...]:
        async with asking():
            return await self._tapes.spooled(self._connected())

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
            async with asyncio.timeout(_IN_HAND_S):
                await line.in_hand.wait()
        except AriError as error:
            self._heard.legs.pop(snoop, None)
            raise (gone(leg) if error.status in {404, 409, 412} else failed(error)) from error
        except (TimeoutError, JietongError) as error:
            self._heard.legs.pop(snoop, None)
            raise gone(leg) if isinstance(error, TimeoutError) else error from error

    # --- below -----------------------------------------------------------------------------------------------

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
                async with asyncio.timeout(_IN_HAND_S):
                    await line.in_hand.wait()
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
            with unless_gone():
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
            raise failed(error) from error

    async def _on_bridge(self, bridge: str, what: str, leg: str) -> None:
        try:
            await self._connected().post("bridges", bridge, what, channel=leg)
        except AriError as error:
            if error.status in {400, 404, 409, 412, 422}:
                raise gone(leg) from error
            raise failed(error) from error


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
