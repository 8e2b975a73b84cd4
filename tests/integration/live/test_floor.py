"""The floor: supervisors' commands, alarms, and what a client's own people may see and do."""

import asyncio

from live_centre import LiveCentre
from msgspec.structs import replace

from jietong.core import commands as k
from jietong.core.vocabulary import Channel, Place, Status
from jietong.identity.permissions import Role


async def test_a_supervisor_moves_pulls_and_signs_out(centre: LiveCentre) -> None:
    boss = await centre.person("boss", Role.SUPERVISOR)
    floor = await boss.socket("/ws/floor")
    await floor.next("snapshot")
    _, desk = await centre.agent("zhao", "orders")
    _, _, contact = await centre.chat("repair")
    await floor.until(lambda: floor.state["contacts"].get(contact, {}).get("place") == "queue")
    assert (await floor.ask(centre.cmd("prioritise", contact=contact, priority=3)))["t"] == "ok"
    await floor.until(lambda: floor.state["contacts"][contact]["priority"] >= 3)
    assert (await floor.ask(centre.cmd("move", contact=contact, queue="orders")))["t"] == "ok"
    await desk.until(lambda: desk.state["contacts"].get(contact))
    assert (await floor.ask(centre.cmd("sign_out", agent="zhao")))["t"] == "ok"
    await floor.until(lambda: floor.state["agents"]["zhao"]["state"] == "off")
    await floor.until(lambda: floor.state["contacts"][contact]["place"] == "queue")


async def test_who_may_look_may_not_yet_act(centre: LiveCentre) -> None:
    inspector = await centre.person("qa", Role.QA)
    floor = await inspector.socket("/ws/floor")
    answer = await floor.ask(centre.cmd("sign_out", agent="x"))
    assert answer["problem"]["code"] == "not_permitted"
    assert (
        await inspector.http.post("/api/floor/commands", json={"type": "sign_out", "agent": "x"})
    ).status_code == 403


async def test_a_clients_supervisor_sees_and_moves_that_clients_contacts_only(centre: LiveCentre) -> None:
    """Wound: one client sees another's calls."""
    half = await centre.person("half", Role.SUPERVISOR, clients=("lanshan",))
    floor = await half.socket("/ws/floor")
    await floor.next("snapshot")
    await centre.agent("lin", "fridge")
    await centre.agent("both", "fridge", "orders")
    _, _, foreign = await centre.chat("repair", name="甲", phone="13900000003")
    _, _, own = await centre.chat("orders", name="乙", phone="13900000004")
    await floor.until(lambda: own in floor.state["contacts"])
    await asyncio.sleep(0.6)
    assert foreign not in floor.state["contacts"]
    assert list(floor.state["queues"]) == ["orders"]
    assert "lin" not in floor.state["agents"]
    assert floor.state["site"]["main"]["today"]["entry_offered"] <= 1
    assert foreign not in str(floor.frames)
    for command in (
        {"type": "prioritise", "contact": foreign, "priority": 9},
        {"type": "move", "contact": own, "queue": "repair"},
        {"type": "close_contact", "contact": foreign},
        {"type": "sign_out", "agent": "lin"},
        {"type": "invite_part_timers", "queue": "repair", "count": 1},
    ):
        answer = await half.http.post("/api/floor/commands", json=command)
        assert answer.status_code == 404, command
    assert centre.engine.contacts[foreign].place is not Place.CLOSED
    closed = await half.http.post("/api/floor/commands", json={"type": "close_contact", "contact": own})
    assert closed.status_code == 200, closed.text


