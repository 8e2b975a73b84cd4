"""Requests of flows against a real server: what they may reach, how long and how much, and what is saved."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jietong.flows import acts as a
from jietong.flows import model as m
from jietong.flows import requests
from jietong.flows.requests import Requests, outside, saved


class Server:
    """Answers by the path: /ok, /slow, /big, /moved, /garbage, /503."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next((int(line[15:]) for line in head.lower().split("\r\n") if "content-length" in line), 0)
            body = (await reader.readexactly(length)).decode()
            self.asked.append(head + body)
            path = head.split(" ")[1].split("?")[0]
            if path == "/slow":
                await asyncio.sleep(30)
            text = json.dumps({"order": {"status": "发货", "items": [{"name": "冰箱"}], "n": 3}})
            text = {"/garbage": "{", "/big": "x" * (requests.MOST_BYTES + 1)}.get(path, text)
            status = {"/503": "503 Sorry", "/moved": f"302 Found\r\nLocation: http://127.0.0.1:{self.port}/ok"}
            data = text.encode()
            line = f"HTTP/1.1 {status.get(path, '200 OK')}\r\nContent-Length: {len(data)}\r\n\r\n"
            writer.write(line.encode() + data)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    tasks: set[asyncio.Task[Any]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(made.serve(reader, writer)))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def flow(*hosts: str) -> m.Flow:
    return m.Flow(id="f", name={}, client="c", hosts=hosts)


def wish(server: Server, path: str, *save: tuple[str, str], host: str = "127.0.0.1", **more: Any) -> a.Fetch:
    fields: dict[str, Any] = {"method": "GET", "headers": {}, "body": "", "timeout_s": 2, **more}
    return a.Fetch(url=f"http://{host}:{server.port}{path}", save=save, **fields)


async def test_an_answer_is_saved_by_its_paths(server: Server) -> None:
    asking = Requests(lambda: ["127.0.0.1"])
    save = (("status", "order.status"), ("first", "order.items.0.name"), ("n", "order.n"), ("all", ""))
    found = await asking.fetch(
        flow(), wish(server, "/ok", *save, method="POST", headers={"X-Key": "k"}, body='{"pin": "4821"}')
    )
    assert found is not None
    assert (found["status"], found["first"], found["n"]) == ("发货", "冰箱", "3")
    assert found["all"].startswith("{")
    assert "POST /ok" in server.asked[0]
    assert "X-Key: k" in server.asked[0]
    assert server.asked[0].endswith('{"pin": "4821"}')
    await asking.close()


@pytest.mark.parametrize("path", ["/503", "/moved", "/garbage", "/big", "/slow"])
async def test_a_system_that_is_slow_or_talks_nonsense_fails_the_request_alone(server: Server, path: str) -> None:
    asking = Requests(lambda: ["127.0.0.1"])
    assert await asking.fetch(flow(), wish(server, path, ("x", "order.status"), timeout_s=1)) is None
    assert await asking.fetch(flow(), wish(server, "/ok", ("x", "no.such.path"))) is None
    assert len(server.asked) == 2, "a redirect is not followed"
    await asking.close()


async def test_addresses_inside_are_for_the_site_s_list_alone(server: Server) -> None:
    asking = Requests(lambda: ["erp.example"])
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]"):
        assert await asking.fetch(flow("127.0.0.1", "localhost", "127.1", "2130706433", "::ffff:127.0.0.1"),
                                  wish(server, "/ok", host=host)) is None, host  # fmt: skip
    assert await asking.fetch(flow(), wish(server, "/ok")) is None, "not on any list"
    assert server.asked == []
    await asking.close()


async def test_the_address_that_was_looked_at_is_the_one_that_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]  # a name server that changes its mind
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def getaddrinfo(host: Any, port: Any, **more: Any) -> Any:
        if host == "rebind.example":
            return [(2, 1, 6, "", (address, port)) for address in answers.pop(0)]
        return await real(host, port, **more)

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    asking = Requests()
    assert await asking.fetch(flow("rebind.example"), wish(server, "/ok", host="rebind.example", timeout_s=1)) is None
    assert server.asked == []
    assert len(answers) == 1, "it was looked up once"
    await asking.close()


async def test_a_system_with_tls_proves_its_name_and_not_its_address(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = tmp_path / "erp.pem"
    certificate.write_bytes(certified("erp.test"))
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    tasks: set[asyncio.Task[None]] = set()
    listening = await asyncio.start_server(
        lambda r, w: tasks.add(asyncio.create_task(server.serve(r, w))), "127.0.0.1", 0, ssl=ours
    )
    port = listening.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()

    async def getaddrinfo(host: Any, _port: Any, **more: Any) -> Any:
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    asking = Requests(lambda: ["erp.test", "other.test"], verify=trusting)

    def of(host: str) -> a.Fetch:
        return a.Fetch("GET", f"https://{host}:{port}/ok", {}, "", 5, (("status", "order.status"),))

    assert await asking.fetch(flow(), of("erp.test")) == {"status": "发货"}
    assert f"Host: erp.test:{port}" in server.asked[0]
    assert await asking.fetch(flow(), of("other.test")) is None
    await asking.close()
    strict = Requests(lambda: ["erp.test"])
    assert await strict.fetch(flow(), of("erp.test")) is None, "a certificate that nobody vouches for"
    await strict.close()
    listening.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def certified(host: str) -> bytes:
    """A key and a certificate for this name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return plain + certificate.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "2002:7f00:1::", "::", "nonsense"],
)  # fmt: skip
def test_what_lies_inside(address: str) -> None:
    assert not outside(address)


def test_what_lies_outside() -> None:
    assert outside("93.184.216.34")
    assert outside("2606:2800:220:1::1")


def test_an_answer_nested_without_end_is_refused() -> None:
    assert saved(b"[" * 200_000, [("x", "a")]) is None
    assert saved(b'{"a": null}', [("x", "a")]) is None
    assert saved(b'{"a": {"b": true}}', [("x", "a"), ("y", "a.b")]) == {"x": '{"b": true}', "y": "true"}
