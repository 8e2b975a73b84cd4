"""Which way a parcel goes: the one place that knows all of them."""

import asyncio
from pathlib import Path

from jietong.reports.channels import email, fax, folder, printer, sftp, webdav
from jietong.reports.channels.model import (
    EmailTo,
    Failure,
    FaxTo,
    FolderTo,
    Parcel,
    PrinterTo,
    Receipt,
    SftpTo,
    Target,
    WebdavTo,
)

LIMIT_S = 600.0
"""No attempt takes longer."""


async def send(root: Path, target: Target, secret: str | None, parcel: Parcel) -> Receipt:
    """`root`: the centre's own folder for deliveries. Raises Failure, with one sentence of what went wrong. The
    portal is no other side: whoever keeps the archive opens it there."""
    try:
        async with asyncio.timeout(LIMIT_S):
            return await _send(root, target, secret, parcel)
    except TimeoutError as error:
        raise Failure(f"The other side took longer than {LIMIT_S:.0f} seconds.") from error


async def follow(target: Target, secret: str | None, known: dict[str, object]) -> Receipt:
    """Asks the other side what became of it. Raises Failure."""
    if isinstance(target, PrinterTo):
        return await printer.follow(target, secret, known)
    raise Failure("The destination is another now: what became of it cannot be asked.", lasting=True)


async def _send(root: Path, target: Target, secret: str | None, parcel: Parcel) -> Receipt:
    if isinstance(target, EmailTo):
        return await email.send(target, secret, parcel)
    if isinstance(target, SftpTo):
        return await sftp.send(target, secret, parcel)
    if isinstance(target, WebdavTo):
        return await webdav.send(target, secret, parcel)
    if isinstance(target, PrinterTo):
        return await printer.send(target, secret, parcel)
    if isinstance(target, FaxTo):
        return await fax.send(root, target, parcel)
    if isinstance(target, FolderTo):
        return await folder.send(root, target, parcel)
    raise Failure("This destination takes no files.", lasting=True)
