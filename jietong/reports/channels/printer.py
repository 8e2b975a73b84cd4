"""Reports on a network printer: one Print-Job of the PDF, followed until the printer says that it is done."""

import asyncio
from typing import Any

import aiohttp

from jietong.reports.channels import ipp
from jietong.reports.channels.ipp import Answer, Attribute, Operation, Tag
from jietong.reports.channels.model import Failure, Parcel, PrinterTo, Receipt, basic

TIMEOUT = aiohttp.ClientTimeout(total=120, connect=20)
WATCH_S = 5.0  # what is not printed by then is asked after later
_LASTING = {
    0x0401: "forbids it",
    0x0402: "wants a sign-in",
    0x0403: "does not allow it",
    0x040A: "takes no PDF",
    0x0406: "knows no such queue",
}
_STATES = {3: "pending", 4: "held", 5: "processing", 6: "stopped", 7: "canceled", 8: "aborted", 9: "completed"}
_NOT_FOUND = 0x0406


async def send(target: PrinterTo, secret: str | None, parcel: Parcel) -> Receipt:
    """Confirmed once printed; else with the job to follow. A job of this parcel that the printer knows already is
    followed instead of printed twice. Raises Failure."""
    document = next((file for file in parcel.files if file.media_type == "application/pdf"), None)
    if document is None:
        raise Failure("There is no PDF to print: choose it among the formats.", lasting=True)
    mark = f"[{parcel.id}]"
    async with _session(target, secret) as session:
        job = await _known_job(session, target, mark)
        if job is None:
            name = parcel.title.encode()[: 250 - len(mark)].decode(errors="ignore")
            told = await _ask(
                session,
                target,
                Operation.PRINT_JOB,
                [
                    *_who(target),
                    Attribute(Tag.NAME, "job-name", f"{name} {mark}"),
                    Attribute(Tag.MIME, "document-format", "application/pdf"),
                ],
                [
                    Attribute(Tag.INTEGER, "copies", target.copies),
                    Attribute(Tag.KEYWORD, "media", target.media),
                ],
                document.data,
            )
            if not told.good:
                raise _refusal(told)
            job = next((int(group["job-id"][0]) for group in told.of(Tag.JOB) if group.get("job-id")), None)
            if job is None:
                raise Failure("The printer took the job and gave it no number.")
        deadline = asyncio.get_running_loop().time() + WATCH_S
        while True:
            receipt = await _state(session, target, job)
            if receipt.follow is None or asyncio.get_running_loop().time() > deadline:
                return receipt
            await asyncio.sleep(0.25)


async def follow(target: PrinterTo, secret: str | None, known: dict[str, Any]) -> Receipt:
    async with _session(target, secret) as session:
        return await _state(session, target, int(known["job"]))


async def _state(session: aiohttp.ClientSession, target: PrinterTo, job: int) -> Receipt:
    told = await _ask(
        session,
        target,
        Operation.GET_JOB_ATTRIBUTES,
        [
            Attribute(Tag.URI, "printer-uri", target.uri),
            Attribute(Tag.INTEGER, "job-id", job),
            *_who(target)[1:],
            Attribute(Tag.KEYWORD, "requested-attributes", ("job-state", "job-state-reasons")),
        ],
    )
    if told.status == _NOT_FOUND:
        return Receipt(False, f"The printer took job {job} and has since forgotten it.", {"job": job})
    if not told.good:
        raise _refusal(told)
    group = next(iter(told.of(Tag.JOB)), {})
    state = _STATES.get(int(next(iter(group.get("job-state", [])), 0)), "unknown")
    reasons = ", ".join(str(one) for one in group.get("job-state-reasons", []) if one != "none")
    text = f"job {job}: {state}{f' ({reasons})' if reasons else ''}"
    if state == "completed":
        return Receipt(True, text, {"job": job})
    if state in ("canceled", "aborted"):
        raise Failure(f"The printer did not print it, {text}.", lasting=True)
    return Receipt(False, text, {"job": job}, follow={"job": job})


async def _known_job(session: aiohttp.ClientSession, target: PrinterTo, mark: str) -> int | None:
    """Of an attempt whose end nobody noted. A printer that does not tell its jobs knows none."""
    for which in ("not-completed", "completed"):
        told = await _ask(
            session,
            target,
            Operation.GET_JOBS,
            [
                *_who(target),
                Attribute(Tag.KEYWORD, "requested-attributes", ("job-id", "job-name", "job-state")),
                Attribute(Tag.KEYWORD, "which-jobs", which),
            ],
        )
        for group in told.of(Tag.JOB) if told.good else ():
            state = int(next(iter(group.get("job-state", [])), 0))
            if mark in str(next(iter(group.get("job-name", [])), "")) and state not in (7, 8):
                return int(group["job-id"][0])
    return None


async def _ask(
    session: aiohttp.ClientSession,
    target: PrinterTo,
    operation: Operation,
    attributes: list[Attribute],
    job: list[Attribute] | None = None,
    data: bytes = b"",
) -> Answer:
    scheme, _, rest = target.uri.partition("://")
    host, slash, path = rest.partition("/")
    if ":" not in host.rpartition("]")[2]:
        host += ":631"
    url = f"{'https' if scheme == 'ipps' else 'http'}://{host}{slash}{path}"
    body = ipp.request(operation, 1, attributes, job, data)
    try:
        async with session.post(
            url, data=body, headers={"Content-Type": "application/ipp"}, allow_redirects=False
        ) as told:
            if told.status == 401:
                raise Failure("The printer refused the sign-in.", lasting=True)
            if told.status != 200:
                raise Failure(f"The printer answered {told.status} {told.reason}.", lasting=told.status == 404)
            return ipp.answer(await told.read())
    except TimeoutError as error:
        raise Failure("The printer did not answer in time.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise Failure(f"The printer cannot be reached: {_brief(error)}") from error


def _session(target: PrinterTo, secret: str | None) -> aiohttp.ClientSession:
    headers = basic(target.username, secret) if secret else {}
    return aiohttp.ClientSession(headers=headers, timeout=TIMEOUT)


def _who(target: PrinterTo) -> list[Attribute]:
    """`printer-uri` first: RFC 8011 asks for this order."""
    return [
        Attribute(Tag.URI, "printer-uri", target.uri),
        Attribute(Tag.NAME, "requesting-user-name", target.username or "jietong"),
    ]


def _refusal(told: Answer) -> Failure:
    group = next(iter(told.of(Tag.OPERATION)), {})
    message = str(next(iter(group.get("status-message", [])), "")).strip()
    what = _LASTING.get(told.status, "refused")
    return Failure(
        f"The printer {what} (0x{told.status:04x}{f' {message}' if message else ''}).",
        lasting=told.status in _LASTING,
    )


def _brief(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
