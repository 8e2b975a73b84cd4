"""A simulated customer: comes in by the web chat as a page does, asks, waits as long as patience lasts, rates."""

import asyncio
import contextlib
from collections.abc import Callable
from random import Random
from typing import Any

from jietong.demo import dialogues
from jietong.demo.tally import Tally
from jietong.demo.wire import Closed, Frame, Wire

MEAN_PATIENCE_S = 240.0
RATES = 0.45  # of those who were asked
LEAVES_MESSAGE = 0.5  # of those turned away


class Customer:
    """One contact from first word to last."""

    def __init__(
        self, url: str, key: str, widget: str, random: Random, tally: Tally, pause: Callable[[float], Any]
    ) -> None:
        """`pause` sleeps simulated seconds."""
        self._url = url
        self._key = key
        self._widget = widget
        self._random = random
        self._tally = tally
        self._pause = pause
        self._language = random.choices(dialogues.LANGUAGES, (70, 15, 15))[0]
        self._news = asyncio.Event()
        self._place = "none"
        self._survey = "none"
        self._heard: list[str] = []

    async def live(self) -> None:
        """Ends when the customer has gone, or when the centre cannot be reached."""
        try:
            wire = await Wire.open(self._url + "/ws/chat", {}, self._hear)
        except OSError:
            self._tally.count("unreachable")
            return
        try:
            hello = {"t": "hello", "widget": self._widget, "token": None, "lang": self._language, "demo": self._key}
            await wire.send(hello)
            await self._contact(wire)
        except Closed:
            self._tally.count("cut_off")
        finally:
            # Told to stop: says good-bye first, so that no agent is left with a chat that nobody is at.
            if self._place in ("queue", "talk"):
                with contextlib.suppress(Closed, TimeoutError):
                    await asyncio.wait_for(wire.ask({"t": "end"}), 5)
            await wire.close()

    def _hear(self, frame: Frame) -> None:
        match frame["t"]:
            case "welcome" | "state":
                self._place = frame["state"]["place"]
                self._survey = frame["state"]["survey"]
            case "message":
                if frame["message"]["author"] == "agent":
                    self._heard.append(frame["message"]["text"])
            case _:
                return
        self._news.set()

    async def _contact(self, wire: Wire) -> None:
        random = self._random
        topic = dialogues.choose(random, self._widget, self._language)
        profile = {"name": dialogues.name(random, self._language), "phone": dialogues.phone(random)}
        answer = await wire.ask({"t": "start", "profile": profile, "text": topic.lines[0]})
        if answer["t"] == "err":
            self._tally.count(f"refused:{answer['problem']['code']}")
            return
        self._tally.count("arrived")
        patience = random.expovariate(1 / MEAN_PATIENCE_S) + 10
        if not await self._until(lambda: self._place != "queue", patience):
            await wire.ask({"t": "end"})
            self._tally.count("gave_up")
            return
        if self._place in ("closed_hours", "full"):
            await self._leave(wire, profile)
            return
        await self._talk(wire, topic)
        await self._rate(wire)

    async def _talk(self, wire: Wire, topic: dialogues.Topic) -> None:
        self._tally.count("talked")
        for turn, line in enumerate(topic.lines[2::2], 1):
            if not await self._until(self._has_heard(turn), 180):
                break
            if self._place == "ended":
                return
            await self._pause(self._random.uniform(2, 8))
            await wire.send({"t": "typing"})
            await self._pause(min(20.0, len(line) / self._random.uniform(3, 7)))
            await wire.ask({"t": "say", "text": line})
        await self._until(lambda: self._place == "ended", self._random.uniform(20, 90))
        if self._place != "ended":
            await wire.ask({"t": "end"})

    def _has_heard(self, turn: int) -> Callable[[], bool]:
        return lambda: len(self._heard) >= turn or self._place == "ended"

    async def _rate(self, wire: Wire) -> None:
        await self._until(lambda: self._survey == "asked", 5)
        if self._survey != "asked" or self._random.random() > RATES:
            return
        await self._pause(self._random.uniform(3, 10))
        score = self._random.choices((5, 4, 3, 2, 1), (50, 27, 12, 6, 5))[0]
        comment = self._random.choice(dialogues.COMMENTS[self._language]) if self._random.random() < 0.3 else ""
        await wire.ask({"t": "survey", "score": score, "resolved": score >= 3, "comment": comment})
        self._tally.count("rated")

    async def _leave(self, wire: Wire, profile: dict[str, str]) -> None:
        self._tally.count("turned_away")
        if self._random.random() < LEAVES_MESSAGE:
            await self._pause(self._random.uniform(5, 20))
            text = dialogues.LEFT[self._language]
            await wire.ask({"t": "leave", "profile": profile, "reply_by": "phone", "text": text})
            self._tally.count("left_message")

    async def _until(self, ready: Callable[[], bool], patience_s: float) -> bool:
        """Waits for news that make `ready` true, `patience_s` simulated seconds at most."""
        giving_up = asyncio.ensure_future(self._pause(patience_s))
        try:
            while not ready():
                self._news.clear()
                news = asyncio.ensure_future(self._news.wait())
                await asyncio.wait({news, giving_up}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                if giving_up.done() and not ready():
                    return False
            return True
        finally:
            giving_up.cancel()
