"""Recording: each agent's talk of a call is one recording, with a clean track of each side and a mix.

It begins when customer and agent are bridged and ends with that agent's part: hold, consultation and three-way talks
go on in it, and a transfer begins the next one, so nothing is lost on the way. While card data is spoken it is
paused: silence is written, so that all times stay true, and a watchdog ends a pause that was forgotten.
"""

import hashlib
from collections.abc import Awaitable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import structlog

from jietong.calls import begun, media, words
from jietong.calls.begun import Begun
from jietong.calls.ports import Timer
from jietong.channels.ports import Gap
from jietong.channels.switch import RecordEnded
from jietong.core.errors import Refused, Unavailable
from jietong.core.events import RecordingEnded, RecordingPaused, RecordingResumed, RecordingStarted
from jietong.core.ids import new_id
from jietong.core.inbox import Write
from jietong.core.specs import QueueSpec, RecordingRule
from jietong.core.vocabulary import Ms

if TYPE_CHECKING:
    from jietong.calls.call import Call

log = structlog.get_logger(__name__)

TRACKS = ("customer", "agent", "mix")
SHORT_MS: Ms = 2_000
SHORT_SHARE = 0.1
"""A recording that lacks more than both of its time was cut off by something, most likely a full disk."""
FILES_WITHIN_S = 15
"""So long after the end of a talk its files may take; what is not there then is missing."""
REC_MARK = "recording"
PAUSE_MARK = "pauses"


class Recording:
    """One agent's talk, being recorded, or waiting for its files."""

    def __init__(
        self, call: "Call", id: str, talk: str, agent: str, queue: str | None, rule: RecordingRule, cause: str
    ) -> None:
        self.call = call
        self.id = id
        self.talk = talk  # the bridge
        self.agent = agent
        self.queue = queue
        self.rule = rule
        self.cause = cause  # always | share | on_demand
        self.started: Ms = call.calls.time.now()
        self.offsets: dict[str, Ms] = {}
        self.open: set[str] = set()  # tracks under way
        self.files: dict[str, RecordEnded] = {}
        self.why = ""
        self.gaps: list[Gap] = []
        self.paused_at: Ms | None = None
        self.pause_why = "card"
        self.watchdog: Timer | None = None
        self.stopping = False
        self.left = False  # the switch is away: for the next reconcile
        self.ended_at: Ms | None = None
        self.timer: Timer | None = None

    def name(self, track: str) -> str:
        return begun.name(self.call.contact, self.id, track)

    def noted(self) -> Begun:
        """As the next process is to know it."""
        call = self.call
        return Begun(
            self.id, call.client, call.contact, call.contact, self.queue, self.agent, self.talk, self.cause,
            call.consent, self.rule.keep_days, self.started, TRACKS, dict(self.offsets), tuple(self.gaps),
            self.paused_at, self.pause_why,
        )  # fmt: skip

    def track_ended(self, tell: RecordEnded) -> None:
        """By the switch, in order or not."""
        track = tell.recording.rpartition(".")[2]
        self.open.discard(track)
        self.files[track] = tell
        self.why = self.why or tell.why
        self.call.look()


def rule_of(call: "Call", spec: QueueSpec | None) -> RecordingRule | None:
    return spec.recording if spec is not None else None


def is_due(call: "Call", spec: QueueSpec | None) -> bool:
    """Whether a talk of this queue is recorded, by its rule: drawn by the contact's id, so that it is the same
    however often it is asked."""
    rule = rule_of(call, spec)
    if rule is None:
        return False
    return is_drawn(call.contact, rule.share)


def is_drawn(contact: str, share: float) -> bool:
    """Whether this contact is among the `share` (0..1) of all."""
    draw = int.from_bytes(hashlib.sha256(contact.encode()).digest()[:8], "big")
    return draw < share * 2**64


async def tell(call: "Call", spec: QueueSpec | None) -> None:
    """Tells the customer that it is recorded, once a call, unless this queue's rule wants it untold.

    Raises CustomerGone."""
    rule = rule_of(call, spec)
    if "recording" in call.told or (rule is not None and not rule.announce):
        return
    heard = await call.say(words.saying(call.language, words.RECORDED))
    call.told.add("recording")
    if heard:
        call.consent = words.CONSENT_ID


