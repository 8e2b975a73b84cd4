"""Facts of flows and telephony, from whole stories told by the engine itself: what is a stay, whose, how it ended.

Each story is played on the engine's own floor; the figures are those of the catalogue over the rows it leaves.
"""

from random import Random

import pytest
from floor import START, Floor

from jietong.contacts.facts import Facts, TrunkChange
from jietong.contacts.model import End, Kind, Segment, TrunkBusyTime
from jietong.contacts.record import facets_of, record_of
from jietong.contacts.stays import SegmentChange
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.days import Span
from jietong.core.specs import HoursSpec
from jietong.core.vocabulary import Channel, Direction, Outcome, Party
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.history import blocked_unseen, evaluate

DAY = Span(START, START + 86_400_000)


class Story(Floor):
    """A floor whose facts are kept as rows."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = Facts()
        self.rows: dict[tuple[str, int], Segment] = {}
        self.trunks: list[TrunkBusyTime] = []
        self.told = 0
        self.queue(wrapup_s=30, max_wait_s=60, service_level_s=20)
        self.agent("ann")

    def segments(self) -> list[Segment]:
        for event in self.events[self.told :]:
            for change in self.facts.apply(event):
                if isinstance(change, SegmentChange):
                    self.rows[change.new.contact, change.new.n] = change.new
                elif isinstance(change, TrunkChange):
                    self.trunks = [one for one in self.trunks if one != change.old] + [change.new]
        self.told = len(self.events)
        return [row for _, row in sorted(self.rows.items())]

    def way(self, contact: str = "k1") -> list[tuple[Kind, End | None]]:
        return [(row.kind, row.outcome) for row in self.segments() if row.contact == contact]

    def one(self, kind: Kind, contact: str = "k1") -> Segment:
        found = [row for row in self.segments() if row.kind is kind and row.contact == contact]
        assert len(found) == 1, found
        return found[0]

    def figure(self, id: str) -> float | None:
        rows = self.segments()
        return evaluate(CATALOGUE[id], rows, [], DAY, now=self.now, trunks=self.trunks).value

    def figures(self, *ids: str) -> dict[str, float | None]:
        return {id: self.figure(id) for id in ids}


@pytest.fixture
def story() -> Story:
    return Story()


def leave(contact: str, outcome: Outcome, how: str = "hung_up") -> k.LeaveFlow:
    return k.LeaveFlow(contact=contact, how=how, outcome=outcome, node="menu1")


# --- flows ---------------------------------------------------------------------------------------------------


def test_the_menu_is_a_stay_of_its_own_inside_the_entry(story: Story) -> None:
    """A3: time in the flow and how it was left."""
    story.call("k1")
    story.at(25).join("k1", node="ask", language="en")
    story.at(30).accept("k1")
    story.at(90).finish("k1")
    assert story.way() == [
        (Kind.ENTRY, End.ADMITTED),
        (Kind.FLOW, End.QUEUED),
        (Kind.QUEUE, End.ANSWERED),
        (Kind.OFFER, End.ACCEPTED),
        (Kind.HANDLING, End.ENDED),
        (Kind.TALK, End.ENDED),
        (Kind.WRAPUP, End.COMPLETED),
    ]
    flow, entry = story.one(Kind.FLOW), story.one(Kind.ENTRY)
    assert (flow.flow, flow.node, flow.cause) == ("menu", "ask", "arrival")
    assert (entry.start, entry.end, entry.queue) == (flow.start, flow.end, "support")
    assert story.figures("flow_time", "asa") == {"flow_time": 25_000, "asa": 5_000}
    fold = story.facts.state.contacts["k1"]
    assert record_of(fold).language == "en"
    assert "had:flow" in facets_of(fold, record_of(fold))


def test_bot_time_is_never_agent_time_chatwoot_8477(story: Story) -> None:
    story.call("k1", channel=Channel.CHAT)
    story.at(300).join("k1")
    story.at(302).accept("k1")
    story.at(360).finish("k1")
    assert story.one(Kind.FLOW).agent is None
    assert story.one(Kind.HANDLING).talk_ms == 58_000
    assert record_of(story.facts.state.contacts["k1"]).wait_ms == 2_000


def test_who_is_served_by_the_flow_is_neither_lost_nor_blocked(story: Story) -> None:
    """A9."""
    story.call("k1")
    story.at(20).send(leave("k1", Outcome.SELF_SERVED, "finished"))
    assert story.way() == [(Kind.ENTRY, End.ADMITTED), (Kind.FLOW, End.SELF_SERVED)]
    assert story.one(Kind.FLOW).node == "menu1"
    assert story.figures("entry_offered", "entry_connect_rate", "lost_in_flow", "self_service_rate", "sl7") == {
        "entry_offered": 1,
        "entry_connect_rate": 1.0,
        "lost_in_flow": 0,
        "self_service_rate": 1.0,
        "sl7": None,
    }


def test_who_hangs_up_in_the_menu_was_let_in_and_is_lost(story: Story) -> None:
    story.call("k1")
    story.at(20).send(k.CustomerLeft(contact="k1"))
    assert story.figures("entry_connect_rate", "entry_busy_rate", "lost_in_flow", "sl3", "sl7") == {
        "entry_connect_rate": 1.0,
        "entry_busy_rate": 0.0,
        "lost_in_flow": 1,
        "sl3": None,
        "sl7": 0.0,
    }


def test_who_finds_no_channel_is_blocked_and_it_is_said_why(story: Story) -> None:
    """C1, A11, D6."""
    story.send(k.RefuseEntry(contact="k1", channel=Channel.VOICE, client="acme", entry="4008", why="trunk_limit"))
    entry = story.one(Kind.ENTRY)
    assert (entry.outcome, entry.cause, entry.end) == (End.BLOCKED, "trunk_limit", entry.start)
    assert story.figures("entry_blocked", "entry_busy_rate", "sl7") == {
        "entry_blocked": 1,
        "entry_busy_rate": 1.0,
        "sl7": 0.0,
    }


def test_out_of_hours_is_closed_whatever_the_caller_does_then(story: Story) -> None:
    story.send(k.ConfigureHours(spec=HoursSpec(id="never", name={}, zone="UTC", week=((),) * 7)))
    story.queue("night", hours="never")
    story.call("k1")
    assert story.figure("entry_offered") == 1  # for now
    story.join("k1", "night")
    story.at(5).send(k.CustomerLeft(contact="k1"))
    assert story.way() == [(Kind.ENTRY, End.CLOSED), (Kind.FLOW, End.CLOSED)]
    assert story.one(Kind.ENTRY).queue == "night"
    assert story.figures("entry_offered", "entry_closed", "lost_in_flow", "sl7") == {
        "entry_offered": 0,
        "entry_closed": 1,
        "lost_in_flow": 0,
        "sl7": None,
    }


def test_a_wait_that_ran_out_is_counted_once_whatever_the_flow_does_then(story: Story) -> None:
    story.busy("ann", "k0", channel=Channel.VOICE)
    for contact in ("k1", "k2"):
        story.call(contact)
        story.join(contact)
    story.at(61)
    for contact, outcome in (("k1", Outcome.LOST_IN_FLOW), ("k2", Outcome.VOICEMAIL)):
        story.send(leave(contact, outcome))
    assert story.way("k1") == [
        (Kind.ENTRY, End.ADMITTED),
        (Kind.FLOW, End.QUEUED),
        (Kind.QUEUE, End.TIMED_OUT),
        (Kind.FLOW, End.TIMED_OUT),
    ]
    assert story.way("k2")[-1] == (Kind.FLOW, End.VOICEMAIL)
    assert story.one(Kind.QUEUE).wait_ms == 60_000
    assert story.figures("abandoned", "lost_in_flow", "voicemail_left", "sl3", "sl7") == {
        "abandoned": 2,
        "lost_in_flow": 0,
        "voicemail_left": 1,
        "sl3": 1 / 3,
        "sl7": 1 / 3,
    }


def test_a_walk_back_to_the_menu_is_no_abandon_and_the_request_counts_once(story: Story) -> None:
    story.busy("ann", "k0", channel=Channel.VOICE)
    story.call("k1")
    story.join("k1")
    story.at(30).send(k.ReturnToFlow(contact="k1", flow="menu", version=7))
    assert story.figures("abandoned", "flow_out", "requested_agent") == {
        "abandoned": 0,
        "flow_out": 1,
        "requested_agent": 1,  # k0's
    }
    story.at(40).join("k1")
    story.at(45).send(k.CustomerLeft(contact="k1"))
    assert story.figures("abandoned", "requested_agent", "awt_abandon") == {
        "abandoned": 1,
        "requested_agent": 2,
        "awt_abandon": 5_000,
    }


def test_who_hangs_up_back_in_the_menu_is_lost_there(story: Story) -> None:
    story.busy("ann", "k0", channel=Channel.VOICE)
    story.call("k1")
    story.join("k1")
    story.at(30).send(k.ReturnToFlow(contact="k1", flow="menu", version=7))
    story.at(33).send(k.CustomerLeft(contact="k1"))
    again = [row for row in story.segments() if row.kind is Kind.FLOW and row.contact == "k1"][1]
    assert (again.cause, again.outcome, again.queue) == ("queue_left", End.LOST, "support")
    assert story.figures("lost_in_flow", "abandoned", "sl7") == {"lost_in_flow": 1, "abandoned": 0, "sl7": 0.5}


def test_who_is_turned_away_on_coming_back_from_the_menu_is_lost_there_once(story: Story) -> None:
    story.queue("small", max_waiting=0)
    story.busy("ann", "k0", channel=Channel.VOICE)
    story.call("k1")
    story.join("k1")
    story.at(30).send(k.ReturnToFlow(contact="k1", flow="menu", version=7))
    story.join("k1", "small")
    story.at(33).send(k.CustomerLeft(contact="k1"))
    assert story.way()[-1] == (Kind.FLOW, End.BLOCKED)
    assert story.figures("entry_blocked", "lost_in_flow", "sl7") == {
        "entry_blocked": 0,
        "lost_in_flow": 1,
        "sl7": 0.5,
    }


def test_a_thousand_attempts_by_the_reference_pages_own_example() -> None:
    """Each attempt once: 1000 come, 300 find no channel, 40 are served, 10 leave a voicemail, 20 are lost, 630 queue,
    612 are answered in time and 18 give up."""

    def rows(n: int, *stays: Segment) -> list[Segment]:
        return list(stays) * n

    def stay(kind: Kind, outcome: End, wait: int | None = None) -> Segment:
        return Segment("c", 1, kind, START, START, Channel.VOICE, "acme", "4008", end=START, outcome=outcome,
                       wait_ms=wait, target_ms=20_000, cause="arrival")  # fmt: skip

    inside = stay(Kind.ENTRY, End.ADMITTED)
    all_rows = (
        rows(300, stay(Kind.ENTRY, End.BLOCKED))
        + rows(40, inside, stay(Kind.FLOW, End.SELF_SERVED))
        + rows(10, inside, stay(Kind.FLOW, End.VOICEMAIL))
        + rows(20, inside, stay(Kind.FLOW, End.LOST))
        + rows(612, inside, stay(Kind.FLOW, End.QUEUED), stay(Kind.QUEUE, End.ANSWERED, 9_000))
        + rows(18, inside, stay(Kind.FLOW, End.QUEUED), stay(Kind.QUEUE, End.ABANDONED, 30_000))
    )
    told = {
        id: round(100 * (evaluate(CATALOGUE[id], all_rows, [], DAY, now=DAY.end).value or 0), 1)
        for id in ("entry_connect_rate", "entry_busy_rate", "self_service_rate", "sl3", "sl7")
    }
    assert told == {
        "entry_connect_rate": 70.0,
        "entry_busy_rate": 30.0,
        "self_service_rate": 4.0,
        "sl3": 97.1,
        "sl7": 64.4,
    }


# --- calls ---------------------------------------------------------------------------------------------------


def test_a_call_of_our_own_is_in_no_service_figure(story: Story) -> None:
    """A10."""
    story.dial("ann", "k1")
    story.at(8).send(k.DialResult(agent="ann", contact="k1", reached=True))
    story.at(68).end("k1")
    story.at(78).send(k.FinishWrapup(agent="ann", contact="k1"))
    story.dial("ann", "k2")
    story.at(100).send(k.DialResult(agent="ann", contact="k2", reached=False))
    assert story.way() == [
        (Kind.HANDLING, End.ENDED),
        (Kind.DIAL, End.REACHED),
        (Kind.TALK, End.ENDED),
        (Kind.WRAPUP, End.COMPLETED),
    ]
    assert story.way("k2")[1] == (Kind.DIAL, End.UNREACHED)
    assert story.one(Kind.HANDLING).direction is Direction.OUTBOUND
    assert story.figures(
        "outbound_dialled", "outbound_reached", "outbound_connect_rate", "outbound_aht", "handled", "aht", "answered",
        "entry_offered", "requested_agent",
    ) == {
        "outbound_dialled": 2, "outbound_reached": 1, "outbound_connect_rate": 0.5, "outbound_aht": 78_000,
        "handled": 0, "aht": None, "answered": 0, "entry_offered": 0, "requested_agent": 0,
    }  # fmt: skip
    record = record_of(story.facts.state.contacts["k1"])
    assert (record.direction, record.queue, record.agent) == (Direction.OUTBOUND, None, "ann")
    facets = facets_of(story.facts.state.contacts["k1"], record)
    assert "had:outbound" in facets
    assert "had:callback" not in facets


def test_a_dial_that_is_cut_short_is_not_reached(story: Story) -> None:
    for contact, cut in (("k1", k.CloseContact(contact="k1")), ("k2", k.CallLost(contact="k2"))):
        story.dial("ann", contact)
        story.at((story.now - START) / 1000 + 5).send(cut)
    assert story.way("k1")[:2] == [(Kind.HANDLING, End.UNREACHED), (Kind.DIAL, End.UNREACHED)]
    assert story.way("k2")[:2] == [(Kind.HANDLING, End.SWITCH_LOST), (Kind.DIAL, End.SWITCH_LOST)]
    assert story.figures("outbound_dialled", "outbound_reached") == {"outbound_dialled": 2, "outbound_reached": 0}


def test_a_call_we_made_and_handed_on_waits_like_any_other(story: Story) -> None:
    """Credit to each agent for their own part (FreePBX#124, asterisk#759)."""
    story.dial("ann", "k1")
    story.at(5).send(k.DialResult(agent="ann", contact="k1", reached=True))
    story.at(30).send(k.Transfer(agent="ann", contact="k1", to_queue="support"))
    story.agent("bo")
    story.at(40).accept("k1")
    story.at(70).finish("k1")
    parts = [(r.agent, r.talk_ms, r.outcome) for r in story.segments() if r.kind is Kind.HANDLING]
    assert parts == [("ann", 30_000, End.TRANSFERRED), ("bo", 30_000, End.ENDED)]
    assert story.figures("transferred_in", "answered", "entry_offered") == {
        "transferred_in": 1,
        "answered": 1,
        "entry_offered": 0,
    }


def test_three_way_is_a_stay_beside_the_talk(story: Story) -> None:
    story.agent("bo")
    story.talk("ann", "k1")
    story.send(k.Consult(agent="ann", contact="k1", other="bo"))
    story.at(5).send(k.Accept(agent="bo", contact="k1"))
    story.at(20).send(k.MergeConsult(agent="ann", contact="k1"))
    story.at(50).send(k.CancelConsult(agent="ann", contact="k1"))
    story.at(60).finish("k1")
    consult, three = story.one(Kind.CONSULT), story.one(Kind.THREE_WAY)
    assert (consult.agent, consult.outcome) == ("bo", End.MERGED)
    assert (three.agent, three.start - START, (three.end or 0) - START) == ("bo", 20_000, 50_000)
    assert [r.agent for r in story.segments() if r.kind is Kind.HANDLING] == ["ann"]


def test_handed_on_outside_is_a_transfer_and_not_solved(story: Story) -> None:
    story.talk("ann", "k1")
    story.at(30).send(k.TransferOut(agent="ann", contact="k1"))
    story.at(40).send(k.FinishWrapup(agent="ann", contact="k1"))
    assert story.one(Kind.HANDLING).outcome is End.TRANSFERRED_OUT
    assert story.figures("transferred_out", "transfer_rate", "fcr", "handled") == {
        "transferred_out": 1,
        "transfer_rate": 1.0,
        "fcr": 0.0,
        "handled": 1,
    }


def test_abandons_from_downtime_are_no_abandons_asternet_273(story: Story) -> None:
    story.talk("ann", "k0")
    story.call("k1")
    story.join("k1")
    story.call("k2")
    for contact in ("k0", "k1", "k2"):
        story.at((story.now - START) / 1000 + 1).send(k.CallLost(contact=contact))
    assert story.one(Kind.QUEUE).outcome is End.SWITCH_LOST
    assert story.one(Kind.FLOW, "k2").outcome is End.SWITCH_LOST
    assert story.figures("switch_lost", "abandoned", "abandon_rate", "sl3", "sl7") == {
        "switch_lost": 3,
        "abandoned": 0,
        "abandon_rate": 0.0,
        "sl3": 1.0,
        "sl7": 1 / 3,  # k0 was answered in time; k1 and k2 never came to anybody
    }


def test_a_telephone_that_falls_away_puts_the_customer_back_and_counts_no_second_request(story: Story) -> None:
    story.talk("ann", "k1")
    story.at(30).send(k.AgentLegLost(agent="ann", contact="k1", why="lost"))
    story.at(40).send(k.CustomerLeft(contact="k1"))
    assert story.one(Kind.HANDLING).outcome is End.LOST
    assert story.figures("requested_agent", "answered", "put_back", "put_back_lost", "abandoned") == {
        "requested_agent": 1,
        "answered": 1,
        "put_back": 1,
        "put_back_lost": 1,
        "abandoned": 0,
    }


def test_the_survey_by_keys_belongs_to_who_talked_last_and_has_its_response_rate(story: Story) -> None:
    for contact in ("k1", "k2", "k3"):
        story.talk("ann", contact)
        story.finish(contact)
    story.send(k.AskSurvey(contact="k1"))
    story.send(k.AskSurvey(contact="k2"))
    story.at(20).send(k.AnswerSurvey(contact="k1", score=2))
    survey = story.one(Kind.SURVEY)
    assert (survey.agent, survey.queue, survey.score) == ("ann", "support", 2)
    assert story.figures("response_rate", "csat") == {"response_rate": 0.5, "csat": 0.0}


# --- the lines -----------------------------------------------------------------------------------------------


def test_voice_quality_is_told_by_line_and_counted_once(story: Story) -> None:
    """I1: 4.4, 4.1 and 2.9 make 3.8."""
    story.talk("ann", "k1")
    legs = (("c", Party.CUSTOMER, None, 4.4), ("a", Party.AGENT, "ann", 4.1), ("s", Party.SUPERVISOR, None, 2.9))
    for leg, party, agent, mos in legs:
        story.send(k.Witness(facts=(e.LegStarted(0, "k1", leg, party, agent),)))
        story.send(k.Witness(facts=(e.LegQuality(0, "k1", leg, mos=mos), e.LegQuality(0, "k1", leg, mos=1.0))))
    story.send(k.Witness(facts=(e.LegStarted(0, "k1", "x", Party.OUTSIDE), e.LegQuality(0, "k1", "x"))))
    rows = [row for row in story.segments() if row.kind is Kind.QUALITY]
    assert [(r.cause, r.agent, r.mos) for r in rows] == [
        ("customer", None, 440),
        ("agent", "ann", 410),
        ("supervisor", None, 290),
    ]
    assert story.figure("mos") == 380
    assert story.figure("poor_quality_share") == pytest.approx(1 / 3)


def test_all_trunks_busy_time_is_between_full_and_free_and_ends_with_the_switch(story: Story) -> None:
    """C1, H2."""

    def trunk(busy: bool, name: str = "t1") -> None:
        story.send(k.Witness(facts=(e.TrunkBusy(0, name, busy),)))

    trunk(True)
    story.at(10)
    trunk(True)
    story.at(60)
    trunk(False)
    trunk(False)
    story.at(100)
    trunk(True)
    story.at(110).send(k.Witness(facts=(e.SwitchState(0, False, "gone"),)))
    story.at(200)
    trunk(True, "t2")
    story.at(205)
    assert story.figure("atb") == 75_000
    assert [(t.trunk, t.end is None) for t in story.trunks] == [("t1", False), ("t1", False), ("t2", True)]


def test_who_was_turned_away_unseen_is_estimated_from_the_busy_time() -> None:
    """metrics.md: seen × ATB ÷ (1 − ATB)."""
    assert blocked_unseen(900, 360_000, 3_600_000) == pytest.approx(100)
    assert blocked_unseen(900, 0, 3_600_000) == 0
    assert blocked_unseen(900, 3_600_000, 3_600_000) is None
    assert blocked_unseen(900, 0, 0) is None


def test_random_stories_leave_nobody_uncounted() -> None:
    """Of those who came, each is admitted, blocked, closed or lost at the entry, and exactly one."""
    random = Random(5)
    story = Story()
    for n in range(200):
        story.at(n * 7)
        contact = f"k{n}"
        if random.random() < 0.2:
            story.send(k.RefuseEntry(contact, Channel.VOICE, "acme", "4008", "no_channels"))
            continue
        story.call(contact)
        if random.random() < 0.6:
            story.join(contact)
        elif random.random() < 0.5:
            story.send(leave(contact, random.choice([Outcome.SELF_SERVED, Outcome.VOICEMAIL, Outcome.LOST_IN_FLOW])))
    rows = story.segments()
    entries = [row for row in rows if row.kind is Kind.ENTRY]
    assert len(entries) == 200
    offered, busy, closed = (
        story.figure("entry_offered"),
        story.figure("entry_busy_rate"),
        story.figure("entry_closed"),
    )
    assert offered is not None
    assert busy is not None
    assert offered + (closed or 0) == 200
    assert story.figure("entry_connect_rate") == pytest.approx(1 - busy)
