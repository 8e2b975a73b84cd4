"""A worked example of every figure: one day of a small centre in numbers, and what each figure makes of it. Pure.

1000 customers try to reach the centre. 300 find no channel free, 700 are let in; 622 of these ask for a person, and
so do five whom an agent passes on. What the figures come to is written down here, not computed: a test holds the
definitions to it, by `metrics.history.evaluate` and by a query.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

from jietong.contacts.attendance import Excuse, PersonDay, planned_times
from jietong.contacts.later import Complaint, EscalatedCase, Evaluation, LaterFact, Opinion
from jietong.contacts.model import BUSY, AgentInterval, End, Kind, Segment, TrunkBusyTime
from jietong.core.days import Span
from jietong.core.events import PlannedSpan
from jietong.core.specs import Names
from jietong.core.vocabulary import Activity, Channel, Direction, Ms, State
from jietong.metrics.definition import Definition, How, Unit

_S, _MIN, _H = 1000, 60_000, 3_600_000
DAY = Span(0, 24 * _H)
NOW: Ms = 9 * 24 * _H  # the facts are known up to here, eight days later
TEN: Ms = 10 * _H


class Stays(NamedTuple):
    """So many stays of one kind, of which `fields` are told; each of a contact of its own, or of those of the stays
    before (`same`)."""

    number: int
    kind: Kind
    outcome: End | None
    fields: dict[str, Any]
    customers: str | None = None  # whose: customer 1, 2, 3 … of this name, or from `first` on
    first: int = 1
    same: bool = False


class Expected(NamedTuple):
    """value = numerator ÷ denominator of a mean or share; times in ms, a line's quality in hundredths."""

    value: float
    numerator: int
    denominator: int = 1


def _waits(number: int, how: End, wait_s: int, customers: str | None = None, cause: str = "arrival") -> Stays:
    wait = wait_s * _S
    fields = {"end": TEN + wait, "wait_ms": wait, "cause": cause, "target_ms": 20 * _S, "short_ms": 5 * _S}
    return Stays(number, Kind.QUEUE, how, fields, customers)


def _handled(
    number: int,
    how: End,
    talk_s: int,
    hold_s: int,
    wrapup_s: int,
    resolved: bool | None,
    customers: str | None = None,
    reason: str | None = None,
    **more: Any,
) -> Stays:
    fields: dict[str, Any] = {"talk_ms": talk_s * _S, "hold_ms": hold_s * _S, "wrapup_ms": wrapup_s * _S}
    fields |= {"holds": 1 if hold_s else 0, "resolved": resolved, "reason": reason}
    return Stays(
        number, Kind.HANDLING, how, {"end": TEN + (talk_s + hold_s + wrapup_s) * _S} | fields | more, customers
    )


def _flow(number: int, how: End, lasting_s: int) -> Stays:
    return Stays(number, Kind.FLOW, how, {"end": TEN + lasting_s * _S, "cause": "arrival"})


_AGAIN = {"start": TEN + 10 * _MIN, "end": TEN + 10 * _MIN, "arrived": TEN + 10 * _MIN}
_TWO_DAYS_ON = {"start": TEN + 48 * _H, "arrived": TEN + 48 * _H, "end": TEN + 48 * _H}
_MAIL, _OURS = {"channel": Channel.EMAIL}, {"direction": Direction.OUTBOUND}

