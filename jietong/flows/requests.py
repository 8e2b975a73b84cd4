"""Requests of flows to other systems, kept on a short lead.

A request goes only to hosts that are listed: by the flow, or by the site (`SiteSpec.request_hosts`). Addresses inside
(loopback, private networks, link-local …) are open to hosts of the site's list alone, whoever draws the flow. The
name is resolved once and that very address is connected to, so that it cannot change its mind in between; redirects
are not followed; size and time are limited. Nothing that is asked or answered is logged.
"""

import asyncio
import ipaddress
import json
import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import structlog

from jietong.core.errors import Forbidden, JietongError, Unavailable
from jietong.flows import acts as a
from jietong.flows.model import Flow
from jietong.flows.nodes import host_of

log = structlog.get_logger(__name__)

MOST_BYTES = 256 * 1024
MOST_AT_ONCE = 50
LONGEST_S = 30


class Requests:
    """`hosts` gives the site's list, as it is at the moment."""

    def __init__(self, hosts: Callable[[], Iterable[str]] = tuple, *, verify: ssl.SSLContext | bool = True) -> None:
        self._hosts = hosts
        self._verify = verify
        self._client: httpx.AsyncClient | None = None
        self._gate = asyncio.Semaphore(MOST_AT_ONCE)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def fetch(self, flow: Flow, wish: a.Fetch) -> dict[str, str] | None:
        """What was to be saved, by variable. None: refused, out of reach, too slow, too long, or lacking."""
        try:
            async with asyncio.timeout(min(max(wish.timeout_s, 1), LONGEST_S)), self._gate:
                status, body = await self._send(flow, wish)
        except JietongError as error:
            log.warning("flow_request_refused", flow=flow.id, code=error.code, detail=error.detail)
            return None
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            log.warning("flow_request_failed", flow=flow.id, host=host_of(wish.url), error=type(error).__name__)
            return None
        if not 200 <= status < 300:
            log.info("flow_request_answered", flow=flow.id, host=host_of(wish.url), status=status)
            return None
        return saved(body, wish.save)

    async def _send(self, flow: Flow, wish: a.Fetch) -> tuple[int, bytes]:
        host = host_of(wish.url)
        trusted = {one.casefold() for one in self._hosts()}
        if host is None or host not in trusted | {one.casefold() for one in flow.hosts}:
            raise Forbidden("host_not_allowed", f"The host {host!r} is not on the list of those allowed.")
        url = httpx.URL(wish.url)
        address = await resolved(host, url.port or (443 if url.scheme == "https" else 80), inside=host in trusted)
        if self._client is None:
            limits = httpx.Limits(max_connections=MOST_AT_ONCE, max_keepalive_connections=0)
            self._client = httpx.AsyncClient(trust_env=False, verify=self._verify, limits=limits, timeout=LONGEST_S)
        headers = {name: text for name, text in wish.headers.items() if name.casefold() != "host"}
        headers["Host"] = url.netloc.decode("ascii")
        async with self._client.stream(
            wish.method,
            url.copy_with(host=address),
            headers=headers,
            content=wish.body.encode() if wish.body and wish.method != "GET" else None,
            follow_redirects=False,
            extensions={"sni_hostname": host},
        ) as response:
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise Unavailable("answer_too_large", f"The answer has more than {MOST_BYTES >> 10} KiB.")
            return response.status_code, body


async def resolved(host: str, port: int, *, inside: bool) -> str:
    """An address of the host. Raises Forbidden `inside_address` where any of them lies inside and must not."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=1)
    addresses = [str(one[4][0]) for one in found]
    if not addresses:
        raise Unavailable("no_address", f"The host {host!r} has no address.")
    if not inside and any(not outside(address) for address in addresses):
        raise Forbidden(
            "inside_address", f"The host {host!r} lies inside: an administrator must put it on the site's list."
        )
    return addresses[0]


def outside(address: str) -> bool:
    """Whether it is an address of the public internet."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        within = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if within is not None:
            parsed = within
    return parsed.is_global and not parsed.is_multicast


def saved(body: bytes, save: Iterable[tuple[str, str]]) -> dict[str, str] | None:
    """The values at the paths; None where one of them is not there."""
    wanted = list(save)
    out: dict[str, str] = {}
    document: Any = None
    if any(path for _, path in wanted):
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return None
    for variable, path in wanted:
        if not path:
            out[variable] = body.decode("utf-8", "replace")
            continue
        value = _at(document, path)
        if value is None:
            return None
        out[variable] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return out


def _at(document: Any, path: str) -> Any:
    here = document
    for step in path.split("."):
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, list) and step.isascii() and step.isdigit() and len(step) < 9:
            here = here[int(step)] if int(step) < len(here) else None
        else:
            return None
    return here
