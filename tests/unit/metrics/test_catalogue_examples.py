"""Every figure's worked example comes out as it is written, by the definition and by a query (C1–C8, metrics.md)."""

import duckdb
import ibis
import pytest
from figures_by_hand import Centre

from jietong.contacts.later import EscalatedCase
from jietong.contacts.model import End, Kind, Segment
from jietong.core.days import Span
from jietong.core.vocabulary import Channel, Ms
from jietong.metrics import examples
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.definition import Again, Definition, How, Later, Terms, shown
from jietong.metrics.history import Figure, evaluate, with_reasons
from jietong.metrics.intervals import Cell, Query, metric, metrics
from jietong.metrics.query import behind, plan, rows, unbound
from jietong.metrics.routes import DefinitionOut
from jietong.metrics.warehouse.outward import outward

DAY, NOW, HOUR = examples.DAY, examples.NOW, 3_600_000
COMPUTED = [d for d in CATALOGUE.values() if d.how is not How.NOW]
PROMISED = [d for d in COMPUTED if any(isinstance(one, Later) for one in (*d.numerator, *d.denominator))]


def by_hand(definition: Definition, *, later: bool = True) -> Figure:
    facts = examples.facts()
    return evaluate(
        definition, facts.segments, examples.INTERVALS, DAY, now=NOW, trunks=examples.TRUNKS,
        customers=facts.customers, later=examples.LATER if later else (),
        plans=examples.PLANS,
    )  # fmt: skip


@pytest.mark.parametrize("definition", COMPUTED, ids=lambda d: d.id)
def test_the_example_comes_out_as_it_is_written(definition: Definition) -> None:
    expected = examples.EXPECTED[definition.id]
    found = by_hand(definition)
    assert found.value == pytest.approx(expected.value, rel=1e-12)
    assert found[1:] == (expected.numerator, expected.denominator)


def test_a_query_of_the_example_day_answers_the_same() -> None:
    facts = examples.facts()
    centre = Centre(
        facts.segments, examples.INTERVALS, examples.TRUNKS, customers=facts.customers, plans=examples.PLANS
    )
    query = Query("main", DAY, "UTC", metrics=tuple(metric(d.id) for d in COMPUTED))
    with duckdb.connect() as connection:
        for name, table in centre.tables().items():
            connection.register(name, table)
        [row] = rows(
            plan(query, unbound(), now=NOW),
            lambda table: connection.sql(ibis.to_sql(table, dialect="duckdb")).to_arrow_table(),
        )
    for definition, cell in zip(COMPUTED, row.cells, strict=True):
        assert cell == Cell(*by_hand(definition, later=False)), definition.id
        expected = examples.EXPECTED[definition.id]
        if definition in PROMISED:
            assert cell.value is None, definition.id
        else:
            assert cell[1:] == (expected.numerator, expected.denominator), definition.id


@pytest.mark.parametrize("definition", PROMISED, ids=lambda d: d.id)
def test_a_figure_whose_facts_are_not_kept_yet_is_no_data_and_says_so(definition: Definition) -> None:
    assert by_hand(definition, later=False).value is None
    assert "come with" in definition.meaning["en"]
    assert "no data" in definition.meaning["en"]


def test_every_figure_has_an_example_in_three_languages() -> None:
    for definition in CATALOGUE.values():
        said = examples.said(definition)
        assert set(said) == {"zh-Hans", "zh-Hant", "en"}
        assert all(said.values())
    assert set(examples.EXPECTED) | set(examples.PRESENT) == set(CATALOGUE)
    assert examples.said(CATALOGUE["sl3"])["en"] == "505 ÷ 625 = 80.80 %"
    assert examples.said(CATALOGUE["asa"])["en"] == "10,775 s ÷ 585 = 18.42 s"
    assert examples.said(CATALOGUE["mos"])["en"] == "11.40 ÷ 3 = 3.80"
    assert "example" in DefinitionOut.model_fields


def test_every_id_of_the_design_is_in_the_catalogue() -> None:
    """C1, C2, C3, C6: each by its own name; SL15 and SL20 of C5 are the default reading with X named."""
    asked = (
        "redial_rate fcr_verified backoffice_close_rate backlog backlog_age_p90 cycle_time utilisation adherence "
        "conformance shrinkage complaint_rate nps ces quality_score critical_error_rate"
    )
    assert set(asked.split()) <= set(CATALOGUE)
    both = metrics("service_level(15),service_level(20)")
    assert [one.definition.id for one in both] == ["sl3", "sl3"]
    assert [one.terms.target_ms for one in both] == [15_000, 20_000]


def test_c2_a_case_whose_days_have_not_run_is_not_due() -> None:
    """C2, our reading: a cohort. Two escalated three days ago (one closed in time), one yesterday and closed."""
    now = 4 * 24 * HOUR
    cases = [EscalatedCase(0, 70 * HOUR), EscalatedCase(0, 80 * HOUR), EscalatedCase(72 * HOUR, 73 * HOUR)]
    window = Span(0, now)
    found = evaluate(CATALOGUE["backoffice_close_rate"], [], [], window, now=now, later=cases)
    assert found == (0.5, 1, 2)
    sooner = Terms().with_value("close_days", 24 * HOUR)
    found = evaluate(CATALOGUE["backoffice_close_rate"], [], [], window, now=now, later=cases, terms=sooner)
    assert found == (1 / 3, 1, 3)


