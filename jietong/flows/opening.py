"""Which exit an hours node takes. Pure."""

from jietong.core import hours as opening
from jietong.core.specs import HoursSpec
from jietong.core.vocabulary import Ms


def exit_of(hours: HoursSpec | None, at: Ms) -> str:
    """open, closed, or holiday: closed on a date that the hours name as one. None is always open."""
    if hours is None or opening.is_open(hours, at):
        return "open"
    today = opening.local_date(hours.zone, at).isoformat()
    return "holiday" if any(holiday.date == today for holiday in hours.holidays) else "closed"
