"""What the live views remember of a call beyond the engine: whether it is recorded, who listens in, who is asked
outside. Pure.

The engine decides nothing about these facts (`core.events.WitnessedFact`), so they are folded here, from the ledger
after a start and from what is committed from then on.
"""

from msgspec import Struct
from msgspec.structs import replace

from jietong.core import events as e
from jietong.core.vocabulary import Ms, Party


class RecordingView(Struct, frozen=True):
    """The recording that is under way. `paused_since`: a gap for card data is open."""

    id: str
    since: Ms
    paused_since: Ms | None = None


class SupervisionView(Struct, frozen=True):
    """Somebody listens in."""

    by: str  # account or agent
    mode: str
    since: Ms
    agent: str | None = None


class OutsideView(Struct, frozen=True):
    """A party outside the centre who is asked, or to whom the call is to be handed on."""

    leg: str
    since: Ms
    up: bool = False


class VoiceFacts(Struct, frozen=True):
    """Of one contact."""

    recording: RecordingView | None = None
    supervision: tuple[SupervisionView, ...] = ()
    outside: OutsideView | None = None


NOTHING = VoiceFacts()


def fold(facts: VoiceFacts, event: e.AnyEvent) -> VoiceFacts:
    """The facts after the event. The same event again changes nothing more."""
    match event:
        case e.RecordingStarted():
            return replace(facts, recording=RecordingView(event.recording, event.at))
        case e.RecordingPaused() | e.RecordingResumed():
            running = _running(facts, event.recording)
            if running is None:
                return facts
            paused = event.at if isinstance(event, e.RecordingPaused) else None
            return replace(facts, recording=replace(running, paused_since=paused))
        case e.RecordingEnded() | e.RecordingMissing():
            return facts if _running(facts, event.recording) is None else replace(facts, recording=None)
        case e.LegStarted() if event.party is Party.OUTSIDE:
            return replace(facts, outside=OutsideView(event.leg, event.at))
        case e.LegAnswered() if facts.outside is not None and facts.outside.leg == event.leg:
            return replace(facts, outside=replace(facts.outside, since=event.at, up=True))
        case e.LegEnded() if facts.outside is not None and facts.outside.leg == event.leg:
            return replace(facts, outside=None)
        case e.SupervisionStarted():
            mine = SupervisionView(event.by, event.mode, event.at, event.agent)
            return replace(facts, supervision=(*_others(facts, event.by), mine))
        case e.SupervisionEnded():
            left = tuple(one for one in facts.supervision if one.by != event.by or one.mode != event.mode)
            return replace(facts, supervision=left)
        case _:
            return facts


def _running(facts: VoiceFacts, recording: str | None) -> RecordingView | None:
    found = facts.recording
    return found if found is not None and found.id == recording else None


def _others(facts: VoiceFacts, by: str) -> tuple[SupervisionView, ...]:
    return tuple(one for one in facts.supervision if one.by != by)
