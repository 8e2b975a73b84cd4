"""The telephone side of the centre: its switch, the plant, flows, call control, recordings, wired by hand.

With `voice` off, or where no switch can be had, everything is there but the calls: numbers, flows and trunks can be
set up, and whoever dials is told why it does not work.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from jietong.calls.plant import TelephonePlant
from jietong.calls.plant_figures import PlantFigures
from jietong.calls.plant_setup import PlantSetup
from jietong.calls.secrets import Safe
from jietong.calls.service import Calls
from jietong.channels.absent import AbsentSwitch
from jietong.channels.asterisk.configuration import Layout, Outside
from jietong.channels.asterisk.install import cache_folder, find
from jietong.channels.asterisk.installation import Installation
from jietong.channels.asterisk.private import PrivateSite
from jietong.channels.asterisk.speech import speak
from jietong.channels.asterisk.supervise import Keeper
from jietong.channels.asterisk.switch import AsteriskSwitch
from jietong.channels.ports import RecordingSink
from jietong.channels.switch import Switch
from jietong.config import Settings
from jietong.core.clock import Clock
from jietong.core.errors import JietongError
from jietong.core.events import WitnessedFact
from jietong.customers.ports import ContactHistory
from jietong.db.pool import Database
from jietong.flows import espeak
from jietong.flows.library import Library
from jietong.flows.sounds import Sounds
from jietong.routing.engine import Engine
from jietong.routing.runtime import Runtime

Report = Callable[[str], None]

NOT_INSTALLED = (
    "Telephony is off: no private Asterisk is installed (`jietong voice install`), and no other is named "
    "(JIETONG_ARI_URL)."
)
SWITCHED_OFF = "Telephony is switched off (JIETONG_VOICE=0)."


@dataclass(frozen=True)
class Telephony:
    """The parts, as the web and the live views need them."""

    switch: Switch
    plant: TelephonePlant
    setup: PlantSetup
    calls: Calls


@asynccontextmanager
async def telephony(
    settings: Settings,
    database: Database,
    runtime: Runtime[Engine],
    clock: Clock,
    figures: PlantFigures,
    library: Library,
    sounds: Sounds,
    sink: RecordingSink,
    history: ContactHistory,
    report: Report = lambda _: None,
) -> AsyncIterator[Telephony]:
    """Serves until the block is left. A switch that does not come up is told, and the centre goes on without."""
    async with AsyncExitStack() as stack:
        switch = await stack.enter_async_context(_switch(settings, clock, report))
        safe = Safe.of(settings.home / "keys")

        def witness(fact: WitnessedFact) -> None:
            calls.witnesses.put(fact)

        plant = TelephonePlant(
            database,
            clock,
            switch,
            safe,
            figures,
            lambda: runtime.engine.site,
            witness,
        )
        calls = Calls(database, runtime, clock, switch, plant, sounds, library, sink, history)
        await plant.start()
        stack.push_async_callback(plant.stop)
        await calls.start()
        stack.push_async_callback(calls.stop)
        await switch.start()
        stack.push_async_callback(switch.stop)
        yield Telephony(switch, plant, PlantSetup(database, runtime, clock, safe, plant), calls)


def installed() -> Installation | None:
    """The private switch's programs; None: not on this machine."""
    return find(cache_folder(os.environ))


def prompt_voice() -> espeak.Voice | None:
    """Who speaks the prompts: the program that came with the private switch, or this machine's own."""
    there = installed()
    if there is not None and there.espeak() is not None:
        return partial(speak, there)
    own = espeak.find()
    return espeak.voice(own) if own is not None else None


@asynccontextmanager
async def _switch(settings: Settings, clock: Clock, report: Report) -> AsyncIterator[Switch]:
    if not settings.voice:
        yield AbsentSwitch(SWITCHED_OFF)
        return
    installation = installed()
    if installation is None:
        report(NOT_INSTALLED)
        yield AbsentSwitch(NOT_INSTALLED)
        return
    outside = Outside(sip_host=settings.sip_host, sip_port=settings.sip_port, address=settings.public_address)
    keeper = Keeper(Layout(settings.home / "voice"), installation, outside)
    try:
        await keeper.start()
    except JietongError as error:
        report(f"Telephony is off: {error.detail}")
        yield AbsentSwitch(error.detail)
        return
    try:
        yield AsteriskSwitch(PrivateSite(keeper, Layout(settings.home / "voice"), clock), clock)
    finally:
        await asyncio.shield(keeper.stop())
