"""A chat's story from its events: places, lines, and the survey."""

from jietong.channels.webchat.conversation import tell
from jietong.channels.webchat.story import Story
from jietong.core import events as e
from jietong.core.vocabulary import Author, Channel, EndedBy, Outcome

ARRIVED = e.ContactArrived(at=0, contact="c", channel=Channel.CHAT, client="k", entry="w")
QUEUED = e.QueueEntered(at=0, contact="c", queue="q", priority=0, since=0)
ACCEPTED = e.OfferAccepted(at=18_000, contact="c", agent="lin", queue="q", waited_ms=18_000)


def story_of(*events: e.AnyEvent) -> tuple[Story, list[str]]:
    story = Story()
    lines = [line.code for event in events if (line := story.apply(event)) is not None]
    return story, lines


def test_a_handled_chat_asks_for_the_survey_once() -> None:
    ended = e.ContactEnded(at=99, contact="c", by=EndedBy.AGENT, outcome=Outcome.HANDLED, agent="lin")
    story, lines = story_of(ARRIVED, QUEUED, ACCEPTED, ended)
    assert (story.place, story.survey, lines) == ("ended", "asked", ["agent_joined", "ended"])
    story.apply(e.SurveyAnswered(at=100, contact="c", score=5))
    assert story.survey == "done"


def test_who_gave_up_waiting_is_not_asked() -> None:
    left = e.ContactEnded(at=9, contact="c", by=EndedBy.CUSTOMER, outcome=Outcome.ABANDONED)
    story, _ = story_of(ARRIVED, QUEUED, left)
    assert (story.place, story.survey, story.live) == ("ended", "none", False)


def test_the_agents_desk_vanished_and_the_wait_goes_on_from_its_beginning() -> None:
    back = e.ContactReturned(at=90_000, contact="c", queue="q", since=0)
    story, lines = story_of(ARRIVED, QUEUED, ACCEPTED, back)
    assert (story.place, story.agent, story.waiting_since) == ("queue", None, 0)
    assert lines == ["agent_joined", "agent_lost"]


def test_a_call_back_is_told_step_by_step_and_keeps_its_wait() -> None:
    """A8, A11: dialling is no answer yet; not reached, the customer waits on from the beginning."""
    asked = e.CallbackRequested(at=5_000, contact="c", queue="q")
    story, lines = story_of(ARRIVED, QUEUED, asked)
    assert (story.place, story.callback, story.called, lines) == ("queue", True, True, ["callback_requested"])
    dial = story.apply(ACCEPTED)
    assert dial is not None
    assert (dial.code, story.place, story.talked) == ("callback_dialling", "talk", False)
    missed = story.apply(e.CallbackAttempted(at=30_000, contact="c", agent="lin", attempt=1, reached=False))
    assert missed is not None
    assert (missed.code, story.place, story.agent, story.waiting_since) == ("callback_not_reached", "queue", None, 0)
    again = e.QueueEntered(at=330_000, contact="c", queue="q", priority=0, since=0, cause="callback_retry")
    assert story.apply(again) is None
    story.apply(e.OfferAccepted(at=340_000, contact="c", agent="chen", queue="q", waited_ms=340_000))
    reached = story.apply(e.CallbackAttempted(at=350_000, contact="c", agent="chen", attempt=2, reached=True))
    assert reached is not None
    assert (reached.code, story.callback, story.called, story.talked) == ("callback_reached", False, True, True)
    story.apply(e.ContactEnded(at=360_000, contact="c", by=EndedBy.AGENT, outcome=Outcome.HANDLED, agent="chen"))
    assert (story.place, story.survey) == ("ended", "asked")


def test_a_missed_offer_tells_the_customer_nothing() -> None:
    offer = e.OfferMade(at=1, contact="c", agent="lin", queue="q", expires=21_000)
    missed = e.OfferMissed(at=21_000, contact="c", agent="lin", queue="q")
    back = e.ContactReturned(at=21_000, contact="c", queue="q", since=0)
    story, lines = story_of(ARRIVED, QUEUED, offer, missed, back)
    assert (story.place, lines) == ("queue", [])


def test_a_consult_keeps_the_agent_until_it_is_completed() -> None:
    asked = e.ConsultStarted(at=1, contact="c", agent="lin", other="chen")
    took = e.OfferAccepted(at=2, contact="c", agent="chen", queue=None, waited_ms=0)
    joined = e.ConsultJoined(at=2, contact="c", agent="lin", other="chen")
    done = e.ConsultEnded(at=3, contact="c", agent="lin", other="chen", why="completed")
    story, lines = story_of(ARRIVED, QUEUED, ACCEPTED, asked, took, joined)
    assert (story.agent, lines) == ("lin", ["agent_joined", "consult_joined"])
    assert story.apply(done) is not None
    assert story.agent == "chen"


def test_closed_doors_are_told_apart() -> None:
    for outcome, place in ((Outcome.REFUSED_CLOSED, "closed_hours"), (Outcome.REFUSED_FULL, "full"),
                           (Outcome.TIMED_OUT, "ended"), (Outcome.CANCELLED, "ended")):  # fmt: skip
        story, lines = story_of(ARRIVED, e.ContactEnded(at=1, contact="c", by=EndedBy.SYSTEM, outcome=outcome))
        assert (story.place, lines) == (place, [str(outcome)])


def test_a_conversation_is_in_the_ledgers_order_and_lines_have_ids_of_their_own() -> None:
    history = [
        (7, ARRIVED),
        (8, QUEUED),
        (9, e.MessagePosted(at=1, contact="c", message="m1", n=1, author=Author.CUSTOMER)),
        (12, ACCEPTED),
        (20, e.MessagePosted(at=30_000, contact="c", message="m2", n=2, author=Author.AGENT, agent="lin")),
    ]
    told = tell("c", history, [], {"lin": "林晓"}.get, staff=False)
    assert [(line.id, line.code, line.n) for line in told.messages] == [("c.12", "agent_joined", 1)]
    assert told.messages[0].params == {"waited_s": 18, "name": "林晓"}
    assert told.seq == 20
