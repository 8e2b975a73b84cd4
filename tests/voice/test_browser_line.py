"""SIP over WebSocket, as browsers speak it through the platform's proxy."""

import uuid

import websockets
from asterisk_switch import OwnAsterisk
from listening import Told

from jietong.channels.switch import Extension, Plant, Up


async def test_a_browser_is_asked_for_its_password(asterisk: OwnAsterisk) -> None:
    switch = asterisk.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    await switch.set_up(Plant((), (Extension("801", "softphone", "secret"),)))
    register = "\r\n".join(
        (
            "REGISTER sip:jietong SIP/2.0",
            f"Via: SIP/2.0/WS a.invalid;branch=z9hG4bK{uuid.uuid4().hex}",
            "Max-Forwards: 70",
            "To: <sip:801@jietong>",
            "From: <sip:801@jietong>;tag=1",
            f"Call-ID: {uuid.uuid4().hex}",
            "CSeq: 1 REGISTER",
            "Contact: <sip:801@a.invalid;transport=ws>",
            "Content-Length: 0",
            "",
            "",
        )
    )
    subprotocols = [websockets.Subprotocol("sip")]
    async with websockets.connect(switch.web_socket_url, subprotocols=subprotocols, proxy=None) as socket:
        assert socket.subprotocol == "sip"
        await socket.send(register)
        answer = str(await socket.recv())
    assert answer.startswith("SIP/2.0 401")
    assert "WWW-Authenticate: Digest" in answer
    assert switch.web_call is not None
    await switch.stop()
