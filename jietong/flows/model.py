"""A flow as data: `flow/v1`, a graph of nodes that greet, ask, decide and hand on (A2, A3, A9).

    {"format": "flow/v1", "id", "name": {zh-Hans, zh-Hant, en}, "client", "start": "n1",
     "nodes": [{"id", "type", …, "next": {exit: node id}}], "layout": {id: [x, y]}}

Immutable; a change is a new document. Every field of a node but its id has a default, so that a draft can be stored
half drawn: `validator` says what is missing. What each node does and by which exits it is left is told at its class,
and in docs/reference/flows.md.
"""

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct

from jietong.core.errors import Invalid
from jietong.core.specs import Names

Language: TypeAlias = Literal["zh-Hans", "zh-Hant", "en"]
FORMAT: Literal["flow/v1"] = "flow/v1"
LANGUAGES: tuple[Language, ...] = ("zh-Hans", "zh-Hant", "en")
KEYS = tuple("1234567890*#")
"""What a telephone has to press."""

Value: TypeAlias = str | int | float | bool | None
"""What a subject of a condition is at the moment."""


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One piece of a prompt: words to be spoken (or written, in a chat), or an uploaded recording.

    Exactly one of `text` and `audio` is given. Words may hold `{variable}` (see `template`). A recording that lacks
    the customer's language falls back to the words that were written for it.
    """

    text: Names | None = None
    audio: str | None = None  # id of a prompt
    language: Language | None = None  # always in this one ("for English, press two"); None: in the customer's


Prompt: TypeAlias = Part | tuple[Part, ...]
"""One part or several, one after the other. `()` is no prompt."""


def parts_of(prompt: Prompt | None) -> tuple[Part, ...]:
    if prompt is None:
        return ()
    return (prompt,) if isinstance(prompt, Part) else prompt


class Piece(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what stands inside nodes."""


class Node(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """Base of all nodes. `next` says for each exit which node follows."""

    id: str
    name: Names = {}  # on the canvas and in counts; empty: the type's own name is shown
    next: dict[str, str] = {}


class Play(Node, frozen=True, kw_only=True, tag="play"):
    """Says something. Exit: done."""

    prompt: Prompt = ()
    interruptible: bool = True  # a key stops it, and counts for the question that follows


class LanguageChoice(Piece, frozen=True):
    key: str
    language: Language


class ChooseLanguage(Node, frozen=True, kw_only=True, tag="language"):
    """Asks in which language to go on. Exits: chosen; none (nothing usable was pressed: the language stays)."""

    prompt: Prompt = ()
    choices: tuple[LanguageChoice, ...] = ()
    timeout_s: int = 6
    tries: int = 2  # how often it is asked


class Choice(Piece, frozen=True):
    key: str
    name: Names = {}  # for the canvas, the counts, and the buttons of a chat


class Menu(Node, frozen=True, kw_only=True, tag="menu"):
    """Asks for one key. Exits: `key:1` … for each choice; timeout (nothing was pressed in the last try); invalid
    (a key without meaning was)."""

    prompt: Prompt = ()
    choices: tuple[Choice, ...] = ()
    timeout_s: int = 6
    tries: int = 3
    retry_prompt: Prompt | None = None  # before it is asked again; None: nothing
    interruptible: bool = True


class Digits(Node, frozen=True, kw_only=True, tag="digits"):
    """Asks for a number of several digits. Exits: done; none (all tries in vain).

    `secret` digits (a PIN, a card) stay out of facts, logs, traces and prompts; `http` may send them.
    """

    prompt: Prompt = ()
    min: int = 1
    max: int = 20
    end_key: str = "#"  # ends the number before `max` is reached; empty: only `max` or a pause does
    timeout_s: int = 6  # without a further key
    tries: int = 3
    variable: str = ""
    secret: bool = False
    check: Literal["none", "luhn", "pattern"] = "none"
    pattern: str = ""  # check pattern: a regular expression for the whole number
    retry_prompt: Prompt | None = None


class Hours(Node, frozen=True, kw_only=True, tag="hours"):
    """Looks at opening hours. Exits: open; closed; holiday (closed, and today is one of the hours' holidays)."""

    hours: str = ""


class LookUp(Node, frozen=True, kw_only=True, tag="lookup"):
    """Looks for the customer's file. Exits: found (sets customer.*); none."""

    by: Literal["caller", "variable"] = "caller"
    variable: str = ""  # by variable: the one that holds a telephone number or an account


Operator: TypeAlias = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "between", "set", "unset"]


