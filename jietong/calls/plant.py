"""The plant: trunks, numbers and telephones as they are set up, what they carry now, and the switch that knows them.

One per process. It reads the set-up at the start and after every change, hands it to the switch (which then knows
exactly these trunks and extensions), and answers call control from memory (`ports.Lines`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import phonenumbers
import structlog

from jietong.calls import secrets
from jietong.calls.capacity import Capacity, Load
from jietong.calls.plant_figures import PlantFigures
from jietong.calls.ports import WayOut
from jietong.calls.secrets import Safe
from jietong.channels import switch as t
from jietong.core import events as e
from jietong.core.clock import Clock
from jietong.core.days import local_day
from jietong.core.errors import JietongError, Unavailable
from jietong.core.specs import ExtensionSpec, NumberSpec, SiteSpec, TrunkSpec
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.model import SYSTEM
from jietong.routing import store
from jietong.routing.store import Kind
from jietong.routing.telephony import canonical

log = structlog.get_logger(__name__)

MOST_STRANGERS = 1000

REGISTERED = frozenset({"softphone", "phone"})
"""Kinds of extensions that register at the switch; the others are numbers outside."""


class TelephonePlant:
    """`witness` takes facts for the ledger, in order, and never blocks; their `at` is the writer's."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        switch: t.Switch,
        safe: Safe,
        figures: PlantFigures,
        site: Callable[[], SiteSpec],
        witness: Callable[[e.WitnessedFact], None],
    ) -> None:
        self.capacity = Capacity()
        self.figures = figures
        self.trunks: Mapping[str, TrunkSpec] = {}  # the active ones
        self.numbers: Mapping[str, NumberSpec] = {}  # all
        self.states: dict[str, t.TrunkStatus] = {}  # as the switch told last
        self._database = database
        self._clock = clock
        self._switch = switch
        self._safe = safe
        self._site = site
        self._witness = witness
        self._by_form: dict[str, NumberSpec] = {}
        self._extensions: dict[str, ExtensionSpec] = {}
        self._by_agent: dict[str, ExtensionSpec] = {}
        self._passwords: dict[Kind, dict[str, str]] = {Kind.TRUNK: {}, Kind.EXTENSION: {}}
        self._reloading = asyncio.Lock()
        self._setting_up = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._strangers: set[str] = set()
        self._turning = False
        self._day_ends: Ms = 0
        self._unsubscribe: Callable[[], None] | None = None
        self.on_change: Callable[[], None] | None = None
        """Told after every change of the set-up: whose telephone is whose may be another matter now."""

    async def start(self) -> None:
        """Before the switch is started, so that nothing it tells is missed. Raises Unavailable `database_gone`: then
        it has not started, and may be asked again."""
        await self.reload()
        self._unsubscribe = self._switch.subscribe(self._on_told)
        # A process that ended while all channels were taken could not say when they came free.
        for trunk in self.trunks:
            if self.figures.busy_since(trunk) is not None and not self.capacity.trunks[trunk].busy:
                self._witness(e.TrunkBusy(at=0, trunk=trunk, busy=False))

    async def stop(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def reload(self) -> None:
        """Reads the set-up anew and tells the switch; call after every change. Raises Unavailable `database_gone`."""
        async with self._reloading:  # one after the other: what is read last is what counts
            await self._reload()
        if self.on_change is not None:
            self.on_change()

    def switch_plant(self) -> t.Plant:
        """What the switch is to know, passwords and all."""
        of_trunks, of_extensions = self._passwords[Kind.TRUNK], self._passwords[Kind.EXTENSION]
        return t.Plant(
            trunks=tuple(
                t.Trunk(
                    id=spec.id,
                    kind=spec.kind,
                    host=spec.host,
                    port=spec.port,
                    transport=spec.transport,
                    username=spec.username,
                    password=of_trunks.get(spec.id, ""),
                    networks=spec.networks,
                    channels=spec.channels,
                    codecs=spec.codecs,
                )
                for spec in self.trunks.values()
            ),
            extensions=tuple(
                t.Extension(id=spec.id, kind=spec.kind, password=of_extensions[spec.id], name=spec.name)
                for spec in self._extensions.values()
                if spec.kind in REGISTERED and spec.id in of_extensions
            ),
        )

    def password_of(self, extension: str) -> str | None:
        """For the agent's own browser, and nobody else. None: there is no such extension, or it has none."""
        return self._passwords[Kind.EXTENSION].get(extension) if extension in self._extensions else None

    # --- ports.Lines -----------------------------------------------------------------------------------------

    def number(self, dialled: str, trunk: str | None) -> NumberSpec | None:
        """In whatever form the trunk writes it. One that is bound to another trunk is not ours by this one."""
        found = self.numbers.get(dialled) or self._by_form.get(canonical(dialled, self._site().region))
        if found is not None and None not in (found.trunk, trunk) and found.trunk != trunk:
            return None
        return found

    def extension(self, id: str) -> ExtensionSpec | None:
        return self._extensions.get(id)

    def extension_of(self, agent: str) -> ExtensionSpec | None:
        return self._by_agent.get(agent)

    def extensions(self) -> Sequence[ExtensionSpec]:
        return tuple(self._extensions.values())

    def admit(self, leg: str, number: NumberSpec, trunk: str | None) -> str | None:
        self._turn_day()
        why = self.capacity.admit(leg, number.id, trunk)
        self._tell_turns()
        return why

    def way_out(self, leg: str, to: str, caller_id: str | None) -> WayOut | None:
        """By the trunk that the shown number belongs to, else by the first with a channel free. One that seems down
        is tried last: some providers answer calls and nothing else."""
        self._turn_day()
        shown = self.number(caller_id, None) if caller_id else None
        own = shown.trunk if shown is not None else None
        down = {id for id, state in self.states.items() if not state.up}
        for trunk in sorted(self.trunks.values(), key=lambda one: (one.id in down, one.id != own, one.id)):
            if self.capacity.take(leg, trunk.id):
                self._tell_turns()
                return WayOut(trunk.id, self._as_dialled(trunk, to), caller_id or self._first_number(trunk.id))
        return None

    def release(self, leg: str) -> None:
        self.capacity.release(leg)
        self._tell_turns()

    @property
    def at_rest(self) -> bool:
        """Nothing is under way."""
        return not self._tasks and not self._turning

    # --- for the floor ---------------------------------------------------------------------------------------

    @property
    def switch_up(self) -> bool:
        return self._switch.is_up

    def load(self, trunk: str) -> Load:
        """What it carries now; the peak is of today, or since this process began."""
        self._turn_day()
        return self.capacity.trunks.get(trunk) or Load()

    # --- what the switch tells -------------------------------------------------------------------------------

    def _on_told(self, told: t.Tell) -> None:
        match told:
            case t.LegGone():
                self.release(told.leg)
            case t.TrunkStatus():
                self._on_trunk(told)
            case t.Up():
                if told.restarted:
                    self.capacity.release_all()
                self._witness(e.SwitchState(at=0, up=True, why="restarted" if told.restarted else ""))
                self._begin(self._come_back(self.capacity.legs))
            case t.Down():
                self.states.clear()
                self._witness(e.SwitchState(at=0, up=False, why=told.why))
            case t.Intrusion():
                self._intrusion(told)
            case _:
                pass

    def _on_trunk(self, told: t.TrunkStatus) -> None:
        before = self.states.get(told.trunk)
        self.states[told.trunk] = told
        if before is None or before.up != told.up:
            log.info("trunk", trunk=told.trunk, up=told.up, why=told.why)
            self._witness(e.TrunkState(at=0, trunk=told.trunk, up=told.up))

    async def _come_back(self, held: frozenset[str]) -> None:
        """The switch is there (again): it learns the plant, and we learn which calls it carries."""
        try:
            await self.reload()  # another process may have changed it before this one took over
        except Unavailable:
            await self._set_up()
        try:
            scene = await self._switch.scene()
        except Unavailable:
            return
        for trunk, up in scene.trunks.items():  # a switch that was merely out of reach says nothing that is no news
            if trunk in self.trunks and trunk not in self.states:
                self._on_trunk(t.TrunkStatus(self._clock.now(), trunk=trunk, up=up))
        there = {leg.leg for leg in scene.legs}
        for gone in held - there:
            self.capacity.release(gone)
        for leg in scene.legs:
            if leg.trunk is not None:
                number = self.number(leg.number, leg.trunk) if leg.number is not None else None
                self.capacity.found(leg.leg, number.id if number is not None else None, leg.trunk)
        self.capacity.turns()
        for trunk, load in self.capacity.trunks.items():
            if load.busy:  # with the switch gone the ledger took no trunk for full
                self._witness(e.TrunkBusy(at=0, trunk=trunk, busy=True))

    async def _reload(self) -> None:
        async with self._database.transaction(ALL) as conn:
            trunks = [one.spec for one in await store.read_all(conn, Kind.TRUNK, TrunkSpec)]
            numbers = [one.spec for one in await store.read_all(conn, Kind.NUMBER, NumberSpec)]
            extensions = [one.spec for one in await store.read_all(conn, Kind.EXTENSION, ExtensionSpec)]
            passwords = {kind: await self._safe.read_all(conn, kind) for kind in (Kind.TRUNK, Kind.EXTENSION)}
            stored = await secrets.known(conn, Kind.EXTENSION)
            for spec in extensions:
                # Telephones that came by another way than the screen; a browser's may be made anew at any time.
                missing = spec.id not in stored or spec.kind == "softphone"
                if spec.kind in REGISTERED and missing and spec.id not in passwords[Kind.EXTENSION]:
                    made = passwords[Kind.EXTENSION][spec.id] = secrets.new_password()
                    write = self._safe.write(Kind.EXTENSION, spec.id, made, self._clock.now())
                    await conn.execute(write.sql, *write.args)
        self._passwords = passwords
        self.trunks = {spec.id: spec for spec in trunks if spec.active}
        self.numbers = {spec.id: spec for spec in numbers}
        self._extensions = {spec.id: spec for spec in extensions if spec.active}
        self._by_agent = {spec.agent: spec for spec in self._extensions.values() if spec.agent is not None}
        region = self._site().region
        self._by_form = {canonical(spec.id, region): spec for spec in numbers}
        self.states = {id: state for id, state in self.states.items() if id in self.trunks}
        self.capacity.configure(
            {spec.id: spec.channels for spec in self.trunks.values()},
            {spec.id: spec.limit for spec in numbers if spec.active},
        )
        self._tell_turns()
        if self._switch.is_up:
            await self._set_up()

    async def _set_up(self) -> None:
        """What does not work now is tried again when the switch is back, or with the next change."""
        async with self._setting_up:
            try:
                await self._switch.set_up(self.switch_plant())
            except JietongError as error:
                log.error("switch_not_set_up", code=error.code, detail=error.detail)

    def _intrusion(self, told: t.Intrusion) -> None:
        """Of each address the first attempt and the lock are logged: a flood of them is not to be one of lines."""
        if told.locked or told.address not in self._strangers:
            log.warning("wrong_password_at_switch", address=told.address, locked=told.locked)
        if len(self._strangers) >= MOST_STRANGERS:
            self._strangers.clear()
        if told.locked:
            self._strangers.discard(told.address)
            self._begin(self._note_lock(told))
        else:
            self._strangers.add(told.address)

    async def _note_lock(self, told: t.Intrusion) -> None:
        try:
            async with self._database.transaction(ALL) as conn:
                await audit.append(
                    conn,
                    by=SYSTEM,
                    action="switch.shut_out",
                    object=told.address,
                    now=self._clock.now(),
                    details={"account": told.account[:80]},
                )
        except JietongError as error:
            log.error("lock_not_noted", code=error.code)

    # --- below -----------------------------------------------------------------------------------------------

    def _begin(self, work: Awaitable[None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except Exception:
                log.exception("plant")

        task = asyncio.create_task(guarded(), name="plant")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell_turns(self) -> None:
        """In the next round of the event loop: a channel that was only looked for filled nothing up."""
        if not self._turning and self.capacity.has_turns:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._witness_turns)

    def _witness_turns(self) -> None:
        self._turning = False
        turns = self.capacity.turns()
        for trunk in dict.fromkeys(turn.trunk for turn in turns):
            own = [turn.busy for turn in turns if turn.trunk == trunk]
            if len(own) % 2:  # they alternate, so an even number of turns comes to nothing
                self._witness(e.TrunkBusy(at=0, trunk=trunk, busy=own[-1]))

    def _turn_day(self) -> None:
        now = self._clock.now()
        if now >= self._day_ends:
            self._day_ends = local_day(now, self._site().zone).end
            self.capacity.new_day()

    def _first_number(self, trunk: str) -> str:
        """What is shown where nothing was chosen: the site's first number on this trunk."""
        active = [one for one in self.numbers.values() if one.active]
        on_it = [one.id for one in active if one.trunk in (None, trunk)]
        return min(on_it or [one.id for one in active], default="")

    def _as_dialled(self, trunk: TrunkSpec, to: str) -> str:
        return as_dialled(to, trunk.writes, trunk.prefix, self._site().region)


def as_dialled(number: str, writes: str, prefix: str, region: str) -> str:
    """A number as a trunk wants it. `writes` as in TrunkSpec; what is no E.164 number is left as it is.

    >>> [as_dialled("+8613800006612", writes, "9", "CN") for writes in ("e164", "plain", "national")]
    ['98613800006612', '98613800006612', '913800006612']
    >>> as_dialled("+8613800006612", "e164", "", "CN"), as_dialled("+442079460958", "national", "", "CN")
    ('+8613800006612', '00442079460958')
    """
    if number.startswith("+"):
        if writes == "national":
            parsed = phonenumbers.parse(number, None)
            if parsed.country_code == phonenumbers.country_code_for_region(region):
                text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
                number = "".join(sign for sign in text if sign.isdigit())
            else:
                number = "00" + number[1:]
        elif writes == "plain" or prefix:
            number = number[1:]
    return prefix + number
