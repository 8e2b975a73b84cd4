"""The index of agents who can take something now, so that choosing one never looks through many.

A *lane* is one requirement (skills and levels), one kind of work, one way of choosing. Each lane is a heap of
integer keys, smallest first; an agent who becomes free is pushed into each of their lanes, and a key that no longer
is the agent's present key is dropped when it comes to the top. Taking an agent is therefore one assignment, and a
put-back is one cheap push per lane, because a fresh key is nearly always the greatest.

A key reads, from its high bits: open contacts, then rank (by the lane's way of choosing), then turn (order of
becoming free), then the agent's index. So in every lane an agent with fewer open contacts comes first, which
spreads a burst; among those the lane's own rule decides; then whoever has been idle longest.
"""

from heapq import heapify, heappop, heappush

SEAT_BITS = 20
TURN_BITS = 36
RANK_BITS = 10
SEAT = (1 << SEAT_BITS) - 1
BASE_BITS = SEAT_BITS + TURN_BITS
BASE = (1 << BASE_BITS) - 1
LOAD_SHIFT = BASE_BITS + RANK_BITS
RANK_LIMIT = (1 << RANK_BITS) - 1
NOBODY = -1
SWEEP_EVERY = 1 << 14  # pushes between two looks for overgrown heaps


class Lane:
    """One heap. `plain` lanes have no rank: their keys are the agents' own."""

    __slots__ = ("heap", "keys", "members", "plain", "rank")

    def __init__(self, keys: list[int], plain: bool) -> None:
        self.heap: list[int] = []
        self.keys = keys  # shared by all lanes of one kind of work: index → present key, 0 when not free
        self.plain = plain
        self.members: set[int] = set()
        self.rank: dict[int, int] = {}  # index → rank, where it is fixed (best skill)

    def best(self) -> int:
        """Index of the agent to choose, or NOBODY. Amortised O(log n)."""
        heap = self.heap
        keys = self.keys
        if self.plain:
            while heap:
                key = heap[0]
                if keys[key & SEAT] == key:
                    return key & SEAT
                heappop(heap)
            return NOBODY
        while heap:
            key = heap[0]
            if keys[key & SEAT] == plain_key(key):
                return key & SEAT
            heappop(heap)
        return NOBODY

    def set_aside(self) -> int:
        """Removes and returns the top key: the caller does not want it now and gives it back afterwards."""
        return heappop(self.heap)

    def give_back(self, key: int) -> None:
        heappush(self.heap, key)

    def sweep(self) -> None:
        """Drops stale and doubled keys."""
        keys = self.keys
        if self.plain:
            kept = {key for key in self.heap if keys[key & SEAT] == key}
        else:
            kept = {key for key in self.heap if keys[key & SEAT] == plain_key(key)}
        self.heap[:] = kept
        heapify(self.heap)


def seat_key(load: int, turn: int, index: int) -> int:
    """The key of a free agent with so many contacts open."""
    return (load << TURN_BITS | turn) << SEAT_BITS | index


def plain_key(key: int) -> int:
    """A ranked lane's key without its rank."""
    return (key >> LOAD_SHIFT << BASE_BITS) | (key & BASE)


def ranked_key(key: int, rank: int) -> int:
    """An agent's own key with the lane's rank put between load and turn."""
    return ((key >> BASE_BITS << RANK_BITS | min(max(rank, 0), RANK_LIMIT)) << BASE_BITS) | (key & BASE)


class Seats:
    """All lanes of one kind of work (voice, text, standby) and each agent's present key."""

    __slots__ = ("_heaps", "_lanes", "_ranked", "keys", "pushes")

    def __init__(self) -> None:
        self.keys: list[int] = []
        self._heaps: list[list[list[int]]] = []  # index → heaps of the agent's plain lanes
        self._ranked: list[list[Lane]] = []
        self._lanes: list[Lane] = []
        self.pushes = 0

    def add_agent(self) -> None:
        self.keys.append(0)
        self._heaps.append([])
        self._ranked.append([])

    def new_lane(self, plain: bool) -> Lane:
        lane = Lane(self.keys, plain)
        self._lanes.append(lane)
        return lane

    def drop_lane(self, lane: Lane) -> None:
        for index in lane.members:
            self._unlink(lane, index)
        self._lanes.remove(lane)

    def join(self, lane: Lane, index: int, rank: int, dynamic: int) -> None:
        """The agent may now be chosen from this lane. `rank` is the fixed one; `dynamic` the present one."""
        lane.rank[index] = rank
        if index not in lane.members:
            lane.members.add(index)
            if lane.plain:
                self._heaps[index].append(lane.heap)
            else:
                self._ranked[index].append(lane)
        key = self.keys[index]
        if key:
            heappush(lane.heap, key if lane.plain else ranked_key(key, rank if rank >= 0 else dynamic))

    def leave(self, lane: Lane, index: int) -> None:
        if index in lane.members:
            self._unlink(lane, index)
            lane.members.discard(index)
            lane.rank.pop(index, None)
            lane.heap[:] = [key for key in lane.heap if key & SEAT != index]
            heapify(lane.heap)

    def take(self, index: int) -> None:
        """Not free any more: at once invisible in every lane."""
        self.keys[index] = 0

    def put(self, index: int, key: int, occupancy: int = 0) -> None:
        """Free, by this key (`seat_key`). `occupancy` in per mille ranks the lanes without a fixed rank."""
        keys = self.keys
        if keys[index] == key:
            return
        keys[index] = key
        heaps = self._heaps[index]
        for heap in heaps:
            heappush(heap, key)
        self.pushes += len(heaps)
        ranked = self._ranked[index]
        if ranked:
            self.pushes += len(ranked)
            for lane in ranked:
                rank = lane.rank[index]
                heappush(lane.heap, ranked_key(key, rank if rank >= 0 else occupancy))
        if self.pushes >= SWEEP_EVERY:
            self.pushes = 0
            for lane in self._lanes:
                if len(lane.heap) > 64 + 4 * len(lane.members):
                    lane.sweep()

    def _unlink(self, lane: Lane, index: int) -> None:
        if lane.plain:
            self._heaps[index] = [heap for heap in self._heaps[index] if heap is not lane.heap]
        else:
            self._ranked[index] = [other for other in self._ranked[index] if other is not lane]
