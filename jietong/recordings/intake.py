"""Taking recordings in: noted durably first, then encrypted, read back and compared, and only then made forgotten.

Work goes on in threads of its own, a few at a time, and never in the way of calls. Each step can be cut off by a
kill: the row of `recording_intake` says what is still to do, and doing it again gives the same.
"""

import asyncio
import contextlib
import errno
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import asyncpg
import structlog

from jietong.channels.ports import Gap
from jietong.core.clock import Clock, to_datetime
from jietong.core.commands import Witness
from jietong.core.errors import Invalid, JietongError, Refused, Unavailable
from jietong.core.events import RecordingMissing, RecordingStored, WitnessedFact
from jietong.core.inbox import Inbox
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Connection, Database
from jietong.recordings import keys, store, wave
from jietong.recordings.keys import DataKey, MasterKeys
from jietong.recordings.model import DAY_MS, TRACKS, Job, Recording, Track, file_name
from jietong.recordings.vault import Damaged, Unsealed, seal

log = structlog.get_logger(__name__)

AT_ONCE = 2
"""Files being encrypted at the same time: enough for hundreds of calls a minute, and a core is left to the calls."""
LATE_MS: Ms = 1_000
LATE_TRIES = 3  # a file that was announced and is not there yet may be on its way
LONGEST_WAIT_MS: Ms = 300_000
LOOK_S = 30.0
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_BREAKS_OFF = {"switch_lost", "cut_short"}


class _Taken(NamedTuple):
    """What came of one job's files."""

    tracks: tuple[Track, ...]
    lacking: tuple[str, ...]
    why: str  # of what is lacking


