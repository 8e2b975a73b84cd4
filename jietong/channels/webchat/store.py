"""The tables of web chat. Functions take a connection within a transaction; `Write`s go with a command's events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import msgspec

from jietong.channels.webchat.model import Session, Widget, WidgetSpec
from jietong.core.errors import NotFound, Refused
from jietong.core.inbox import Write
from jietong.core.vocabulary import Ms
from jietong.db.pool import Connection

# --- widgets ------------------------------------------------------------------------------------------------


async def widgets(conn: Connection) -> list[Widget]:
    """All, inactive ones too, by id."""
    return [_widget(row) for row in await conn.fetch("SELECT version, spec, secret FROM widget ORDER BY id")]


async def widget(conn: Connection, id: str) -> Widget | None:
    row = await conn.fetchrow("SELECT version, spec, secret FROM widget WHERE id = $1", id)
    return _widget(row) if row else None


async def save_widget(conn: Connection, spec: WidgetSpec, version: int | None, by: str, at: datetime) -> int:
    """Creates (version None) or changes a widget; gives its new version.

    Raises Refused `already_exists` or `stale_version`, NotFound `unknown_widget`. The secret is kept.
    """
    document = msgspec.to_builtins(spec)
    if version is None:
        row = await conn.fetchval(
            """
            INSERT INTO widget (id, version, spec, changed_at, changed_by) VALUES ($1, 1, $2, $3, $4)
            ON CONFLICT (id) DO NOTHING RETURNING version
            """,
            spec.id, document, at, by,
        )  # fmt: skip
        if row is None:
            raise Refused("already_exists", f"There is a widget {spec.id} already.")
        return 1
    row = await conn.fetchval(
        """
        UPDATE widget SET version = version + 1, spec = $2, changed_at = $4, changed_by = $5
        WHERE id = $1 AND version = $3 RETURNING version
        """,
        spec.id, document, version, at, by,
    )  # fmt: skip
    if row is not None:
        return int(row)
    if await widget(conn, spec.id) is None:
        raise NotFound("unknown_widget", f"There is no widget {spec.id}.")
    raise Refused("stale_version", "Someone else has changed this widget meanwhile: load it again.")


async def save_secret(conn: Connection, id: str, secret: str | None) -> None:
    """Replaces the signing secret. Raises NotFound `unknown_widget`."""
    if not await conn.fetchval("UPDATE widget SET secret = $2 WHERE id = $1 RETURNING true", id, secret):
        raise NotFound("unknown_widget", f"There is no widget {id}.")


def _widget(row: asyncpg.Record) -> Widget:
    return Widget(row["version"], msgspec.convert(row["spec"], WidgetSpec), row["secret"])


# --- sessions and their contacts ----------------------------------------------------------------------------


class ChatContact(NamedTuple):
    """What the chat keeps of one contact."""

    contact: str
    client: str
    session: str
    widget: str
    queue: str
    customer: str | None
    customer_name: str | None
    started: Ms


_SESSION = "id, token_hash, client, widget, language, contact, customer, profile, simulated"
_CONTACT = "contact, client, session, widget, queue, customer, customer_name, started"


async def session_by_token(conn: Connection, token_hash: bytes) -> Session | None:
    row = await conn.fetchrow(f"SELECT {_SESSION} FROM chat_session WHERE token_hash = $1", token_hash)
    return Session(**dict(row)) if row else None


async def session(conn: Connection, id: str) -> Session | None:
    row = await conn.fetchrow(f"SELECT {_SESSION} FROM chat_session WHERE id = $1", id)
    return Session(**dict(row)) if row else None


async def contact(conn: Connection, id: str) -> ChatContact | None:
    row = await conn.fetchrow(f"SELECT {_CONTACT} FROM chat_contact WHERE contact = $1", id)
    return ChatContact(*row) if row else None


async def names(conn: Connection, contacts: Sequence[str]) -> dict[str, str]:
    """Contact → the name its customer goes by, where one is known."""
    rows = await conn.fetch(
        "SELECT contact, customer_name FROM chat_contact WHERE contact = ANY($1) AND customer_name IS NOT NULL",
        list(contacts),
    )
    return {row["contact"]: row["customer_name"] for row in rows}


def session_write(session: Session, at: datetime) -> Write:
    return Write(
        """
        INSERT INTO chat_session
            (id, token_hash, client, widget, contact, customer, profile, language, simulated, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (id) DO UPDATE SET contact = excluded.contact, customer = excluded.customer,
            profile = excluded.profile, language = excluded.language
        """,
        (
            session.id, session.token_hash, session.client, session.widget, session.contact, session.customer,
            session.profile, session.language, session.simulated, at,
        ),
        apart=True,
    )  # fmt: skip


def contact_write(contact: ChatContact, reply_by: str | None = None) -> Write:
    return Write(
        f"""
        INSERT INTO chat_contact ({_CONTACT}, reply_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (contact) DO NOTHING
        """,
        (*contact, reply_by),
        apart=True,
    )


# --- words --------------------------------------------------------------------------------------------------


class Attachment(NamedTuple):
    id: str
    client: str
    session: str | None
    agent: str | None
    contact: str | None
    name: str
    type: str
    size: int
    digest: str
    key: str


class MessageRow(NamedTuple):
    """One person's message. `attachment` is the file's row, where there is one."""

    id: str
    contact: str
    client: str
    n: int
    at: Ms
    author: str
    agent: str | None
    text: str
    client_key: str
    attachment: Attachment | None


_FILE = "id, client, session, agent, contact, name, type, size, digest, key"


def message_write(
    id: str, contact: str, client: str, at: Ms, author: str, agent: str | None, text: str, attachment: str | None,
    client_key: str,
) -> Write:  # fmt: skip
    """The row of one message. Its n is counted here as the engine counts it: both go in the ledger's order."""
    return Write(
        """
        INSERT INTO message (id, contact, client, n, at, author, agent, text, attachment, client_key)
        SELECT $1, $2, $3, (SELECT coalesce(max(n), 0) + 1 FROM message WHERE contact = $2), $4, $5, $6, $7, $8, $9
        ON CONFLICT DO NOTHING
        """,
        (id, contact, client, at, author, agent, text, attachment, client_key),
        apart=True,
    )


def attachment_write(id: str, contact: str) -> Write:
    """Ties a file to the contact whose message shows it."""
    return Write("UPDATE attachment SET contact = $2 WHERE id = $1 AND contact IS NULL", (id, contact), True)


def survey_write(contact: str, client: str, score: int, resolved: bool | None, comment: str, at: Ms) -> Write:
    return Write(
        """
        INSERT INTO chat_survey (contact, client, score, resolved, comment, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (contact) DO NOTHING
        """,
        (contact, client, score, resolved, comment, at),
        apart=True,
    )


async def messages(conn: Connection, contact: str) -> list[MessageRow]:
    """People's messages of one contact in order. The system lines between them come from `conversation`."""
    rows = await conn.fetch(
        f"""
        SELECT m.id AS m_id, m.contact AS m_contact, m.client AS m_client, n, at, author, m.agent AS m_agent, text,
            client_key, {", ".join(f"a.{name.strip()}" for name in _FILE.split(","))}
        FROM message m LEFT JOIN attachment a ON a.id = m.attachment
        WHERE m.contact = $1 ORDER BY n
        """,
        contact,
    )
    return [_message(row, Attachment(*row[9:]) if row[9] is not None else None) for row in rows]


async def last_messages(conn: Connection, contacts: Sequence[str]) -> list[MessageRow]:
    """The latest message of each contact that has one."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT ON (contact) id, contact, client, n, at, author, agent, text, client_key
        FROM message WHERE contact = ANY($1) ORDER BY contact, n DESC
        """,
        list(contacts),
    )
    return [_message(row, None) for row in rows]


def _message(row: asyncpg.Record, file: Attachment | None) -> MessageRow:
    id, contact, client, n, at, author, agent, text, key = row[:9]
    return MessageRow(id, contact, client, n, at, author, agent, text, key, file)


# --- attachments --------------------------------------------------------------------------------------------


async def add_attachment(conn: Connection, file: Attachment, at: datetime) -> None:
    await conn.execute(
        f"""
        INSERT INTO attachment ({_FILE}, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        *file, at,
    )  # fmt: skip


async def attachment(conn: Connection, id: str) -> Attachment | None:
    row = await conn.fetchrow(f"SELECT {_FILE} FROM attachment WHERE id = $1", id)
    return Attachment(*row) if row else None


async def drop_loose(conn: Connection, before: datetime) -> list[str]:
    """Forgets files that no message came to show; gives the digests that nothing refers to any more."""
    rows = await conn.fetch(
        "DELETE FROM attachment WHERE contact IS NULL AND created_at < $1 RETURNING digest", before
    )
    digests = sorted({row["digest"] for row in rows})
    kept = await conn.fetch("SELECT DISTINCT digest FROM attachment WHERE digest = ANY($1)", digests)
    return sorted(set(digests) - {row["digest"] for row in kept})


async def survey(conn: Connection, contact: str) -> dict[str, Any] | None:
    row = await conn.fetchrow("SELECT score, resolved, comment, at FROM chat_survey WHERE contact = $1", contact)
    return dict(row) if row else None
