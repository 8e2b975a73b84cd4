"""A queue as the engine holds it, and the groups of agents who may serve it."""

from heapq import heappop, heappush

from jietong.core.specs import ExpandStep, QueueSpec, SkillNeed
from jietong.core.vocabulary import Channel, Ms, Place, Selection, State
from jietong.routing.lines import KIND, KINDS, LATER, Line, place_in_order
from jietong.routing.model import ContactState, QueueFacts
from jietong.routing.seats import Lane


class Group:
    """All agents who meet one requirement; queues that ask for the same share it."""

    __slots__ = ("full_timers", "inviting", "lanes", "members", "queues", "requires", "standby", "states")

    def __init__(self, requires: tuple[SkillNeed, ...], standby: Lane) -> None:
        self.requires = requires
        self.members: set[int] = set()
        self.states: dict[State, int] = dict.fromkeys(State, 0)
        self.full_timers: dict[State, int] = dict.fromkeys(State, 0)
        self.lanes: dict[tuple[int, Selection], Lane] = {}  # (VOICE or TEXT, selection)
        self.standby = standby  # part-timers who may be invited
        self.inviting: list[QueueState] = []  # of which this is the own group, with a rule for part-timers
        self.queues: dict[str, int] = {}  # queue → the ring at which this group serves it

    def count(self, state: State, by: int, part_time: bool) -> None:
        self.states[state] += by
        if not part_time:
            self.full_timers[state] += by


class QueueState:
    """One queue: its set-up, its lines, and the figures that grow with each event."""

    __slots__ = (
        "drawn",
        "facts",
        "held",
        "id",
        "in_line",
        "invited",
        "later",
        "lines",
        "offered",
        "oldest",
        "rings",
        "watch_at",
    )

    def __init__(self, facts: QueueFacts) -> None:
        self.id = facts.spec.id
        self.facts = facts
        self.rings: list[Group] = []  # ring 0: the queue's own; then one per expand step
        self.lines: list[list[Line]] = [[Line()] for _ in KINDS]  # kind → ring → line
        self.held: list[Line] = [Line() for _ in KINDS]  # those who wait for one agent
        self.in_line = 0  # live contacts in the lines
        self.offered: dict[str, ContactState] = {}  # live contacts out of the lines that an agent is asked to take
        self.later = 0  # those that nobody waits for
        self.oldest: list[tuple[Ms, str]] = []  # starts of live waits; stale ones are dropped on reading
        self.drawn: dict[str, None] = {}  # part-timers who joined for this queue
        self.invited = 0  # open invitations
        self.watch_at: Ms | None = None  # the pending look at the longest wait, for invitations

    @property
    def spec(self) -> QueueSpec:
        return self.facts.spec

    @property
    def waiting(self) -> int:
        """Live contacts that wait: in line, or on offer to somebody who has not answered yet."""
        return self.in_line + len(self.offered)

    def takes(self, channel: Channel) -> bool:
        """Its channels, and whatever is left for later: a message or voicemail may be left at any queue."""
        return channel in self.facts.spec.channels or channel in (Channel.MESSAGE, Channel.VOICEMAIL)

    def ring_requirements(self) -> list[tuple[SkillNeed, ...]]:
        return [self.spec.requires] + [step.requires for step in self.spec.steps if isinstance(step, ExpandStep)]

    def ring_for(self, index: int) -> int:
        """The first ring at which the agent serves this queue, or -1."""
        for ring, group in enumerate(self.rings):
            if index in group.members:
                return ring
        return -1

    def add(self, contact: ContactState, at: Ms) -> int:
        """Into the line it belongs to; returns its place in order."""
        entry = place_in_order(contact, self.facts.spec)
        kind = KIND[contact.channel]
        self._line(contact, kind).add(entry)
        if kind == LATER:
            self.later += 1
            return entry
        if not self.in_line:
            self.facts.busy_from = at
        self.in_line += 1
        heappush(self.oldest, (contact.waiting_since or 0, contact.id))
        return entry

    def remove(self, contact: ContactState, at: Ms, departed: bool, offered: bool = False) -> int:
        """Out of its line. `departed`: offered or given up, which is what the estimated wait is made of. `offered`:
        it goes on waiting, for the answer of the agent it is offered to."""
        entry = place_in_order(contact, self.facts.spec)
        kind = KIND[contact.channel]
        self._line(contact, kind).remove(entry)
        if kind == LATER:
            self.later -= 1
            return entry
        self.in_line -= 1
        if offered:
            self.offered[contact.id] = contact
        facts = self.facts
        if departed and facts.busy_from is not None and at > facts.busy_from:
            gap = at - max(facts.busy_from, facts.last_departure or 0)
            facts.gap_ms = float(gap) if not facts.gaps else facts.gap_ms + (gap - facts.gap_ms) / 8
            facts.gaps += 1
        if departed:
            facts.last_departure = at
        if not self.in_line:
            facts.busy_from = None
        if not self.waiting:
            self.oldest.clear()
        return entry

    def put_on_offer(self, contact: ContactState) -> None:
        """One that was on offer when the state was saved."""
        if KIND[contact.channel] != LATER:
            self.offered[contact.id] = contact
            heappush(self.oldest, (contact.waiting_since or 0, contact.id))

    def rebuild_oldest(self, contacts: list[ContactState]) -> None:
        """Without the stale: for a line that has long not been empty. `contacts` are those in line."""
        live = [x for x in contacts if KIND[x.channel] != LATER]
        self.oldest = sorted((x.waiting_since or 0, x.id) for x in (*live, *self.offered.values()))

    def handled(self, ms: Ms) -> None:
        """One contact done: its talk, hold and wrap-up, smoothed with weight 1/8."""
        facts = self.facts
        facts.handle_ms = float(ms) if not facts.handled else facts.handle_ms + (ms - facts.handle_ms) / 8
        facts.handled += 1

    def ahead(self, contact: ContactState) -> int:
        """How many live contacts stand before it in this queue."""
        entry = place_in_order(contact, self.facts.spec)
        count = 0
        for kind in KINDS:
            if kind != LATER:
                count += self.held[kind].before(entry)
                for line in self.lines[kind]:
                    count += line.before(entry)
        return count

    def heads(self, kind: int, ring: int) -> list[Line]:
        """The lines that an agent of `ring` may take from: contacts whose overflow has come that far."""
        return self.lines[kind][ring:]

    def entries(self) -> list[int]:
        found = [entry for lines in self.lines for line in lines for entry in line.entries()]
        return sorted(found + [entry for line in self.held for entry in line.entries()])

    def drop_stale(self, contacts: dict[str, ContactState]) -> Ms | None:
        """Start of the longest live wait."""
        oldest = self.oldest
        while oldest:
            begun, contact_id = oldest[0]
            contact = contacts.get(contact_id)
            if contact is not None and contact.waiting_since == begun:
                if contact_id in self.offered:
                    return begun
                if contact.place is Place.QUEUE and contact.queue == self.id:
                    return begun
            heappop(oldest)
        return None

    def _line(self, contact: ContactState, kind: int) -> Line:
        if contact.prefer_until is not None:
            return self.held[kind]
        return self.lines[kind][contact.ring]
