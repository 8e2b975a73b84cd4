"""A trunk that registers with its provider: told as up, as down when it is refused."""

import asyncio
from typing import cast

from asterisk_switch import OwnAsterisk
from listening import Told

from jietong.channels.switch import Plant, Trunk, TrunkStatus, Up


class Provider(asyncio.DatagramProtocol):
    """Answers every request with one status."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.users: set[str] = set()
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        lines = data.decode().split("\r\n")
        if not lines[0].startswith(("REGISTER", "OPTIONS")):
            return
        kept = [line for line in lines if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:", "Contact:"))]
        self.users |= {line.partition("sip:")[2].partition("@")[0] for line in kept if line.startswith("From:")}
        answer = "\r\n".join((f"SIP/2.0 {self.status}", *kept, "Expires: 300", "Content-Length: 0", "", ""))
        assert self.transport is not None
        self.transport.sendto(answer.encode(), address)


async def test_a_registration_that_is_taken_and_one_that_is_refused(asterisk: OwnAsterisk) -> None:
    transport, provider = await asyncio.get_running_loop().create_datagram_endpoint(
        Provider, local_addr=("127.0.1.40", 0)
    )
    host, port = transport.get_extra_info("sockname")
    trunk = Trunk("main", "registration", host, port, "udp", "4008001234", "secret", (), 30, ("alaw",))
    switch = asterisk.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    await switch.set_up(Plant((trunk,)))
    await told.until(TrunkStatus, trunk="main", up=True)
    assert "4008001234" in provider.users
    assert (await switch.scene()).trunks == {"main": True}
    told.all.clear()
    provider.status = "403 Forbidden"
    await switch.set_up(Plant((trunk._replace(username="4008005678"),)))
    await told.until(TrunkStatus, trunk="main", up=False)
    assert (await switch.scene()).trunks == {"main": False}
    transport.close()
    await switch.stop()
