"""A flow in the terminal: what the customer would hear is printed, keys are typed. `flows.host.Host` for one person.

Works without a centre: hours are open, nobody is known, queues answer at once, unless the walker says otherwise.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from jietong.flows import acts as a
from jietong.flows import words
from jietong.flows.host import CustomerGone
from jietong.flows.model import Value

Show = Callable[[str, str], None]
"""(kind, text): `say`, `ask`, `step`, `note`."""
Type = Callable[[str], str | None]
"""Shows a question and gives what was typed; None: nothing more is coming, as if the customer hung up."""


class Terminal:
    """A line whose other end is a keyboard."""

    def __init__(self, show: Show, type: Type, sound_words: Callable[[str, str], str] | None = None) -> None:
        self._show = show
        self._type = type
        self._words = sound_words or (lambda prompt, language: f"[{prompt}.{language}]")

    async def say(self, saying: a.Saying, *, interruptible: bool) -> None:
        for part in saying:
            self._show("say", self._heard(part))

    async def ask(self, question: a.Ask) -> str:
        await self.say(question.saying, interruptible=question.interruptible)
        choices = "  ".join(f"{option.key or '·'} {option.text}" for option in question.options)
        if choices:
            self._show("ask", choices)
        span = f"{question.max}" if question.min == question.max else f"{question.min}–{question.max}"
        wanted = "a key" if question.max == 1 else f"{span} digits{', secret' if question.secret else ''}"
        typed = self._line(f"{wanted}, Enter alone for silence")
        if question.end_key and question.max > 1:
            typed = typed.partition(question.end_key)[0]
        return typed[: question.max]

    async def hours(self, hours: str) -> str:
        return self._choice(f"opening hours {hours}", ("open", "closed", "holiday"))

    async def find(self, by: Literal["caller", "variable"], value: str) -> dict[str, str] | None:
        what = "the caller" if by == "caller" else "the number or account"
        name = self._line(f"name and class of {what}, as in 王芳/金卡; Enter alone: not known")
        if not name:
            return None
        name, _, segment = name.partition("/")
        return {"id": "test", "name": name, "segment": segment}

    async def measure(self, subjects: Sequence[str]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for subject in subjects:
            typed = self._line(f"{subject}, Enter alone: not known")
            found[subject] = {"true": True, "false": False}.get(typed, typed) if typed else None
        return found

    async def queue(self, wish: a.Join, *, node: str, language: str) -> str:
        for part in wish.announcement:
            self._show("say", self._heard(part))
        if wish.say_position:
            self._show("say", words.position(2, language))
        keys = tuple(f"key:{key}" for key in (*wish.callback_keys, *wish.leave_keys))
        return self._choice(f"queue {wish.queue}", ("ended", "timed_out", "closed", "full", *keys))

    async def call_back(self, wish: a.CallBack, *, node: str, language: str) -> bool:
        return self._yes(f"call-back by queue {wish.queue}")

    async def take_message(self, wish: a.TakeMessage) -> bool:
        await self.say(wish.saying, interruptible=True)
        return self._yes("a message is left")

    async def connect(self, wish: a.Connect) -> bool:
        return self._yes(f"{wish.to} {wish.number} answers")

    async def open_survey(self) -> bool:
        return True

    async def rate(self, score: int, resolved: bool | None) -> None:
        self._show("note", f"rated {score}" + ("" if resolved is None else f", {'' if resolved else 'not '}solved"))

    async def witness(self, step: a.Step) -> None:
        self._show("step", f"{step.node} → {step.exit}")

    def _heard(self, part: a.Speech | a.Sound) -> str:
        return self._words(part.prompt, part.language) if isinstance(part, a.Sound) else part.speech

    def _line(self, question: str) -> str:
        typed = self._type(question)
        if typed is None:
            raise CustomerGone
        return typed.strip()

    def _choice(self, what: str, choices: Sequence[str]) -> str:
        """The first is what Enter alone gives; any beginning of another will do."""
        while True:
            typed = self._line(f"{what}: {', '.join(choices)}")
            if not typed:
                return choices[0]
            found = [one for one in choices if one == typed] or [one for one in choices if one.startswith(typed)]
            if len(found) == 1:
                return found[0]

    def _yes(self, what: str) -> bool:
        return self._choice(what, ("yes", "no")) == "yes"
