"""Retention, legal holds, deletion with certificates, keys: what must stay stays, what must go is provably gone."""

import asyncio
import contextlib
from pathlib import Path

import asyncpg
import httpx
import orjson
import pytest
from recordings_support import Vaulted
from typer.testing import CliRunner

from jietong.core.errors import Refused, Unavailable
from jietong.core.vocabulary import Ms
from jietong.db.pool import ALL, Database
from jietong.identity.model import SYSTEM
from jietong.identity.permissions import Role
from jietong.recordings import keys, service, store
from jietong.recordings.cli import commands
from jietong.recordings.model import DAY_MS


async def state(vaulted: Vaulted, id: str) -> str:
    async with vaulted.database.read(ALL) as conn:
        one = await store.recording(conn, id)
    assert one is not None
    return one.state


def later(vaulted: Vaulted, ms: Ms) -> None:
    vaulted.clock.advance(ms)  # type: ignore[attr-defined]


async def cli(vaulted: Vaulted, dsn: str, *arguments: str) -> tuple[int, str]:
    """Runs the command line as a program of its own would."""

    @contextlib.asynccontextmanager
    async def opened() -> object:  # type: ignore[misc]
        database = Database(dsn)
        await database.open()
        try:
            yield database
        finally:
            await database.close()

    app = commands(opened, lambda: vaulted.home)  # type: ignore[arg-type]
    result = await asyncio.to_thread(CliRunner().invoke, app, list(arguments))
    return result.exit_code, result.output


async def test_what_is_past_its_time_is_deleted_with_a_certificate_and_the_rest_stays(vaulted: Vaulted) -> None:
    await vaulted.record("old", "c1", keep_days=30)
    await vaulted.record("young", "c2", keep_days=90)
    later(vaulted, 31 * DAY_MS)
    run = await vaulted.parts.retention.run()
    assert (run.deleted, run.held, run.failed, run.ended_at is not None) == (1, 0, 0, True)
    assert (await state(vaulted, "old"), await state(vaulted, "young")) == ("deleted", "stored")
    assert not any(path.name.startswith("old") for path in vaulted.sealed())
    await vaulted.parts.sink.tell()
    [fact] = await vaulted.ledger("recording.deleted")
    assert (fact["recording"], fact["why"]) == ("old", "retention")
    [entry] = await vaulted.audited("recording.deleted")
    async with vaulted.database.read(ALL) as conn:
        certificate = await store.certificate(conn, "old")
    assert certificate is not None
    assert entry["details"]["sha256"] == certificate.digest
    assert orjson.loads(certificate.document)["keep_days"] == 30
    assert (await vaulted.parts.retention.run()).deleted == 1, "once a day"


async def test_deletion_that_destroyed_evidence(vaulted: Vaulted) -> None:
    """The wound of that name: a legal hold wins, over retention, over a request, over the database itself."""
    await vaulted.record("r1", "c1", keep_days=30)
    boss = await vaulted.person("boss", Role.MANAGER)
    held = await boss.post("/api/contacts/c1/recordings/hold", json={"reason": "court order 7"})
    assert held.status_code == 201, held.text
    await vaulted.record("r2", "c1", keep_days=30)  # recorded after the hold: kept as well
    later(vaulted, 400 * DAY_MS)
    run = await vaulted.parts.retention.run()
    assert (run.deleted, run.held) == (0, 2)
    boss = await vaulted.person("boss2", Role.MANAGER)  # the session of last year has ended
    answer = await boss.post("/api/recordings/r1/delete", json={"reason": "customer asks"})
    assert (answer.status_code, answer.json()["code"]) == (409, "on_hold")
    with pytest.raises(Refused, match="legal hold"):
        await service.shred(
            vaulted.database, vaulted.clock, vaulted.home, vaulted.parts.deletion, "hechuan", "contract ended", SYSTEM
        )
    for sql in ("UPDATE recording SET state = 'deleting'", "DELETE FROM recording"):
        with pytest.raises(asyncpg.PostgresError, match="legal hold"):
            async with vaulted.database.transaction(ALL) as conn:
                await conn.execute(sql)
    assert len(vaulted.sealed()) == 6

    hold = held.json()["hold"]["id"]
    assert (await boss.post(f"/api/recordings/holds/{hold}/lift", json={"reason": " "})).status_code == 422
    assert (await boss.post(f"/api/recordings/holds/{hold}/lift", json={"reason": "closed"})).status_code == 200
    assert (await boss.post(f"/api/recordings/holds/{hold}/lift", json={"reason": "closed"})).status_code == 404
    later(vaulted, DAY_MS)
    assert (await vaulted.parts.retention.run()).deleted == 2
    async with vaulted.database.read(ALL) as conn:
        certificate = await store.certificate(conn, "r1")
    assert certificate is not None
    assert orjson.loads(certificate.document)["holds"][0]["lifted_by"] == "Boss2"
    assert [entry["object"] for entry in await vaulted.audited("recording.held")] == ["c1"]
    assert len(await vaulted.audited("recording.hold_lifted")) == 1


