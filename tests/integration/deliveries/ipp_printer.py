"""A printer of the test's own: it speaks the Internet Printing Protocol's wire format, read here by hand."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

PRINT_JOB, GET_JOB, GET_JOBS = 0x0002, 0x0009, 0x000A


@dataclass
class Job:
    id: int
    name: str
    format: str
    media: str
    copies: int
    document: bytes
    states: list[int]  # what it tells when asked, one after the other; the last stays


@dataclass
class Printer:
    uri: str = ""
    jobs: list[Job] = field(default_factory=list)
    states: list[int] = field(default_factory=lambda: [5, 9])
    refuse: int = 0
    asked: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/ipp"
        body = await request.read()
        operation, number, groups, rest = _read(body)
        self.asked.append(operation)
        head = groups[0][1]
        assert groups[0][0] == 1
        assert list(head)[:3] == ["attributes-charset", "attributes-natural-language", "printer-uri"]
        assert head["printer-uri"] == [self.uri.encode()]
        if self.refuse and operation == PRINT_JOB:
            return _answer(self.refuse, number, [])
        if operation == PRINT_JOB:
            job = next(values for tag, values in groups if tag == 2)
            one = Job(
                len(self.jobs) + 1,
                head["job-name"][0].decode(),
                head["document-format"][0].decode(),
                job["media"][0].decode(),
                struct.unpack(">i", job["copies"][0])[0],
                rest,
                list(self.states),
            )
            self.jobs.append(one)
            return _answer(0, number, [_job(one, 3)])
        if operation == GET_JOBS:
            done = head["which-jobs"] == [b"completed"]
            found = [one for one in self.jobs if (one.states[0] >= 7) == done]
            return _answer(0, number, [_job(one, one.states[0]) for one in found])
        id = struct.unpack(">i", head["job-id"][0])[0]
        one = self.jobs[id - 1]
        state = one.states.pop(0) if len(one.states) > 1 else one.states[0]
        return _answer(0, number, [_job(one, state)])


@asynccontextmanager
async def printer() -> AsyncIterator[Printer]:
    one = Printer()
    app = web.Application(client_max_size=50_000_000)
    app.router.add_post("/ipp/print", one.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    one.uri = f"ipp://127.0.0.1:{port}/ipp/print"
    try:
        yield one
    finally:
        await asyncio.wait_for(runner.cleanup(), 5)


def _read(body: bytes) -> tuple[int, int, list[tuple[int, dict[str, list[bytes]]]], bytes]:
    version, operation, number = struct.unpack(">HHi", body[:8])
    assert version == 0x0101
    groups: list[tuple[int, dict[str, list[bytes]]]] = []
    at, last = 8, ""
    while body[at] != 3:
        tag = body[at]
        at += 1
        if tag < 0x10:
            groups.append((tag, {}))
            continue
        size = int.from_bytes(body[at : at + 2], "big")
        name = body[at + 2 : at + 2 + size].decode()
        at += 2 + size
        size = int.from_bytes(body[at : at + 2], "big")
        value = body[at + 2 : at + 2 + size]
        at += 2 + size
        last = name or last
        groups[-1][1].setdefault(last, []).append(value)
    return operation, number, groups, body[at + 1 :]


def _job(one: Job, state: int) -> list[tuple[int, str, bytes]]:
    return [
        (0x21, "job-id", struct.pack(">i", one.id)),
        (0x42, "job-name", one.name.encode()),
        (0x23, "job-state", struct.pack(">i", state)),
        (0x44, "job-state-reasons", b"none" if state != 8 else b"document-format-error"),
    ]


def _answer(status: int, number: int, jobs: list[list[tuple[int, str, bytes]]]) -> web.Response:
    out = struct.pack(">HHi", 0x0101, status, number) + b"\x01"
    for tag, name, value in (
        (0x47, "attributes-charset", b"utf-8"),
        (0x48, "attributes-natural-language", b"en"),
    ):
        out += struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value
    for job in jobs:
        out += b"\x02"
        for tag, name, value in job:
            out += struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value
    return web.Response(body=out + b"\x03", content_type="application/ipp")
