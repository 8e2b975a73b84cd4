"""Runs one customer's flow over a `Host`: brings each act to it, and its answer back to the interpreter."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog

from jietong.core.errors import JietongError, Unavailable
from jietong.core.vocabulary import Outcome
from jietong.flows import acts as a
from jietong.flows import interpreter
from jietong.flows.host import CustomerGone, Ending, Host
from jietong.flows.model import Flow

log = structlog.get_logger(__name__)

Fetcher: TypeAlias = Callable[[Flow, a.Fetch], Awaitable[dict[str, str] | None]]
"""Asks another system on a flow's behalf; None when that failed (`requests.Requests.fetch`)."""
Keep: TypeAlias = Callable[[a.State], Awaitable[None]]
"""Told the state before each act that waits for the customer."""


async def no_requests(flow: Flow, fetch: a.Fetch) -> dict[str, str] | None:
    """Where no other system may be asked."""
    return None


class Runner:
    """One flow, one customer. `state` tells where it stands at any moment."""

    def __init__(self, flow: Flow, host: Host, *, fetch: Fetcher = no_requests, keep: Keep | None = None) -> None:
        self.flow = flow
        self.state = a.State(node=flow.start, language="zh-Hans")
        self._host = host
        self._fetch = fetch
        self._keep = keep

    async def run(
        self,
        *,
        language: str,
        channel: str = "voice",
        reachable: bool = True,
        customer: dict[str, str] | None = None,
        variables: dict[str, str] | None = None,
    ) -> Ending:
        """From the start to the end. Raises nothing but cancellation and, when the centre cannot acknowledge
        anything for the moment, Unavailable: `resume` goes on from there."""
        move = interpreter.begin(
            self.flow,
            language=language,
            channel=channel,
            reachable=reachable,
            customer=customer,
            variables=variables,
        )
        return await self._from(move)

    async def answered(self, state: a.State, answer: a.AnyAnswer) -> Ending:
        """Goes on from a stored state, whose act has now been answered."""
        return await self._from(interpreter.advance(self.flow, state, answer))

    async def resume(self, state: a.State) -> Ending:
        """Begins the node of a stored state again, with all that is known of the customer."""
        return await self._from(interpreter.again(self.flow, state))

    async def _from(self, move: a.Move) -> Ending:
        waiting = False
        try:
            while True:
                self.state = move.state
                waiting = isinstance(move.act, a.Join)
                for step in move.steps:
                    await self._host.witness(step)
                if isinstance(move.act, a.Over):
                    return Ending(move.act.how, move.act.outcome, move.act.node)
                if self._keep is not None:
                    await self._keep(move.state)
                answer = await self._done(move.act)
                move = interpreter.advance(self.flow, move.state, answer)
        except CustomerGone:
            return Ending("hung_up", None if waiting else self._outcome(), self.state.node)
        except Unavailable:
            raise
        except JietongError as error:
            log.warning("flow_failed", flow=self.flow.id, node=self.state.node, code=error.code)
        except Exception as error:  # one broken line must not take its flow's other customers along
            log.error("flow_broke", flow=self.flow.id, node=self.state.node, error=type(error).__name__)
        return Ending("failed", self._outcome(), self.state.node)

    def _outcome(self) -> Outcome | None:
        return self.state.outcome if self.state.place == "flow" else None

    async def _done(self, act: a.AnyAct) -> a.AnyAnswer:
        host, state = self._host, self.state
        match act:
            case a.Say():
                await host.say(act.saying, interruptible=act.interruptible)
                return a.Said()
            case a.Ask():
                return a.Keys(await host.ask(act))
            case a.SeeHours():
                return a.Left(await host.hours(act.hours))
            case a.Find():
                return a.Found(await host.find(act.by, act.value))
            case a.Measure():
                return a.Measured(await host.measure(act.subjects))
            case a.Join():
                return a.Left(await host.queue(act, node=state.node, language=state.language))
            case a.CallBack():
                return a.Done(await host.call_back(act, node=state.node, language=state.language))
            case a.TakeMessage():
                return a.Done(await host.take_message(act))
            case a.Connect():
                return a.Done(await host.connect(act))
            case a.Fetch():
                return a.Fetched(await self._fetch(self.flow, act))
            case a.OpenSurvey():
                return a.Done(await host.open_survey())
            case a.Rate():
                await host.rate(act.score, act.resolved)
                return a.Done()
            case a.Over():
                raise AssertionError("the end is nothing to wait for")
