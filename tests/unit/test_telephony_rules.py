"""Trunks, numbers and extensions: what makes sense, and what would get into the switch's configuration."""

from typing import Any

import msgspec
import pytest

from jietong.core.specs import ClientSpec, ExtensionSpec, NumberSpec, TrunkSpec
from jietong.routing.telephony import (
    canonical,
    check_extension,
    check_number,
    check_password,
    check_trunk,
    numbers_with,
)
from jietong.routing.validation import Fault, World

NAMES = {"zh-Hans": "线路", "zh-Hant": "線路", "en": "Line"}


def trunk(**fields: Any) -> TrunkSpec:
    base = {"id": "carrier", "name": NAMES, "host": "sip.example.com", "username": "4008001234"}
    return msgspec.convert({**base, **fields}, TrunkSpec)


def number(**fields: Any) -> NumberSpec:
    base = {"id": "4008001234", "name": NAMES, "client": "hechuan", "flow": "service", "trunk": "carrier"}
    return msgspec.convert({**base, **fields}, NumberSpec)


def extension(**fields: Any) -> ExtensionSpec:
    return msgspec.convert({"id": "801", "name": "前台", **fields}, ExtensionSpec)


WORLD = World(
    clients={"hechuan": ClientSpec("hechuan", NAMES), "mall": ClientSpec("mall", NAMES)},
    trunks={
        "carrier": trunk(),
        "other": trunk(id="other", kind="ip", networks=["203.0.113.0/28", "2001:db8::/48"]),
        "old": trunk(id="old", kind="ip", networks=["192.0.2.0/28"], active=False),
    },
    numbers={
        "95500": number(id="95500"),
        "02160001234": number(id="02160001234", trunk=None),
        "9999": number(id="9999", active=False),
    },
    extensions={
        "888": extension(id="888", agent="lin.xiao"),
        "887": extension(id="887", agent="chen.yu", active=False),
    },
    agents=frozenset({"lin.xiao", "chen.yu"}),
    flows={"service": "hechuan", "shop": "mall"},
)


