"""What a supervisor should look at, worst first: read off the state of the centre, acknowledged by command.

An alarm's id names its cause and its beginning, so the same trouble is the same alarm for everybody and after every
restart, and trouble that comes back is a new one. A queue's alarm begins with whoever has waited longest; when they
have left, it is about the next one, and seen all the same if that one was waiting already when it was acknowledged.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct, field

from jietong.core.events import AlarmAcknowledged, AnyEvent, BreakDue, RecordingMissing, RecordingStored
from jietong.core.vocabulary import Ms, Place, State
from jietong.live.views import QueueView
from jietong.routing.engine import Engine

Level: TypeAlias = Literal["act", "look", "plain"]
Code: TypeAlias = Literal[
    "wait_over_limit",
    "nobody_ready",
    "not_responding",
    "talk_over_limit",
    "service_level_low",
    "break_due",
    "database_gone",
    "recording_missing",
    "contract_turned_away",
    "contract_at_risk",
    "contract_unreachable",
    "report_late",
    "late_to_shift",
    "out_of_adherence",
    "no_cover",
    "occupancy_high",
    "gap_ahead",
]
_OF_THE_LONGEST: frozenset[Code] = frozenset({"wait_over_limit", "nobody_ready"})
_RANK: dict[Level, int] = {"act": 0, "look": 1, "plain": 2}
ENOUGH_FOR_A_LEVEL = 10
"""Contacts before a day's service level counts as low: the first abandon of the morning is no trend."""
KEEP_ACKNOWLEDGED_MS: Ms = 24 * 3_600_000


class Alarm(Struct, frozen=True):
    id: str
    code: Code
    level: Level
    queue: str | None
    agent: str | None
    contact: str | None
    since: Ms
    params: dict[str, str | int | float]
    acknowledged_by: str | None
    acknowledged_name: str | None = None


class Acknowledged(NamedTuple):
    by: str
    at: Ms
    name: str = ""


class Unrecorded(Struct):
    """Recordings that are missing for one reason, until somebody has seen it; later ones are a new alarm."""

    since: Ms
    why: str
    contacts: dict[str, str] = field(default_factory=dict)  # recording (or contact) → contact
    seen: bool = False

    @property
    def alarm(self) -> str:
        return f"recording_missing:{self.why}:{self.since}"


class BookState(Struct):
    seen: dict[str, Acknowledged] = field(default_factory=dict)
    break_due: dict[str, Ms] = field(default_factory=dict)  # agent → when it fell due
    unrecorded: list[Unrecorded] = field(default_factory=list)


class AlarmBook:
    """Who has seen which alarm, and when breaks fell due: a `core.inbox.Follower`, so that a restart forgets none."""

    name = "alarm_book"

    def __init__(self) -> None:
        self._state = BookState()

    def apply(self, event: AnyEvent) -> None:
        if isinstance(event, AlarmAcknowledged):
            seen = self._state.seen
            seen[event.alarm] = Acknowledged(event.by, event.at, event.name)
            for old in [id for id, one in seen.items() if one.at < event.at - KEEP_ACKNOWLEDGED_MS]:
                del seen[old]
            for one in self._state.unrecorded:
                one.seen = one.seen or one.alarm == event.alarm
        elif isinstance(event, BreakDue):
            self._state.break_due[event.agent] = event.at
        elif isinstance(event, RecordingMissing):
            self._unrecorded(event)
        elif isinstance(event, RecordingStored) and self._state.unrecorded:
            self._recorded_after_all(event.recording)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, data: bytes | None) -> None:
        """Raises `msgspec.ValidationError` when `data` is not a dump of this version."""
        self._state = BookState() if data is None else msgspec.msgpack.decode(data, type=BookState)

    def seen(self, alarm: str) -> Acknowledged | None:
        return self._state.seen.get(alarm)

    def seen_since(self, alarm: str, since: Ms) -> Acknowledged | None:
        """The latest acknowledgement of the same cause, whatever its beginning, that is not older than `since`."""
        cause = _cause(alarm)
        found = [one for id, one in self._state.seen.items() if one.at >= since and _cause(id) == cause]
        return max(found, key=lambda one: one.at, default=None)

    def unrecorded(self) -> list[Unrecorded]:
        return self._state.unrecorded

    def _unrecorded(self, event: RecordingMissing) -> None:
        """What nobody has seen stays for ever; what was seen goes with the next after a day."""
        state = self._state
        state.unrecorded = [
            one for one in state.unrecorded if not one.seen or one.since > event.at - KEEP_ACKNOWLEDGED_MS
        ]
        found = next((one for one in state.unrecorded if one.why == event.why and not one.seen), None)
        if found is None:
            found = Unrecorded(event.at, event.why)
            state.unrecorded.append(found)
        found.contacts[event.recording or event.contact] = event.contact

    def _recorded_after_all(self, recording: str) -> None:
        for one in self._state.unrecorded:
            one.contacts.pop(recording, None)
        self._state.unrecorded = [one for one in self._state.unrecorded if one.contacts]

    def break_due_since(self, agent: str) -> Ms | None:
        return self._state.break_due.get(agent)