async def test_a_hold_and_a_deletion_at_the_same_instant(vaulted: Vaulted) -> None:
    """Whichever is first, the other knows: held and there, or gone with a certificate and the hold told so."""
    boss = await vaulted.person("boss", Role.MANAGER)
    for n in range(12):
        await vaulted.record(f"r{n}", f"c{n}", seconds=0.2)
    outcomes = set()

    async def race(n: int) -> None:
        held, deleted = await asyncio.gather(
            boss.post(f"/api/contacts/c{n}/recordings/hold", json={"reason": "court"}),
            boss.post(f"/api/recordings/r{n}/delete", json={"reason": "asked"}),
        )
        there = await state(vaulted, f"r{n}") == "stored"
        outcomes.add(there)
        assert held.status_code == 201
        assert deleted.status_code == (409 if there else 200), deleted.text
        assert held.json()["late"] == ([] if there else [f"r{n}"])
        assert any(path.name.startswith(f"r{n}.") for path in vaulted.sealed()) is there

    await asyncio.gather(*(race(n) for n in range(12)))


async def test_a_run_that_was_cut_off_goes_on_where_it_stopped(
    vaulted: Vaulted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the decision and the file, or between the file and the certificate: it is carried through."""
    for n in range(6):
        await vaulted.record(f"r{n}", f"c{n}", seconds=0.2, keep_days=1)
    later(vaulted, 2 * DAY_MS)

    class Killed(BaseException):
        pass

    whole, calls = Path.unlink, 0

    def killed(self: Path, missing_ok: bool = False) -> None:
        nonlocal calls
        if "recordings" in self.parts:
            calls += 1
            if calls == 5:  # in the middle of the second recording's three files
                raise Killed
        whole(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", killed)
    with pytest.raises(Killed):
        await vaulted.parts.retention.run()
    monkeypatch.setattr(Path, "unlink", whole)
    assert [await state(vaulted, f"r{n}") for n in range(3)] == ["deleted", "deleting", "stored"]
    run = await vaulted.parts.retention.run()
    assert (run.deleted, run.ended_at is not None) == (6, True)
    assert vaulted.sealed() == []
    await vaulted.parts.sink.tell()
    assert len(await vaulted.ledger("recording.deleted")) == 6
    assert len(await vaulted.audited("recording.deleted")) == 6


async def test_a_file_that_cannot_be_removed_is_counted_and_tried_again(
    vaulted: Vaulted, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vaulted.record("r1", "c1", keep_days=1)
    later(vaulted, 2 * DAY_MS)
    whole = Path.unlink

    def refused(self: Path, missing_ok: bool = False) -> None:
        if "recordings" in self.parts:
            raise PermissionError(13, "Permission denied")
        whole(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    run = await vaulted.parts.retention.run()
    assert (run.deleted, run.failed) == (0, 1)
    assert await vaulted.audited("recording.deleted") == [], "no certificate of what is still there"
    monkeypatch.setattr(Path, "unlink", whole)
    later(vaulted, DAY_MS)
    assert (await vaulted.parts.retention.run()).deleted == 1
    assert vaulted.sealed() == []


async def test_on_request_with_a_reason_and_only_once(vaulted: Vaulted) -> None:
    await vaulted.record("r1", "c1")
    boss = await vaulted.person("boss", Role.MANAGER)
    assert (await boss.post("/api/recordings/r1/delete", json={"reason": ""})).json()["code"] == "reason_missing"
    answer = await boss.post("/api/recordings/r1/delete", json={"reason": "customer asks, PIPL 47"})
    assert answer.status_code == 200, answer.text
    again = await boss.post("/api/recordings/r1/delete", json={"reason": "again"})
    assert (again.status_code, again.json()["code"]) == (409, "already_deleted")
    heard = await boss.post("/api/recordings/r1/listen")
    assert (heard.status_code, heard.json()["code"]) == (404, "recording_deleted")
    [one] = (await boss.get("/api/contacts/c1/recordings")).json()["recordings"]
    assert (one["state"], one["ways"], one["certificate"]) == ("deleted", [], answer.json()["id"])
    file = (await boss.get(f"/api/recordings/certificates/{answer.json()['id']}")).json()
    assert file["certificate"]["reason"] == "customer asks, PIPL 47"
    assert file["certificate"]["by"]["name"] == "Boss"
    [listed] = (await boss.get("/api/recordings/certificates")).json()["items"]
    assert listed["audit_seq"] == file["audit"]["seq"]


async def test_a_certificate_is_verified_on_the_command_line(vaulted: Vaulted, fresh_dsn: str) -> None:
    await vaulted.record("r1", "c1")
    boss = await vaulted.person("boss", Role.MANAGER)
    id = (await boss.post("/api/recordings/r1/delete", json={"reason": "asked"})).json()["id"]
    content = (await boss.get(f"/api/recordings/certificates/{id}")).content
    path = vaulted.home / "certificate.json"
    path.write_bytes(content)
    code, said = await cli(vaulted, fresh_dsn, "verify-certificate", str(path))
    assert (code, "It holds" in said) == (0, True), said
    path.write_bytes(content.replace(b'"asked"', b'"never"'))
    code, said = await cli(vaulted, fresh_dsn, "verify-certificate", str(path))
    assert (code, "does not hold" in said) == (1, True), said
    path.write_bytes(content)
    async with vaulted.database.transaction(ALL) as conn:
        await conn.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        await conn.execute("UPDATE audit_entry SET name = 'Somebody' WHERE action = 'recording.deleted'")
        await conn.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    code, said = await cli(vaulted, fresh_dsn, "verify-certificate", str(path))
    assert (code, "broken" in said) == (1, True), said


async def test_verify_finds_what_was_tampered_with(vaulted: Vaulted, fresh_dsn: str) -> None:
    await vaulted.record("r1", "c1")
    await vaulted.record("r2", "c2")
    code, said = await cli(vaulted, fresh_dsn, "verify")
    assert (code, "2 recordings" in said, "0 damaged" in said) == (0, True, True), said
    path = next(path for path in vaulted.sealed() if path.name == "r2.mix")
    content = bytearray(path.read_bytes())
    content[-100] ^= 4
    path.write_bytes(content)
    code, said = await cli(vaulted, fresh_dsn, "verify")
    assert (code, "r2" in said, "1 damaged" in said) == (1, True, True), said
    boss = await vaulted.person("boss", Role.MANAGER)
    assert (await boss.get("/api/recordings/overview")).json()["totals"][0]["damaged"] == 1


async def test_retention_on_the_command_line_says_first_what_it_would_do(vaulted: Vaulted, fresh_dsn: str) -> None:
    """The command runs by the wall clock, which is before the test's: what is overdue by far is overdue there too."""
    await vaulted.record("r1", "c1", keep_days=1, started=1_000_000_000_000)
    code, said = await cli(vaulted, fresh_dsn, "retention", "--dry-run")
    assert (code, "1 recordings" in said) == (0, True), said
    assert await state(vaulted, "r1") == "stored"
    code, said = await cli(vaulted, fresh_dsn, "retention")
    assert (code, "1 recordings deleted" in said) == (0, True), said
    assert await state(vaulted, "r1") == "deleted"
    code, said = await cli(vaulted, fresh_dsn, "status")
    assert (code, "1 deleted" in said) == (0, True), said
    await vaulted.parts.sink.tell()
    assert len(await vaulted.ledger("recording.deleted")) == 1, "the centre tells the ledger what the command did"


async def test_rotated_keys_open_what_was_there_and_the_old_one_is_destroyed(
    vaulted: Vaulted, fresh_dsn: str
) -> None:
    await vaulted.record("r1", "c1")
    [old] = vaulted.parts.masters.ids()
    code, said = await cli(vaulted, fresh_dsn, "rotate-keys", "--data-keys")
    assert code == 0, said
    [new] = vaulted.parts.masters.ids()
    assert new != old
    await vaulted.record("r2", "c2")
    async with vaulted.database.read(ALL) as conn:
        used = {row["key"] for row in await conn.fetch("SELECT DISTINCT key FROM recording_track")}
    assert len(used) == 2
    assert (await cli(vaulted, fresh_dsn, "verify"))[0] == 0
    assert len(await vaulted.audited("recording.keys_rotated")) == 1


async def test_a_shredded_client_cannot_be_read_even_from_backups(vaulted: Vaulted) -> None:
    """Files and rows from a backup are noise: what wraps the data key there is a master that is no more."""
    await vaulted.record("r1", "c1", client="hechuan")
    await vaulted.record("r2", "c2", client="lanshan")
    backup = {path: path.read_bytes() for path in vaulted.sealed() if "hechuan" in path.parts}
    async with vaulted.database.read(ALL) as conn:
        row = await conn.fetchrow("SELECT id, master, wrapped FROM recording_key WHERE client = 'hechuan'")
    assert row is not None
    n = await service.shred(
        vaulted.database, vaulted.clock, vaulted.home, vaulted.parts.deletion, "hechuan", "contract ended", SYSTEM
    )
    assert n == 1
    with pytest.raises(Unavailable, match="cannot be read"):
        keys.unwrap(vaulted.parts.masters.read(row["master"]), row["id"], "hechuan", row["wrapped"])
    assert backup
    zhou = await vaulted.person("zhou", Role.QA)
    assert (await listened(zhou, "r1")).status_code == 404
    assert (await listened(zhou, "r2")).status_code == 200
    await vaulted.record("r3", "c3", client="hechuan")  # should they come back, with a new key
    assert (await listened(zhou, "r3")).status_code == 200


async def listened(browser: httpx.AsyncClient, id: str) -> httpx.Response:
    answer = await browser.post(f"/api/recordings/{id}/listen")
    if answer.status_code != 200:
        return answer
    return await browser.get(f"/api/recordings/{id}/audio", params={"ticket": answer.json()["ticket"]})


async def test_the_days_run_waits_for_the_small_hours(vaulted: Vaulted, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the site's zone (Asia/Shanghai), not the server's."""
    from jietong.recordings import retention

    monkeypatch.setattr(retention, "LOOK_S", 0.01)
    await vaulted.record("r1", "c1", keep_days=1)
    midnight = (vaulted.clock.now() // DAY_MS + 3) * DAY_MS - 8 * 3_600_000  # 00:00 in Shanghai
    later(vaulted, midnight + 2 * 3_600_000 - vaulted.clock.now())
    vaulted.parts.start()
    await asyncio.sleep(0.15)
    assert await state(vaulted, "r1") == "stored"
    later(vaulted, 3_600_000)
    async with asyncio.timeout(10):
        while await state(vaulted, "r1") != "deleted":  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.02)
