"""What a controller that was killed left at the switch does not keep the next one out (issue: controller killed)."""

from asterisk_switch import OwnAsterisk
from listening import Told

from jietong.channels.asterisk.ari import Ari
from jietong.channels.switch import Up


async def test_an_empty_bridge_of_before_is_removed_by_the_next_controller_which_comes_up(
    asterisk: OwnAsterisk,
) -> None:
    async with Ari(asterisk.site.url, *asterisk.site.login) as ari:
        for bridge in ("t-left-1", "t-left-2"):
            await ari.post("bridges", bridge, type="mixing", name=asterisk.site.app)
        switch = asterisk.switch()
        told = Told(switch)
        await switch.start()
        await told.until(Up)
        assert await ari.get("bridges") == []
        await switch.stop()
