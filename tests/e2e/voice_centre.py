"""A centre with a real switch: its own Asterisk, a line to the network, SIP telephones for agents and callers."""

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from live_centre import Line
from load import Staff, signed_in
from running import Running
from telephone import Telephone

LINE = "127.0.0.64"  # where the network is, as the centre sees it
CALLERS = itertools.cycle(range(65, 125))  # 127.0.0.n: within the line's network
CHANNELS = 3
NUMBER = "4008210001"
PUBLIC = ("zh-Hans", "zh-Hant", "en")


def names(text: str) -> dict[str, str]:
    return dict.fromkeys(PUBLIC, text)


def said(text: str) -> dict[str, Any]:
    return {"text": names(text)}


# Short words, so that tests do not wait for a friendly voice.
FLOW: dict[str, Any] = {
    "format": "flow/v1", "id": "quick", "name": names("Quick line"), "client": "hechuan", "start": "menu",
    "languages": list(PUBLIC), "channels": ["voice"],
    "nodes": [
        {"id": "menu", "type": "menu", "name": names("Menu"), "prompt": said("1, 2"), "timeout_s": 4, "tries": 2,
         "choices": [{"key": "1", "name": names("A person")}, {"key": "2", "name": names("A message")}],
         "next": {"key:1": "wait", "key:2": "message", "timeout": "wait", "invalid": "wait"}},
        {"id": "wait", "type": "queue", "name": names("Queue"), "queue": "repair", "announce_every_s": 20,
         "keys": [{"key": "1", "name": names("Call me back"), "does": "callback"},
                  {"key": "2", "name": names("Leave a message"), "does": "leave"}],
         "next": {"timed_out": "message", "closed": "message", "full": "message", "key:1": "bye", "key:2": "message",
                  "ended": "survey"}},
        {"id": "message", "type": "voicemail", "name": names("Message"), "queue": "repair", "max_s": 20,
         "prompt": said("Speak"), "next": {"done": "bye", "none": "bye"}},
        {"id": "survey", "type": "survey", "name": names("Survey"), "prompt": said("1 to 5"),
         "keys": [{"key": str(n), "score": 6 - n, "name": names(str(n))} for n in range(1, 6)],
         "next": {"done": "bye", "none": "bye"}},
        {"id": "bye", "type": "hang_up", "name": names("End"), "served": True},
    ],
}  # fmt: skip


class VoiceCentre:
    """A running centre with one trunk of three channels, and a number whose flow is short."""

    def __init__(self, running: Running, folder: Path, admin: Staff) -> None:
        self.running = running
        self.folder = folder
        self.admin = admin
        self.line_port = free_line_port()

    @property
    def sip(self) -> str:
        sockets = json.loads((self.running.home / "voice" / "sockets.json").read_text())
        return f"127.0.0.1:{sockets['sip']}"

    def caller(self, tone: float = 440.0, number: str = "13800138000", **options: Any) -> Telephone:
        """A customer on the line."""
        address = f"127.0.0.{next(CALLERS)}"
        return Telephone(self.folder, self.sip, tone=tone, user=number, address=address, **options)

    def network(self, tone: float = 560.0) -> Telephone:
        """Who is reached when the centre dials out: any number."""
        return Telephone(self.folder, self.sip, tone=tone, address=LINE, port=self.line_port)

    @asynccontextmanager
    async def desk(self, login: str, extension: str, tone: float) -> AsyncIterator["Desk"]:
        """An agent signed in with a SIP telephone, not ready yet."""
        found = (await self.admin.http.get(f"/api/setup/extensions/{extension}")).json()
        if found["spec"]["kind"] != "phone":
            body = {"spec": {**found["spec"], "kind": "phone"}, "version": found["version"]}
            made = await self.admin.http.put(f"/api/setup/extensions/{extension}", json=body)
        else:
            made = await self.admin.http.post(f"/api/setup/extensions/{extension}/password")
        password = made.raise_for_status().json()["password"]
        async with (
            signed_in(self.running, login) as staff,
            Telephone(self.folder, self.sip, tone=tone, user=extension, password=password) as phone,
        ):
            await phone.until("registered", code=200)
            line = await staff.line("/ws/desk")
            desk = Desk(staff, line, phone)
            await line.until(lambda: desk.me.get("status", "offline") != "offline")
            await line.until(lambda: desk.me.get("reachable") is not False)
            try:
                yield desk
            finally:
                await desk.quit()


