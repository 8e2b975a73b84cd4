"""The day as it runs: what comes, who is needed, who is there, what can be done about a gap. Frozen. Pure.

Arrays are by steps of `step_s` from `start`, the local midnight; instants in ms UTC.
"""

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from jietong.core.vocabulary import Activity, Ms, State
from jietong.workforce.model import Load
from jietong.workforce.requirement import Service
from jietong.workforce.schedule.rules.edits import AnyEdit


class Grid(NamedTuple):
    start: Ms
    step_s: int
    n: int

    @property
    def step(self) -> Ms:
        return self.step_s * 1000

    @property
    def end(self) -> Ms:
        return self.start + self.n * self.step

    def at(self, i: int) -> Ms:
        return self.start + i * self.step

    def number(self, at: Ms) -> int:
        """The step in which an instant lies, cut to the grid; `n` after its end."""
        return min(max((at - self.start) // self.step, 0), self.n)


class Expectation(Struct, frozen=True):
    """One queue's day: contacts as they were forecast before it (`said`), as they came (`came`, None: not over yet or
    not known), and as they are expected now (`mean`, p10 … p90): what came, and the rest forecast anew."""

    queue: str
    said: tuple[float, ...]
    mean: tuple[float, ...]
    p10: tuple[float, ...]
    p90: tuple[float, ...]
    came: tuple[float | None, ...]
    aht_s: tuple[float, ...]
    service: Service = Service()


class Group(Struct, frozen=True):
    """One skill group's day. `said` and `load`: contacts and handling time before the day and as expected now;
    need: people on line, with what is lost on the way (shrinkage); `planned`: cover by the published schedule;
    `cover`: without those who did not come. None: there is no forecast."""

    id: str
    said: tuple[float, ...] | None
    load: Load | None
    p10: tuple[float, ...] | None
    p90: tuple[float, ...] | None
    came: tuple[float | None, ...] | None
    need_said: tuple[float, ...] | None
    need: tuple[float, ...] | None
    planned: tuple[float, ...]
    cover: tuple[float, ...]
    able: tuple[float, ...]
    service: Service = Service()


class Person(Struct, frozen=True):
    """Who should be doing what now, and who is. `out_since`: since when it has not been what was scheduled."""

    agent: str
    name: str
    team: str
    part_time: bool
    state: State
    since: Ms
    activity: Activity | None
    until: Ms | None  # the end of what is scheduled now
    next_activity: Activity | None
    next_at: Ms | None
    out_since: Ms | None
    excused: bool
    kept_ms: Ms
    scheduled_ms: Ms
    groups: tuple[str, ...]

    @property
    def absent(self) -> bool:
        """Due at work and not signed in at all."""
        return self.out_since is not None and self.state is State.OFF


class LeverKind(StrEnum):
    """What can be done, in the order in which it is to be tried where all else is the same: heads last (H3)."""

    MOVE_BREAKS = "move_breaks"
    POSTPONE = "postpone"  # training, meetings, casework
    CALLBACK = "callback"
    CALL_IN = "call_in"  # part-timers on standby (A6)
    OVERTIME = "overtime"
    SEND_HOME = "send_home"  # whoever wants to, where more are there than needed
    RELIEF = "relief"  # breaks for those who have had too much (overload)
    HEADS = "heads"


class Back(StrEnum):
    """What a lever leaves open once it is done."""

    UNDO = "undo"  # the days are put back, from then on
    WITHDRAW = "withdraw"  # the request, while somebody is still to answer
    NONE = "none"  # it reaches people at once: said before it is done


class Weight(Struct, frozen=True):
    """How the rest of the day stands: person-hours missing, the largest gap, contacts that are not answered in time
    (Erlang A; an estimate), person-hours too many."""

    gap_hours: float
    largest: float
    late: float
    over_hours: float


class Lever(Struct, frozen=True):
    """Something to do about the rest of the day. `cost` in the site's currency, None: not known; below nothing: it
    saves. `edits`: of the published schedule; `ask`: whom to ask instead, from `start` to `end`. Neither: it is said,
    not done here. `before`, `after`: of the groups concerned."""

    id: str
    kind: LeverKind
    groups: tuple[str, ...]
    before: Weight
    after: Weight
    cost: float | None
    edits: tuple[AnyEdit, ...] = ()
    ask: tuple[str, ...] = ()
    places: int = 0
    start: Ms | None = None
    end: Ms | None = None
    agents: tuple[str, ...] = ()

    @property
    def does(self) -> bool:
        return bool(self.edits or self.ask)
