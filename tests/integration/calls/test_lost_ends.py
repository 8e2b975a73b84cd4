"""What ends while none of us is there: recordings, messages and listeners have one end each, no sound is left."""

import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from calls_support import CALLER_E164, Box

from jietong.calls import begun, recording, store, supervision
from jietong.channels.memory.party import Behaviour, Telephone
from jietong.core import commands as k
from jietong.core import events as e
from jietong.core.specs import RecordingRule
from jietong.core.vocabulary import Channel, Outcome, Supervision
from jietong.db.pool import ALL, Database
from jietong.identity.model import Principal
from jietong.identity.permissions import Role, permissions_of
from jietong.recordings.intake import Intake
from jietong.recordings.keys import MasterKeys
from jietong.recordings.store import of_contact

LISTEN = Supervision.LISTEN


def seconds(path: Path | None) -> float:
    assert path is not None
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def boss() -> Principal:
    held = frozenset({Role.SUPERVISOR})
    return Principal("acc-boss", "boss", "Boss", held, permissions_of(held), clients=None, agent_id="boss")


async def ear(centre: Box) -> Telephone:
    telephone = await centre.agent("boss", "850", Behaviour(), kind="softphone")
    await centre.tell(k.SignOut("boss"))
    assert telephone is not None
    return telephone


async def gone(centre: Box) -> None:
    """The controller's process dies without a word: nothing is told to the switch, nobody hears of anything."""
    await centre.switch.stop()
    await centre.calls.stop()
    await centre.plant.stop()
    await centre.runtime.stop()


async def away(centre: Box, seconds: float) -> None:
    """So long nobody is there."""

    async def nothing() -> None:
        return None

    settle, centre.time.settle = centre.time.settle, nothing
    await centre.time.run(seconds)
    centre.time.settle = settle


async def nothing_begun(centre: Box) -> bool:
    async with centre.database.read(ALL) as conn:
        return await begun.recordings(conn) == [] and await begun.listeners(conn) == []


async def spoken(centre: Box) -> tuple[str, Callable[[], None], Callable[[], None]]:
    """A recorded talk of ten seconds; (its contact, the customer hangs up, the agent lays down)."""
    await centre.queue(recording=RecordingRule(announce=False))
    line, contact, phone = await centre.talking()
    await centre.run(10)
    return contact, line.hang_up, phone.line.hang_up


@pytest.mark.parametrize("who", ["customer", "agent", "both"])
async def test_a_talk_that_ends_while_the_controller_is_gone_is_handed_over_once(centre: Box, who: str) -> None:
    contact, customer, agent = await spoken(centre)
    await gone(centre)
    if who != "agent":
        customer()
    if who != "customer":
        agent()
    await away(centre, 5)
    await centre.open()
    await centre.run(20)
    (tape,) = centre.tapes.of(contact)
    assert tape.why == ""
    assert (tape.agent, tape.queue, tape.rule) == ("anna", "repair", "always")
    for track, path in tape.tracks.items():
        assert seconds(path) == pytest.approx(10, abs=6), track
    assert len(centre.of(e.RecordingEnded, contact)) == 1
    assert await nothing_begun(centre)
    await centre.run(300)
    assert len(centre.tapes.of(contact)) == 1


async def test_a_pause_is_known_though_the_legs_that_bore_its_note_are_gone(centre: Box) -> None:
    contact, customer, agent = await spoken(centre)
    await recording.pause(centre.calls.calls[contact], "anna")
    await centre.run(5)
    await recording.resume(centre.calls.calls[contact], "anna")
    await centre.settle()
    await gone(centre)
    customer()
    agent()
    await centre.open()
    await centre.run(5)
    (tape,) = centre.tapes.of(contact)
    assert [round(gap.end - gap.start, -3) for gap in tape.gaps] == [5_000]


async def test_what_has_no_file_is_handed_over_as_missing(centre: Box) -> None:
    contact, customer, agent = await spoken(centre)
    await gone(centre)
    customer()
    agent()
    for path in (centre.folder / "spool").iterdir():
        path.unlink()
    await centre.open()
    await centre.run(5)
    (tape,) = centre.tapes.of(contact)
    assert set(tape.tracks) == {"customer", "agent", "mix"}
    assert not any(tape.tracks.values())
    assert tape.why == "no_file"
    assert await nothing_begun(centre)


