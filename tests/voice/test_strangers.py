"""Who may come in by a trunk: its own address, and nobody who merely says its name."""

import asyncio

import pytest
from asterisk_switch import OwnAsterisk
from listening import Told

from jietong.channels.switch import LegArrived, Plant, Trunk, Up

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
    answer = await _invites(asterisk, user="trunk-main")
    assert not [one for one in told.all if isinstance(one, LegArrived)], "let in without a password"
    assert answer.startswith("SIP/2.0 401"), answer
    await switch.stop()


class _Stranger(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        line = data.decode().partition("\r\n")[0]
        if not self.answer.done() and not line.endswith("Trying"):
            self.answer.set_result(line)


async def _invites(asterisk: OwnAsterisk, *, user: str) -> str:
    """The first line of what an INVITE in this name is answered with."""
    host, _, port = asterisk.address.partition(":")
    transport, stranger = await asyncio.get_running_loop().create_datagram_endpoint(
        _Stranger, local_addr=("127.0.0.1", 0)
    )
    own = transport.get_extra_info("sockname")[1]
    sdp = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {own} RTP/AVP 8\r\n"
    lines = (
        f"INVITE sip:4008001234@{asterisk.address} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bKstranger;rport",
        "Max-Forwards: 70",
        f"From: <sip:{user}@{host}>;tag=1",
        f"To: <sip:4008001234@{asterisk.address}>",
        "Call-ID: stranger@127.0.0.1",
        "CSeq: 1 INVITE",
        f"Contact: <sip:{user}@127.0.0.1:{own}>",
        "Content-Type: application/sdp",
        f"Content-Length: {len(sdp)}",
        "",
        sdp,
    )
    transport.sendto("\r\n".join(lines).encode(), (host, int(port)))
    try:
        return await asyncio.wait_for(stranger.answer, 5)
    except TimeoutError:
        return "nothing"
    finally:
        transport.close()
