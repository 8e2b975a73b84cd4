"""Many telephones in one socket: SIP user agents without sound of their own, so that hundreds cost nothing.

    async with Crowd("127.0.0.1:5060", "127.0.0.70") as crowd:
        call = await crowd.call("4008210001")
        await call.answered()
        call.press("1")
        call.hang_up()

They can misbehave as no library lets one: refuse with any code, offer codecs nobody has, cancel while it rings.
Speaks just enough SIP (RFC 3261) and RTP (keys by RFC 4733, a word of silence each second) for a switch on the same
machine.
"""

import asyncio
import hashlib
import itertools
import re
import struct
from collections.abc import Callable
from types import TracebackType
from typing import Self

_ids = itertools.count(1)
RETRY_S = 0.5
TRIES = 8
EVENT = 101  # payload type of keys
KEYS = "0123456789*#ABCD"


class SipCall:
    """One call, made or taken. `code`: the final answer to the INVITE; `over`: it has ended."""

    def __init__(self, crowd: "Crowd", id: str, there: str, ours: str, theirs: str, offer: tuple[int, ...]) -> None:
        self.crowd = crowd
        self.id = id
        self.there = there  # Request-URI
        self.ours, self.theirs = ours, theirs  # From and To of what we send
        self.offer = offer
        self.number = ""
        self.invite = ""  # as it came, of a call that rings here
        self.ringing = False
        self.code = 0
        self.over = False
        self.cancelled = False
        self.media: tuple[str, int] | None = None
        self.branch = f"z9hG4bK{id}"
        self.cseq = 1
        self._seq = itertools.count(1)
        self._stamp = 0
        self._news = asyncio.Event()

    @property
    def up(self) -> bool:
        return self.code == 200 and not self.over

    async def until(self, ready: Callable[[], object], within_s: float = 15.0) -> None:
        try:
            async with asyncio.timeout(within_s):
                while not ready():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.id}: ringing {self.ringing}, code {self.code}, over {self.over}") from None

    async def answered(self, within_s: float = 15.0) -> Self:
        await self.until(lambda: self.code or self.over, within_s)
        assert self.up, (self.code, self.over)
        return self

    async def ended(self, within_s: float = 15.0) -> int:
        """The final code, once the call is over."""
        await self.until(lambda: self.over, within_s)
        return self.code

    def take(self, code: int = 200, codecs: tuple[int, ...] = (8, 0, EVENT)) -> None:
        """Answers a call that rings here."""
        if self.over or self.code:
            return
        self.code = code
        self.over = code >= 300
        body = self.crowd.sdp(codecs) if code == 200 else ""
        self.crowd.reply(self.invite, code, self, body)
        self.stir()

    def hang_up(self) -> None:
        """Whatever there is to end: cancels what rings, ends what is up."""
        if self.over:
            return
        if self.invite and not self.code:
            self.take(603)
        elif not self.code:
            self.cancelled = True
            self.crowd.request("CANCEL", self, cseq=1, branch=self.branch)
        else:
            self.cseq += 1
            self.over = True
            self.crowd.repeat(f"{self.id} BYE", self.crowd.request("BYE", self, cseq=self.cseq))
        self.stir()

    def press(self, keys: str) -> None:
        """Keys, one after the other, each as long as a finger's touch."""
        assert self.media is not None
        for key in keys:
            self._stamp += 1600
            event = KEYS.index(key)
            for n in range(1, 7):
                end = 0x80 if n > 3 else 0
                body = struct.pack("!BBH", event, end | 10, min(n, 4) * 160)
                self.crowd.rtp(self, EVENT, body, self._stamp, marker=n == 1)

    def breathe(self) -> None:
        self._stamp += 8000
        self.crowd.rtp(self, 8, b"\xd5" * 160, self._stamp)

    def next(self) -> int:
        return next(self._seq)

    def stir(self) -> None:
        self._news.set()
        self.crowd.stir()