async def test_killed_before_the_beginning_was_committed_the_files_are_found_by_their_names(centre: Box) -> None:
    contact, customer, agent = await spoken(centre)
    await gone(centre)
    async with centre.database.transaction(ALL) as conn:
        await conn.execute("DELETE FROM recording_begun")
    customer()
    agent()
    await centre.open()
    await centre.run(5)
    (tape,) = centre.tapes.of(contact)
    assert all(tape.tracks.values())
    assert tape.queue == "repair"


async def message(centre: Box) -> tuple[str, Callable[[], None]]:
    line, contact = await centre.waiting()
    line.press("3")
    await centre.run(10)
    assert centre.exchange.recorder.tapes
    return contact, line.hang_up


async def test_a_message_whose_caller_hangs_up_while_the_controller_is_gone_is_delivered_once(centre: Box) -> None:
    contact, hang_up = await message(centre)
    await gone(centre)
    hang_up()
    await centre.open()
    await centre.run(300)
    (left,) = [one for one in centre.of(e.ContactArrived) if one.channel is Channel.VOICEMAIL]
    assert centre.engine.contacts[left.contact].queue == "repair"
    (tape,) = centre.tapes.of(left.contact)
    assert seconds(tape.tracks["customer"]) > 5
    async with centre.database.read(ALL) as conn:
        row = await store.row(conn, left.contact)
    assert row is not None
    assert row.caller == CALLER_E164
    assert len(centre.of(e.ContactEnded, contact)) == 1
    assert await nothing_begun(centre)


async def test_somebody_who_lays_down_at_the_beep_leaves_no_file(centre: Box) -> None:
    line, _ = await centre.waiting()
    line.press("3")
    await centre.until(lambda: centre.exchange.recorder.tapes)
    await centre.run(0.6)
    line.hang_up()
    await centre.run(20)
    assert not [one for one in centre.of(e.ContactArrived) if one.channel is Channel.VOICEMAIL]
    assert list((centre.folder / "spool").glob("*.wav")) == []
    assert await nothing_begun(centre)
    centre.sound()


@pytest.mark.parametrize("controller", ["lives", "dies_too"])
async def test_what_a_dead_switch_had_written_is_had_as_far_as_it_goes(centre: Box, controller: str) -> None:
    contact, _, _ = await spoken(centre)
    if controller == "lives":
        centre.exchange.restart(3)
        await centre.run(20)
    else:
        await gone(centre)
        centre.exchange.die()
        centre.exchange.boot()
        await centre.open()
        await centre.run(20)
    (tape,) = centre.tapes.of(contact)
    assert tape.why == "switch_lost"
    for path in tape.tracks.values():
        assert seconds(path) == pytest.approx(10, abs=1)
    assert len(centre.of(e.RecordingEnded, contact)) == 1
    assert await nothing_begun(centre)


async def test_a_switch_that_was_given_up_gives_its_recordings_when_it_is_back(centre: Box) -> None:
    contact, _, _ = await spoken(centre)
    centre.switch.cut()
    await centre.run(130)
    assert [one.outcome for one in centre.of(e.ContactEnded, contact)] == [Outcome.SWITCH_LOST]
    assert centre.tapes.of(contact) == []
    centre.switch.mend()
    await centre.run(20)
    (tape,) = centre.tapes.of(contact)
    assert all(tape.tracks.values())
    assert not centre.exchange.recorder.tapes
    assert await nothing_begun(centre)


async def test_a_supervisor_who_laid_down_while_the_controller_was_gone_has_ended(centre: Box) -> None:
    line, contact, _ = await centre.talking()
    telephone = await ear(centre)
    await supervision.take_part(centre.calls, boss(), contact, Supervision.WHISPER)
    await centre.run(1)
    await supervision.take_part(centre.calls, boss(), contact, LISTEN)
    await centre.run(1)
    await gone(centre)
    telephone.line.hang_up()
    await centre.open()
    await centre.run(5)
    assert [one.mode for one in centre.of(e.SupervisionEnded, contact)] == [Supervision.WHISPER, LISTEN]
    assert await nothing_begun(centre)
    line.hang_up()
    await centre.run(30)
    assert len(centre.of(e.SupervisionEnded, contact)) == 2
    centre.sound()