def alarms(
    engine: Engine,
    queues: Mapping[str, QueueView],
    book: AlarmBook,
    now: Ms,
    day: Ms,
    gone_since: Ms | None,
    more: Iterable[Alarm] = (),
) -> dict[str, Alarm]:
    """All alarms at `now`, worst first: to act on, then to look at; within a level the oldest first.

    `day` is when the figures' day began; `gone_since` since when the database has been away, None: it is there;
    `more`: what others raise (service-level contracts).
    """
    found: list[Alarm] = []
    if gone_since is not None:
        found.append(_alarm("database_gone", "act", gone_since))
    for one in book.unrecorded():
        contact = next(iter(one.contacts.values())) if len(one.contacts) == 1 else None
        params: dict[str, str | int | float] = {"n": len(one.contacts), "why": one.why}
        found.append(Alarm(one.alarm, "recording_missing", "act", None, None, contact, one.since, params, None))
    for queue in queues.values():
        found += _of_queue(engine, queue, now, day)
    found += _of_agents(engine, queues, book, now)
    found += more
    marked = (_marked(alarm, queues, book) for alarm in found)
    return {alarm.id: alarm for alarm in sorted(marked, key=worst_first)}


def _marked(alarm: Alarm, queues: Mapping[str, QueueView], book: AlarmBook) -> Alarm:
    """With who has seen it."""
    seen = book.seen(alarm.id)
    if seen is None and alarm.code in _OF_THE_LONGEST and alarm.queue is not None:
        waiting_since = queues[alarm.queue].longest_since
        seen = None if waiting_since is None else book.seen_since(alarm.id, waiting_since)
    if seen is None:
        return alarm
    return msgspec.structs.replace(alarm, acknowledged_by=seen.by, acknowledged_name=seen.name or None)


def worst_first(alarm: Alarm) -> tuple[bool, int, Ms, str]:
    return alarm.acknowledged_by is not None, _RANK[alarm.level], alarm.since, alarm.id


def _of_queue(engine: Engine, queue: QueueView, now: Ms, day: Ms) -> Iterable[Alarm]:
    since = queue.longest_since
    if since is not None and now - since > queue.alarm_wait_s * 1000:
        over = since + queue.alarm_wait_s * 1000
        params: dict[str, str | int | float] = {"waiting": queue.waiting, "limit_s": queue.alarm_wait_s}
        yield _alarm("wait_over_limit", "act", over, queue=queue.id, params=params)
    # Somebody is being asked to take whoever is on offer: that nobody is ready concerns those in line.
    if since is not None and engine.in_line(queue.id) and not queue.ready:
        busy = queue.talking or queue.wrapup or engine.agents_of(queue.id)[State.OFFERED]
        if not busy:
            yield _alarm("nobody_ready", "act", since, queue=queue.id, params={"waiting": queue.waiting})
        elif now - since > queue.service_level_s * 1000:
            yield _alarm("nobody_ready", "look", since, queue=queue.id, params={"waiting": queue.waiting})
    level = queue.today["sl3"]
    if level["den"] >= ENOUGH_FOR_A_LEVEL and level["num"] < queue.service_level_target * level["den"]:
        params = {"num": level["num"], "den": level["den"], "target": queue.service_level_target}
        # One such alarm a day: the figure is the day's.
        yield _alarm("service_level_low", "look", day, queue=queue.id, params=params)


def _of_agents(engine: Engine, queues: Mapping[str, QueueView], book: AlarmBook, now: Ms) -> Iterable[Alarm]:
    for agent in engine.agents.values():
        if agent.state is State.OFF:
            continue
        if agent.state is State.MISSED:
            yield _alarm("not_responding", "act", agent.since, agent=agent.id, params={"name": agent.spec.name})
        if agent.break_due and engine.break_due(agent.id, now):
            since = book.break_due_since(agent.id) or agent.since
            yield _alarm("break_due", "look", since, agent=agent.id, params={"name": agent.spec.name})
        for id in agent.contacts:
            contact = engine.contacts.get(id)
            if contact is None or contact.place not in (Place.TALK, Place.HOLD) or contact.talk_since is None:
                continue
            queue = queues.get(contact.last_queue or contact.queue or "")
            if queue is not None and now - contact.talk_since > queue.alarm_talk_s * 1000:
                over = contact.talk_since + queue.alarm_talk_s * 1000
                params: dict[str, str | int | float] = {"name": agent.spec.name, "limit_s": queue.alarm_talk_s}
                yield _alarm(
                    "talk_over_limit", "look", over, queue=queue.id, agent=agent.id, contact=id, params=params
                )


def _alarm(
    code: Code,
    level: Level,
    since: Ms,
    *,
    queue: str | None = None,
    agent: str | None = None,
    contact: str | None = None,
    params: dict[str, str | int | float] | None = None,
) -> Alarm:
    about = contact or agent or queue or "site"
    return Alarm(f"{code}:{about}:{since}", code, level, queue, agent, contact, since, params or {}, None)


def _cause(id: str) -> str:
    """An alarm's id without its beginning."""
    return id.rpartition(":")[0]
