"""Faults of the whole centre: its processes are killed, frozen and cut off while people use it, and it is fed rubbish.

Everything goes through the public interfaces of a real `jietong serve`: what was acknowledged is there once, waits go
on, nobody is stuck, figures equal the ledger.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from load import books_balance, figures_agree, proofs, signed_in, storm
from running import Running

GRACE_S = 5
OUTAGE_S = 8.0
"""Of the database. The same path as for 30 s: only the wait is shorter."""


@pytest.fixture(scope="module")
async def centre(new_centre: Callable[[], Running]) -> AsyncIterator[Running]:
    """One for all tests here that leave it whole."""
    running = new_centre()
    running.start()
    await running.serving()
    yield running
    running.stop()


async def test_kill_9_under_load_loses_nothing_doubles_nothing_and_leaves_nobody_stuck(centre: Running) -> None:
    async with signed_in(centre, "zhou.xin") as supervisor, storm(centre) as load:
        recoveries = []
        for _ in range(2):
            await load.grown(100)
            assert centre.process is not None
            centre.process.send_signal(signal.SIGKILL)
            centre.process.wait()
            began = time.monotonic()
            centre.start()
            await centre.serving()
            recoveries.append(time.monotonic() - began)
        took = await load.everyone_takes_one(20)
        await load.calm()
        await books_balance(centre, load.book, supervisor)
        await figures_agree(centre, supervisor)
        print(f"recovered in {recoveries}, all at work after {took}", load.book.size, load.book.sent_again, max(load.book.answers_s))
        assert load.book.sent_again > 0
    print(await asyncio.to_thread(proofs, centre))