def must_tell_first(call: "Call") -> bool:
    """Before this talk begins the customer has to be told, and has not been."""
    if call.announcing or "recording" in call.told or not call.standing.talk or call.standing.dialling:
        return False
    if call.owner is None or not call.owner.there or not call.there or call.handed_on or call.recording is not None:
        return False
    spec = call.calls.queue(call.standing.queue)
    rule = rule_of(call, spec)
    return rule is not None and rule.announce and is_due(call, spec)


async def settle(call: "Call") -> None:
    """Begins what should be recorded now, and ends what should not any more."""
    standing = call.standing
    running = call.recording
    owner = call.owner
    talk = media.talk_bridge(call.contact, standing)
    talking = (
        standing.talk
        and not standing.dialling
        and call.there
        and not call.announcing
        and owner is not None
        and owner.there
        and talk in call.bridged
    )
    if running is not None and not running.stopping and (not talking or running.talk != talk):
        await _stop(call, running)
    if running is not None and running.left:
        _let_go(call, running)
        running = call.recording
    elif running is not None and running.stopping and not running.open:
        await _finish(call, running)
        running = call.recording
    if running is None and talking and talk not in call.recorded:
        spec = call.calls.queue(standing.queue)
        if is_due(call, spec) or call.on_demand:
            rule = rule_of(call, spec) or RecordingRule(share=0.0)
            cause = "on_demand" if not is_due(call, spec) else "always" if rule.share >= 1 else "share"
            await _start(call, talk, rule, cause)


async def _start(call: "Call", talk: str, rule: RecordingRule, cause: str) -> None:
    calls, standing = call.calls, call.standing
    customer, owner = call.customer, call.owner
    assert customer is not None
    assert owner is not None
    call.recorded.add(talk)
    recording = Recording(call, new_id(calls.time.now()), talk, standing.agent or "", standing.queue, rule, cause)
    call.recording = recording
    calls.leftovers.in_hand.add(recording.id)
    for track in TRACKS:
        recording.open.add(track)
        calls.tracks[recording.name(track)] = recording
        recording.offsets[track] = calls.time.now() - recording.started
        source = customer.id if track == "customer" else owner.id
        starting = (
            calls.switch.record_bridge(recording.name(track), talk)
            if track == "mix"
            else calls.switch.record_leg(recording.name(track), source)
        )
        if not await calls.on_leg(call, owner, starting):
            recording.open.discard(track)
            calls.tracks.pop(recording.name(track), None)
            recording.why = recording.why or "switch_refused"
    calls.witnesses.put(
        RecordingStarted(
            at=0, contact=call.contact, recording=recording.id, agent=recording.agent, queue=recording.queue,
            rule=cause, consent=call.consent,
        ),
        begun.begun_write(recording.noted()),
    )  # fmt: skip
    note = f"{recording.id} {recording.started} {cause} {talk}"
    await calls.on_leg(call, customer, calls.switch.mark(customer.id, {REC_MARK: note, PAUSE_MARK: ""}))
    if not recording.open:
        await _stop(call, recording)


async def _stop(call: "Call", recording: Recording) -> None:
    """The files come one by one, or do not."""
    calls = call.calls
    recording.stopping = True
    recording.ended_at = calls.time.now()
    if recording.paused_at is not None:
        _resumed(recording, by=None)
    await _end_tracks(recording, tuple(recording.open))

    def late() -> None:
        recording.left = bool(recording.open) and not calls.switch.is_up
        for track in tuple(recording.open):
            recording.open.discard(track)
            calls.tracks.pop(recording.name(track), None)
            recording.why = recording.why or "no_file"
        call.look()

    recording.timer = calls.time.call_at(calls.time.now() + FILES_WITHIN_S * 1000, late)


async def _end_tracks(recording: Recording, tracks: Iterable[str]) -> None:
    """Of each the end is told, also of those that have ended before."""
    for track in tracks:
        await _at_switch(recording, recording.call.calls.switch.stop_recording(recording.name(track)))


async def _at_switch(recording: Recording, done: Awaitable[None]) -> bool:
    try:
        await done
    except (Refused, Unavailable) as error:
        log.info("recording_refused", contact=recording.call.contact, recording=recording.id, code=error.code)
        return False
    return True


