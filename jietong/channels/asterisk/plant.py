"""Trunks and extensions as PJSIP configuration: a pure function from `Plant` to text.

Names at the switch: an extension is its digits; a trunk is `trunk-` and its id; callers from the web page come in at
the endpoint `webcall`. What comes from a person's hands is checked here once more, because a line break in a password
would be a line of configuration.
"""

import ipaddress
import re
from typing import NamedTuple

from jietong.channels.switch import Extension, Plant, Trunk
from jietong.core.errors import Invalid

WEB_CALL = "webcall"
_CODECS = ("opus", "g722", "alaw", "ulaw")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SEMICOLON = "\\;"
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,253}")


class Object(NamedTuple):
    """One object of PJSIP: its kind (endpoint, auth, aor, identify, registration), name and settings in order."""

    kind: str
    name: str
    settings: tuple[tuple[str, str], ...]


def objects(plant: Plant, *, web_call_password: str | None, browsers_from: str | None = None) -> list[Object]:
    """All that the switch must know, what others refer to first; the same plant always gives the same. Raises Invalid
    `bad_plant`. `web_call_password` None: nobody calls from the web page. `browsers_from`: the one IPv4 address from
    which browsers' accounts are taken, that of our own proxy: their passwords are of no use elsewhere."""
    found = _web_call(web_call_password) if web_call_password is not None else []
    for trunk in sorted(plant.trunks):
        found += _trunk(trunk)
    for extension in sorted(plant.extensions):
        found += _extension(extension)
    if browsers_from is not None:
        found = [_only_from(browsers_from, one) if _is_browser(one) else one for one in found]
    order = ("auth", "aor", "endpoint", "identify", "registration")
    return sorted(found, key=lambda one: order.index(one.kind))


def render(plant: Plant, *, web_call_password: str) -> str:
    """The whole of `pjsip_plant.conf`: our proxy is on the same machine. Raises Invalid `bad_plant`."""
    written = objects(plant, web_call_password=web_call_password, browsers_from="127.0.0.1")
    return "\n".join(_section(one) for one in written)


def shut_out(addresses: tuple[str, ...]) -> str:
    """The whole of `pjsip_shut_out.conf`: nothing of these addresses is answered."""
    if not addresses:
        return "; nobody\n"
    denied = tuple(("deny", _network(address)) for address in sorted(addresses))
    return _section(Object("acl", "shut-out", denied))


def trunk_endpoint(trunk: str) -> str:
    return f"trunk-{_name(trunk)}"


def address_of(trunk: Trunk) -> str:
    """Host, port and transport, as they follow the @ of a SIP address."""
    transport = "" if trunk.transport == "udp" else f";transport={trunk.transport}"
    return f"{_bracketed(trunk.host)}:{int(trunk.port)}{transport}"


def _extension(extension: Extension) -> list[Object]:
    name = _name(extension.id)
    browser = extension.kind == "softphone"
    lines = [
        *_always("from-phone"),
        ("set_var", f"JT_EXTENSION={name}"),
        ("auth", name),
        ("aors", name),
        ("callerid", f'"{_quoted(extension.name)}" <{name}>' if extension.name else f"<{name}>"),
        *(_browser_media() if browser else _phone_media()),
    ]
    aor = [
        # One telephone an extension: the last that registers is the one that rings.
        ("max_contacts", "1"),
        ("remove_existing", "yes"),
        ("minimum_expiration", "30"),
        ("maximum_expiration", "3600"),
        ("default_expiration", "120"),
        ("qualify_frequency", "0" if browser else "30"),
        ("qualify_timeout", "3"),
    ]
    return [
        Object("endpoint", name, tuple(lines)),
        Object("auth", name, _login(name, extension.password)),
        Object("aor", name, tuple(aor)),
    ]


def _web_call(password: str) -> list[Object]:
    """Whoever calls from the web page: a token vouches for the caller, the platform decides."""
    lines = [*_always("from-web"), ("auth", WEB_CALL), ("callerid", "<anonymous>"), *_browser_media()]
    return [Object("endpoint", WEB_CALL, tuple(lines)), Object("auth", WEB_CALL, _login(WEB_CALL, password))]