class Intake:
    """`channels.ports.RecordingSink`. `start` it once; only while `active()` (this process is the site's writer) are
    jobs worked on."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        clock: Clock,
        folder: Path,
        masters: MasterKeys,
        *,
        active: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._clock = clock
        self._folder = folder
        self._masters = masters
        self._active = active
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="recordings")
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._telling = asyncio.Lock()
        self._unnoted: dict[str, Job] = {}  # the database was away when they were announced

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="recordings-intake")

    async def stop(self) -> None:
        """What is being encrypted now is finished first."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await asyncio.to_thread(self._threads.shutdown)

    async def finished(
        self,
        *,
        recording: str,
        contact: str,
        client: str,
        queue: str | None,
        agent: str | None,
        started: Ms,
        tracks: Mapping[str, Path | None],
        gaps: Sequence[Gap] = (),
        keep_days: int = 180,
        rule: str = "always",
        consent: str | None = None,
        offsets: Mapping[str, Ms] | None = None,
        why: str = "",
    ) -> bool:
        if not _ID.fullmatch(recording) or not set(tracks) <= set(TRACKS):
            raise Invalid("bad_recording", f"A recording's id is letters and digits, its tracks are among {TRACKS}.")
        job = Job(
            recording,
            contact,
            client,
            queue,
            agent,
            started,
            {name: None if path is None else str(path.absolute()) for name, path in tracks.items()},
            list(gaps),
            keep_days,
            rule,
            consent,
            dict(offsets or {}),
            why,
        )
        try:
            await self._note(job)
        except (Unavailable, asyncpg.PostgresError) as error:
            log.warning("recording_not_noted", recording=recording, error=type(error).__name__)
            self._unnoted[recording] = job
            return False
        finally:
            self._awake.set()
        return True

    def wake(self) -> None:
        """There is something to do."""
        self._awake.set()

    async def work(self) -> int:
        """Does all that is due now; gives how many jobs it took up. What `start` repeats for ever."""
        for job in tuple(self._unnoted.values()):
            await self._note(job)
            del self._unnoted[job.recording]
        done = 0
        while True:
            async with self._database.read(ALL) as conn:
                jobs = await store.due_jobs(conn, self._clock.now(), AT_ONCE)
            if not jobs:
                break
            outcomes = await asyncio.gather(*(self._take(*one) for one in jobs), return_exceptions=True)
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
            done += len(jobs)
        await self.tell()
        return done

    async def tell(self) -> None:
        """Tells the writer what is done and not told yet; raises what the writer raises."""
        async with self._telling:
            while True:
                async with self._database.read(ALL) as conn:
                    facts = await store.untold(conn, 100)
                if not facts:
                    return
                for n, key, fact in facts:
                    try:
                        await self._inbox.submit(Witness((_witnessed(fact),)), key=key)
                    except Refused as error:
                        log.warning("recording_fact_refused", key=key, code=error.code)
                    async with self._database.transaction(ALL) as conn:
                        await store.fact_told(conn, n)

    async def _run(self) -> None:
        while True:
            pause = LOOK_S
            if self._active():
                try:
                    await self.work()
                    pause = await self._pause()
                except (JietongError, asyncpg.PostgresError) as error:
                    log.warning("recordings_wait", error=getattr(error, "code", type(error).__name__))
                    pause = 2.0
                except Exception:  # nobody waits for this task: were it to end, recordings would pile up unseen
                    log.exception("recordings_intake_failed")
                    pause = 5.0
            else:
                pause = 1.0
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), pause)
            self._awake.clear()

    async def _pause(self) -> float:
        async with self._database.read(ALL) as conn:
            due = await store.next_due(conn)
        if due is None:
            return LOOK_S
        return min(max((due - self._clock.now()) / 1000, 0.05), LOOK_S)

    async def _note(self, job: Job) -> None:
        async with self._database.transaction(ALL) as conn:
            await store.note_job(conn, job, self._clock.now())

    async def _take(self, job: Job, stage: str, attempts: int, told: str | None) -> None:
        try:
            if stage == "store":
                await self._store(job, attempts)
            await self._clear(job)
        except _Later as later:
            await self._postpone(job, attempts, later.why, told)
        except OSError as error:
            why = "disk_full" if error.errno in _FULL else "not_stored"
            log.error("recording_not_stored", recording=job.recording, error=error.strerror or type(error).__name__)
            await self._postpone(job, attempts, why, told)
        except (Damaged, Unavailable) as error:
            if error.code == "database_gone":
                raise
            log.error("recording_not_stored", recording=job.recording, code=error.code, detail=error.detail)
            await self._postpone(job, attempts, "not_stored", told)

    async def _store(self, job: Job, attempts: int) -> None:
        """Encrypts what is there, commits it with its facts. A process that was active before may still be at the
        same files: the job is held meanwhile. Raises _Later, OSError, Damaged, Unavailable."""
        now = self._clock.now()
        async with self._database.transaction(ALL) as conn:
            key = await keys.of_client(conn, self._masters, job.client, now)
        async with self._database.transaction(ALL) as conn:
            if not await store.hold(conn, job.recording):
                return
            loop = asyncio.get_running_loop()
            sealing = loop.run_in_executor(self._threads, self._seal_all, job, key, attempts)
            try:
                taken = await asyncio.shield(sealing)
            except asyncio.CancelledError:
                await asyncio.wait({sealing})  # while the files are written the job is held
                raise
            one = recording_of(job, taken.tracks, taken.lacking, now)
            if one.tracks and not await store.key_usable(conn, key.id):
                raise _Later("not_stored")  # shredded meanwhile: with a new key
            if one.tracks:
                await store.add(conn, one)
                await store.not_missing(conn, one.id)
                heard = one.track("mix") or one.tracks[0]
                size = sum(track.bytes for track in one.tracks)
                stored = RecordingStored(now, job.contact, job.recording, size, heard.digest)
                await store.note_fact(conn, job.client, f"recording:{job.recording}:stored", stored)
            if one.lacking:
                await self._missing(conn, job, taken.why)
            await store.job_stored(conn, job.recording)

    def _seal_all(self, job: Job, key: DataKey, attempts: int) -> _Taken:
        """In a thread. Each track on its own: one that is lost does not lose the others."""
        tracks: list[Track] = []
        lacking: list[str] = []
        why = ""
        for name in sorted(set(job.tracks) | {_least(job)}):
            path = job.path(name)
            trouble = _trouble(path)
            if trouble == "no_file" and path is not None and attempts < LATE_TRIES:
                raise _Later("")
            if path is None or trouble:
                lacking.append(name)
                why = job.why or trouble or "no_file"
                continue
            track = self._seal(job, name, path, key)
            if track is None:
                lacking.append(name)
                why = job.why or "empty"
                continue
            tracks.append(track)
            if not track.playable:
                lacking.append(name)
                why = "unreadable"
            elif job.why in _BREAKS_OFF:  # kept, and not whole
                lacking.append(name)
                why = why or job.why
        return _Taken(tuple(tracks), tuple(lacking), why)

    def _seal(self, job: Job, name: str, path: Path, key: DataKey) -> Track | None:
        """None: a header and not one sample. A file that is no WAV we know is kept as it is: it may be evidence."""
        below = place(job, name)
        bound = file_name(job.recording, name)
        with path.open("rb") as plain:
            try:
                shape = wave.shape_of(plain, path.stat().st_size)
                peaks = wave.peaks_of(plain, shape)
            except wave.Unreadable:
                shape, peaks = wave.Shape(0, 0, 0), b""
            if shape.rate and not shape.frames:
                return None
            plain.seek(0)
            sealed = seal(plain, self._folder / below, name=bound, key_id=key.id, key=key.key)
        with Unsealed(self._folder / below, name=bound, key_of=lambda _: key.key) as back:
            if back.digest() != sealed:
                raise Damaged("what was written is not what is read back")
        return Track(
            name, key.id, below, sealed.bytes, sealed.digest, shape.rate, shape.data_at, shape.frames,
            job.offsets.get(name, 0), peaks,
        )  # fmt: skip

    async def _clear(self, job: Job) -> None:
        """Deletes the plain files of a job that is in safety, then forgets the job."""

        def unlink() -> None:
            for name in job.tracks:
                path = job.path(name)
                if path is not None:
                    path.unlink(missing_ok=True)

        await asyncio.get_running_loop().run_in_executor(self._threads, unlink)
        async with self._database.transaction(ALL) as conn:
            await store.job_done(conn, job.recording)

    async def _postpone(self, job: Job, attempts: int, why: str, told: str | None) -> None:
        """Tried again later, ever more seldom, for as long as it takes. The trouble is told once."""
        now = self._clock.now()
        wait = LATE_MS if not why else min(5_000 * 2**attempts, LONGEST_WAIT_MS)
        async with self._database.transaction(ALL) as conn:
            left = await store.postpone(conn, job.recording, now + wait, why or None)
            if left and why and why != told:
                await self._missing(conn, job, why)

    async def _missing(self, conn: Connection, job: Job, why: str) -> None:
        await store.note_missing(conn, job, why, self._clock.now())
        fact = RecordingMissing(self._clock.now(), job.contact, job.recording, why)
        await store.note_fact(conn, job.client, f"recording:{job.recording}:missing:{why}", fact)


