"""What the floor shows of the telephone plant: the switch, its trunks, and the numbers that customers dial.

Nothing in it runs with the time: a stretch that goes on is told by its beginning, so nobody is sent the same again.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from jietong.calls.plant import TelephonePlant
from jietong.core.specs import Names, NumberSpec, TrunkSpec
from jietong.core.vocabulary import Ms
from jietong.live.audience import Sight
from jietong.metrics.live import LiveFigures


class TrunkView(Struct, frozen=True):
    """All-trunks-busy time of today is `busy_ms`, and from `busy_since` up to now where it is given."""

    id: str
    name: Names
    up: bool | None  # None: the switch has not said
    why: str  # it is not up
    in_use: int  # channels, both directions
    limit: int
    peak: int
    busy_since: Ms | None
    busy_ms: Ms
    blocked: int


class EntryView(Struct, frozen=True):
    """A number. `calls`: on the line now, and call-backs that are waited for; the others are of today."""

    id: str
    name: Names
    client: str
    trunk: str | None
    calls: int
    limit: int | None
    offered: int
    blocked: int


class PlantView(Struct, frozen=True):
    id: str
    switch_up: bool
    trunks: tuple[TrunkView, ...]
    entries: tuple[EntryView, ...]


def plant_view(plant: TelephonePlant, figures: LiveFigures, now: Ms) -> PlantView:
    """All of it, trunks and active numbers by id."""
    return PlantView(
        "plant",
        plant.switch_up,
        tuple(_trunk(plant, figures, spec, now) for _, spec in sorted(plant.trunks.items())),
        tuple(_entry(plant, figures, spec, now) for _, spec in sorted(plant.numbers.items()) if spec.active),
    )


def as_seen(view: PlantView, sight: Sight) -> Mapping[str, PlantView]:
    """For people of one scope: their clients' numbers, and the trunks that those come by."""
    if sight.whole:
        return {view.id: view}
    entries = tuple(entry for entry in view.entries if sight.scope.allows(entry.client))
    ways = {entry.trunk for entry in entries}
    trunks = view.trunks if None in ways else tuple(trunk for trunk in view.trunks if trunk.id in ways)
    return {view.id: replace(view, trunks=trunks, entries=entries)}


def _trunk(plant: TelephonePlant, figures: LiveFigures, spec: TrunkSpec, now: Ms) -> TrunkView:
    load, state = plant.load(spec.id), plant.states.get(spec.id)
    since = plant.figures.busy_since(spec.id)
    busy = figures.trunk(spec.id, now)["atb_ms"]
    if since is not None:
        since = max(since, figures.day(now).start)
        busy -= now - since
    return TrunkView(
        id=spec.id,
        name=spec.name,
        up=state.up if state is not None else None,
        why=state.why if state is not None and not state.up else "",
        in_use=load.in_use,
        limit=spec.channels,
        peak=load.peak,
        busy_since=since,
        busy_ms=max(0, busy),
        blocked=plant.figures.blocked(spec.id, now),
    )


def _entry(plant: TelephonePlant, figures: LiveFigures, spec: NumberSpec, now: Ms) -> EntryView:
    today = figures.entry(spec.id, now)
    return EntryView(
        id=spec.id,
        name=spec.name,
        client=spec.client,
        trunk=spec.trunk,
        calls=plant.figures.calls(spec.id),
        limit=spec.limit,
        offered=today["entry_offered"],
        blocked=today["entry_busy_rate"]["num"],
    )
