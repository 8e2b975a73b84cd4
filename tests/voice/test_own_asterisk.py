"""An Asterisk of the user's own: reached by URL, made ready by our include files, checked feature by feature."""

import asyncio
from pathlib import Path

import tones
from asterisk_switch import OwnAsterisk
from listening import Told
from telephone import Telephone

from jietong.channels.asterisk import own
from jietong.channels.asterisk.ari import Ari
from jietong.channels.asterisk.check import check
from jietong.channels.asterisk.configuration import USER, Layout
from jietong.channels.asterisk.installation import Installation
from jietong.channels.asterisk.own import OwnSite
from jietong.channels.asterisk.supervise import Keeper
from jietong.channels.asterisk.switch import AsteriskSwitch
from jietong.channels.switch import DeviceState, Extension, LegArrived, Plant, RecordEnded, Trunk, Up

TRUNK = Trunk("main", "ip", "127.0.1.1", 5070, "udp", "", "", ("127.0.1.0/24",), 30, ("alaw", "ulaw"))


async def test_plant_is_pushed_calls_come_in_and_recordings_are_fetched(
    asterisk_installation: Installation, tmp_path: Path
) -> None:
    layout = Layout(tmp_path / "theirs")
    layout.make()
    (layout.etc / "sorcery.conf").write_text(own.include()["sorcery.conf"])
    layout.plant.write_text("; all of it comes over ARI\n")
    keeper = Keeper(layout, asterisk_installation, private=True)  # stands for a machine that we do not administer
    await keeper.start()
    try:
        found = keeper.configuration
        site = OwnSite(found.ari_url, USER, found.secrets.ari, tmp_path / "ours")
        async with Ari(site.url, *site.login) as ari:
            assert [one for one in await check(ari, pushed=True) if not one.right] == []
        switch = AsteriskSwitch(site)
        told = Told(switch)
        await switch.start()
        await told.until(Up)
        plant = Plant((TRUNK,), (Extension("801", "phone", "right;801"),))
        await switch.set_up(plant)
        server = f"127.0.0.1:{found.sockets.sip}"
        async with (
            Telephone(tmp_path, server, user="801", password="right;801"),
            Telephone(tmp_path, server, tone=700, user="13800006612", address="127.0.1.20") as caller,
        ):
            await told.until(DeviceState, extension="801", reachable=True)
            await caller.dial("4008001234")
            arrived = await told.until(LegArrived)
            assert (arrived.trunk, arrived.caller) == ("main", "13800006612")
            await switch.answer(arrived.leg)
            await caller.talking()
            await switch.record_leg("r-1", arrived.leg)
            await switch.set_up(plant._replace(extensions=()))
            await told.until(DeviceState, extension="801", reachable=False)
            await asyncio.sleep(0.8)  # so that there is something in it
            await switch.stop_recording("r-1")
            ended = await told.until(RecordEnded)
            assert ended.path is not None
            assert Path(ended.path).parent == tmp_path / "ours" / "fetched"
            assert tones.heard(Path(ended.path), 700) or ended.duration_ms < 500
        await switch.stop()
    finally:
        await keeper.stop(drain=False)


async def test_the_check_says_what_is_missing(asterisk: OwnAsterisk) -> None:
    """The private one takes no pushed plant: exactly this is found, with what to do."""
    found = asterisk.keeper.configuration
    async with Ari(found.ari_url, USER, found.secrets.ari) as ari:
        missing = [one for one in await check(ari, pushed=True) if not one.right]
    assert len(missing) == 1
    assert "sorcery.conf" in missing[0].advice


async def test_the_check_says_that_nobody_is_there(asterisk: OwnAsterisk) -> None:
    found = asterisk.keeper.configuration
    async with Ari(found.ari_url, USER, "wrong") as ari:
        (finding,) = await check(ari, pushed=True)
    assert not finding.right
    assert "password" in finding.advice
