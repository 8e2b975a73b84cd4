"""What a switch plays for a prompt: uploaded recordings, and words spoken by a synthetic voice and kept by content.

Files are named by digests of our own making, in two rates each (see `audio`); nothing that anybody uploads or writes
ever becomes part of a path.
"""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import structlog

from jietong.channels.switch import Media
from jietong.core.errors import Invalid, NotFound, TooLarge, Unavailable
from jietong.db.pool import ALL, Database
from jietong.flows import acts as a
from jietong.flows import audio, model, store, template
from jietong.flows.espeak import Voice

log = structlog.get_logger(__name__)

KEPT = 5_000
"""So many spoken texts are kept; beyond it those that were asked for longest ago go."""
_FORMS = {".wav": 8_000, ".wav16": 16_000}
_AT_ONCE = 2
_STYLE = "1"
"""Part of a spoken text's digest: another number makes everything be spoken anew."""


class Sounds:
    """Recordings and speech of one process. `voice` None: nothing can be spoken, and words are left out."""

    def __init__(self, folder: Path, voice: Voice | None, database: Database | None = None) -> None:
        self._folder = folder
        self._voice = voice
        self._database = database
        self._prompts: dict[str, store.StoredPrompt] = {}
        self._speaking: dict[str, asyncio.Task[Path]] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._spoken: dict[str, Path] | None = None
        self._silent = False  # it has been said once that nothing can be spoken
        self._closed = False

    @property
    def can_speak(self) -> bool:
        return self._voice is not None

    async def reload(self) -> None:
        """Reads the prompts: at the start, and whenever one has changed."""
        if self._database is not None:
            async with self._database.read(ALL) as conn:
                self._prompts = {prompt.id: prompt for prompt in await store.prompts(conn)}

    async def close(self) -> None:
        """Nothing more is spoken. Returns when nothing is being written any more."""
        self._closed = True
        await asyncio.gather(*self._speaking.values(), return_exceptions=True)

    # --- for a switch ------------------------------------------------------------------------------------------

    async def media(self, saying: a.Saying) -> tuple[Media, ...]:
        """What is to be played, one after the other. What can be neither found nor spoken is left out."""
        found = [await self._one(part) for part in saying]
        return tuple(Media(str(path)) for path in found if path is not None)

    async def prepare(self, flows: Iterable[model.Flow]) -> None:
        """Speaks ahead of time what the flows say to everybody, so that no customer waits for it."""
        if self._voice is None:
            return
        for flow in flows:
            for node in flow.nodes:
                for _, parts in model.prompts(node):
                    for part in parts:
                        texts = part.text or {}
                        for language in (part.language,) if part.language is not None else flow.languages:
                            text = texts.get(language, "")
                            if text.strip() and not template.fields(text):
                                await self.media((a.Speech(language, text, text),))

    async def _one(self, part: a.Speech | a.Sound) -> Path | None:
        if isinstance(part, a.Sound):
            path = self.recorded(part.prompt, part.language)
            if path is not None:
                return path
            words = self.words(part.prompt, part.language)
            if words is None:
                return None
            part = a.Speech(words[0], words[1], words[1])
        try:
            return await self.spoken(part.speech, part.language)
        except Unavailable as error:
            if not self._silent:
                self._silent = True
                log.warning("nothing_spoken", code=error.code, detail=error.detail)
            return None

    # --- recordings --------------------------------------------------------------------------------------------

    def recorded(self, prompt: str, language: str) -> Path | None:
        """The recording's path without its form; None: there is none in this language."""
        there = self._prompts.get(prompt)
        sound = next((one for one in there.sounds if one.language == language), None) if there else None
        return self._recording(sound.digest) if sound is not None else None

    def words(self, prompt: str, language: str) -> tuple[str, str] | None:
        """(language, words) that are written for the prompt: in this language, else in any that there is."""
        there = self._prompts.get(prompt)
        if there is None:
            return None
        for one in (language, *there.words):
            if there.words.get(one, "").strip():
                return one, there.words[one]
        return None

    async def keep(self, data: bytes) -> tuple[str, int, int]:
        """Takes a WAV in; gives its digest, its length in ms and its bytes. Raises as `audio.parse`."""
        return await asyncio.to_thread(self._keep, data)

    def _keep(self, data: bytes) -> tuple[str, int, int]:
        sound = audio.parse(data)
        wide = audio.wav(audio.at_rate(sound, 16_000))
        digest = hashlib.sha256(wide).hexdigest()
        path = self._recording(digest)
        self._write(path, {".wav16": wide, ".wav": audio.wav(audio.at_rate(sound, 8_000))})
        return digest, sound.duration_ms, len(wide)

    def file(self, digest: str) -> Path:
        """The 16 kHz file of a recording. Raises NotFound `no_such_sound`."""
        path = self._recording(digest).with_suffix(".wav16")
        if not path.is_file():
            raise NotFound("no_such_sound", "This recording is not here any more: upload it again.")
        return path

    def _recording(self, digest: str) -> Path:
        return self._folder / "recorded" / digest

    # --- speech ------------------------------------------------------------------------------------------------

    async def spoken(self, text: str, language: str) -> Path:
        """The path, without its form, of the text read out. Raises Unavailable `no_speech`."""
        if self._voice is None:
            raise Unavailable("no_speech", "No synthetic voice is installed here: upload recordings of the prompts.")
        if self._spoken is None:
            self._spoken = await asyncio.to_thread(self._found)
        digest = hashlib.sha256(f"{_STYLE}\0{language}\0{text}".encode(errors="replace")).hexdigest()
        path = self._spoken.pop(digest, None)
        if path is not None:
            self._spoken[digest] = path  # asked for last, so that it goes last
            return path
        task = self._speaking.get(digest)
        if task is None:
            task = asyncio.create_task(self._speak(digest, text, language), name="speech")
            self._speaking[digest] = task
            task.add_done_callback(lambda _: self._speaking.pop(digest, None))
        return await asyncio.shield(task)

    async def _speak(self, digest: str, text: str, language: str) -> Path:
        assert self._voice is not None
        assert self._spoken is not None
        path = self._folder / "spoken" / digest
        async with self._gate:
            if self._closed:
                raise Unavailable("no_speech", "This process is about to end.")
            await asyncio.to_thread(self._make, self._voice, text, language, path)
        self._spoken[digest] = path
        if len(self._spoken) > KEPT:
            oldest = list(self._spoken)[: KEPT // 10]
            gone = [self._spoken.pop(one) for one in oldest]
            await asyncio.to_thread(_remove, gone)
        return path

    def _make(self, voice: Voice, text: str, language: str, path: Path) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="jietong-speech-") as folder:
                loud = Path(folder) / "spoken.wav"
                voice(text, language, loud)
                sound = audio.parse(loud.read_bytes())
            self._write(path, {form: audio.wav(audio.at_rate(sound, rate)) for form, rate in _FORMS.items()})
        except OSError as error:
            raise Unavailable("no_speech", f"The spoken text could not be kept: {error.strerror}.") from error
        except (Invalid, TooLarge) as error:
            raise Unavailable("no_speech", f"The voice gave no sound that can be played: {error.detail}") from error

    def _found(self) -> dict[str, Path]:
        """What was spoken before the start, oldest first."""
        folder = self._folder / "spoken"
        files = sorted(folder.glob("*.wav16"), key=lambda file: file.stat().st_mtime) if folder.is_dir() else []
        return {file.stem: file.with_suffix("") for file in files if file.with_suffix(".wav").is_file()}

    def _write(self, path: Path, forms: Mapping[str, bytes]) -> None:
        """Each file is there whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for form, data in forms.items():
            draft = path.with_suffix(f".{os.urandom(4).hex()}.new")
            try:
                draft.touch(mode=0o600)
                draft.write_bytes(data)
                draft.replace(path.with_suffix(form))
            finally:
                draft.unlink(missing_ok=True)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        for form in _FORMS:
            path.with_suffix(form).unlink(missing_ok=True)