async def test_a_listener_goes_on_as_last_chosen_and_ends_once(centre: Box) -> None:
    line, contact, phone = await centre.talking()
    telephone = await ear(centre)
    await supervision.take_part(centre.calls, boss(), contact, LISTEN)
    await centre.run(1)
    await supervision.take_part(centre.calls, boss(), contact, Supervision.WHISPER)
    await centre.run(1)
    await gone(centre)
    await centre.open()
    await centre.run(2)
    assert telephone.line.leg in phone.line.hears
    assert telephone.line.leg not in line.hears
    telephone.line.hang_up()
    await centre.run(2)
    assert [one.mode for one in centre.of(e.SupervisionStarted, contact)] == [LISTEN, Supervision.WHISPER]
    assert [one.mode for one in centre.of(e.SupervisionEnded, contact)] == [LISTEN, Supervision.WHISPER]
    line.hang_up()
    await centre.run(30)
    assert await nothing_begun(centre)


# --- with the vault -------------------------------------------------------------------------------------------------


def vault(centre: Box, database: Database) -> Intake:
    folder = centre.folder / "recordings"
    return Intake(database, centre.runtime, centre.clock, folder, MasterKeys(centre.folder / "master"))


def plain(centre: Box) -> list[Path]:
    return list((centre.folder / "spool").glob("*.wav"))


async def stored(centre: Box, contact: str) -> list[tuple[set[str], set[str]]]:
    """(tracks, those of them or others that are not whole)"""
    async with centre.database.read(ALL) as conn:
        return [({track.name for track in one.tracks}, set(one.lacking)) for one in await of_contact(conn, contact)]


async def test_a_recording_that_was_announced_while_the_database_was_away_outlives_a_kill(centre: Box) -> None:
    """It was known in memory only, and its plain files lie there."""
    unreachable = Database("postgresql://127.0.0.1:1/nowhere")
    forgetful = vault(centre, unreachable)
    centre.calls.sink = forgetful
    contact, customer, _ = await spoken(centre)
    customer()
    await centre.run(3)
    assert len(centre.of(e.RecordingEnded, contact)) == 1
    assert len(plain(centre)) == 3
    await gone(centre)
    await forgetful.stop()
    await centre.open()
    centre.calls.sink = sink = vault(centre, centre.database)
    centre.tapes.finished_ones.clear()
    await centre.run(130)
    await sink.work()
    assert await stored(centre, contact) == [({"customer", "agent", "mix"}, set())]
    assert plain(centre) == []
    await centre.settle()
    assert len(centre.of(e.RecordingEnded, contact)) == 1
    assert len(centre.of(e.RecordingStored, contact)) == 1
    assert centre.of(e.RecordingMissing, contact) == []
    assert await nothing_begun(centre)
    await sink.stop()


async def test_what_breaks_off_with_the_switch_is_kept_encrypted_and_told_as_not_whole(centre: Box) -> None:
    centre.calls.sink = sink = vault(centre, centre.database)
    contact, _, _ = await spoken(centre)
    centre.exchange.restart(3)
    await centre.run(20)
    await sink.work()
    await centre.settle()
    every = {"customer", "agent", "mix"}
    assert await stored(centre, contact) == [(every, every)]
    assert [one.why for one in centre.of(e.RecordingMissing, contact)] == ["switch_lost"]
    assert plain(centre) == []
    await sink.stop()


async def test_plain_files_that_turn_up_of_a_stored_recording_do_not_stay(centre: Box) -> None:
    centre.calls.sink = sink = vault(centre, centre.database)
    contact, customer, _ = await spoken(centre)
    customer()
    await centre.until(lambda: plain(centre))
    kept = {path: path.read_bytes() for path in plain(centre)}
    await centre.run(20)
    await sink.work()
    assert plain(centre) == []
    path, content = next((path, content) for path, content in kept.items())
    path.write_bytes(content)
    await centre.run(250)
    await sink.work()
    assert plain(centre) == []
    assert len(await stored(centre, contact)) == 1
    await sink.stop()