class When(Piece, frozen=True):
    """`subject` `op` `value`. Subjects: language, channel, caller.known, customer.name, customer.segment,
    customer.attributes.x, variable.x, queue.Q.waiting, queue.Q.ewt_s, queue.Q.open, queue.Q.ready, now.weekday
    (1 Monday … 7), now.time ("08:30").

    `in` takes a list; `between` a list of two, both included; `set` and `unset` take none.
    """

    subject: str = ""
    op: Operator = "eq"
    value: str | int | float | bool | tuple[str | int | float, ...] | None = None


class Branch(Piece, frozen=True):
    name: Names = {}
    when: When = When()


class Condition(Node, frozen=True, kw_only=True, tag="condition"):
    """The first branch that holds. Exits: `branch:0` …; else."""

    branches: tuple[Branch, ...] = ()


class QueueKey(Piece, frozen=True):
    """A key that works while the customer waits."""

    key: str
    name: Names = {}
    does: Literal["callback", "leave"] = "leave"  # keep the place and be called back; leave the queue


class Queue(Node, frozen=True, kw_only=True, tag="queue"):
    """Hands the customer on to a queue and its agents.

    Exits: timed_out (the queue's longest wait), closed, full; `key:1` … for each key; ended (the talk is over, and
    the customer has stayed on the line).
    """

    queue: str = ""
    priority: int = 0  # added to the queue's own
    music: str = "default"
    announce_every_s: int = 30  # 0: never
    announcement: Prompt | None = None  # said at each interval, before position and wait
    say_position: bool = True
    say_wait: bool = True
    keys: tuple[QueueKey, ...] = ()
    prefer_last_agent: bool = True


class Callback(Node, frozen=True, kw_only=True, tag="callback"):
    """Offers to call back, in the customer's turn (A8). Exits: accepted; declined (no number is known, too)."""

    queue: str = ""
    prompt: Prompt = ()
    key: str = "1"  # that accepts
    timeout_s: int = 8
    variable: str = ""  # that holds the number to call; empty: the caller's own


class Voicemail(Node, frozen=True, kw_only=True, tag="voicemail"):
    """Takes a message for a queue (A2). Exits: done; none (nothing was said)."""

    queue: str = ""
    prompt: Prompt = ()
    max_s: int = 180


class Transfer(Node, frozen=True, kw_only=True, tag="transfer"):
    """Rings a telephone and connects the customer. Exits: done (they talked, and the other side has gone); failed."""

    to: Literal["number", "extension"] = "number"
    number: str = ""  # its digits, of either; or `{variable}`
    timeout_s: int = 30


class Saved(Piece, frozen=True):
    """What to keep of the answer: `path` into its JSON, `order.status` or `items.0.name`; empty: the whole text."""

    variable: str = ""
    path: str = ""


class Request(Node, frozen=True, kw_only=True, tag="http"):
    """Asks another system. Exits: ok (status 2xx, and all that is to be saved is there); failed."""

    method: Literal["GET", "POST", "PUT"] = "GET"
    url: str = ""
    headers: dict[str, str] = {}
    body: str = ""
    timeout_s: int = 5
    save: tuple[Saved, ...] = ()


class SurveyKey(Piece, frozen=True):
    key: str
    score: int  # 1..5, 5 is best
    name: Names = {}


FIVE_POINTS = (
    SurveyKey("1", 5, {"zh-Hans": "非常满意", "zh-Hant": "非常滿意", "en": "Very satisfied"}),
    SurveyKey("2", 4, {"zh-Hans": "满意", "zh-Hant": "滿意", "en": "Satisfied"}),
    SurveyKey("3", 3, {"zh-Hans": "一般", "zh-Hant": "一般", "en": "Fair"}),
    SurveyKey("4", 2, {"zh-Hans": "不满意", "zh-Hant": "不滿意", "en": "Dissatisfied"}),
    SurveyKey("5", 1, {"zh-Hans": "非常不满意", "zh-Hant": "非常不滿意", "en": "Very dissatisfied"}),
)
"""The five-point scale (C3, F1); the first key is the best, as is usual on the telephone."""


