"""A message for a queue (A2): recorded, and a contact of its own that waits for an agent."""

from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from jietong.calls import store
from jietong.channels.switch import RecordEnded
from jietong.core.commands import Arrive
from jietong.core.errors import JietongError
from jietong.core.events import RecordingEnded, RecordingStarted
from jietong.core.ids import new_id
from jietong.core.vocabulary import Channel, Direction

if TYPE_CHECKING:
    from jietong.calls.call import Call

log = structlog.get_logger(__name__)

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
    recording = new_id(calls.time.now())
    name = f"{recording}.customer"
    began = calls.time.now()
    calls.messages[name] = call
    try:
        asked = await calls.on_leg(
            call, leg, calls.switch.record_message(name, leg.id, max_s=max_s, silence_s=SILENCE_S)
        )
        if not asked:
            call.check_line()
            return False
        told = await call.until(lambda: call.messages.get(name), max_s + FILE_WITHIN_S)
    finally:
        calls.messages.pop(name, None)
        call.messages.pop(name, None)
    if told is None or told.path is None or told.duration_ms < SHORTEST_MS:
        call.check_line()
        if told is None or (told.path is None and told.why not in ("", "empty", "no_file")):
            log.error("voicemail_lost", contact=call.contact, why=told.why if told else "no_file")
        return False
    return await _left(call, queue, recording, told, began)


async def _left(call: "Call", queue: str, recording: str, told: RecordEnded, began: int) -> bool:
    calls = call.calls
    now = calls.time.now()
    contact = new_id(now)
    row = store.call_write(
        contact=contact, client=call.client, direction=Direction.INBOUND, entry=call.entry,
        trunk=call.customer.trunk if call.customer else None, caller=call.caller.number, dialled=call.entry,
        leg=call.customer.id if call.customer else "", at=now, extra={"call": call.contact},
    )  # fmt: skip
    spec = calls.queue(queue)
    try:
        await calls.submit(
            Arrive(contact, Channel.VOICEMAIL, queue, call.entry, call.caller.customer, call.language),
            key=f"voicemail:{recording}",
            writes=[row],
        )
    except JietongError as error:
        log.error("voicemail_not_delivered", contact=call.contact, queue=queue, code=error.code)
        return False
    calls.witnesses.put(RecordingStarted(at=0, contact=contact, recording=recording, queue=queue, rule="voicemail"))
    calls.witnesses.put(RecordingEnded(at=0, contact=contact, recording=recording, duration_ms=told.duration_ms))
    rule = spec.recording if spec is not None else None
    await calls.sink.finished(
        recording=recording,
        contact=contact,
        client=spec.client if spec is not None else call.client,
        queue=queue,
        agent=None,
        started=began,
        tracks={"customer": Path(told.path) if told.path is not None else None},
        keep_days=rule.keep_days if rule is not None else 180,
        rule="voicemail",
        why=told.why,
    )
    return True
