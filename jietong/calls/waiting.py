"""A customer waits: music, place in the line and estimated wait at intervals, keys. Talks are sat out."""

from functools import partial
from typing import TYPE_CHECKING

import structlog

from jietong.calls import callers, recording, store, words
from jietong.calls.model import Leg, Standing
from jietong.core.commands import JoinQueue, RequestCallback, ReturnToFlow
from jietong.core.errors import Refused
from jietong.core.events import QueueRefused
from jietong.core.inbox import Write
from jietong.core.vocabulary import Outcome
from jietong.flows import acts as a
from jietong.flows import words as spoken
from jietong.flows.host import CustomerGone

if TYPE_CHECKING:
    from jietong.calls.call import Call

log = structlog.get_logger(__name__)


async def join(call: "Call", wish: a.Join, *, node: str, flow: str, version: int) -> str:
    """Into the queue until something ends the stay: closed, full, timed_out, `key:k`, ended. Raises CustomerGone."""
    calls = call.calls
    spec = calls.queue(wish.queue)
    if spec is None:
        return "closed"
    if recording.is_due(call, spec):
        await recording.tell(call, spec)  # before the wait, so that the talk can begin at once
        call.check_line()
    await callers.open_file(call)
    call.digits.clear()
    try:
        receipt = await calls.submit(
            JoinQueue(
                call.contact,
                wish.queue,
                priority=wish.priority,
                prefer=call.caller.last_agent if wish.prefer_last_agent else None,
                language=call.language,
                node=node or None,
            )
        )
    except Refused as error:
        log.info("queue_not_joined", contact=call.contact, code=error.code)
        if call.standing.over:
            raise CustomerGone from None
        return "closed"
    refused = next((event for event in receipt.events if isinstance(event, QueueRefused)), None)
    if refused is not None:
        return "full" if refused.outcome is Outcome.REFUSED_FULL else "closed"
    return await stay(call, wish, flow=flow, version=version)


async def stay(call: "Call", wish: a.Join, *, flow: str = "", version: int = 0) -> str:
    """Keeps the waiting customer company, through talks, transfers and further waits. Raises CustomerGone."""
    time = call.calls.time
    every = wish.announce_every_s
    talked = call.standing.talk
    say_at = time.now() + every * 1000
    while True:
        leg = call.check_line()
        standing = call.standing
        if standing.over:
            if call.handed_on:
                await call.until(lambda: not call.there or not call.handed_on)
                continue
            if talked or standing.outcome in (Outcome.HANDLED, Outcome.TRANSFERRED_OUT):
                return "ended"
            raise CustomerGone  # taken out by a supervisor
        if standing.in_flow:
            return "timed_out"
        if standing.talk:
            talked = True
            call.digits.clear()
            await call.until(lambda: not call.there or not call.standing.talk)
            say_at = time.now() + every * 1000
            continue
        if standing.callback:
            return "ended"  # it was asked for elsewhere: the place is kept without the line
        key = await _pressed(call, wish, flow, version)
        if key is not None:
            return key
        await call.start_music(wish.music)
        left = (say_at - time.now()) / 1000 if every else None
        if left is None or left > 0:
            await call.until(partial(_news, call, leg, standing), left)
            continue
        await _announce(call, wish)
        say_at = time.now() + every * 1000


def _news(call: "Call", leg: Leg, standing: Standing) -> bool:
    return leg.gone or bool(call.digits) or call.standing != standing


async def _announce(call: "Call", wish: a.Join) -> None:
    standing = call.standing
    engine = call.calls.writer.engine
    ahead = engine.position(call.contact)
    parts: list[str] = []
    if wish.say_position and ahead is not None:
        parts.append(spoken.position(ahead, call.language))
    if wish.say_wait and standing.queue is not None and standing.queue in engine.queues:
        seconds = engine.estimated_wait_s(standing.queue, ahead)
        if seconds is not None and seconds > 0:
            parts.append(spoken.wait(seconds, call.language))
    saying = words.join(wish.announcement, words.saying(call.language, *parts))
    if saying:
        await call.say(saying, ready=lambda: call.digits or not call.standing.waits)


async def _pressed(call: "Call", wish: a.Join, flow: str, version: int) -> str | None:
    """What the keys that were pressed lead to; keys without a meaning are let pass."""
    while call.digits:
        key = call.digits.popleft()
        if key in wish.leave_keys:
            if await call.calls.ask(ReturnToFlow(call.contact, flow, version)):
                return f"key:{key}"
        elif key in wish.callback_keys and await _call_back(call):
            return f"key:{key}"
    return None


async def _call_back(call: "Call") -> bool:
    """The place is kept and the line given up (A8). False: it cannot be, and the customer has been told."""
    number = call.number or (call.caller.number if (call.caller.number or "").startswith("+") else None)
    sorry = words.NO_NUMBER
    if number is not None:
        try:
            await call.calls.submit(RequestCallback(call.contact), writes=[callback_row(call, number)])
        except Refused as error:
            log.info("callback_refused", contact=call.contact, code=error.code)
            sorry = words.NO_CALLBACK
        else:
            call.number = number
            return True
    await call.say(words.saying(call.language, sorry), ready=lambda: not call.standing.waits)
    return False


def callback_row(call: "Call", number: str) -> Write:
    """The number to call, beside the contact: events hold no numbers."""
    return store.number_write(call.contact, call.client, number)
