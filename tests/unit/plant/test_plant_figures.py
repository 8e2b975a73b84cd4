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


def test_all_trunks_busy_time_is_the_sum_of_its_stretches_the_running_one_included() -> None:
    found = figures(
        e.TrunkBusy(at=NOON, trunk="t1", busy=True),
        e.TrunkBusy(at=NOON + 4_000, trunk="t1", busy=False),
        e.TrunkBusy(at=NOON + 5_000, trunk="t1", busy=False),
        e.TrunkBusy(at=NOON + 10_000, trunk="t1", busy=True),
        e.TrunkBusy(at=NOON + 11_000, trunk="t1", busy=True),
    )
    assert found.trunk("t1", NOON + 12_000).busy_until(NOON + 12_000) == 6_000
    assert found.trunk("t1", NOON + 20_000).busy_until(NOON + 20_000) == 14_000
    assert found.trunk("t2", NOON).busy_ms == 0


def test_a_trunk_busy_over_midnight_is_so_from_midnight_on() -> None:
    found = figures(e.TrunkBusy(at=MIDNIGHT - 60_000, trunk="t1", busy=True))
    assert found.trunk("t1", MIDNIGHT - 1).busy_until(MIDNIGHT - 1) == 59_999
    assert found.trunk("t1", MIDNIGHT + 5_000).busy_until(MIDNIGHT + 5_000) == 5_000
    found.apply(e.TrunkBusy(at=MIDNIGHT + 8_000, trunk="t1", busy=False))
    assert found.trunk("t1", NOON).busy_until(NOON) == 8_000


def test_c1_attempts_are_counted_by_number_and_trunk_blocked_ones_apart() -> None:
    found = figures(
        arrived(NOON, "a"),
        arrived(NOON, "b"),
        e.EntryRefused(at=NOON, contact="b", why="no_channels", trunk="t1"),
        ended(NOON, "b"),
        arrived(NOON, "c", entry="4002"),
        arrived(NOON, "d", channel=Channel.CHAT),
        e.EntryRefused(at=NOON, contact="unknown", why="entry_limit", trunk="t2"),
    )
    entry = found.entry("4001", NOON)
    assert (entry.calls, entry.offered, entry.blocked) == (1, 2, 1)
    assert (found.entry("4002", NOON).calls, found.entry("4002", NOON).blocked) == (1, 0)
    assert (found.trunk("t1", NOON).blocked, found.trunk("t2", NOON).blocked) == (1, 1)


def test_at_midnight_counts_begin_anew_and_calls_go_on() -> None:
    found = figures(arrived(NOON, "a"), e.EntryRefused(at=NOON, contact="a", why="entry_limit", trunk="t1"))
    entry = found.entry("4001", NOON + DAY)
    assert (entry.calls, entry.offered, entry.blocked) == (1, 0, 0)
    assert found.trunk("t1", NOON + DAY).blocked == 0
    found.apply(ended(NOON + DAY, "a"))
    assert found.entry("4001", NOON + DAY).calls == 0
    assert found.day(NOON + DAY).start == MIDNIGHT + DAY


def test_the_switch_and_its_trunks_are_as_it_told_last() -> None:
    found = figures(
        e.SwitchState(at=NOON, up=True),
        e.TrunkState(at=NOON, trunk="t1", up=True),
        e.TrunkState(at=NOON, trunk="t2", up=False),
    )
    assert (found.switch_up, found.trunk("t1", NOON).up, found.trunk("t2", NOON).up) == (True, True, False)
    found.apply(e.SwitchState(at=NOON, up=False, why="gone"))
    assert (found.switch_up, found.trunk("t1", NOON).up) == (False, None)


def test_a_snapshot_holds_all_of_it() -> None:
    before = figures(
        e.SiteConfigured(at=NOON, spec=SiteSpec(zone="Asia/Taipei")),
        arrived(NOON, "a"),
        e.TrunkBusy(at=NOON, trunk="t1", busy=True),
    )
    after = PlantFigures()
    after.load(before.dump())
    for found in (before, after):
        found.apply(ended(NOON + 1_000, "a"))
        found.apply(e.TrunkBusy(at=NOON + 2_000, trunk="t1", busy=False))
    assert after.dump() == before.dump()
    assert after.trunk("t1", NOON + 9_000).busy_until(NOON + 9_000) == 2_000
    after.load(None)
    assert after.trunk("t1", NOON).busy_until(NOON) == 0


def test_the_day_is_the_sites_own() -> None:
    found = figures(e.SiteConfigured(at=NOON, spec=SiteSpec(zone="Europe/London")))
    assert found.day(NOON).start == to_ms(datetime(2026, 11, 22, tzinfo=UTC))
