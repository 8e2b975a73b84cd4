"""A simulated agent: an open desk that takes offers, answers, wraps up, rests, and now and then lets one slip."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

from jietong.core.errors import Unavailable
from jietong.demo import dialogues
from jietong.demo.tally import Tally
from jietong.demo.wire import Closed, Frame, Wire, fresh

MISSES = 0.01  # offers not seen
DECLINES = 0.01
REACHES = 0.8
JOINS = 0.8  # of the invitations to a part-timer
RESTS_EVERY_S = 5400.0


class Agent:
    """Signed in by a session cookie, through /ws/desk alone."""

    def __init__(
        self,
        url: str,
        id: str,
        session: str,
        random: Random,
        tally: Tally,
        pause: Callable[[float], Any],
        reasons: dict[str, list[str]],
    ) -> None:
        """`reasons`: queue → contact reasons to wrap up with; key "break" → reasons of breaks."""
        self.id = id
        self._url = url
        self._headers = {"Cookie": f"jt_session={session}", "Origin": url.replace("ws", "http", 1)}
        self._random = random
        self._tally = tally
        self._pause = pause
        self._reasons = reasons
        self._wire: Wire | None = None
        self._me: dict[str, Any] = {}
        self._contacts: dict[str, dict[str, Any]] = {}
        self._busy: set[str] = set()  # contacts that a task of this agent looks after
        self._said: dict[str, int] = {}  # contact → n of the customer's message answered last
        self._tasks: set[asyncio.Task[None]] = set()
        self._leaving = False

    async def work(self) -> None:
        """Until cancelled or told to leave; comes back when the line is cut."""
        while not self._leaving:
            try:
                wire = self._wire = await Wire.open(self._url + "/ws/desk", self._headers, self._hear)
            except OSError:
                await asyncio.sleep(1)
                continue
            try:
                await self._signed_in(wire)
                await self._pause(self._random.uniform(0.5, 5))
                if self._me.get("status") != "standby":
                    await self._command("set_status", status="ready")
                await self._rest_now_and_then(wire)
            except Closed:
                self._tally.count("desk_cut_off")
            finally:
                self._wire = None
                for task in self._tasks:
                    task.cancel()
                self._busy.clear()
                await wire.close()

    async def leave(self) -> None:
        """Finishes what is open, and signs out."""
        self._leaving = True
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(Closed, TimeoutError):
            async with asyncio.timeout(10):
                while (await self._command("sign_out"))["t"] == "err":
                    for id, view in list(self._contacts.items()):
                        if view["place"] in ("talk", "hold"):
                            await self._command("end", contact=id)
                        await self._command("finish_wrapup", contact=id)
                    await asyncio.sleep(0.2)

    async def _signed_in(self, wire: Wire) -> None:
        """The opened desk signs its agent in; before that no status can be chosen. Raises Closed."""
        while self._me.get("status", "offline") == "offline":
            if wire.reader.done():
                raise Closed
            await asyncio.sleep(0.05)

    async def _rest_now_and_then(self, wire: Wire) -> None:
        resting = asyncio.ensure_future(self._rest())
        done, _ = await asyncio.wait({wire.reader, resting}, return_when=asyncio.FIRST_COMPLETED)
        resting.cancel()
        if resting in done:
            resting.result()

    async def _rest(self) -> None:
        while True:
            await self._pause(self._random.expovariate(1 / RESTS_EVERY_S) + 600)
            if self._me.get("status") != "ready":
                continue
            reason = self._random.choice(self._reasons.get("break") or [""]) or None
            kind = "set_next" if self._contacts else "set_status"
            await self._command(kind, status="break", reason=reason)
            await self._pause(self._random.uniform(600, 960))
            await self._command("set_status", status="ready")

    # --- what the desk shows -----------------------------------------------------------------------------------

    def _hear(self, frame: Frame) -> None:
        match frame["t"]:
            case "snapshot":
                self._me = frame["state"]["me"].get(self.id, {})
                self._contacts = dict(frame["state"]["contacts"])
                for contact in list(self._contacts):
                    self._look(contact)
                self._look_at_myself()
            case "delta":
                for id in frame["del"].get("contacts", ()):
                    self._contacts.pop(id, None)
                for id, view in frame["set"].get("contacts", {}).items():
                    self._contacts[id] = view
                    self._look(id)
                if self.id in frame["set"].get("me", {}):
                    self._me = frame["set"]["me"][self.id]
                    self._look_at_myself()
            case _:
                pass

    def _look_at_myself(self) -> None:
        if self._me.get("state") == "missed":
            self._once("me", self._come_back())
        elif self._me.get("invitation"):
            self._once("invitation", self._answer_invitation())

    def _look(self, id: str) -> None:
        view = self._contacts[id]
        if view["place"] == "offer" and view["agent"] == self.id:
            self._once(f"offer {id} {view['since']}", self._take(id))
        elif view["place"] == "talk" and view["agent"] == self.id and view["callback"]:
            self._once(f"dial {id}", self._dial(id))
        elif view["place"] == "talk" and view["agent"] == self.id:
            last = view["last_message"]
            fresh = last is not None and last["author"] == "customer" and last["n"] > self._said.get(id, 0)
            if last is None or fresh:
                self._once(f"talk {id}", self._answer(id))
        elif view["place"] == "wrapup" and view["agent"] == self.id:
            self._once(f"wrapup {id}", self._wrap_up(id))

    def _once(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        if what in self._busy or self._leaving:
            work.close()
            return
        self._busy.add(what)
        task = asyncio.create_task(self._do(what, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Closed:
            pass
        finally:
            self._busy.discard(what)

    # --- what the agent does -----------------------------------------------------------------------------------

    async def _take(self, id: str) -> None:
        if self._random.random() < MISSES:
            self._tally.count("offer_missed")
            return
        await self._pause(self._random.uniform(0.8, 5))
        if self._random.random() < DECLINES:
            await self._command("decline", contact=id)
            self._tally.count("offer_declined")
            return
        answer = await self._command("accept", contact=id)
        self._tally.count("accepted" if answer["t"] == "ok" else "accept_late")

    async def _answer(self, id: str) -> None:
        """Answers until the customer has nothing new to say."""
        while (view := self._contacts.get(id)) is not None and view["place"] == "talk":
            last = view["last_message"]
            if last is None:
                text, n = dialogues.HELLO.get(view["language"], dialogues.HELLO["en"]), 0
            elif last["author"] == "customer" and last["n"] > self._said.get(id, 0):
                text, n = dialogues.reply_to(last["text"], view["language"]), last["n"]
            else:
                return
            self._said[id] = n
            await self._pause(self._random.uniform(1.5, 6))
            await self._send({"t": "typing", "contact": id})
            await self._pause(min(30.0, len(text) / self._random.uniform(4, 9)))
            if self._contacts.get(id, {}).get("place") != "talk":
                return
            await self._ask({"t": "say", "contact": id, "text": text})
            self._tally.count("answers")
            if last is not None and dialogues.is_last(last["text"]):
                await self._pause(self._random.uniform(2, 10))
                if self._contacts.get(id, {}).get("place") == "talk":
                    await self._command("end", contact=id)
                return
            if last is None:
                return

    async def _dial(self, id: str) -> None:
        """Nobody is really called: a simulated agent says after a while how it went."""
        await self._pause(self._random.uniform(5, 20))
        reached = self._random.random() < REACHES
        await self._command("callback_result", contact=id, reached=reached)
        self._tally.count("callback_reached" if reached else "callback_not_reached")
        if reached:
            await self._pause(self._random.uniform(30, 90))
            if self._contacts.get(id, {}).get("place") == "talk":
                await self._command("end", contact=id)

    async def _wrap_up(self, id: str) -> None:
        view = self._contacts[id]
        self._said.pop(id, None)
        await self._pause(self._random.uniform(4, 30))
        fitting = self._reasons.get(view["queue"] or "", [])
        reason = self._random.choice(fitting) if fitting else None
        resolved = self._random.random() < 0.86
        await self._command("finish_wrapup", contact=id, reason=reason, resolved=resolved)
        self._tally.count("wrapped_up")

    async def _come_back(self) -> None:
        await self._pause(self._random.uniform(10, 40))
        await self._command("set_status", status="ready")

    async def _answer_invitation(self) -> None:
        await self._pause(self._random.uniform(2, 12))
        join = self._random.random() < JOINS
        await self._command("answer_invitation", join=join)
        self._tally.count("invitation_joined" if join else "invitation_declined")

    async def _command(self, type: str, **fields: Any) -> Frame:
        return await self._ask({"t": "cmd", "cmd": {"type": type, **fields}})

    async def _ask(self, frame: Frame) -> Frame:
        """Asks again, under the same id, while the centre cannot answer just now."""
        frame = {**frame, "id": fresh()}
        while self._wire is not None:
            answer = await self._wire.ask(frame)
            if answer["t"] == "ok" or answer["problem"]["status"] != Unavailable.status:
                return answer
            await asyncio.sleep(1)
        raise Closed

    async def _send(self, frame: Frame) -> None:
        if self._wire is None:
            raise Closed
        await self._wire.send(frame)
