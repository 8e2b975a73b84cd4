"""Fetches Asterisk and unpacks it into a private folder: no root, no container, the machine's own packages untouched.

The packages come from the mirror that this machine's apt is set up with, fetched and verified by apt itself (signed
index, digest of every file) with a state of its own. Debian's stable releases carry no Asterisk; installing those of
the testing suites would replace the C library, so they are unpacked beside it instead and run with their own loader.

    found = install(cache_folder(os.environ), report=print)
"""

import fcntl
import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from jietong.channels.asterisk import music, speech
from jietong.channels.asterisk.installation import SUPPORTED, Installation, version_in
from jietong.core.errors import Unavailable

Report: TypeAlias = Callable[[str], None]

SUITES = ("forky", "sid")  # tried in order; they move on, so that a range of versions is taken
_PACKAGES = ("asterisk", "asterisk-core-sounds-en-wav", "espeak-ng")
_FOR_TESTS = ("sip-tester",)
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Dependencies that only an installed system needs, and sounds that are there in a better format.
_LEFT_OUT = re.compile(
    r"(perl|libperl|gnupg|gpg|dirmngr|pinentry|systemd|dpkg_|adduser|passwd|login|bash_|coreutils|util-linux|mount_"
    r"|tar_|libsnmp-base|pci\.ids|debconf|libdebconf|sysvinit|init-|asterisk-core-sounds-en-gsm)"
)
_ROOM = 600_000_000  # bytes: packages, what is unpacked of them, and air

OWN = "You can connect an Asterisk of your own instead: docs/howto/voice-own-asterisk.md."


class Needs(NamedTuple):
    """What has to be fetched."""

    files: int
    size: int  # bytes


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Shared by all centres of this user, so that a second one needs no download: JIETONG_VOICE_CACHE, else the
    user's cache folder."""
    given = environ.get("JIETONG_VOICE_CACHE")
    if given:
        return Path(given).expanduser().absolute()
    if os.getuid() == 0:
        return Path("/var/cache/jietong/voice")
    base = environ.get("XDG_CACHE_HOME", "")
    home = Path(base) if base and Path(base).is_absolute() else Path(environ.get("HOME") or Path.home()) / ".cache"
    return home / "jietong" / "voice"


def find(folder: Path) -> Installation | None:
    """What `install` left there; None: nothing that runs."""
    found = Installation(folder / "asterisk")
    return found if found.exists else None


def install(
    folder: Path,
    *,
    report: Report = lambda _: None,
    suites: tuple[str, ...] = SUITES,
    with_tests: bool = False,
    accept_expired: bool = False,
) -> Installation:
    """Fetches and unpacks, or gives what is there already. Takes some ten seconds on a good line, and blocks.

    `with_tests`: SIPp too. `accept_expired`: takes a mirror whose index is past its date; signatures are checked
    all the same. Raises Unavailable `voice_unavailable` or `voice_expired` with one sentence that says what to do.
    """
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with _alone(folder / "install.lock"):
        found = find(folder)
        if found is not None and (not with_tests or found.sipp() is not None):
            return found
        began = time.monotonic()
        mirror = _mirror()
        _check_room(folder)
        why = ""
        for suite in suites:
            work = Path(tempfile.mkdtemp(prefix="fetch-", dir=folder))
            work.chmod(0o755)
            try:
                fetched = _fetch(work, mirror, suite, with_tests, accept_expired, report)
                made = _unpack(work, fetched, folder / "asterisk")
            except _Missing as error:
                why = str(error)
                report(f"Debian {suite}: {why}")
                continue
            finally:
                shutil.rmtree(work, ignore_errors=True)
            size = sum(
                file.stat().st_size for file in made.root.rglob("*") if file.is_file() and not file.is_symlink()
            )
            took = time.monotonic() - began
            report(f"Asterisk {made.version} is unpacked: {size / 1e6:.0f} MB in {took:.0f} s, in {made.prefix}.")
            return made
        raise _unavailable(f"the mirror {mirror} has no Asterisk {SUPPORTED} ({why})")


def remove(folder: Path) -> bool:
    """False: nothing was there."""
    if not folder.exists():
        return False
    with _alone(folder / "install.lock"):
        there = (folder / "asterisk").exists()
        shutil.rmtree(folder / "asterisk", ignore_errors=True)
        return there


class _Missing(Exception):
    """Not in this suite."""


def _mirror() -> str:
    """Of Debian's main archive, as this machine's apt knows it."""
    missing = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if missing or platform.system() != "Linux":
        raise _unavailable("it comes from Debian's packages, and this system has no apt")
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL)", "Created-By: Packages"]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    targets = [line.partition(" ") for line in lines]
    for uri, _, label in targets:
        if label.strip() == "Debian":
            return uri.rstrip("/")
    for uri, _, _ in targets:  # before the first `apt-get update` nobody knows the labels
        if uri.rstrip("/").endswith("/debian"):
            return uri.rstrip("/")
    raise _unavailable("this machine's apt has no mirror of Debian among its sources")


