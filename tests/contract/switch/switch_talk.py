"""A talk to begin with: most tests of the contract need one."""

from switch_rig import Party, Rig


async def a_talk(rig: Rig, bridge: str = "b1") -> tuple[str, Party, Party]:
    """A caller and the agent at 801, bridged: the caller's leg, the caller, the agent (whose leg is agent-1)."""
    phone = await rig.telephone("801")
    leg, caller = await rig.arrives()
    await rig.switch.answer(leg)
    agent = await rig.talks("agent-1", phone)
    await rig.switch.bridge(bridge, [leg, "agent-1"])
    return leg, caller, agent
