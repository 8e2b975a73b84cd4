"""Stretches taken out by agreement: which may count, and that each contact is left out once (domain.md 2.3)."""

from decimal import Decimal

import agreements as a
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jietong.contacts.model import End, Kind, Segment
from jietong.core.vocabulary import Channel
from jietong.metrics.intervals import Cell, Row
from jietong.sla.model import Exclusion, ExclusionClass, ExclusionState, ExclusionTerms, Service
from jietong.sla.rules.case import Case
from jietong.sla.rules.evaluate import evaluate
from jietong.sla.rules.exclusions import covers, faults
from jietong.sla.rules.questions import clips, questions

HOUR = 3_600_000
A, B = Service("a", a.named("a"), ("qa",)), Service("b", a.named("b"), ("qb",))
TERMS = ExclusionTerms((ExclusionClass.CLIENT_CAUSED,), submit_days=5, evidence=1)


def made(**more: object) -> Case:
    contract = a.contract(a.objective("answered", "sl3(20)", "0.85"), services=(A, B), exclusions=TERMS)
    return a.case(contract, **more)


def exclusion(id: str, start: int, end: int, **more: object) -> Exclusion:
    plain = Exclusion(
        id, ExclusionClass.CLIENT_CAUSED, id, a.begin(a.on(8), start), a.begin(a.on(8), end), ("ticket",),
        state=ExclusionState.APPROVED, requested_by="us", decided_by="them",
    )  # fmt: skip
    return replace(plain, **more)


def stay(n: int, hour: int, queue: str, wait_s: int, outcome: End = End.ANSWERED) -> Segment:
    at = a.begin(a.on(8)) + hour * HOUR // 4
    return Segment(
        f"c{n}", 1, Kind.QUEUE, at, at, Channel.VOICE, "hechuan", "400", queue=queue, cause="arrival",
        end=at + wait_s * 1000, outcome=outcome, wait_ms=wait_s * 1000,
    )  # fmt: skip


def counted(of: Case, stays: list[Segment]) -> dict[str, list[Row]]:
    """The answers of a warehouse, counted from single stays: what the queries mean, said once more."""
    found = {}
    for name, query in questions(of, a.AFTER).items():
        mine = [
            s
            for s in stays
            if (query.filter.queues is None or s.queue in query.filter.queues)
            and not any(s.arrived in span and (q is None or s.queue in q) for span, q, _ in query.filter.without)
        ]
        cells = []
        for m in query.metrics:
            num = sum(one.of(s, m.terms) for s in mine for one in m.definition.numerator)
            den = (
                sum(one.of(s, m.terms) for s in mine for one in m.definition.denominator)
                if m.definition.denominator
                else 1
            )
            cells.append(Cell(None, num, den))
        start = a.begin(a.on(8))
        found[name] = [Row(start, start + 24 * HOUR, (), tuple(cells))]
    return found


stays = st.lists(
    st.tuples(st.integers(0, 95), st.sampled_from(["qa", "qb"]), st.integers(0, 60), st.booleans()), max_size=60
)
spans = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from([(), ("a",), ("b",), ("a", "b")])), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(stays, spans)
def test_an_excluded_range_equals_the_facts_without_these_contacts(given_stays, given_spans):
    """Overlapping ones too: each contact is left out once."""
    rows = [
        stay(n, hour, queue, wait, End.ABANDONED if gone else End.ANSWERED)
        for n, (hour, queue, wait, gone) in enumerate(given_stays)
    ]
    agreed = tuple(
        exclusion(f"x{n}", start, start + length, services=services)
        for n, (start, length, services) in enumerate(given_spans)
    )
    of = made(exclusions=agreed)
    kept = [s for s in rows if not any(covers(of, one, s.arrived, s.queue) for one in agreed)]
    with_them = evaluate(of, counted(of, rows), a.AFTER).objective("answered")
    without = evaluate(made(), counted(made(), kept), a.AFTER).objective("answered")
    assert with_them.figure == without.figure
    assert with_them.plain.denominator == len(rows)


def test_overlapping_ones_of_one_scope_are_joined():
    found = clips(made(), [exclusion("x", 9, 12), exclusion("y", 11, 14), exclusion("z", 16, 17)])
    day = a.begin(a.on(8))
    assert [(s.start - day, s.end - day) for s, _, _ in found] == [(9 * HOUR, 14 * HOUR), (16 * HOUR, 17 * HOUR)]


def test_an_exclusion_of_one_service_touches_its_queues_alone():
    ((_, queues, entries),) = clips(made(), [exclusion("x", 9, 12, services=("a",))])
    assert (queues, entries) == (frozenset({"qa"}), None)


def test_one_that_waits_changes_nothing_and_shows_what_it_would():
    rows = [stay(n, 40, "qa", 90) for n in range(10)] + [stay(n, 70, "qa", 5) for n in range(10, 90)]
    waits = exclusion("x", 9, 12, state=ExclusionState.SUBMITTED)
    of = made(exclusions=(waits, exclusion("r", 9, 23, state=ExclusionState.REJECTED)))
    result = evaluate(of, counted(of, rows), a.AFTER)
    assert result.objective("answered").figure.denominator == 90
    effect = result.exclusions[0]
    assert (effect.counted, effect.contacts, effect.before.denominator, effect.after.denominator) == (
        False,
        10,
        90,
        80,
    )
    assert result.all_approved.value == 1
    assert (result.exclusions[1].contacts, result.days[7].waiting) == (0, ("x",))


def test_one_that_counts_shows_what_it_did():
    rows = [stay(n, 40, "qa", 90) for n in range(10)] + [stay(n, 70, "qa", 5) for n in range(10, 90)]
    of = made(exclusions=(exclusion("x", 9, 12),))
    result = evaluate(of, counted(of, rows), a.AFTER)
    effect = result.exclusions[0]
    assert (effect.counted, effect.contacts) == (True, 10)
    assert (effect.before.denominator, effect.after.denominator) == (90, 80)
    assert result.objective("answered").plain.value.quantize(Decimal("0.001")) == Decimal("0.889")


def test_a_class_that_was_not_agreed_never_counts():
    of = made(exclusions=(exclusion("x", 0, 24, kind=ExclusionClass.FORCE_MAJEURE),))
    assert not questions(of, a.AFTER)["answered"].filter.without
    assert [f.code for f in faults(of.contract, of.exclusions[0])] == ["class_not_agreed"]


def test_what_keeps_an_exclusion_from_counting():
    contract = made().contract
    wrong = exclusion(
        "x", 9, 9, evidence=(), services=("c",), requested_at=a.begin(a.on(20)), decided_by="us",
    )  # fmt: skip
    assert [f.code for f in faults(contract, wrong)] == [
        "ends_before", "service_unknown", "evidence_missing", "submitted_late", "approved_by_requester",
    ]  # fmt: skip
    before = exclusion("y", 9, 10)
    before = replace(before, start=0, end=1000)
    assert "outside_contract" in [f.code for f in faults(contract, before)]
    assert faults(contract, exclusion("z", 9, 10)) == ()
