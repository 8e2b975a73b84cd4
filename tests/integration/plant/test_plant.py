"""The plant beside the switch: told at every return, channels counted, facts witnessed, keys kept."""

import json
import stat
import time

import pytest
from plant_support import Centre, extension, number, true, trunk

from jietong.calls.plant import as_dialled
from jietong.calls.secrets import KEY_FILE, Safe
from jietong.channels import switch as t
from jietong.core import events as e
from jietong.core.clock import SystemClock
from jietong.core.commands import RefuseEntry, Witness
from jietong.core.errors import Unavailable
from jietong.core.specs import NumberSpec
from jietong.core.vocabulary import Channel
from jietong.db.pool import ALL
from jietong.routing.store import Kind, upsert


async def set_up(centre: Centre, *, channels: int = 2, limit: int | None = None) -> NumberSpec:
    admin = await centre.admin()
    spec = trunk(kind="ip", networks=["198.51.100.0/28"], username="", channels=channels)
    for path, body in (
        ("trunks", {"spec": spec, "password": "trunk-password"}),
        ("numbers", {"spec": number(limit=limit)}),
        ("extensions", {"spec": extension("801", agent="lin.xiao")}),
        ("extensions", {"spec": extension("802", kind="phone")}),
    ):
        answer = await admin.post(f"/api/setup/{path}", json=body)
        assert answer.status_code == 201, answer.text
    found = centre.plant.number("4008001234", "carrier")
    assert found is not None
    await centre.exchange.time.run(0)  # type: ignore[attr-defined]
    return found


def busy(centre: Centre) -> list[bool]:
    return [one.busy for one in centre.witnessed if isinstance(one, e.TrunkBusy)]


async def rounds(centre: Centre) -> None:
    await centre.exchange.time.run(0)  # type: ignore[attr-defined]


async def test_a_switch_that_comes_back_is_told_the_plant_and_the_ledger_hears_of_it(centre: Centre) -> None:
    await set_up(centre)
    before = centre.exchange.plant
    centre.exchange.telephone("801")
    centre.exchange.restart(after_s=1)
    centre.exchange.plant = t.Plant()  # a new one knows nothing
    assert centre.plant.switch_up is False
    await centre.exchange.time.run(3)  # type: ignore[attr-defined]
    await true(lambda: centre.exchange.plant == before)
    await centre.exchange.time.run(3)  # type: ignore[attr-defined]
    states = [(one.up, one.why) for one in centre.witnessed if isinstance(one, e.SwitchState)]
    assert states == [(True, ""), (False, "the switch has ended"), (True, "restarted")]
    assert centre.exchange.telephones["801"].registered


async def test_a_trunk_that_goes_and_comes_is_witnessed_once_each(centre: Centre) -> None:
    await set_up(centre)
    for _ in range(2):
        centre.exchange.trunk_fails("carrier", "403 Forbidden")
    await rounds(centre)
    admin = await centre.admin()
    seen = (await admin.get("/api/setup/trunks/carrier")).json()
    assert (seen["up"], seen["why"]) == (False, "403 Forbidden")
    centre.exchange.trunk_recovers("carrier")
    await rounds(centre)
    assert [one.up for one in centre.witnessed if isinstance(one, e.TrunkState)] == [True, False, True]


async def test_the_way_out_is_the_shown_numbers_trunk_and_one_that_seems_down_comes_last(centre: Centre) -> None:
    await set_up(centre, channels=1)
    admin = await centre.admin()
    other = trunk("zz-other", kind="ip", networks=["192.0.2.0/28"], username="", channels=1, writes="national")
    answer = await admin.post("/api/setup/trunks", json={"spec": other})
    assert answer.status_code == 201, answer.text
    await rounds(centre)

    def way(leg: str) -> str | None:
        found = centre.plant.way_out(leg, "+8613800006612", "4008001234")
        return found.trunk if found is not None else None

    assert [way("a"), way("b"), way("c")] == ["carrier", "zz-other", None]
    centre.plant.release("a")
    centre.plant.release("b")
    centre.exchange.trunk_fails("carrier")
    await rounds(centre)
    assert [way("a"), way("b"), way("c")] == ["zz-other", "carrier", None]


