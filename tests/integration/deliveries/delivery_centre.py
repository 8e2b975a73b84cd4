"""The centre of the report tests with its deliveries, and real servers that receive them."""

import asyncio
import socket
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import asyncssh
import httpx
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from report_centre import Centre

from jietong.calls.secrets import Safe
from jietong.core.clock import Clock
from jietong.reports.deliveries import Deliveries
from jietong.reports.delivery_runner import Runner
from jietong.reports.service import Reports


def deliveries_of(centre: Centre, home: Path, clock: Clock | None = None, lease_ms: int = 60_000) -> Deliveries:
    clock = clock or centre.clock
    reports = Reports(centre.database, centre.warehouse, clock)
    safe = Safe.of(home / "keys", "deliveries.key")
    runner = Runner(
        centre.database, reports, clock, safe, home / "deliveries", lambda: "https://desk.example", lease_ms=lease_ms
    )
    return Deliveries(centre.database, reports, clock, runner)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, "it did not come to pass in time"
        await asyncio.sleep(0.05)


def schedule(to: list[str], **more: Any) -> dict[str, Any]:
    body = {
        "name": "Daily service",
        "reports": ["ready-getting-through"],
        "timetable": {"repeat": "daily", "at": "12:30", "zone": "Asia/Shanghai", "settle": 10, "deadline": 60},
        "destinations": to,
        "formats": ["csv"],
        "language": "en",
    }
    return {"schedule": body | more}


async def made(answer: Awaitable[httpx.Response]) -> str:
    told = await answer
    assert told.status_code == 201, told.text
    return str(told.json()["id"])


@dataclass
class Mailbox:
    """A real SMTP server in this process. `refuse` answers instead of taking; `slow_s` passes
    between taking and saying so."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refuse: str = ""
    slow_s: float = 0.0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse:
            return self.refuse
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        message = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        await asyncio.sleep(self.slow_s)
        return "250 Taken as 42"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@asynccontextmanager
async def mailbox(*, password: str | None = None, slow_s: float = 0.0) -> AsyncIterator[Mailbox]:
    box = Mailbox(slow_s=slow_s)

    def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=data.password == (password or "").encode(), handled=False)

    def connection() -> SMTP:
        with warnings.catch_warnings(action="ignore"):  # a password without TLS, on this machine alone
            return SMTP(
                box,
                authenticator=login,
                auth_require_tls=False,
                auth_required=password is not None,
                enable_SMTPUTF8=True,
                loop=asyncio.get_running_loop(),
            )

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


def email_to(box: Mailbox, *to: str, **more: Any) -> dict[str, Any]:
    return {
        "way": "email",
        "host": "127.0.0.1",
        "port": box.port,
        "security": "none",
        "sender": "reports@centre.example",
        "to": list(to or ("boss@client.example",)),
        **more,
    }


@dataclass
class SftpServer:
    port: int
    host_key: str
    root: Path


@asynccontextmanager
async def sftp_server(
    root: Path, *, password: str = "pass", key: asyncssh.SSHKey | None = None
) -> AsyncIterator[SftpServer]:
    class Gate(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, given: str) -> bool:
            return (username, given) == ("drop", password)

        def public_key_auth_supported(self) -> bool:
            return key is not None

        def validate_public_key(self, username: str, given: asyncssh.SSHKey) -> bool:
            return key is not None and given.public_data == key.public_data

    root.mkdir(parents=True, exist_ok=True)
    host_key = asyncssh.generate_private_key("ssh-ed25519")

    def files(channel: Any) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root))

    server = await asyncssh.create_server(
        Gate, "127.0.0.1", 0, server_host_keys=[host_key], sftp_factory=files, config=None
    )
    port = server.sockets[0].getsockname()[1]
    try:
        yield SftpServer(port, host_key.export_public_key().decode().strip(), root)
    finally:
        server.close()
        await server.wait_closed()


def sftp_to(server: SftpServer, **more: Any) -> dict[str, Any]:
    return {
        "way": "sftp",
        "host": "127.0.0.1",
        "port": server.port,
        "username": "drop",
        "host_key": server.host_key,
        "folder": "in/reports",
        **more,
    }


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
