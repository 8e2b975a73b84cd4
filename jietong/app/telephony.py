"""The telephone side of the centre: its switch, the plant, flows, call control, recordings, wired by hand.

With `voice` off, or where no switch can be had, everything is there but the calls: numbers, flows and trunks can be
set up, and whoever dials is told why it does not work.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from jietong.calls.plant import TelephonePlant
from jietong.calls.plant_figures import PlantFigures
from jietong.calls.plant_setup import PlantSetup
from jietong.calls.secrets import Safe
from jietong.calls.service import Calls
from jietong.calls.telephony import Telephony
from jietong.channels.absent import AbsentSwitch
from jietong.channels.asterisk.configuration import Layout, Outside
from jietong.channels.asterisk.install import cache_folder, find
from jietong.channels.asterisk.installation import Installation
from jietong.channels.asterisk.own import OwnSite
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

log = structlog.get_logger(__name__)

Report = Callable[[str], None]
_AGAIN_S = 1.0

NOT_INSTALLED = (
    "Telephony is off: no private Asterisk is installed (`jietong voice install`), and no other is named "
    "(JIETONG_ARI_URL)."
)
SWITCHED_OFF = "Telephony is switched off (JIETONG_VOICE=0)."


@dataclass(frozen=True)
class Telephones:
    """The parts, as the web and the live views need them."""

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
) -> AsyncIterator[Telephones]:
    """At work until the block is left, while this process writes the ledger."""

    def witness(fact: WitnessedFact) -> None:
        calls.witnesses.put(fact)

    switch = _switch(settings, clock, report)
    safe = Safe.of(settings.home / "keys")
    plant = TelephonePlant(database, clock, switch, safe, figures, lambda: runtime.engine.site, witness)
    calls = Calls(database, runtime, clock, switch, plant, sounds, library, sink, history)
    both = Telephony(runtime, switch, plant, calls)
    await both.start()
    try:
        yield Telephones(plant, PlantSetup(database, runtime, clock, safe, plant), calls)
    finally:
        await both.stop()


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


def _switch(settings: Settings, clock: Clock, report: Report) -> Switch:
    if not settings.voice:
        return AbsentSwitch(SWITCHED_OFF)
    if settings.ari_url is not None:
        site = OwnSite(settings.ari_url, settings.ari_user, settings.ari_password, settings.home / "voice")
        return AsteriskSwitch(site, clock)
    installation = installed()
    if installation is None:
        report(NOT_INSTALLED)
        return AbsentSwitch(NOT_INSTALLED)
    outside = Outside(sip_host=settings.sip_host, sip_port=settings.sip_port, address=settings.public_address)
    layout = Layout(settings.home / "voice")
    return KeptSwitch(Keeper(layout, installation, outside), layout, clock)


class KeptSwitch(AsteriskSwitch):
    """The private Asterisk: this process keeps it running for as long as it steers it.

    A centre must not wait for its telephones, nor fail with them: a switch that does not come up is tried again, and
    until then it is simply not there. While another process keeps it, which is about to end, ours waits for it.
    """

    def __init__(self, keeper: Keeper, layout: Layout, clock: Clock) -> None:
        super().__init__(PrivateSite(keeper, layout, clock), clock)
        self._keeper = keeper
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep(), name="asterisk-start")

    async def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._keeping = None
        await super().stop()
        await self._keeper.stop()

    async def _keep(self) -> None:
        said = ""
        while True:
            try:
                await self._keeper.start()
                break
            except JietongError as error:
                if error.code != said:
                    said = error.code
                    log.warning("telephone switch not there", code=error.code, detail=error.detail)
            await asyncio.sleep(_AGAIN_S)
        await super().start()
