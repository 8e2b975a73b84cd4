"""A thin client of Asterisk's REST interface: requests by HTTP, events by one WebSocket, nothing remembered.

    async with Ari(url, user, password) as ari:
        async with aclosing(ari.events("jietong")) as events:
            async for event in events: ...        # ends when the connection does
        await ari.post("channels", leg, "answer")

Requests go side by side over kept connections, because some of them wait for the channel's own thread. aiohttp and
not httpx: a call makes some two dozen requests, and each costs a fraction of the processor time.
"""

from base64 import b64encode
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import aiohttp
import msgspec
import websockets
from msgspec import Struct
from yarl import URL

from jietong.core.errors import Refused, Unavailable


class AriError(Exception):
    """Asterisk refused. `status`: 400 … 500 of HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


# --- what it tells, as far as we listen ------------------------------------------------------------------------


class Party(Struct):
    name: str = ""
    number: str = ""


class Channel(Struct):
    id: str
    name: str = ""
    state: str = ""  # Down | Rsrvd | OffHook | Dialing | Ring | Ringing | Up | Busy …
    caller: Party = msgspec.field(default_factory=Party)
    connected: Party = msgspec.field(default_factory=Party)
    channelvars: dict[str, str] = {}
    app: str = ""  # whose hands it is in


class Bridge(Struct):
    id: str
    bridge_type: str = ""
    channels: list[str] = []


class Playback(Struct):
    id: str
    state: str = ""  # queued | playing | continuing | done | failed | cancelled
    target_uri: str = ""


class Recording(Struct):
    name: str
    state: str = ""
    duration: int = 0  # s
    cause: str = ""


class Contact(Struct):
    aor: str = ""
    contact_status: str = ""
    uri: str = ""


class Endpoint(Struct):
    technology: str = ""
    resource: str = ""
    state: str = ""  # unknown | offline | online
    channel_ids: list[str] = []


class Destination(Struct):
    protocol_id: str = ""
    destination: str = ""


class ReferTo(Struct):
    requested_destination: Destination = msgspec.field(default_factory=Destination)
    destination_channel: Channel | None = None
    connected_channel: Channel | None = None


class ReferredBy(Struct):
    source_channel: Channel
    connected_channel: Channel | None = None


class Event(Struct):
    """Base. `timestamp` as Asterisk writes it: 2026-07-20T21:35:32.123+0000."""

    timestamp: str = ""


class StasisStart(Event):
    channel: Channel = msgspec.field(default_factory=lambda: Channel(""))
    args: list[str] = []
    replace_channel: Channel | None = None


class OfChannel(Event):
    channel: Channel = msgspec.field(default_factory=lambda: Channel(""))


class StasisEnd(OfChannel):
    pass


class ChannelStateChange(OfChannel):
    pass


class ChannelHold(OfChannel):
    pass


class ChannelUnhold(OfChannel):
    pass


class ChannelDestroyed(OfChannel):
    cause: int = 0
    tech_cause: int = 0  # SIP status where there was one


class ChannelHangupRequest(OfChannel):
    pass


class ChannelDtmfReceived(OfChannel):
    digit: str = ""


class ChannelVarset(Event):
    channel: Channel | None = None
    variable: str = ""
    value: str = ""


class ChannelLeftBridge(Event):
    bridge: Bridge = msgspec.field(default_factory=lambda: Bridge(""))
    channel: Channel = msgspec.field(default_factory=lambda: Channel(""))


class ChannelEnteredBridge(ChannelLeftBridge):
    pass


class BridgeDestroyed(Event):
    bridge: Bridge = msgspec.field(default_factory=lambda: Bridge(""))


class ChannelTransfer(Event):
    refer_to: ReferTo = msgspec.field(default_factory=ReferTo)
    referred_by: ReferredBy | None = None
    state: str = ""


class OfPlayback(Event):
    playback: Playback = msgspec.field(default_factory=lambda: Playback(""))


class PlaybackFinished(OfPlayback):
    pass


class OfRecording(Event):
    recording: Recording = msgspec.field(default_factory=lambda: Recording(""))


class RecordingFinished(OfRecording):
    pass


class RecordingFailed(OfRecording):
    pass


class ContactStatusChange(Event):
    contact_info: Contact = msgspec.field(default_factory=Contact)
    endpoint: Endpoint = msgspec.field(default_factory=Endpoint)


class EndpointStateChange(Event):
    endpoint: Endpoint = msgspec.field(default_factory=Endpoint)


class ApplicationReplaced(Event):
    pass


HEARD: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        StasisStart,
        StasisEnd,
        ChannelStateChange,
        ChannelHold,
        ChannelUnhold,
        ChannelDestroyed,
        ChannelHangupRequest,
        ChannelDtmfReceived,
        ChannelVarset,
        ChannelEnteredBridge,
        ChannelLeftBridge,
        BridgeDestroyed,
        ChannelTransfer,
        PlaybackFinished,
        RecordingFinished,
        RecordingFailed,
        ContactStatusChange,
        EndpointStateChange,
        ApplicationReplaced,
    )
}


class _Head(Struct):
    type: str


_head = msgspec.json.Decoder(_Head)
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in HEARD.items()}


def decode(frame: bytes | str) -> Event | None:
    """One event; None: a kind that we do not listen to."""
    decoder = _decoders.get(_head.decode(frame).type)
    return decoder.decode(frame) if decoder is not None else None


class Ari:
    """`url`: `http://host:port`, without `/ari`."""

    def __init__(self, url: str, user: str, password: str, *, timeout_s: float = 10.0) -> None:
        self._url = url.rstrip("/")
        self._login = {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}
        self._http = aiohttp.ClientSession(
            headers=self._login,
            timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=2.0),
            connector=aiohttp.TCPConnector(
                limit=16, keepalive_timeout=10.0
            ),  # idle ones go before Asterisk drops them
            trust_env=False,  # a proxy between us and our own switch would be a mistake
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.close()

    async def get(self, *path: str, **parameters: str | int | bool) -> Any:
        return await self._request("GET", path, parameters, None)

    async def post(self, *path: str, body: object = None, **parameters: str | int | bool) -> Any:
        return await self._request("POST", path, parameters, body)

    async def put(self, *path: str, body: object = None, **parameters: str | int | bool) -> Any:
        return await self._request("PUT", path, parameters, body)

    async def delete(self, *path: str, **parameters: str | int | bool) -> Any:
        return await self._request("DELETE", path, parameters, None)

    async def download(self, *path: str) -> bytes:
        """A stored file, whole."""
        status, content = await self._send("GET", path, {}, None)
        if status >= 400:
            raise AriError(status, "not to be had")
        return content

    async def events(self, app: str) -> AsyncGenerator[Event, None]:
        """All that happens in Asterisk, in order, until the connection ends. The first item is a bare `Event`: from
        then on calls reach us. Raises Unavailable `switch_gone` where no connection is had, Refused `switch_login`
        where user or password are wrong."""
        address = urlsplit(self._url)
        scheme = "wss" if address.scheme == "https" else "ws"
        query = f"app={quote(app)}&subscribeAll=true"
        uri = urlunsplit((scheme, address.netloc, f"{address.path}/ari/events", query, ""))
        try:
            async with websockets.connect(
                uri,
                additional_headers=self._login,  # not in the address, which ends in logs
                open_timeout=3,
                ping_interval=5,
                ping_timeout=10,
                close_timeout=1,
                max_size=4 << 20,
                max_queue=4096,
                compression=None,
                proxy=None,
            ) as socket:
                yield Event()
                async for frame in socket:
                    event = decode(frame)
                    if event is not None:
                        yield event
        except websockets.InvalidStatus as error:
            if error.response.status_code in {401, 403}:
                raise Refused("switch_login", "The switch knows no such user, or the password is wrong.") from error
            raise gone(f"it answered {error.response.status_code}") from error
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            raise gone(str(error) or type(error).__name__) from error

    async def _request(
        self, method: str, path: tuple[str, ...], parameters: dict[str, str | int | bool], body: object
    ) -> Any:
        status, content = await self._send(method, path, parameters, body)
        if status >= 400:
            raise AriError(status, _reason(content))
        return msgspec.json.decode(content) if content else None

    async def _send(
        self, method: str, path: tuple[str, ...], parameters: dict[str, str | int | bool], body: object
    ) -> tuple[int, bytes]:
        words = {
            key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in parameters.items()
        }
        content = msgspec.json.encode(body) if body is not None else None
        headers = {"Content-Type": "application/json"} if content is not None else None
        query = f"?{urlencode(words, quote_via=quote)}" if words else ""
        url = URL(f"{self._url}/ari/{'/'.join(quote(part, safe='') for part in path)}{query}", encoded=True)
        try:
            async with self._http.request(method, url, data=content, headers=headers) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise gone(str(error) or type(error).__name__) from error


def gone(why: str) -> Unavailable:
    return Unavailable("switch_gone", f"The telephone switch does not answer: {why}.")


def _reason(content: bytes) -> str:
    try:
        found = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return content[:200].decode(errors="replace")
    return str(found.get("message") or found.get("error") or "") if isinstance(found, dict) else ""
