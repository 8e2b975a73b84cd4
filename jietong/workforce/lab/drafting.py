"""Breaks as a scenario moved them, put into a draft of the schedule: to be looked at there, and published."""

from typing import NamedTuple

from jietong.core.errors import Refused
from jietong.identity.model import Principal
from jietong.workforce.lab import assumed, levers
from jietong.workforce.lab.model import ForecastDay, LeverKind, Source, Tried
from jietong.workforce.lab.shown import Shown
from jietong.workforce.schedule.drafts import Based, Drafts, Open
from jietong.workforce.schedule.model import ON_SITE
from jietong.workforce.schedule.rules.edits import Move
from jietong.workforce.simulation.centre import instant
from jietong.workforce.simulation.scenario import Scenario, clock_s


class Drafted(NamedTuple):
    """`moved`: pauses in the draft; `left`: those whose place in the schedule is another by now."""

    draft: str
    day: str
    moved: int
    left: int


async def breaks(by: Principal, shown: Shown, tried: Tried, drafts: Drafts, name: str) -> Drafted:
    """Raises Refused `no_schedule_to_edit` for other levers, recorded days and days that had no schedule;
    `nothing_moved`."""
    of = shown.study.of
    planned = isinstance(of, ForecastDay) and shown.ground.sources["absent"] is Source.SCHEDULE
    if tried.change.kind is not LeverKind.MOVE_BREAKS or not planned:
        raise Refused(
            "no_schedule_to_edit", "Only breaks of a day to come with a published schedule go into a draft from here."
        )
    base = assumed.base(shown.ground, shown.assumptions)
    after = levers.changed(base, tried.change, shown.assumptions, shown.ground).scenario
    made = await drafts.create(by, of.date, of.date, name)
    try:
        edits, left = _moves(base, after, await drafts.read(made["id"]), of.date)
        if not edits:
            raise Refused(
                "nothing_moved", "These breaks lie where they are best already, or the schedule was changed."
            )
        await drafts.edit(by, made["id"], [Based(one) for one in edits], about="lab")
    except Exception:
        await drafts.drop(by, made["id"])
        raise
    return Drafted(made["id"], of.date, len(edits), left)


def _moves(base: Scenario, after: Scenario, found: Open, day: str) -> tuple[list[Move], int]:
    edits: list[Move] = []
    left = 0
    for agent, group in base.agents.items():
        held = found.published.get((agent, day))
        spans = held.spans if held is not None else ()
        for shift, moved in zip(group.shifts, after.agents[agent].shifts, strict=True):
            for was, now in zip(shift.breaks, moved.breaks, strict=True):
                if was.start == now.start:
                    continue
                start, end = instant(base, clock_s(was.start)), instant(base, clock_s(was.end))
                pause = next(
                    (span for span in spans if (span.start, span.end) == (start, end) and span.activity in ON_SITE),
                    None,
                )
                if pause is None:
                    left += 1
                else:
                    edits.append(Move(agent, day, start, instant(base, clock_s(now.start)), pause.activity))
    return edits, left