async def test_nobody_ready_is_an_alarm_until_somebody_is(centre: LiveCentre) -> None:
    boss = await centre.person("boss", Role.SUPERVISOR)
    floor = await boss.socket("/ws/floor")
    await floor.next("snapshot")
    _, _, _ = await centre.chat("repair")
    alarm = await floor.until(
        lambda: next((a for a in floor.state.get("alarms", {}).values() if a["code"] == "nobody_ready"), None)
    )
    assert (alarm["level"], alarm["queue"]) == ("act", "repair")
    assert (await floor.ask(centre.cmd("acknowledge_alarm", alarm=alarm["id"])))["t"] == "ok"
    await floor.until(lambda: floor.state["alarms"][alarm["id"]]["acknowledged_by"])
    assert floor.state["alarms"][alarm["id"]]["acknowledged_name"] == "Boss"
    again = await boss.socket("/ws/floor")
    await again.until(lambda: again.state.get("alarms", {}).get(alarm["id"], {}).get("acknowledged_by"))
    await centre.agent("lin", "fridge")
    await floor.until(lambda: alarm["id"] not in floor.state["alarms"])


async def test_the_floor_knows_who_serves_which_queue(centre: LiveCentre) -> None:
    """Busy or not; people of one client see its queues alone."""
    boss = await centre.person("boss", Role.SUPERVISOR)
    half = await centre.person("half", Role.SUPERVISOR, clients=("hechuan",))
    floor, part = await boss.socket("/ws/floor"), await half.socket("/ws/floor")
    await centre.agent("lin", "fridge", "orders")
    await floor.until(lambda: floor.state.get("agents", {}).get("lin"))
    await part.until(lambda: part.state.get("agents", {}).get("lin"))
    assert floor.state["agents"]["lin"]["queues"] == ["night", "orders", "repair"]
    assert part.state["agents"]["lin"]["queues"] == ["night", "repair"]


async def test_an_agent_who_lets_an_offer_run_out_is_an_alarm(centre: LiveCentre) -> None:
    spec = centre.engine.queues["repair"].spec
    await centre.tell(k.ConfigureQueue(replace(spec, offer_s=1)))
    boss = await centre.person("boss", Role.SUPERVISOR)
    floor = await boss.socket("/ws/floor")
    _, desk = await centre.agent("lin", "fridge")
    _, _, contact = await centre.chat("repair")
    await desk.until(lambda: desk.state["me"]["lin"]["state"] == "missed", 10)
    await desk.until(lambda: contact not in desk.state["contacts"])
    await floor.until(lambda: any(a["code"] == "not_responding" for a in floor.state.get("alarms", {}).values()))
    assert centre.engine.contacts[contact].place is Place.QUEUE
    assert (await desk.ask(centre.cmd("set_status", status="ready")))["t"] == "ok"
    await desk.until(lambda: contact in desk.state["contacts"])


async def test_the_wall_counts_agents_by_state_and_shows_no_names(centre: LiveCentre) -> None:
    client = await centre.person("client", Role.CLIENT, clients=("lanshan",))
    wall = await client.socket("/ws/wall")
    await centre.agent("lin", "fridge")
    await centre.agent("zhao", "orders")
    await wall.until(lambda: wall.state.get("agents", {}).get("states") == {"ready": 1})
    assert set(wall.state) == {"site", "queues", "agents"}
    assert "hechuan" not in str(wall.state)
    assert "lin" not in str(wall.state["agents"])


async def test_the_wall_never_shows_available_while_on_a_call(centre: LiveCentre) -> None:
    boss = await centre.person("boss", Role.SUPERVISOR)
    floor = await boss.socket("/ws/floor")
    _, desk = await centre.agent("lin", "fridge")
    page, _, _ = await centre.talking("lin", desk)
    await floor.until(lambda: floor.state.get("agents", {}).get("lin", {}).get("state") == "talking")
    assert floor.state["agents"]["lin"]["status"] == Status.READY
    await page.ask({"t": "end", "id": "e"})
    await floor.until(lambda: floor.state["agents"]["lin"]["state"] == "wrapup")


async def test_messages_left_behind_are_on_the_floor_but_nobody_waits(centre: LiveCentre) -> None:
    boss = await centre.person("boss", Role.SUPERVISOR)
    floor = await boss.socket("/ws/floor")
    await floor.next("snapshot")
    await centre.tell(k.Arrive("left-1", Channel.MESSAGE, "night", "night"))
    await floor.until(lambda: "left-1" in floor.state["contacts"])
    assert floor.state["queues"]["night"]["waiting"] == 0
