"""Today's figures, kept in step with the ledger: the same sums as the catalogue, one event at a time.

Each event gives the facts that changed (`contacts.facts`); a changed fact's old share is taken out of the sums and
its new one put in, so whatever a fact may become, the sums are those of the facts as they are. Nothing is scanned:
an event costs the few rows it touches, a read costs the figures it gives. "Today" is the site's local day; at
midnight the sums begin anew while open stays go on, each belonging to the day in which it arrived.
"""

from typing import NamedTuple, TypedDict

import msgspec
from msgspec import Struct, field

from jietong.contacts.facts import Facts, FactsState, IntervalChange, TrunkChange
from jietong.contacts.model import AgentInterval, Kind, Segment, TrunkBusyTime
from jietong.contacts.stays import SegmentChange
from jietong.core import events as e
from jietong.core.days import HALF_HOUR, Span, half_hour, local_day
from jietong.core.vocabulary import DEFERRED, Direction, Ms
from jietong.metrics import measures as m
from jietong.metrics.definition import PLAIN, Count
from jietong.metrics.trend import Trend


class Ratio(TypedDict):
    num: int
    den: int


class QueueFigures(TypedDict):
    """`QueueFigures` of web/src/live/types.ts."""

    entry_offered: int
    offered: int
    transferred_in: int
    put_back: int
    answered: int
    abandoned: int
    refused: int
    closed: int
    sl3: Ratio
    sl7: Ratio
    asa: Ratio
    aht: Ratio
    abandon_rate: Ratio
    max_wait: Ms | None
    csat: Ratio


class CallFigures(TypedDict):
    """What flows and telephony add: of the site, or of one queue as far as the queue is known."""

    entry_blocked: int
    lost_in_flow: int
    self_served: int
    voicemail_left: int
    transferred_out: int
    switch_lost: int
    flow_time: Ratio  # ms
    outbound_dialled: int
    outbound_reached: int
    outbound_aht: Ratio  # ms
    mos: Ratio  # hundredths of a point
    poor_quality_share: Ratio


class EntryFigures(TypedDict):
    """Access by one entry: a number, a page."""

    entry_offered: int
    entry_closed: int
    entry_connect_rate: Ratio
    entry_busy_rate: Ratio
    lost_in_flow: int
    self_served: int
    voicemail_left: int
    transferred_out: int
    switch_lost: int
    flow_time: Ratio  # ms
    offered: int
    answered: int
    abandoned: int
    sl3: Ratio
    sl7: Ratio
    abandon_rate: Ratio
    asa: Ratio  # ms


class TrunkFigures(TypedDict):
    atb_ms: Ms  # today, with all channels taken, up to now
    busy: bool  # now


class HalfHour(TypedDict):
    start: Ms
    sl3: Ratio
    sl7: Ratio


class AgentFigures(TypedDict):
    """`AgentView.today` of web/src/live/types.ts."""

    handled: int
    aht: Ratio
    occupancy: Ratio
    missed_offer_rate: Ratio
    csat: Ratio
    fcr: Ratio
    outbound_dialled: int
    outbound_reached: int


_SUMS: tuple[tuple[str, Count], ...] = (
    ("entry_offered", m.entry_offered),
    ("entry_refused", m.entry_refused),
    ("entry_blocked", m.entry_blocked),
    ("entry_lost", m.entry_lost),
    ("entry_admitted", m.entry_admitted),
    ("lost_in_flow", m.lost_in_flow),
    ("self_served", m.self_served),
    ("voicemail_left", m.voicemail_left),
    ("transferred_out", m.flow_transferred_out),
    ("transferred_out", m.handed_outside),
    ("not_reached_by_fault", m.flow_switch_lost),
    ("not_reached_by_fault", m.waiting_switch_lost),
    ("switch_lost", m.flow_switch_lost),
    ("switch_lost", m.waiting_switch_lost),
    *(("switch_lost", count) for count in m.talking_switch_lost),
    ("flow_stays", m.flow_stays),
    ("flow_time", m.flow_time),
    ("outbound_dialled", m.outbound_dialled),
    ("outbound_reached", m.outbound_reached),
    ("outbound_handled", m.outbound_handled),
    ("outbound_handle_time", m.outbound_handle_time),
    ("lines_measured", m.lines_measured),
    ("lines_mos", m.lines_mos),
    ("lines_poor", m.lines_poor),
    ("requested", m.requested),
    ("transferred_in", m.transferred_in),
    ("put_back", m.put_back),
    ("answered", m.answered),
    ("abandoned", m.abandoned),
    ("answered_within", m.answered_within),
    ("answered_wait", m.answered_wait),
    ("handled", m.handled),
    ("handle_time", m.handle_time),
    ("closed_out", m.closed_out),
    ("solved", m.solved),
    ("offers", m.offers),
    ("offers_not_taken", m.offers_not_taken),
    ("answers", m.answers),
    ("answers_top3", m.answers_top3),
)
_FROM_THE_START = (m.entry_offered, m.entry_admitted, m.requested, m.transferred_in, m.put_back)


