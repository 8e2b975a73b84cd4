"""espeak-ng as a separate program: words become a WAV file. For machines that have it of their own.

Where it came with the private telephone switch, `channels.asterisk.speech.speak` does the same with its own loader.
"""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from jietong.core.errors import Unavailable

Voice: TypeAlias = Callable[[str, str, Path], None]
"""(text, language, path): writes a 16-bit mono WAV of whatever rate. Blocks. Raises Unavailable `no_speech`."""

# Plain `cmn` reads Han characters as English letters; this voice takes them, simplified and traditional alike.
_VOICES = {"zh-Hans": "cmn-latn-pinyin", "zh-Hant": "cmn-latn-pinyin", "en": "en-gb"}
_PACE = {"zh-Hans": "150", "zh-Hant": "150", "en": "155"}  # words a minute
_LONGEST_S = 60


def find() -> Path | None:
    """The program on this machine; None: there is none."""
    found = shutil.which("espeak-ng")
    return Path(found) if found else None


def voice(program: Path, environ: Mapping[str, str] | None = None) -> Voice:
    """The voice of this program."""

    def speak(text: str, language: str, path: Path) -> None:
        name = language if language in _VOICES else "en"
        command = [str(program), "-v", _VOICES[name], "-s", _PACE[name], "-w", str(path), "--stdin"]
        try:
            done = subprocess.run(
                command,
                input=text.encode(),
                capture_output=True,
                timeout=_LONGEST_S,
                check=False,
                env=None if environ is None else dict(environ),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable("no_speech", f"The text could not be spoken: {type(error).__name__}.") from error
        if done.returncode != 0:
            raise Unavailable("no_speech", f"espeak-ng could not speak the text (exit {done.returncode}).")

    return speak
