"""Idempotency keys of recent commands."""

from jietong.routing import keys
from jietong.routing.keys import Made, RecentKeys


def test_a_key_is_known_with_the_events_it_made_also_after_a_dump() -> None:
    recent = RecentKeys()
    recent.add("a", 1, 3, 100)
    recent.add("b", 4, 3, 200)  # made no event
    recent.extend("c", 4, 300)
    recent.extend("c", 5, 300)
    again = RecentKeys.load(recent.dump())
    for one in (recent, again):
        assert one.get("a") == Made(1, 3, 100)
        assert one.get("b") == Made(4, 3, 200)
        assert one.get("c") == Made(4, 5, 300)
        assert one.get("d") is None
    again.add("later", 6, 6, 100 + keys.KEPT_MS + 1)
    assert again.get("a") is None, "the oldest goes first, after a dump too"
    assert again.get("b") is not None


def test_keys_are_forgotten_after_ten_minutes_and_beyond_the_limit(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    recent = RecentKeys()
    recent.add("old", 1, 1, 0)
    recent.add("new", 2, 2, keys.KEPT_MS)
    assert recent.get("old") is not None
    recent.add("newer", 3, 3, keys.KEPT_MS + 1)
    assert recent.get("old") is None
    monkeypatch.setattr(keys, "KEPT_MAX", 2)
    recent.add("newest", 4, 4, keys.KEPT_MS + 1)
    assert len(recent) == 2
    assert recent.get("new") is None
