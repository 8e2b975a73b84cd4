"""`jietong voice install|status|remove|check|include`."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.console import Console

from jietong.channels.asterisk import own
from jietong.channels.asterisk.ari import Ari
from jietong.channels.asterisk.check import Finding, check
from jietong.channels.asterisk.configuration import USER, Configuration, Layout, forget
from jietong.channels.asterisk.install import OWN, cache_folder, find, install, remove
from jietong.channels.asterisk.sockets import remembered
from jietong.channels.asterisk.supervise import Keeper, running
from jietong.core.errors import Refused, Unavailable

console = Console(highlight=False)


class Settings(Protocol):
    """What `config.Settings` has for us."""

    @property
    def home(self) -> Path: ...
    @property
    def ari_url(self) -> str | None: ...
    @property
    def ari_user(self) -> str: ...
    @property
    def ari_password(self) -> str: ...


def commands(settings: Callable[[], Settings]) -> typer.Typer:
    voice = typer.Typer(help="The telephone switch: a private Asterisk, or your own.", no_args_is_help=True)

    @voice.command("install")
    def install_(
        accept_expired: Annotated[
            bool, typer.Option("--accept-expired", help="Take packages from a mirror whose index is past its date.")
        ] = False,
        tests: Annotated[bool, typer.Option("--tests", help="SIPp too, for the project's own tests.")] = False,
    ) -> None:
        """Fetch Asterisk 22 and a voice for prompts (about 120 MB) and unpack them; nothing of the system changes."""
        found = install(cache_folder(os.environ), report=_say, accept_expired=accept_expired, with_tests=tests)
        console.print(f"Asterisk {found.version} is there. The next `jietong serve` has telephones.")

    @voice.command()
    def status() -> None:
        """What is installed, and what runs."""
        given = settings()
        if given.ari_url:
            console.print(f"Your own Asterisk at {given.ari_url}. `jietong voice check` tries it.")
            return
        folder = cache_folder(os.environ)
        found = find(folder)
        if found is None:
            console.print(f"No Asterisk is installed. `jietong voice install` brings one. {OWN}")
            return
        console.print(f"Asterisk {found.version}: {found.size / 1e6:.0f} MB in {found.prefix}")
        console.print(f"Spoken prompts: {'yes' if found.espeak() else 'no'}")
        layout = Layout(given.home / "voice")
        pid, ports = running(layout), remembered(layout.folder / "sockets.json")
        if pid is None or ports is None:
            console.print("It does not run: `jietong serve` starts it.")
        else:
            console.print(f"It runs as process {pid}: SIP on port {ports.sip} (UDP and TCP).")
            console.print(f"Sound on UDP ports {ports.rtp_first} to {ports.rtp_last}.")

    @voice.command("remove")
    def remove_(
        programs: Annotated[
            bool, typer.Option("--programs", help="Asterisk itself too, for all centres of this user.")
        ] = False,
    ) -> None:
        """Remove this centre's switch: configuration, ports, recordings not yet taken in."""
        layout = Layout(settings().home / "voice")
        if running(layout) is not None:
            raise Refused("switch_runs", "The switch runs. Stop `jietong serve` and let calls end, then try again.")
        forget(layout)
        console.print("This centre's switch is removed.")
        if programs and remove(cache_folder(os.environ)):
            console.print("Asterisk is removed.")

    @voice.command("check")
    def check_() -> None:
        """Try each feature that the platform needs, and say what is missing."""
        findings = asyncio.run(_check(settings()))
        for one in findings:
            mark = "ok      " if one.right else "MISSING " if one.needed else "note    "
            console.print(f"{mark}{one.what}{f': {one.advice}' if one.advice else ''}", soft_wrap=True)
        if any(not one.right and one.needed for one in findings):
            raise typer.Exit(1)

    @voice.command("include")
    def include_() -> None:
        """Print what an Asterisk of your own needs in its configuration, file by file."""
        for name, text in own.include().items():
            typer.echo(f";=== {name}\n{text.strip()}\n")

    return voice


async def _check(given: Settings) -> list[Finding]:
    """On the user's own, on the private one that runs, or on one that is started for it."""
    if given.ari_url:
        async with Ari(given.ari_url, given.ari_user, given.ari_password) as ari:
            return await check(ari, pushed=True)
    found = find(cache_folder(os.environ))
    if found is None:
        raise Unavailable("voice_unavailable", f"No Asterisk is installed. `jietong voice install` brings one. {OWN}")
    layout = Layout(given.home / "voice")
    if running(layout) is not None:
        running_one = Configuration.remembered(layout, found)
        async with Ari(running_one.ari_url, USER, running_one.secrets.ari) as ari:
            return await check(ari, pushed=False)
    with tempfile.TemporaryDirectory(prefix="jietong-voice-") as folder:
        keeper = Keeper(Layout(Path(folder) / "voice"), found, private=True)
        await keeper.start()
        try:
            async with Ari(keeper.configuration.ari_url, USER, keeper.configuration.secrets.ari) as ari:
                return await check(ari, pushed=False)
        finally:
            await keeper.stop(drain=False)


def _say(text: str) -> None:
    console.print(text, style="dim")
