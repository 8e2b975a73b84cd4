"""The telephone plant on the floor: switch, trunks, numbers, as people of one scope may see them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from live_centre import LiveCentre, Person

from jietong.calls.plant import TelephonePlant
from jietong.calls.plant_figures import PlantFigures
from jietong.calls.secrets import Safe
from jietong.channels.memory.switch import MemorySwitch
from jietong.channels.memory.time import LoopTime
from jietong.core.commands import RefuseEntry, Witness
from jietong.core.events import WitnessedFact
from jietong.core.specs import NumberSpec, TrunkSpec
from jietong.core.vocabulary import Channel
from jietong.db.pool import ALL
from jietong.identity.permissions import Role
from jietong.routing.store import Kind, upsert

NAMES = {"zh-Hans": "线", "zh-Hant": "線", "en": "Line"}


class Telephony:
    """The centre's, with its facts on their way into the ledger."""

    def __init__(self, centre: LiveCentre, folder: Path) -> None:
        self.centre = centre
        clock = centre.hub.clock
        self.figures = PlantFigures()
        self.switch = MemorySwitch.alone(LoopTime(clock), folder)
        self.facts: list[WitnessedFact] = []
        self.plant = TelephonePlant(
            centre.database,
            clock,
            self.switch,
            Safe.of(folder / "keys"),
            self.figures,
            lambda: centre.engine.site,
            self.facts.append,
        )

    async def tell(self) -> None:
        """What was witnessed so far is committed."""
        facts, self.facts[:] = tuple(self.facts), []
        if facts:
            await self.centre.tell(Witness(facts))


@pytest.fixture
async def telephony(centre: LiveCentre, tmp_path: Path) -> AsyncIterator[Telephony]:
    async with centre.database.transaction(ALL) as conn:
        for kind, spec in (
            (
                Kind.TRUNK,
                TrunkSpec("carrier", NAMES, kind="ip", host="192.0.2.1", networks=("192.0.2.1",), channels=1),
            ),
            (Kind.TRUNK, TrunkSpec("other", NAMES, kind="ip", host="192.0.2.2", networks=("192.0.2.2",))),
            (Kind.NUMBER, NumberSpec("4001", NAMES, "hechuan", "service", "carrier")),
            (Kind.NUMBER, NumberSpec("4002", NAMES, "lanshan", "service", "other")),
            (Kind.NUMBER, NumberSpec("4003", NAMES, "hechuan", "service", active=False)),
        ):
            write = upsert(kind, spec, spec.id, 1, 1_800_000_000_000, "test")
            await conn.execute(write.sql, *write.args)
    telephony = Telephony(centre, tmp_path / "telephony")
    stop = centre.runtime.subscribe(lambda batch: [telephony.figures.apply(event) for event in batch.events] and None)
    await telephony.plant.start()
    await telephony.switch.start()
    centre.hub.plant = telephony.plant
    yield telephony
    stop()
    await telephony.plant.stop()
    await telephony.switch.stop()


async def test_c1_a_full_trunk_and_who_was_turned_away_are_seen_at_once(
    centre: LiveCentre, telephony: Telephony
) -> None:
    boss: Person = await centre.person("boss", Role.SUPERVISOR)
    floor = await boss.socket("/ws/floor")

    def seen() -> dict[str, Any]:
        plant = floor.state.get("plant", {}).get("plant", {})
        return {one["id"]: one for one in (*plant.get("trunks", ()), *plant.get("entries", ()))}

    await floor.until(lambda: seen().get("carrier", {}).get("up"))
    assert set(seen()) == {"carrier", "other", "4001", "4002"}, "a number out of service is not on the floor"
    assert floor.state["plant"]["plant"]["switch_up"]
    number = telephony.plant.number("4001", "carrier")
    assert number is not None
    exchange = telephony.switch.exchange
    first, second = (exchange.call("4001", trunk="carrier") for _ in range(2))
    assert telephony.plant.admit(first.leg, number, "carrier") is None
    why = telephony.plant.admit(second.leg, number, "carrier")
    assert why == "trunk_limit"
    await centre.tell(
        RefuseEntry(contact="c2", channel=Channel.VOICE, client="hechuan", entry="4001", why=why, trunk="carrier")
    )
    await floor.until(lambda: telephony.facts or seen()["carrier"]["in_use"])
    await telephony.tell()
    await floor.until(lambda: seen()["carrier"]["busy_since"] is not None)
    trunk = seen()["carrier"]
    assert (trunk["in_use"], trunk["limit"], trunk["peak"], trunk["blocked"]) == (1, 1, 1, 1)
    assert (seen()["4001"]["offered"], seen()["4001"]["blocked"], seen()["4001"]["calls"]) == (1, 1, 0)
    first.hang_up()
    await floor.until(lambda: seen()["carrier"]["in_use"] == 0)
    await telephony.tell()
    await floor.until(lambda: seen()["carrier"]["busy_since"] is None)
    assert seen()["carrier"]["busy_ms"] >= 0
    exchange.trunk_fails("carrier", "403 Forbidden")
    await floor.until(lambda: seen()["carrier"]["why"] == "403 Forbidden")
    exchange.die()
    await floor.until(lambda: not floor.state["plant"]["plant"]["switch_up"])
    exchange.boot()
    await floor.until(lambda: floor.state["plant"]["plant"]["switch_up"])


async def test_wound_a_clients_supervisor_sees_that_clients_numbers_and_trunks_only(
    centre: LiveCentre, telephony: Telephony
) -> None:
    half = await centre.person("half", Role.SUPERVISOR, clients=("lanshan",))
    floor = await half.socket("/ws/floor")
    await floor.until(lambda: floor.state.get("plant", {}).get("plant"))
    plant = floor.state["plant"]["plant"]
    assert [one["id"] for one in plant["entries"]] == ["4002"]
    assert [one["id"] for one in plant["trunks"]] == ["other"]


async def test_a_centre_without_telephones_shows_no_plant(centre: LiveCentre) -> None:
    boss = await centre.person("boss", Role.SUPERVISOR)
    floor = await boss.socket("/ws/floor")
    await floor.next("snapshot")
    assert floor.state["plant"] == {}
