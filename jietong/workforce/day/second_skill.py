"""Today as a scenario, to tell what a second skill would gain on it (G7): need as it is expected now, people by the
published schedule."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from jietong.core.errors import Refused
from jietong.core.events import PlannedSpan
from jietong.core.specs import QueueSpec, TrunkSpec
from jietong.core.vocabulary import Activity, Channel
from jietong.db.pool import ALL, Database
from jietong.identity.model import Principal
from jietong.routing import store as setup
from jietong.routing.engine import Engine
from jietong.workforce.day.model import Expectation, Grid
from jietong.workforce.day.service import Picture, TheDay
from jietong.workforce.model import Load
from jietong.workforce.schedule.model import PersonDay
from jietong.workforce.simulation.chance import Exponential, Never
from jietong.workforce.simulation.of_centre import Habits, Member, of_centre
from jietong.workforce.simulation.scenario import Scenario
from jietong.workforce.simulation.skill_jobs import SkillJobs, Standing


class SecondSkill:
    """Of all clients together for whoever sees all; else of one, the first that the reader sees."""

    def __init__(self, day: TheDay, jobs: SkillJobs, database: Database) -> None:
        self._day = day
        self._jobs = jobs
        self._database = database

    @staticmethod
    def client(by: Principal) -> str:
        return "*" if by.clients is None else min(by.clients, default="")

    async def latest(self, by: Principal) -> Standing:
        seen = await self._day.picture()
        return await self._jobs.latest(by, self._subject(seen, by))

    async def start(self, by: Principal) -> Standing:
        """Raises Refused `no_forecast_today`, `one_kind_of_work`."""
        seen = await self._day.picture()
        client = self.client(by)
        queues = [
            queue
            for id in seen.setup.visible(by)
            for queue in seen.setup.ground.groups[id].queues
            if client in ("*", seen.setup.ground.queues[queue].client)
        ]
        lines = await self._lines() if client == "*" else None
        scenario = of_today(seen, await self._day.expected(), self._day.engine, sorted(set(queues)), lines)
        if scenario is None:
            raise Refused("no_forecast_today", "Nothing is forecast for today: make a forecast first.")
        return await self._jobs.start(by, self._subject(seen, by), client, scenario)

    def _subject(self, seen: Picture, by: Principal) -> str:
        return f"day:{seen.today}:skills:{self.client(by)}"

    async def _lines(self) -> int | None:
        async with self._database.read(ALL) as conn:
            trunks = [one.spec for one in await setup.read_all(conn, setup.Kind.TRUNK, TrunkSpec)]
        return sum(one.channels for one in trunks if one.active) or None


def of_today(
    seen: Picture, expected: Mapping[str, Expectation], engine: Engine, queues: Sequence[str], lines: int | None
) -> Scenario | None:
    """The whole day for these queues; None: nothing is forecast for any of them."""
    grid = seen.grid
    known = [id for id in queues if id in engine.queues and id in expected and sum(expected[id].mean) > 0]
    specs: list[QueueSpec] = [engine.queues[id].spec for id in known]
    voice = {spec.id for spec in specs if Channel.VOICE in spec.channels}
    loads = [Load(id, grid.start, grid.step_s, expected[id].mean, expected[id].aht_s) for id in known if id in voice]
    if not loads:
        return None
    habits = {}
    for id in voice:
        patience = expected[id].service.patience_s
        habits[id] = Habits(patience=Never() if patience is None else Exponential(patience))
    members = []
    for agent, spans in _spans(grid, seen.published.values()).items():
        if agent in engine.agents:
            members.append(Member(engine.agents[agent].spec, spans))
    return of_centre(
        [spec for spec in specs if spec.id in voice], loads, members, zone=seen.setup.ground.zone, name="today",
        habits=habits, channels=lines, own_skill_first=seen.setup.site.own_skill_first,
    )  # fmt: skip


def _spans(grid: Grid, days: Iterable[PersonDay]) -> dict[str, tuple[PlannedSpan, ...]]:
    """Of each agent what lies in the day, standby left out."""
    found: dict[str, list[PlannedSpan]] = {}
    for day in days:
        for span in day.spans:
            start, end = max(span.start, grid.start), min(span.end, grid.end)
            if start < end and span.activity not in (Activity.STANDBY, Activity.LEAVE):
                found.setdefault(day.agent, []).append(replace(span, start=start, end=end))
    return {agent: tuple(sorted(spans, key=lambda span: span.start)) for agent, spans in found.items()}