class _Kept(NamedTuple):
    """A sum that is kept. `early`: a stay counts in it from its beginning, else when it has ended."""

    name: str
    total: Count
    early: bool

    def share(self, row: Segment) -> int:
        return self.total.of(row, PLAIN) if self.early or row.end is not None else 0


_BY_KIND: dict[Kind, tuple[_Kept, ...]] = {
    kind: tuple(_Kept(name, count, count in _FROM_THE_START) for name, count in _SUMS if count.kind is kind)
    for kind in Kind
}
_OPENING = {kind: tuple(one for one in sums if one.early) for kind, sums in _BY_KIND.items()}
_ACCESS = ("entry_blocked", "entry_lost", "lost_in_flow", "not_reached_by_fault")
"""Who tried to reach us and never came to wait for anybody, or lost the wait to a fault of ours."""
_HALF_HOURLY = frozenset({"answered", "abandoned", "answered_within", *_ACCESS})
_BY_AGENT = frozenset({Kind.HANDLING, Kind.OFFER, Kind.SURVEY, Kind.DIAL})
_BY_ENTRY = frozenset({Kind.ENTRY, Kind.FLOW, Kind.QUEUE, Kind.HANDLING, Kind.TALK, Kind.HOLD, Kind.DIAL})
_MAX = "max_wait"

Sums = dict[str, int]


class AgentDay(Struct):
    """An agent's time today in closed intervals, and the open one."""

    busy_ms: Ms = 0
    counted_ms: Ms = 0  # busy or ready
    open: AgentInterval | None = None


class TrunkDay(Struct):
    """How long a trunk was full today in closed stretches, and the open one."""

    busy_ms: Ms = 0
    open: TrunkBusyTime | None = None


class LiveState(Struct):
    zone: str = "Asia/Shanghai"
    day: Span = Span(0, 0)
    site: Sums = field(default_factory=dict)
    queues: dict[str, Sums] = field(default_factory=dict)
    agents: dict[str, Sums] = field(default_factory=dict)
    entries: dict[str, Sums] = field(default_factory=dict)
    trunks: dict[str, TrunkDay] = field(default_factory=dict)
    half_hours: dict[int, Sums] = field(default_factory=dict)
    times: dict[str, AgentDay] = field(default_factory=dict)
    trends: dict[str, Trend] = field(default_factory=dict)
    dialled: dict[str, None] = field(default_factory=dict)  # call-backs out of the line: in a dial or between two
    facts: FactsState = field(default_factory=FactsState)


