"""Bad input from the network: garbage, floods, wrong passwords (issue: bad input and faults)."""

import asyncio
import socket
import subprocess
from pathlib import Path

from asterisk_switch import OwnAsterisk
from listening import Told
from telephone import Telephone

from jietong.channels.switch import DeviceState, Extension, Intrusion, LegArrived, LegGone, Plant, Trunk, Up

TRUNK = Trunk("main", "ip", "127.0.1.1", 5070, "udp", "", "", ("127.0.1.0/24",), 30, ("alaw", "ulaw"))
PLANT = Plant((TRUNK,), (Extension("801", "phone", "right"),))

GARBAGE = [
    b"",
    b"\x00" * 2000,
    b"INVITE",
    b"INVITE sip:\xff\xfe@x SIP/2.0\r\n\r\n",
    b"INVITE sip:8000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP " + b"A" * 5000 + b"\r\n\r\n",
    b"REGISTER sip:127.0.0.1 SIP/2.0\r\nContent-Length: -1\r\nContact: <sip:" + b"x" * 900 + b">\r\n\r\n",
    b"SIP/2.0 200 OK\r\nCSeq: 99999999999999999999 INVITE\r\n\r\n",
    b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.2.5;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
    b"To: <sip:b@c>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 0\r\nContent-Length: 0\r\n\r\n",
    bytes(range(256)) * 8,
]


async def up(own: OwnAsterisk):
    switch = own.switch()
    told = Told(switch)
    await switch.start()
    await told.until(Up)
    await switch.set_up(PLANT)
    return switch, told


async def test_garbage_is_survived_and_calls_go_on(asterisk: OwnAsterisk, tmp_path: Path) -> None:
    switch, told = await up(asterisk)
    port, pid = asterisk.keeper.configuration.sockets.sip, asterisk.keeper.pid
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        noise.bind(("127.0.2.5", 0))
        for _ in range(50):
            for message in GARBAGE:
                noise.sendto(message, ("127.0.0.1", port))
    async with Telephone(tmp_path, asterisk.address, user="13800006612", address="127.0.1.20") as caller:
        await caller.dial("4008001234")
        await switch.answer((await told.until(LegArrived)).leg)
        await caller.talking()
    assert asterisk.keeper.pid == pid
    assert asterisk.keeper.restarts == 0
    await switch.stop()


async def test_wrong_passwords_are_told_and_the_address_is_shut_out_while_others_get_in(
    asterisk: OwnAsterisk, tmp_path: Path
) -> None:
    switch, told = await up(asterisk)
    for _ in range(6):
        async with Telephone(tmp_path, asterisk.address, user="801", password="wrong", address="127.0.2.9") as thief:
            await thief.until("registered")
    locked = await told.until(Intrusion, locked=True)
    assert (locked.address, locked.account) == ("127.0.2.9", "801")
    async with Telephone(tmp_path, asterisk.address, user="801", password="right", address="127.0.2.9") as thief:
        # Even the right password: nobody at this address is let in for half an hour.
        await thief.until("registered")
        assert thief.events[-1]["code"] != 200
    async with Telephone(tmp_path, asterisk.address, user="801", password="right", address="127.0.2.10"):
        await told.until(DeviceState, extension="801", reachable=True)
    await switch.stop()


async def test_two_hundred_calls_in_a_second_all_arrive_and_all_end(asterisk: OwnAsterisk, tmp_path: Path) -> None:
    """Each is answered and hung up; none is forgotten, no leg or bridge is left behind."""
    switch, told = await up(asterisk)
    taken: set[str] = set()

    async def take(leg: str) -> None:
        await switch.answer(leg)
        await switch.hang_up(leg)

    tasks: set[asyncio.Task[None]] = set()

    def listen(one: object) -> None:
        if isinstance(one, LegArrived):
            taken.add(one.leg)
            tasks.add(asyncio.create_task(take(one.leg)))

    switch.subscribe(listen)
    sipp = asterisk.installation.sipp()
    assert sipp is not None
    scenario = Path(__file__).with_name("caller.xml")
    program = sipp.with_arguments(
        asterisk.address, "-sf", str(scenario), "-s", "4008001234", "-i", "127.0.1.30", "-m", "200", "-r", "200",
        "-l", "200", "-nostdin", "-timeout", "90",
    )  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *program.command, env=program.environ(), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert await process.wait() == 0, "every caller saw its call through"
    await told.until(LegGone, limit_s=60, count=200)
    await asyncio.gather(*tasks)
    assert len(taken) == 200
    assert {one.leg for one in told.of(LegGone)} == taken
    scene = await switch.scene()
    assert not scene.legs
    assert not scene.bridges
    await switch.stop()