# --- who comes again -------------------------------------------------------------------------------------------


def tried(contact: str, at: Ms, how: End = End.BLOCKED, client: str = "acme", **more: object) -> Segment:
    return Segment(contact, 1, Kind.ENTRY, at, at, Channel.VOICE, client, "400", end=at, outcome=how, **more)  # type: ignore[arg-type]


def redial(segments: list[Segment], customers: dict[str, str], now: Ms = NOW) -> tuple[int, int]:
    figure = evaluate(CATALOGUE["redial_rate"], segments, [], DAY, now=now, customers=customers)
    return figure.num, figure.den


HALF = HOUR // 2


@pytest.mark.parametrize(
    ("second", "again"),
    [
        (tried("b", HALF), 1),
        (tried("b", HALF + 1), 0),
        (tried("b", 0), 0),
        (tried("b", 1, End.ADMITTED), 1),
        (tried("b", 1, client="other"), 0),
        (tried("b", 1, simulated=True), 0),
    ],
    ids=["in the last instant", "an instant late", "at once", "let in", "of another client", "a test"],
)
def test_a_redial_is_the_same_customer_of_the_same_client_within_half_an_hour(second: Segment, again: int) -> None:
    assert redial([tried("a", 0), second], {"a": "u", "b": "u"})[0] == again


def test_who_is_not_known_is_neither_a_redial_nor_none() -> None:
    assert redial([tried("a", 0), tried("b", 1)], {}) == (0, 0)
    assert redial([tried("a", 0), tried("b", 1)], {"a": "u", "b": "v"}) == (0, 2)


def test_a_redial_is_told_when_its_time_has_run() -> None:
    """The first belongs to its own interval; nobody can say of the second yet."""
    both = [tried("a", 0), tried("b", 1)]
    assert redial(both, {"a": "u", "b": "u"}, now=HALF) == (1, 1)
    assert redial(both, {"a": "u", "b": "u"}, now=HALF - 1) == (0, 0)


def test_the_contacts_behind_a_redial_are_those_who_tried_again() -> None:
    facts = examples.facts()
    centre = Centre(facts.segments, [], [], customers=facts.customers)
    query, asked = Query("main", DAY, "UTC"), metric("redial_rate", "30")
    with duckdb.connect() as connection:
        connection.register("segment", centre.tables()["segment"])
        for part, many in (("numerator", 20), ("denominator", 50)):
            table = behind(query, asked, part, unbound().segment, NOW)  # type: ignore[arg-type]
            assert connection.sql(ibis.to_sql(table, dialect="duckdb")).to_arrow_table().num_rows == many
    assert all(isinstance(one, Again) for one in asked.definition.denominator)


# --- the contact's reason ----------------------------------------------------------------------------------------


def test_a_stay_was_about_what_its_contact_was_about_in_the_end() -> None:
    def stay(contact: str, n: int, kind: Kind, reason: str | None = None) -> Segment:
        return Segment(contact, n, kind, 0, 0, Channel.VOICE, "acme", "400", end=1, reason=reason)

    stays = [
        stay("a", 1, Kind.QUEUE), stay("a", 2, Kind.HANDLING, "bill"), stay("a", 3, Kind.QUEUE),
        stay("a", 4, Kind.HANDLING, "moving"), stay("a", 5, Kind.HANDLING), stay("b", 1, Kind.QUEUE),
    ]  # fmt: skip
    assert [one.reason for one in with_reasons(stays)] == ["moving"] * 5 + [None]
    assert with_reasons(with_reasons(stays)) == with_reasons(stays)


def test_a_lines_quality_leaves_the_house_as_a_score() -> None:
    found = outward(metric("mos"), Cell(412.0, 824, 2))
    assert (found.value, found.numerator, found.denominator, found.n) == (4.12, 8.24, 2, 2)
    share = outward(metric("redial_rate"), Cell(0.4, 20, 50))
    assert share.low is not None
    assert share.low < 0.4
    assert (share.numerator, share.denominator) == (20, 50)
    assert outward(metric("adherence"), Cell(0.9, 25_920_000, 28_800_000))[:3] == (0.9, 25_920, 28_800)
    assert outward(metric("ces"), Cell(2.0, 6, 3))[:4] == (2.0, 6, 3, 3)


def test_parameters_are_written_in_their_own_units() -> None:
    assert metric("redial_rate", "15").terms.redial_min == 15 * 60_000
    assert metric("fcr_verified", "30").terms.repeat_days == 30 * 24 * HOUR
    assert shown("repeat_days", 30 * 24 * HOUR) == 30
    assert shown("redial_min", 90_000) == 1.5
    assert shown("target_ms", 20_000) == 20