async def test_c1_whoever_finds_no_channel_is_refused_and_all_trunks_busy_is_witnessed(centre: Centre) -> None:
    spec = await set_up(centre, channels=2)
    assert centre.plant.admit("in-1", spec, "carrier") is None
    way = centre.plant.way_out("out-1", "+8613800006612", "4008001234")
    assert way is not None
    assert (way.trunk, way.number, way.caller_id) == ("carrier", "+8613800006612", "4008001234")
    assert centre.plant.admit("in-2", spec, "carrier") == "no_channels", "channels are taken in both directions"
    assert centre.plant.way_out("out-2", "+8613800006612", None) is None
    await rounds(centre)
    assert busy(centre) == [True]
    assert centre.plant.load("carrier").in_use == 2
    centre.plant.release("in-1")
    centre.plant.release("in-1")
    await rounds(centre)
    assert busy(centre) == [True, False]
    assert (centre.plant.load("carrier").in_use, centre.plant.load("carrier").peak) == (1, 2)


async def test_looking_for_a_channel_is_not_all_trunks_busy(centre: Centre) -> None:
    await set_up(centre, channels=1)
    assert centre.plant.way_out("try", "+8613800006612", None) is not None
    centre.plant.release("try")
    await rounds(centre)
    assert busy(centre) == []


async def test_a_leg_that_is_gone_gives_its_channel_back_by_itself(centre: Centre) -> None:
    spec = await set_up(centre, channels=1)
    line = centre.exchange.call("4008001234", trunk="carrier")
    assert centre.plant.admit(line.leg, spec, "carrier") is None
    line.hang_up()
    await rounds(centre)
    assert centre.plant.load("carrier").in_use == 0


async def test_after_a_cut_what_the_switch_carries_is_what_counts(centre: Centre) -> None:
    spec = await set_up(centre, channels=3, limit=2)
    gone, stays = (centre.exchange.call("4008001234", trunk="carrier") for _ in range(2))
    for line in (gone, stays):
        assert centre.plant.admit(line.leg, spec, "carrier") is None
    centre.switch.cut()
    gone.hang_up()
    missed = centre.exchange.call("4008001234", trunk="carrier")
    centre.switch.mend()
    await true(lambda: centre.plant.capacity.legs == {stays.leg, missed.leg})
    assert centre.plant.states["carrier"].up
    assert centre.plant.load("carrier").in_use == 2
    assert centre.plant.admit("in-9", spec, None) == "entry_limit"
    centre.exchange.restart()
    await centre.exchange.time.run(3)  # type: ignore[attr-defined]
    await true(lambda: not centre.plant.capacity.legs)
    assert centre.plant.load("carrier").in_use == 0


async def test_an_intruder_is_logged_and_the_lock_is_in_the_audit_log(
    centre: Centre, capsys: pytest.CaptureFixture[str]
) -> None:
    await set_up(centre)
    for _ in range(9):
        assert not centre.exchange.try_password("801", "12345", "203.0.113.9")
    await rounds(centre)

    async def entries() -> list[tuple[str, str]]:
        async with centre.database.read(ALL) as conn:
            rows = await conn.fetch("SELECT object, details::text FROM audit_entry WHERE action = 'switch.shut_out'")
        return [(row["object"], json.loads(row["details"])["account"]) for row in rows]

    found: list[tuple[str, str]] = []
    for _ in range(200):
        found = await entries()
        if found:
            break
    assert found == [("203.0.113.9", "801")]
    assert "12345" not in capsys.readouterr().out


async def test_a_trunk_that_is_still_full_after_a_cut_is_witnessed_again(centre: Centre) -> None:
    """The ledger takes no trunk for full while the switch is gone."""
    spec = await set_up(centre, channels=1)
    line = centre.exchange.call("4008001234", trunk="carrier")
    assert centre.plant.admit(line.leg, spec, "carrier") is None
    await rounds(centre)
    centre.switch.cut()
    await rounds(centre)
    centre.switch.mend()
    await true(lambda: len(busy(centre)) == 2)
    line.hang_up()
    await rounds(centre)
    assert busy(centre) == [True, True, False]


async def test_a_flood_of_wrong_passwords_is_not_a_flood_of_lines(
    centre: Centre, capsys: pytest.CaptureFixture[str]
) -> None:
    await set_up(centre)
    capsys.readouterr()
    began = time.perf_counter()
    for n in range(20_000):
        centre.exchange.tell(t.Intrusion(0, address=f"203.0.113.{n % 50}", account="801"))
    await rounds(centre)
    assert time.perf_counter() - began < 3
    assert capsys.readouterr().out.count("wrong_password_at_switch") == 50


