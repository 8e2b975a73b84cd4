"""Trunks and extensions as PJSIP configuration: a pure function from `Plant` to text.

Names at the switch: an extension is its digits; a trunk is `trunk-` and its id; callers from the web page come in at
the endpoint `webcall`. What comes from a person's hands is checked here once more, because a line break in a password
would be a line of configuration.
"""

import ipaddress
import re

from jietong.channels.switch import Extension, Plant, Trunk
from jietong.core.errors import Invalid

WEB_CALL = "webcall"
_CODECS = ("opus", "g722", "alaw", "ulaw")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,253}")


def render(plant: Plant, *, web_call_password: str) -> str:
    """The whole of `pjsip_plant.conf`; the same plant always gives the same text. Raises Invalid `bad_plant`."""
    parts = [_web_call(web_call_password)]
    parts += [_trunk(trunk) for trunk in sorted(plant.trunks)]
    parts += [_extension(extension) for extension in sorted(plant.extensions)]
    return "\n".join(parts)


def shut_out(addresses: tuple[str, ...]) -> str:
    """The whole of `pjsip_shut_out.conf`: nothing of these addresses is answered."""
    if not addresses:
        return "; nobody\n"
    return _section("shut-out", "acl", [("deny", _network(address)) for address in sorted(addresses)])


def trunk_endpoint(trunk: str) -> str:
    return f"trunk-{_name(trunk)}"


def address_of(trunk: Trunk) -> str:
    """Host, port and transport, as they follow the @ of a SIP address."""
    transport = "" if trunk.transport == "udp" else f";transport={trunk.transport}"
    return f"{_bracketed(trunk.host)}:{int(trunk.port)}{transport}"


def _extension(extension: Extension) -> str:
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
    return (
        _section(name, "endpoint", lines)
        + _section(name, "auth", _login(name, extension.password))
        + _section(name, "aor", aor)
    )


def _web_call(password: str) -> str:
    """Whoever calls from the web page: a token vouches for the caller, the platform decides."""
    lines = [*_always("from-web"), ("auth", WEB_CALL), ("callerid", "<anonymous>"), *_browser_media()]
    return _section(WEB_CALL, "endpoint", lines) + _section(WEB_CALL, "auth", _login(WEB_CALL, password))


def _trunk(trunk: Trunk) -> str:
    name = trunk_endpoint(trunk.id)
    if trunk.transport not in {"udp", "tcp", "tls"}:
        raise _bad(f"transport {trunk.transport!r} of trunk {trunk.id}; use udp, tcp or tls")
    if not _HOST.fullmatch(trunk.host):
        raise _bad(f"host {trunk.host!r} of trunk {trunk.id} is neither a name nor an address")
    there = f"sip:{_value(address_of(trunk))}"
    lines = [
        *_always("from-trunk"),
        ("set_var", f"JT_TRUNK={_name(trunk.id)}"),
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
    # Registrations tell by themselves whether the network is there.
    aor = [
        ("contact", there),
        ("qualify_frequency", "0" if trunk.kind == "registration" else "30"),
        ("qualify_timeout", "4"),
    ]
    text = ""
    if trunk.username:
        lines.append(("outbound_auth", name))
        text += _section(name, "auth", _login(_value(trunk.username), trunk.password))
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
        ]
        text += _section(name, "registration", registration)
    networks = trunk.networks or ((trunk.host,) if trunk.kind == "ip" else ())
    if networks:
        matches = [("match", _match(network)) for network in networks]
        text += _section(name, "identify", [("endpoint", name), *matches])
    return _section(name, "endpoint", lines) + _section(name, "aor", aor) + text


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


def _phone_media() -> list[tuple[str, str]]:
    return [("disallow", "all"), ("allow", "alaw,ulaw,g722,opus"), ("dtmf_mode", "auto")]


def _login(user: str, password: str) -> list[tuple[str, str]]:
    return [("auth_type", "userpass"), ("username", user), ("password", _value(password))]


def _section(name: str, kind: str, lines: list[tuple[str, str]]) -> str:
    return "".join([f"[{name}]\ntype={kind}\n", *(f"{key} = {value}\n" for key, value in lines)])


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
    """A value as it must be written: a semicolon begins a comment, a line break a line."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text) or text != text.strip():
        raise _bad("a value for the switch has a line break, a control sign or a blank at its end")
    return text.replace(";", "\\;")


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