def _let_go(call: "Call", recording: Recording) -> None:
    """Once the switch is back, `leftovers` finishes it with the files that lie there."""
    if recording.timer is not None:
        recording.timer.cancel()
    for track in TRACKS:
        call.calls.tracks.pop(recording.name(track), None)
    call.recording = None
    call.calls.leftovers.in_hand.discard(recording.id)


async def _finish(call: "Call", recording: Recording) -> None:
    if recording.timer is not None:
        recording.timer.cancel()
    call.recording = None
    try:
        await _hand_over(call, recording)
    finally:
        call.calls.leftovers.in_hand.discard(recording.id)


async def _hand_over(call: "Call", recording: Recording) -> None:
    calls = call.calls
    longest = max((tell.duration_ms for tell in recording.files.values()), default=0)
    if not recording.why and is_cut_short(recording, longest):
        recording.why = "cut_short"
    calls.witnesses.put(
        RecordingEnded(at=0, contact=call.contact, recording=recording.id, duration_ms=longest),
        begun.ended_write(recording.id),
    )
    await calls.witnesses.flushed()  # what comes of it is told after it
    paths: dict[str, Path | None] = dict.fromkeys(TRACKS)
    for track, told in recording.files.items():
        paths[track] = Path(told.path) if told.path is not None else None
    noted = await calls.sink.finished(
        recording=recording.id,
        contact=call.contact,
        client=call.client,
        queue=recording.queue,
        agent=recording.agent,
        started=recording.started,
        tracks=paths,
        gaps=tuple(recording.gaps),
        keep_days=recording.rule.keep_days,
        rule=recording.cause,
        consent=call.consent,
        offsets=recording.offsets,
        why=recording.why,
    )
    if noted:
        await calls.leftovers.handed_over(recording.id)


def is_cut_short(recording: Recording, longest: Ms) -> bool:
    """Whether even the longest track misses some of the talk: where a write fails the switch ends a recording, and
    tells of it as of any other end."""
    if recording.ended_at is None or not recording.files:
        return False
    lacks = recording.ended_at - recording.started - max(recording.offsets.values(), default=0) - longest
    return lacks > max(SHORT_MS, SHORT_SHARE * longest)


def read_note(call: "Call", note: str, pauses: str) -> Begun:
    """What an earlier process noted on the customer's leg, where the database does not have it."""
    id, started, cause, talk = note.split(" ", 3)
    standing = call.standing
    rule = rule_of(call, call.calls.queue(standing.queue)) or RecordingRule(share=0.0)
    found = Begun(
        id, call.client, call.contact, call.contact, standing.queue, standing.agent, talk, cause, None,
        rule.keep_days, int(started), TRACKS,
    )  # fmt: skip
    return with_pauses(found, pauses)


def with_pauses(one: Begun, pauses: str) -> Begun:
    """As noted on the leg, which is never late."""
    if not pauses:
        return one
    gaps, paused_at, why = msgspec.json.decode(pauses, type=tuple[list[Gap], Ms | None, str])
    return one._replace(gaps=tuple(gaps), paused_at=paused_at, pause_why=why)


def take_up(call: "Call", one: Begun, under_way: Sequence[str], *, known: bool) -> None:
    """A recording that an earlier process began goes on; of its tracks that have ended the files are had now. A pause
    goes on, and is watched again. `known`: the ledger has its beginning."""
    calls = call.calls
    rule = rule_of(call, calls.queue(one.queue)) or RecordingRule(share=0.0)
    found = Recording(call, one.recording, one.talk, one.agent or "", one.queue, rule, one.rule)
    found.started, found.offsets, found.gaps = one.started, dict(one.offsets), list(one.gaps)
    call.consent = call.consent or one.consent
    call.recording = found
    call.recorded.add(one.talk)
    call.told.add("recording")
    calls.leftovers.in_hand.add(one.recording)
    found.open = set(TRACKS)
    for track in TRACKS:
        calls.tracks[found.name(track)] = found
    ended = [track for track in TRACKS if found.name(track) not in under_way]
    if ended:
        call.put(partial(_end_tracks, found, ended))
    found.paused_at, found.pause_why = one.paused_at, one.pause_why
    if found.paused_at is not None:
        _watch(call, found)
    if not known:
        calls.witnesses.put(
            RecordingStarted(
                at=0, contact=call.contact, recording=found.id, agent=found.agent, queue=found.queue,
                rule=found.cause, consent=call.consent,
            ),
            begun.begun_write(found.noted()),
        )  # fmt: skip


