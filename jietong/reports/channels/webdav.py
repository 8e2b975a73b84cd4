"""Reports by HTTP PUT, to WebDAV or any server that takes it."""

import hashlib
from urllib.parse import quote

import aiohttp

from jietong.reports.channels.model import Enclosed, Failure, Parcel, Receipt, WebdavTo, basic

TIMEOUT = aiohttp.ClientTimeout(total=300, connect=20)
_REFUSED = {401: "refused the sign-in", 403: "does not allow it", 404: "knows no such folder", 405: "takes no PUT",
            409: "knows no such folder", 413: "finds it too large", 507: "has no room left"}  # fmt: skip


async def send(target: WebdavTo, secret: str | None, parcel: Parcel) -> Receipt:
    """Confirmed where the server lets us read back what we put; else taken. Raises Failure."""
    headers = basic(target.username, secret)
    confirmed = True
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session:
            for file in parcel.files:
                url = f"{target.url.rstrip('/')}/{quote(file.ascii_name)}"
                confirmed = await _put(session, url, file) and confirmed
    except TimeoutError as error:
        raise Failure("The server did not answer in time.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Failure(f"The server cannot be reached: {_brief(error)}") from error
    names = [file.ascii_name for file in parcel.files]
    return Receipt(confirmed, ", ".join(names), {"url": target.url, "files": names})


async def _put(session: aiohttp.ClientSession, url: str, file: Enclosed) -> bool:
    if await _there(session, url) == file.digest:
        return True
    media = file.media_type
    async with session.put(url, data=file.data, headers={"Content-Type": media}, allow_redirects=False) as answer:
        if not 200 <= answer.status < 300:
            what = _REFUSED.get(answer.status, "refused")
            lasting = answer.status in _REFUSED and answer.status != 507
            raise Failure(f"The server {what} ({answer.status} {answer.reason}).", lasting=lasting)
    there = await _there(session, url)
    if there is not None and there != file.digest:
        raise Failure(f"{file.ascii_name} was written and reads back differently.")
    return there is not None


async def _there(session: aiohttp.ClientSession, url: str) -> bytes | None:
    """The digest of what lies there; None: nothing, or it may not be read."""
    async with session.get(url, allow_redirects=False) as answer:
        if answer.status != 200:
            return None
        found = hashlib.sha256()
        async for data in answer.content.iter_chunked(1 << 20):
            found.update(data)
        return found.digest()


def _brief(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