class Crowd(asyncio.DatagramProtocol):
    """All at one address. `taking`: what a call that comes in is answered with at once; None: it rings on."""

    def __init__(self, server: str, address: str, port: int = 0) -> None:
        host, _, number = server.partition(":")
        self.server = (host, int(number))
        self.address = address
        self.port = port
        self.calls: dict[str, SipCall] = {}
        self.taking: int | None = None
        self.codecs: tuple[int, ...] = (8, 0, EVENT)
        self.deaf = False  # answers nothing at all
        self.logins: dict[str, int] = {}  # user → the last answer to its registration
        self._passwords: dict[str, tuple[str, str]] = {}
        self._repeating: dict[str, asyncio.Task[None]] = {}
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._sip, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.address, self.port))
        self.port = self._sip.get_extra_info("sockname")[1]
        self._rtp, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(self.address, 0))
        self._rtp_port = self._rtp.get_extra_info("sockname")[1]
        self._breathing = asyncio.create_task(self._breathe())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._breathing.cancel()
        for call in self.calls.values():
            call.hang_up()
        for user in [user for user, code in self.logins.items() if code == 200]:
            await self.register(user, self._passwords[user][0], expires=0)
        await asyncio.sleep(0.1)  # what they answer to our farewell is for nobody
        for task in self._repeating.values():
            task.cancel()
        self._sip.close()
        self._rtp.close()

    async def call(
        self, number: str, caller: str = "13800138000", codecs: tuple[int, ...] = (8, 0, EVENT)
    ) -> SipCall:
        """Dials; returns at once."""
        n = next(_ids)
        here = f"sip:{caller}@{self.address}:{self.port}"
        there = f"sip:{number}@{self.server[0]}:{self.server[1]}"
        call = SipCall(self, f"crowd-{n}-{self.port}", there, f"<{here}>;tag=t{n}", f"<{there}>", codecs)
        call.number = number
        self.calls[call.id] = call
        self.repeat(f"{call.id} INVITE", self.request("INVITE", call, body=self.sdp(codecs), branch=call.branch))
        return call

    async def register(self, user: str, password: str, expires: int = 300) -> int:
        """The final answer."""
        n = next(_ids)
        self._passwords[user] = (password, f"register-{n}-{self.port}")
        self.logins[user] = 0
        self._register(user, expires, 1, "")
        await self.until(lambda: self.logins[user], 5)
        return self.logins[user]

    async def rings(self, count: int = 1, within_s: float = 20.0) -> SipCall:
        """The `count`-th call that has come in here."""
        return (await self.ring(count, within_s))[count - 1]

    async def ring(self, count: int, within_s: float = 20.0) -> list[SipCall]:
        def come() -> list[SipCall]:
            return [call for call in self.calls.values() if call.invite]

        await self.until(lambda: len(come()) >= count, within_s)
        return come()

    async def until(self, ready: Callable[[], object], within_s: float) -> None:
        try:
            async with asyncio.timeout(within_s):
                while not ready():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = [(call.id, call.code, call.over) for call in self.calls.values()]
            raise AssertionError(f"{self.address}: {told} {self.logins}") from None

    def stir(self) -> None:
        self._news.set()

    # --- what is sent ------------------------------------------------------------------------------------------

    def request(self, method: str, call: SipCall, *, body: str = "", cseq: int = 1, branch: str = "") -> bytes:
        branch = branch or f"z9hG4bK{call.id}-{cseq}-{method}"
        return self._send(
            f"{method} {call.there} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.address}:{self.port};branch={branch};rport\r\n"
            f"From: {call.ours}\r\nTo: {call.theirs}\r\nCall-ID: {call.id}\r\nCSeq: {cseq} {method}\r\n"
            f"Max-Forwards: 70\r\nContact: <sip:crowd@{self.address}:{self.port}>\r\n" + _with(body)
        )

    def reply(self, request: str, code: int, call: SipCall | None = None, body: str = "") -> None:
        kept = re.findall(r"(?im)^(?:via|record-route|from|call-id|cseq):.*\r\n", request)
        to = _header(request, "To")
        if call is not None and "tag=" not in to:
            to += f";tag=u{call.id}"
        self._send(
            f"SIP/2.0 {code} So\r\n{''.join(kept)}To: {to}\r\n"
            f"Contact: <sip:crowd@{self.address}:{self.port}>\r\n" + _with(body)
        )

    def repeat(self, key: str, data: bytes) -> None:
        """Again until it is answered, since datagrams get lost."""

        async def again() -> None:
            for _ in range(TRIES):
                await asyncio.sleep(RETRY_S)
                self._sip.sendto(data, self.server)

        self._repeating[key] = asyncio.create_task(again())

    def rtp(self, call: SipCall, kind: int, body: bytes, stamp: int, *, marker: bool = False) -> None:
        head = struct.pack(
            "!BBHII", 0x80, kind | (0x80 if marker else 0), call.next() % 65536, stamp, hash(call) % 2**32
        )
        if call.media is not None:
            self._rtp.sendto(head + body, call.media)

    def sdp(self, codecs: tuple[int, ...]) -> str:
        names = {0: "PCMU/8000", 8: "PCMA/8000", 18: "G729/8000", EVENT: "telephone-event/8000"}
        maps = "".join(f"a=rtpmap:{codec} {names[codec]}\r\n" for codec in codecs)
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
            f"m=audio {self._rtp_port} RTP/AVP {' '.join(map(str, codecs))}\r\n{maps}"
        )

    def _register(self, user: str, expires: int, cseq: int, login: str) -> None:
        uri = f"sip:{self.server[0]}:{self.server[1]}"
        id = self._passwords[user][1]
        self._send(
            f"REGISTER {uri} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK{id}-{cseq};rport\r\n"
            f"From: <sip:{user}@{self.server[0]}>;tag={id}\r\nTo: <sip:{user}@{self.server[0]}>\r\n"
            f"Call-ID: {id}/{expires}\r\nCSeq: {cseq} REGISTER\r\nMax-Forwards: 70\r\nExpires: {expires}\r\n"
            f"Contact: <sip:{user}@{self.address}:{self.port}>\r\n{login}" + _with("")
        )

    def _send(self, text: str) -> bytes:
        data = text.encode()
        self._sip.sendto(data, self.server)
        return data

    async def _breathe(self) -> None:
        while True:
            await asyncio.sleep(1)
            for call in tuple(self.calls.values()):
                if call.up and call.media is not None:
                    call.breathe()

    # --- what comes --------------------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, _: tuple[str | int, int]) -> None:
        text = data.decode(errors="replace")
        if self.deaf or not text.strip():
            return
        first = text.split(" ", 1)[0]
        if first == "SIP/2.0":
            self._answer(int(text[8:11]), _header(text, "CSeq").split()[1], text)
        else:
            self._asked(first, text)
        self.stir()

    def _answer(self, code: int, method: str, text: str) -> None:
        if method == "REGISTER":
            self._registered(code, text)
            return
        call = self.calls.get(_header(text, "Call-ID"))
        if call is None:
            return
        if (task := self._repeating.pop(f"{call.id} {method}", None)) is not None:
            task.cancel()
        if method != "INVITE":
            return
        if code < 200:
            call.ringing = call.ringing or code >= 180
        else:
            call.theirs = _header(text, "To")
            if code < 300:
                found = re.search(r"<([^>]+)>", _header(text, "Contact"))
                call.there = found[1] if found else call.there
                _hear_of_media(call, text)
            self.request("ACK", call, cseq=1, branch=call.branch if code >= 300 else "")
            call.code = call.code or code
            call.over = call.over or code >= 300
            if call.cancelled:
                call.hang_up()  # answered at the very moment
        call.stir()

    def _registered(self, code: int, text: str) -> None:
        id, _, expires = _header(text, "Call-ID").partition("/")
        user = next((user for user, (_, known) in self._passwords.items() if known == id), None)
        if user is None or code < 200:
            return
        cseq = int(_header(text, "CSeq").split()[0])
        if code != 401 or cseq > 1:
            self.logins[user] = code
            return
        asked = dict(re.findall(r'(\w+)="?([^",]+)"?', _header(text, "WWW-Authenticate")))
        uri = f"sip:{self.server[0]}:{self.server[1]}"
        secret = _md5(f"{user}:{asked['realm']}:{self._passwords[user][0]}")
        proof = _md5(f"{secret}:{asked['nonce']}:00000001:c:auth:{_md5('REGISTER:' + uri)}")
        login = (
            f'Authorization: Digest username="{user}",realm="{asked["realm"]}",nonce="{asked["nonce"]}",uri="{uri}",'
            f'response="{proof}",algorithm=MD5,qop=auth,nc=00000001,cnonce="c",opaque="{asked.get("opaque", "")}"\r\n'
        )
        self._register(user, int(expires), cseq + 1, login)

    def _asked(self, method: str, text: str) -> None:
        call = self.calls.get(_header(text, "Call-ID"))
        if method == "INVITE" and call is None:
            self._rung(text)
        elif method == "INVITE" and call is not None:  # again, or new terms for the media
            if call.code == 200 or not call.invite:
                _hear_of_media(call, text)
                self.reply(text, 200, call, self.sdp(call.offer))
        elif method == "CANCEL" and call is not None:
            self.reply(text, 200, call)
            call.take(487)
        elif method == "BYE" and call is not None:
            self.reply(text, 200, call)
            call.over = True
            call.stir()
        elif method != "ACK":
            self.reply(text, 200 if method in {"OPTIONS", "INFO", "NOTIFY", "UPDATE"} else 481, call)

    def _rung(self, text: str) -> None:
        id = _header(text, "Call-ID")
        found = re.search(r"<([^>]+)>", _header(text, "Contact"))
        ours = f"{_header(text, 'To')};tag=u{id}"
        call = SipCall(self, id, found[1] if found else "", ours, _header(text, "From"), self.codecs)
        call.invite = text
        call.number = text.split(" ", 2)[1].removeprefix("sip:").partition("@")[0]
        _hear_of_media(call, text)
        self.calls[id] = call
        self.reply(text, 180, call)
        if self.taking is not None:
            call.take(self.taking, self.codecs)


def _with(body: str) -> str:
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return f"{kind}Content-Length: {len(body)}\r\n\r\n{body}"


def _header(text: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}\s*:\s*(.*?)\r?$", text)
    return found[1] if found else ""


def _hear_of_media(call: SipCall, text: str) -> None:
    address = re.search(r"(?m)^c=IN IP4 (\S+)", text)
    port = re.search(r"(?m)^m=audio (\d+)", text)
    if address and port:
        call.media = (address[1], int(port[1]))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
