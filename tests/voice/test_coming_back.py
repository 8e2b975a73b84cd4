"""A telephone that leaves and comes right back can be rung, and so can one whose switch does (A5, I2)."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from asterisk_switch import OwnAsterisk, until_noted
from crowd import Crowd
from listening import Told

from jietong.channels.asterisk.switch import AsteriskSwitch
from jietong.channels.switch import DeviceState, Extension, Plant, Up

EXTENSIONS = [str(801 + n) for n in range(12)]


@pytest.fixture
async def switch(asterisk: OwnAsterisk) -> AsyncIterator[AsteriskSwitch]:
    """Started, with these telephones in its plant."""
    switch = asterisk.switch()
    await switch.start()
    await Told(switch).until(Up)
    await switch.set_up(Plant((), tuple(Extension(one, "phone", "secret") for one in EXTENSIONS)))
    yield switch
    await switch.stop()


@pytest.fixture
def told(switch: AsteriskSwitch) -> Told:
    """What it tells from then on."""
    return Told(switch)


async def test_telephones_that_come_right_back_can_be_rung(
    asterisk: OwnAsterisk, switch: AsteriskSwitch, told: Told
) -> None:
    async with Crowd(asterisk.address, "127.0.0.71") as old, Crowd(asterisk.address, "127.0.0.72") as new:

        async def changes_seats(extension: str) -> None:
            for _ in range(10):
                assert await old.register(extension, "secret") == 200
                assert await old.register(extension, "secret", expires=0) == 200
                assert await new.register(extension, "secret") == 200

        await asyncio.gather(*map(changes_seats, EXTENSIONS))
        await asyncio.sleep(1)
        assert set(EXTENSIONS) <= (await switch.scene()).devices, told.of(DeviceState)[-4:]


async def test_a_telephone_that_registers_elsewhere_stays_reachable(
    asterisk: OwnAsterisk, switch: AsteriskSwitch, told: Told
) -> None:
    """Its old registration is thrown out for the new one: that is no moment without a telephone."""
    async with Crowd(asterisk.address, "127.0.0.74") as old, Crowd(asterisk.address, "127.0.0.75") as new:
        for extension in EXTENSIONS:
            assert await old.register(extension, "secret") == 200
            await told.until(DeviceState, extension=extension, reachable=True)
        await asyncio.gather(*(new.register(extension, "secret") for extension in EXTENSIONS))
        await asyncio.sleep(1)
        assert not told.of(DeviceState, reachable=False)


async def test_telephones_of_a_killed_switch_can_be_rung_without_registering_anew(
    asterisk: OwnAsterisk, switch: AsteriskSwitch, told: Told
) -> None:
    """And soon: each of them is asked at once whether it is there, not at some moment of the next half minute."""
    async with Crowd(asterisk.address, "127.0.0.73") as telephones:
        for extension in EXTENSIONS:
            assert await telephones.register(extension, "secret") == 200
        await until_noted(asterisk.layout, EXTENSIONS)
        asterisk.keeper.kill()
        await told.until(Up, restarted=True)
        up = time.monotonic()
        while not set(EXTENSIONS) <= (await switch.scene()).devices:
            assert time.monotonic() - up < 8, (await switch.scene()).devices
            await asyncio.sleep(0.1)
