"""Who may come in by a trunk: its own address, and nobody who merely says its name."""

import asyncio
import hashlib
import re

import pytest
from asterisk_switch import OwnAsterisk
from listening import Told

from jietong.channels.switch import Extension, LegArrived, Plant, Trunk, Up

TRUNKS = [
    Trunk("main", "ip", "192.0.2.9", 5060, "udp", "", "", ("192.0.2.0/24",), 30, ("alaw",)),
    Trunk("main", "registration", "192.0.2.9", 5060, "udp", "user", "secret", (), 30, ("alaw",)),
]


@pytest.mark.parametrize("trunk", TRUNKS, ids=["by address", "registering"])
async def test_a_stranger_who_says_a_trunks_name_is_not_let_in(asterisk: OwnAsterisk, trunk: Trunk) -> None:
    switch = asterisk.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    await switch.set_up(Plant((trunk,)))
    answer = await _invites(asterisk, "trunk-main")
    assert not told.of(LegArrived), "let in without a password"
    assert answer.startswith("SIP/2.0 401"), answer
    await switch.stop()


@pytest.mark.parametrize("account", ["webcall", "801"])
async def test_a_browsers_account_is_taken_from_our_own_proxy_only(asterisk: OwnAsterisk, account: str) -> None:
    """Every page that calls is told the password of `webcall`, and a softphone's can be read in the browser: neither
    is of use to a telephone elsewhere. A SIP phone may be anywhere."""
    switch = asterisk.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    await switch.set_up(Plant((), (Extension("801", "softphone", "secret"), Extension("802", "phone", "secret"))))
    password = asterisk.site.web_call.password if account == "webcall" and asterisk.site.web_call else "secret"
    assert (await _invites(asterisk, account, password, "127.0.0.2")).startswith("SIP/2.0 401")
    assert not told.of(LegArrived)
    await _invites(asterisk, account, password)
    await _invites(asterisk, "802", "secret", "127.0.0.2")
    assert len(told.of(LegArrived)) == 2
    await switch.stop()


class _Stranger(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answers: asyncio.Queue[str] = asyncio.Queue()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        text = data.decode()
        if not text.startswith("SIP/2.0 100"):
            self.answers.put_nowait(text)

    async def answer(self) -> str:
        """Nothing, where the call is let in: nobody takes it up here."""
        try:
            return await asyncio.wait_for(self.answers.get(), 3)
        except TimeoutError:
            return ""


async def _invites(asterisk: OwnAsterisk, user: str, password: str = "", source: str = "127.0.0.1") -> str:
    """What an INVITE in this name is answered with, in the end."""
    host, _, port = asterisk.address.partition(":")
    transport, stranger = await asyncio.get_running_loop().create_datagram_endpoint(_Stranger, local_addr=(source, 0))
    own = transport.get_extra_info("sockname")[1]
    try:
        transport.sendto(_invite(asterisk.address, user, source, own, 1, ""), (host, int(port)))
        answer = await stranger.answer()
        if answer and password:
            login = _login(answer, user, password, f"sip:4008001234@{asterisk.address}")
            transport.sendto(_invite(asterisk.address, user, source, own, 2, login), (host, int(port)))
            answer = await stranger.answer()
        return answer
    finally:
        transport.close()


def _invite(to: str, user: str, source: str, own: int, number: int, login: str) -> bytes:
    sdp = f"v=0\r\no=- 1 1 IN IP4 {source}\r\ns=-\r\nc=IN IP4 {source}\r\nt=0 0\r\nm=audio {own} RTP/AVP 8\r\n"
    lines = (
        f"INVITE sip:4008001234@{to} SIP/2.0",
        f"Via: SIP/2.0/UDP {source}:{own};branch=z9hG4bK{own}-{number};rport",
        "Max-Forwards: 70",
        f"From: <sip:{user}@{source}>;tag=1",
        f"To: <sip:4008001234@{to}>",
        f"Call-ID: {own}@{source}",
        f"CSeq: {number} INVITE",
        f"Contact: <sip:{user}@{source}:{own}>",
        *([login] if login else []),
        "Content-Type: application/sdp",
        f"Content-Length: {len(sdp)}",
        "",
        sdp,
    )
    return "\r\n".join(lines).encode()


def _login(challenge: str, user: str, password: str, uri: str) -> str:
    """RFC 2617 with qop=auth."""
    words = dict(re.findall(r'(realm|nonce|opaque)="([^"]*)"', challenge))

    def digest(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    own, what = digest(f"{user}:{words['realm']}:{password}"), digest(f"INVITE:{uri}")
    response = digest(f"{own}:{words['nonce']}:00000001:abc:auth:{what}")
    return (
        f'Authorization: Digest username="{user}", realm="{words["realm"]}", nonce="{words["nonce"]}", uri="{uri}", '
        f'response="{response}", opaque="{words.get("opaque", "")}", algorithm=MD5, qop=auth, '
        'nc=00000001, cnonce="abc"'
    )
