"""What an earlier process, or a switch that failed, has left: recordings without an end, files that nobody claims.

After each reconcile, and every so often: a recording that is noted as begun, and that no call has in hand, is ended
and handed over with the files that lie there; a file in the spool that belongs to none of these is handed over by its
name. So no sound is lost, and none stays unencrypted for long. Handing the same over again does no harm.
"""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from jietong.calls import begun, recording, store, voicemail
from jietong.calls.begun import Begun
from jietong.channels.ports import Gap
from jietong.channels.switch import RecordEnded
from jietong.core.errors import JietongError, Unavailable
from jietong.core.events import RecordingEnded
from jietong.core.ids import instant_of
from jietong.db.pool import ALL

if TYPE_CHECKING:
    from jietong.calls.service import Calls

log = structlog.get_logger(__name__)

EVERY_S = 120.0
KEEP_DAYS = 180
"""Of what no rule is known for."""
NOBODYS = "unclaimed"
"""The client of sound whose call is not known: seen by those alone who see all clients."""


class Leftovers:
    def __init__(self, calls: "Calls") -> None:
        self._calls = calls
        self._one_at_a_time = asyncio.Lock()
        self.in_hand: set[str] = set()  # recordings that a call of this process sees to
        self.ready = False  # calls have been reconciled, so what is not in hand is nobody's

    async def run(self) -> None:
        while True:
            await self._calls.pause(EVERY_S)
            if self.ready:
                await self.sweep()

    async def sweep(self) -> None:
        """Does what can be done now; the rest is for the next time."""
        async with self._one_at_a_time:
            try:
                await self._begun()
                await self._unclaimed()
            except JietongError as error:
                log.warning("recordings_left_wait", code=error.code)
            except Exception:  # nobody waits for it: were it to end, sound would pile up unseen
                log.exception("recordings_left_failed")

    async def handed_over(self, recording: str) -> None:
        """It is no longer ours to see to. Where that cannot be noted now, it is handed over once more."""
        try:
            async with self._calls.database.transaction(ALL) as conn:
                await begun.handed_over(conn, recording)
        except Unavailable as error:
            log.warning("recording_end_not_noted", recording=recording, code=error.code)

    async def _begun(self) -> None:
        async with self._calls.database.read(ALL) as conn:
            rows = await begun.recordings(conn)
        for one in rows:
            if one.recording not in self.in_hand and self._calls.switch.is_up:
                await self._guarded(one.recording, self._finish(one.recording))

    async def _unclaimed(self) -> None:
        """Files by their names alone: the process was killed before the beginning was committed."""
        if not self._calls.switch.is_up:
            return
        spooled = await self._calls.switch.spooled()
        async with self._calls.database.read(ALL) as conn:
            known = {one.recording for one in await begun.recordings(conn)}
        found: dict[tuple[str, str], list[str]] = {}
        for name in spooled:
            read = begun.read_name(name)
            if read is None or read.track not in recording.TRACKS or read.recording in self.in_hand | known:
                continue
            found.setdefault((read.call, read.recording), []).append(read.track)
        for (call, id), tracks in found.items():
            await self._guarded(id, self._take_in(call, id, tracks))

    async def _guarded(self, recording: str, work: Awaitable[None]) -> None:
        """One that cannot be finished keeps none of the others. Raises Unavailable."""
        try:
            await work
        except Unavailable:
            raise
        except Exception:
            log.exception("recording_left_failed", recording=recording)

    async def _finish(self, id: str) -> None:
        self.in_hand.add(id)
        try:
            async with self._calls.database.read(ALL) as conn:
                one = next((one for one in await begun.recordings(conn) if one.recording == id), None)
            if one is None:
                return  # its call has handed it over just now
            log.info("recording_left", contact=one.call, recording=one.recording)
            files = await self._files(one)
            if one.rule == voicemail.RULE:
                await voicemail.finish(self._calls, one, files.get("customer"))
            else:
                await self._hand_over(one, files)
        finally:
            self.in_hand.discard(id)

    async def _hand_over(self, one: Begun, files: dict[str, RecordEnded]) -> None:
        calls = self._calls
        longest = max((told.duration_ms for told in files.values()), default=0)
        if not one.ended:
            calls.witnesses.put(
                RecordingEnded(at=0, contact=one.contact, recording=one.recording, duration_ms=longest),
                begun.ended_write(one.recording),
            )
            await calls.witnesses.flushed()
        gaps = one.gaps
        if one.paused_at is not None:  # nobody resumed it
            start = one.paused_at - one.started
            gaps = (*gaps, Gap(start, max(start, longest), one.pause_why))
        if await hand_over(calls, one._replace(gaps=gaps), one.contact, files):
            await self.handed_over(one.recording)

    async def _take_in(self, call: str, id: str, tracks: list[str]) -> None:
        calls = self._calls
        async with calls.database.read(ALL) as conn:
            row = await store.row(conn, call)
        client = NOBODYS if row is None else row.client
        state = calls.writer.engine.contacts.get(call)
        queue = state.queue if state is not None else None
        spec = calls.queue(queue)
        rule = voicemail.RULE if tracks == ["customer"] else "always"
        keep = spec.recording.keep_days if spec is not None and spec.recording is not None else KEEP_DAYS
        one = Begun(
            id,
            client,
            call,
            call,
            queue,
            None,
            "",
            rule,
            None,
            keep,
            instant_of(id) or calls.time.now(),
            tuple(tracks),
        )
        log.warning("recording_unclaimed", contact=call, recording=id, tracks=tracks)
        self.in_hand.add(id)
        try:
            files = await self._files(one)
            if any(told.path for told in files.values()):
                await hand_over(calls, one, call, files)
        finally:
            self.in_hand.discard(id)

    async def _files(self, one: Begun) -> dict[str, RecordEnded]:
        """What the switch has of it, by track; what is under way is ended."""
        collected = Collector(one, self._calls)
        return await collected.all()


