"""The schedules of a centre."""

from collections.abc import Callable

from jietong.core.clock import Clock
from jietong.core.inbox import Inbox
from jietong.core.specs import SiteSpec
from jietong.db.pool import Database


class Schedules:
    def __init__(self, database: Database, inbox: Inbox, clock: Clock, site: Callable[[], SiteSpec]) -> None:
        self.database = database
        self.inbox = inbox
        self.clock = clock
        self.site = site
