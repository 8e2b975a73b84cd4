"""Snapshot + deltas = fresh snapshot, over random traffic, for desk, floor and wall, for the whole and for a part."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from live_centre import Line, LiveCentre, serve

from jietong.channels.outbox import Outbox
from jietong.core import commands as k
from jietong.core.clock import ManualClock
from jietong.core.errors import JietongError
from jietong.core.ids import new_id
from jietong.core.specs import AgentSkill, AgentSpec, Capacity
from jietong.core.vocabulary import Author, Channel, Place, Status
from jietong.db.pool import ALL, Database, Scope
from jietong.identity.permissions import Role
from jietong.live.audience import Sight
from jietong.live.floor import Floor, Wall

AGENTS = ("a1", "a2", "a3", "a4", "a5")
STATUSES = (Status.READY, Status.READY, Status.READY, Status.BREAK, Status.MEETING, Status.TRAINING)
STEPS = 250


class Traffic:
    """Random commands, mostly ones that make sense; the engine refuses the rest."""

    def __init__(self, centre: LiveCentre, clock: ManualClock, seed: int) -> None:
        self.centre = centre
        self.clock = clock
        self.random = random.Random(seed)
        self.done = 0
        self.refused = 0

    async def step(self) -> None:
        self.clock.advance(self.random.choice((0, 50, 900, 5_000, 30_000)))
        for command in (k.Tick(), self.command()):
            try:
                await self.centre.runtime.submit(command)
                self.done += 1
            except JietongError:
                self.refused += 1

    def command(self) -> Any:
        pick = self.random
        engine = self.centre.engine
        agent = pick.choice(AGENTS)
        live = [c for c in engine.contacts.values() if c.place is not Place.CLOSED]
        queue = pick.choice(("repair", "orders", "tiny", "night"))
        roll = pick.random()
        if not live or roll < 0.25:
            channel = pick.choice((Channel.CHAT, Channel.CHAT, Channel.CHAT, Channel.MESSAGE))
            return k.Arrive(new_id(self.clock.now()), channel, queue, "w", prefer=pick.choice((None, agent)))
        contact = pick.choice(live)
        owner = contact.offered_to or contact.agent or agent
        choices: list[Any] = [
            k.Accept(owner, contact.id),
            k.Accept(owner, contact.id),
            k.Accept(owner, contact.id),
            k.Decline(owner, contact.id),
            k.End(owner, contact.id),
            k.FinishWrapup(owner, contact.id, resolved=pick.choice((True, False, None))),
            k.FinishWrapup(owner, contact.id),
            k.ExtendWrapup(owner, contact.id),
            k.Hold(owner, contact.id),
            k.Resume(owner, contact.id),
            k.Transfer(owner, contact.id, to_queue=queue),
            k.Transfer(owner, contact.id, to_agent=agent),
            k.Consult(owner, contact.id, agent),
            k.CompleteConsult(owner, contact.id),
            k.CancelConsult(owner, contact.id),
            k.PostMessage(contact.id, new_id(self.clock.now()), Author.CUSTOMER),
            k.CustomerLeft(contact.id),
            k.RequestCallback(contact.id),
            k.Prioritise(contact.id, pick.randint(0, 3), "boss"),
            k.Move(contact.id, queue, "boss"),
            k.Pull(contact.id, agent, "boss"),
            k.CloseContact(contact.id),
            k.SetStatus(agent, pick.choice(STATUSES)),
            k.SetStatus(agent, Status.READY),
            k.SetNext(agent, pick.choice((None, Status.BREAK))),
            k.SignOut(agent, by=pick.choice((None, "boss"))),
            k.SignIn(agent),
            k.PresenceLost(agent),
            k.PresenceBack(agent),
            k.AnswerSurvey(contact.id, pick.randint(1, 5), None),
        ]
        return pick.choice(choices)


def plain(frame: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(frame)["state"]
    return state


def fresh_floor(centre: LiveCentre, scope: Scope) -> dict[str, Any]:
    floor = Floor(Sight(scope))
    centre.hub.fill_floor(floor)
    return plain(floor.snapshot(0, 0))


def fresh_wall(centre: LiveCentre, scope: Scope) -> dict[str, Any]:
    wall = Wall(Sight(scope))
    centre.hub.fill_wall(wall)
    return plain(wall.snapshot(0, 0))


def fresh_desk(centre: LiveCentre, agent: str) -> dict[str, Any]:
    """Built from the engine by a desk that has never been told anything."""
    frames: list[str] = []

    async def send(text: str) -> None:
        frames.append(text)

    outbox = Outbox(send)
    known = centre.hub.desks.pop(agent)
    desk = centre.hub.open_desk(agent, known.sight.scope, outbox)
    state = plain(centre.hub.desk_snapshot(desk))
    centre.hub.desks[agent] = known
    return state


def untimed(state: dict[str, Any]) -> dict[str, Any]:
    """Without the figures that run with the time and are looked at only now and then."""
    state = json.loads(json.dumps(state))
    for name in ("agents", "me"):
        for view in state.get(name, {}).values():
            if "today" in view:
                view["today"].pop("occupancy")
    for view in state.get("queues", {}).values():
        for field in ("ewt_s", "trend", "open"):
            view.pop(field)
    for name in ("site", "alarms"):
        state.pop(name, None)
    return state


async def caught_up(centre: LiveCentre, lines: list[Line]) -> None:
    """Every line has everything that was sent: each answers a ping, which comes last."""
    for line in lines:
        before = len(line.frames)
        await line.send({"t": "ping"})
        await line.until(lambda line=line, before=before: any(f["t"] == "beat" for f in line.frames[before:]))


@pytest.mark.parametrize("seed", range(4))
async def test_snapshot_and_deltas_equal_a_fresh_snapshot(database: Database, tmp_path: Path, seed: int) -> None:
    clock = ManualClock()
    async with serve(database, tmp_path, clock=clock) as centre:
        traffic = Traffic(centre, clock, seed)
        skills = [("fridge",), ("fridge", "orders"), ("orders",), ("fridge", "orders", "rare"), ("rare",)]
        desks: dict[str, Line] = {}
        for id, has in zip(AGENTS, skills, strict=True):
            capacity = Capacity(text=traffic.random.randint(1, 3))
            spec = AgentSpec(id, f"客服{id}", skills=tuple(AgentSkill(skill) for skill in has), capacity=capacity)
            await centre.tell(k.ConfigureAgent(spec))
        boss = await centre.person("boss", Role.SUPERVISOR)
        half = await centre.person("half", Role.SUPERVISOR, clients=("lanshan",))
        floor, part = await boss.socket("/ws/floor"), await half.socket("/ws/floor")
        wall, part_wall = await boss.socket("/ws/wall"), await half.socket("/ws/wall")
        for step in range(STEPS):
            if step == 20:  # desks open while the day goes on
                for id in AGENTS[:3]:
                    person = await centre.person(id, agent=id)
                    desks[id] = await person.socket("/ws/desk")
            await traffic.step()
        assert traffic.done > STEPS, "the traffic must do something"
        lines = [floor, part, wall, part_wall, *desks.values()]
        scope = Scope(("lanshan",))

        await centre.runtime.settled()
        centre.hub.round(second=False)
        await caught_up(centre, lines)
        assert untimed(floor.state) == untimed(fresh_floor(centre, ALL))
        assert untimed(part.state) == untimed(fresh_floor(centre, scope))
        for id, line in desks.items():
            got, fresh = untimed(line.state), untimed(fresh_desk(centre, id))
            assert got["me"] == fresh["me"]
            assert got["contacts"] == fresh["contacts"]

        for _ in range(31):  # every running figure has been looked at
            centre.hub.round(second=True)
        clock.advance(60_000)  # presence in the transfer list is told at its own pace
        await centre.tell(k.Tick())
        for _ in range(31):
            centre.hub.round(second=True)
        await caught_up(centre, lines)
        assert floor.state == fresh_floor(centre, ALL)
        assert part.state == fresh_floor(centre, scope)
        assert wall.state == fresh_wall(centre, ALL)
        assert part_wall.state == fresh_wall(centre, scope)
        for id, line in desks.items():
            assert line.state == fresh_desk(centre, id)
        assert all(view["client"] == "lanshan" for view in part.state["queues"].values())
        assert all(view["client"] == "lanshan" for view in part.state["contacts"].values())
        assert all(view["queue"] in (None, "orders") for view in part.state["agents"].values())
        assert centre.engine.check() == []