STAYS: tuple[Stays, ...] = (
    # At the entry. Of the 50 customers turned away or tired of waiting whom we know, 20 try again ten minutes later.
    Stays(280, Kind.ENTRY, End.BLOCKED, {}),
    Stays(20, Kind.ENTRY, End.BLOCKED, {}, "blocked"),
    Stays(680, Kind.ENTRY, End.ADMITTED, {}),
    Stays(10, Kind.ENTRY, End.ADMITTED, _AGAIN, "blocked"),
    Stays(10, Kind.ENTRY, End.ADMITTED, _AGAIN, "tired"),
    Stays(25, Kind.ENTRY, End.CLOSED, {}),
    # In the menu.
    _flow(40, End.SELF_SERVED, 60),
    _flow(10, End.VOICEMAIL, 30),
    _flow(20, End.LOST, 30),
    _flow(8, End.TRANSFERRED_OUT, 30),
    _flow(5, End.CALLBACK, 30),
    _flow(617, End.QUEUED, 30),
    # In the queue: X is 20 s, a short abandon 5 s.
    _waits(500, End.ANSWERED, 15),
    _waits(5, End.ANSWERED, 15, cause="transfer"),
    _waits(80, End.ANSWERED, 40),
    _waits(6, End.ABANDONED, 3),
    _waits(10, End.ABANDONED, 12, "tired"),
    _waits(20, End.ABANDONED, 60, "weary"),
    _waits(4, End.TIMED_OUT, 120),
    _waits(2, End.SWITCH_LOST, 30),
    _waits(9, End.OVERFLOWED, 30),
    _waits(2, End.ANSWERED, 8, cause="presence_lost"),
    _waits(1, End.ABANDONED, 90, cause="presence_lost"),
    # With an agent. A hundred customers whom we know ask about their bill.
    _handled(340, End.ENDED, 180, 0, 30, True),
    _handled(100, End.ENDED, 180, 0, 30, True, "billed", "bill"),
    _handled(100, End.ENDED, 240, 60, 60, False),
    _handled(25, End.TRANSFERRED, 120, 30, 0, None),
    _handled(10, End.ENDED, 6, 0, 0, False),
    _handled(5, End.TRANSFERRED_OUT, 60, 0, 0, None),
    Stays(1, Kind.TALK, End.SWITCH_LOST, {"end": TEN + 90 * _S}),
    # Two mails, done six and ten hours after they came; three more, of eight, nine and ten o'clock, lie there still.
    _handled(1, End.ENDED, 300, 0, 0, True, arrived=TEN - 5 * _H, end=TEN + _H, **_MAIL),
    _handled(1, End.ENDED, 300, 0, 0, True, arrived=TEN - 5 * _H, end=TEN + 5 * _H, **_MAIL),
    *(
        Stays(1, Kind.QUEUE, None, {"start": at * _H, "arrived": at * _H, "cause": "arrival", "end": None} | _MAIL)
        for at in (8, 9, 10)
    ),
    # Two days later 15 of the hundred come again about their bill, five about something else.
    Stays(15, Kind.ENTRY, End.ADMITTED, _TWO_DAYS_ON, "billed"),
    _handled(15, End.ENDED, 60, 0, 0, True, None, "bill", **_TWO_DAYS_ON)._replace(same=True),
    Stays(5, Kind.ENTRY, End.ADMITTED, _TWO_DAYS_ON, "billed", first=16),
    _handled(5, End.ENDED, 60, 0, 0, True, None, "moving", **_TWO_DAYS_ON)._replace(same=True),
    # Offers, calls of ours, lines, surveys.
    Stays(585, Kind.OFFER, End.ACCEPTED, {"cause": "queue"}),
    Stays(12, Kind.OFFER, End.MISSED, {"cause": "queue"}),
    Stays(3, Kind.OFFER, End.DECLINED, {"cause": "queue"}),
    Stays(52, Kind.DIAL, End.REACHED, _OURS),
    Stays(28, Kind.DIAL, End.UNREACHED, _OURS),
    _handled(52, End.ENDED, 90, 0, 20, None, **_OURS),
    Stays(1, Kind.QUALITY, End.ENDED, {"mos": 440}),
    Stays(1, Kind.QUALITY, End.ENDED, {"mos": 410}),
    Stays(1, Kind.QUALITY, End.ENDED, {"mos": 290}),
    *(
        Stays(n, Kind.SURVEY, End.ANSWERED, {"score": score})
        for n, score in ((60, 5), (30, 4), (12, 3), (10, 2), (8, 1))
    ),
    Stays(80, Kind.SURVEY, None, {"end": None}),
)

_STATES = ((State.READY, 8, 60), (State.TALKING, 9, 90), (State.HOLD, 10.5, 15), (State.WRAPUP, 10.75, 15),
           (State.BREAK, 11, 15), (State.READY, 11.25, 60))  # fmt: skip
INTERVALS = [
    AgentInterval(
        "a",
        int(hour * _H),
        state,
        end=int(hour * _H) + minutes * _MIN,
        busy_since=9 * _H if state in BUSY else None,
    )
    for state, hour, minutes in _STATES
]
_DUTIES = ((Activity.WORK, 8, 10.5), (Activity.BREAK, 10.5, 10.75), (Activity.WORK, 10.75, 14),
           (Activity.TRAINING, 14, 15), (Activity.WORK, 15, 16))  # fmt: skip
