"""Crowds at the telephone, played by SIPp: callers on a line of the network, and the telephones of all agents.

Both write down when what happened; a caller is known again at the telephone that rings by the last four digits of
its number, which are all that the centre shows there.
"""

import hashlib
import math
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from jietong.channels.asterisk.installation import Program

SCENARIOS = Path(__file__).resolve().parents[1] / "tests" / "voice"
LINE = "127.0.7.1"  # the network, as the centre sees it
TELEPHONES = "127.0.7.2"
ANSWER_MS = 200
"""After so long of ringing an agent's telephone is taken up."""

Instants: TypeAlias = dict[str, float]
"""Last four digits of the caller → seconds of the epoch."""


class Crowd:
    """One SIPp. It ends by itself when its calls are over, if it has a number of them."""

    def __init__(self, folder: Path, name: str, program: Program, *words: str) -> None:
        self._log = folder / f"{name}.log"
        self._errors = folder / f"{name}.errors"
        words = (
            *words, "-nostdin", "-trace_logs", "-log_file", str(self._log), "-trace_err", "-error_file",
            str(self._errors), "-random_base_ssrc", "-skip_rlimit",
        )  # fmt: skip
        self._process = subprocess.Popen(
            program.with_arguments(*words).command, env=program.environ(), cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def instants(self, what: str) -> Instants:
        """What was written down of `sent`, `answered` and `done`, or of `rang` and `up`; the first of each caller."""
        found: Instants = {}
        try:
            text = self._log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return found
        for line in text.splitlines():
            words = line.split()
            if len(words) == 4 and words[0] == what:
                found.setdefault(words[1][-4:], float(words[2]) + float(words[3]) / 1e6)
        return found

    @property
    def trouble(self) -> str:
        """The first that SIPp found wrong, on one line; nothing: all went as it should."""
        try:
            text = self._errors.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        found = [line for line in text.splitlines() if "Abort" in line or "unexpected" in line]
        return found[0].partition(": ")[2][:300] if found else ""

    def end(self) -> None:
        if self.running:
            self._process.kill()
        self._process.wait()


def callers(
    folder: Path, sipp: Program, switch: str, number: str, *, first: int, count: int, rate: float, hold_s: float
) -> Crowd:
    """`count` calls to `number`, `rate` a second, each laid down `hold_s` after it was answered, or last told who
    is connected. The callers' numbers end in `first` and what follows."""
    name = f"callers-{first}"
    numbers = folder / f"{name}.csv"
    _speech(folder)
    scenario = Path(shutil.copy(SCENARIOS / "bench_caller.xml", folder))  # what is spoken is looked for beside it
    numbers.write_text("SEQUENTIAL\n" + "".join(f"1390000{first + n:04}\n" for n in range(count)))
    every_ms = round(1000 / rate)
    words = (
        switch, "-sf", str(scenario), "-inf", str(numbers), "-s", number, "-i", LINE, "-mi",
        LINE, "-m", str(count), "-l", str(count), "-r", "1", "-rp", str(every_ms),
        "-recv_timeout", str(round(hold_s * 1000)), "-min_rtp_port", "42000", "-max_rtp_port", "46000",
        "-timeout", str(round(count / rate + hold_s + 60)), "-timeout_error",
    )  # fmt: skip
    return Crowd(folder, name, sipp, *words)


def telephones(folder: Path, sipp: Program, switch: str, logins: Iterable[tuple[str, str]], name: str) -> Crowd:
    """Registers these accounts (extension, password) at the switch, all at one address, and has them answered from
    now on. Blocks; raises RuntimeError when one is refused."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((TELEPHONES, 0))
        port = int(line.getsockname()[1])
        host, _, at = switch.rpartition(":")
        line.connect((host, int(at)))
        registrar = _Registrar(line, f"{TELEPHONES}:{port}", host)
        for extension, password in logins:
            registrar.register(extension, password)
        registrar.attend(1.0)  # each is asked at once whether it is there
    words = (
        "-sf", str(SCENARIOS / "bench_phone.xml"), "-i", TELEPHONES, "-bind_local", "-p", str(port), "-mi",
        TELEPHONES, "-mp", "46100", "-rtp_echo", "-d", str(ANSWER_MS),
    )  # fmt: skip
    return Crowd(folder, name, sipp, *words)


class _Registrar:
    """Says that all telephones are at one address: that of the SIPp which will answer for them."""

    def __init__(self, line: socket.socket, contact: str, host: str) -> None:
        self._line = line
        self._contact = contact
        self._host = host
        self._turn = 0

    def register(self, extension: str, password: str) -> None:
        given, answer = "", b""
        for _ in range(3):
            answer = self._ask(extension, given)
            if answer.startswith(b"SIP/2.0 200"):
                return
            found = re.search(rb'nonce="([^"]+)"', answer)
            realm = re.search(rb'realm="([^"]+)"', answer)
            if found is None or realm is None:
                break
            given = self._login(extension, password, realm[1].decode(), found[1].decode())
        raise RuntimeError(f"telephone {extension} was not let in: {answer[:60]!r}")

    def attend(self, seconds: float) -> None:
        """Answers the switch's questions for a while."""
        self._until(lambda _: False, seconds)

    def _ask(self, extension: str, given: str) -> bytes:
        self._turn += 1
        lines = [
            f"REGISTER sip:{self._host} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._contact};branch=z9hG4bKr{self._turn}",
            f"From: <sip:{extension}@{self._host}>;tag=r{self._turn}",
            f"To: <sip:{extension}@{self._host}>",
            f"Call-ID: bench-{extension}-{self._contact}",
            f"CSeq: {self._turn} REGISTER",
            f"Contact: <sip:{extension}@{self._contact}>;expires=3600",
            "Max-Forwards: 70",
            *([f"Authorization: {given}"] if given else []),
            "Content-Length: 0",
        ]
        mark = f"CSeq: {self._turn} REGISTER".encode()
        for _ in range(40):  # a switch that has only just been started, or a datagram that was lost
            try:
                self._line.send("\r\n".join([*lines, "", ""]).encode())
                answer = self._until(lambda got: mark in got and not got.startswith(b"SIP/2.0 100"), 0.5)
            except ConnectionRefusedError:
                time.sleep(0.25)
                continue
            if answer is not None:
                return answer
        raise RuntimeError("the switch does not answer telephones that register")

    def _until(self, wanted: Callable[[bytes], bool], seconds: float) -> bytes | None:
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self._line.settimeout(left)
            try:
                got = self._line.recv(65_535)
            except TimeoutError:
                return None
            if got.startswith(b"OPTIONS "):
                kept = [line for line in got.split(b"\r\n") if re.match(rb"(Via|From|To|Call-ID|CSeq):", line, re.I)]
                self._line.send(b"\r\n".join([b"SIP/2.0 200 OK", *kept, b"Content-Length: 0", b"", b""]))
            elif wanted(got):
                return got
        return None

    def _login(self, user: str, password: str, realm: str, nonce: str) -> str:
        uri = f"sip:{self._host}"
        count, own = "00000001", "bench"
        a1, a2 = _md5(f"{user}:{realm}:{password}"), _md5(f"REGISTER:{uri}")
        response = _md5(f"{a1}:{nonce}:{count}:{own}:auth:{a2}")
        return (
            f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", '
            f'algorithm=MD5, qop=auth, nc={count}, cnonce="{own}"'
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _speech(folder: Path) -> None:
    """Two seconds of a tone as A-law, under the name that the scenario knows."""
    file = folder / "speech.alaw"
    if not file.exists():
        file.write_bytes(bytes(_alaw(round(8000 * math.sin(2 * math.pi * 440 * n / 8000))) for n in range(16_000)))


def _alaw(sample: int) -> int:
    """ITU-T G.711, of a sample of 16 bits."""
    step, segment = abs(sample) >> 4, 0
    if step > 15:
        segment = 1
        while step > 31:
            step >>= 1
            segment += 1
        step -= 16
    return (segment << 4 | step | (0x80 if sample >= 0 else 0)) ^ 0x55
