"""From what people write, on a command line or in an address, to a query. Pure."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jietong.core.clock import to_ms
from jietong.core.days import Span, day_of
from jietong.core.errors import Invalid
from jietong.core.vocabulary import Channel, Ms
from jietong.metrics.intervals import By, Every, Filter

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PLUS = re.compile(r"(T\S+) (\d\d:\d\d)$")  # in an address, a plus sign that nobody escaped is a space
_MONTH = re.compile(r"\d{4}-\d\d")
LONGEST: Ms = 20 * 366 * 86_400_000
MOST_ROWS_OF_TIME = 100_000
_STEP: dict[Every, Ms] = {Every.QUARTER: 900_000, Every.HALF_HOUR: 1_800_000, Every.HOUR: 3_600_000}


def zone_of(name: str) -> str:
    """Raises Invalid `bad_zone`."""
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise Invalid("bad_zone", f"{name!r} is no time zone. Give an IANA name, e.g. Asia/Shanghai.") from error


def window_of(first: str, until: str, zone: str) -> Span:
    """From `first` up to, not including, `until`; each a month, a date (its midnight), a local time of `zone`, or an
    instant with its offset. Raises Invalid `bad_time` or `bad_period`."""
    window = Span(instant_of(first, zone), instant_of(until, zone))
    if window.end <= window.start:
        raise Invalid(
            "bad_period",
            f"The period ends ({until}) before it has begun ({first}). Its end is not part of it: for one whole day "
            "give that day's date and the next.",
        )
    if window.end - window.start > LONGEST:
        raise Invalid("bad_period", "That is more than twenty years. Give a shorter period.")
    return window


def instant_of(text: str, zone: str) -> Ms:
    """Raises Invalid `bad_time`."""
    written = _PLUS.sub(r"\1+\2", text.strip())
    try:
        if _MONTH.fullmatch(written):
            written += "-01"
        if _DATE.fullmatch(written):
            return day_of(date.fromisoformat(written), zone).start
        found = datetime.fromisoformat(written)
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(zone))
        at = to_ms(found)
    except (ValueError, OverflowError) as error:
        raise _bad_time(text) from error
    if not 0 <= at < 1 << 43:
        raise _bad_time(text)
    return at


def every_of(text: str) -> Every:
    """Raises Invalid `bad_every`."""
    try:
        return Every(text.strip())
    except ValueError:
        raise Invalid(
            "bad_every", f"{text!r} is no interval. There are {', '.join(one.value for one in Every)}."
        ) from None


def bounded(window: Span, every: Every) -> None:
    """Raises Invalid `too_many_intervals`."""
    step = _STEP.get(every)
    if step is not None and (window.end - window.start) // step > MOST_ROWS_OF_TIME:
        raise Invalid(
            "too_many_intervals", "So long a period has too many intervals of that length: choose longer ones."
        )


def by_of(texts: Iterable[str]) -> tuple[By, ...]:
    """Raises Invalid `bad_by`."""
    found = []
    for one in words(texts) or ():
        try:
            found.append(By(one))
        except ValueError:
            raise Invalid(
                "bad_by", f"Rows cannot be grouped by {one!r}. There are {', '.join(by.value for by in By)}."
            ) from None
    return tuple(dict.fromkeys(found))


def words(texts: Iterable[str] | None) -> tuple[str, ...] | None:
    """All that was given, repeated or with commas between; None: nothing was."""
    if texts is None:
        return None
    found = [part.strip() for text in texts for part in text.split(",")]
    return tuple(dict.fromkeys(part for part in found if part)) or None


def filter_of(
    *,
    queues: Iterable[str] | None = None,
    agents: Iterable[str] | None = None,
    clients: Iterable[str] | None = None,
    channels: Iterable[str] | None = None,
    entries: Iterable[str] | None = None,
    reasons: Iterable[str] | None = None,
    directions: Iterable[str] | None = None,
    part_time: bool | None = None,
    simulated: bool | None = None,
) -> Filter:
    """Raises Invalid `no_such_channel`, `no_such_direction`."""
    found = Filter(
        words(queues),
        words(agents),
        words(clients),
        words(channels),
        words(entries),
        words(reasons),
        words(directions),
        part_time,
        simulated,
    )
    _known("channel", found.channels, [one.value for one in Channel])
    _known("direction", found.directions, ["inbound", "outbound"])
    return found


def _known(what: str, given: tuple[str, ...] | None, there_are: list[str]) -> None:
    for one in given or ():
        if one not in there_are:
            raise Invalid(f"no_such_{what}", f"There is no {what} {one!r}. There are {', '.join(there_are)}.")


def _bad_time(text: str) -> Invalid:
    return Invalid(
        "bad_time",
        f"{text!r} is no time. Write 2026-07-15, 2026-07-15T09:30 (local to the site) or 2026-07-15T09:30+08:00.",
    )