PLANS = planned_times(
    PersonDay(
        "a",
        "1970-01-01",
        tuple(PlannedSpan(int(first * _H), int(last * _H), activity) for activity, first, last in _DUTIES),
        1,
        "UTC",
    ),
    None,
    [Excuse("e", "a", 12 * _H + 15 * _MIN, 16 * _H)],
)
"""Scheduled from eight to four. A customer keeps the agent from the break of half past ten, which is taken at eleven;
from a quarter past twelve the agent may go home."""
TRUNKS = [TrunkBusyTime("t", TEN, TEN + 12 * _MIN)]
LATER: list[LaterFact] = [
    *(EscalatedCase(TEN, TEN + 30 * _H) for _ in range(36)),
    *(EscalatedCase(TEN, TEN + 100 * _H) for _ in range(4)),
    *(EscalatedCase(TEN) for _ in range(10)),
    *(Complaint(TEN, n < 12) for n in range(600)),
    Evaluation(TEN, 85, 100, 1, False),
    Evaluation(TEN, 140, 200, 2, True),
    *(Opinion(TEN, recommends=n) for n in (10, 10, 9, 9, 9, 8, 8, 7, 6, 2)),
    *(Opinion(TEN, effort=n) for n in (2, 3, 1)),
]

EXPECTED: dict[str, Expected] = {
    "entry_offered": Expected(1000, 1000),
    "entry_blocked": Expected(300, 300),
    "entry_closed": Expected(25, 25),
    "entry_connect_rate": Expected(0.7, 700, 1000),
    "entry_busy_rate": Expected(0.3, 300, 1000),
    "requested_agent": Expected(627, 627),
    "transferred_in": Expected(5, 5),
    "put_back": Expected(3, 3),
    "put_back_lost": Expected(1, 1),
    "flow_out": Expected(9, 9),
    "answered": Expected(585, 585),
    "abandoned": Expected(40, 40),
    "abandon_rate": Expected(40 / 627, 40, 627),
    "answer_rate": Expected(585 / 627, 585, 627),
    "asa": Expected(10_775_000 / 585, 10_775_000, 585),
    "awt_abandon": Expected(45_450, 1_818_000, 40),
    "max_wait": Expected(120_000, 120_000, 625),
    "wait_p50": Expected(15_000, 15_000, 625),
    "wait_p90": Expected(40_000, 40_000, 625),
    "wait_p95": Expected(40_000, 40_000, 625),
    "redial_rate": Expected(0.4, 20, 50),
    "sl1": Expected(521 / 625, 521, 625),
    "sl2": Expected(505 / 585, 505, 585),
    "sl3": Expected(505 / 625, 505, 625),
    "sl4": Expected(505 / 609, 505, 609),
    "sl5": Expected(511 / 625, 511, 625),
    "sl6": Expected(505 / 619, 505, 619),
    "sl7": Expected(505 / 947, 505, 947),
    "handled": Expected(582, 582),
    "aht": Expected(133_110_000 / 582, 133_110_000, 582),
    "att": Expected(107_160_000 / 582, 107_160_000, 582),
    "aht_hold": Expected(6_750_000 / 582, 6_750_000, 582),
    "acw": Expected(19_200_000 / 582, 19_200_000, 582),
    "fcr": Expected(442 / 557, 442, 557),
    "transfer_rate": Expected(30 / 582, 30, 582),
    "hold_rate": Expected(125 / 582, 125, 582),
    "short_calls": Expected(10 / 582, 10, 582),
    "fcr_verified": Expected(0.85, 85, 100),
    "backoffice_close_rate": Expected(0.72, 36, 50),
    "backlog": Expected(3, 3),
    "backlog_age_p90": Expected(208 * _H, 208 * _H, 3),
    "cycle_time": Expected(8 * _H, 16 * _H, 2),
    "occupancy": Expected(0.5, 2 * _H, 4 * _H),
    "online_streak": Expected(3 * _H, 3 * _H),
    "missed_offer_rate": Expected(0.025, 15, 600),
    "utilisation": Expected(0.25, 2 * _H, 8 * _H),
    "adherence": Expected(465 / 480, 465 * _MIN, 8 * _H),
    "conformance": Expected(240 / 465, 4 * _H, 465 * _MIN),
    "shrinkage": Expected(0.5, 4 * _H, 8 * _H),
    "csat": Expected(0.85, 102, 120),
    "csat_top2": Expected(0.75, 90, 120),
    "response_rate": Expected(0.6, 120, 200),
    "complaint_rate": Expected(0.02, 12, 600),
    "nps": Expected(0.3, 3, 10),
    "ces": Expected(2, 6, 3),
    "quality_score": Expected(0.75, 225, 300),
    "critical_error_rate": Expected(2 / 3, 2, 3),
    "lost_in_flow": Expected(20, 20),
    "self_served": Expected(40, 40),
    "self_service_rate": Expected(0.04, 40, 1000),
    "voicemail_left": Expected(10, 10),
    "callback_asked": Expected(5, 5),
    "transferred_out": Expected(13, 13),
    "flow_time": Expected(22_200_000 / 700, 22_200_000, 700),
    "outbound_dialled": Expected(80, 80),
    "outbound_reached": Expected(52, 52),
    "outbound_connect_rate": Expected(0.65, 52, 80),
    "outbound_aht": Expected(110_000, 5_720_000, 52),
    "switch_lost": Expected(3, 3),
    "atb": Expected(720_000, 720_000),
    "mos": Expected(380, 1140, 3),
    "poor_quality_share": Expected(1 / 3, 1, 3),
}
PRESENT: dict[str, Names] = {
    "waiting": {
        "zh-Hans": "四人到达：一人已接起，三人还在等 → 3",
        "zh-Hant": "四人抵達：一人已接起，三人仍在等 → 3",
        "en": "four have come, one has been answered, three still wait → 3",
    },
    "longest_wait": {
        "zh-Hans": "现在 10:00:30，还在等的三人从 10:00:05、10:00:12、10:00:20 起 → 25 秒",
        "zh-Hant": "現在 10:00:30，仍在等的三人從 10:00:05、10:00:12、10:00:20 起 → 25 秒",
        "en": "it is 10:00:30; three wait since 10:00:05, 10:00:12 and 10:00:20 → 25 s",
    },
    "ewt": {
        "zh-Hans": "前面 3 人，最近每 20 秒接起一位 → 约 80 秒",
        "zh-Hant": "前面 3 人，最近每 20 秒接起一位 → 約 80 秒",
        "en": "three are ahead and one has lately been taken every 20 s → about 80 s",
    },
    "agents_by_state": {
        "zh-Hans": "十位坐席：五位会话、三位就绪、两位小休 → 会话 5、就绪 3、小休 2",
        "zh-Hant": "十位專員：五位對話、三位就緒、兩位小休 → 對話 5、就緒 3、小休 2",
        "en": "ten agents: five talk, three are ready, two on a break → talking 5, ready 3, break 2",
    },
}


