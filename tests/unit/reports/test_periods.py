"""Periods and what they are compared with, in the site's zone (wounds zammad#5538 month edge, chatwoot#2882)."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jietong.core.clock import to_ms
from jietong.core.days import day_of
from jietong.core.errors import Invalid
from jietong.metrics.intervals import Every
from jietong.reports import periods
from jietong.reports.model import Against, Comparison, Period, Relative

R = Relative
TODAY = date(2026, 7, 15)  # a Wednesday


def at(text: str, zone: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("period", "first", "end"),
    [
        (Period(R.TODAY), "2026-07-15", "2026-07-16"),
        (Period(R.YESTERDAY), "2026-07-14", "2026-07-15"),
        (Period(R.THIS_WEEK), "2026-07-13", "2026-07-20"),
        (Period(R.LAST_WEEK), "2026-07-06", "2026-07-13"),
        (Period(R.THIS_MONTH), "2026-07-01", "2026-08-01"),
        (Period(R.LAST_MONTH), "2026-06-01", "2026-07-01"),
        (Period(R.THIS_QUARTER), "2026-07-01", "2026-10-01"),
        (Period(R.LAST_QUARTER), "2026-04-01", "2026-07-01"),
        (Period(R.THIS_YEAR), "2026-01-01", "2027-01-01"),
        (Period(R.LAST_YEAR), "2025-01-01", "2026-01-01"),
        (Period(R.LAST_DAYS, 7), "2026-07-08", "2026-07-15"),
        (Period(R.LAST_WEEKS, 2), "2026-06-29", "2026-07-13"),
        (Period(R.LAST_MONTHS, 8), "2025-11-01", "2026-07-01"),
        (Period(R.MONTH_TO_DATE), "2026-07-01", "2026-07-15"),
        (Period(R.YEAR_TO_DATE), "2026-01-01", "2026-07-15"),
        (Period(R.ABSOLUTE, first="2026-02-01", last="2026-02-28"), "2026-02-01", "2026-03-01"),
    ],
)
def test_a_period_covers_these_days(period: Period, first: str, end: str) -> None:
    assert periods.days(period, TODAY) == (date.fromisoformat(first), date.fromisoformat(end))


def test_on_the_first_of_a_month_the_month_to_date_is_the_one_before() -> None:
    assert periods.days(Period(R.MONTH_TO_DATE), date(2026, 3, 1)) == (date(2026, 2, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("period", "comparison", "first", "end"),
    [
        (Period(R.LAST_WEEK), Comparison(Against.PREVIOUS), "2026-06-29", "2026-07-06"),
        (Period(R.LAST_MONTH), Comparison(Against.PREVIOUS), "2026-05-01", "2026-06-01"),
        (Period(R.LAST_MONTHS, 3), Comparison(Against.PREVIOUS), "2026-01-01", "2026-04-01"),
        (Period(R.LAST_QUARTER), Comparison(Against.YEAR), "2025-04-01", "2025-07-01"),
        (Period(R.MONTH_TO_DATE), Comparison(Against.PREVIOUS), "2026-06-01", "2026-06-15"),
        (Period(R.YEAR_TO_DATE), Comparison(Against.PREVIOUS), "2025-01-01", "2025-07-15"),
        (Period(R.YESTERDAY), Comparison(Against.WEEKS, 4), "2026-06-16", "2026-06-17"),
        (Period(R.YESTERDAY), Comparison(Against.YEAR), "2025-07-14", "2025-07-15"),
        (
            Period(R.ABSOLUTE, first="2026-02-01", last="2026-02-28"),
            Comparison(Against.PREVIOUS),
            "2026-01-01",
            "2026-02-01",
        ),
        (
            Period(R.ABSOLUTE, first="2024-02-10", last="2024-02-29"),
            Comparison(Against.YEAR),
            "2023-02-10",
            "2023-03-01",
        ),
    ],
)
def test_a_period_is_compared_with_these_days(period: Period, comparison: Comparison, first: str, end: str) -> None:
    zone = "Asia/Taipei"
    found = periods.compared(period, comparison, at("2026-07-15T10:30", zone), zone)
    assert found == periods.span(periods.Days(date.fromisoformat(first), date.fromisoformat(end)), zone)


def test_a_period_under_way_is_compared_with_the_same_part() -> None:
    zone = "Asia/Shanghai"
    now = at("2026-07-15T10:30", zone)
    found = periods.compared(Period(R.TODAY), Comparison(Against.PREVIOUS), now, zone)
    assert found == (at("2026-07-14T00:00", zone), at("2026-07-14T10:30", zone))
    found = periods.compared(Period(R.THIS_WEEK), Comparison(Against.PREVIOUS), now, zone)
    assert found == (at("2026-07-06T00:00", zone), at("2026-07-08T10:30", zone))
    found = periods.compared(Period(R.THIS_MONTH), Comparison(Against.PREVIOUS), at("2026-03-31T10:00", zone), zone)
    assert found == (at("2026-02-01T00:00", zone), at("2026-03-01T00:00", zone)), "February has no 31st: all of it"


def test_today_begins_at_the_site_s_midnight_wherever_the_server_stands() -> None:
    now = to_ms(datetime(2026, 7, 14, 16, 30, tzinfo=UTC))  # already the 15th in Shanghai
    assert periods.window(Period(R.TODAY), now, "Asia/Shanghai") == day_of(date(2026, 7, 15), "Asia/Shanghai")
    assert periods.window(Period(R.TODAY), now, "America/New_York") == day_of(date(2026, 7, 14), "America/New_York")


def test_a_day_of_25_hours_has_25_and_its_intervals_stand_beside_those_of_another() -> None:
    zone = "Europe/Berlin"
    long, short = day_of(date(2026, 10, 25), zone), day_of(date(2026, 3, 29), zone)
    assert len(periods.intervals(long, Every.HOUR, zone)) == 25
    assert len(periods.intervals(short, Every.HALF_HOUR, zone)) == 46
    assert periods.place(long.end - 3_600_000, date(2026, 10, 25), Every.HOUR, zone) == (0, 24 * 3_600_000)
    week = periods.span(periods.Days(date(2026, 10, 19), date(2026, 10, 26)), zone)
    days = periods.intervals(week, Every.DAY, zone)
    assert [periods.place(one.start, date(2026, 10, 19), Every.DAY, zone)[0] for one in days] == [*range(7)]


@given(
    st.sampled_from(
        ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"]
    ),
    st.dates(date(2000, 1, 1), date(2035, 12, 31)),
    st.integers(1, 40),
    st.sampled_from(list(Every)),
)
def test_intervals_follow_on_one_another_and_cover_the_window(zone: str, first: date, n: int, every: Every) -> None:
    window = periods.span(periods.Days(first, date.fromordinal(first.toordinal() + n)), zone)
    found = periods.intervals(window, every, zone)
    assert (found[0].start, found[-1].end) == window
    assert all(a.end == b.start for a, b in pairwise(found))
    places = [periods.place(one.start, first, every, zone) for one in found]
    assert len(set(places)) == len(places) or every is Every.ALL


@given(
    st.sampled_from([k for k in R if k is not R.ABSOLUTE]),
    st.dates(date(1999, 1, 1), date(2100, 1, 1)),
    st.integers(1, 36),
)
def test_every_relative_period_has_days_and_lies_right(kind: Relative, today: date, n: int) -> None:
    found = periods.days(Period(kind, n), today)
    assert found.first < found.end
    assert found.first <= today
    if not str(kind).startswith("this") and kind is not R.TODAY:
        assert found.end <= today, "what is over holds nothing of today"


@pytest.mark.parametrize("n", [None, 0, -1, 10_000])
def test_how_many_days_must_be_said_and_be_reasonable(n: int | None) -> None:
    with pytest.raises(Invalid) as error:
        periods.days(Period(R.LAST_DAYS, n), TODAY)
    assert (error.value.code, error.value.extra["field"]) == ("bad_period", "period.n")
