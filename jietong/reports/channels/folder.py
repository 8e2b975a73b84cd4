"""Reports as files in a folder of the centre's machine: written under another name, then put in place whole."""

import asyncio
import hashlib
import os
import secrets
from pathlib import Path

from jietong.reports.channels.model import Enclosed, Failure, FolderTo, Parcel, Receipt


async def send(root: Path, target: FolderTo, parcel: Parcel) -> Receipt:
    return await asyncio.to_thread(put, root, target.folder, parcel.files)


def put(root: Path, folder: str, files: tuple[Enclosed, ...]) -> Receipt:
    """A file that is there already with the same content stays. Raises Failure."""
    place = (root / folder).resolve()
    if not place.is_relative_to(root.resolve()):
        raise Failure("The folder lies outside the centre's own folder for deliveries.", lasting=True)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for file in files:
            path = place / file.ascii_name
            if path.exists() and hashlib.sha256(path.read_bytes()).digest() == file.digest:
                continue
            _write(path, file.data)
            if hashlib.sha256(path.read_bytes()).digest() != file.digest:
                raise Failure(f"{path.name} was written and reads back differently.")
    except OSError as error:
        raise Failure(f"The folder {folder} cannot be written: {error.strerror or error}.") from error
    names = [file.ascii_name for file in files]
    return Receipt(True, ", ".join(names), {"folder": folder, "files": names})


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, whoever else writes the same."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
