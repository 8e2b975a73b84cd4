"""Writes docs/reference/metrics.md from the catalogue: `python -m jietong.metrics.reference [FILE]`."""

import sys
from pathlib import Path

from jietong.metrics import examples
from jietong.metrics.catalogue import THEMES
from jietong.metrics.definition import Attribution, Better, Definition, Unit

TITLES = {
    "access": "Access: was the customer let in?",
    "service_level": "Service level: seven readings",
    "handling": "Handling",
    "agents": "Agents",
    "satisfaction": "What the customer felt",
    "flows": "Flows: menus and bots",
    "outbound": "Calls that we make",
    "lines": "The lines themselves",
    "present": "This moment",
}
INTRODUCTION = """\
# Metrics

Made from `jietong/metrics/catalogue.py` by `python -m jietong.metrics.reference`; change it there.

Every figure on a wall, in a report or in a contract is one of these. A ratio is kept as numerator and denominator:
groups sum first and divide last, and 0 ÷ 0 is *no data*, shown as –, never 0 % or 100 %. A live figure is the same
definition over today's facts; for any instant it equals the historical query cut off at that instant.

**What is counted.** A *queue stay* is one arrival at one queue until a person, another queue or the customer ends
it; its wait is counted from when the customer began to wait, so an overflow carries the wait on. A *handling* is one
agent's whole part: talk, hold and wrap-up; a transfer gives another. X of a service level is the queue's own as the
contact arrived, unless a contract names one. Contacts that nobody waits for (mail, messages) are in the handling
figures and in no waiting figure. Calls that we make are in the figures of that name alone.

**Each attempt once.** Whoever comes is *admitted*, *blocked* or *closed* at the entry. In a flow they are *self
served*, leave a *voicemail*, go on to a queue or a number outside, or are *lost*. In the queue they are
*answered*, *abandon*, or go on. A flow that goes on after a queue refused the customer, or after the wait ran out,
adds nothing to the count: whoever hangs up there was refused, or ran out of time. 1000 attempts: 300 find no
channel, 40 hear what they wanted in the menu, 10 leave a voicemail, 20 hang up in the menu, 630 queue; 612 of
these are answered in time, 18 give up. Connect rate 70 %, self-service rate 4 %, service level 612 ÷ 630 = 97.1 %,
true access 612 ÷ (630 + 300 + 20) = 64.4 %.

**When.** By *arrival*: to the interval in which the contact arrived at the queue. By *time*: each second to the
interval in which it was spent. Days are local days of the site; a 25-hour day has 25 hours.

**By agent and by reason.** A wait is credited to the agent who ended it by answering; one that nobody answered has no
agent. A part-time agent's waits are a part-time agent's. By reason, every stay of a contact goes with what the
contact was about in the end: the last reason that an agent gave.

**Parameters** are written in brackets: `sl3(20)`, `redial_rate(30)`. Their names end in the unit in which they are
written, `_min` and `_days`; others are in seconds.

**The example day.** Each figure's example is of the same day, and tests hold the definitions to it. 1000 customers
try: 300 find no channel free, 700 are let in; 25 more come out of hours. In the menu 40 hear what they want, 10 leave
a voicemail, 20 hang up, 8 go on to a number outside and 622 ask for a person, as do 5 whom an agent passes on. X is
20 s and a short abandon 5 s: 505 are answered after 15 s and 80 after 40 s; 6 give up after 3 s, 10 after 12 s, 20
after 60 s, the wait of 4 runs out at 120 s, and 2 are cut off by a fault. Of 50 whom we know and who were turned away
or gave up, 20 try again in ten minutes. Of 582 handlings, 440 take 180 s and 30 s of wrap-up, 100 take 240 s, 60 s on
hold and 60 s of wrap-up, 25 are passed on after 120 s and 30 s on hold, 10 last 6 s, 5 go on to a number outside
after 60 s, and two are mails of 300 s. Of 100 customers with a question about their bill, 15 come again about it two
days later, five about something else. The agent is scheduled from eight to four, with a break at half past ten and
training at two; talks from nine to eleven, takes the break then, and goes home at a quarter past twelve, which is
authorised. The figures that no part of the platform can tell yet have facts in the example too.
"""
_UNITS = {
    Unit.COUNT: "count",
    Unit.RATIO: "%",
    Unit.MS: "time",
    Unit.MOS: "MOS, 1 to 4.5; kept in hundredths",
    Unit.POINTS: "points",
    Unit.STATES: "count for each state",
}
_BETTER = {Better.UP: "higher", Better.DOWN: "lower", Better.NEITHER: "neither"}
_WHEN = {Attribution.ARRIVAL: "by arrival", Attribution.TIME: "by time spent", Attribution.NOW: "now"}


def page() -> str:
    """The whole page as Markdown."""
    parts = [INTRODUCTION]
    for theme, definitions in THEMES.items():
        parts.append(f"## {TITLES[theme]}\n")
        parts += [_section(one) for one in definitions]
    return "\n".join(parts)


def _section(one: Definition) -> str:
    facts = [f"unit: {_UNITS[one.unit]}", f"better: {_BETTER[one.better]}", _WHEN[one.attribution]]
    if one.parameters:
        facts.append("parameters: " + ", ".join(f"`{name}`" for name in one.parameters))
    return (
        f"### `{one.id}` {one.names['en']} · {one.names['zh-Hans']} · {one.names['zh-Hant']}\n\n"
        f"**{one.formula['en']}**\n\n{one.meaning['en']}\n\n{one.meaning['zh-Hans']}\n\n{one.meaning['zh-Hant']}\n\n"
        f"Example: {examples.said(one)['en']}\n\n"
        f"Version {one.version}; {'; '.join(facts)}. Source: {one.source}.\n"
    )


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference/metrics.md").write_text(page(), encoding="utf-8")
