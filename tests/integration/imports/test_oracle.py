"""Figures of an imported history against an independent computation.

33,000 calls by seed over nine days in New York, all through the end of daylight saving. `expected` reads the file
with plain pandas and knows nothing of our code: the formulas are those of the service-level table (D6, C1), worked
out on the columns of the file. Every figure must agree: numerators and denominators exactly, values to two decimals.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from import_files import imported

from jietong.contacts.verify import verify
from jietong.core.clock import SystemClock
from jietong.core.days import Span
from jietong.db.pool import ALL, Database
from jietong.imports.model import Counts
from jietong.metrics.intervals import By, Cell, Every, Query, metrics
from jietong.metrics.warehouse import Warehouse

ROWS = 33_000
ZONE = "America/New_York"
FIRST, LAST = pd.Timestamp("2026-10-28", tz=ZONE), pd.Timestamp("2026-11-06", tz=ZONE)
WINDOW = Span(int(FIRST.timestamp() * 1000), int(LAST.timestamp() * 1000))
SL = "sl1(20),sl2(20),sl3(20),sl4(20),sl5(20,5),sl6(20,5),sl7(20)"
FIGURES = f"{SL},asa,aht,abandon_rate"


def calls(path: Path) -> Path:
    """Call by call; local times without offset, and with one where the clock change makes them ambiguous."""
    r = np.random.default_rng(33)
    span = int((LAST - FIRST).total_seconds())
    arrived = np.sort(r.integers(0, span, ROWS)) + int(FIRST.timestamp())
    outcome = r.choice(
        ["answered", "abandoned", "blocked", "lost_in_flow", "voicemail", "callback"],
        ROWS,
        p=[0.82, 0.08, 0.04, 0.03, 0.02, 0.01],
    )
    answered = outcome == "answered"
    entered = arrived + r.integers(0, 15, ROWS)
    wait = np.where(answered, r.exponential(14, ROWS), r.exponential(30, ROWS)).astype(int)
    talk = r.integers(20, 900, ROWS)
    ended = entered + wait + np.where(answered, talk, 0)
    frame = pd.DataFrame(
        {
            "contact_id": np.arange(ROWS).astype(str),
            "client": r.choice(["acme", "zenith"], ROWS),
            "channel": "voice",
            "queue": r.choice(["repair", "returns", "orders", "billing"], ROWS, p=[0.4, 0.3, 0.2, 0.1]),
            "entry": "4008",
            "arrived_at": local(arrived),
            "entered_queue_at": np.where(np.isin(outcome, ["answered", "abandoned"]), local(entered), ""),
            "answered_at": np.where(answered, local(entered + wait), ""),
            "ended_at": local(ended),
            "outcome": outcome,
            "agent": np.where(answered, r.choice([f"agent{n:02}" for n in range(40)], ROWS), ""),
            "hold_s": np.where(answered, np.minimum(r.choice([0, 0, 0, 25], ROWS), talk), 0),
            "wrapup_s": np.where(answered, r.integers(0, 90, ROWS), 0),
            "reason": np.where(answered, r.choice(["fault", "order", "bill"], ROWS), ""),
            "customer": r.integers(0, 9_000, ROWS).astype(str),
        }
    )
    frame.to_csv(path, index=False)
    return path


def local(seconds: Any) -> Any:
    there = pd.to_datetime(seconds, unit="s", utc=True).tz_convert(ZONE)
    offset = there.strftime("%z")
    unclear = (there >= pd.Timestamp("2026-11-01T05:00Z")) & (there < pd.Timestamp("2026-11-01T07:00Z"))
    return np.where(unclear, there.strftime("%Y-%m-%dT%H:%M:%S") + offset, there.strftime("%Y-%m-%d %H:%M:%S"))


# --- the independent computation -----------------------------------------------------------------------------


def read(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype={"contact_id": str, "customer": str, "entry": str})
    for name in ("arrived_at", "entered_queue_at", "answered_at", "ended_at"):
        text = frame[name].astype("string")
        told = text.str.contains(r"[+-]\d{4}$", na=False)
        with_offset = pd.to_datetime(text.where(told), utc=True, format="%Y-%m-%dT%H:%M:%S%z")
        without = pd.to_datetime(text.where(~told), format="%Y-%m-%d %H:%M:%S").dt.tz_localize(ZONE)
        frame[name] = with_offset.fillna(without.dt.tz_convert("UTC"))
    return frame


def expected(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Numerators and denominators (`sl3(20)/n`, `sl3(20)/d`) by half-hour of arrival and the columns `by`."""
    f = frame.copy()
    ans, ab = f.outcome == "answered", f.outcome == "abandoned"
    never = f.outcome.isin(["blocked", "lost_in_flow"])
    came = f.entered_queue_at.fillna(f.arrived_at)
    f["start"] = came.dt.floor("30min")
    f, came = f[came < LAST], came[came < LAST]
    ans, ab, never = ans[f.index], ab[f.index], never[f.index]
    wait = (f.answered_at.fillna(f.ended_at) - came).dt.total_seconds()
    talk_to_end = (f.ended_at - f.answered_at).dt.total_seconds() + f.wrapup_s
    quick, short = wait <= 20, wait <= 5
    sums = {
        "sl1(20)": ((ans | ab) & quick, ans | ab),
        "sl2(20)": (ans & quick, ans),
        "sl3(20)": (ans & quick, ans | ab),
        "sl4(20)": (ans & quick, ans | (ab & ~quick)),
        "sl5(20,5)": ((ans & quick) | (ab & short), ans | ab),
        "sl6(20,5)": (ans & quick, ans | (ab & ~short)),
        "sl7(20)": (ans & quick, ans | ab | never),
        "asa": (wait.where(ans, 0), ans),
        "aht": (talk_to_end.where(ans, 0), ans),
        "abandon_rate": (ab, ans | ab),
    }
    for name, (numerator, denominator) in sums.items():
        f[f"{name}/n"], f[f"{name}/d"] = numerator.astype(float), denominator.astype(float)
    columns = [f"{name}/{part}" for name in sums for part in "nd"]
    return f.groupby(["start", *by], dropna=True)[columns].sum() if by else f.groupby("start")[columns].sum()


