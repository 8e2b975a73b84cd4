"""A simulation: customers arrive at random, agents serve them, all through the centre's public interfaces."""

import asyncio
from random import Random
from typing import Any

import httpx

from jietong.core.errors import Forbidden, NotFound, Unavailable
from jietong.demo.agent import Agent
from jietong.demo.customer import Customer
from jietong.demo.tally import Tally

AT_A_CLOSED_DOOR = 0.05
"""How many come to a queue out of hours, against one that is open."""


class Simulation:
    """Reproducible up to the network's own timing: each person has a generator of their own, seeded in order."""

    def __init__(
        self, url: str, key: str, *, rate_per_min: float, agents: int, seed: int, speed: float = 1.0
    ) -> None:
        """`speed`: how many simulated seconds go by in one real second. The rate is per simulated minute. Both may be
        changed while it runs."""
        self.tally = Tally()
        self.rate_per_min = rate_per_min
        self.speed = speed
        self._http = url.rstrip("/")
        self._ws = self._http.replace("http", "ws", 1)
        self._key = key
        self._agents = agents
        self._random = Random(seed)
        self._customers: set[asyncio.Task[None]] = set()
        self._open: dict[str, bool] = {}
        self._desks: list[tuple[Agent, asyncio.Task[None]]] = []

    @property
    def present(self) -> int:
        """Customers in the centre now."""
        return len(self._customers)

    async def pause(self, seconds: float) -> None:
        """Sleeps simulated seconds."""
        await asyncio.sleep(seconds / self.speed)

    async def run(self, seconds: float | None) -> None:
        """For so many simulated seconds, or until cancelled. Then nobody new comes, those inside leave, desks close.

        Raises Unavailable (nothing serves there), Forbidden (no demonstration key), NotFound (no widgets).
        """
        widgets = await self._open_desks()
        watching = asyncio.create_task(self._watch_doors(widgets), name="doors")
        try:
            async with asyncio.timeout(None if seconds is None else seconds / self.speed):
                await self._arrivals(widgets)
        except TimeoutError:
            pass
        finally:
            watching.cancel()
            await self._close()

    async def _watch_doors(self, widgets: list[str]) -> None:
        """Which queues are open: few people write to a closed one."""
        async with httpx.AsyncClient(base_url=self._http) as client:
            while True:
                await asyncio.sleep(60)
                for widget in widgets:
                    try:
                        self._open[widget] = (await client.get(f"/api/chat/{widget}/config")).json()["open"]
                    except (httpx.HTTPError, ValueError, KeyError):
                        break  # the centre is away: the next minute will tell

    async def _arrivals(self, widgets: list[str]) -> None:
        """A Poisson process: exponential gaps, kept to the clock so that a slow machine does not thin it out."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += self._random.expovariate(self.rate_per_min / 60) / self.speed if self.rate_per_min > 0 else 3600
            await asyncio.sleep(max(0.0, due - loop.time()))
            person = Random(self._random.random())
            widget = self._random.choices(widgets, [1.0 if self._open[id] else AT_A_CLOSED_DOOR for id in widgets])[0]
            customer = Customer(self._ws, self._key, widget, person, self.tally, self.pause)
            task = asyncio.create_task(customer.live(), name="customer")
            self._customers.add(task)
            task.add_done_callback(self._customers.discard)

    async def _open_desks(self) -> list[str]:
        try:
            async with httpx.AsyncClient(base_url=self._http, timeout=300) as client:
                answer = await client.post(
                    "/api/demo/agents", json={"count": max(self._agents, 1)}, headers={"X-Demo-Key": self._key}
                )
                if answer.status_code != 200:
                    raise _refusal(answer)
                staff: list[dict[str, Any]] = answer.json()["items"]
                client.cookies.set("jt_session", staff[0]["session"])
                names = (await client.get("/api/directory")).raise_for_status().json()
                for queue in names["queues"]:
                    config = await client.get(f"/api/chat/{queue['id']}/config")
                    if config.status_code == 200:
                        self._open[queue["id"]] = config.json()["open"]
                widgets = list(self._open)
        except httpx.TransportError as error:
            raise Unavailable(
                "unreachable", f"Nothing serves at {self._http}: start it with `jietong serve`, or name --url."
            ) from error
        if not widgets:
            raise NotFound("no_widgets", "This centre has no chat widget to come in by.")
        reasons = reasons_of(names)
        for person in staff[: self._agents]:
            agent = Agent(
                self._ws, person["agent"], person["session"], Random(self._random.random()), self.tally, self.pause,
                reasons,
            )  # fmt: skip
            self._desks.append((agent, asyncio.create_task(agent.work(), name=person["agent"])))
        return widgets

    async def _close(self) -> None:
        for task in list(self._customers):
            task.cancel()
        await asyncio.gather(*self._customers, return_exceptions=True)
        await asyncio.gather(*(agent.leave() for agent, _ in self._desks), return_exceptions=True)
        for _, task in self._desks:
            task.cancel()
        await asyncio.gather(*(task for _, task in self._desks), return_exceptions=True)


def reasons_of(names: dict[str, Any]) -> dict[str, list[str]]:
    """Queue → reasons of its client; and the reasons of breaks."""
    found: dict[str, list[str]] = {
        "break": [one["id"] for one in names["reasons"] if one["kind"] == "break" and one["active"]]
    }
    for queue in names["queues"]:
        found[queue["id"]] = [
            one["id"]
            for one in names["reasons"]
            if one["kind"] == "contact" and one["active"] and one.get("client") in (None, queue["client"])
        ]
    return found


def _refusal(answer: httpx.Response) -> Exception:
    try:
        problem = answer.json()
        return Forbidden(problem["code"], problem["detail"])
    except (ValueError, KeyError):
        return Unavailable("unreachable", f"The centre answered {answer.status_code} without saying why.")