class LiveFigures:
    """A `core.inbox.Follower`: apply every committed event, in order; read at any time."""

    name = "live_figures"

    def __init__(self) -> None:
        self._state = LiveState()
        self._facts = Facts(self._state.facts)

    # --- follower --------------------------------------------------------------------------------------------

    def apply(self, event: e.AnyEvent) -> None:
        state = self._state
        if event.at >= state.day.end:
            self._begin_day(event.at)
        if isinstance(event, e.SiteConfigured) and event.spec.zone != state.zone:
            self._change_zone(event.spec.zone, event.at)
        for change in self._facts.apply(event):
            if isinstance(change, SegmentChange):
                self._segment(change, event.at)
            elif isinstance(change, TrunkChange):
                self._trunk(change)
            else:
                self._interval(change)

    def dump(self) -> bytes:
        self._facts.trim()
        return msgspec.msgpack.encode(self._state)

    def load(self, data: bytes | None) -> None:
        """None: start from nothing. Raises `msgspec.ValidationError` when `data` is not a dump of this version."""
        self._state = LiveState() if data is None else msgspec.msgpack.decode(data, type=LiveState)
        self._facts = Facts(self._state.facts)

    # --- reads -----------------------------------------------------------------------------------------------

    def day(self, now: Ms) -> Span:
        """The local day the figures at `now` are of."""
        return self._state.day if now in self._state.day else local_day(now, self._state.zone)

    def queue(self, queue: str, now: Ms) -> QueueFigures:
        """Today's figures of one queue; of an unknown queue, those of nothing."""
        return _figures(self._state.queues.get(queue, {}) if now < self._state.day.end else {})

    def site(self, now: Ms) -> QueueFigures:
        return _figures(self._state.site if now < self._state.day.end else {})

    def calls(self, now: Ms, queue: str | None = None) -> CallFigures:
        """Today's figures of flows and telephony, of the site or of one queue: in a flow it is not known yet."""
        state = self._state
        sums = state.site if queue is None else state.queues.get(queue, {})
        return _calls(sums if now < state.day.end else {})

    def entries(self, now: Ms) -> dict[str, EntryFigures]:
        """Today's access by entry, for each entry that somebody came in by today."""
        kept = self._state.entries if now < self._state.day.end else {}
        return {entry: _entry(sums) for entry, sums in kept.items()}

    def entry(self, entry: str, now: Ms) -> EntryFigures:
        return _entry(self._state.entries.get(entry, {}) if now < self._state.day.end else {})

    def trunks(self, now: Ms) -> dict[str, TrunkFigures]:
        """Each trunk that was ever full: for how long today, and whether it is."""
        return {trunk: self.trunk(trunk, now) for trunk in self._state.trunks}

    def trunk(self, trunk: str, now: Ms) -> TrunkFigures:
        time = self._state.trunks.get(trunk) or TrunkDay()
        busy = time.busy_ms if now < self._state.day.end else 0
        if time.open is not None:
            day = self.day(now)
            busy += m.trunks_busy.of(time.open, day.start, min(now, day.end))
        return {"atb_ms": busy, "busy": time.open is not None}

    def half_hours(self, now: Ms) -> list[HalfHour]:
        """The half-hours of today so far, the running one included, oldest first; empty ones have 0 ÷ 0."""
        day = self.day(now)
        kept = self._state.half_hours if now < self._state.day.end else {}
        out: list[HalfHour] = []
        for i in range(half_hour(now, day) + 1):
            s = kept.get(i, {})
            out.append({"start": day.start + i * HALF_HOUR, "sl3": _sl3(s), "sl7": _sl7(s)})
        return out

    def trend(self, queue: str, now: Ms) -> list[int]:
        """How many waited in the queue at each full five minutes of the last two hours, oldest first: live contacts,
        call-backs until they are dialled."""
        trend = self._state.trends.get(queue)
        return trend.points(now) if trend is not None else Trend().points(now)

    def waiting(self, queue: str) -> int:
        """How many wait now: the engine's own figure."""
        trend = self._state.trends.get(queue)
        return trend.waiting if trend is not None else 0

    def agent(self, agent: str, now: Ms) -> AgentFigures:
        day = self.day(now)
        today = now < self._state.day.end
        s = self._state.agents.get(agent, {}) if today else {}
        return {
            "handled": s.get("handled", 0),
            "aht": _ratio(s, "handle_time", "handled"),
            "occupancy": self._occupancy(agent, now, day, today),
            "missed_offer_rate": _ratio(s, "offers_not_taken", "offers"),
            "csat": _ratio(s, "answers_top3", "answers"),
            "fcr": _ratio(s, "solved", "closed_out"),
            "outbound_dialled": s.get("outbound_dialled", 0),
            "outbound_reached": s.get("outbound_reached", 0),
        }

    # --- inside ----------------------------------------------------------------------------------------------

    def _occupancy(self, agent: str, now: Ms, day: Span, today: bool) -> Ratio:
        time = self._state.times.get(agent)
        if time is None:
            return {"num": 0, "den": 0}
        busy, counted = (time.busy_ms, time.counted_ms) if today else (0, 0)
        if time.open is not None:
            busy += m.busy_time.of(time.open, day.start, min(now, day.end))
            counted += m.occupied_or_ready.of(time.open, day.start, min(now, day.end))
        return {"num": busy, "den": counted}

    def _begin_day(self, at: Ms) -> None:
        state = self._state
        state.day = local_day(at, state.zone)
        state.site = {}
        state.queues = {}
        state.agents = {}
        state.half_hours = {}
        state.entries = {}
        for time in state.times.values():
            time.busy_ms = time.counted_ms = 0
        for trunk in state.trunks.values():
            trunk.busy_ms = 0

    def _change_zone(self, zone: str, at: Ms) -> None:
        """A day that has figures already lasts until the new zone's next midnight, so that none is cut in two."""
        state = self._state
        state.zone = zone
        day = local_day(at, zone)
        untouched = not state.site and not state.times and not state.trunks
        state.day = day if untouched else Span(state.day.start, day.end)

    def _interval(self, change: IntervalChange) -> None:
        state = self._state
        time = state.times.get(change.new.agent)
        if time is None:
            time = state.times[change.new.agent] = AgentDay()
        if change.new.end is not None:
            time.busy_ms += m.busy_time.of(change.new, *state.day)
            time.counted_ms += m.occupied_or_ready.of(change.new, *state.day)
            time.open = None
        else:
            time.open = change.new

    def _trunk(self, change: TrunkChange) -> None:
        time = self._state.trunks.setdefault(change.new.trunk, TrunkDay())
        if change.new.end is not None:
            time.busy_ms += m.trunks_busy.of(change.new, *self._state.day)
            time.open = None
        else:
            time.open = change.new

    def _segment(self, change: SegmentChange, at: Ms) -> None:
        old, new = change
        if new.queue is not None and new.channel not in DEFERRED:
            if new.kind is Kind.QUEUE:
                self._line(new.queue, change, at)
            elif new.kind is Kind.DIAL and old is None and new.direction is Direction.INBOUND:
                self._dialled(new, new.queue, at)
        sums_of = _OPENING[new.kind] if old is None and new.end is None else _BY_KIND[new.kind]
        if not sums_of or new.arrived not in self._state.day:
            return
        if old is not None and old.queue != new.queue:  # an entry's queue is known at its end
            self._add(old, [(one.name, -one.share(old)) for one in sums_of])
            old = None
        if old is None:
            self._add(new, [(one.name, one.share(new)) for one in sums_of])
        else:
            self._add(new, [(one.name, one.share(new) - one.share(old)) for one in sums_of])
        if new.kind is Kind.QUEUE and m.left_wait.holds(new, PLAIN):
            wait = new.wait_ms or 0
            for sums in self._places(new):
                sums[_MAX] = max(sums.get(_MAX, 0), wait)

    def _dialled(self, row: Segment, queue: str, at: Ms) -> None:
        """A call-back leaves the line with its first attempt."""
        if row.contact not in self._state.dialled:
            self._state.dialled[row.contact] = None
            self._wait(queue, at, -1)

    def _line(self, queue: str, change: SegmentChange, at: Ms) -> None:
        """A queue stay begins or ends. One that was dialled has left the line before it ends."""
        old, new = change
        if old is None:
            self._wait(queue, at, 1)
        if new.end is not None and (old is None or old.end is None):
            if new.contact in self._state.dialled:
                del self._state.dialled[new.contact]
            else:
                self._wait(queue, at, -1)

    def _add(self, row: Segment, grown: list[tuple[str, int]]) -> None:
        grown = [one for one in grown if one[1]]
        if not grown:
            return
        places = self._places(row)
        for name, by in grown:
            for sums in places:
                sums[name] = sums.get(name, 0) + by
            if name in _HALF_HOURLY:
                i = half_hour(row.arrived, self._state.day)
                sums = self._state.half_hours.setdefault(i, {})
                sums[name] = sums.get(name, 0) + by

    def _places(self, row: Segment) -> list[Sums]:
        state = self._state
        places = [state.site]
        if row.queue is not None:
            places.append(state.queues.setdefault(row.queue, {}))
        if row.agent is not None and row.kind in _BY_AGENT:
            places.append(state.agents.setdefault(row.agent, {}))
        if row.direction is Direction.INBOUND and row.kind in _BY_ENTRY:
            places.append(state.entries.setdefault(row.entry, {}))
        return places

    def _wait(self, queue: str, at: Ms, by: int) -> None:
        trend = self._state.trends.get(queue)
        if trend is None:
            trend = self._state.trends[queue] = Trend()
        trend.change(at, by)


