"""A question that is too big is broken off with a word, and one that nobody waits for any more is broken off too."""

import asyncio
import time

import pytest

from jietong.core.errors import Invalid
from jietong.metrics.warehouse.duck import AT_ONCE, Duck, Pond

ENDLESS = "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE a.range * b.range % 7 = 3"


def endless(duck: Duck) -> None:
    duck.execute(ENDLESS)


async def test_a_question_that_takes_too_long_says_what_to_do() -> None:
    pond = Pond()
    with pytest.raises(Invalid, match="shorter period") as refused:
        await pond.run(endless, timeout_s=0.3)
    assert refused.value.code == "too_big"
    pond.close()


async def test_one_that_takes_too_much_memory_says_the_same() -> None:
    pond = Pond()

    def hoards(duck: Duck) -> None:
        duck.execute("SET memory_limit = '20MB'; SET temp_directory = ''")
        duck.execute("SELECT list(range) FROM range(20000000)").fetchall()

    with pytest.raises(Invalid) as refused:
        await pond.run(hoards, timeout_s=60)
    assert refused.value.code == "too_big"
    pond.close()


async def test_whoever_goes_away_leaves_no_work_behind() -> None:
    pond = Pond()
    asking = [asyncio.ensure_future(pond.run(endless)) for _ in range(AT_ONCE + 3)]
    await asyncio.sleep(0.2)
    begun = time.monotonic()
    for one in asking:
        one.cancel()
    await asyncio.wait(asking, timeout=20)
    assert all(one.cancelled() for one in asking)
    assert await pond.run(lambda duck: duck.execute("SELECT 42").fetchone()[0]) == 42  # there is room again
    assert time.monotonic() - begun < 20
    pond.close()


async def test_the_loop_goes_on_while_a_question_is_worked_on() -> None:
    pond = Pond()
    asking = asyncio.ensure_future(pond.run(endless, timeout_s=1.0))
    beats = 0
    while not asking.done():
        await asyncio.sleep(0.01)
        beats += 1
    assert beats > 10
    with pytest.raises(Invalid):
        asking.result()
    pond.close()
