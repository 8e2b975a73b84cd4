"""The tape machine of the exchange in memory: what is recorded, from when to when, and what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from jietong.channels.memory.hearing import heard_in, said_by
from jietong.channels.memory.leg import Bridge, Leg
from jietong.channels.memory.tape import Stretch, length_s, write
from jietong.channels.memory.time import Time, Timer
from jietong.channels.switch import RecordEnded, Tell
from jietong.core.vocabulary import Ms

BEEP_S = 0.4
FRAME_MS = 20


@dataclass(eq=False, slots=True)
class Tape:
    """A recording under way."""

    name: str
    source: Leg | Bridge
    since: Ms  # of the stretch that runs
    running: bool = True  # False: before the beep
    paused: bool = False
    message: bool = False
    end_keys: str = ""
    silence_s: int = 0
    stretches: list[Stretch] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    quiet: Timer | None = None  # runs while the party of a message says nothing


class Recorder:
    """`refuses`: the switch will not record; `disk_full`: what was recorded cannot be kept. For tests to set."""

    def __init__(self, time: Time, spool: Path, tell: Callable[[Tell], None]) -> None:
        self.refuses = False
        self.disk_full = False
        self.tapes: dict[str, Tape] = {}
        self._time = time
        self._spool = spool
        self._tell = tell
        self._voices: dict[str, int] = {}
        self._broken_off: set[str] = set()  # the exchange died while they were written

    def know(self, leg: str, voice_hz: int) -> None:
        self._voices[leg] = voice_hz

    def forget(self, leg: str) -> None:
        self._voices.pop(leg, None)

    def note(self) -> None:
        """Before anything changes that can be heard: so it was up to now."""
        now = self._time.now()
        for tape in self.tapes.values():
            if tape.running and now > tape.since:
                source = tape.source
                heard = said_by(source) if isinstance(source, Leg) else heard_in(source)
                voices = frozenset() if tape.paused else frozenset(self._voices[leg] for leg in heard)
                tape.stretches.append(Stretch(now - tape.since, voices))
                tape.since = now

    # --- asked for -----------------------------------------------------------------------------------------------

    def start(self, name: str, source: Leg | Bridge) -> None:
        if self.refuses:
            self._refuse(name)
        else:
            self.tapes[name] = Tape(name, source, self._time.now())

    def start_message(self, name: str, leg: Leg, *, max_s: int, silence_s: int, end: str) -> None:
        if self.refuses:
            self._refuse(name)
            return
        tape = Tape(name, leg, self._time.now(), running=False, message=True, end_keys=end, silence_s=silence_s)
        self.tapes[name] = tape

        def after_beep() -> None:
            tape.running, tape.since = True, self._time.now()
            tape.timers.append(self._in(max_s, lambda: self.stop(name)))
            self.silence(leg)

        tape.timers.append(self._in(BEEP_S, after_beep))

    def pause(self, name: str, paused: bool) -> None:
        self.note()
        self.tapes[name].paused = paused

    def stop(self, name: str) -> None:
        tape = self.tapes.get(name)
        if tape is None:
            self._again(name)
            return
        self.note()
        del self.tapes[name]
        for timer in tape.timers:
            timer.cancel()
        if tape.quiet is not None:
            tape.quiet.cancel()
        if not tape.stretches and not tape.message:
            tape.stretches.append(Stretch(FRAME_MS, frozenset()))  # the packet that was under way
        length = sum(stretch.length for stretch in tape.stretches)
        path = self._path(name)
        why = ""
        if length == 0:
            why = "empty"
        else:
            try:
                write(path, tape.stretches, disk_full=self.disk_full)
            except OSError:
                why = "disk_full"
        now = self._time.now()
        if why:
            self._tell(RecordEnded(now, recording=name, path=None, why=why))
        else:
            self._tell(RecordEnded(now, recording=name, path=str(path), duration_ms=length))

    # --- what happens to what is recorded ------------------------------------------------------------------------

    def key(self, leg: Leg, digit: str) -> None:
        for tape in self._of(leg):
            if tape.message and (digit in tape.end_keys):
                self.stop(tape.name)

    def silence(self, leg: Leg) -> None:
        """The party fell silent or speaks again: a message ends by a silence."""
        for tape in self._of(leg):
            if not tape.message or not tape.running:
                continue
            if tape.quiet is not None:
                tape.quiet.cancel()
                tape.quiet = None
            if not leg.speaking and tape.silence_s:
                tape.quiet = self._in(tape.silence_s, partial(self.stop, tape.name))

    def ends(self, source: Leg | Bridge) -> None:
        """The leg or bridge is about to be no more."""
        for tape in self._of(source):
            self.stop(tape.name)

    def lose_all(self) -> None:
        """The exchange breaks down: what was written lies there, nothing is told."""
        self.note()
        for tape in self.tapes.values():
            for timer in tape.timers:
                timer.cancel()
            if tape.quiet is not None:
                tape.quiet.cancel()
            if tape.stretches and not self.disk_full:
                write(self._path(tape.name), tape.stretches)
                self._broken_off.add(tape.name)
        self.tapes.clear()

    def spooled(self) -> tuple[str, ...]:
        return tuple(sorted({path.stem for path in self._spool.glob("*.wav")} - self.tapes.keys()))

    def _again(self, name: str) -> None:
        """One that had ended before."""
        path = self._path(name)
        length = length_s(path)
        why = "switch_lost" if name in self._broken_off else "" if length else "no_file"
        self._tell(
            RecordEnded(
                self._time.now(), recording=name, path=str(path) if length else None,
                duration_ms=round((length or 0) * 1000), why=why,
            )
        )  # fmt: skip

    def _path(self, name: str) -> Path:
        return self._spool / f"{name}.wav"

    def _of(self, source: Leg | Bridge) -> list[Tape]:
        return [tape for tape in self.tapes.values() if tape.source is source]

    def _refuse(self, name: str) -> None:
        self._tell(RecordEnded(self._time.now(), recording=name, path=None, why="switch_refused"))

    def _in(self, seconds: float, do: Callable[[], None]) -> Timer:
        return self._time.call_at(self._time.now() + round(seconds * 1000), do)