def _trunk(trunk: Trunk) -> list[Object]:
    name = trunk_endpoint(trunk.id)
    if trunk.transport not in {"udp", "tcp", "tls"}:
        raise _bad(f"transport {trunk.transport!r} of trunk {trunk.id}; use udp, tcp or tls")
    if not _HOST.fullmatch(trunk.host):
        raise _bad(f"host {trunk.host!r} of trunk {trunk.id} is neither a name nor an address")
    there = f"sip:{_value(address_of(trunk))}"
    lines = [
        *_always("from-trunk"),
        ("set_var", f"JT_TRUNK={_name(trunk.id)}"),
        # Whoever merely names it in the From header would come in without a password: by its address alone, or by
        # the line of our own registration.
        ("identify_by", "ip"),
        ("transport", trunk.transport),
        ("disallow", "all"),
        ("allow", ",".join(_codecs(trunk))),
        ("dtmf_mode", "auto"),
        ("aors", name),
        ("trust_id_inbound", "yes"),
        ("send_pai", "yes"),
        ("from_domain", trunk.host),
        ("t38_udptl", "no"),
    ]
    aor = [("contact", there), ("qualify_frequency", "30"), ("qualify_timeout", "4")]
    found: list[Object] = []
    if trunk.username:
        lines.append(("outbound_auth", name))
        found.append(Object("auth", name, _login(_value(trunk.username), trunk.password)))
    if trunk.kind == "registration":
        if not trunk.username:
            raise _bad(f"trunk {trunk.id} registers, so it needs a user name")
        lines.append(("from_user", _value(trunk.username)))
        registration = [
            ("transport", trunk.transport),
            ("outbound_auth", name),
            ("server_uri", there),
            ("client_uri", f"sip:{_value(trunk.username)}@{_bracketed(trunk.host)}:{int(trunk.port)}"),
            ("contact_user", _value(trunk.username)),
            ("endpoint", name),
            ("line", "yes"),
            ("retry_interval", "10"),
            ("forbidden_retry_interval", "60"),
            ("fatal_retry_interval", "60"),
            ("max_retries", "1000000"),
            ("auth_rejection_permanent", "no"),
            ("expiration", "300"),
            # Trap: by default a new or changed registration waits a random while of up to ten seconds.
            ("max_random_initial_delay", "1"),
        ]
        found.append(Object("registration", name, tuple(registration)))
    networks = trunk.networks or ((trunk.host,) if trunk.kind == "ip" else ())
    if networks:
        matches = [("match", _match(network)) for network in networks]
        found.append(Object("identify", name, (("endpoint", name), *matches)))
    return [Object("endpoint", name, tuple(lines)), Object("aor", name, tuple(aor)), *found]


def _always(context: str) -> list[tuple[str, str]]:
    return [
        ("context", context),
        # REFER comes to the platform (trap: without it Asterisk dials by itself and leaves orphans behind).
        ("set_var", "PJSIP_TRANSFER_HANDLING()=ari-only"),
        ("direct_media", "no"),
        ("rtp_symmetric", "yes"),
        ("force_rport", "yes"),
        ("rewrite_contact", "yes"),
        ("language", "en"),
        # A party that vanished without a word is noticed; one on hold may be silent for long.
        ("rtp_timeout", "60"),
        ("rtp_timeout_hold", "7200"),
        ("allow_subscribe", "no"),
    ]


def _browser_media() -> list[tuple[str, str]]:
    return [
        ("webrtc", "yes"),
        ("dtls_auto_generate_cert", "yes"),
        ("disallow", "all"),
        ("allow", "opus,alaw,ulaw"),
        ("dtmf_mode", "rfc4733"),
    ]


def _is_browser(one: Object) -> bool:
    return one.kind == "endpoint" and ("webrtc", "yes") in one.settings


def _only_from(address: str, one: Object) -> Object:
    fence = (("deny", "0.0.0.0/0.0.0.0"), ("permit", f"{address}/255.255.255.255"))
    return one._replace(settings=(*one.settings, *fence))


def _phone_media() -> list[tuple[str, str]]:
    return [("disallow", "all"), ("allow", "alaw,ulaw,g722,opus"), ("dtmf_mode", "auto")]


def _login(user: str, password: str) -> tuple[tuple[str, str], ...]:
    return (("auth_type", "userpass"), ("username", user), ("password", _value(password)))


def _section(one: Object) -> str:
    """As the configuration file has it: there a semicolon would begin a comment."""
    lines = (f"{key} = {value.replace(';', _SEMICOLON)}\n" for key, value in one.settings)
    return "".join([f"[{one.name}]\ntype={one.kind}\n", *lines])


def _codecs(trunk: Trunk) -> list[str]:
    wrong = [codec for codec in trunk.codecs if codec not in _CODECS]
    if wrong or not trunk.codecs:
        raise _bad(f"codecs of trunk {trunk.id}: {', '.join(wrong) or 'none'}; there are {', '.join(_CODECS)}")
    return list(trunk.codecs)


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise _bad(f"{value!r} can be no name at the switch: letters, digits, dot, dash and underscore only")
    return value


def _value(text: str) -> str:
    """A value as it is: a line break in it would be another line of configuration."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text) or text != text.strip():
        raise _bad("a value for the switch has a line break, a control sign or a blank at its end")
    return text


def _quoted(text: str) -> str:
    return _value("".join(sign for sign in text if sign not in '"<>\\;' and ord(sign) >= 32).strip())


def _match(network: str) -> str:
    """An address, a network, or a name that Asterisk looks up."""
    try:
        return str(ipaddress.ip_network(network, strict=False))
    except ValueError:
        if not _HOST.fullmatch(network):
            raise _bad(f"{network!r} is neither an address, a network nor a name") from None
        return network


def _network(address: str) -> str:
    found = ipaddress.ip_network(address, strict=False)
    return f"{found.network_address}/{found.netmask}" if found.version == 4 else str(found)


def _bracketed(host: str) -> str:
    return f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host


def _bad(what: str) -> Invalid:
    return Invalid("bad_plant", f"Trunks and extensions: {what}.")