def found(faults: list[Fault]) -> set[tuple[str, str]]:
    return {(fault.path, fault.code) for fault in faults}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "ip", "username": "", "networks": ["198.51.100.7", "198.51.100.32/27", "2001:db9::1"]},
        {"kind": "ip", "username": "", "networks": ["192.0.2.0/28"]},  # of a trunk that is out of service
        {"host": "192.0.2.1", "transport": "tls", "port": 5061, "codecs": ["opus"], "writes": "national"},
        {"host": "2001:db8::5"},
        {"prefix": "9", "channels": 1},
    ],
)
def test_a_trunk_as_carriers_give_them(fields: dict[str, Any]) -> None:
    assert check_trunk(trunk(**fields), WORLD) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": "../etc"}, {("id", "bad_id")}),
        ({"id": "x" * 65}, {("id", "bad_id")}),
        ({"id": "a]\n[b"}, {("id", "bad_id")}),
        ({"kind": "pigeon"}, {("kind", "bad_kind")}),
        ({"host": ""}, {("host", "host_needed")}),
        ({"host": "sip.example.com\ntype=endpoint"}, {("host", "bad_host")}),
        ({"host": "sip.example.com\n"}, {("host", "bad_host")}),
        ({"host": "-a.example"}, {("host", "bad_host")}),
        ({"host": "a..b"}, {("host", "bad_host")}),
        ({"host": "300.1.2.3"}, {("host", "bad_host")}),
        ({"host": "fe80::1%eth0"}, {("host", "bad_host")}),
        ({"host": "a" * 254}, {("host", "bad_host")}),
        ({"port": 0}, {("port", "out_of_range")}),
        ({"port": 70_000}, {("port", "out_of_range")}),
        ({"transport": "smoke"}, {("transport", "bad_transport")}),
        ({"username": ""}, {("username", "username_needed")}),
        ({"username": "a b"}, {("username", "bad_username")}),
        ({"username": "x;y"}, {("username", "bad_username")}),
        ({"username": "x\n"}, {("username", "bad_username")}),
        ({"channels": 0}, {("channels", "out_of_range")}),
        ({"channels": 10**9}, {("channels", "out_of_range")}),
        ({"codecs": []}, {("codecs", "codec_needed")}),
        ({"codecs": ["alaw", "mp3", "alaw"]}, {("codecs[1]", "unknown_codec"), ("codecs[2]", "twice")}),
        ({"prefix": "9;"}, {("prefix", "bad_prefix")}),
        ({"prefix": "9" * 9}, {("prefix", "bad_prefix")}),
        ({"writes": "upwards"}, {("writes", "bad_kind")}),
        ({"kind": "ip"}, {("networks", "network_needed")}),
        ({"networks": ["198.51.100.7/24"]}, {("networks[0]", "bad_network")}),
        ({"networks": ["nowhere"]}, {("networks[0]", "bad_network")}),
        ({"networks": ["198.51.100.1", "1" * 99]}, {("networks[1]", "bad_network")}),
        ({"networks": ["0.0.0.0/0"]}, {("networks[0]", "network_too_wide")}),
        ({"networks": ["::/0"]}, {("networks[0]", "network_too_wide")}),
        ({"networks": ["203.0.113.4"]}, {("networks[0]", "network_taken")}),
        ({"networks": ["127.0.0.0/24"]}, {("networks[0]", "network_our_own")}),
        ({"networks": ["2001:db8::/40"]}, {("networks[0]", "network_taken")}),
        ({"networks": ["198.51.100.1"] * 65}, {("networks", "too_many")}),
        ({"name": {"en": "x"}}, {("name.zh-Hans", "name_needed"), ("name.zh-Hant", "name_needed")}),
    ],
)
def test_a_trunk_that_makes_no_sense_names_its_fields(fields: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    assert found(check_trunk(trunk(**fields), WORLD)) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"id": "+862160009999", "limit": 1},
        {"id": "12306", "trunk": None, "language": "en"},
        {"flow": "nothing yet", "active": False},
        {"trunk": "old", "active": False},
    ],
)
def test_a_number_as_it_should_be(fields: dict[str, Any]) -> None:
    assert check_number(number(**fields), WORLD) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        *(
            ({"id": id}, {("id", "bad_number")})
            for id in ("", "abc", "400-800", "1", "1" * 16, "+", "400\n", "４００")
        ),
        ({"id": "+862160001234"}, {("id", "number_twice")}),
        ({"id": "00862160001234"}, {("id", "number_twice")}),
        ({"id": "888", "trunk": None}, {("id", "taken_by_extension")}),
        ({"client": "nobody"}, {("client", "unknown_client"), ("flow", "flow_of_other_client")}),
        ({"flow": "nothing"}, {("flow", "unknown_flow")}),
        ({"flow": "shop"}, {("flow", "flow_of_other_client")}),
        ({"flow": "shop", "active": False}, {("flow", "flow_of_other_client")}),
        ({"flow": "x" * 81, "active": False}, {("flow", "too_long")}),
        ({"trunk": "nowhere"}, {("trunk", "unknown_trunk")}),
        ({"trunk": "old"}, {("trunk", "unknown_trunk")}),
        ({"limit": 0}, {("limit", "out_of_range")}),
        ({"limit": 10**9}, {("limit", "out_of_range")}),
        ({"language": "tlh"}, {("language", "unknown_language")}),
    ],
)
def test_a_number_that_makes_no_sense_names_its_fields(
    fields: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert found(check_number(number(**fields), WORLD)) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"agent": None},
        {"kind": "phone", "agent": "chen.yu"},  # whose other one is out of service
        {"id": "888", "agent": "lin.xiao"},  # itself
        {"agent": "lin.xiao", "active": False},
        {"kind": "number", "number": "+8613800006612"},
    ],
)
def test_an_extension_as_it_should_be(fields: dict[str, Any]) -> None:
    assert check_extension(extension(**fields), WORLD) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        *(({"id": id}, {("id", "bad_extension")}) for id in ("8", "8010001", "80a", "../801", "801\n", "")),
        *(({"id": id}, {("id", "emergency_number")}) for id in ("110", "119", "120", "112", "911", "999")),
        ({"id": "95500"}, {("id", "taken_by_number")}),
        ({"name": ""}, {("name", "name_needed")}),
        ({"name": "a\nb"}, {("name", "name_needed")}),
        ({"name": "x" * 81}, {("name", "name_needed")}),
        ({"kind": "tin can"}, {("kind", "bad_kind")}),
        ({"kind": "number"}, {("number", "bad_phone")}),
        ({"kind": "number", "number": "13800006612"}, {("number", "bad_phone")}),
        ({"kind": "number", "number": "+0123456789"}, {("number", "bad_phone")}),
        ({"kind": "number", "number": "+861"}, {("number", "bad_phone")}),
        ({"kind": "number", "number": "+862160001234"}, {("number", "taken_by_number")}),
        ({"number": "+8613800006612"}, {("number", "not_for_this_kind")}),
        ({"agent": "nobody"}, {("agent", "unknown_agent")}),
        ({"agent": "lin.xiao"}, {("agent", "has_extension")}),
    ],
)
def test_an_extension_that_makes_no_sense_names_its_fields(
    fields: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    assert found(check_extension(extension(**fields), WORLD)) == expected


@pytest.mark.parametrize("password", ["a", "sip-Secret;4711!", "~" * 128])
def test_a_password_that_carriers_give(password: str) -> None:
    assert check_password(password) == []


@pytest.mark.parametrize("password", ["", "a b", "a\nb", "tab\t", "é", "x" * 129, "\0"])
def test_a_password_that_a_line_of_configuration_cannot_hold(password: str) -> None:
    assert found(check_password(password)) == {("password", "bad_password")}


def test_one_number_has_one_form() -> None:
    forms = ("13800006612", "+8613800006612", "008613800006612", "138 0000 6612")
    assert {canonical(form, "CN") for form in forms} == {"+8613800006612"}
    assert canonical("95500", "CN") == canonical("95500", "CN")
    assert canonical("12", "CN") == "12"


def test_active_numbers_hold_on_to_their_trunk_and_client() -> None:
    assert numbers_with("trunk", "carrier", WORLD) == ["95500"]
    assert numbers_with("client", "hechuan", WORLD) == ["02160001234", "95500"]
    assert numbers_with("skill", "carrier", WORLD) == []
