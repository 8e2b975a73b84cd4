"""Asterisk itself: what only the real one can show. Skipped loudly where it cannot be had."""

from collections.abc import AsyncIterator

import asterisk_switch
import pytest
from asterisk_switch import OwnAsterisk

from jietong.channels.asterisk.installation import Installation


@pytest.fixture(scope="session")
def asterisk_installation() -> Installation:
    found = asterisk_switch.installation()
    if found is None:
        pytest.skip("NO TELEPHONE SWITCH")
    return found


@pytest.fixture
async def asterisk(asterisk_installation: Installation) -> AsyncIterator[OwnAsterisk]:
    """One of the test's own: it may be killed."""
    async with asterisk_switch.running(asterisk_installation) as own:
        yield own


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for why in asterisk_switch.missing:
        terminalreporter.section("THE REAL TELEPHONE SWITCH WAS NOT TESTED", sep="!", red=True)
        terminalreporter.line(why)
