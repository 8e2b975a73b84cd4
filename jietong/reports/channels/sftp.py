"""Reports by SFTP: written under a name of their own, then renamed, then read back."""

import hashlib
import posixpath
from typing import cast

import asyncssh

from jietong.reports.channels.model import Enclosed, Failure, Parcel, Receipt, SftpTo

CONNECT_S = 30


async def send(target: SftpTo, secret: str | None, parcel: Parcel) -> Receipt:
    """Confirmed: each file was read back. One that is there with the same content stays. Raises Failure."""
    try:
        known = asyncssh.import_known_hosts(_known(target))
        keys = [asyncssh.import_private_key(secret or "")] if target.auth == "key" else []
    except (asyncssh.KeyImportError, ValueError) as error:
        raise Failure(f"A key of this destination cannot be read: {error}", lasting=True) from error
    try:
        async with (
            asyncssh.connect(
                target.host,
                target.port,
                username=target.username,
                password=secret if target.auth == "password" else None,
                client_keys=keys or None,
                agent_path=None,
                known_hosts=known,
                config=None,
                connect_timeout=CONNECT_S,
                login_timeout=CONNECT_S,
                keepalive_interval=15,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            await sftp.makedirs(target.folder, exist_ok=True)
            for file in parcel.files:
                await _put(sftp, target.folder, file)
    except asyncssh.HostKeyNotVerifiable as error:
        raise Failure(
            f"The server {target.host} shows another key than the one that was set: nothing was sent.", lasting=True
        ) from error
    except asyncssh.PermissionDenied as error:
        raise Failure(f"The server {target.host} refused the sign-in of {target.username}.", lasting=True) from error
    except asyncssh.SFTPPermissionDenied as error:
        raise Failure(
            f"{target.username} may not write to {target.folder} on {target.host}.", lasting=True
        ) from error
    except asyncssh.SFTPError as error:
        raise Failure(f"The server {target.host} refused: {error.reason}") from error
    except (asyncssh.Error, OSError) as error:
        raise Failure(f"The server {target.host}:{target.port} cannot be reached: {_brief(error)}") from error
    names = [file.ascii_name for file in parcel.files]
    return Receipt(True, ", ".join(names), {"folder": target.folder, "files": names})


async def _put(sftp: asyncssh.SFTPClient, folder: str, file: Enclosed) -> None:
    path = posixpath.join(folder, file.ascii_name)
    if await sftp.exists(path) and await _digest(sftp, path) == file.digest:
        return
    draft = f"{path}.part"
    async with sftp.open(draft, "wb") as out:
        await out.write(file.data)
    try:
        await sftp.posix_rename(draft, path)
    except asyncssh.SFTPOpUnsupported:
        if await sftp.exists(path):
            await sftp.remove(path)
        await sftp.rename(draft, path)
    if await _digest(sftp, path) != file.digest:
        raise Failure(f"{file.ascii_name} was written and reads back differently.")


async def _digest(sftp: asyncssh.SFTPClient, path: str) -> bytes:
    found = hashlib.sha256()
    async with sftp.open(path, "rb") as file:
        while data := await file.read(1 << 20):
            found.update(cast(bytes, data))  # it is open for bytes
    return found.digest()


def _known(target: SftpTo) -> str:
    """The pinned key, for any name: the address is what was set."""
    kind, key = (
        target.host_key.split()[-2:] if target.host_key.split()[0] not in _KINDS else target.host_key.split()[:2]
    )
    return f"* {kind} {key}\n"


_KINDS = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")


def _brief(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
