"""The way of a customer who came without a flow: whom we have called, or who lost the flow to a restart of ours."""

import asyncio
from typing import TYPE_CHECKING

from jietong.calls import flow_host, waiting
from jietong.flows import acts as a
from jietong.flows.host import CustomerGone

if TYPE_CHECKING:
    from jietong.calls.call import Call

CARETAKER = a.Join(
    queue="", priority=0, music="default", announce_every_s=30, announcement=(), say_position=True, say_wait=True,
    callback_keys=(), leave_keys=(), prefer_last_agent=False,
)  # fmt: skip
"""For customers who came without a flow: whom we have called, and who were then handed to a queue."""


def take(call: "Call") -> None:
    """Keeps the customer company from now on, unless somebody does already."""
    if call.way is None:
        call.way = asyncio.create_task(_care(call), name=f"care of {call.contact}")


async def _care(call: "Call") -> None:
    """Who stays when all is over is hung up on."""
    try:
        while await waiting.stay(call, CARETAKER) == "timed_out":
            serving = call.calls.flows.serving(call.standing.flow or "")
            if serving is not None:  # the flow by which it came takes it back
                flow_host.lead(call, *serving)
                return
            await call.until(lambda: not call.standing.in_flow or not call.there)
    except CustomerGone:
        pass
    finally:
        if call.way is asyncio.current_task() and not call.closed:
            call.way = None
            if call.customer is not None and not call.handed_on:
                call.calls.background(call.calls.hang_up(call, call.customer), "hang up")
            call.look()
