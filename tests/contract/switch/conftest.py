"""Each test of the contract runs against the switch in memory and against a real Asterisk."""

from collections.abc import AsyncIterator
from pathlib import Path

import asterisk_switch
import pytest
from asterisk_rig import AsteriskRig
from asterisk_switch import OwnAsterisk
from memory_rig import MemoryRig
from switch_rig import Rig


@pytest.fixture(scope="session")
async def own_asterisk() -> AsyncIterator[OwnAsterisk | None]:
    """One for all tests of the contract; None: it cannot be had."""
    found = asterisk_switch.installation()
    if found is None:
        yield None
        return
    async with asterisk_switch.running(found) as own:
        yield own


@pytest.fixture(params=["memory", "asterisk"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, own_asterisk: OwnAsterisk | None) -> AsyncIterator[Rig]:
    if request.param == "asterisk" and own_asterisk is None:
        pytest.skip("NO TELEPHONE SWITCH")
    world = MemoryRig(tmp_path) if request.param == "memory" else AsteriskRig(own_asterisk, tmp_path)
    try:
        await world.start()
        yield world
    finally:
        await world.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for why in asterisk_switch.missing:
        terminalreporter.section("THE REAL TELEPHONE SWITCH WAS NOT TESTED", sep="!", red=True)
        terminalreporter.line(why)
