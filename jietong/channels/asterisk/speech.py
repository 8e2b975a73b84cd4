"""Words spoken by espeak-ng: the few that the switch itself says while the platform is away.

`speak` is for any prompt: flows use it until somebody uploads a recording.
"""

import subprocess
from pathlib import Path

from jietong.channels.asterisk.installation import Installation
from jietong.core.errors import Unavailable

# Trap: plain `cmn` reads Hanzi as English letters.
_VOICES = {"zh-Hans": "cmn-latn-pinyin", "zh-Hant": "cmn-latn-pinyin", "en": "en-gb"}
_PACE = {"zh-Hans": 150, "zh-Hant": 150, "en": 155}  # words a minute

_WORDS = {
    "wait": (("zh-Hans", "请稍候，正在为您接通。"), ("en", "Please hold the line, we are connecting you.")),
    "away": (("zh-Hans", "抱歉，现在无法接听，请稍后再拨。"), ("en", "We are sorry, please call again later.")),
}


def speak(installation: Installation, text: str, language: str, path: Path) -> None:
    """Writes what espeak-ng says to `path` (16-bit mono WAV, 22,050 Hz). Blocks for some ten milliseconds a second of
    speech. Raises Unavailable `no_speech` where there is no espeak-ng, or it fails."""
    program = installation.espeak()
    if program is None:
        raise Unavailable("no_speech", "Nothing can be spoken here: `jietong voice install` brings espeak-ng.")
    voice, pace = _VOICES.get(language, "en-gb"), _PACE.get(language, 155)
    command = program.with_arguments("-v", voice, "-s", str(pace), "-w", str(path), "--stdin").command
    try:
        subprocess.run(
            command, input=text.encode(), env=program.environ(), check=True, capture_output=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable("no_speech", f"The text could not be spoken: {error}") from error


def write_words(installation: Installation, folder: Path) -> None:
    """The switch's own words, once. Without espeak-ng the core's English sounds must do."""
    if installation.espeak() is None:
        return
    folder.mkdir(exist_ok=True)
    for name, sentences in _WORDS.items():
        for language, text in sentences:
            file = folder / f"{name}-{language}.wav"
            if not file.exists():
                loud = file.with_suffix(".loud")
                speak(installation, text, language, loud)
                _to_telephone(loud, file)
                loud.unlink()


def playable(words: Path, otherwise: str) -> str:
    """What Playback() takes: all languages one after the other, or a sound of the core."""
    files = sorted(words.parent.glob(f"{words.name}-*.wav"), reverse=True)  # zh first
    return "&".join(str(file.with_suffix("")) for file in files) or otherwise


def _to_telephone(source: Path, target: Path) -> None:
    """From espeak's rate to the 8 kHz that Asterisk plays from a `.wav`."""
    import wave
    from array import array

    with wave.open(str(source), "rb") as file:
        rate, samples = file.getframerate(), array("h", file.readframes(file.getnframes()))
    step = rate / 8000
    width = max(1, round(step))
    out = array("h")
    for n in range(int(len(samples) / step)):
        around = samples[int(n * step) : int(n * step) + width]
        out.append(sum(around) // len(around))
    draft = target.with_suffix(".new")
    with wave.open(str(draft), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(out.tobytes())
    draft.replace(target)
