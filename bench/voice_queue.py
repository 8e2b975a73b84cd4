"""The peer: an Asterisk of the same installation whose own app_queue hands the same calls to the same telephones.

Codecs, endpoints and modules are those of the centre's; added are app_queue, app_mixmonitor (which records the mix
and each side, as the centre does) and the two-party bridge that they are best with.
"""

import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from bench.voice_crowd import LINE
from jietong.channels.asterisk import plant
from jietong.channels.asterisk.configuration import Configuration, Layout, replace
from jietong.channels.asterisk.installation import Installation
from jietong.channels.switch import Extension, Plant, Trunk

NUMBER = "4000000000"
PASSWORD = "bench-only"

_MODULES = "".join(f"load={name}.so\n" for name in ("app_queue", "app_mixmonitor", "bridge_simple", "app_stack"))
_DIALPLAN = """
[from-trunk]
exten => _X!,1,Answer()
 same => n,MixMonitor(${UNIQUEID}-mix.wav,br(${UNIQUEID}-customer.wav)t(${UNIQUEID}-agent.wav))
 same => n,Queue(bench)
 same => n,Hangup()
[from-phone]
exten => _X!,1,Hangup()
"""
_QUEUE = """
[general]
persistentmembers=no
autofill=yes
[bench]
musicclass=default
strategy=leastrecent
timeout=20
retry=1
ringinuse=no
autopause=no
wrapuptime=0
"""


class QueueSwitch:
    """`with QueueSwitch(folder, installation, ["9001", …]) as peer:` it runs; telephones may register."""

    def __init__(self, folder: Path, installation: Installation, extensions: list[str]) -> None:
        self._layout = Layout(folder)
        self._installation = installation
        self._extensions = extensions
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        made = Configuration.prepare(self._layout, self._installation, private=True)
        made.write()
        etc = self._layout.etc
        trunk = Trunk("line", "ip", LINE, 5999, "udp", "", "", (LINE,), 400, ("alaw", "ulaw"))
        phones = tuple(Extension(one, "phone", PASSWORD) for one in self._extensions)
        replace(self._layout.plant, plant.render(Plant((trunk,), phones), web_call_password=PASSWORD))
        replace(etc / "extensions.conf", _DIALPLAN)
        members = "".join(f"member => PJSIP/{one}\n" for one in self._extensions)
        replace(etc / "queues.conf", _QUEUE + members)
        replace(etc / "modules.conf", (etc / "modules.conf").read_text(encoding="utf-8") + _MODULES)
        (self._layout.spool / "monitor").mkdir(exist_ok=True)
        program = self._installation.asterisk().with_arguments("-C", str(self._layout.settings), "-f", "-n")
        with (self._layout.log / "console").open("ab") as console:
            self._child = subprocess.Popen(
                program.command, env=program.environ(), cwd=self._layout.folder, stdin=subprocess.DEVNULL,
                stdout=console, stderr=console, start_new_session=True,
            )  # fmt: skip
        self.address = f"127.0.0.1:{made.sockets.sip}"
        self.process = psutil.Process(self._child.pid)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._child is not None
        self._child.terminate()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def logins(self) -> list[tuple[str, str]]:
        return [(one, PASSWORD) for one in self._extensions]

    def console(self, words: str) -> str:
        """What its console says to this."""
        program = self._installation.asterisk().with_arguments("-C", str(self._layout.settings), "-rx", words)
        done = subprocess.run(
            program.command, env=program.environ(), capture_output=True, text=True, timeout=20, check=False
        )
        return done.stdout

    def members_there(self, count: int, within_s: float = 20) -> None:
        """Blocks until so many telephones can be rung. Raises RuntimeError."""
        ends = time.monotonic() + within_s
        while self.console("queue show bench").count("Not in use") < count:
            if time.monotonic() > ends:
                raise RuntimeError(
                    "app_queue does not see its telephones:\n" + self.console("queue show bench")[:800]
                )
            time.sleep(0.3)

    @property
    def recordings(self) -> int:
        """Calls whose mix and both sides are there and hold sound."""
        sizes: dict[str, int] = {}
        for file in (self._layout.spool / "monitor").glob("*.wav"):
            call = file.stem.rpartition("-")[0]
            sizes[call] = sizes.get(call, 0) + (file.stat().st_size > 8_000)
        return sum(tracks == 3 for tracks in sizes.values())
