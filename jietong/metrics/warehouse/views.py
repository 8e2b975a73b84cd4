"""The fact tables as DuckDB sees them for one question: closed days' files, and copies of the rest. Narrowed to the
clients that may be seen, so that no question, whatever it asks, reaches others'."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from jietong.db.pool import Scope
from jietong.metrics.warehouse import facts
from jietong.metrics.warehouse.days import Day
from jietong.metrics.warehouse.duck import Duck, quoted

_TYPES = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float64": "DOUBLE",
}


def lay_out(duck: Duck, scope: Scope, history: Path, days: Iterable[Day], copies: Mapping[str, IO[bytes]]) -> None:
    """Makes the views `segment`, `agent_interval`, `trunk_busy` and `planned_time`."""
    days = list(days)
    for table, names in facts.columns().items():
        whose = _whose(scope, "client" in names)
        parts = []
        files = [day.path(history, f"{table}.parquet") for day in days]
        if files:
            parts.append(f"SELECT {', '.join(names)} FROM {_parquet(files)}")
        rest = facts.batches(table, copies[table])
        if rest is not None:
            duck.connection.register(f"{table}_copy", rest)
            duck.execute(f"CREATE TABLE {table}_rest AS SELECT * FROM {table}_copy WHERE {whose}")
            parts.append(f"SELECT {', '.join(names)} FROM {table}_rest")
        if not parts:
            nothing = ", ".join(f"NULL::{_TYPES[kind]} AS {name}" for name, kind in names.items())
            parts.append(f"SELECT * FROM (SELECT {nothing}) WHERE false")
        duck.execute(f"CREATE VIEW {table} AS SELECT * FROM ({' UNION ALL '.join(parts)}) WHERE {whose}")


def lay_out_sums(duck: Duck, scope: Scope, history: Path, days: Iterable[Day], shape: str) -> str:
    """Makes the view of the stored sums; gives its name."""
    files = [day.path(history, f"sums_{shape}.parquet") for day in days]
    duck.execute(f"CREATE VIEW stored_sums AS SELECT * FROM {_parquet(files)} WHERE {_whose(scope, True)}")
    return "stored_sums"


def _whose(scope: Scope, has_client: bool) -> str:
    """What belongs to no client is for those alone who see all."""
    if scope.clients is None:
        return "true"
    if not has_client or not scope.clients:
        return "false"
    return f"client IN ({', '.join(quoted(client) for client in scope.clients)})"


def _parquet(files: Iterable[Path]) -> str:
    return f"read_parquet([{', '.join(quoted(str(file)) for file in files)}], hive_partitioning = false)"