def _ratio(sums: Sums, num: str, den: str) -> Ratio:
    return {"num": sums.get(num, 0), "den": sums.get(den, 0)}


def _sl3(s: Sums) -> Ratio:
    return {"num": s.get("answered_within", 0), "den": s.get("answered", 0) + s.get("abandoned", 0)}


def _sl7(s: Sums) -> Ratio:
    den = s.get("answered", 0) + s.get("abandoned", 0) + sum(s.get(name, 0) for name in _ACCESS)
    return {"num": s.get("answered_within", 0), "den": den}


def _figures(s: Sums) -> QueueFigures:
    return {
        "entry_offered": s.get("entry_offered", 0),
        "offered": s.get("requested", 0),
        "transferred_in": s.get("transferred_in", 0),
        "put_back": s.get("put_back", 0),
        "answered": s.get("answered", 0),
        "abandoned": s.get("abandoned", 0),
        "refused": s.get("entry_refused", 0),
        "closed": s.get("entry_refused", 0) - s.get("entry_blocked", 0),  # blocked or closed, less the blocked
        "sl3": _sl3(s),
        "sl7": _sl7(s),
        "asa": _ratio(s, "answered_wait", "answered"),
        "aht": _ratio(s, "handle_time", "handled"),
        "abandon_rate": _ratio(s, "abandoned", "requested"),
        "max_wait": s.get(_MAX),
        "csat": _ratio(s, "answers_top3", "answers"),
    }


