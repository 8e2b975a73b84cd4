"""What the set-up lets through, the switch takes: nothing between the two is refused or breaks out of its line."""

import re
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from jietong.channels import switch as t
from jietong.channels.asterisk.plant import render
from jietong.core.specs import ExtensionSpec, TrunkSpec
from jietong.routing.telephony import check_extension, check_password, check_trunk
from jietong.routing.validation import World

NAMES = {"zh-Hans": "线路", "zh-Hant": "線路", "en": "Line"}
TRICKS = st.text(
    alphabet=string.ascii_letters + string.digits + " ;\n\r\0[]{}()=#,\"'\\<>:/@%+-_.&|$!~é、", max_size=20
)
PASSWORDS = st.one_of(TRICKS, st.text(alphabet=[chr(n) for n in range(33, 127)], min_size=1, max_size=40))
HOSTS = st.one_of(
    TRICKS,
    st.from_regex(r"[a-z0-9-]{1,8}(\.[a-z0-9-]{1,8}){0,3}", fullmatch=True),
    st.ip_addresses().map(str),
)


def sections(text: str) -> list[str]:
    return re.findall(r"^\[([^\]]*)\]$", text, re.MULTILINE)


def lines_are_sound(text: str) -> bool:
    """Every line is a section, a setting, a comment or empty: no value has begun a line of its own."""
    return all(re.fullmatch(r"\[[A-Za-z0-9_.-]+\]|[a-z0-9_]+ ?= ?.*|;.*|", line) for line in text.split("\n"))


@given(
    TRICKS, HOSTS, TRICKS, PASSWORDS, st.sampled_from(["ip", "registration"]), st.sampled_from(["udp", "tcp", "tls"])
)
@settings(max_examples=400, deadline=None)
def test_a_trunk_that_is_let_through_is_taken_as_it_is(
    id: str, host: str, username: str, password: str, kind: str, transport: str
) -> None:
    for spec in (
        TrunkSpec(id, NAMES, kind, host, 5060, transport, username, ("198.51.100.0/24", "2001:db8::/64")),
        TrunkSpec("carrier", NAMES, kind, host, 5060, transport, username or "u", ("198.51.100.7",)),
        TrunkSpec("carrier", NAMES, kind, "sip.example.com", 5060, transport, "u", ("198.51.100.7",)),
    ):
        if check_trunk(spec, World()) or check_password(password):
            continue
        made = t.Trunk(
            spec.id, spec.kind, spec.host, spec.port, spec.transport, spec.username, password, spec.networks,
            spec.channels, spec.codecs,
        )  # fmt: skip
        text = render(t.Plant(trunks=(made,)), web_call_password="web")
        assert lines_are_sound(text), text
        expected = 5 if kind == "registration" else 4 if spec.username else 3
        assert len([name for name in sections(text) if name == f"trunk-{spec.id}"]) == expected


@given(st.from_regex(r"[0-9]{2,6}", fullmatch=True), st.one_of(TRICKS, st.text(min_size=1, max_size=80)))
@settings(max_examples=400, deadline=None)
def test_an_extension_that_is_let_through_is_taken_as_it_is(id: str, name: str) -> None:
    spec = ExtensionSpec(id, name)
    if check_extension(spec, World()):
        return
    text = render(
        t.Plant(extensions=(t.Extension(spec.id, spec.kind, "password", spec.name),)), web_call_password="web"
    )
    assert lines_are_sound(text), text
    assert sections(text).count(id) == 3
