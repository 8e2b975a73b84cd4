"""The warehouse answers every question for figures of the past: of years ago and of a minute ago, in one way.

    warehouse = Warehouse(database, settings.home / "history", clock)
    rows = await warehouse.rows(Query("main", day, zone, Every.HALF_HOUR, (By.QUEUE,), metrics("sl3(20)")), by.scope)

PostgreSQL holds all facts. Days that are over lie beside it as Parquet files, a copy that is faster to read; a day
whose facts changed since is read from PostgreSQL until its files are written anew.
"""

from jietong.metrics.warehouse.model import Answer, ContactBehind, ContactPage
from jietong.metrics.warehouse.service import Warehouse

__all__ = ["Answer", "ContactBehind", "ContactPage", "Warehouse"]
