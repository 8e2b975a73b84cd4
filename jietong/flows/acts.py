"""What a running flow asks for, what it is answered, and where it stands in between. Plain data, all of it.

The interpreter never waits: it gives one act, and goes on when the answer to it is there. `runner` brings acts to a
`Host`; the editor's test call brings them to a screen; `jietong flow run` to a terminal.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from jietong.core.vocabulary import Outcome
from jietong.flows.model import Value

# --- what is said --------------------------------------------------------------------------------------------


class Speech(Struct, frozen=True, tag="speech"):
    """Words. `text` as written (chat, screen), `speech` as read out: figures in words."""

    language: str
    text: str
    speech: str


class Sound(Struct, frozen=True, tag="sound"):
    """An uploaded recording, in this language where there is one, else its words."""

    prompt: str
    language: str


Saying: TypeAlias = tuple[Speech | Sound, ...]


class Option(Struct, frozen=True):
    """One answer that a question takes; `text` for a chat's button."""

    key: str
    text: str


# --- acts ----------------------------------------------------------------------------------------------------


class Act(Struct, frozen=True, tag_field="act"):
    """Base. Each class names the answer that it wants."""


class Say(Act, frozen=True, tag="say"):
    """→ Said, when it has been heard."""

    saying: Saying
    interruptible: bool = True


class Ask(Act, frozen=True, tag="ask"):
    """→ Keys. Between `min` and `max` keys; a pause of `timeout_s` after the words or after a key ends it.

    With `max` 1 the first key answers. `secret`: what is pressed goes nowhere but into the answer.
    """

    saying: Saying
    min: int = 1
    max: int = 1
    end_key: str = ""
    timeout_s: int = 6
    secret: bool = False
    interruptible: bool = True
    options: tuple[Option, ...] = ()


class SeeHours(Act, frozen=True, tag="hours"):
    """→ Left: open, closed or holiday."""

    hours: str


class Find(Act, frozen=True, tag="find"):
    """The customer's file, by the caller's number, or by `value` (a number or an account). → Found."""

    by: Literal["caller", "variable"]
    value: str = ""


class Measure(Act, frozen=True, tag="measure"):
    """Subjects that the centre knows: queue.…, now.…. → Measured."""

    subjects: tuple[str, ...]


class Join(Act, frozen=True, tag="queue"):
    """Into a queue, until the customer leaves it or the talk is over.

    → Left: timed_out, closed, full, `key:k`, ended.
    """

    queue: str
    priority: int
    music: str
    announce_every_s: int
    announcement: Saying
    say_position: bool
    say_wait: bool
    callback_keys: tuple[str, ...]
    leave_keys: tuple[str, ...]
    prefer_last_agent: bool


class CallBack(Act, frozen=True, tag="callback"):
    """A place in the queue, to be called back at. `number` empty: the caller's. → Done."""

    queue: str
    number: str = ""


class TakeMessage(Act, frozen=True, tag="voicemail"):
    """→ Done: not, where nothing was said."""

    queue: str
    saying: Saying
    max_s: int


class Connect(Act, frozen=True, tag="transfer"):
    """Rings a telephone outside or an extension, and connects. → Done: not, where nobody was reached."""

    to: Literal["number", "extension"]
    number: str
    timeout_s: int


class Fetch(Act, frozen=True, tag="http"):
    """Asks another system; `save` is (variable, path). → Fetched. May hold what is secret: never log it."""

    method: str
    url: str
    headers: dict[str, str]
    body: str
    timeout_s: int
    save: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"Fetch({self.method})"


class OpenSurvey(Act, frozen=True, tag="survey"):
    """The question is about to be put. → Done: not, where there is nothing to be asked about."""


class Rate(Act, frozen=True, tag="rate"):
    """The customer's answer to the survey. → Done."""

    score: int
    resolved: bool | None = None


How: TypeAlias = Literal["finished", "failed", "voicemail", "transferred_out", "callback"]


class Over(Act, frozen=True, tag="over"):
    """The flow has nothing more to do: hang up. → nothing.

    `how` as in core.events.FlowLeft. `outcome`: how the contact ends by this; None: it has ended already, or lives on
    in a queue as a call-back, so that nothing is to be told but the line is to be dropped.
    """

    how: How
    outcome: Outcome | None
    node: str


AnyAct: TypeAlias = (
    Say | Ask | SeeHours | Find | Measure | Join | CallBack | TakeMessage | Connect | Fetch | OpenSurvey | Rate | Over
)

# --- answers -------------------------------------------------------------------------------------------------


class Answer(Struct, frozen=True, tag_field="answer", forbid_unknown_fields=True):
    """Base."""


class Said(Answer, frozen=True, tag="said"):
    pass


class Keys(Answer, frozen=True, tag="keys"):
    """What was pressed, without the end key; empty: nothing."""

    keys: str = ""

    def __repr__(self) -> str:
        return "Keys(…)"


class Left(Answer, frozen=True, tag="left"):
    exit: str


class Done(Answer, frozen=True, tag="done"):
    ok: bool = True


class Found(Answer, frozen=True, tag="found"):
    """What the file holds: `id`, `name`, `segment`, `attributes.x`. None: there is no file."""

    customer: dict[str, str] | None = None


class Measured(Answer, frozen=True, tag="measured"):
    values: dict[str, Value] = {}


class Fetched(Answer, frozen=True, tag="fetched"):
    """What was to be saved, by variable. None: it failed."""

    values: dict[str, str] | None = None


AnyAnswer: TypeAlias = Said | Keys | Left | Done | Found | Measured | Fetched

# --- in between ----------------------------------------------------------------------------------------------


class State(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where a flow stands with one customer: all that is needed to go on.

    `place`: flow (the flow has the contact), waiting (it is a call-back in a queue), after (it has ended).
    """

    node: str
    language: str
    channel: Literal["voice", "chat"] = "voice"
    phase: str = ""  # within the node
    attempt: int = 0
    score: int = 0  # of a survey under way
    reachable: bool = True  # the caller's number is known
    customer: dict[str, str] | None = None
    variables: dict[str, str] = {}
    secrets: dict[str, str] = {}
    row: int = 0  # nodes since the customer was last asked or waited
    passed: int = 0  # nodes in all
    silent: int = 0  # questions in a row that nobody answered
    place: Literal["flow", "waiting", "after"] = "flow"
    outcome: Outcome = Outcome.LOST_IN_FLOW  # of the contact, should it end here
    over: bool = False

    def __repr__(self) -> str:
        return f"State({self.node} {self.phase})"


class Step(Struct, frozen=True):
    """The flow left `node` by `exit`."""

    node: str
    exit: str


class Move(Struct, frozen=True):
    """How it goes on: the steps that were taken, and what is wanted now."""

    state: State
    steps: tuple[Step, ...]
    act: AnyAct
