"""Where an unpacked Asterisk lies, and how a program of it is started: with its own loader and libraries, so that the
machine's own packages are neither needed nor touched."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

SUPPORTED = "22"  # the long-term release whose ARI we know


class Program(NamedTuple):
    """How to start something: words of the command, and what the environment needs besides."""

    command: tuple[str, ...]
    environment: Mapping[str, str]

    def with_arguments(self, *arguments: str) -> "Program":
        return Program((*self.command, *arguments), self.environment)

    def environ(self) -> dict[str, str]:
        """The whole environment: ours, and what the program needs."""
        return {**os.environ, **self.environment}


class Installation:
    """A folder made by `install`; `root` is laid out like the root of a Debian system."""

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self.root = prefix / "root"

    @property
    def exists(self) -> bool:
        """Whether all that it takes to run is there."""
        return self._binary("usr/sbin/asterisk") is not None and self._libraries() is not None

    @property
    def version(self) -> str | None:
        """As noted when it was unpacked, e.g. `22.10.1`."""
        try:
            return (self.prefix / "version").read_text(encoding="utf-8").strip() or None
        except OSError:
            return None

    @property
    def music(self) -> Path:
        """Music on hold, made when it was unpacked."""
        return self.prefix / "music"

    @property
    def words(self) -> Path:
        """What the switch itself says, spoken when it was unpacked."""
        return self.prefix / "words"

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.root.rglob("*") if file.is_file() and not file.is_symlink())

    @property
    def modules(self) -> Path:
        return self._library_folder() / "asterisk" / "modules"

    @property
    def sounds(self) -> Path:
        """The English sounds of the core, 16-bit WAV."""
        return self.root / "usr/share/asterisk/sounds/en_US_f_Allison"

    @property
    def data(self) -> Path:
        """Documentation and API descriptions that Asterisk reads at its start."""
        return self.root / "usr/share/asterisk"

    @property
    def programs(self) -> Path:
        return self.root / "usr/sbin"

    def asterisk(self) -> Program:
        return self._program("usr/sbin/asterisk")

    def espeak(self) -> Program | None:
        """espeak-ng, which speaks prompts; None: not unpacked."""
        if self._binary("usr/bin/espeak-ng") is None:
            return None
        found = self._program("usr/bin/espeak-ng")
        data = self._library_folder() / "espeak-ng-data"
        return Program(found.command, {**found.environment, "ESPEAK_DATA_PATH": str(data.parent)})

    def sipp(self) -> Program | None:
        """SIPp, which plays whole crowds of callers in tests; None: not unpacked."""
        return self._program("usr/bin/sipp") if self._binary("usr/bin/sipp") is not None else None

    def _program(self, path: str) -> Program:
        libraries = self._library_folder()
        loader = self._libraries()
        found = f"{libraries}:{libraries / 'pulseaudio'}"
        words = (str(loader), "--library-path", found, str(self.root / path))
        return Program(words, {"OPENSSL_MODULES": str(libraries / "ossl-modules"), "OPENSSL_CONF": "/dev/null"})

    def _binary(self, path: str) -> Path | None:
        file = self.root / path
        return file if file.is_file() else None

    def _library_folder(self) -> Path:
        folders = sorted((self.root / "usr/lib").glob("*-linux-gnu*"))
        return folders[0] if folders else self.root / "usr/lib/unknown"

    def _libraries(self) -> Path | None:
        """The dynamic loader that belongs to the libraries."""
        found = sorted(self._library_folder().glob("ld-linux-*.so.*"))
        return found[0] if found else None


def version_in(words: str) -> str | None:
    """`22.10.1` out of what `asterisk -V` or ARI tells; None: no version in it."""
    match = re.search(r"\b(\d{2})\.(\d+)(?:\.(\d+))?", words)
    return match.group(0) if match else None
