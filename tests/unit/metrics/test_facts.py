"""From events to segments: each stay its own row, credited to whom it belongs."""

from jietong.contacts.facts import Facts, IntervalChange
from jietong.contacts.model import AgentInterval, End, Kind, Segment
from jietong.contacts.record import record_of
from jietong.contacts.stays import SegmentChange
from jietong.core import events as e
from jietong.core.specs import AgentSkill, AgentSpec, QueueSpec
from jietong.core.vocabulary import Channel, Employment, EndedBy, Outcome, State
from jietong.metrics import history

S = 1000
NAMES = {"zh-Hans": "售后", "zh-Hant": "售後", "en": "Support"}


def queue(id: str, **fields: object) -> e.QueueConfigured:
    return e.QueueConfigured(0, QueueSpec(id, NAMES, "acme", (Channel.CHAT,), **fields))  # type: ignore[arg-type]


class Told:
    """Events as they are told, and the facts they left."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.rows: dict[tuple[str, int], Segment] = {}
        self.intervals: dict[tuple[str, int], AgentInterval] = {}
        self.tell(queue("support"), queue("returns", service_level_s=60))

    def tell(self, *events: e.AnyEvent) -> None:
        for event in events:
            for change in self.facts.apply(event):
                if isinstance(change, SegmentChange):
                    self.rows[change.new.contact, change.new.n] = change.new
                elif isinstance(change, IntervalChange):
                    self.intervals[change.new.agent, change.new.start] = change.new

    def kind(self, kind: Kind) -> list[Segment]:
        return [row for _, row in sorted(self.rows.items()) if row.kind is kind]


def arrive(at: int, contact: str = "c1", queue: str = "support") -> list[e.AnyEvent]:
    return [
        e.ContactArrived(at, contact, Channel.CHAT, "acme", "web"),
        e.QueueEntered(at, contact, queue, 0, at),
    ]


def offer(
    at: int, agent: str, contact: str = "c1", queue: str | None = "support", cause: str = "queue"
) -> e.OfferMade:
    return e.OfferMade(at, contact, agent, queue, at + 20 * S, cause)


def accept(at: int, agent: str, contact: str = "c1", queue: str | None = "support") -> e.OfferAccepted:
    return e.OfferAccepted(at, contact, agent, queue, 0)


def end(at: int, agent: str, contact: str = "c1", wrapup_s: int = 30) -> list[e.AnyEvent]:
    return [
        e.ContactEnded(at, contact, EndedBy.CUSTOMER, Outcome.HANDLED, "support", agent),
        e.WrapupStarted(at, contact, agent, at + 60 * S),
        e.WrapupEnded(at + wrapup_s * S, contact, agent, EndedBy.AGENT, "leak", True),
    ]


def test_a_missed_offer_is_a_row_and_the_wait_goes_on_through_it() -> None:
    told = Told()
    told.tell(
        *arrive(0),
        offer(112 * S, "liu"),
        e.OfferMissed(132 * S, "c1", "liu", "support"),
        e.ContactReturned(132 * S, "c1", "support", 0),
        offer(136 * S, "lin"),
        accept(142 * S, "lin"),
    )
    (stay,) = told.kind(Kind.QUEUE)
    assert (stay.outcome, stay.wait_ms) == (End.ANSWERED, 142 * S)
    assert [(o.agent, o.outcome) for o in told.kind(Kind.OFFER)] == [("liu", End.MISSED), ("lin", End.ACCEPTED)]


def test_transfer_credited_to_the_wrong_agent_freepbx_124_asterisk_759() -> None:
    """Each agent keeps their own part: talk, hold and wrap-up; the transfer is a row of its own."""
    told = Told()
    told.tell(
        *arrive(0),
        offer(1 * S, "lin"),
        accept(2 * S, "lin"),
        e.ContactHeld(62 * S, "c1", "lin"),
        e.ContactResumed(72 * S, "c1", "lin"),
        e.ContactTransferred(82 * S, "c1", "lin", to_queue="returns"),
        e.QueueEntered(82 * S, "c1", "returns", 0, 82 * S, cause="transfer"),
        offer(90 * S, "chen", queue="returns"),
        accept(95 * S, "chen", queue="returns"),
        *end(195 * S, "chen"),
    )
    lin, chen = told.kind(Kind.HANDLING)
    assert (lin.agent, lin.queue, lin.outcome, lin.talk_ms, lin.hold_ms, lin.wrapup_ms, lin.holds) == (
        "lin", "support", End.TRANSFERRED, 70 * S, 10 * S, 0, 1,
    )  # fmt: skip
    assert (chen.agent, chen.queue, chen.outcome, chen.talk_ms, chen.wrapup_ms, chen.resolved) == (
        "chen", "returns", End.ENDED, 100 * S, 30 * S, True,
    )  # fmt: skip
    first, second = told.kind(Kind.QUEUE)
    assert (first.wait_ms, second.wait_ms, second.target_ms) == (2 * S, 13 * S, 60 * S)
    record = record_of(told.facts.state.contacts["c1"])
    assert (record.queues, record.agents, record.transfers) == (("support", "returns"), ("lin", "chen"), 1)
    assert (record.wait_ms, record.talk_ms, record.hold_ms, record.wrapup_ms) == (15 * S, 170 * S, 10 * S, 30 * S)


def test_an_overflow_keeps_the_wait_and_counts_the_request_once() -> None:
    told = Told()
    told.tell(
        *arrive(0),
        e.QueueEntered(19 * S, "c1", "returns", 0, 0, cause="overflow"),
        offer(30 * S, "chen", queue="returns"),
        accept(38 * S, "chen", queue="returns"),
    )
    first, second = told.kind(Kind.QUEUE)
    assert (first.outcome, first.wait_ms) == (End.OVERFLOWED, 19 * S)
    assert (second.outcome, second.wait_ms, second.start) == (End.ANSWERED, 38 * S, 19 * S)


def test_answered_shown_as_abandoned_issabel_41() -> None:
    """Who leaves while talking was answered; who leaves while offered was not."""
    told = Told()
    told.tell(*arrive(0), offer(1 * S, "lin"), accept(2 * S, "lin"), *end(9 * S, "lin"))
    told.tell(
        *arrive(0, "c2"),
        offer(1 * S, "lin", "c2"),
        e.OfferWithdrawn(3 * S, "c2", "lin", "support", "customer_left"),
        e.ContactEnded(3 * S, "c2", EndedBy.CUSTOMER, Outcome.ABANDONED, "support", waited_ms=3 * S),
    )
    one, two = told.kind(Kind.QUEUE)
    assert (one.outcome, two.outcome) == (End.ANSWERED, End.ABANDONED)
    assert [o.outcome for o in told.kind(Kind.OFFER)] == [End.ACCEPTED, End.WITHDRAWN]


def test_abandons_from_downtime_asternet_273() -> None:
    """A restart withdraws offers without blame; the wait is counted on and nobody is abandoned by it."""
    told = Told()
    told.tell(
        *arrive(0),
        offer(5 * S, "lin"),
        e.RuntimeStarted(500 * S, 2, "1"),
        e.OfferWithdrawn(500 * S, "c1", "lin", "support", "restart"),
        e.ContactReturned(500 * S, "c1", "support", 0),
        offer(501 * S, "lin"),
        accept(502 * S, "lin"),
    )
    (stay,) = told.kind(Kind.QUEUE)
    assert (stay.outcome, stay.wait_ms) == (End.ANSWERED, 502 * S)


def test_a_desk_that_vanished_ends_its_handling_and_a_new_wait_begins() -> None:
    told = Told()
    told.tell(
        *arrive(0),
        offer(0, "lin"),
        accept(2 * S, "lin"),
        e.QueueEntered(100 * S, "c1", "support", 0, 100 * S, cause="presence_lost", front=True),
        offer(101 * S, "chen"),
        accept(104 * S, "chen"),
    )
    assert [(h.agent, h.outcome) for h in told.kind(Kind.HANDLING)] == [("lin", End.LOST), ("chen", None)]
    assert [q.wait_ms for q in told.kind(Kind.QUEUE)] == [2 * S, 4 * S]


def test_a_call_back_is_answered_only_when_the_customer_is_reached() -> None:
    told = Told()
    told.tell(
        *arrive(0),
        e.CallbackRequested(10 * S, "c1", "support"),
        offer(60 * S, "lin", cause="callback"),
        accept(61 * S, "lin"),
        e.CallbackAttempted(90 * S, "c1", "lin", 1, False),
        e.QueueEntered(390 * S, "c1", "support", 0, 0, cause="callback_retry"),
        offer(400 * S, "chen", cause="callback"),
        accept(401 * S, "chen"),
        e.CallbackAttempted(410 * S, "c1", "chen", 2, True),
        *end(500 * S, "chen"),
    )
    assert [(q.outcome, q.wait_ms) for q in told.kind(Kind.QUEUE)] == [
        (End.RETRIED, 390 * S),
        (End.ANSWERED, 410 * S),
    ]
    assert [(h.agent, h.outcome) for h in told.kind(Kind.HANDLING)] == [("lin", End.UNREACHED), ("chen", End.ENDED)]


def test_a_call_back_that_never_got_through_was_not_abandoned() -> None:
    told = Told()
    told.tell(
        *arrive(0),
        e.CallbackRequested(10 * S, "c1", "support"),
        offer(60 * S, "lin", cause="callback"),
        accept(61 * S, "lin"),
        e.CallbackAttempted(90 * S, "c1", "lin", 3, False),
        e.ContactEnded(90 * S, "c1", EndedBy.SYSTEM, Outcome.CALLBACK_FAILED, "support"),
    )
    (stay,) = told.kind(Kind.QUEUE)
    assert stay.outcome is End.UNREACHED


def test_a_consult_that_is_completed_hands_the_contact_over() -> None:
    told = Told()
    told.tell(
        *arrive(0),
        offer(0, "lin"),
        accept(2 * S, "lin"),
        e.ConsultStarted(10 * S, "c1", "lin", "chen"),
        offer(10 * S, "chen", queue=None, cause="consult"),
        accept(12 * S, "chen", queue=None),
        e.ConsultJoined(12 * S, "c1", "lin", "chen"),
        e.ConsultEnded(30 * S, "c1", "lin", "chen", "completed"),
        *end(50 * S, "chen"),
    )
    lin, chen = told.kind(Kind.HANDLING)
    assert (lin.outcome, lin.talk_ms, chen.talk_ms) == (End.TRANSFERRED, 28 * S, 20 * S)
    (consult,) = told.kind(Kind.CONSULT)
    assert (consult.agent, consult.outcome, consult.start, consult.end) == ("chen", End.COMPLETED, 12 * S, 30 * S)


def test_csat_loses_the_agent_chatwoot_14872() -> None:
    """The survey belongs to whoever talked last, and to the moment of the invitation."""
    told = Told()
    told.tell(*arrive(0), offer(0, "lin"), accept(2 * S, "lin"), *end(50 * S, "lin"))
    told.tell(e.SurveyAnswered(200 * S, "c1", 4, True, "lin", "support"))
    told.tell(e.SurveyAnswered(201 * S, "c1", 1))
    (survey,) = told.kind(Kind.SURVEY)
    assert (survey.agent, survey.queue, survey.score, survey.start, survey.end) == (
        "lin", "support", 4, 50 * S, 200 * S,
    )  # fmt: skip


def test_refusals_out_of_hours_and_for_want_of_room_stand_apart() -> None:
    told = Told()
    for contact, outcome in (("c1", Outcome.REFUSED_CLOSED), ("c2", Outcome.REFUSED_FULL)):
        told.tell(
            e.ContactArrived(0, contact, Channel.CHAT, "acme", "web"),
            e.QueueRefused(0, contact, "support", outcome),
            e.ContactEnded(0, contact, EndedBy.SYSTEM, outcome, "support"),
        )
    assert [(r.outcome, r.queue) for r in told.kind(Kind.ENTRY)] == [
        (End.CLOSED, "support"),
        (End.BLOCKED, "support"),
    ]


def test_every_second_of_an_agent_is_in_one_interval_with_the_skills_in_force() -> None:
    told = Told()
    lin = AgentSpec("lin", "林晓", Employment.PART_TIME, skills=(AgentSkill("repair", 4),))
    told.tell(
        e.AgentConfigured(0, lin),
        e.AgentStateChanged(10 * S, "lin", State.STANDBY, part_time=True),
        e.AgentStateChanged(20 * S, "lin", State.READY, part_time=True),
        e.AgentConfigured(30 * S, AgentSpec("lin", "林晓", Employment.PART_TIME, skills=(AgentSkill("repair", 5),))),
        e.AgentStateChanged(40 * S, "lin", State.BREAK, reason="tea", part_time=True),
    )
    rows = [row for _, row in sorted(told.intervals.items())]
    assert [(r.state, r.start, r.end, r.skills) for r in rows] == [
        (State.STANDBY, 10 * S, 20 * S, ("repair:4",)),
        (State.READY, 20 * S, 30 * S, ("repair:4",)),
        (State.READY, 30 * S, 40 * S, ("repair:5",)),
        (State.BREAK, 40 * S, None, ("repair:5",)),
    ]


def test_the_fold_goes_on_from_any_dump() -> None:
    events = [
        *arrive(0),
        offer(1 * S, "lin"),
        accept(2 * S, "lin"),
        e.ContactHeld(5 * S, "c1", "lin"),
        e.ContactResumed(6 * S, "c1", "lin"),
        *end(9 * S, "lin"),
        e.SurveyAnswered(60 * S, "c1", 5),
    ]
    straight = Told()
    straight.tell(*events)
    for cut in range(len(events)):
        stopped = Told()
        stopped.tell(*events[:cut])
        stopped.facts = Facts.load(stopped.facts.dump())
        stopped.tell(*events[cut:])
        assert stopped.rows == straight.rows


def test_contacts_are_forgotten_once_no_survey_can_come() -> None:
    told = Told()
    told.tell(*arrive(0), offer(0, "lin"), accept(2 * S, "lin"), *end(50 * S, "lin"))
    assert "c1" in told.facts.state.contacts
    told.tell(e.BreakDue(3_600 * S, "lin"))
    assert not told.facts.state.contacts


def test_a_wait_is_credited_to_whoever_answered_it() -> None:
    """By agent: the first wait is lin's, the one after the transfer that of liu, who is part-time; while it lasts,
    nobody's."""
    told = Told()
    told.tell(
        e.AgentConfigured(0, AgentSpec("liu", "Liu", Employment.PART_TIME)),
        *arrive(0),
        offer(S, "lin"),
    )
    assert [(row.agent, row.part_time) for row in told.kind(Kind.QUEUE)] == [(None, False)]
    told.tell(
        accept(2 * S, "lin"),
        e.ContactTransferred(30 * S, "c1", "lin", to_queue="returns"),
        e.QueueEntered(30 * S, "c1", "returns", 0, 30 * S, "transfer"),
        offer(31 * S, "liu", queue="returns"),
        accept(32 * S, "liu", queue="returns"),
        *arrive(40 * S, "c2"),
        e.ContactEnded(60 * S, "c2", EndedBy.CUSTOMER, Outcome.ABANDONED, "support", None),
    )
    waits = told.kind(Kind.QUEUE)
    assert [(row.agent, row.part_time) for row in waits] == [("lin", False), ("liu", True), (None, False)]
    assert [(row.agent, row.part_time) for row in history.cut(waits, 31 * S)] == [("lin", False), (None, False)]