class Collector:
    """Asks for the end of each track, and waits until all are told."""

    def __init__(self, one: Begun, calls: "Calls") -> None:
        self._one = one
        self._calls = calls
        self._files: dict[str, RecordEnded] = {}
        self._done = asyncio.Event()

    def track_ended(self, tell: RecordEnded) -> None:
        self._files[tell.recording.rpartition(".")[2]] = tell
        if len(self._files) == len(self._one.tracks):
            self._done.set()

    async def all(self) -> dict[str, RecordEnded]:
        """What was told within the time that files may take. Raises Unavailable when the switch goes away."""
        calls, names = self._calls, [self._one.name(track) for track in self._one.tracks]
        for name in names:
            calls.tracks[name] = self
        task = asyncio.current_task()
        timer = calls.time.call_at(calls.time.now() + recording.FILES_WITHIN_S * 1000, self._done.set)
        try:
            await asyncio.gather(*(calls.switch.stop_recording(name) for name in names))
            calls.resting.add(task)
            await self._done.wait()
        finally:
            calls.resting.discard(task)
            timer.cancel()
            for name in names:
                calls.tracks.pop(name, None)
        if len(self._files) < len(names) and not calls.switch.is_up:
            raise Unavailable("switch_gone", "The telephone switch cannot be reached just now.")
        return self._files


async def hand_over(calls: "Calls", one: Begun, contact: str, files: dict[str, RecordEnded]) -> bool:
    """To the recordings' side; whether it has noted it durably."""
    paths = {track: told.path for track, told in files.items()}
    why = next((told.why for told in files.values() if told.why), "")
    return await calls.sink.finished(
        recording=one.recording,
        contact=contact,
        client=one.client,
        queue=one.queue,
        agent=one.agent,
        started=one.started,
        tracks={track: Path(path) if (path := paths.get(track)) else None for track in one.tracks},
        gaps=one.gaps,
        keep_days=one.keep_days,
        rule=one.rule,
        consent=one.consent,
        offsets=one.offsets,
        why=why or ("" if all(paths.get(track) for track in one.tracks) else "no_file"),
    )
