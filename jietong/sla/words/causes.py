"""Why: the days, hours and faults in which most was missed, with their share; and what to do next (D7). Pure."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from jietong.core.clock import to_datetime
from jietong.core.specs import Names
from jietong.sla.model import Contract, Exclusion
from jietong.sla.rules.levers import Block, Lever, Levers
from jietong.sla.rules.result import Result
from jietong.sla.words import template as t
from jietong.sla.words.template import Part, Texts, said_of, three

_CAUSES: dict[str, Texts] = {
    "day": three(
        "{day}有 {n} 次没有及时接起，占全部未及时的 {share}。",
        "{day}有 {n} 次沒有及時接起，占全部未及時的 {share}。",
        "On {day} {n} were not answered in time, {share} of all that were not.",
    ),
    "block": three(
        "{weekday} {from}:00–{to}:00 有 {n} 次没有及时接起，占全部未及时的 {share}。",
        "{weekday} {from}:00–{to}:00 有 {n} 次沒有及時接起，占全部未及時的 {share}。",
        "On {weekday} from {from}:00 to {to}:00 {n} were not answered in time, {share} of all that were not.",
    ),
    "blocked": three(
        "{n} 次来电听到忙音：不在合同的 {level} 里，在真实接通率的 {access} 里。",
        "{n} 次來電聽到忙音：不在合約的 {level} 裡，在真實接通率的 {access} 裡。",
        "{n} calls met a busy tone: outside the contract's {level}, inside true access of {access}.",
    ),
    "blocked_weekday": three(
        "{n} 次来电听到忙音，其中 {most} 次在{weekday}：不在合同的 {level} 里，在真实接通率的 {access} 里。",
        "{n} 次來電聽到忙音，其中 {most} 次在{weekday}：不在合約的 {level} 裡，在真實接通率的 {access} 裡。",
        "{n} calls met a busy tone, {most} of them on {weekday}: outside the contract's {level}, inside true access of {access}.",
    ),
    "lost": three(
        "{n} 人在菜单中挂断，没有到达队列。",
        "{n} 人在選單中掛斷，沒有抵達佇列。",
        "{n} hung up in the menu before any queue.",
    ),
    "excluded": three("依约定排除：{titles}。", "依約定排除：{titles}。", "Taken out by agreement: {titles}."),
    "refused": three("未获同意、没有排除：{titles}。", "未獲同意、沒有排除：{titles}。", "Not agreed, and so not taken out: {titles}."),
    "waiting": three("仍待核准的排除：{titles}。", "仍待核准的排除：{titles}。", "Waiting for approval: {titles}."),
    "titled": three("{title}（{day}）", "{title}（{day}）", "{title} ({day})"),
}  # fmt: skip

_LEVERS: dict[str, Texts] = {
    "unchanged": three("未变动", "未變動", "As it was"),
    "callback": three("等待 {seconds} 秒起提供回拨", "等候 {seconds} 秒起提供回電", "Call-back offered after {seconds} s of waiting"),
    "agents": three("{weekday} {from}–{to} 时增加 {agents} 人", "{weekday} {from}–{to} 時增加 {agents} 人", "{agents} more on {weekday}, {from}:00–{to}:00"),
    "agents_and_callback": three("以上两者", "以上兩者", "Both together"),
    "handling": three("处理时长缩短 {percent}%", "處理時長縮短 {percent}%", "Handling shorter by {percent} %"),
    "lines": three("增加 {lines} 条线路", "增加 {lines} 條線路", "{lines} more lines"),
}  # fmt: skip
_EXPECTED = three(
    "SL3 {level}，真实接通率 {access}（模拟，点）",
    "SL3 {level}，真實接通率 {access}（模擬，點）",
    "SL3 {level}, true access {access} (simulated, points)",
)
_CALIBRATION = three(
    "以本期实际来电重跑；不变动时模拟为 {value}，实际 {actual}，相差 {away} 点。",
    "以本期實際來電重跑；不變動時模擬為 {value}，實際 {actual}，相差 {away} 點。",
    "The period's real calls run again; unchanged the run gives {value} against the real {actual}, {away} points away.",
)
_LINES_ALONE = three(
    "只加线路，进来的人多，等得也久：要与人手一起加。",
    "只加線路，進來的人多，等得也久：要與人手一起加。",
    "More lines alone let more people in, who then wait longer: add them together with people.",
)
WEEKDAY_SHARE = Decimal("0.3")
"""From this share of all blocked calls on, a weekday is named."""


class Cause(Struct, frozen=True):
    """`share` of the misses that it explains; None where it is no part of them."""

    code: str
    texts: Names
    share: Decimal | None = None


def causes(
    result: Result, contract: Contract, exclusions: Sequence[Exclusion] = (), block: Block | None = None
) -> tuple[Cause, ...]:
    """At most five: the worst hours or else days, who was turned away, what was taken out. Empty: nothing to explain."""
    found: list[Cause] = []
    if block is not None and block.share >= 0.1:
        parts: dict[str, Part] = {
            "weekday": t.weekday(block.weekday),
            "from": str(block.hour),
            "to": str(block.hour + 3),
            "n": t.count(block.misses),
            "share": t.percent(Decimal(repr(block.share)), 0),
        }
        found.append(Cause("block", said_of(_CAUSES["block"], parts), Decimal(repr(round(block.share, 6)))))
    found += _worst_days(result)[: 1 if found else 2]
    found += _turned_away(result)
    found += _left_out(contract, exclusions)
    return tuple(found[:5])


def _worst_days(result: Result) -> list[Cause]:
    main = None if result.main is None else result.objective(result.main)
    if main is None:
        return []
    missed: dict[date, int] = {}
    for one in result.days:
        if one.figure.value is None or str(main.unit.value) != "ratio":
            continue
        good, total = int(one.figure.numerator), one.figure.denominator
        missed[one.day] = total - good if main.op.upward else good
    whole = sum(missed.values())
    found = []
    for day in sorted(missed, key=lambda each: (-missed[each], each)):
        if not whole or not missed[day]:
            break
        share = Decimal(missed[day]) / whole
        parts: dict[str, Part] = {"day": t.day(day), "n": t.count(missed[day]), "share": t.percent(share, 0)}
        found.append(Cause("day", said_of(_CAUSES["day"], parts), share))
    return found


def _turned_away(result: Result) -> list[Cause]:
    access = result.access
    found = []
    if access.blocked:
        weekdays: dict[int, int] = {}
        for one in result.days:
            weekdays[one.day.weekday()] = weekdays.get(one.day.weekday(), 0) + (one.blocked or 0)
        worst = max(sorted(weekdays), key=lambda each: weekdays[each])
        most = weekdays[worst]
        parts: dict[str, Part] = {
            "n": t.count(access.blocked),
            "level": t.percent(access.level.value),
            "access": t.percent(access.figure.value),
            "most": t.count(most),
            "weekday": t.weekday(worst),
        }
        code = "blocked_weekday" if most >= access.blocked * WEEKDAY_SHARE and len(weekdays) == 7 else "blocked"
        found.append(Cause("blocked", said_of(_CAUSES[code], parts)))
    if access.lost and access.blocked is not None and access.lost > access.blocked:
        found.append(Cause("lost", said_of(_CAUSES["lost"], {"n": t.count(access.lost)})))
    return found


def _left_out(contract: Contract, exclusions: Sequence[Exclusion]) -> list[Cause]:
    zone = ZoneInfo(contract.zone)
    codes = {"approved": "excluded", "rejected": "refused", "submitted": "waiting"}
    found = []
    for state, code in codes.items():
        titled = [
            said_of(
                _CAUSES["titled"],
                {"title": one.title, "day": t.day(to_datetime(one.start).astimezone(zone).date())},
            )
            for one in exclusions
            if one.state == state
        ]
        if titled:
            found.append(Cause(code, said_of(_CAUSES[code], {"titles": t.listed(titled)})))
    return found


def lever(one: Lever) -> Texts:
    """What is done otherwise."""
    parts: dict[str, Part] = dict(one.values)
    if "weekday" in parts:
        parts["weekday"] = t.weekday(int(one.values["weekday"]))
    return said_of(_LEVERS[one.kind], parts)


def expected(one: Lever, base: Lever) -> Texts:
    """What it brings, in points beside the unchanged run."""
    return said_of(_EXPECTED, {"level": _away(one.level, base.level), "access": _away(one.access, base.access)})


def calibration(all: Levers) -> Texts:
    """How near the model comes to what was."""
    unchanged = next((one for one in all.items if one.kind == "unchanged"), None)
    if unchanged is None or all.actual is None:
        return t.same("")
    said: list[Names] = [
        said_of(
            _CALIBRATION,
            {
                "value": _percent(unchanged.level),
                "actual": _percent(all.actual),
                "away": _away(unchanged.level, all.actual),
            },
        )
    ]
    lines = next((one for one in all.items if one.kind == "lines"), None)
    if (
        lines is not None
        and (lines.level or 0) < (unchanged.level or 0)
        and (lines.access or 0) > (unchanged.access or 0)
    ):
        said.append(_LINES_ALONE)
    return t.joined(said)


def _percent(value: float | None) -> str:
    return t.NO_DATA if value is None else t.percent(Decimal(repr(value)))


def _away(value: float | None, base: float | None) -> str:
    return t.NO_DATA if value is None or base is None else t.points(Decimal(repr(value - base)), signed=True)