def _calls(s: Sums) -> CallFigures:
    return {
        "entry_blocked": s.get("entry_blocked", 0),
        "lost_in_flow": s.get("lost_in_flow", 0),
        "self_served": s.get("self_served", 0),
        "voicemail_left": s.get("voicemail_left", 0),
        "transferred_out": s.get("transferred_out", 0),
        "switch_lost": s.get("switch_lost", 0),
        "flow_time": _ratio(s, "flow_time", "flow_stays"),
        "outbound_dialled": s.get("outbound_dialled", 0),
        "outbound_reached": s.get("outbound_reached", 0),
        "outbound_aht": _ratio(s, "outbound_handle_time", "outbound_handled"),
        "mos": _ratio(s, "lines_mos", "lines_measured"),
        "poor_quality_share": _ratio(s, "lines_poor", "lines_measured"),
    }


def _entry(s: Sums) -> EntryFigures:
    offered = s.get("entry_offered", 0)
    busy = s.get("entry_blocked", 0) + s.get("entry_lost", 0)
    return {
        "entry_offered": offered,
        "entry_closed": s.get("entry_refused", 0) - s.get("entry_blocked", 0),
        "entry_connect_rate": _ratio(s, "entry_admitted", "entry_offered"),
        "entry_busy_rate": {"num": busy, "den": offered},
        "lost_in_flow": s.get("lost_in_flow", 0),
        "self_served": s.get("self_served", 0),
        "voicemail_left": s.get("voicemail_left", 0),
        "transferred_out": s.get("transferred_out", 0),
        "switch_lost": s.get("switch_lost", 0),
        "flow_time": _ratio(s, "flow_time", "flow_stays"),
        "offered": s.get("requested", 0),
        "answered": s.get("answered", 0),
        "abandoned": s.get("abandoned", 0),
        "sl3": _sl3(s),
        "sl7": _sl7(s),
        "abandon_rate": _ratio(s, "abandoned", "requested"),
        "asa": _ratio(s, "answered_wait", "answered"),
    }
