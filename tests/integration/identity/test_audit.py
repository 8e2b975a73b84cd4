"""The audit log: append-only, chained, and honest about what was done to it."""

import asyncio

import asyncpg
import pytest
from identity_support import Centre

from jietong.db.pool import ALL, Database
from jietong.identity import audit
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role

TEXTS = ["queue-1", "售后报修 😀", 'quote " back \\ slash', "tab\tline\nend", "\u202eRTL \x7f", "1:a,2:bb,", ""]


async def fill(database: Database, count: int = 20) -> None:
    for n in range(count):
        async with database.transaction(ALL) as conn:
            await audit.append(
                conn,
                by=SYSTEM,
                action="queue.changed",
                object=TEXTS[n % len(TEXTS)],
                now=1_800_000_000_000 + n,
                details={"n": n, "text": TEXTS[n % len(TEXTS)], "ratio": 0.1 * n, "none": None, "set": {3, 1}},
            )


async def verdict(database: Database) -> audit.Verdict:
    async with database.read(ALL) as conn:
        return await audit.verify(conn)


async def tamper(database: Database, sql: str) -> None:
    """As one who owns the tables: the trigger is off for a moment."""
    conn = await database.connect("tamper")
    try:
        await conn.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only")
        await conn.execute(sql)
        await conn.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_append_only")
    finally:
        await conn.close()


async def test_an_untouched_log_is_sound(database: Database) -> None:
    assert await verdict(database) == audit.Verdict(0, bytes(32).hex())
    await fill(database)
    sound = await verdict(database)
    assert (sound.sound, sound.entries) == (True, 20)
    async with database.read(ALL) as conn:
        newest = (await audit.entries(conn, limit=1))[0]
    assert newest.digest == sound.digest
    assert newest.details["text"] == TEXTS[19 % len(TEXTS)]


@pytest.mark.parametrize(
    ("sql", "broken_at"),
    [
        ("UPDATE audit_entry SET name = 'somebody else' WHERE seq = 7", 7),
        ("UPDATE audit_entry SET details = '{}' WHERE seq = 1", 1),
        ("UPDATE audit_entry SET at = at + interval '1 millisecond' WHERE seq = 20", 20),
        ("UPDATE audit_entry SET object = 'x', action = 'y', digest = sha256('z') WHERE seq = 9", 9),
        ("DELETE FROM audit_entry WHERE seq = 5", 5),
        ("DELETE FROM audit_entry WHERE seq > 15", 16),
        ("UPDATE audit_entry SET seq = CASE seq WHEN 3 THEN -4 ELSE seq END; "
         "UPDATE audit_entry SET seq = 3 WHERE seq = 4; UPDATE audit_entry SET seq = 4 WHERE seq = -4", 3),
    ],
)  # fmt: skip
async def test_tampering_is_found_at_the_entry(database: Database, sql: str, broken_at: int) -> None:
    await fill(database)
    await tamper(database, sql)
    found = await verdict(database)
    assert (found.sound, found.broken_at, found.entries) == (False, broken_at, broken_at - 1)


@pytest.mark.parametrize(
    "sql", ["UPDATE audit_entry SET name = ''", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
async def test_the_log_is_append_only(database: Database, sql: str) -> None:
    await fill(database, 3)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        async with database.transaction(ALL) as conn:
            await conn.execute(sql)
    assert (await verdict(database)).entries == 3


async def test_entries_made_at_once_form_one_chain(database: Database) -> None:
    async def one(n: int) -> None:
        async with database.transaction(ALL) as conn:
            await audit.append(conn, by=SYSTEM, action="probe.made", object=str(n), now=n)
            if n % 5 == 0:
                raise RuntimeError("taken back")

    await asyncio.gather(*(one(n) for n in range(40)), return_exceptions=True)
    sound = await verdict(database)
    assert (sound.sound, sound.entries) == (True, 32), "what is rolled back leaves no gap"


async def test_an_entry_can_be_attached_to_a_command(database: Database) -> None:
    write = audit.append_write(by=SYSTEM, action="queue.changed", object="q1", now=5, details={"version": 2})
    async with database.transaction(ALL) as conn:
        await conn.execute(write.sql, *write.args)
    assert (await verdict(database)).entries == 1


async def test_administrators_read_and_verify_the_log(centre: Centre) -> None:
    await centre.person("he.feng", Role.ADMIN)
    await centre.person("lin.xiao")
    admin = await centre.signed_in("he.feng")
    await fill(centre.database, 8)
    page = (await admin.get("/api/audit", params={"limit": 3, "action": "queue."})).json()
    assert [entry["action"] for entry in page["items"]] == ["queue.changed"] * 3
    older = (await admin.get("/api/audit", params={"limit": 100, "cursor": page["next"]})).json()
    assert older["next"] is None
    assert older["items"][-1]["seq"] == 1
    mine = (await admin.get("/api/audit", params={"actor": centre.people["he.feng"].id})).json()["items"]
    assert [entry["action"] for entry in mine] == ["session.opened"]
    assert mine[0]["address"] == "127.0.0.1"
    early = (await admin.get("/api/audit", params={"to": "2020-01-01T00:00:00Z"})).json()["items"]
    assert early == []
    assert (await admin.get("/api/audit/verify")).json()["sound"] is True
    await tamper(centre.database, "UPDATE audit_entry SET name = 'x' WHERE seq = 2")
    assert (await admin.get("/api/audit/verify")).json()["broken_at"] == 2


async def test_what_people_do_with_accounts_is_in_the_log(centre: Centre) -> None:
    await centre.person("he.feng", Role.ADMIN)
    admin = await centre.signed_in("he.feng")
    account = await centre.person("lin.xiao")
    await admin.put(
        f"/api/staff/{account.id}",
        json={"login": "lin.xiao", "name": "Lin Xiao", "roles": ["solver"], "clients": ["hechuan"], "version": 1},
    )
    await admin.post(f"/api/staff/{account.id}/password", json={"password": "another one 77"})
    wrong = await (await centre.browser()).post("/api/session", json={"login": "lin.xiao", "password": "not it"})
    assert wrong.status_code == 401
    entries = (await admin.get("/api/audit", params={"object": account.id})).json()["items"]
    assert [entry["action"] for entry in entries] == [
        "session.refused",
        "account.password_set",
        "account.changed",
        "account.created",
    ]
    assert entries[2]["details"]["changed"] == {"name": "Lin Xiao", "roles": ["solver"], "clients": ["hechuan"]}
    assert "another one" not in str(entries)
