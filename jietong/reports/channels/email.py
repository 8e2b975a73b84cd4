"""Reports by e-mail (SMTP). The Message-ID is the same on every attempt, so what is sent twice is one message to the
recipient's side."""

from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape

import aiosmtplib

from jietong.core.clock import to_datetime
from jietong.reports.channels.model import EmailTo, Failure, Parcel, Receipt, Security
from jietong.reports.channels.words import told

TIMEOUT_S = 60.0


async def send(target: EmailTo, secret: str | None, parcel: Parcel) -> Receipt:
    """Accepted by the server. Raises Failure; a recipient that is refused is named, the others have it."""
    message = await compose(target, parcel)
    try:
        refused, answer = await aiosmtplib.send(
            message,
            sender=target.sender,
            recipients=list(target.to),
            hostname=target.host,
            port=target.port,
            username=target.username or None,
            password=secret if target.username else None,
            use_tls=target.security is Security.TLS,
            start_tls=target.security is Security.STARTTLS,
            timeout=TIMEOUT_S,
        )
    except aiosmtplib.SMTPAuthenticationError as error:
        raise Failure(f"The mail server refused the sign-in: {error.message}", lasting=True) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        told_back = "; ".join(f"{one.recipient}: {one.code} {one.message}" for one in error.recipients)
        lasting = all(one.code >= 500 for one in error.recipients)
        raise Failure(f"The mail server refused every recipient ({told_back}).", lasting=lasting) from error
    except aiosmtplib.SMTPResponseException as error:
        raise Failure(
            f"The mail server refused the message: {error.code} {error.message}", lasting=500 <= error.code < 600
        ) from error
    except aiosmtplib.SMTPTimeoutError as error:
        raise Failure(f"The mail server {target.host} did not answer in time.") from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise Failure(f"The mail server {target.host}:{target.port} cannot be reached: {_brief(error)}") from error
    if refused:
        told_back = "; ".join(f"{who}: {one.code} {one.message}" for who, one in refused.items())
        raise Failure(f"The others have it, but the mail server refused {told_back}.", lasting=True)
    return Receipt(False, answer, {"message_id": message["Message-ID"], "to": list(target.to)})


async def compose(target: EmailTo, parcel: Parcel) -> EmailMessage:
    """The message, always the same for the same parcel."""
    language = parcel.language
    total = sum(len(file.data) for file in parcel.files)
    linked = parcel.links is not None and total > target.attach_mb * 1_000_000
    links = await parcel.links() if linked and parcel.links is not None else {}
    message = EmailMessage()
    message["From"] = formataddr((parcel.site, target.sender))
    message["To"] = ", ".join(target.to)
    message["Subject"] = _subject(parcel)
    message["Date"] = format_datetime(to_datetime(parcel.at))
    message["Message-ID"] = message_id(target, parcel)
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = language
    lines = _lines(parcel, linked=linked)
    text = "\n".join([*lines, *(f"{file.name}: {links[file.n]}" for file in parcel.files if linked)])
    message.set_content(text)
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    listed = "".join(
        f'<li><a href="{escape(links[file.n])}">{escape(file.name)}</a></li>' for file in parcel.files if linked
    )
    message.add_alternative(
        f'<!doctype html><html lang="{escape(language)}"><body>{body}{f"<ul>{listed}</ul>" if listed else ""}'
        "</body></html>",
        subtype="html",
    )
    if not linked:
        for file in parcel.files:
            main, _, sub = file.media_type.partition(";")[0].partition("/")
            message.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
    # Parts are divided by a line that is made up anew each time; a fixed one keeps the message the same.
    for n, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{parcel.id.replace('.', '_')}_{n}")
    return message


def message_id(target: EmailTo, parcel: Parcel) -> str:
    return f"<{parcel.id}@{target.sender.rpartition('@')[2]}>"


def _subject(parcel: Parcel) -> str:
    parts = [parcel.title]
    if parcel.period:
        parts.append(parcel.period)
    if parcel.draft:
        parts.append(told("draft", parcel.language))
    if parcel.reason:
        parts.append(told("restated", parcel.language))
    return " ".join(" · ".join(parts).split())


def _lines(parcel: Parcel, *, linked: bool) -> list[str]:
    if parcel.text:
        return [parcel.text]
    language = parcel.language
    lines = [told("greeting", language).format(title=parcel.title, period=parcel.period or "–")]
    if parcel.draft:
        lines.append(told("draft_line", language))
    if parcel.reason:
        lines.append(told("restated_line", language).format(reason=parcel.reason))
    lines.append(told("linked" if linked else "attached", language))
    lines += [f"SHA-256 {file.digest.hex()}  {file.name}" for file in parcel.files]
    lines.append(parcel.site)
    return lines


def _brief(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]
