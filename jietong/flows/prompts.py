"""Use cases around prompts: recordings of announcements in up to three languages, and the words that they say."""

import re

from jietong.core.clock import Clock
from jietong.core.errors import Invalid, NotFound, Refused
from jietong.core.specs import Names
from jietong.db.pool import ALL, Connection, Database
from jietong.flows import model, store
from jietong.flows.nodes import LONGEST_TEXT
from jietong.flows.sounds import Sounds
from jietong.flows.store import Sounded, StoredPrompt
from jietong.identity import audit
from jietong.identity.model import Principal

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LONGEST_NAME = 120


async def listed(database: Database) -> list[StoredPrompt]:
    async with database.read(ALL) as conn:
        return await store.prompts(conn)


async def read(database: Database, id: str) -> StoredPrompt:
    """Raises NotFound `no_such_prompt`."""
    async with database.read(ALL) as conn:
        return await store.prompt(conn, id)


async def create(
    database: Database, clock: Clock, sounds: Sounds, by: Principal, id: str, name: Names, words: Names
) -> StoredPrompt:
    """Raises Invalid, Refused `id_taken`."""
    now = clock.now()
    if not _ID.fullmatch(id):
        raise Invalid("bad_id", "An id is small letters, digits and -, 40 at most.", field="id")
    _check(name, words)
    async with database.transaction(ALL) as conn:
        if not await store.insert_prompt(conn, id, name, words, by.name, now):
            raise Refused("id_taken", f"The id {id!r} is in use already: choose another.")
        await audit.append(conn, by=by, action="prompt.created", object=id, now=now)
    await sounds.reload()
    return await read(database, id)


async def change(
    database: Database,
    clock: Clock,
    sounds: Sounds,
    by: Principal,
    id: str,
    revision: int,
    name: Names,
    words: Names,
    active: bool,
) -> StoredPrompt:
    """Raises Refused `stale_version`, `prompt_in_use` (when it is to be laid aside), NotFound, Invalid."""
    now = clock.now()
    _check(name, words)
    async with database.transaction(ALL) as conn:
        before = await store.prompt(conn, id)
        users = (await used_by(conn)).get(id) if before.active and not active else None
        if users:
            raise Refused("prompt_in_use", f"Flows still play it: {', '.join(users)}.", users=users)
        if not await store.update_prompt(conn, id, revision, name, words, active, by.name, now):
            raise Refused(
                "stale_version",
                f"{before.changed_by} has changed this prompt since you opened it: load it again.",
                current=before.revision,
            )
        await audit.append(conn, by=by, action="prompt.changed", object=id, now=now)
    await sounds.reload()
    return await read(database, id)


async def upload(
    database: Database, clock: Clock, sounds: Sounds, by: Principal, id: str, language: str, data: bytes
) -> StoredPrompt:
    """Replaces the recording in one language; customers hear it from the next time on.

    Raises NotFound, Invalid, TooLarge as `audio.parse`.
    """
    now = clock.now()
    if language not in model.LANGUAGES:
        raise Invalid("unknown_language", f"Prompts are not recorded in {language!r}.", field="language")
    await read(database, id)
    digest, duration_ms, size = await sounds.keep(data)
    async with database.transaction(ALL) as conn:
        await store.prompt(conn, id)
        await store.put_sound(conn, id, Sounded(language, digest, duration_ms, size, now, by.name))
        details = {"language": language, "digest": digest}
        await audit.append(conn, by=by, action="prompt.recorded", object=id, now=now, details=details)
    await sounds.reload()
    return await read(database, id)


async def drop(
    database: Database, clock: Clock, sounds: Sounds, by: Principal, id: str, language: str
) -> StoredPrompt:
    """Takes the recording in one language away. Raises NotFound `no_such_sound`."""
    async with database.transaction(ALL) as conn:
        await store.prompt(conn, id)
        if not await store.drop_sound(conn, id, language):
            raise NotFound("no_such_sound", "There is no recording in this language.")
        now = clock.now()
        await audit.append(
            conn, by=by, action="prompt.unrecorded", object=id, now=now, details={"language": language}
        )
    await sounds.reload()
    return await read(database, id)


async def used_by(conn: Connection) -> dict[str, list[str]]:
    """Prompt → the flows that play it, in their draft or in the version that serves."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT document.flow, audio #>> '{}' AS prompt
        FROM (
            SELECT id AS flow, draft AS body FROM flow
            UNION ALL SELECT f.id, v.document FROM flow f
            JOIN flow_version v ON v.flow = f.id AND v.version = f.published
        ) AS document, jsonb_path_query(document.body, '$.nodes[*].**.audio') AS audio
        ORDER BY 1, 2
        """
    )
    users: dict[str, list[str]] = {}
    for row in rows:
        if row["prompt"] is not None:
            users.setdefault(row["prompt"], []).append(row["flow"])
    return users


async def uses(database: Database, by: Principal) -> dict[str, list[str]]:
    """The same, within the principal's scope."""
    async with database.read(by.scope) as conn:
        return await used_by(conn)


def _check(name: Names, words: Names) -> None:
    for field, texts, longest in (("name", name, _LONGEST_NAME), ("words", words, LONGEST_TEXT)):
        for language, text in texts.items():
            if language not in model.LANGUAGES:
                raise Invalid("unknown_language", f"Prompts are not written in {language!r}.", field=field)
            if len(text) > longest:
                raise Invalid("too_long", f"At most {longest} characters.", field=f"{field}.{language}", max=longest)
            if "\0" in text:
                raise Invalid("bad_text", "The text has a NUL character in it.", field=f"{field}.{language}")
    if not any(text.strip() for text in name.values()):
        raise Invalid("name_missing", "Give the prompt a name.", field="name")
