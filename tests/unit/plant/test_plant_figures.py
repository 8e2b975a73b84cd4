"""Today's figures of trunks and numbers, from the ledger alone."""

from datetime import UTC, datetime

from jietong.calls.plant_figures import PlantFigures
from jietong.core import events as e
from jietong.core.clock import to_ms
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Channel, EndedBy, Outcome

MIDNIGHT = to_ms(datetime(2026, 11, 21, 16, tzinfo=UTC))  # of 22 November in Shanghai
NOON = MIDNIGHT + 12 * 3_600_000
DAY = 24 * 3_600_000


def arrived(at: int, contact: str, entry: str = "4001", channel: Channel = Channel.VOICE) -> e.ContactArrived:
    return e.ContactArrived(at=at, contact=contact, channel=channel, client="hechuan", entry=entry)


def ended(at: int, contact: str) -> e.ContactEnded:
    return e.ContactEnded(at=at, contact=contact, by=EndedBy.CUSTOMER, outcome=Outcome.HANDLED)


def figures(*events: e.AnyEvent) -> PlantFigures:
    found = PlantFigures()
    for event in events:
        found.apply(event)
    return found


def refused(at: int, contact: str, trunk: str | None = "t1") -> e.EntryRefused:
    return e.EntryRefused(at=at, contact=contact, why="no_channels", trunk=trunk)


def test_a_trunk_is_full_from_the_first_word_to_the_last() -> None:
    found = figures(e.TrunkBusy(at=NOON, trunk="t1", busy=True), e.TrunkBusy(at=NOON + 5, trunk="t1", busy=True))
    assert found.busy_since("t1") == NOON
    assert found.busy_since("t2") is None
    found.apply(e.TrunkBusy(at=NOON + 9, trunk="t1", busy=False))
    assert found.busy_since("t1") is None


def test_with_the_switch_gone_no_trunk_is_full() -> None:
    found = figures(e.TrunkBusy(at=NOON, trunk="t1", busy=True), e.SwitchState(at=NOON, up=False))
    assert found.busy_since("t1") is None


def test_c1_who_came_in_vain_is_counted_by_trunk() -> None:
    found = figures(refused(NOON, "a"), refused(NOON, "b", "t2"), refused(NOON, "c"), refused(NOON, "d", None))
    assert [found.blocked(trunk, NOON) for trunk in ("t1", "t2", "t3")] == [2, 1, 0]


def test_calls_are_counted_by_number_while_they_go_on() -> None:
    found = figures(
        arrived(NOON, "a"),
        arrived(NOON, "b"),
        arrived(NOON, "c", entry="4002"),
        arrived(NOON, "d", channel=Channel.CHAT),
        arrived(NOON, "a"),
    )
    assert (found.calls("4001"), found.calls("4002"), found.calls("4003")) == (2, 1, 0)
    for contact in ("a", "a", "d", "unknown"):
        found.apply(ended(NOON, contact))
    assert (found.calls("4001"), found.calls("4002")) == (1, 1)


def test_at_midnight_counts_begin_anew_and_what_goes_on_goes_on() -> None:
    found = figures(arrived(NOON, "a"), refused(NOON, "b"), e.TrunkBusy(at=NOON, trunk="t1", busy=True))
    assert found.blocked("t1", NOON) == 1
    assert found.blocked("t1", MIDNIGHT + DAY) == 0, "before anything has happened in the new day"
    found.apply(refused(MIDNIGHT + DAY + 5, "c"))
    assert found.blocked("t1", MIDNIGHT + DAY + 5) == 1
    assert found.calls("4001") == 1
    assert found.busy_since("t1") == NOON


def test_the_day_is_the_sites_own() -> None:
    found = figures(e.SiteConfigured(at=NOON, spec=SiteSpec(zone="Europe/London")), refused(NOON, "a"))
    assert found.blocked("t1", MIDNIGHT + DAY) == 1, "it is still the afternoon in London"
    assert found.blocked("t1", MIDNIGHT + DAY + 8 * 3_600_000) == 0


def test_a_snapshot_holds_all_of_it() -> None:
    before = figures(arrived(NOON, "a"), refused(NOON, "b"), e.TrunkBusy(at=NOON, trunk="t1", busy=True))
    after = PlantFigures()
    after.load(before.dump())
    for found in (before, after):
        found.apply(refused(NOON + 1, "c"))
        assert (found.calls("4001"), found.blocked("t1", NOON + 1), found.busy_since("t1")) == (1, 2, NOON)
    assert after.dump() == before.dump()
    after.load(None)
    assert (after.calls("4001"), after.busy_since("t1")) == (0, None)
