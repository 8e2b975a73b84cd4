"""Ports that the private Asterisk listens on: free ones, chosen once and remembered, so that telephones and trunks
find it at the same place after every start."""

import secrets
import socket
from pathlib import Path

import msgspec

_SIP = (5060, 5160, 5260)
_RTP_FIRST, _RTP_LAST, _RTP_BLOCK = 16_000, 32_000, 4_000  # below what systems hand out by themselves


class Sockets(msgspec.Struct, frozen=True):
    """`rtp_first` to `rtp_last`: two ports a leg."""

    sip: int
    tls: int
    http: int
    ami: int
    rtp_first: int
    rtp_last: int


def choose(file: Path, sip_host: str, *, sip_port: int | None = None, private: bool = False) -> Sockets:
    """The remembered ports where they are free, else others, which are remembered from now on.

    `sip_port`: wanted for SIP, taken as it is. `private`: no well-known ports (tests, several centres on a machine).
    """
    known = remembered(file)
    sip = sip_port or _first_free([*([known.sip] if known else []), *(() if private else _SIP)], sip_host)
    first = known.rtp_first if known else _rtp_block()
    found = Sockets(
        sip=sip,
        tls=_first_free([known.tls] if known else [], "127.0.0.1"),
        http=_first_free([known.http] if known else [], "127.0.0.1"),
        ami=_first_free([known.ami] if known else [], "127.0.0.1"),
        rtp_first=first,
        rtp_last=first + _RTP_BLOCK - 1,
    )
    if found != known:
        file.write_bytes(msgspec.json.encode(found))
    return found


def remembered(file: Path) -> Sockets | None:
    """What was chosen before; None: nothing, or nothing that can be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Sockets)
    except (OSError, msgspec.DecodeError):
        return None


def _first_free(wanted: list[int], host: str) -> int:
    for port in wanted:
        if _is_free(port, host):
            return port
    while True:
        with socket.socket() as probe:
            probe.bind((host, 0))
            port = int(probe.getsockname()[1])
        if _is_free(port, host):
            return port


def _is_free(port: int, host: str) -> bool:
    """For UDP and TCP alike: SIP takes both."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that lingers after its end is free
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


def _rtp_block() -> int:
    """A block by chance, for centres that share a machine; Asterisk skips ports that are taken."""
    blocks = range(_RTP_FIRST, _RTP_LAST, _RTP_BLOCK)
    return secrets.choice(blocks)
