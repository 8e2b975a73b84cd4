"""A telephone that leaves and comes right back, as when an agent changes seats, can be rung (A5)."""

import asyncio

from asterisk_switch import OwnAsterisk
from crowd import Crowd
from listening import Told

from jietong.channels.switch import DeviceState, Extension, Plant, Up

EXTENSIONS = [str(801 + n) for n in range(12)]


async def test_telephones_that_come_right_back_can_be_rung(asterisk: OwnAsterisk) -> None:
    switch = asterisk.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    await switch.set_up(Plant((), tuple(Extension(one, "phone", "secret") for one in EXTENSIONS)))
    async with Crowd(asterisk.address, "127.0.0.71") as old, Crowd(asterisk.address, "127.0.0.72") as new:

        async def changes_seats(extension: str) -> None:
            for _ in range(10):
                assert await old.register(extension, "secret") == 200
                assert await old.register(extension, "secret", expires=0) == 200
                assert await new.register(extension, "secret") == 200

        await asyncio.gather(*map(changes_seats, EXTENSIONS))
        await asyncio.sleep(1)
        assert set(EXTENSIONS) <= (await switch.scene()).devices, told.of(DeviceState)[-4:]
    await switch.stop()
