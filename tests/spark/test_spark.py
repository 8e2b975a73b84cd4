"""The same definitions on Spark, for sites that outgrow one machine: what DuckDB answers, Spark answers.

Needs Java (17 or newer) and pyspark (`pip install -e .[spark]`); skipped, and said so, where either is missing.
"""

import importlib.util
import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from random_facts import STARTS, history

from jietong.core.days import Span, local_day
from jietong.core.vocabulary import Ms
from jietong.metrics.catalogue import CATALOGUE
from jietong.metrics.definition import How
from jietong.metrics.intervals import By, Every, Filter, Query, metric, metrics
from jietong.metrics.query import plan, rows, unbound
from jietong.metrics.query.tables import TableExpression

START = "the night New York falls back"
ZONE = STARTS[START][0]
EVERYTHING = tuple(metric(d.id) for d in CATALOGUE.values() if d.how is not How.NOW)
Execute = Callable[[TableExpression], pa.Table]


def missing() -> str | None:
    """What is missing, loudly."""
    java = shutil.which("java", path=f"{os.environ.get('JAVA_HOME', '')}/bin:{os.environ.get('PATH', '')}")
    if java is None or subprocess.run([java, "-version"], capture_output=True, check=False).returncode != 0:
        return "NO JAVA HERE: whether Spark answers as DuckDB does is NOT TESTED"
    if importlib.util.find_spec("pyspark") is None:
        return "NO PYSPARK HERE: whether Spark answers as DuckDB does is NOT TESTED"
    return None


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Execute, Execute]]:
    """DuckDB and Spark over the same Parquet files."""
    if (why := missing()) is not None:
        pytest.skip(why)
    from pyspark.sql import SparkSession

    folder: Path = tmp_path_factory.mktemp("spark")
    centre, _, _ = history(START, 10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spark's own, of its first start
        settings = {
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": "1g",
        }
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        spark, duck = ibis.pyspark.connect(session), ibis.duckdb.connect()
        for name, table in centre.tables().items():
            pq.write_table(table, folder / f"{name}.parquet")
            duck.read_parquet(folder / f"{name}.parquet", table_name=name)
            session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
        yield duck.to_pyarrow, spark.to_pyarrow
        duck.disconnect()
        session.stop()


@pytest.fixture(scope="module")
def window() -> tuple[Span, Ms]:
    _, begun, now = history(START, 10)
    return Span(local_day(begun, ZONE).start, local_day(now, ZONE).end), now


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_every_figure_is_the_same_on_spark_and_duckdb(
    engines: tuple[Execute, Execute], window: tuple[Span, Ms]
) -> None:
    """By queue and half-hour across a clock change, quantiles and streaks included."""
    duck, spark = engines
    asked = plan(Query("main", window[0], ZONE, Every.HALF_HOUR, (By.QUEUE,), EVERYTHING), unbound(), now=window[1])
    told = rows(asked, spark)
    assert len(told) > 20
    assert told == rows(asked, duck) == history(START, 10)[0].rows(asked.query, window[1])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_filters_hours_and_exclusions_are_the_same_on_spark_and_duckdb(
    engines: tuple[Execute, Execute], window: tuple[Span, Ms]
) -> None:
    duck, spark = engines
    span, now = window
    hour = 3_600_000
    chosen = Filter(
        simulated=False,
        within=(Span(span.start, span.start + 2 * hour), Span(span.start + 3 * hour, span.end)),
        without=((Span(span.start + hour, span.start + hour + 600_000), frozenset({"q0"}), None),),
    )
    figures = metrics("sl3(20),sl6(20,5),wait_p90,max_wait,occupancy,online_streak,aht,adherence,conformance")
    asked = plan(Query("main", span, ZONE, Every.DAY, (By.AGENT,), figures, chosen), unbound(), now=now)
    told = rows(asked, spark)
    assert len(told) > 5
    assert told == rows(asked, duck) == history(START, 10)[0].rows(asked.query, now)
