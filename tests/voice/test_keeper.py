"""Asterisk's life: it outlives its controller, is taken over, is started again, and ends when calls have ended."""

import asyncio
import os
import time
from pathlib import Path

import pytest
import tones
from asterisk_switch import OwnAsterisk
from listening import Told
from telephone import Telephone

from jietong.channels.asterisk.supervise import Keeper
from jietong.channels.switch import Down, LegArrived, Plant, Trunk, Up
from jietong.core.errors import Unavailable

TRUNK = Trunk("main", "ip", "127.0.1.1", 5070, "udp", "", "", ("127.0.1.0/24",), 30, ("alaw", "ulaw"))


async def a_call(own: OwnAsterisk, folder: Path, told: Told, stack: "asyncio.TaskGroup | None" = None) -> Telephone:
    caller = Telephone(folder, own.address, tone=700, user="13800006612", address="127.0.1.20")
    await caller.__aenter__()
    await caller.dial("4008001234")
    await told.until(LegArrived)
    return caller


async def test_the_next_controller_takes_a_running_switch_over(asterisk: OwnAsterisk) -> None:
    pid = asterisk.keeper.pid
    await asterisk.keeper.leave()  # as if our process had died
    other = Keeper(asterisk.layout, asterisk.installation, private=True)
    await other.start()
    assert other.pid == pid
    assert other.configuration.sockets == asterisk.keeper.configuration.sockets
    assert other.configuration.secrets == asterisk.keeper.configuration.secrets
    await other.stop()
    assert other.pid is None


async def test_two_controllers_do_not_keep_one_switch(asterisk: OwnAsterisk) -> None:
    other = Keeper(asterisk.layout, asterisk.installation, private=True)
    with pytest.raises(Unavailable) as taken:
        await other.start()
    assert taken.value.code == "switch_taken"


async def test_a_killed_switch_is_back_within_seconds_at_the_same_ports(asterisk: OwnAsterisk) -> None:
    switch = asterisk.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    pid, sockets, began = asterisk.keeper.pid, asterisk.keeper.configuration.sockets, time.monotonic()
    asterisk.keeper.kill()
    await told.until(Down)
    await told.until(Up, restarted=True)
    assert time.monotonic() - began < 8
    assert asterisk.keeper.pid not in (None, pid)
    assert asterisk.keeper.configuration.sockets == sockets
    assert asterisk.keeper.restarts == 1
    await switch.stop()


async def test_a_clean_stop_lets_the_call_end_first(asterisk: OwnAsterisk, tmp_path: Path) -> None:
    switch = asterisk.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    await switch.set_up(Plant((TRUNK,)))
    caller = await a_call(asterisk, tmp_path, told)
    await switch.answer(told.of(LegArrived)[0].leg)
    await caller.talking()
    await switch.stop()
    await asterisk.keeper.stop()
    assert asterisk.keeper.pid is not None, "a call is under way"
    await caller.order(do="hang_up")
    await caller.gone()
    deadline = time.monotonic() + 10
    while asterisk.keeper.pid is not None:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    await caller.__aexit__(None, None, None)


async def test_a_draining_switch_that_is_taken_over_takes_calls_again(asterisk: OwnAsterisk, tmp_path: Path) -> None:
    switch = asterisk.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    await switch.set_up(Plant((TRUNK,)))
    caller = await a_call(asterisk, tmp_path, told)
    await switch.answer(told.of(LegArrived)[0].leg)
    await caller.talking()
    await asterisk.keeper.stop()
    pid = asterisk.keeper.pid
    await asterisk.keeper.start()
    assert asterisk.keeper.pid == pid
    second = Telephone(tmp_path, asterisk.address, user="13900001111", address="127.0.1.21")
    async with second:
        await second.dial("4008001234")
        await told.until(LegArrived, count=2)
    await caller.__aexit__(None, None, None)
    await switch.stop()


async def test_a_caller_hears_words_while_no_controller_is_there_and_then_gets_through(
    asterisk: OwnAsterisk, tmp_path: Path
) -> None:
    """Trap: with no application connected, Stasis fails at once, and the call would be dropped."""
    switch = asterisk.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    await switch.set_up(Plant((TRUNK,)))
    await switch.stop()
    async with Telephone(tmp_path, asterisk.address, tone=700, user="13800006612", address="127.0.1.20") as caller:
        await caller.dial("4008001234")
        await caller.talking()
        deadline = time.monotonic() + 10
        while not any(level > 300 for level in levels(caller.heard())):
            assert time.monotonic() < deadline, "no words"
            await asyncio.sleep(0.1)
        await switch.start()
        arrived = await told.until(LegArrived, limit_s=15)
        assert arrived.number == "4008001234"
        await switch.answer(arrived.leg)  # it heard words, so it is up already: no error
        assert (await switch.scene()).legs[0].answered
    await switch.stop()


def levels(path: Path) -> list[float]:
    """Loudness of each tenth of a second."""
    if not path.exists():
        return []
    samples, rate = tones.read(path)
    return [tones.loudness(samples[at : at + rate // 10]) for at in range(0, len(samples), rate // 10)]


async def test_secrets_are_for_us_alone(asterisk: OwnAsterisk) -> None:
    for file in [asterisk.layout.folder / "secrets.json", *asterisk.layout.etc.iterdir()]:
        assert file.stat().st_mode & 0o077 == 0, file
    assert os.stat(asterisk.layout.folder).st_mode & 0o077 == 0


async def test_nothing_listens_beyond_loopback_unless_told_to(asterisk: OwnAsterisk) -> None:
    sockets = asterisk.keeper.configuration.sockets
    for port in (sockets.http, sockets.ami, sockets.sip):
        for table in ("/proc/net/tcp", "/proc/net/udp"):
            for line in Path(table).read_text().splitlines()[1:]:
                address, _, local = line.split()[1].partition(":")
                if int(local, 16) == port and line.split()[3] in ("0A", "07"):
                    assert address == "0100007F", (port, address)