# --- the comparison ------------------------------------------------------------------------------------------


@pytest.fixture
async def history(database: Database, tmp_path: Path) -> tuple[pd.DataFrame, Warehouse]:
    path = calls(tmp_path / "calls.csv")
    assert await imported(database, path, "shop", ZONE) == Counts(ROWS, ROWS, 0, 0)
    return read(path), Warehouse(database, tmp_path / "history", SystemClock())


async def cells(
    warehouse: Warehouse, text: str, by: tuple[By, ...] = (), every: Every = Every.HALF_HOUR
) -> dict[tuple[object, ...], dict[str, Cell]]:
    asked = metrics(text)
    rows = await warehouse.rows(Query("shop", WINDOW, ZONE, every, by, asked), ALL)
    return {(row.start, *row.keys): dict(zip([one.key for one in asked], row.cells, strict=True)) for row in rows}


def agree(found: Cell, numerator: float, denominator: float, *, seconds: bool) -> None:
    scale = 1000 if seconds else 1
    assert (found.numerator, found.denominator) == (round(numerator * scale), round(denominator))
    if denominator:
        assert found.value is not None
        assert round(found.value / scale, 2) == round(float(numerator) / float(denominator), 2)
    else:
        assert found.value is None


def compare(found: dict[tuple[object, ...], dict[str, Cell]], wanted: pd.DataFrame, names: list[str]) -> int:
    compared = 0
    for index, sums in wanted.iterrows():
        start, *keys = index if isinstance(index, tuple) else (index,)
        here = found.get((int(start.timestamp() * 1000), *keys))
        for name in names:
            numerator, denominator = sums[f"{name}/n"], sums[f"{name}/d"]
            if here is None:
                assert not numerator
                assert not denominator
                continue
            agree(here[name], numerator, denominator, seconds=name in ("asa", "aht"))
            compared += 1
    return compared


async def test_33_000_calls_agree_with_pandas(history: tuple[pd.DataFrame, Warehouse], database: Database) -> None:
    frame, warehouse = history
    assert (await verify(database, "shop:import")).sound
    names = [one.key for one in metrics(FIGURES)]

    total = expected(frame, []).sum()
    [whole] = (await cells(warehouse, FIGURES, every=Every.ALL)).values()
    for name in names:
        agree(whole[name], total[f"{name}/n"], total[f"{name}/d"], seconds=name in ("asa", "aht"))

    wanted = expected(frame, [])
    halves = await cells(warehouse, FIGURES)
    assert len(wanted) > 430  # nine days, one of them with 25 hours
    assert compare(halves, wanted, names) > 4_000

    by_queue = await cells(warehouse, FIGURES, (By.QUEUE,))
    assert compare(by_queue, expected(frame, ["queue"]), names) > 15_000

    by_agent = await cells(warehouse, "aht", (By.AGENT,))
    assert compare(by_agent, expected(frame[frame.outcome == "answered"], ["agent"]), ["aht"]) > 10_000
