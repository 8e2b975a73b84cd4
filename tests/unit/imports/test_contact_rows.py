"""A row of a file of contacts: what is taken, what is refused, and what figures make of it (D6)."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.contacts.imported import fold_of
from jietong.contacts.model import OUTCOMES as ENDS
from jietong.contacts.model import End, Kind, Segment
from jietong.contacts.record import record_of
from jietong.core.errors import Invalid
from jietong.core.events import decode, encode
from jietong.core.vocabulary import Outcome
from jietong.imports.contact_rows import COLUMNS, Place, Terms, event, header, reader
from jietong.imports.instants import Instants
from jietong.imports.model import REASONS, Refusal, Said

PLACE = Place("main", b"k" * 32, None, {"repair": Terms("acme", 20_000, 5_000)}, Terms(None, 30_000, 5_000))
S = 1000
T = 1_784_077_200_000  # 2026-07-15 09:00:00 in Shanghai
ANSWERED = {
    "contact_id": "a1", "queue": "repair", "arrived_at": "2026-07-15T09:00:00",
    "entered_queue_at": "2026-07-15T09:00:10", "answered_at": "2026-07-15T09:00:22",
    "ended_at": "2026-07-15T09:05:00", "outcome": "answered", "agent": "lin", "hold_s": "20", "wrapup_s": "30",
}  # fmt: skip


def read(row: dict[str, str]) -> Said:
    return reader(header(list(row)), Instants("Asia/Shanghai"))(list(row.values()))


def segments(row: dict[str, str]) -> list[Segment]:
    said = read(row)
    made = event(said, PLACE.contact(said.id), PLACE, file=1, line=2, at=T)
    assert decode(encode(made)) == made
    rows = fold_of(made).rows
    for one in rows:
        assert one.outcome in ENDS[one.kind]
        assert one.end is not None
        assert one.end >= one.start
    return rows


def code(row: dict[str, str]) -> str:
    with pytest.raises(Refusal) as refused:
        read(row)
    assert refused.value.words.startswith(REASONS[refused.value.code])
    return refused.value.code


def test_an_answered_contact_has_its_wait_from_the_queue_and_its_talk_without_the_hold() -> None:
    entry, queue, handling, talk, hold, wrapup = segments(ANSWERED)
    assert (entry.kind, entry.start, entry.end, entry.outcome) == (Kind.ENTRY, T, T + 10 * S, End.ADMITTED)
    assert (queue.wait_ms, queue.arrived, queue.outcome) == (12 * S, T + 10 * S, End.ANSWERED)
    assert (queue.target_ms, queue.short_ms) == (20_000, 5_000)
    assert queue.agent == "lin"  # credited with the wait that it ended, as live
    assert (handling.talk_ms, handling.hold_ms, handling.wrapup_ms) == (258 * S, 20 * S, 30 * S)
    assert (handling.agent, handling.arrived, handling.end) == ("lin", queue.arrived, T + 330 * S)
    assert (talk.end, hold.start, hold.end, wrapup.end) == (T + 280 * S, T + 280 * S, T + 300 * S, T + 330 * S)


def test_only_three_fields_are_always_needed() -> None:
    [entry] = segments({"contact_id": "b", "arrived_at": "2026-07-15T09:00:00", "outcome": "blocked"})
    assert (entry.outcome, entry.channel, entry.client, entry.entry) == (End.BLOCKED, "voice", "main", "import")
    said = read({"contact_id": "b", "arrived_at": "2026-07-15T09:00:00", "outcome": "blocked", "queue": "repair"})
    assert PLACE.client_of(said.client, said.queue) == "acme"


@pytest.mark.parametrize(
    ("outcome", "more", "kinds", "ends"),
    [
        ("abandoned", {"ended_at": "2026-07-15T09:01:00"}, ["entry", "queue"], End.ABANDONED),
        ("lost_in_flow", {}, ["entry", "flow"], End.LOST),
        ("voicemail", {"ended_at": "2026-07-15T09:01:00"}, ["entry", "flow"], End.VOICEMAIL),
        ("voicemail", {"entered_queue_at": "2026-07-15T09:00:05"}, ["entry", "queue", "flow"], End.VOICEMAIL),
        ("callback", {}, ["entry", "flow"], End.CALLBACK),
        ("callback", {"entered_queue_at": "2026-07-15T09:00:05"}, ["entry", "queue"], End.UNREACHED),
    ],
)
def test_each_outcome_ends_where_figures_look_for_it(
    outcome: str, more: dict[str, str], kinds: list[str], ends: End
) -> None:
    row = {"contact_id": "b", "arrived_at": "2026-07-15T09:00:00", "outcome": outcome, **more}
    rows = segments(row)
    assert [one.kind for one in rows] == kinds
    assert rows[-1].outcome is ends


def test_a_call_back_that_reached_its_customer_is_answered() -> None:
    assert [one.kind for one in segments({**ANSWERED, "outcome": "callback"})][:3] == ["entry", "queue", "handling"]
    said = read({**ANSWERED, "outcome": "callback"})
    record = record_of(fold_of(event(said, "main:a1", PLACE, file=1, line=2, at=T)))
    assert (record.outcome, record.imported, record.wait_ms, record.talk_ms) == (
        Outcome.HANDLED, True, 12 * S, 258 * S,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ended_at": "2026-07-15T08:59:00"}, "wrong_order"),
        ({"answered_at": "2026-07-15T09:00:05"}, "wrong_order"),
        ({"entered_queue_at": "2026-07-15T08:00:00"}, "wrong_order"),
        ({"outcome": "vanished"}, "unknown_outcome"),
        ({"outcome": ""}, "missing_field"),
        ({"contact_id": " "}, "missing_field"),
        ({"answered_at": ""}, "missing_field"),
        ({"ended_at": ""}, "missing_field"),
        ({"hold_s": "-1"}, "negative_number"),
        ({"hold_s": "nan"}, "bad_number"),
        ({"wrapup_s": "1,5"}, "bad_number"),
        ({"wrapup_s": "inf"}, "bad_number"),
        ({"hold_s": "9000"}, "contradiction"),
        ({"outcome": "abandoned"}, "contradiction"),
        ({"outcome": "lost_in_flow", "answered_at": "", "hold_s": "", "wrapup_s": ""}, "contradiction"),
        ({"outcome": "blocked", "answered_at": ""}, "contradiction"),
        ({"arrived_at": "15/07/2026"}, "bad_time"),
        ({"agent": "a\x00b"}, "bad_text"),
        ({"queue": "q" * 101}, "bad_text"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused_and_never_mended(change: dict[str, str], expected: str) -> None:
    assert code({**ANSWERED, **change}) == expected


@pytest.mark.parametrize("client", ["*", "a,b"])
def test_a_client_that_would_open_doors_is_refused(client: str) -> None:
    assert code({**ANSWERED, "client": client}) == "bad_client"


def test_a_number_of_a_customer_never_comes_into_the_ledger() -> None:
    said = read({**ANSWERED, "customer": "13812345678"})
    one = event(said, "main:a1", PLACE, file=1, line=2, at=T)
    assert b"13812345678" not in encode(one)
    again = event(read({**ANSWERED, "contact_id": "a2", "customer": "13812345678"}), "x", PLACE, file=1, line=3, at=T)
    assert one.customer == again.customer
    assert one.customer != PLACE._replace(key=b"j" * 32).customer("13812345678")


def test_ids_are_safe_in_addresses() -> None:
    assert PLACE.contact("2026/07 一") == "main:2026%2F07%20%E4%B8%80"


def test_a_header_is_read_whatever_its_order_and_short_reason_is_the_reason() -> None:
    found = header(["Outcome", " Contact_ID", "short  reason", "arrived_at", "colour"])
    assert found.ignored == ("colour",)
    assert found.places[COLUMNS.index("reason")] == 2
    for names in (["contact_id", "outcome"], ["contact_id", "contact_id", "arrived_at", "outcome"]):
        with pytest.raises(Invalid):
            header(names)


words = st.sampled_from(
    ["", "answered", "abandoned", "2026-07-15T09:00:00", "2026-07-15T09:10:00+08:00", "-1", "7", "x", "\x00"]
)


@settings(max_examples=300)
@given(st.lists(words, min_size=13, max_size=17))
def test_any_row_is_either_taken_or_refused_with_a_known_reason(fields: list[str]) -> None:
    look = reader(header(list(COLUMNS)), Instants("Asia/Shanghai"))

    def outcome() -> Iterator[str]:
        try:
            said = look(list(fields))
        except Refusal as refusal:
            yield refusal.code
        else:
            assert fold_of(event(said, "main:x", PLACE, file=1, line=1, at=T)).rows
            yield "taken"

    [found] = outcome()
    assert found == "taken" or found in REASONS
