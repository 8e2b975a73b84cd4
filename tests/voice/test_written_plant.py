"""Trunks and extensions as text for the switch; who is shut out. Pure: no Asterisk needed."""

import pytest

from jietong.channels.asterisk.doorkeeper import OUT_MS, WITHIN_MS, WRONG, Doorkeeper
from jietong.channels.asterisk.heard import instant
from jietong.channels.asterisk.installation import version_in
from jietong.channels.asterisk.plant import objects, render, shut_out
from jietong.channels.switch import Extension, Plant, Trunk
from jietong.core.errors import Invalid

TRUNK = Trunk("main", "registration", "sip.example.com", 5060, "udp", "user", "se;cret", (), 30, ("alaw", "opus"))


def written(*, trunks: tuple[Trunk, ...] = (), extensions: tuple[Extension, ...] = ()) -> str:
    return render(Plant(trunks, extensions), web_call_password="w")


def test_the_same_plant_gives_the_same_text_in_whatever_order() -> None:
    one, two = Extension("801", "phone", "a"), Extension("802", "softphone", "b")
    assert written(extensions=(one, two)) == written(extensions=(two, one))


def test_a_semicolon_in_a_password_begins_no_comment() -> None:
    assert "password = se\\;cret\n" in written(trunks=(TRUNK,))


@pytest.mark.parametrize("password", ["a\nb", "a\r\n[evil]", "a\x00", " a", "a "])
def test_a_password_cannot_write_configuration(password: str) -> None:
    with pytest.raises(Invalid):
        written(extensions=(Extension("801", "phone", password),))


@pytest.mark.parametrize("name", ["80 1", "801]", "../801", "", "8" * 65, "801\n"])
def test_an_extension_has_a_plain_name(name: str) -> None:
    with pytest.raises(Invalid):
        written(extensions=(Extension(name, "phone", "a"),))


@pytest.mark.parametrize(
    "change",
    [
        {"host": "a b"},
        {"host": "x\ny"},
        {"transport": "carrier-pigeon"},
        {"codecs": ("mp3",)},
        {"codecs": ()},
        {"networks": ("nowhere at all",)},
        {"username": ""},
    ],
)
def test_absurd_trunks_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        written(trunks=(TRUNK._replace(**change),))  # type: ignore[arg-type]


def test_a_name_with_quotes_cannot_forge_a_caller_id() -> None:
    text = written(extensions=(Extension("801", "phone", "a", 'Bob" <110>;x'),))
    assert 'callerid = "Bob 110x" <801>' in text


def test_a_trunk_that_registers_has_its_registration_and_one_known_by_address_its_networks() -> None:
    kinds = {one.kind for one in objects(Plant((TRUNK,)), web_call_password=None)}
    assert kinds == {"auth", "aor", "endpoint", "registration"}
    by_address = TRUNK._replace(kind="ip", username="", networks=("192.0.2.0/24",))
    kinds = {one.kind for one in objects(Plant((by_address,)), web_call_password=None)}
    assert kinds == {"aor", "endpoint", "identify"}


def test_after_five_wrong_passwords_the_address_is_shut_out_for_half_an_hour() -> None:
    door = Doorkeeper()
    verdicts = [door.failed("192.0.2.7", 1000 * n) for n in range(WRONG)]
    assert [one.locked for one in verdicts] == [False] * (WRONG - 1) + [True]
    assert verdicts[-1].news
    assert not door.failed("192.0.2.7", 6000).news, "it is known already"
    assert door.shut_out == ("192.0.2.7",)
    assert not door.forgive(OUT_MS)
    assert door.forgive(OUT_MS + 1000 * WRONG)
    assert door.shut_out == ()


def test_somebody_who_mistypes_now_and_then_is_not_shut_out() -> None:
    door = Doorkeeper()
    assert not any(door.failed("192.0.2.7", n * WITHIN_MS // 3).locked for n in range(30))
    for _ in range(30):
        door.failed("192.0.2.8", 0)
        door.succeeded("192.0.2.8")
    assert door.shut_out == ()


def test_loopback_is_never_shut_out_since_all_browsers_come_through_it() -> None:
    door = Doorkeeper()
    assert not any(door.failed("127.0.0.1", n).locked for n in range(50))


def test_a_provider_is_never_shut_out_by_forged_packets_in_its_name() -> None:
    door = Doorkeeper()
    for n in range(WRONG):
        door.failed("192.0.2.9", n)
    assert door.shut_out == ("192.0.2.9",)
    door.spare(["192.0.2.0/28", "sip.example.com", "198.51.100.7"])
    assert door.forgive(10), "it had been shut out before it became a trunk's"
    assert not any(door.failed(address, n).locked for n in range(50) for address in ("192.0.2.9", "198.51.100.7"))
    assert any(door.failed("192.0.2.16", n).locked for n in range(WRONG))


def test_addresses_are_written_with_their_masks() -> None:
    text = shut_out(("192.0.2.7", "2001:db8::1"))
    assert "deny = 192.0.2.7/255.255.255.255\n" in text
    assert "deny = 2001:db8::1/128\n" in text


def test_the_switchs_time_is_read() -> None:
    assert instant("2026-07-20T21:35:32.123+0000") == 1784583332123
    assert instant("2026-07-21T05:35:32.123+0800") == 1784583332123
    assert instant("") is None


def test_versions_are_read() -> None:
    assert version_in("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1") == "22.10.1"
    assert version_in("1:22.10.1+dfsg-1_amd64.deb") == "22.10.1"
    assert version_in("nothing") is None
