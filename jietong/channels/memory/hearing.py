"""Who hears whom in the exchange in memory. Pure: worked out from bridges, mutes, holds, music and snoops.

A leg that is being played to is out of its bridge for so long, both ways, as it is with Asterisk; music on a leg
drowns its bridge, but the leg is heard. A telephone on hold by its own key neither speaks nor hears.
"""

from jietong.channels.memory.leg import Bridge, Leg

_NOBODY: frozenset[str] = frozenset()


def heard_by(leg: Leg) -> frozenset[str]:
    """The legs whose parties this leg's party hears now."""
    if not leg.up or leg.held:
        return _NOBODY
    found = _told(leg, ())
    for snoop in leg.snoops:
        if snoop.whispers and snoop.bridge is not None:
            found |= _of_others(snoop, snoop.bridge, ())
    return found - {leg.id}


def said_by(leg: Leg) -> frozenset[str]:
    """The leg itself while its party's words come through, or nobody."""
    audible = leg.up and leg.of is None and leg.speaking and not leg.muted and not leg.held
    return frozenset((leg.id,)) if audible else _NOBODY


def heard_in(bridge: Bridge) -> frozenset[str]:
    """All who are heard in the bridge."""
    return _NOBODY.union(*(_brought(member, ()) for member in bridge.legs))


def _told(leg: Leg, seen: tuple[Leg, ...]) -> frozenset[str]:
    """What reaches the leg by its bridge; whispers aside."""
    if leg in seen or leg.bridge is None or leg.plays or leg.music is not None or leg.held or not leg.up:
        return _NOBODY
    return _of_others(leg, leg.bridge, (*seen, leg)) - {leg.id}


def _of_others(leg: Leg, bridge: Bridge, seen: tuple[Leg, ...]) -> frozenset[str]:
    return _NOBODY.union(*(_brought(member, seen) for member in bridge.legs if member is not leg))


def _brought(member: Leg, seen: tuple[Leg, ...]) -> frozenset[str]:
    """What a member brings into its bridge."""
    target = member.of
    if target is None:
        return _NOBODY if member.plays else said_by(member)
    found = _NOBODY
    if member.spies in ("in", "both"):
        found |= said_by(target)
    if member.spies in ("out", "both"):
        found |= _told(target, seen)
    return found