async def test_the_days_figures_survive_a_restart_and_a_stretch_left_open_is_closed(centre: Centre) -> None:
    await set_up(centre)
    runtime = centre.runtime
    await runtime.submit(Witness((e.TrunkBusy(at=0, trunk="carrier", busy=True),)))
    await runtime.submit(
        RefuseEntry(
            contact="c1",
            channel=Channel.VOICE,
            client="hechuan",
            entry="4008001234",
            why="no_channels",
            trunk="carrier",
        )
    )
    now = SystemClock().now()
    assert centre.figures.blocked("carrier", now) == 1
    assert centre.figures.busy_since("carrier") is not None
    assert centre.figures.calls("4008001234") == 0
    await centre.plant.stop()
    centre.witnessed.clear()
    await centre.plant.start()
    assert centre.witnessed == [e.TrunkBusy(at=0, trunk="carrier", busy=False)]


async def test_telephones_that_came_without_a_password_get_one(centre: Centre) -> None:
    """As those of the demonstration centre do, which is written straight into the database."""
    async with centre.database.transaction(ALL) as conn:
        from jietong.core.specs import ExtensionSpec

        for kind in ("softphone", "phone"):
            spec = ExtensionSpec(f"9{len(kind):02}", "前台", kind)
            write = upsert(Kind.EXTENSION, spec, spec.id, 1, 1_800_000_000_000, "test")
            await conn.execute(write.sql, *write.args)
    await centre.plant.reload()
    known = {one.id: one.password for one in centre.exchange.plant.extensions}
    assert len(known) == 2
    assert all(len(password) == 20 for password in known.values())
    await centre.plant.reload()
    assert {one.id: one.password for one in centre.exchange.plant.extensions} == known


async def test_with_a_lost_key_browsers_get_new_passwords_and_phones_wait_for_theirs(centre: Centre) -> None:
    await set_up(centre)
    before = centre.plant.password_of("801")
    centre.plant._safe = Safe(bytes(32))
    await centre.plant.reload()
    known = {one.id: one.password for one in centre.exchange.plant.extensions}
    assert set(known) == {"801"}
    assert known["801"] not in (None, before)
    assert centre.exchange.plant.trunks[0].password == ""


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path) -> None:  # type: ignore[no-untyped-def]
    safe = Safe.of(tmp_path / "keys")
    path = tmp_path / "keys" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [KEY_FILE]
    sealed = safe.seal(Kind.TRUNK, "carrier", "пароль")
    path.chmod(0o644)
    again = Safe.of(tmp_path / "keys")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert again.open(Kind.TRUNK, "carrier", sealed) == "пароль"
    assert safe.seal(Kind.TRUNK, "carrier", "пароль") != sealed
    assert again.open(Kind.TRUNK, "another", sealed) is None, "bound to its document"
    assert again.open(Kind.EXTENSION, "carrier", sealed) is None
    for n in range(len(sealed)):
        assert again.open(Kind.TRUNK, "carrier", sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :]) is None
        assert again.open(Kind.TRUNK, "carrier", sealed[:n]) is None
    path.write_text("not a key")
    with pytest.raises(Unavailable) as unreadable:
        Safe.of(tmp_path / "keys")
    assert unreadable.value.code == "key_unreadable"


@pytest.mark.parametrize(
    ("number", "writes", "prefix", "dialled"),
    [
        ("+8613800006612", "e164", "", "+8613800006612"),
        ("+8613800006612", "plain", "", "8613800006612"),
        ("+8613800006612", "national", "", "13800006612"),
        ("+862160001234", "national", "", "02160001234"),
        ("+442079460958", "national", "", "00442079460958"),
        ("+8613800006612", "e164", "9", "98613800006612"),
        ("+8613800006612", "national", "9", "913800006612"),
        ("10086", "national", "9", "910086"),
    ],
)
def test_a_number_is_dialled_as_the_trunk_wants_it(number: str, writes: str, prefix: str, dialled: str) -> None:
    assert as_dialled(number, writes, prefix, "CN") == dialled


async def test_who_called_whom_is_the_clients_own(centre: Centre) -> None:
    async with centre.database.transaction(ALL) as conn:
        await conn.execute(
            "INSERT INTO call (contact, client, direction, entry, caller, dialled, leg, started_at) "
            "VALUES ('c1', 'hechuan', 'inbound', '4008001234', '+8613800006612', '4008001234', 'in-1', 0)"
        )
        assert await conn.fetchval("SELECT count(*) FROM call") == 1
