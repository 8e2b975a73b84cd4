"""A call on the desk and on the floor: what the engine does not know of it, also after a restart."""

from live_centre import QUEUES, LiveCentre
from msgspec.structs import replace

from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.vocabulary import Channel, Party, Supervision
from jietong.identity.permissions import Role
from jietong.live.memory import Memory


async def test_recording_and_listening_are_shown_at_once_and_found_again_after_a_restart(centre: LiveCentre) -> None:
    await centre.runtime.submit(k.ConfigureQueue(replace(QUEUES[0], channels=(Channel.CHAT, Channel.VOICE))))
    _, desk = await centre.agent("lin", "fridge")
    boss = await centre.person("boss", Role.SUPERVISOR)
    floor = await boss.socket("/ws/floor")
    await floor.next("snapshot")
    await centre.runtime.submit(k.Arrive("v1", Channel.VOICE, "repair", "4008208820"))
    await desk.until(lambda: desk.state["contacts"].get("v1", {}).get("place") == "offer")
    assert desk.state["contacts"]["v1"]["direction"] == "inbound"
    assert desk.state["contacts"]["v1"]["entry"] == "4008208820"
    await centre.runtime.submit(k.Accept("lin", "v1"))
    now = centre.hub.clock.now()
    await centre.runtime.submit(
        k.Witness(
            (
                e.RecordingStarted(at=now, contact="v1", recording="r1", agent="lin", queue="repair"),
                e.RecordingPaused(at=now, contact="v1", recording="r1", why="card", by="lin"),
                e.SupervisionStarted(at=now, contact="v1", by="boss", mode=Supervision.WHISPER, agent="lin"),
                e.LegStarted(at=now, contact="v1", leg="o1", party=Party.OUTSIDE),
            )
        )
    )

    def shown(view: dict[str, object]) -> bool:
        recording, outside = view["recording"], view["outside"]
        listening = [(one["by"], one["mode"]) for one in view["supervision"]]  # type: ignore[attr-defined]
        return (
            isinstance(recording, dict)
            and recording["paused_since"] is not None
            and listening == [("boss", "whisper")]
            and isinstance(outside, dict)
            and not outside["up"]
        )

    await desk.until(lambda: shown(desk.state["contacts"]["v1"]))
    await floor.until(lambda: "v1" in floor.state["contacts"] and shown(floor.state["contacts"]["v1"]))

    centre.hub.memory = Memory(centre.database)  # as a process that has just begun
    centre.hub.rebuild()
    await desk.until(lambda: desk.state["contacts"]["v1"]["recording"] is None)
    await desk.until(lambda: shown(desk.state["contacts"]["v1"]))
    await floor.until(lambda: "v1" in floor.state["contacts"] and shown(floor.state["contacts"]["v1"]))


async def test_a_telephone_that_cannot_be_rung_shows_on_the_desk_and_to_colleagues(centre: LiveCentre) -> None:
    _, lin = await centre.agent("lin", "fridge")
    _, chen = await centre.agent("chen", "fridge")
    await centre.runtime.submit(k.DeviceChanged("lin", False, "unregistered"))
    await lin.until(lambda: lin.state["me"]["lin"]["reachable"] is False)
    assert lin.state["me"]["lin"]["device_why"] == "unregistered"
    await chen.until(lambda: chen.state["agents"].get("lin", {}).get("reachable") is False)
    await centre.runtime.submit(k.DeviceChanged("lin", True, "registered"))
    await lin.until(lambda: lin.state["me"]["lin"]["reachable"])