class Facts(NamedTuple):
    segments: list[Segment]
    customers: dict[str, str]  # contact → customer


def facts(stays: Sequence[Stays] = STAYS) -> Facts:
    """The example day's stays as facts."""
    segments: list[Segment] = []
    customers: dict[str, str] = {}
    numbers = count(1)
    contacts: list[str] = []
    for one in stays:
        told: dict[str, Any] = {"start": TEN, "arrived": TEN, "channel": Channel.VOICE, "end": TEN} | one.fields
        told |= {"client": "acme", "entry": "400", "queue": "q", "outcome": one.outcome}
        if not one.same:
            contacts = [f"x{next(numbers)}" for _ in range(one.number)]
        for nth, contact in enumerate(contacts):
            if one.customers is not None:
                customers[contact] = f"{one.customers} {one.first + nth}"
            segments.append(Segment(contact, 2 if one.same else 1, one.kind, **told))
    return Facts(segments, customers)


def said(definition: Definition) -> Names:
    """The example in words: `505 ÷ 625 = 80.80 %`."""
    if definition.id in PRESENT:
        return PRESENT[definition.id]
    return {"zh-Hans": _said(definition, " 秒"), "zh-Hant": _said(definition, " 秒"), "en": _said(definition, " s")}


def _said(definition: Definition, seconds: str) -> str:
    found = EXPECTED[definition.id]
    top, bottom = _amount(found.numerator), _amount(found.denominator)
    if definition.unit is Unit.MS:
        value, top = _amount(found.value / 1000) + seconds, _amount(found.numerator / 1000) + seconds
    elif definition.unit is Unit.RATIO:
        value = f"{found.value * 100:.2f} %"
        if definition.attribution == "time":
            top, bottom = _amount(found.numerator / 1000) + seconds, _amount(found.denominator / 1000) + seconds
    elif definition.unit is Unit.MOS:
        value, top = f"{found.value / 100:.2f}", f"{found.numerator / 100:.2f}"
    else:
        value = _amount(found.value)
    return f"{top} ÷ {bottom} = {value}" if definition.how is How.RATIO else value


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