class Desk:
    """An agent's screen and telephone."""

    def __init__(self, staff: Staff, line: Line, phone: Telephone) -> None:
        self.staff = staff
        self.line = line
        self.phone = phone
        self._keys = itertools.count(1)

    @property
    def me(self) -> dict[str, Any]:
        return self._of("me").get(self.staff.agent or "", {})

    @property
    def contacts(self) -> dict[str, Any]:
        return self._of("contacts")

    def queue(self, id: str) -> dict[str, Any]:
        return self._of("queues").get(id, {"waiting": 0})

    def _of(self, name: str) -> dict[str, Any]:
        found = self.line.state.get(name, {})
        return found if isinstance(found, dict) else {one["id"]: one for one in found}

    async def command(self, type: str, **fields: Any) -> dict[str, Any]:
        key = f"{self.staff.agent}-{id(self)}-{next(self._keys)}"
        return await self.line.ask({"t": "cmd", "id": key, "cmd": {"type": type, **fields}})

    async def does(self, type: str, **fields: Any) -> None:
        answer = await self.command(type, **fields)
        assert answer["t"] == "ok", answer

    async def ready(self) -> None:
        await self.does("set_status", status="ready")

    async def contact(self, place: str, timeout: float = 25.0) -> dict[str, Any]:
        """The contact at this place, when there is one."""
        found: dict[str, Any] = await self.line.until(
            lambda: next((one for one in self.contacts.values() if one["place"] == place), None), timeout
        )
        return found

    async def takes(self, call: int = 1) -> str:
        """Answers the telephone when it rings; gives the contact."""
        await self.phone.until("incoming", timeout_s=25, call=call)
        await self.phone.order(do="answer", call=call)
        await self.phone.talking(call)
        return str((await self.contact("talk"))["id"])

    async def wraps_up(self, contact: str) -> None:
        await self.line.until(lambda: self.contacts.get(contact, {}).get("place") in (None, "wrapup"))
        await self.command("finish_wrapup", contact=contact)

    async def quit(self) -> None:
        for contact in list(self.contacts):
            await self.command("end", contact=contact)
            await self.command("finish_wrapup", contact=contact)
        await self.command("sign_out")
        await self.line.close()


@asynccontextmanager
async def voice_centre(running: Running, folder: Path) -> AsyncIterator[VoiceCentre]:
    """Starts it with its telephones and sets up line, flow and number."""
    running.start(JIETONG_VOICE="1")
    await running.serving()
    async with signed_in(running, "he.feng") as admin:
        centre = VoiceCentre(running, folder, admin)
        http = admin.http
        (await http.post("/api/flows", json={"document": FLOW})).raise_for_status()
        revision = (await http.get("/api/flows/quick")).json()["revision"]
        (await http.post("/api/flows/quick/publish", json={"revision": revision, "note": ""})).raise_for_status()
        trunk = {
            "id": "line", "name": names("Line"), "kind": "ip", "host": LINE, "port": centre.line_port,
            "networks": ["127.0.0.64/26"], "channels": CHANNELS,
        }  # fmt: skip
        (await http.post("/api/setup/trunks", json={"spec": trunk})).raise_for_status()
        number = {"id": NUMBER, "name": names("Quick line"), "client": "hechuan", "flow": "quick"}
        (await http.post("/api/setup/numbers", json={"spec": number})).raise_for_status()
        await until((running.home / "voice" / "etc" / "pjsip_plant.conf").exists)
        await until(lambda: "line" in (running.home / "voice" / "etc" / "pjsip_plant.conf").read_text())
        yield centre


def free_line_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LINE, 0))
        port: int = probe.getsockname()[1]
        return port


async def until(ready: Callable[[], Any], timeout: float = 20.0) -> Any:
    async with asyncio.timeout(timeout):
        while not (found := ready()):  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.05)
    return found
