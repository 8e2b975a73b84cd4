"""The flow's interpreter: a state and an answer in, the next act out. Pure and deterministic.

It never raises on what customers or other systems do; a flow that leads nowhere, or in circles, ends as failed. It
raises Invalid `wrong_answer` or `bad_state` where its caller mixes things up.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from msgspec.structs import replace

from jietong.core.errors import Invalid
from jietong.core.specs import Names
from jietong.core.vocabulary import Outcome
from jietong.flows import acts as a
from jietong.flows import conditions, template
from jietong.flows import model as m
from jietong.flows.patterns import matches

ROW = 100
"""So many nodes without asking the customer anything or waiting, and the flow is going in circles."""
PASSED = 1000
"""So many nodes in one contact, and something is wrong."""
SILENT = 20
"""So many questions in a row without an answer, and nobody is there."""
LONGEST_VALUE = 2000
"""Characters of a variable; what is longer is cut."""

LONGEST_SPEECH = 1200
"""Characters of one part of a prompt with its variables filled in: some minutes of speech."""

LANGUAGE_NAMES: Names = {"zh-Hans": "普通话", "zh-Hant": "繁體中文", "en": "English"}
_CALL_ME: Names = {"zh-Hans": "请给我回电", "zh-Hant": "請給我回電", "en": "Call me back"}
_WAIT: Names = {"zh-Hans": "不用了", "zh-Hant": "不用了", "en": "No, thank you"}
_YES: Names = {"zh-Hans": "已解决", "zh-Hant": "已解決", "en": "Yes, solved"}
_NO: Names = {"zh-Hans": "未解决", "zh-Hant": "未解決", "en": "No, not solved"}


class _Go(NamedTuple):
    """The node is left."""

    exit: str


_Next: TypeAlias = tuple[a.State, a.AnyAct | _Go]


def begin(
    flow: m.Flow,
    *,
    language: str,
    channel: str = "voice",
    reachable: bool = True,
    customer: dict[str, str] | None = None,
    variables: dict[str, str] | None = None,
) -> a.Move:
    """The first act for a customer. `language` as the entry has it; `customer` where the file is known already."""
    state = a.State(
        node=flow.start,
        language=language if language in m.LANGUAGES else flow.languages[0] if flow.languages else "zh-Hans",
        channel="chat" if channel == "chat" else "voice",
        reachable=reachable,
        customer=customer,
        variables=variables or {},
    )
    return _go(flow, state, flow.start, [])


def advance(flow: m.Flow, state: a.State, answer: a.AnyAnswer) -> a.Move:
    """The next act, after the answer to the last one."""
    if state.over:
        raise Invalid("flow_over", "This flow has ended: begin again.")
    node = flow.node(state.node)
    if node is None:
        raise Invalid("bad_state", f"This state is of another flow: there is no node {state.node!r}.", field="state")
    state, result = _answered(flow, node, state, answer)
    if not isinstance(result, _Go):
        return a.Move(state, (), result)
    steps = [a.Step(node.id, result.exit)]
    return _go(flow, state, node.next.get(result.exit), steps)


def again(flow: m.Flow, state: a.State) -> a.Move:
    """Begins the node of a stored state once more: after a restart, when nobody knows how far it had come."""
    passed = max(0, state.passed - 1)  # it is the same passage through the node
    return _go(flow, replace(state, phase="", row=0, silent=0, passed=passed, over=False), state.node, [])


def skipped_in_chat(node: m.AnyNode) -> str | None:
    """The exit by which a chat passes a node that only a telephone call can have; None: a chat has it."""
    match node:
        case m.Voicemail() | m.Survey():
            return "none"
        case m.Transfer():
            return "failed"
        case m.Callback():
            return "declined"
        case m.Digits(secret=True):
            return "none"
        case _:
            return None


# --- going from node to node -----------------------------------------------------------------------------------


def _go(flow: m.Flow, state: a.State, target: str | None, steps: list[a.Step]) -> a.Move:
    before = state.node
    while True:
        node = flow.node(target) if target is not None else None
        lost = node is None or isinstance(node, m.Note)
        if lost or state.row >= ROW or state.passed >= PASSED or state.silent >= SILENT:
            return _over(replace(state, node=before), steps, "failed")
        assert node is not None
        before = node.id
        state = replace(state, node=node.id, phase="", attempt=0, row=state.row + 1, passed=state.passed + 1)
        skip = skipped_in_chat(node) if state.channel == "chat" else None
        result: a.AnyAct | _Go
        if skip is not None:
            result = _Go(skip)
        else:
            state, result = _entered(flow, node, state)
        if isinstance(result, a.Over):
            return _over(state, steps, result.how)
        if not isinstance(result, _Go):
            return a.Move(state, tuple(steps), result)
        steps.append(a.Step(node.id, result.exit))
        target = node.next.get(result.exit)


def _over(state: a.State, steps: Iterable[a.Step], how: a.How) -> a.Move:
    outcome: Outcome | None = state.outcome if state.place == "flow" else None
    if how == "finished":
        if state.place == "waiting":
            how = "callback"
        elif outcome is Outcome.VOICEMAIL:
            how = "voicemail"
        elif outcome is Outcome.TRANSFERRED_OUT:
            how = "transferred_out"
    state = replace(state, over=True, phase="")
    return a.Move(state, tuple(steps), a.Over(how, outcome, state.node))


# --- what a node wants when it is entered ------------------------------------------------------------------------


def _entered(flow: m.Flow, node: m.AnyNode, state: a.State) -> _Next:
    say = _Sayer(flow, state)
    match node:
        case m.Play():
            saying = say(node.prompt)
            return state, a.Say(saying, node.interruptible) if saying else _Go("done")
        case m.ChooseLanguage() | m.Menu() | m.Digits():
            return state, _question(flow, node, state)
        case m.Hours():
            return state, a.SeeHours(node.hours)
        case m.LookUp(by="caller"):
            return state, a.Find("caller")
        case m.LookUp():
            value = say.value(node.variable)
            return state, a.Find("variable", value) if value else _Go("none")
        case m.Condition():
            wanted = {b.when.subject for b in node.branches if conditions.outside(b.when.subject)}
            if wanted:
                return state, a.Measure(tuple(sorted(wanted)))
            return state, _branch(node, state, {})
        case m.Queue():
            return (state, _Go("closed")) if state.place != "flow" else (state, _join(node, say))
        case m.Callback():
            number = say.value(node.variable) if node.variable else ""
            if state.place != "flow" or not (number if node.variable else state.reachable):
                return state, _Go("declined")
            options = (a.Option(node.key, _in(_CALL_ME, state)), a.Option("", _in(_WAIT, state)))
            return state, a.Ask(say(node.prompt), timeout_s=node.timeout_s, options=options)
        case m.Voicemail():
            if state.place != "flow":
                return state, _Go("none")
            return state, a.TakeMessage(node.queue, say(node.prompt), node.max_s)
        case m.Transfer():
            digits = re.sub(r"[^\d+*#]", "", say.fill(node.number, str))
            if state.place != "flow" or not digits:
                return state, _Go("failed")
            return state, a.Connect(node.to, digits, node.timeout_s)
        case m.Request():
            return state, _fetch(node, state)
        case m.Survey():
            return state, a.OpenSurvey()
        case m.SetVariable():
            return _set(state, {node.variable: say.fill(node.value, str)}), _Go("done")
        case m.HangUp():
            if node.served and state.outcome in _UNSERVED:
                state = replace(state, outcome=Outcome.SELF_SERVED)
            saying = say(node.prompt)
            return state, a.Say(saying, interruptible=False) if saying else a.Over("finished", None, node.id)
        case m.Note():
            return state, a.Over("failed", None, node.id)


_UNSERVED = frozenset(
    {Outcome.LOST_IN_FLOW, Outcome.REFUSED_CLOSED, Outcome.REFUSED_FULL, Outcome.TIMED_OUT, Outcome.SELF_SERVED}
)


def _question(flow: m.Flow, node: m.ChooseLanguage | m.Menu | m.Digits, state: a.State) -> a.Ask:
    say = _Sayer(flow, state)
    retry = getattr(node, "retry_prompt", None)
    saying = (*(say(retry) if state.attempt and retry is not None else ()), *say(node.prompt))
    match node:
        case m.ChooseLanguage():
            options = tuple(a.Option(c.key, LANGUAGE_NAMES[c.language]) for c in node.choices)
            return a.Ask(saying, timeout_s=node.timeout_s, options=options)
        case m.Menu():
            options = tuple(a.Option(c.key, _in(c.name, state) or c.key) for c in node.choices)
            return a.Ask(saying, timeout_s=node.timeout_s, interruptible=node.interruptible, options=options)
        case m.Digits():
            return a.Ask(
                saying,
                min=node.min,
                max=node.max,
                end_key=node.end_key,
                timeout_s=node.timeout_s,
                secret=node.secret,
            )


def _join(node: m.Queue, say: "_Sayer") -> a.Join:
    return a.Join(
        queue=node.queue,
        priority=node.priority,
        music=node.music,
        announce_every_s=node.announce_every_s,
        announcement=say(node.announcement),
        say_position=node.say_position,
        say_wait=node.say_wait,
        callback_keys=tuple(key.key for key in node.keys if key.does == "callback"),
        leave_keys=tuple(key.key for key in node.keys if key.does == "leave"),
        prefer_last_agent=node.prefer_last_agent,
    )


def _fetch(node: m.Request, state: a.State) -> a.Fetch:
    """Secret digits may go out here, and only here; each place quotes what it is filled with."""
    values = _values(state, secrets=True)

    def in_json(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)[1:-1]

    def in_form(text: str) -> str:
        return quote(text, safe="")

    def in_header(text: str) -> str:
        return re.sub(r"[^\x20-\x7e]", "", text)

    form = any("form-urlencoded" in text for text in node.headers.values())
    return a.Fetch(
        method=node.method,
        url=template.fill(node.url, values, in_form),
        headers={name: template.fill(text, values, in_header) for name, text in node.headers.items()},
        body=template.fill(node.body, values, in_form if form else in_json),
        timeout_s=node.timeout_s,
        save=tuple((one.variable, one.path) for one in node.save),
    )


# --- what an answer brings ---------------------------------------------------------------------------------------


def _answered(flow: m.Flow, node: m.AnyNode, state: a.State, answer: a.AnyAnswer) -> _Next:
    match node, answer:
        case m.Play(), a.Said():
            return state, _Go("done")
        case m.HangUp(), a.Said():
            move = _over(state, (), "finished")
            return move.state, move.act
        case ((m.ChooseLanguage() | m.Menu() | m.Digits()), a.Keys()):
            return _keyed(flow, node, _asked(state, answer), answer.keys)
        case m.Hours(), a.Left():
            exit = answer.exit if answer.exit in m.exits(node) else "closed"
            shut = state.outcome in _UNSERVED and exit != "open"
            return replace(state, outcome=Outcome.REFUSED_CLOSED) if shut else state, _Go(exit)
        case m.LookUp(), a.Found():
            found = answer.customer
            return (state, _Go("none")) if found is None else (replace(state, customer=found), _Go("found"))
        case m.Condition(), a.Measured():
            return state, _branch(node, state, answer.values)
        case m.Queue(), a.Left():
            return _unqueued(node, _waited(state), answer.exit)
        case m.Callback(), a.Keys():
            state = _asked(state, answer)
            if answer.keys[:1] != node.key:
                return state, _Go("declined")
            return replace(state, phase="placing"), a.CallBack(node.queue, _Sayer(flow, state).value(node.variable))
        case m.Callback(), a.Done():
            state = _waited(state)
            return (replace(state, place="waiting"), _Go("accepted")) if answer.ok else (state, _Go("declined"))
        case m.Voicemail(), a.Done():
            state = _waited(state)
            return (replace(state, outcome=Outcome.VOICEMAIL), _Go("done")) if answer.ok else (state, _Go("none"))
        case m.Transfer(), a.Done():
            state = _waited(state)
            if not answer.ok:
                return state, _Go("failed")
            return replace(state, outcome=Outcome.TRANSFERRED_OUT), _Go("done")
        case m.Request(), a.Fetched():
            if answer.values is None:
                return state, _Go("failed")
            return _set(state, answer.values), _Go("ok")
        case m.Survey(), _:
            return _surveyed(flow, node, state, answer)
        case _:
            raise Invalid("wrong_answer", f"A {m.kind(node)} node does not wait for this.", field="answer")


def _keyed(flow: m.Flow, node: m.ChooseLanguage | m.Menu | m.Digits, state: a.State, keys: str) -> _Next:
    again = replace(state, attempt=state.attempt + 1)
    tried = again.attempt >= node.tries or state.silent >= SILENT
    match node:
        case m.ChooseLanguage():
            language = next((choice.language for choice in node.choices if choice.key == keys[:1]), None)
            if language is not None:
                return replace(state, language=language), _Go("chosen")
            return (state, _Go("none")) if tried else (again, _question(flow, node, again))
        case m.Menu():
            if any(choice.key == keys[:1] for choice in node.choices):
                return state, _Go(f"key:{keys[:1]}")
            if tried:
                return state, _Go("invalid" if keys else "timeout")
            return again, _question(flow, node, again)
        case m.Digits():
            if fits(node, keys):
                return _set(state, {node.variable: keys}, secret=node.secret), _Go("done")
            return (state, _Go("none")) if tried else (again, _question(flow, node, again))


def fits(node: m.Digits, keys: str) -> bool:
    """Whether the number is what the node asks for."""
    if not node.min <= len(keys) <= node.max or not (keys.isascii() and keys.isdigit()):
        return False
    match node.check:
        case "luhn":
            return luhn(keys)
        case "pattern":
            return matches(node.pattern, keys)
        case _:
            return True


def luhn(digits: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1, annex B)."""
    total = 0
    for i, char in enumerate(reversed(digits)):
        value = int(char) * (2 if i % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _unqueued(node: m.Queue, state: a.State, exit: str) -> _Next:
    if exit not in m.exits(node):
        exit = "closed"
    does = next((key.does for key in node.keys if exit == f"key:{key.key}"), None)
    if exit == "ended":
        state = replace(state, place="after")
    elif does == "callback":
        state = replace(state, place="waiting")
    elif does is None:
        ends = {
            "timed_out": Outcome.TIMED_OUT,
            "closed": Outcome.REFUSED_CLOSED,
            "full": Outcome.REFUSED_FULL,
        }
        state = replace(state, outcome=ends[exit])
    return state, _Go(exit)  # whoever leaves by a key has chosen to: nothing is lost yet


def _surveyed(flow: m.Flow, node: m.Survey, state: a.State, answer: a.AnyAnswer) -> _Next:
    """Phases: "" (may it be put?), score, resolved, rated, thanks."""
    say = _Sayer(flow, state)
    match state.phase, answer:
        case "", a.Done():
            if not answer.ok:
                return state, _Go("none")
            state = replace(state, phase="score")
            return state, _score(node, say, state)
        case "score", a.Keys():
            state = _asked(state, answer)
            score = next((one.score for one in node.keys if one.key == answer.keys[:1]), None)
            if score is None:
                state = replace(state, attempt=state.attempt + 1)
                return (state, _Go("none")) if state.attempt >= node.tries else (state, _score(node, say, state))
            state = replace(state, score=score)
            if not node.ask_resolved:
                return replace(state, phase="rated"), a.Rate(score)
            state = replace(state, phase="resolved")
            options = (a.Option("1", _in(_YES, state)), a.Option("2", _in(_NO, state)))
            return state, a.Ask(say(node.resolved_prompt), timeout_s=node.timeout_s, options=options)
        case "resolved", a.Keys():
            resolved = {"1": True, "2": False}.get(answer.keys[:1])
            return replace(_asked(state, answer), phase="rated"), a.Rate(state.score, resolved)
        case "rated", a.Done():
            saying = say(node.thanks)
            if not saying:
                return state, _Go("done")
            return replace(state, phase="thanks"), a.Say(saying, interruptible=False)
        case "thanks", a.Said():
            return state, _Go("done")
        case _:
            raise Invalid("wrong_answer", "The survey does not wait for this.", field="answer")


def _score(node: m.Survey, say: "_Sayer", state: a.State) -> a.Ask:
    options = tuple(a.Option(one.key, _in(one.name, state) or str(one.score)) for one in node.keys)
    return a.Ask(say(node.prompt), timeout_s=node.timeout_s, options=options)


def _branch(node: m.Condition, state: a.State, measured: dict[str, m.Value]) -> _Go:
    def subject(name: str) -> m.Value:
        if conditions.outside(name):
            return measured.get(name)
        match name:
            case "language":
                return state.language
            case "channel":
                return state.channel
            case "caller.known":
                return state.customer is not None
            case _:
                return _values(state)(name.removeprefix("variable."))

    for i, branch in enumerate(node.branches):
        if conditions.holds(branch.when, subject):
            return _Go(f"branch:{i}")
    return _Go("else")


# --- the state's parts -------------------------------------------------------------------------------------------


def _asked(state: a.State, answer: a.Keys) -> a.State:
    return replace(state, row=0, silent=0 if answer.keys else state.silent + 1)


def _waited(state: a.State) -> a.State:
    return replace(state, row=0, silent=0)


def _set(state: a.State, values: dict[str, str], *, secret: bool = False) -> a.State:
    """A variable is secret or not by what set it last."""
    cut = {name: value[:LONGEST_VALUE] for name, value in values.items() if name}
    hidden = {name: value for name, value in state.secrets.items() if name not in cut}
    plain = {name: value for name, value in state.variables.items() if name not in cut}
    if secret:
        return replace(state, secrets={**hidden, **cut}, variables=plain)
    return replace(state, secrets=hidden, variables={**plain, **cut})


def _values(state: a.State, *, secrets: bool = False) -> template.Values:
    def value(name: str) -> str | None:
        if name.startswith("customer."):
            return (state.customer or {}).get(name.removeprefix("customer."))
        if name == "language":
            return state.language
        found = state.variables.get(name)
        return state.secrets.get(name) if found is None and secrets else found

    return value


def _in(names: Names, state: a.State) -> str:
    return names.get(state.language) or next((text for text in names.values() if text), "")


class _Sayer:
    """Prompts as they are for this customer: language chosen, variables filled in."""

    def __init__(self, flow: m.Flow, state: a.State) -> None:
        self._order = tuple(dict.fromkeys((state.language, *flow.languages, *m.LANGUAGES)))
        self._values = _values(state)

    def __call__(self, prompt: m.Prompt | None) -> a.Saying:
        out: list[a.Speech | a.Sound] = []
        for part in m.parts_of(prompt):
            order = (part.language, *self._order) if part.language is not None else self._order
            if part.audio:
                out.append(a.Sound(part.audio, order[0]))
                continue
            texts = part.text or {}
            language = next((one for one in order if texts.get(one, "").strip()), None)
            if language is not None:
                text = texts[language]
                shown = template.shown(text, self._values)
                if shown.strip():
                    speech = template.spoken(text, self._values, language)
                    out.append(a.Speech(language, shown[:LONGEST_SPEECH], speech[:LONGEST_SPEECH]))
        return tuple(out)

    def value(self, variable: str) -> str:
        return (self._values(variable) or "") if variable else ""

    def fill(self, text: str, quoting: Callable[[str], str]) -> str:
        return template.fill(text, self._values, quoting)
