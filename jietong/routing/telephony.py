"""Whether trunks, numbers and extensions make sense. Pure, in the manner of `validation`.

What is written here ends up in a switch's configuration, so texts are of few characters: no line break, no quote, no
semicolon gets through.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from phonenumbers.shortnumberinfo import is_emergency_number

from jietong.core.errors import Invalid
from jietong.core.specs import ExtensionSpec, NumberSpec, TrunkSpec
from jietong.customers.rules import phone
from jietong.routing.validation import LANGUAGES, Fault, World, check_id, check_names, within

CODECS = ("alaw", "ulaw", "opus", "g722")
MAX_CHANNELS = 10_000
EMERGENCY = frozenset({"112", "911", "999"})
"""Understood as a call for help in many countries, whatever the site's own numbers are."""

_NUMBER = re.compile(r"\+?[0-9]{2,15}")
_EXTENSION = re.compile(r"[0-9]{2,6}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_PREFIX = re.compile(r"[0-9*#]{0,8}")
_USERNAME = re.compile(r"[A-Za-z0-9_.+-]{1,64}")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_PASSWORD = re.compile(r"[!-~]{1,128}")
_OWN = (ip_address("127.0.0.1"), ip_address("::1"))
"""From where our own proxy speaks for browsers: a trunk that covers it would be taken for every one of them."""
_WIDEST = {4: 8, 6: 32}
"""The widest networks that a trunk may name: beyond it calls would be taken from half the world."""


def canonical(number: str, region: str) -> str:
    """One form for the ways in which one number can be written: E.164 where it is a public number, else as it is."""
    try:
        return phone(number, region)
    except Invalid:
        return number


def check_trunk(spec: TrunkSpec, world: World) -> list[Fault]:
    """A host that can be dialled, and for kind `ip` networks that are this trunk's alone."""
    faults = [*check_id(spec.id), *check_names(spec.name)]
    if spec.kind not in ("registration", "ip"):
        faults.append(Fault("kind", "bad_kind", {"value": spec.kind}))
    if not spec.host:
        faults.append(Fault("host", "host_needed"))
    elif not _is_host(spec.host):
        faults.append(Fault("host", "bad_host", {"value": spec.host[:80]}))
    faults += within("port", spec.port, 1, 65_535)
    if spec.transport not in ("udp", "tcp", "tls"):
        faults.append(Fault("transport", "bad_transport", {"value": spec.transport[:20]}))
    if spec.kind == "registration" and not spec.username:
        faults.append(Fault("username", "username_needed"))
    elif spec.username and not _USERNAME.fullmatch(spec.username):
        faults.append(Fault("username", "bad_username"))
    faults += _networks(spec, world)
    faults += within("channels", spec.channels, 1, MAX_CHANNELS)
    if not spec.codecs:
        faults.append(Fault("codecs", "codec_needed"))
    for n, codec in enumerate(spec.codecs):
        if codec not in CODECS:
            faults.append(Fault(f"codecs[{n}]", "unknown_codec", {"value": codec[:20]}))
        elif codec in spec.codecs[:n]:
            faults.append(Fault(f"codecs[{n}]", "twice", {"value": codec}))
    if not _PREFIX.fullmatch(spec.prefix):
        faults.append(Fault("prefix", "bad_prefix"))
    if spec.writes not in ("e164", "plain", "national"):
        faults.append(Fault("writes", "bad_kind", {"value": spec.writes[:20]}))
    return faults


def check_number(spec: NumberSpec, world: World) -> list[Fault]:
    """Its own, known trunk and client; a flow of that client which is published, where the number is active."""
    faults = list(check_names(spec.name))
    if not _NUMBER.fullmatch(spec.id):
        faults.append(Fault("id", "bad_number"))
    else:
        faults += _taken(spec, world)
    client = world.clients.get(spec.client)
    if client is None or not client.active:
        faults.append(Fault("client", "unknown_client", {"value": spec.client}))
    if spec.active and world.flows.get(spec.flow) is None:
        faults.append(Fault("flow", "unknown_flow", {"value": spec.flow[:80]}))
    elif spec.flow in world.flows and world.flows[spec.flow] != spec.client:
        faults.append(Fault("flow", "flow_of_other_client", {"value": spec.flow}))
    elif not spec.active and len(spec.flow) > 80:
        faults.append(Fault("flow", "too_long", {"max": 80}))
    if spec.trunk is not None:
        trunk = world.trunks.get(spec.trunk)
        if trunk is None or (spec.active and not trunk.active):
            faults.append(Fault("trunk", "unknown_trunk", {"value": spec.trunk[:80]}))
    faults += within("limit", spec.limit, 1, MAX_CHANNELS)
    if spec.language not in LANGUAGES:
        faults.append(Fault("language", "unknown_language", {"value": spec.language[:20]}))
    return faults


def check_extension(spec: ExtensionSpec, world: World) -> list[Fault]:
    """Digits that mean nothing else, an agent who has no other, and a number where it is one."""
    faults: list[Fault] = []
    if not _EXTENSION.fullmatch(spec.id):
        faults.append(Fault("id", "bad_extension"))
    elif spec.id in EMERGENCY or is_emergency_number(spec.id, world.region):
        faults.append(Fault("id", "emergency_number", {"value": spec.id}))
    elif spec.id in world.numbers:
        faults.append(Fault("id", "taken_by_number", {"value": spec.id}))
    if not spec.name.strip() or len(spec.name) > 80 or not spec.name.isprintable():
        faults.append(Fault("name", "name_needed"))
    if spec.kind not in ("softphone", "phone", "number"):
        faults.append(Fault("kind", "bad_kind", {"value": spec.kind[:20]}))
    if spec.kind == "number":
        if spec.number is None or not _E164.fullmatch(spec.number) or not _is_phone(spec.number):
            faults.append(Fault("number", "bad_phone"))
        elif any(canonical(id, world.region) == spec.number for id in world.numbers):
            faults.append(Fault("number", "taken_by_number", {"value": spec.number}))
    elif spec.number is not None:
        faults.append(Fault("number", "not_for_this_kind"))
    if spec.agent is not None and spec.active:
        if spec.agent not in world.agents:
            faults.append(Fault("agent", "unknown_agent", {"value": spec.agent[:80]}))
        for other in world.extensions.values():
            if other.active and other.agent == spec.agent and other.id != spec.id:
                faults.append(Fault("agent", "has_extension", {"value": other.id}))
    return faults


def check_password(password: str) -> list[Fault]:
    """Printable, without spaces: it travels in a line of configuration. At least eight where we choose it."""
    return [] if _PASSWORD.fullmatch(password) else [Fault("password", "bad_password")]


def numbers_with(kind: str, id: str, world: World) -> list[str]:
    """The active numbers that stop making sense without this trunk or client."""
    field = {"trunk": "trunk", "client": "client"}.get(kind)
    if field is None:
        return []
    return sorted(one.id for one in world.numbers.values() if one.active and getattr(one, field) == id)


def _networks(spec: TrunkSpec, world: World) -> Iterator[Fault]:
    if spec.kind == "ip" and not spec.networks:
        yield Fault("networks", "network_needed")
    if len(spec.networks) > 64:
        yield Fault("networks", "too_many", {"max": 64})
        return
    others = [
        (other.id, network)
        for other in world.trunks.values()
        if other.id != spec.id and other.active and spec.active
        for text in other.networks
        if (network := _network(text)) is not None
    ]
    for n, text in enumerate(spec.networks):
        network = _network(text)
        if network is None:
            yield Fault(f"networks[{n}]", "bad_network", {"value": text[:80]})
        elif network.prefixlen < _WIDEST[network.version]:
            yield Fault(f"networks[{n}]", "network_too_wide", {"value": text})
        elif any(own in network for own in _OWN if own.version == network.version):
            yield Fault(f"networks[{n}]", "network_our_own", {"value": text})
        else:
            for id, other in others:
                if network.version == other.version and network.overlaps(other):
                    yield Fault(f"networks[{n}]", "network_taken", {"value": text, "trunk": id})


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text) if len(text) <= 64 and text.isascii() and "%" not in text else None
    except ValueError:
        return None


def _taken(spec: NumberSpec, world: World) -> Iterator[Fault]:
    own = canonical(spec.id, world.region)
    for other in world.numbers.values():
        if other.id != spec.id and canonical(other.id, world.region) == own:
            yield Fault("id", "number_twice", {"value": other.id})
    for extension in world.extensions.values():
        if extension.id == spec.id:
            yield Fault("id", "taken_by_extension", {"value": extension.id})


def _is_host(text: str) -> bool:
    if len(text) > 253:
        return False
    try:
        ip_address(text)
    except ValueError:
        # A name whose last label is all digits is a mistyped address.
        labels = text.split(".")
        return all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    return "%" not in text


def _is_phone(text: str) -> bool:
    try:
        return phone(text, "ZZ") == text
    except Invalid:
        return False