class _Later(Exception):
    """Not now; `why` empty: no trouble yet."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def place(job: Job, track: str) -> str:
    """Where a track lies below the folder of recordings: <client>/<yyyy>/<mm>/<recording>.<track>."""
    day = to_datetime(job.started)
    client = quote(job.client, safe="").replace(".", "%2E")
    return f"{client}/{day:%Y}/{day:%m}/{job.recording}.{track}"


def recording_of(job: Job, tracks: tuple[Track, ...], lacking: tuple[str, ...], now: Ms) -> Recording:
    return Recording(
        id=job.recording,
        contact=job.contact,
        client=job.client,
        queue=job.queue,
        agent=job.agent,
        rule=job.rule,
        consent=job.consent,
        started=job.started,
        duration_ms=max((track.end_ms for track in tracks), default=0),
        gaps=tuple(job.gaps),
        lacking=lacking,
        keep_days=job.keep_days,
        keep_until=job.started + job.keep_days * DAY_MS,
        stored_at=now,
        verified_at=now,
        damaged=None,
        state="stored",
        tracks=tracks,
    )


def _least(job: Job) -> str:
    """The track without which there is no recording, named by the caller or not."""
    return "customer" if job.rule == "voicemail" else "mix"


def _trouble(path: Path | None) -> str:
    if path is None or not path.is_file():
        return "no_file"
    return "" if path.stat().st_size else "empty"


def _witnessed(fact: object) -> WitnessedFact:
    assert isinstance(fact, WitnessedFact)
    return fact
