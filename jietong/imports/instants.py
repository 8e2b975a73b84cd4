"""Instants out of a file's times: ISO 8601 with an offset, or local in a stated zone. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jietong.core.vocabulary import Ms
from jietong.imports.model import Refusal

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the local times of a file have no zone yet
_SHORTEST = len("2026-07-15T09")
_YEARS = (1970, 2200)
_KEPT = 50_000  # hours


class Instants:
    """Reads times of one file.

    A local time that a clock change gives twice is the first of the two, unless that would be before `after`, the
    time that the row tells just before: then it is the second. One that a clock change skips is no time.
    """

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._hours: dict[datetime, Ms | None] = {}  # the offset of hours that have one only

    def read(self, text: str, field: str, after: Ms | None = None) -> Ms:
        """Raises Refusal `bad_time` or `no_such_time`."""
        try:
            time = datetime.fromisoformat(text)
        except ValueError:
            raise Refusal("bad_time", f"{field}: {text[:40]!r}.") from None
        if len(text) < _SHORTEST or not _YEARS[0] < time.year < _YEARS[1]:
            raise Refusal("bad_time", f"{field}: {text[:40]!r}.")
        if time.tzinfo is not None:
            return _ms(time.astimezone(UTC).replace(tzinfo=None))
        hour = time.replace(minute=0, second=0, microsecond=0)
        try:
            offset = self._hours[hour]
        except KeyError:
            offset = self._offset(hour)
        local = _ms(time)
        if offset is not None:
            return local - offset
        return self._at_a_change(time, local, text, field, after)

    def _offset(self, hour: datetime) -> Ms | None:
        """The offset all through a local hour; None where the clocks change in it or near it."""
        if len(self._hours) > _KEPT:
            self._hours.clear()
        found = {
            self._utc_offset(hour + timedelta(minutes=minute), fold)
            for minute in (-1, 0, 15, 30, 45, 60)
            for fold in (0, 1)
        }
        self._hours[hour] = offset = found.pop() if len(found) == 1 else None
        return offset

    def _at_a_change(self, time: datetime, local: Ms, text: str, field: str, after: Ms | None) -> Ms:
        first, second = (local - self._utc_offset(time, fold) for fold in (0, 1))
        if first > second:  # the offset before the change is the smaller: the clocks were put forward over this time
            raise Refusal("no_such_time", f"{field}: {text!r} in {self._zone.key}.")
        return second if after is not None and first < after else first

    def _utc_offset(self, time: datetime, fold: int) -> Ms:
        offset = time.replace(tzinfo=self._zone, fold=fold).utcoffset()
        assert offset is not None
        return offset // timedelta(milliseconds=1)


def _ms(time: datetime) -> Ms:
    return (time - _EPOCH) // timedelta(milliseconds=1)
