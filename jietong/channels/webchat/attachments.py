"""Files that customers and agents send: what they really are, and where they are kept."""

import asyncio
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import puremagic

from jietong.channels.webchat.model import Uploads
from jietong.core.errors import Invalid, NotFound, TooLarge

_MAGIC = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jfif": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
}
_ENDINGS = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".log", ".csv", ".md"),
}
_STARTS: dict[str, tuple[bytes, ...]] = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "application/pdf": (b"%PDF-",),
}


def real_type(content: bytes) -> str | None:
    """The media type by content: one of `model.UPLOAD_TYPES`, or None. The name and the browser's word do not count.

    Text is UTF-8 without control characters, and no document that a browser would draw (HTML, SVG, XML).
    """
    for kind, starts in _STARTS.items():
        if content.startswith(starts) and (kind != "image/webp" or content[8:12] == b"WEBP"):
            return kind if _confirmed(content, kind) else None
    return "text/plain" if _is_text(content) and not _MARKUP.match(content) else None


_MARKUP = re.compile(rb"(\xef\xbb\xbf)?\s*<(\?xml|!doctype|!--|html|svg|head|body|script|iframe)\b", re.IGNORECASE)


def _confirmed(content: bytes, kind: str) -> bool:
    """A second opinion: the magic-number table must know the content as this type too."""
    try:
        matches = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError, OSError):
        return False
    return any(_MAGIC.get(match.extension) == kind or match.mime_type == kind for match in matches)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(ord(char) < 32 and char not in "\t\n\r\f" for char in text)


def clean_name(name: str, kind: str) -> str:
    """The last part of the name, 120 characters at most, without control and direction-changing characters.

    It ends as its type says, so that a saved file opens as what it is.
    """
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")).strip(" .")
    if len(name) > 120:
        stem, dot, extension = name.rpartition(".")
        name = stem[: 119 - len(extension)] + dot + extension if dot and len(extension) < 10 else name[:120]
    name = name or "file"
    return name if name.lower().endswith(_ENDINGS[kind]) else name + _ENDINGS[kind][0]


class Files:
    """Content-addressed files under one folder: `<folder>/ab/abcdef…`, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise NotFound("unknown_attachment", "There is no such file.")
        return self._folder / digest[:2] / digest

    async def keep(self, chunks: AsyncIterator[bytes], uploads: Uploads) -> tuple[str, str, int]:
        """Stores what comes in; gives its digest (sha256, hex), type and size in bytes.

        Raises TooLarge `file_too_large` as soon as the limit is passed, Invalid `file_empty`, `file_type`.
        """
        data = bytearray()
        async for chunk in chunks:
            data += chunk
            if len(data) > uploads.max_bytes:
                raise TooLarge(
                    "file_too_large", f"A file has at most {uploads.max_bytes} bytes.", max=uploads.max_bytes
                )
        return await asyncio.to_thread(self._keep, bytes(data), uploads)

    def _keep(self, content: bytes, uploads: Uploads) -> tuple[str, str, int]:
        if not content:
            raise Invalid("file_empty", "The file is empty.")
        kind = real_type(content)
        if kind is None or kind not in uploads.types:
            allowed = ", ".join(uploads.types)
            raise Invalid("file_type", f"This kind of file cannot be sent. Allowed: {allowed}.", types=uploads.types)
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if path.exists():
            os.utime(path)
        else:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, draft = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(draft).replace(path)
            except BaseException:
                Path(draft).unlink(missing_ok=True)
                raise
        return digest, kind, len(content)

    async def drop(self, digests: list[str], before: datetime) -> None:
        """Deletes what nothing refers to, unless it was sent once more since `before`."""
        for digest in digests:
            await asyncio.to_thread(self._drop, self.path(digest), before.timestamp())

    def _drop(self, path: Path, before: float) -> None:
        if path.exists() and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
