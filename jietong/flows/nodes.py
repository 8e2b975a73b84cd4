"""What stands in each node: prompts, keys, numbers, what is referred to. Pure; a part of `validator`."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from jietong.flows import conditions, template
from jietong.flows import model as m
from jietong.flows.faults import Fault
from jietong.flows.patterns import MOST_REPEATS, safe
from jietong.flows.surroundings import Surroundings

LANGUAGE_WORDS = {"zh-Hans": "简体中文", "zh-Hant": "繁體中文", "en": "English"}
LONGEST_TEXT = 1000
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})
_DIALLED = re.compile(r"\+?[\d*#]{2,20}")

_RANGES: dict[str, tuple[int, int]] = {
    "timeout_s": (1, 120),
    "tries": (1, 10),
    "max_s": (5, 600),
    "priority": (-10, 10),
    "min": (1, 40),
    "max": (1, 40),
}


def check(flow: m.Flow, node: m.AnyNode, around: Surroundings) -> list[Fault]:
    faults = [*_prompts(flow, node, around), *_ranges(node)]
    match node:
        case m.ChooseLanguage():
            faults += _keys(node.id, "choices", [choice.key for choice in node.choices])
            for i, choice in enumerate(node.choices):
                if choice.language not in flow.languages:
                    params: dict[str, str | int] = {"language": LANGUAGE_WORDS[choice.language]}
                    field = f"choices.{i}.language"
                    faults.append(Fault(node.id, field, "language_not_spoken", "error", params))
        case m.Menu():
            faults += _keys(node.id, "choices", [choice.key for choice in node.choices])
            if "chat" in flow.channels:
                faults += _labels(flow, node)
        case m.Digits():
            faults += _digits(node)
        case m.Hours():
            if not node.hours:
                faults.append(Fault(node.id, "hours", "hours_missing", "error"))
            elif around.hours is not None and node.hours not in around.hours:
                faults.append(Fault(node.id, "hours", "unknown_hours", "error", {"hours": node.hours}))
        case m.LookUp():
            if node.by == "variable" and not template.NAME.fullmatch(node.variable):
                faults.append(Fault(node.id, "variable", "bad_variable", "error"))
        case m.Condition():
            faults += _condition(flow, node, around)
        case m.Queue():
            faults += _queue(flow, node.id, node.queue, flow.channels, around)
            faults += _keys(node.id, "keys", [key.key for key in node.keys], needed=False)
            if node.announce_every_s and not 10 <= node.announce_every_s <= 600:
                faults.append(Fault(node.id, "announce_every_s", "out_of_range", "error", {"min": 10, "max": 600}))
        case m.Callback():
            faults += _queue(flow, node.id, node.queue, ("voice",), around)
            faults += _keys(node.id, "key", [node.key])
        case m.Voicemail():
            faults += _queue(flow, node.id, node.queue, ("voicemail",), around)
        case m.Transfer():
            faults += _transfer(node, around)
        case m.Request():
            faults += _request(flow, node, around)
        case m.Survey():
            faults += _keys(node.id, "keys", [key.key for key in node.keys])
            faults += [
                Fault(node.id, f"keys.{i}.score", "bad_score", "error")
                for i, key in enumerate(node.keys)
                if not 1 <= key.score <= 5
            ]
            if node.ask_resolved and not m.parts_of(node.resolved_prompt):
                faults.append(Fault(node.id, "resolved_prompt", "prompt_missing", "error"))
        case m.SetVariable():
            if not template.NAME.fullmatch(node.variable):
                faults.append(Fault(node.id, "variable", "bad_variable", "error"))
            if len(node.value) > LONGEST_TEXT:
                faults.append(Fault(node.id, "value", "text_too_long", "error", {"max": LONGEST_TEXT}))
        case _:
            pass
    return faults


def uses(node: m.AnyNode) -> Iterator[tuple[str, str, bool]]:
    """(field, variable, whether secret digits may stand there) of every variable that the node uses."""
    for field, parts in m.prompts(node):
        for part in parts:
            for text in (part.text or {}).values():
                yield from ((field, name, False) for name in _variables(text))
    match node:
        case m.LookUp(by="variable"):
            yield "variable", node.variable, False
        case m.Callback() if node.variable:
            yield "variable", node.variable, False
        case m.Condition():
            for i, branch in enumerate(node.branches):
                variable = conditions.variable_of(branch.when.subject)
                # Whether a variable is set may be asked before it is.
                if variable is not None and branch.when.op not in ("set", "unset"):
                    yield f"branches.{i}.when.subject", variable, False
        case m.Transfer():
            yield from (("number", name, False) for name in _variables(node.number))
        case m.SetVariable():
            yield from (("value", name, False) for name in _variables(node.value))
        case m.Request():
            yield from (("url", name, False) for name in _variables(node.url))
            yield from (("body", name, True) for name in _variables(node.body))
            for header, text in node.headers.items():
                yield from ((f"headers.{header}", name, True) for name in _variables(text))
        case _:
            pass


def _variables(text: str) -> Iterator[str]:
    return (name for name, _ in template.fields(text) if "." not in name and name != "language")


# --- prompts -----------------------------------------------------------------------------------------------------


def _prompts(flow: m.Flow, node: m.AnyNode, around: Surroundings) -> Iterator[Fault]:
    for field, parts in m.prompts(node):
        if not parts and field == "prompt":
            hard = not isinstance(node, m.Voicemail | m.HangUp)
            if not isinstance(node, m.HangUp):
                yield Fault(node.id, field, "prompt_missing", "error" if hard else "warning")
        for i, part in enumerate(parts):
            where = f"{field}.{i}" if len(parts) > 1 else field
            if (part.text is None) == (part.audio is None):
                yield Fault(node.id, where, "bad_part", "error")
            elif part.text is not None:
                yield from _text(_languages(flow, part), node, where, part.text)
            elif part.audio is not None and around.prompts is not None:
                yield from _audio(flow, node, where, part, around)


def _languages(flow: m.Flow, part: m.Part) -> tuple[str, ...]:
    return flow.languages if part.language is None else (part.language,)


def _text(languages: Iterable[str], node: m.AnyNode, where: str, texts: dict[str, str]) -> Iterator[Fault]:
    for language in languages:
        if not texts.get(language, "").strip():
            params: dict[str, str | int] = {"language": LANGUAGE_WORDS[language]}
            yield Fault(node.id, f"{where}.text.{language}", "text_missing", "error", params)
    for tag, text in texts.items():
        if len(text) > LONGEST_TEXT:
            yield Fault(node.id, f"{where}.text.{tag}", "text_too_long", "error", {"max": LONGEST_TEXT})
        for _, form in template.fields(text):
            if form and form not in template.FORMS:
                yield Fault(node.id, f"{where}.text.{tag}", "bad_form", "error", {"form": form})


def _audio(flow: m.Flow, node: m.AnyNode, where: str, part: m.Part, around: Surroundings) -> Iterator[Fault]:
    assert part.audio is not None
    assert around.prompts is not None
    prompt = part.audio
    there = around.prompts.get(prompt)
    if there is None:
        yield Fault(node.id, where, "unknown_prompt", "error", {"prompt": prompt})
        return
    for language in _languages(flow, part):
        params: dict[str, str | int] = {"prompt": prompt, "language": LANGUAGE_WORDS[language]}
        if language not in there.sound and language not in there.words:
            yield Fault(node.id, where, "unheard", "error", params)
        elif language not in there.sound and "voice" in flow.channels:
            yield Fault(node.id, where, "audio_missing", "warning", params)
        if "chat" in flow.channels and language not in there.words:
            yield Fault(node.id, where, "unwritten", "error", params)


# --- keys and numbers --------------------------------------------------------------------------------------------


def _keys(node: str, field: str, keys: list[str], *, needed: bool = True) -> Iterator[Fault]:
    if needed and not keys:
        yield Fault(node, field, "no_choices", "error")
    seen: set[str] = set()
    for i, key in enumerate(keys):
        where = f"{field}.{i}.key" if field != "key" else field
        if key not in m.KEYS:
            yield Fault(node, where, "bad_key", "error")
        elif key in seen:
            yield Fault(node, where, "duplicate_key", "error", {"key": key})
        seen.add(key)


def _labels(flow: m.Flow, node: m.Menu) -> Iterator[Fault]:
    for i, choice in enumerate(node.choices):
        for language in flow.languages:
            if not choice.name.get(language, "").strip():
                params: dict[str, str | int] = {"key": choice.key, "language": LANGUAGE_WORDS[language]}
                yield Fault(node.id, f"choices.{i}.name.{language}", "label_missing", "error", params)


def _ranges(node: m.AnyNode) -> Iterator[Fault]:
    for field, (low, high) in _RANGES.items():
        if isinstance(node, m.Request) and field == "timeout_s":
            high = 30
        value = getattr(node, field, None)
        if isinstance(value, int) and not low <= value <= high:
            yield Fault(node.id, field, "out_of_range", "error", {"min": low, "max": high})


def _digits(node: m.Digits) -> Iterator[Fault]:
    if not template.NAME.fullmatch(node.variable):
        yield Fault(node.id, "variable", "bad_variable", "error")
    if node.min > node.max:
        yield Fault(node.id, "min", "min_over_max", "error")
    if node.end_key and node.end_key not in ("*", "#"):
        yield Fault(node.id, "end_key", "bad_key", "error")
    if node.check == "pattern" and not safe(node.pattern):
        yield Fault(node.id, "pattern", "bad_pattern", "error", {"max": MOST_REPEATS})


# --- what is referred to -----------------------------------------------------------------------------------------


def _queue(flow: m.Flow, node: str, queue: str, channels: Iterable[str], around: Surroundings) -> Iterator[Fault]:
    if not queue:
        yield Fault(node, "queue", "queue_missing", "error")
        return
    if around.queues is None:
        return
    there = around.queues.get(queue)
    if there is None:
        yield Fault(node, "queue", "unknown_queue", "error", {"queue": queue})
        return
    if there.client != flow.client:
        yield Fault(node, "queue", "foreign_queue", "error", {"queue": queue})
    for channel in channels:
        if channel not in there.channels:
            yield Fault(node, "queue", "wrong_channel", "error", {"queue": queue, "channel": channel})


def _condition(flow: m.Flow, node: m.Condition, around: Surroundings) -> Iterator[Fault]:
    if not node.branches:
        yield Fault(node.id, "branches", "no_branches", "error")
    for i, branch in enumerate(node.branches):
        when, field = branch.when, f"branches.{i}.when"
        if not conditions.known(when.subject):
            yield Fault(node.id, f"{field}.subject", "unknown_subject", "error", {"subject": when.subject})
        queue = conditions.queue_of(when.subject)
        if queue is not None:
            yield from (
                Fault(fault.node, f"{field}.subject", fault.code, fault.level, fault.params)
                for fault in _queue(flow, node.id, queue, (), around)
            )
        if not _fitting(when):
            yield Fault(node.id, f"{field}.value", "bad_value", "error")


def _fitting(when: m.When) -> bool:
    match when.op:
        case "set" | "unset":
            return True
        case "in":
            return isinstance(when.value, tuple) and len(when.value) > 0
        case "between":
            return isinstance(when.value, tuple) and len(when.value) == 2
        case _:
            return when.value is not None and not isinstance(when.value, tuple)


def _transfer(node: m.Transfer, around: Surroundings) -> Iterator[Fault]:
    if not node.number.strip():
        yield Fault(node.id, "number", "number_missing", "error")
    elif not template.fields(node.number):
        if not _DIALLED.fullmatch(node.number):
            yield Fault(node.id, "number", "bad_number", "error")
        elif node.to == "extension" and around.extensions is not None and node.number not in around.extensions:
            yield Fault(node.id, "number", "unknown_extension", "error", {"number": node.number})


def _request(flow: m.Flow, node: m.Request, around: Surroundings) -> Iterator[Fault]:
    host = host_of(node.url)
    if host is None:
        yield Fault(node.id, "url", "bad_url", "error")
    elif host not in {one.casefold() for one in (*flow.hosts, *around.hosts)}:
        yield Fault(node.id, "url", "host_not_allowed", "error", {"host": host})
    for name, text in node.headers.items():
        bad = not _HEADER.fullmatch(name) or name.casefold() in _OWN_HEADERS
        if bad or "\n" in text or "\r" in text or not text.isascii():
            yield Fault(node.id, f"headers.{name}", "bad_header", "error", {"header": name[:64]})
    if len(node.body) > 10 * LONGEST_TEXT:
        yield Fault(node.id, "body", "text_too_long", "error", {"max": 10 * LONGEST_TEXT})
    for i, saved in enumerate(node.save):
        if not template.NAME.fullmatch(saved.variable):
            yield Fault(node.id, f"save.{i}.variable", "bad_variable", "error")


def host_of(url: str) -> str | None:
    """The host that a request goes to, in small letters; None: the address is none, or the host is not fixed."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or port == 0:
        return None
    if template.fields(parts.netloc) or "{" in parts.netloc or any(char.isspace() for char in parts.netloc):
        return None
    return host.casefold()