def _check_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        raise _unavailable(f"{folder} has {free / 1e6:.0f} MB left and {_ROOM / 1e6:.0f} are needed")


def _fetch(work: Path, mirror: str, suite: str, with_tests: bool, accept_expired: bool, report: Report) -> Path:
    """Downloads the packages and all they depend on; gives the folder that they lie in."""
    if not _KEYRING.exists():
        raise _unavailable(f"{_KEYRING} with Debian's keys is missing; install debian-archive-keyring")
    for part in ("lists/partial", "cache/archives/partial", "etc"):
        (work / part).mkdir(parents=True)
    (work / "status").touch()
    sources = work / "etc" / "sources.list"
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    sources.write_text(f"deb [arch={architecture} signed-by={_KEYRING}] {mirror} {suite} main\n", encoding="utf-8")
    apt = _apt(work, sources, accept_expired)
    updated = subprocess.run([*apt, "update"], capture_output=True, text=True, check=False)
    said = updated.stdout + updated.stderr
    if "is expired" in said or "is not valid yet" in said:
        raise Unavailable(
            "voice_expired",
            f"Asterisk was not fetched: the index of {mirror} {suite} is past its date, so that old and unsafe "
            "packages could be passed off as new; if you trust this mirror: jietong voice install --accept-expired.",
        )
    if updated.returncode != 0 or "Failed to fetch" in said:
        raise _Missing(_last_words(said) or "the mirror does not answer")
    wanted = [*_PACKAGES, *(_FOR_TESTS if with_tests else ())]
    needs = _needs(apt, wanted)
    report(f"Fetching Asterisk from Debian {suite}: {needs.files} packages, {needs.size / 1e6:.0f} MB …")
    archives = work / "cache" / "archives"
    with (work / "log").open("wb") as log:
        process = subprocess.Popen(
            [*apt, "-y", "--download-only", "install", *wanted], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        told = 0
        while process.poll() is None:
            time.sleep(0.1)
            done = sum(_size(file) for folder in (archives, archives / "partial") for file in folder.glob("*"))
            if needs.size and done * 4 // needs.size > told:
                told = done * 4 // needs.size
                report(f"  {done / 1e6:.0f} of {needs.size / 1e6:.0f} MB")
    if process.returncode != 0:
        raise _Missing(_last_words((work / "log").read_text(encoding="utf-8", errors="replace")))
    return archives


def _unpack(work: Path, archives: Path, prefix: Path) -> Installation:
    """Puts the finished tree in place at one stroke."""
    packages = [file.name.partition("_")[2] for file in archives.glob("asterisk_*.deb")]
    version = version_in(packages[0].replace("%3a", ":")) if packages else None
    if version is None or version.split(".")[0] != SUPPORTED:
        raise _Missing(f"it has Asterisk {version}, and {SUPPORTED} is needed")
    made = work / "made"
    (made / "root").mkdir(parents=True)
    for package in sorted(archives.glob("*.deb")):
        if not _LEFT_OUT.match(package.name):
            subprocess.run(["dpkg-deb", "-x", str(package), str(made / "root")], check=True, capture_output=True)
    for folder in ("doc", "man", "locale", "icons"):
        shutil.rmtree(made / "root/usr/share" / folder, ignore_errors=True)
    (made / "version").write_text(version + "\n", encoding="utf-8")
    draft = Installation(made)
    tried = subprocess.run(
        draft.asterisk().with_arguments("-V").command,
        env=draft.asterisk().environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode != 0:
        raise _unavailable(f"what was unpacked does not run here: {_last_words(tried.stderr)}")
    draft.music.mkdir()
    music.write(draft.music / "hold.wav")
    speech.write_words(draft, draft.words)
    shutil.rmtree(prefix, ignore_errors=True)
    made.replace(prefix)
    return Installation(prefix)


def _apt(work: Path, sources: Path, accept_expired: bool) -> list[str]:
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "-",
        "Dir::Etc::preferences": "-",
        "Dir::Etc::preferencesparts": "-",
        "Dir::State": work,
        "Dir::State::status": work / "status",
        "Dir::State::lists": work / "lists",
        "Dir::Cache": work / "cache",
        "APT::Install-Recommends": "0",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "1",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Acquire::Check-Valid-Until": "false" if accept_expired else "true",
    }
    return ["apt-get", "-q", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]


def _needs(apt: list[str], wanted: list[str]) -> Needs:
    listed = subprocess.run(
        [*apt, "-y", "--print-uris", "install", *wanted], capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        raise _Missing(_last_words(listed.stdout + listed.stderr))
    sizes = [int(match.group(1)) for match in re.finditer(r"^'[^']*' \S+ (\d+) ", listed.stdout, re.MULTILINE)]
    return Needs(len(sizes), sum(sizes))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:  # moved from partial meanwhile
        return 0


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.startswith(("E:", "W:", "Err:"))] or text.splitlines()
    return lines[-1].removeprefix("E: ").strip()[:200] if lines else ""


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Two that start at once fetch it once."""
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _unavailable(why: str) -> Unavailable:
    return Unavailable("voice_unavailable", f"No telephone switch: {why}. {OWN}")