class Survey(Node, frozen=True, kw_only=True, tag="survey"):
    """Asks how it was, after the talk (F1). Exits: done; none."""

    prompt: Prompt = ()
    keys: tuple[SurveyKey, ...] = FIVE_POINTS
    ask_resolved: bool = False  # 1 yes, 2 no
    resolved_prompt: Prompt | None = None
    thanks: Prompt | None = None
    timeout_s: int = 8
    tries: int = 2


class SetVariable(Node, frozen=True, kw_only=True, tag="set"):
    """Exit: done."""

    variable: str = ""
    value: str = ""  # may hold {other variables}


class Note(Node, frozen=True, kw_only=True, tag="note"):
    """A comment on the canvas. No exits, and nothing leads to it."""

    text: str = ""


class HangUp(Node, frozen=True, kw_only=True, tag="hang_up"):
    """The end. `served`: the customer got here what was wanted (self-service). No exits."""

    prompt: Prompt | None = None
    served: bool = False


AnyNode: TypeAlias = (
    Play
    | ChooseLanguage
    | Menu
    | Digits
    | Hours
    | LookUp
    | Condition
    | Queue
    | Callback
    | Voicemail
    | Transfer
    | Request
    | Survey
    | SetVariable
    | Note
    | HangUp
)


class Flow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One document."""

    format: Literal["flow/v1"] = FORMAT
    id: str
    name: Names
    client: str
    start: str = ""
    nodes: tuple[AnyNode, ...] = ()
    layout: dict[str, tuple[float, float]] = {}
    languages: tuple[Language, ...] = LANGUAGES  # that its prompts are to be had in; the first is the fallback
    channels: tuple[Literal["voice", "chat"], ...] = ("voice",)  # what it is meant for: decides what is checked
    hosts: tuple[str, ...] = ()  # that its requests may go to

    def node(self, id: str) -> AnyNode | None:
        """None: there is no such node."""
        return next((node for node in self.nodes if node.id == id), None)


_FIXED: dict[type[Node], tuple[str, ...]] = {
    Play: ("done",),
    ChooseLanguage: ("chosen", "none"),
    Digits: ("done", "none"),
    Hours: ("open", "closed", "holiday"),
    LookUp: ("found", "none"),
    Callback: ("accepted", "declined"),
    Voicemail: ("done", "none"),
    Transfer: ("done", "failed"),
    Request: ("ok", "failed"),
    Survey: ("done", "none"),
    SetVariable: ("done",),
    Note: (),
    HangUp: (),
}


def exits(node: AnyNode) -> tuple[str, ...]:
    """The exits of a node, in the order in which they are shown."""
    match node:
        case Menu():
            return (*(f"key:{choice.key}" for choice in node.choices), "timeout", "invalid")
        case Condition():
            return (*(f"branch:{i}" for i in range(len(node.branches))), "else")
        case Queue():
            return ("timed_out", "closed", "full", *(f"key:{key.key}" for key in node.keys), "ended")
        case _:
            return _FIXED[type(node)]


def kind(node: AnyNode) -> str:
    """The node's `type` as stored."""
    return str(type(node).__struct_config__.tag)


def prompts(node: AnyNode) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """(field, parts) of every prompt that the node has, the empty ones too."""
    for field in ("prompt", "retry_prompt", "announcement", "resolved_prompt", "thanks"):
        if hasattr(node, field):
            prompt = getattr(node, field)
            if prompt is not None:
                yield field, parts_of(prompt)


def read(document: Any) -> Flow:
    """A flow from JSON that has been parsed. Raises Invalid `bad_flow` with the field where its shape is wrong."""
    try:
        return msgspec.convert(document, Flow)
    except msgspec.ValidationError as error:
        raise _bad(error) from None


def decode(data: bytes | str) -> Flow:
    """A flow from its JSON text. Raises Invalid `bad_flow`."""
    try:
        return msgspec.json.decode(data, type=Flow)
    except msgspec.DecodeError as error:
        raise _bad(error) from None
    except UnicodeError:
        raise Invalid("bad_flow", "This is no flow: the file is not UTF-8 text.") from None


def document(flow: Flow) -> dict[str, Any]:
    """As stored and sent: plain values, every field written out."""
    plain: dict[str, Any] = msgspec.to_builtins(flow)
    return plain


def _bad(error: Exception) -> Invalid:
    what, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    return Invalid("bad_flow", f"This is no flow: {what}{f' (at {field})' if field else ''}.", field=field)
