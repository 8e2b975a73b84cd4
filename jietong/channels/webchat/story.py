"""A chat as its events tell it: where it is, who talks, and the system lines between the words. Pure.

Live and after a restart the same fold runs over the same events, so what a customer saw before a reload is what
they see after it. System lines are not stored anywhere: they are read off the ledger.
"""

from typing import NamedTuple

from jietong.channels.webchat.model import Place, SurveyState
from jietong.core import events as e
from jietong.core.vocabulary import Ms, Outcome

_REFUSED: dict[Outcome, Place] = {Outcome.REFUSED_CLOSED: "closed_hours", Outcome.REFUSED_FULL: "full"}

_PLAIN_ENDS = frozenset(
    {Outcome.HANDLED, Outcome.ABANDONED, Outcome.SELF_SERVED, Outcome.LOST_IN_FLOW, Outcome.VOICEMAIL}
)
"""Of these only by whom it was is told."""


class Line(NamedTuple):
    """A system line: `code` is worded by the client; `agent` names whom it is about."""

    code: str
    at: Ms
    agent: str | None = None
    params: dict[str, str | int] | None = None


class Story:
    """Folds the events of one contact."""

    __slots__ = (
        "agent",
        "callback",
        "called",
        "ended_at",
        "n",
        "outcome",
        "place",
        "queue",
        "since",
        "survey",
        "talked",
        "waiting_since",
    )

    def __init__(self) -> None:
        self.place: Place = "none"
        self.queue: str | None = None
        self.agent: str | None = None
        self.waiting_since: Ms | None = None
        self.ended_at: Ms | None = None
        self.outcome: Outcome | None = None
        self.survey: SurveyState = "none"
        self.talked = False
        self.callback = False  # to be called back, and not reached yet
        self.called = False  # a call-back was asked for: whether the page is open says nothing about the customer
        self.since: Ms | None = None  # of the present or last wait
        self.n = 0

    @property
    def live(self) -> bool:
        """Whether the customer waits or talks, to a person or to a bot."""
        return self.place in ("bot", "queue", "talk")

    def apply(self, event: e.AnyEvent) -> Line | None:
        """Brings the story forward; gives the line that the conversation shows for it, if any."""
        match event:
            case e.MessagePosted():
                self.n = event.n
            case e.QueueEntered() | e.ContactReturned():
                return self._waits(event)
            case e.FlowEntered():
                self.place, self.waiting_since = "bot", None
            case e.OfferMade() if self.place == "none":
                self.place = "queue"
                self.waiting_since = event.at
            case e.OfferAccepted():
                return self._joined(event)
            case e.ContactTransferred():
                return self._let_go(event)
            case e.ConsultJoined():
                return Line("consult_joined", event.at, event.other)
            case e.ConsultEnded(why="completed"):
                self.agent = event.other
                return Line("agent_joined", event.at, event.other)
            case e.CallbackRequested():
                self.callback = self.called = True
                return Line("callback_requested", event.at)
            case e.CallbackAttempted():
                return self._attempted(event)
            case e.ContactEnded():
                return self._ended(event)
            case e.SurveyAnswered():
                self.survey = "done"
            case _:
                pass
        return None

    def _waits(self, event: e.QueueEntered | e.ContactReturned) -> Line | None:
        lost = self.place == "talk"
        self.place = "queue"
        self.queue = event.queue
        self.waiting_since = self.since = event.since
        agent, self.agent = self.agent, None
        return Line("agent_lost", event.at, agent) if lost else None

    def _joined(self, event: e.OfferAccepted) -> Line | None:
        if self.agent == event.agent and self.place == "talk":
            return None
        if self.place == "talk":  # a colleague answered a question for help: consult.joined tells of it
            return None
        self.place = "talk"
        self.agent = event.agent
        self.waiting_since = None
        if self.callback:
            return Line("callback_dialling", event.at, event.agent)
        self.talked = True
        return Line("agent_joined", event.at, event.agent, {"waited_s": event.waited_ms // 1000})

    def _attempted(self, event: e.CallbackAttempted) -> Line:
        """Reached: they talk. Not reached: the customer waits on, for the next attempt."""
        if event.reached:
            self.callback = False
            self.talked = True
            return Line("callback_reached", event.at, event.agent)
        self.place = "queue"
        self.agent = None
        self.waiting_since = self.since
        return Line("callback_not_reached", event.at, event.agent)

    def _let_go(self, event: e.ContactTransferred) -> Line:
        self.place = "queue"
        self.agent = None
        self.waiting_since = event.at
        return Line("transferred", event.at, event.to_agent)

    def _ended(self, event: e.ContactEnded) -> Line:
        self.place = _REFUSED.get(event.outcome, "ended")
        self.outcome = event.outcome
        self.ended_at = event.at
        self.waiting_since = None
        self.callback = False
        if self.talked and event.outcome is Outcome.HANDLED:
            self.survey = "asked"
        if event.outcome in _PLAIN_ENDS:
            return Line("ended", event.at, self.agent, {"by": str(event.by)})
        return Line(str(event.outcome), event.at)
