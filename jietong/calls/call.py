"""One call: its legs, how it stands, and its mailbox. What happens is handled in order, one thing at a time.

Two things run for a call. The *mailbox* task handles what the switch tells and what was committed, and after each
of them brings the switch in line with how things stand (`service`). The *way* is the flow that leads the customer,
or the caretaker of a customer who came without one; it speaks to the customer's line while nobody else has it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from jietong.calls.model import Caller, Leg, Standing
from jietong.channels.switch import Media, PlayEnded, RecordEnded, Tell
from jietong.core.errors import JietongError, NotFound
from jietong.core.ids import new_id
from jietong.core.vocabulary import Direction, Ms, Party
from jietong.flows.acts import Saying
from jietong.flows.host import CustomerGone

if TYPE_CHECKING:
    from jietong.calls.recording import Recording
    from jietong.calls.service import Calls
    from jietong.calls.supervision import Listening

T = TypeVar("T")


class Look:
    """A happening: something was committed, or a time has come; look how the call stands."""


Happening: TypeAlias = Tell | Look | Callable[[], Any]
"""What a mailbox holds; a callable gives an awaitable that is done in its turn."""

DIGITS_KEPT = 64


class Call:
    """Held in memory while any of its legs is up, or its customer is to be called back."""

    def __init__(
        self,
        calls: "Calls",
        contact: str,
        client: str,
        entry: str,
        *,
        direction: Direction = Direction.INBOUND,
        language: str = "zh-Hans",
        caller: Caller | None = None,
    ) -> None:
        self.calls = calls
        self.contact = contact
        self.client = client
        self.entry = entry
        self.direction = direction
        self.language = language
        self.caller = caller or Caller()
        self.started: Ms = calls.time.now()
        self.standing = Standing()
        self.known = False  # its arrival has been committed
        self.legs: dict[str, Leg] = {}
        self.customer: Leg | None = None
        self.number: str | None = None  # whom to call, where we call (E.164)
        self.caller_id: str | None = None  # what to show there
        self.offers: dict[str, int] = {}  # how often it was offered, by agent
        self.tried: set[str] = set()  # attempts to ring somebody, so that none is made twice

        self.bridged: dict[str, tuple[str, ...]] = {}  # as the switch has it
        self.music: dict[str, str] = {}  # leg → music
        self.plays: dict[str, str] = {}  # play → leg
        self.announcing = False  # the customer is being told something that must be heard out
        self.told: set[str] = set()  # what the customer has been told: "recording"
        self.consent: str | None = None  # id of the announcement

        self.recording: Recording | None = None
        self.recorded: set[str] = set()  # talks that have been recorded, or tried
        self.on_demand = False  # recorded although no rule says so
        self.messages: dict[str, RecordEnded] = {}  # voicemails of which the switch has told
        self.listening: dict[str, Listening] = {}  # by account
        self.barging: set[str] = set()  # supervisors' legs
        self.handed_on = False
        self.asking_outside = False
        self.shown_outside = ""  # the caller id there
        self.handing: str | None = None  # a transfer outside is under way: by whom

        self.node: str | None = None  # where in the flow
        self.way: asyncio.Task[None] | None = None
        self.digits: deque[str] = deque(maxlen=DIGITS_KEPT)
        self.closed = False
        self._ended_plays: dict[str, bool] = {}
        self._pulse = asyncio.Event()
        self._box: asyncio.Queue[Happening] = asyncio.Queue()
        self._working = False
        self._asked: set[asyncio.Future[Any]] = set()
        self._resting = 0  # waits of the way that only the outside can end
        self._runner = asyncio.create_task(self._run(), name=f"call {contact}")

    # --- the mailbox ------------------------------------------------------------------------------------------

    def put(self, happening: Happening) -> None:
        """Handled after what came before. Never blocks."""
        if not self.closed:
            self._box.put_nowait(happening)
        self.stir()

    async def do(self, work: Callable[[], Awaitable[T]]) -> T:
        """Does it in its turn; gives and raises what it does. NotFound `unknown_call`: the call is over."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._asked.add(done)
        done.add_done_callback(self._asked.discard)

        async def turn() -> None:
            try:
                found = await work()
            except BaseException as error:
                if not done.done():
                    done.set_exception(error)
                if not isinstance(error, JietongError):
                    raise
            else:
                if not done.done():
                    done.set_result(found)

        if self.closed:
            raise over()
        self.put(turn)
        return await done

    def look(self) -> None:
        self.put(Look())

    @property
    def at_rest(self) -> bool:
        """Nothing goes on but waiting for the outside or for time."""
        way = self.way is None or self.way.done() or self._resting > 0 or self.way in self.calls.resting
        mailbox = (self._box.empty() and not self._working) or self._runner in self.calls.resting
        return self.closed or (mailbox and way)

    async def _run(self) -> None:
        while True:
            happening = await self._box.get()
            if self.closed:
                return
            self._working = True
            try:
                await self.calls.handle(self, happening)
            except JietongError as error:
                self.calls.complain(self, happening, error)
            except Exception as error:
                self.calls.complain(self, happening, error)
            finally:
                self._working = False

    async def stop(self) -> None:
        """Lets go; the legs stay as they are."""
        self.closed = True
        self._refuse_asked()
        tasks = [task for task in (self._runner, self.way) if task is not None and task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        """The last thing that happens: from within the mailbox."""
        self.closed = True
        self._box.put_nowait(Look())  # wakes the mailbox, where it is not from there
        self._refuse_asked()
        if self.way is not None and not self.way.done() and self.way is not asyncio.current_task():
            self.way.cancel()

    def _refuse_asked(self) -> None:
        for asked in tuple(self._asked):
            if not asked.done():
                asked.set_exception(over())

    # --- waiting ----------------------------------------------------------------------------------------------

    def stir(self) -> None:
        """Whoever waits looks again."""
        pulse, self._pulse = self._pulse, asyncio.Event()
        pulse.set()

    async def until(self, ready: Callable[[], T], seconds: float | None = None) -> T | None:
        """What `ready` gives once it is something true; None when the time is over first."""
        over = False

        def ring() -> None:
            nonlocal over
            over = True
            self.stir()

        timer = None
        if seconds is not None:
            timer = self.calls.time.call_at(self.calls.time.now() + round(seconds * 1000), ring)
        task = asyncio.current_task()
        mine = task is self.way
        try:
            while not (found := ready()):
                if over:
                    return None
                pulse = self._pulse
                self._resting += mine
                self.calls.resting.add(task)
                try:
                    await pulse.wait()
                finally:
                    self._resting -= mine
                    self.calls.resting.discard(task)
            return found
        finally:
            if timer is not None:
                timer.cancel()

    # --- the customer's line ----------------------------------------------------------------------------------

    @property
    def there(self) -> bool:
        """The customer is on the line."""
        return self.customer is not None and self.customer.there

    def check_line(self) -> Leg:
        """The customer's leg. Raises CustomerGone."""
        if self.customer is None or self.customer.gone:
            raise CustomerGone
        return self.customer

    async def play(self, media: Sequence[Media], *, ready: Callable[[], object] = lambda: False) -> bool:
        """Says something to the customer; stops when `ready` gives something true. Whether it was heard out.

        Raises CustomerGone.
        """
        if not media:
            return True
        leg = self.check_line()
        await self.silence(leg)
        play = f"p-{new_id(self.calls.time.now())}"
        self.plays[play] = leg.id
        try:
            await self.calls.on_leg(self, leg, self.calls.switch.play(leg.id, play, media))
            await self.until(lambda: play in self._ended_plays or leg.gone or bool(ready()))
            if play not in self._ended_plays and not leg.gone:
                await self.calls.on_leg(self, leg, self.calls.switch.stop_playing(play))
            self.check_line()
            return self._ended_plays.get(play, False)
        finally:
            self.plays.pop(play, None)
            self._ended_plays.pop(play, None)

    async def start_music(self, music: str) -> None:
        """To the customer, if it is not on already."""
        leg = self.check_line()
        if self.music.get(leg.id) != music and await self.calls.on_leg(
            self, leg, self.calls.switch.start_music(leg.id, music)
        ):
            self.music[leg.id] = music

    async def silence(self, leg: Leg) -> None:
        """No more music."""
        if self.music.pop(leg.id, None) is not None and not leg.gone:
            await self.calls.on_leg(self, leg, self.calls.switch.stop_music(leg.id))

    async def say(self, saying: Saying, *, ready: Callable[[], object] = lambda: False) -> bool:
        """As `play`, of what is yet to be spoken."""
        return await self.play(await self.calls.speech.media(saying), ready=ready)

    def play_ended(self, tell: PlayEnded) -> None:
        if tell.play in self.plays:
            self._ended_plays[tell.play] = tell.complete
            self.stir()

    # --- legs -------------------------------------------------------------------------------------------------

    def agent_legs(self, agent: str | None) -> list[Leg]:
        """The agent's telephones that ring or talk, the first line first."""
        found = [
            leg for leg in self.legs.values() if leg.party is Party.AGENT and leg.agent == agent and not leg.gone
        ]
        return sorted(found, key=lambda leg: leg.role == "second")

    def agent_leg(self, agent: str | None) -> Leg | None:
        return next((leg for leg in self.agent_legs(agent) if leg.role != "second"), None)

    @property
    def owner(self) -> Leg | None:
        """The telephone of the agent who has the call."""
        return self.agent_leg(self.standing.agent) if self.standing.agent is not None else None

    @property
    def outside(self) -> Leg | None:
        return next((leg for leg in self.legs.values() if leg.party is Party.OUTSIDE and not leg.gone), None)

    @property
    def live_legs(self) -> list[Leg]:
        return [leg for leg in self.legs.values() if not leg.gone]


def over() -> NotFound:
    return NotFound("unknown_call", "There is no such call now.")