async def ask_again(call: "Call") -> None:
    """The switch may have told the end while it was away from us."""
    if call.recording is not None and call.recording.stopping:
        await _end_tracks(call.recording, tuple(call.recording.open))


async def lost(call: "Call") -> None:
    """The switch failed while it wrote: what lies on its disk is had as far as it goes, now or when it is back."""
    recording = call.recording
    if recording is None:
        return
    recording.why = "switch_lost"
    if not call.calls.switch.is_up:
        recording.left = True
    elif not recording.stopping:
        await _stop(call, recording)
    else:
        await _end_tracks(recording, tuple(recording.open))


# --- card data ----------------------------------------------------------------------------------------------------


async def pause(call: "Call", by: str, why: str = "card") -> None:
    """A gap begins. Ends by itself after the rule's `max_pause_s`. Raises Refused `not_recording`."""
    recording = _running(call)
    if recording.paused_at is not None:
        return
    if not await _pause_tracks(call, recording, True):
        raise Refused("not_paused", "The recording cannot be paused now: do not take card data.")
    calls = call.calls
    recording.paused_at = calls.time.now()
    recording.pause_why = why
    calls.witnesses.put(
        RecordingPaused(at=0, contact=call.contact, recording=recording.id, why=why, by=by), _pauses(recording)
    )
    _watch(call, recording)
    await _note_pauses(call, recording)


def _watch(call: "Call", recording: Recording) -> None:
    assert recording.paused_at is not None
    at = recording.paused_at + recording.rule.max_pause_s * 1000
    recording.watchdog = call.calls.time.call_at(at, lambda: call.put(lambda: _watchdog(call, recording)))


async def _note_pauses(call: "Call", recording: Recording) -> None:
    """On the leg, so that a new process knows of them."""
    note = msgspec.json.encode((recording.gaps, recording.paused_at, recording.pause_why)).decode()
    if call.customer is not None and not call.customer.gone:
        await call.calls.on_leg(call, call.customer, call.calls.switch.mark(call.customer.id, {PAUSE_MARK: note}))


async def resume(call: "Call", by: str | None) -> None:
    """The gap ends. Raises Refused `not_recording`."""
    recording = _running(call)
    if recording.paused_at is None:
        return
    await _pause_tracks(call, recording, False)
    _resumed(recording, by)
    await _note_pauses(call, recording)


async def _watchdog(call: "Call", recording: Recording) -> None:
    if recording.paused_at is not None and not recording.stopping:
        log.warning("pause_too_long", contact=call.contact, recording=recording.id)
        await resume(call, None)


def _resumed(recording: Recording, by: str | None) -> None:
    calls = recording.call.calls
    assert recording.paused_at is not None
    now = calls.time.now()
    start = recording.paused_at - recording.started
    recording.gaps.append(Gap(start, now - recording.started, recording.pause_why))
    recording.paused_at = None
    if recording.watchdog is not None:
        recording.watchdog.cancel()
    calls.witnesses.put(
        RecordingResumed(at=0, contact=recording.call.contact, recording=recording.id, by=by), _pauses(recording)
    )


def _pauses(recording: Recording) -> Write:
    return begun.paused_write(recording.id, recording.gaps, recording.paused_at, recording.pause_why)


async def _pause_tracks(call: "Call", recording: Recording, paused: bool) -> bool:
    """All, or, where one cannot be paused, whether none is heard: it is stopped."""
    done = True
    for track in tuple(recording.open):
        if not await _at_switch(recording, call.calls.switch.pause_recording(recording.name(track), paused)):
            done = False
    return done


def _running(call: "Call") -> Recording:
    recording = call.recording
    if recording is None or recording.stopping:
        raise Refused("not_recording", "This call is not being recorded.")
    return recording
