"""A small made-up day as the lab reads it: two queues, callers turned away, agents with breaks, a part-timer."""

from datetime import date

from jietong.contacts.model import End
from jietong.core.days import Span, day_of
from jietong.core.specs import AgentSkill, AgentSpec, ExpandStep, QueueSpec, SkillNeed
from jietong.core.vocabulary import Channel, Employment, Ms
from jietong.workforce.lab.facts import Stretch, Times, Way, Worked
from jietong.workforce.lab.model import Measured
from jietong.workforce.lab.recorded import Facts

ZONE = "Asia/Shanghai"
DATE = "2026-07-15"
NOON: Ms = 12 * 3_600_000


def three(text: str) -> dict[str, str]:
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


QUEUES = {
    "repair": QueueSpec(
        "repair",
        three("repair"),
        "hechuan",
        (Channel.VOICE, Channel.CHAT),
        requires=(SkillNeed("repair", 2),),
        steps=(ExpandStep(60, (SkillNeed("repair", 1),)),),
    ),
    "orders": QueueSpec("orders", three("orders"), "hechuan", (Channel.VOICE,), requires=(SkillNeed("orders", 1),)),
}
AGENTS = {
    "lin": AgentSpec("lin", "林", skills=(AgentSkill("repair", 4),)),
    "chen": AgentSpec("chen", "陈", skills=(AgentSkill("repair", 3), AgentSkill("orders", 2))),
    "xu": AgentSpec("xu", "徐", skills=(AgentSkill("orders", 3),)),
    "gao": AgentSpec("gao", "高", Employment.PART_TIME, skills=(AgentSkill("repair", 2),)),
}


def facts(
    day: str = DATE, *, stretches: bool = True, channels: int = 0, blocked: int = 6, redial: float = 0.0
) -> Facts:
    """Calls every two minutes from 9:00 to 17:00; `blocked` of them around noon meet a busy tone."""
    span = day_of(date.fromisoformat(day), ZONE)
    ways, worked = [], []
    for n in range(240):
        came = span.start + 9 * 3_600_000 + n * 120_000
        queue = "orders" if n % 3 == 0 else "repair"
        gone = n % 17 == 0
        ways.append(
            Way(
                "hechuan",
                "voice",
                "400",
                queue,
                came,
                False,
                8_000,
                None if gone else End.QUEUED.value,
                True,
                gone,
                came + 300_000,
                False,
            )
        )
        if not gone:
            agent = "xu" if queue == "orders" else ("lin", "chen")[n % 2]
            worked.append(Worked(agent, queue, False, came + 10_000, came + 290_000))
    for n in range(blocked):
        came = span.start + NOON + n * 60_000
        ways.append(Way("hechuan", "voice", "400", None, came, True, None, None, False, False, came, False))
    ways.append(Way("hechuan", "chat", "web", "repair", span.start + NOON, False, None, None, True, False, 0, False))
    times = Times(200, 240_000.0, tuple(float(120_000 + 2_000 * n) for n in range(120)))
    wrapup = Times(200, 30_000.0, tuple(30_000.0 for _ in range(120)))
    own = []
    for agent in ("lin", "chen", "xu") if stretches else ():
        at = span.start + 9 * 3_600_000
        own += [
            Stretch(agent, at, at + 3 * 3_600_000, "ready", False),
            Stretch(agent, at + 3 * 3_600_000, at + 4 * 3_600_000, "break", False),
            Stretch(agent, at + 4 * 3_600_000, at + 8 * 3_600_000, "talking", False),
        ]
    return Facts(
        date=day,
        zone=ZONE,
        day=Span(*span),
        ways=tuple(ways),
        talks={"repair": (times, wrapup), "orders": (times, wrapup)},
        talks_month={"repair": (times, wrapup), "orders": (times, wrapup)},
        waits={"repair": [(5_000, False, 100), (20_000, True, 10), (90_000, True, 60)]},
        worked=tuple(worked),
        stretches=tuple(own),
        queues=QUEUES,
        agents=AGENTS,
        channels=channels,
        spread=0.05,
        redial=redial,
        resolved=0.8,
        measured=Measured(sl3=0.8, sl7=0.75, attempts=247, asked=240, blocked=blocked),
    )
