"""Flows for tests: written short, made at random, and walked through by a customer who does as told."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from jietong.core.specs import Names
from jietong.flows import acts as a
from jietong.flows import model as m
from jietong.flows.host import CustomerGone
from jietong.flows.surroundings import PromptThere, QueueThere, Surroundings


def names(text: str) -> Names:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


def said(text: str) -> dict[str, Any]:
    return {"text": names(text)}


AROUND = Surroundings(
    queues={
        "repair": QueueThere("hechuan", frozenset({"voice", "chat", "voicemail"})),
        "chats": QueueThere("hechuan", frozenset({"chat"})),
        "mall": QueueThere("mall", frozenset({"voice", "voicemail"})),
    },
    hours=frozenset({"office"}),
    prompts={
        "hello": PromptThere(frozenset(m.LANGUAGES), frozenset(m.LANGUAGES)),
        "half": PromptThere(frozenset({"zh-Hans"}), frozenset({"zh-Hans", "zh-Hant"})),
    },
    extensions=frozenset({"801"}),
    hosts=frozenset({"erp.example"}),
)


def flow(*nodes: dict[str, Any], start: str = "", **fields: Any) -> m.Flow:
    """Nodes in order; the first is the start. A node of type hang_up `end` is added where it is led to."""
    out = [dict(node) for node in nodes]
    led_to = {target for node in out for target in node.get("next", {}).values()}
    if "end" in led_to and all(node["id"] != "end" for node in out):
        out.append({"id": "end", "type": "hang_up"})
    document = {"format": "flow/v1", "id": "f", "name": names("F"), "client": "hechuan", **fields}
    return m.read({**document, "start": start or out[0]["id"], "nodes": out})


def menu(id: str, *keys: str, **to: str) -> dict[str, Any]:
    """`menu("m", "1", one="repair")`: exits not named lead to `end`."""
    choices = [{"key": key, "name": names(f"choice {key}")} for key in keys]
    exits = {**{f"key:{key}": to.get(f"k{key}", "end") for key in keys}}
    exits |= {"timeout": to.get("timeout", "end"), "invalid": to.get("invalid", "end")}
    return {"id": id, "type": "menu", "prompt": said(f"menu {id}"), "choices": choices, "next": exits}


class Customer:
    """A `Host` that answers from lists, and remembers all that was asked of it."""

    def __init__(self, *keys: str, queue: Sequence[str] = (), leaves_at: str = "", **answers: Any) -> None:
        self.keys = list(keys)
        self.exits = list(queue)
        self.leaves_at = leaves_at
        self.answers = answers
        self.heard: list[str] = []
        self.steps: list[tuple[str, str]] = []
        self.acts: list[str] = []
        self.rated: list[tuple[int, bool | None]] = []
        self.joined: list[a.Join] = []

    def _note(self, act: str) -> None:
        self.acts.append(act)
        if act == self.leaves_at:
            raise CustomerGone

    def _hear(self, saying: a.Saying) -> None:
        self.heard += [part.speech if isinstance(part, a.Speech) else f"♪{part.prompt}" for part in saying]

    async def say(self, saying: a.Saying, *, interruptible: bool) -> None:
        self._hear(saying)
        self._note("say")

    async def ask(self, question: a.Ask) -> str:
        self._hear(question.saying)
        self._note("ask")
        return self.keys.pop(0) if self.keys else ""

    async def hours(self, hours: str) -> str:
        self._note("hours")
        return str(self.answers.get("hours", "open"))

    async def find(self, by: str, value: str) -> dict[str, str] | None:
        self._note("find")
        return self.answers.get("customer")

    async def measure(self, subjects: Sequence[str]) -> dict[str, m.Value]:
        self._note("measure")
        return dict(self.answers.get("measured", {}))

    async def queue(self, wish: a.Join, *, node: str, language: str) -> str:
        self.joined.append(wish)
        self._note("queue")
        return self.exits.pop(0) if self.exits else "ended"

    async def call_back(self, wish: a.CallBack, *, node: str, language: str) -> bool:
        self._note("callback")
        return bool(self.answers.get("called_back", True))

    async def take_message(self, wish: a.TakeMessage) -> bool:
        self._note("voicemail")
        return bool(self.answers.get("message", True))

    async def connect(self, wish: a.Connect) -> bool:
        self._note("transfer")
        return bool(self.answers.get("connected", True))

    async def open_survey(self) -> bool:
        self._note("survey")
        return bool(self.answers.get("survey", True))

    async def rate(self, score: int, resolved: bool | None) -> None:
        self.rated.append((score, resolved))

    async def witness(self, step: a.Step) -> None:
        self.steps.append((step.node, step.exit))


# --- at random ---------------------------------------------------------------------------------------------------

_BARE: dict[str, dict[str, Any]] = {
    "play": {"prompt": said("hello {number} {customer.name}")},
    "language": {"prompt": said("language"), "choices": [{"key": "1", "language": "en"}], "tries": 2},
    "menu": {"prompt": said("menu"), "choices": [{"key": "1"}, {"key": "2"}, {"key": "#"}]},
    "digits": {"prompt": said("digits"), "min": 2, "max": 6, "variable": "number", "check": "luhn"},
    "hours": {"hours": "office"},
    "lookup": {"by": "variable", "variable": "number"},
    "condition": {
        "branches": [
            {"when": {"subject": "queue.repair.ewt_s", "op": "gt", "value": 60}},
            {"when": {"subject": "variable.number", "op": "between", "value": [1, "50"]}},
            {"when": {"subject": "now.time", "op": "in", "value": ["08:00", 9]}},
        ]
    },
    "queue": {"queue": "repair", "keys": [{"key": "1", "does": "callback"}, {"key": "2", "does": "leave"}]},
    "callback": {"queue": "repair", "prompt": said("call back?")},
    "voicemail": {"queue": "repair", "prompt": said("after the tone")},
    "transfer": {"number": "{number}"},
    "http": {"url": "https://erp.example/x?n={number}", "save": [{"variable": "number", "path": "n"}]},
    "survey": {"prompt": said("how was it"), "ask_resolved": True, "thanks": said("thanks")},
    "set": {"variable": "number", "value": "1{number}"},
    "hang_up": {"served": True},
    "note": {"text": "a note"},
}


@st.composite
def random_flows(draw: st.DrawFn, *, loose: bool = True) -> m.Flow:
    """Any graph of any nodes, circles included. `loose`: exits may lead nowhere, or to what is not there."""
    kinds = draw(st.lists(st.sampled_from(sorted(_BARE)), min_size=1, max_size=12))
    ids = [f"n{i}" for i in range(len(kinds))]
    nodes = []
    for id, kind in zip(ids, kinds, strict=True):
        plain = {"id": id, "type": kind, **_BARE[kind]}
        exits = m.exits(m.read(_document([plain])).nodes[0])
        targets = st.sampled_from([*ids, "nowhere"] if loose else ids)
        chosen = {exit: draw(targets) for exit in exits if not loose or draw(st.integers(0, 9)) > 0}
        nodes.append({**plain, "next": chosen})
    return m.read(_document(nodes))


def _document(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    name = names("F")
    return {"format": "flow/v1", "id": "f", "name": name, "client": "hechuan", "start": "n0", "nodes": nodes}


_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_DIGITS = st.text("0123456789*#", max_size=8)


@st.composite
def answers(draw: st.DrawFn, act: a.AnyAct) -> a.AnyAnswer:
    """Anything that a customer or another system may come up with, right or wrong."""
    match act:
        case a.Say():
            return a.Said()
        case a.Ask():
            return a.Keys(draw(st.one_of(st.just(""), st.sampled_from("12#9"), _DIGITS, _TEXT)))
        case a.SeeHours():
            return a.Left(draw(st.sampled_from(["open", "closed", "holiday", "ajar"])))
        case a.Join():
            known = ["timed_out", "closed", "full", "ended", "key:1", "key:2", "key:7", "somewhere"]
            return a.Left(draw(st.sampled_from(known)))
        case a.Find():
            return a.Found(draw(st.one_of(st.none(), st.dictionaries(_TEXT, _TEXT, max_size=3))))
        case a.Measure():
            value = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), _TEXT)
            return a.Measured({subject: draw(value) for subject in act.subjects if draw(st.booleans())})
        case a.Fetch():
            some = st.fixed_dictionaries({variable: _TEXT for variable, _ in act.save})
            return a.Fetched(draw(st.one_of(st.none(), some)))
        case _:
            return a.Done(draw(st.booleans()))
