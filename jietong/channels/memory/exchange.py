"""The telephone exchange in memory: legs and bridges, and the world that calls in, is rung, and hangs up.

It goes on whether a controller is connected or not, and several controllers can come and go; `MemorySwitch` is one's
connection. Everything is at once: what the network would delay comes by `time`.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from jietong.channels import switch as t
from jietong.channels.memory.hearing import heard_by
from jietong.channels.memory.leg import Bridge, Leg
from jietong.channels.memory.party import Act, Behaviour, Line, Sound, Telephone
from jietong.channels.memory.player import Player, sound_s
from jietong.channels.memory.recorder import Recorder
from jietong.channels.memory.time import Time
from jietong.core.vocabulary import Ms

BOOT_S = 2.0
WRONG_PASSWORDS = 5  # from one address, then it is shut out
RE_REGISTER_S = 1.0  # after a boot, until the telephones are back
AUTO_ANSWER_S = 0.1
FAILS_S = 0.05  # until an originate that cannot work is told to have failed
PACKETS_PER_S = 50


class Exchange:
    """`spool`: where recordings are written, as `<name>.wav`."""

    def __init__(self, time: Time, *, spool: Path, media_s: Callable[[t.Media], float | None] = sound_s) -> None:
        self.time = time
        self.recorder = Recorder(time, spool, self.tell)
        self.player = Player(time, self.recorder, self.tell, media_s)
        self.legs: dict[str, Leg] = {}
        self.bridges: dict[str, Bridge] = {}
        self.telephones: dict[str, Telephone] = {}
        self.outside: dict[str, Behaviour] = {}  # numbers beyond the trunks
        self.elsewhere = Behaviour()  # all other numbers
        self.rung: dict[str, list[Line]] = {}  # who was rung, by extension or number as dialled
        self.plant = t.Plant()
        self.failed_trunks: dict[str, str] = {}
        self.running = True
        self.boots = 1
        self._listeners: list[Callable[[t.Tell], None]] = []
        self._on_life: list[Callable[[], None]] = []
        self._wrong: dict[str, int] = {}
        self._numbers = itertools.count(1)

    # --- for controllers ---------------------------------------------------------------------------------------

    def connect(self, listener: Callable[[t.Tell], None], on_life: Callable[[], None]) -> Callable[[], None]:
        """`listener` hears what is told; `on_life` is called when the exchange dies or comes back."""
        self._listeners.append(listener)
        self._on_life.append(on_life)

        def disconnect() -> None:
            self._listeners.remove(listener)
            self._on_life.remove(on_life)

        return disconnect

    def tell(self, told: t.Tell) -> None:
        for listener in tuple(self._listeners):
            listener(told)

    def now(self) -> Ms:
        return self.time.now()

    # --- the world ---------------------------------------------------------------------------------------------

    def call(
        self,
        number: str,
        *,
        caller: str | None = None,
        trunk: str | None = None,
        extension: str | None = None,
        name: str | None = None,
        token: str | None = None,
        script: Sequence[Act] = (),
        gives_up_after_s: float | None = None,
        sound: Sound | None = None,
    ) -> Line:
        """Somebody calls in. `script` begins when the centre answers; `gives_up_after_s` without an answer."""
        leg = Leg(f"in-{next(self._numbers)}", number=number, caller=caller, trunk=trunk, extension=extension)
        line = self._connect(leg, sound or Sound(codec="opus" if token or extension else "alaw"))
        if extension is not None and (telephone := self.telephones.get(extension)) is not None:
            line.telephone = telephone
            telephone.lines.append(line)
        if not self.running:
            self._forget(leg)
            line.ended = "unreachable"
            return line
        leg.script = script
        if gives_up_after_s is not None:
            self.after(leg, gives_up_after_s, lambda: self._give_up(leg, "normal"))
        self.tell(
            t.LegArrived(
                self.now(),
                leg=leg.id,
                number=number,
                caller=caller,
                trunk=trunk,
                extension=extension,
                name=name,
                codec=line.sound.codec,
                token=token,
            )
        )
        return line

    def telephone(self, extension: str, behaviour: Behaviour | None = None) -> Telephone:
        """A telephone for the extension; it registers as soon as the exchange knows the extension."""
        telephone = self.telephones[extension] = Telephone(self, extension, behaviour or Behaviour())
        self.settle_registrations()
        return telephone

    def try_password(self, extension: str, password: str, address: str) -> bool:
        """Somebody tries to register from `address`; tells whether the password is right and the address let in."""
        known = {one.id: one.password for one in self.plant.extensions}
        wrong = self._wrong.get(address, 0)
        if wrong >= WRONG_PASSWORDS:
            return False
        if known.get(extension) == password:
            self._wrong.pop(address, None)
            return True
        self._wrong[address] = wrong + 1
        self.tell(t.Intrusion(self.now(), address=address, account=extension, locked=wrong + 1 >= WRONG_PASSWORDS))
        return False

    def trunk_fails(self, trunk: str, why: str = "registration failed") -> None:
        self.failed_trunks[trunk] = why
        self.tell(t.TrunkStatus(self.now(), trunk=trunk, up=False, why=why))

    def trunk_recovers(self, trunk: str) -> None:
        if self.failed_trunks.pop(trunk, None) is not None:
            self.tell(t.TrunkStatus(self.now(), trunk=trunk, up=True))

    def die(self) -> None:
        """The exchange breaks down: all its calls are lost, and nobody is told of any."""
        if not self.running:
            return
        self.running = False
        self.recorder.lose_all()
        for leg in tuple(self.legs.values()):
            self._forget(leg)
            if leg.line is not None:
                leg.line.ended = "lost"
        self.bridges.clear()
        for telephone in self.telephones.values():
            telephone.registered = False
        for on_life in tuple(self._on_life):
            on_life()

    def boot(self) -> None:
        """It is there again, empty. Telephones register again within a second."""
        if self.running:
            return
        self.running = True
        self.boots += 1
        for on_life in tuple(self._on_life):
            on_life()
        self.time.call_at(self.now() + round(RE_REGISTER_S * 1000), self.settle_registrations)

    def restart(self, after_s: float = BOOT_S) -> None:
        self.die()
        self.time.call_at(self.now() + round(after_s * 1000), self.boot)

    def hears(self, leg: str) -> frozenset[str]:
        """Ids of the legs whose parties this leg's party hears now. KeyError when the leg has gone."""
        return heard_by(self.legs[leg])

    def hears_media(self, leg: str) -> str | None:
        """What is played to it: a uri, `music:<name>`, or None."""
        found = self.legs[leg]
        if found.plays:
            return found.plays[0].media[found.plays[0].at].uri
        return f"music:{found.music}" if found.music is not None else None

    # --- what parties do ---------------------------------------------------------------------------------------

    def party_answers(self, leg: Leg) -> None:
        """A leg that we ring is taken up."""
        if leg.gone or leg.up:
            return
        self._up(leg)
        self.tell(t.LegAnswered(self.now(), leg=leg.id))

    def party_goes(self, leg: Leg, cause: str) -> None:
        self.end(leg, cause, by_us=False)

    def party_presses(self, leg: Leg, digits: str) -> None:
        for digit in digits:
            if leg.up:
                self.tell(t.Digit(self.now(), leg=leg.id, digit=digit))
                self.recorder.key(leg, digit)

    def party_holds(self, leg: Leg, held: bool) -> None:
        if leg.up and leg.held != held:
            self.recorder.note()
            leg.held = held
            self.tell(t.HoldPressed(self.now(), leg=leg.id, held=held))

    def party_speaks(self, leg: Leg, speaking: bool) -> None:
        if not leg.gone and leg.speaking != speaking:
            self.recorder.note()
            leg.speaking = speaking
            self.recorder.silence(leg)

    def party_refers(self, leg: Leg, target: str | None, other: str | None) -> None:
        if leg.up:
            self.tell(t.TransferPressed(self.now(), leg=leg.id, target=target, other=other))

    def settle_registrations(self) -> None:
        """Telephones of extensions that are known are registered, others are not."""
        known = {one.id for one in self.plant.extensions} if self.running else set()
        for extension, telephone in self.telephones.items():
            registered = telephone.wants and extension in known
            if registered != telephone.registered:
                telephone.registered = registered
                self.tell(t.DeviceState(self.now(), extension=extension, reachable=registered))

    # --- what the controller does with legs, checked by MemorySwitch ---------------------------------------------

    def answer(self, leg: Leg) -> None:
        if not leg.up:
            self._up(leg)

    def originate(self, leg: Leg, to: t.Address, *, caller_id: str, caller_name: str, timeout_s: int,
                  auto_answer: bool) -> None:  # fmt: skip
        telephone = self.telephones.get(to.extension) if to.extension is not None else None
        reachable = telephone.registered if telephone is not None else self._can_dial(to)
        behaviour = telephone.behaviour if telephone else self.outside.get(to.number or "", self.elsewhere)
        line = self._connect(leg, telephone.sound if telephone else Sound())
        line.caller_id, line.caller_name = caller_id, caller_name
        if not reachable:
            self.after(leg, FAILS_S, lambda: self.end(leg, "unreachable", by_us=False))
            return
        self.rung.setdefault(to.extension or to.number or "", []).append(line)
        if telephone is not None:
            engaged = bool(telephone.lines)
            line.telephone = telephone
            telephone.lines.append(line)
            if engaged and behaviour.one_line:
                self.after(leg, FAILS_S, lambda: self.end(leg, "busy", by_us=False))
                return
        leg.script = behaviour.then
        if behaviour.rejects is not None:
            cause = behaviour.rejects
            self.after(leg, behaviour.reject_after_s, lambda: self.end(leg, cause, by_us=False))
            return
        if auto_answer and telephone is not None and behaviour.auto_answer:
            self.after(leg, AUTO_ANSWER_S, lambda: self.party_answers(leg))
            return
        self.after(leg, behaviour.ring_after_s, lambda: self._ringing(leg))
        if behaviour.answer_after_s is not None:
            self.after(leg, behaviour.ring_after_s + behaviour.answer_after_s, lambda: self.party_answers(leg))
        self.after(leg, timeout_s, lambda: self._give_up(leg, "no_answer"))

    def end(self, leg: Leg, cause: str, *, by_us: bool) -> None:
        """The leg is over: recordings of it, what was played, its place in a bridge, its snoops."""
        if leg.gone or leg.id not in self.legs:
            return
        now = self.now()
        for snoop in tuple(leg.snoops):
            self.end(snoop, "normal", by_us=by_us)
        self.recorder.ends(leg)
        self.player.stop(leg)
        if leg.bridge is not None:
            self.move(leg, None)
        answered_at = leg.answered_at
        self._forget(leg)
        line = leg.line
        if line is not None:
            line.ended = cause
            if answered_at is not None:
                sound = line.sound
                packets = round((now - answered_at) / 1000 * PACKETS_PER_S)
                self.tell(
                    t.Quality(
                        now,
                        leg=leg.id,
                        loss_pct=sound.loss_pct,
                        jitter_ms=sound.jitter_ms,
                        round_trip_ms=sound.round_trip_ms,
                        codec=sound.codec,
                        packets=packets,
                    )
                )
        self.tell(t.LegGone(now, leg=leg.id, cause=cause, by_us=by_us))

    def move(self, leg: Leg, bridge: Bridge | None) -> None:
        """Into a bridge, or out of its own. What is played to the leg and its music stop as it enters one; a bridge
        that nobody is left in is no more."""
        old = leg.bridge
        if old is bridge:
            return
        if bridge is not None:
            self.player.stop(leg)
        self.recorder.note()
        if old is not None:
            old.legs.remove(leg)
        leg.bridge = bridge
        if bridge is not None:
            bridge.legs.append(leg)
            leg.music = None
        if old is not None and not old.legs:
            self.drop(old)

    def drop(self, bridge: Bridge) -> None:
        self.recorder.ends(bridge)
        self.recorder.note()
        for leg in bridge.legs:
            leg.bridge = None
        bridge.legs.clear()
        self.bridges.pop(bridge.id, None)

    def snoop(self, snoop: Leg) -> None:
        assert snoop.of is not None
        self.recorder.note()
        snoop.answered_at = self.now()
        snoop.of.snoops.append(snoop)
        self.legs[snoop.id] = snoop

    # --- below ---------------------------------------------------------------------------------------------------

    def after(self, leg: Leg, seconds: float, do: Callable[[], object]) -> None:
        """Unless the leg is over by then."""
        leg.timers.append(self.time.call_at(self.now() + round(seconds * 1000), lambda: leg.gone or do()))

    def _connect(self, leg: Leg, sound: Sound) -> Line:
        voice_hz = 300 + 100 * (next(self._numbers) % 30)
        leg.line = Line(self, leg, voice_hz, sound)
        self.recorder.know(leg.id, voice_hz)
        self.legs[leg.id] = leg
        return leg.line

    def _can_dial(self, to: t.Address) -> bool:
        trunks = [one.id for one in self.plant.trunks if to.trunk in (None, one.id)]
        return to.number is not None and any(trunk not in self.failed_trunks for trunk in trunks)

    def _ringing(self, leg: Leg) -> None:
        if not leg.up:
            self.tell(t.LegRinging(self.now(), leg=leg.id))

    def _give_up(self, leg: Leg, cause: str) -> None:
        if not leg.up:
            self.end(leg, cause, by_us=False)

    def _up(self, leg: Leg) -> None:
        self.recorder.note()
        leg.answered_at = self.now()
        self._next_act(leg, iter(leg.script))

    def _next_act(self, leg: Leg, acts: Iterator[Act]) -> None:
        act = next(acts, None)
        if act is not None:

            def do() -> None:
                getattr(leg.line, act.do)(*act.args)
                self._next_act(leg, acts)

            self.after(leg, act.after_s, do)

    def _forget(self, leg: Leg) -> None:
        self.recorder.note()
        leg.gone = True
        if leg.of is not None and leg in leg.of.snoops:
            leg.of.snoops.remove(leg)
        for timer in leg.timers:
            timer.cancel()
        self.player.forget(leg)
        self.legs.pop(leg.id, None)
        self.recorder.forget(leg.id)
        if leg.line is not None and leg.line.telephone is not None:
            leg.line.telephone.lines.remove(leg.line)
