"""A message for a queue (A2): recorded, and a contact of its own that waits for an agent."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from jietong.calls import begun, leftovers, store
from jietong.calls.begun import Begun
from jietong.channels.switch import RecordEnded
from jietong.core.commands import Arrive
from jietong.core.errors import JietongError, Refused, Unavailable
from jietong.core.events import RecordingEnded, RecordingStarted
from jietong.core.ids import new_id
from jietong.core.inbox import Write
from jietong.core.vocabulary import Channel, Direction
from jietong.db.pool import ALL

if TYPE_CHECKING:
    from jietong.calls.call import Call
    from jietong.calls.service import Calls

log = structlog.get_logger(__name__)

RULE = "voicemail"
SHORTEST_MS = 1000
"""Less than this is no message: somebody who laid down at the beep."""
SILENCE_S = 6
FILE_WITHIN_S = 15
"""After the longest message has ended, its file must be there."""


async def take(call: "Call", queue: str, max_s: int) -> bool:
    """Records a message from the customer's line. False: nothing was said, or the queue takes no messages.

    A customer who hangs up while speaking has left a message, too.
    """
    calls = call.calls
    found = calls.writer.engine.queues.get(queue)
    if found is None or not found.takes(Channel.VOICEMAIL):
        log.warning("no_voicemail_here", contact=call.contact, queue=queue)
        return False
    leg = call.check_line()
    await call.silence(leg)
    now = calls.time.now()
    rule = found.spec.recording
    one = Begun(
        new_id(now), found.spec.client, new_id(now), call.contact, queue, None, "", RULE, None,
        rule.keep_days if rule is not None else leftovers.KEEP_DAYS, now, ("customer",), language=call.language,
        customer=call.caller.customer,
    )  # fmt: skip
    calls.leftovers.in_hand.add(one.recording)
    try:
        return await _record(call, one, max_s)
    finally:
        calls.leftovers.in_hand.discard(one.recording)


async def _record(call: "Call", one: Begun, max_s: int) -> bool:
    calls, leg = call.calls, call.check_line()
    name = one.name("customer")
    await _note(calls, one)
    calls.messages[name] = call
    try:
        asked = await calls.on_leg(
            call, leg, calls.switch.record_message(name, leg.id, max_s=max_s, silence_s=SILENCE_S)
        )
        if not asked:
            await calls.leftovers.handed_over(one.recording)
            call.check_line()
            return False
        told = await call.until(lambda: call.messages.get(name), max_s + FILE_WITHIN_S)
    finally:
        calls.messages.pop(name, None)
        call.messages.pop(name, None)
    if told is None:
        log.error("voicemail_lost", contact=call.contact, why="not_told")
        call.check_line()
        return False  # noted as begun: what there is of it is had later
    if _nothing_said(told):
        await _forget(calls, one, told)
        call.check_line()
        return False
    row = store.call_write(
        contact=one.contact, client=call.client, direction=Direction.INBOUND, entry=call.entry,
        trunk=call.customer.trunk if call.customer else None, caller=call.caller.number, dialled=call.entry,
        leg=call.customer.id if call.customer else "", at=calls.time.now(), extra={"call": call.contact},
    )  # fmt: skip
    return await _deliver(calls, one, told, call.entry, row)


async def finish(calls: "Calls", one: Begun, told: RecordEnded | None) -> None:
    """Of a message that was noted as begun, by whichever process, and is over. Raises Unavailable."""
    told = told or RecordEnded(calls.time.now(), one.name("customer"), None, why="no_file")
    if not one.ended and _nothing_said(told) and told.path is not None:
        await _forget(calls, one, told)
        return
    async with calls.database.read(ALL) as conn:
        found = await store.row(conn, one.call)
    if told.path is None or found is None:  # what the caller said is lost, or nobody is known to have called
        if one.ended:
            await _hand_over(calls, one, one.contact, told)
        else:
            log.error("voicemail_lost", contact=one.call, why=told.why)
            await _hand_over(calls, one, one.call, told)
        return
    row = store.call_write(
        contact=one.contact, client=found.client, direction=found.direction, entry=found.entry, trunk=found.trunk,
        caller=found.caller, dialled=found.dialled, leg=found.leg, at=calls.time.now(), extra={"call": one.call},
    )  # fmt: skip
    await _deliver(calls, one, told, found.entry, row)


async def _deliver(calls: "Calls", one: Begun, told: RecordEnded, entry: str, row: Write) -> bool:
    contact = one.contact
    if not one.ended:
        try:
            await calls.submit(
                Arrive(contact, Channel.VOICEMAIL, one.queue or "", entry, one.customer, one.language),
                key=f"voicemail:{one.recording}",
                writes=[row, begun.ended_write(one.recording)],
            )
        except Refused as error:
            if error.code != "already_arrived":
                log.error("voicemail_not_delivered", contact=one.call, queue=one.queue, code=error.code)
                contact = one.call  # the queue takes it no more: it is kept beside the call
        except JietongError as error:
            log.error("voicemail_waits", contact=one.call, queue=one.queue, code=error.code)
            return False
    calls.witnesses.put(RecordingStarted(at=0, contact=contact, recording=one.recording, queue=one.queue, rule=RULE))
    calls.witnesses.put(RecordingEnded(at=0, contact=contact, recording=one.recording, duration_ms=told.duration_ms))
    await _hand_over(calls, one, contact, told)
    return contact == one.contact


async def _hand_over(calls: "Calls", one: Begun, contact: str, told: RecordEnded) -> None:
    if await leftovers.hand_over(calls, one, contact, {"customer": told}):
        await calls.leftovers.handed_over(one.recording)


async def _note(calls: "Calls", one: Begun) -> None:
    try:
        async with calls.database.transaction(ALL) as conn:
            await begun.note(conn, one)
    except Unavailable as error:  # the caller speaks all the same
        log.warning("voicemail_not_noted", recording=one.recording, code=error.code)


def _nothing_said(told: RecordEnded) -> bool:
    return told.path is None or told.duration_ms < SHORTEST_MS


async def _forget(calls: "Calls", one: Begun, told: RecordEnded) -> None:
    """Somebody laid down at the beep; or the switch has nothing."""
    if told.path is not None:
        await asyncio.to_thread(Path(told.path).unlink, missing_ok=True)
    elif told.why not in ("", "empty", "no_file"):
        log.error("voicemail_lost", contact=one.call, why=told.why)
    await calls.leftovers.handed_over(one.recording)
