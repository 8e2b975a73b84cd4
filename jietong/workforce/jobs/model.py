"""What a job is: a long computation in a process of its own, with its progress kept as a row.

A kind is a module-level function `work(args, tell) -> JSON or bytes`. It is named, never imported, here: the process
that runs it imports it, so that the centre's own process stays small.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from jietong.core.vocabulary import Ms

MOST_QUEUED = 40  # of one owner
LARGEST_BYTES = 32 << 20  # of arguments, of a result


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # the centre stopped meanwhile

    @property
    def ended(self) -> bool:
        return self not in {JobState.QUEUED, JobState.RUNNING}


TRANSITIONS: Final[Mapping[JobState, frozenset[JobState]]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.QUEUED}),
    JobState.CANCELLED: frozenset({JobState.QUEUED}),
    JobState.INTERRUPTED: frozenset({JobState.QUEUED}),
}


class Tell(Protocol):
    """How work says how far it is. May be called as often as it likes: what comes too fast is left out.

    `share`: 0..1, None when nobody can know; `best` and `bound`: of an optimisation; `text`: a short word for the
    screen; `partial`: the result so far, as JSON, which replaces the one told before.
    """

    def __call__(
        self,
        share: float | None = None,
        best: float | None = None,
        bound: float | None = None,
        text: str = "",
        partial: Any = None,
    ) -> None: ...


@dataclass(frozen=True)
class JobKind:
    """`target`: "package.module:function"; `seconds` and `memory_mb`: the most that it may take of either."""

    target: str
    seconds: float = 3600
    memory_mb: int = 4096


KINDS: Final[Mapping[str, JobKind]] = {
    "lab.prepare": JobKind("jietong.workforce.lab.work:prepare", seconds=1800),
    "lab.replicate": JobKind("jietong.workforce.lab.work:replicate", seconds=4 * 3600),
    "simulation.skills": JobKind("jietong.workforce.simulation.skills:work", seconds=900),
    "schedule.solve": JobKind("jietong.workforce.schedule.work:solve", seconds=2400),
}
"""All kinds, by name."""


@dataclass(frozen=True)
class Progress:
    share: float | None = None
    best: float | None = None
    bound: float | None = None
    text: str = ""
    at: Ms | None = None


@dataclass(frozen=True)
class Job:
    """A job without its arguments and results, which may be large."""

    id: str
    kind: str
    client: str  # '': the centre's own; '*': all clients together
    subject: str
    state: JobState
    owner: str
    owner_name: str
    made_at: Ms
    started_at: Ms | None
    ended_at: Ms | None
    progress: Progress
    error: str | None  # a code
    error_detail: str | None
