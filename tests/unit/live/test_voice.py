"""What screens know of a call beyond the engine, folded from what the switch saw."""

from jietong.core import events as e
from jietong.core.vocabulary import Party, Supervision
from jietong.live.calls import masked
from jietong.live.voice import NOTHING, VoiceFacts, fold


def after(*events: e.AnyEvent) -> VoiceFacts:
    facts = NOTHING
    for event in events:
        facts = fold(facts, event)
    return facts


STARTED = e.RecordingStarted(at=1_000, contact="c", recording="r1", agent="lin")


def test_a_pause_for_card_data_is_shown_with_its_beginning_and_goes_with_the_resumption() -> None:
    paused = after(STARTED, e.RecordingPaused(at=5_000, contact="c", recording="r1", why="card", by="lin"))
    assert paused.recording is not None
    assert paused.recording.paused_since == 5_000
    resumed = fold(paused, e.RecordingResumed(at=9_000, contact="c", recording="r1"))
    assert resumed.recording is not None
    assert resumed.recording.paused_since is None
    assert resumed.recording.since == 1_000


def test_the_next_talk_has_its_own_recording_and_the_end_of_the_last_one_does_not_hide_it() -> None:
    second = e.RecordingStarted(at=8_000, contact="c", recording="r2", agent="chen")
    late = e.RecordingEnded(at=8_500, contact="c", recording="r1", duration_ms=7_000)
    facts = after(STARTED, second, late)
    assert facts.recording is not None
    assert facts.recording.id == "r2"
    assert after(STARTED, late).recording is None


def test_a_recording_that_was_refused_is_not_shown_as_running() -> None:
    missing = e.RecordingMissing(at=2_000, contact="c", recording="r1", why="disk_full")
    assert after(STARTED, missing).recording is None


def test_a_supervisor_who_goes_from_listening_to_whispering_is_shown_once() -> None:
    facts = after(
        e.SupervisionStarted(at=1, contact="c", by="zhou", mode=Supervision.LISTEN, agent="lin"),
        e.SupervisionStarted(at=2, contact="c", by="he", mode=Supervision.LISTEN, agent="lin"),
        e.SupervisionEnded(at=3, contact="c", by="zhou", mode=Supervision.LISTEN),
        e.SupervisionStarted(at=3, contact="c", by="zhou", mode=Supervision.WHISPER, agent="lin"),
    )
    assert [(one.by, one.mode) for one in facts.supervision] == [("he", "listen"), ("zhou", "whisper")]
    gone = fold(facts, e.SupervisionEnded(at=4, contact="c", by="zhou", mode=Supervision.WHISPER))
    assert [one.by for one in gone.supervision] == ["he"]


def test_the_other_order_of_end_and_beginning_shows_the_new_way_too() -> None:
    facts = after(
        e.SupervisionStarted(at=1, contact="c", by="zhou", mode=Supervision.LISTEN),
        e.SupervisionStarted(at=2, contact="c", by="zhou", mode=Supervision.BARGE),
        e.SupervisionEnded(at=2, contact="c", by="zhou", mode=Supervision.LISTEN),
    )
    assert [one.mode for one in facts.supervision] == ["barge"]


def test_a_party_outside_rings_answers_and_goes() -> None:
    rings = after(e.LegStarted(at=1, contact="c", leg="o1", party=Party.OUTSIDE, trunk="t"))
    assert rings.outside is not None
    assert not rings.outside.up
    up = fold(rings, e.LegAnswered(at=4, contact="c", leg="o1"))
    assert up.outside is not None
    assert up.outside.up
    assert up.outside.since == 4
    assert fold(up, e.LegEnded(at=9, contact="c", leg="other", cause="normal")) is up
    assert fold(up, e.LegEnded(at=9, contact="c", leg="o1", cause="normal")).outside is None


def test_the_same_facts_again_change_nothing() -> None:
    events = (STARTED, e.RecordingPaused(at=5_000, contact="c", recording="r1", why="card"))
    assert after(*events, *events) == after(*events)


def test_a_number_in_a_list_is_recognised_and_cannot_be_dialled() -> None:
    assert masked("+8613857100935", "CN") == "138****0935"
    assert masked("1002", "CN") == "1002"
    assert masked("anonymous-caller", "CN") == "****er"
