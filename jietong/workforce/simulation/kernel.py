# mypy: disable-error-code="no-untyped-def,no-untyped-call"
"""The rules of the engine that most scenarios need, compiled: longest idle or best skill, priorities and ageing,
patience, limits of waiting, lines, flows, redials, shifts and breaks.

All instants in ms after a start. What happens at one instant happens in the engine's order: deadlines, then what
people had planned in the order of planning, then who arrives. Limits that are not set are NONE.

It stays one file: the cache of compiled code notices a change of this file, not of one that it calls into.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

FOREVER = 1 << 60
NONE = -1
ANNOUNCEMENT_MS = 8_000
LOOK_AGAIN_MS = 60_000

COMING, TALKING, HANDLED, ABANDONED, TIMED_OUT, BLOCKED, FULL, SELF_SERVED, LOST, LEFT_OVER = range(10)
"""What became of a contact."""
OFF, ON, REST, AWAY, CASEWORK = range(5)
"""What an agent does by the log: not there, on line, on a break, at training or a meeting, at casework."""

_GIVE_UP, _TIMES_OUT, _END, _FREE, _JOIN, _LEAVE, _AGAIN, _TURN, _START, _LINE, _RESTED = range(11)
SEQ, TURNS, LOGGED, LINES, MOST, FULLS, HERE, SERIAL, EVENTS, SHORT, SIZE, FULL_NOW, OVER = range(13)
COUNTERS = 13
"""Counters, in `World.n`."""
_SEQ_BITS = 26
_SEQ_MASK = (1 << _SEQ_BITS) - 1
_PLANNED = 1 << _SEQ_BITS
_AT = _SEQ_BITS + 1


_options: dict[str, Any] = {"cache": True, "_nrt": False}
_whole: Any = njit(**_options)
_part: Any = njit(forceinline=True, **_options)

_INT, _REAL = np.int64, np.float64


def _record(ints: str, reals: str = "") -> Any:
    """A dtype of whole and real numbers by name."""
    return np.dtype([(name, _INT) for name in ints.split()] + [(name, _REAL) for name in reals.split()], align=True)


CONTACT = _record(
    # what chance has for it; the attempt is 0 for a first try
    "queue arrive talk wrapup patience answer flow again_in attempt "
    # what becomes of it: NONE where it never came to that; serial 0: it never came at all
    "outcome joined wait offered answered ended agent serial waiting holds",
    "fate redial",
)
"""Those who come by time, then the spare ones of each queue, for who comes again."""
QUEUE = _record(
    "band ageing_ms max_wait max_waiting offer_ms flow at_most voice "
    "can can_to "  # types of agents who serve it, in `World.can`
    "head tail in_line on_offer spare spare_to",  # its line in `World.line`; its next spare contact
    "served left after_busy after_abandon",  # left: served or lost in the flow
)
TYPE = _record("first upto serves serves_to idle says rest")
"""Agents of equal skills and schedule, `first` to `upto`; the queues they serve in `World.serves`. `rest`: how long
the break lasts that the schedule says, whenever it begins."""
AGENT = _record("type turn busy does until owed")
"""`until`: rests so long at least. `owed`: how long the break lasts that a contact has delayed."""
CAN = _record("type rank")
SERVES = _record("queue rank")
TURN = _record("at type what rest")
ENTRY = _record("key load")
"""Of a heap: idle agents by turn, events by time."""
CHANGE = _record("agent at what")
FULL_LINES = _record("begun ended")


class World(NamedTuple):
    contacts: Any
    queues: Any
    types: Any
    agents: Any
    can: Any
    serves: Any
    turns: Any  # schedules, in order of time
    line: Any  # all queues' lines, each from `head` to `tail`
    heap: Any
    idle: Any  # heaps of idle agents, each type's from `first`
    log: Any
    full: Any
    n: Any  # counters


@_whole
def play(s, coming, channels, closes, last, lazy):
    """Plays a day to its end, at `last` at the latest. `lazy`: nothing depends on how many wait or hold a line, so
    whoever has given up is found when their turn comes."""
    n = s.n
    for t in range(len(s.turns)):
        _plan(s, s.turns[t].at, _PLANNED, t, _TURN)
    following = 0
    while n[SHORT] == 0:
        at = s.heap[0].key >> _AT if n[SIZE] else FOREVER
        if following < coming and s.contacts[following].arrive < at:
            at = s.contacts[following].arrive
            if at > last:
                break
            _arrive(s, following, at, channels, lazy)
            following += 1
            continue
        if at > last:
            break
        load = s.heap[0].load
        n[SIZE] = _pop(s.heap, n[SIZE])
        kind = load & 15
        c = load >> 4
        if kind == _END:
            n[EVENTS] += 1
            s.contacts[c].outcome = HANDLED
            _gone(s, c, at, lazy)
            if s.contacts[c].wrapup > 0:
                n[HERE] += 1
                _plan(s, at + s.contacts[c].wrapup, _PLANNED, c, _FREE)
            else:
                _free(s, s.contacts[c].agent, at, lazy)
        elif kind == _FREE:
            n[EVENTS] += 1
            n[HERE] -= 1
            n[OVER] = at
            _free(s, s.contacts[c].agent, at, lazy)
        elif kind == _START:
            if s.contacts[c].agent >= 0 and s.contacts[c].outcome == COMING:
                s.queues[s.contacts[c].queue].on_offer -= 1
                _talk(s, c, at)
        elif kind in (_GIVE_UP, _TIMES_OUT):
            _leave_line(s, c, kind, at, lazy)
        elif kind == _JOIN:
            _ask(s, c, at, lazy)
        elif kind == _LEAVE:
            if s.contacts[c].outcome == COMING:
                s.contacts[c].outcome = (
                    SELF_SERVED if s.contacts[c].fate < s.queues[s.contacts[c].queue].served else LOST
                )
            n[EVENTS] += 1
            _gone(s, c, at, lazy)
        elif kind == _AGAIN:
            _again(s, c, at, channels, closes, lazy)
        elif kind == _LINE:
            if n[FULL_NOW] == 1:
                n[FULL_NOW] = 0
                s.full[n[FULLS]].ended = at
                n[FULLS] += 1
        elif kind == _TURN:
            _turn(s, c, at, closes, lazy)
        elif kind == _RESTED and s.agents[c].does == REST and s.types[s.agents[c].type].says == ON:
            _back(s, c, at, lazy)
    if lazy:
        _settle_lines(s, last)


@_part
def _arrive(s, c, at, channels, lazy):
    n = s.n
    q = s.contacts[c].queue
    n[EVENTS] += 1
    n[SERIAL] += 1
    s.contacts[c].serial = n[SERIAL]
    s.contacts[c].joined = NONE
    s.contacts[c].wait = NONE
    s.contacts[c].offered = NONE
    s.contacts[c].answered = NONE
    s.contacts[c].ended = NONE
    s.contacts[c].agent = NONE
    n[HERE] += 1
    if s.queues[q].voice == 1:
        if channels >= 0 and n[LINES] >= channels:
            s.contacts[c].outcome = BLOCKED
            _gone(s, c, at, lazy)
            return
        if not lazy:
            s.contacts[c].holds = 1
            n[LINES] += 1
            n[MOST] = max(n[MOST], n[LINES])
            if n[LINES] == channels and n[FULL_NOW] == 0:
                n[FULL_NOW] = 1
                s.full[n[FULLS]].begun = at
    if s.queues[q].flow == 1:
        _plan(s, at + s.contacts[c].flow, _PLANNED, c, _LEAVE if s.contacts[c].fate < s.queues[q].left else _JOIN)
    else:
        _ask(s, c, at, lazy)


@_part
def _ask(s, c, at, lazy):
    """At the queue: taken at once, or into the line, or turned away."""
    q = s.contacts[c].queue
    g = _best_type(s, q) if s.queues[q].in_line == 0 or s.queues[q].max_waiting < 0 else NONE
    if (
        s.queues[q].max_waiting >= 0
        and s.queues[q].in_line + s.queues[q].on_offer >= s.queues[q].max_waiting
        and g < 0
    ):
        s.contacts[c].outcome = FULL
        if s.queues[q].flow == 1:
            _plan(s, at + ANNOUNCEMENT_MS, _PLANNED, c, _LEAVE)
        else:
            _gone(s, c, at, lazy)
        return
    s.contacts[c].joined = at
    if not lazy and s.queues[q].max_wait < FOREVER and (g < 0 or s.contacts[c].answer > 0):
        _plan(s, at + s.queues[q].max_wait, 0, c, _TIMES_OUT)
    if not lazy and s.contacts[c].patience < FOREVER and (g < 0 or s.contacts[c].answer > 0):
        _plan(s, at + s.contacts[c].patience, _PLANNED, c, _GIVE_UP)
    if g >= 0:
        _offer(s, c, _take_idle(s, g), at)
        return
    s.contacts[c].waiting = 1
    s.queues[q].in_line += 1
    s.line[s.queues[q].tail] = c
    s.queues[q].tail += 1


@_part
def _offer(s, c, a, at):
    s.agents[a].busy = 1
    s.contacts[c].agent = a
    s.contacts[c].offered = at
    if s.contacts[c].answer > 0:
        q = s.contacts[c].queue
        s.queues[q].on_offer += 1
        _plan(s, at + min(s.contacts[c].answer, s.queues[q].offer_ms - 1), _PLANNED, c, _START)
    else:
        _talk(s, c, at)


@_part
def _talk(s, c, at):
    s.contacts[c].wait = at - s.contacts[c].joined
    s.contacts[c].answered = at
    s.contacts[c].outcome = TALKING
    _plan(s, at + s.contacts[c].talk, _PLANNED, c, _END)


@_part
def _leave_line(s, c, kind, at, lazy):
    """Patience or the longest wait has run out: of one in line, or on offer to an agent who has not answered."""
    if s.contacts[c].outcome != COMING:
        return
    q = s.contacts[c].queue
    if s.contacts[c].waiting == 1:
        s.contacts[c].waiting = 0
        s.queues[q].in_line -= 1
    elif s.contacts[c].agent < 0 or kind == _TIMES_OUT:
        return
    s.n[EVENTS] += 1
    s.contacts[c].wait = at - s.contacts[c].joined
    s.contacts[c].outcome = ABANDONED if kind == _GIVE_UP else TIMED_OUT
    a = s.contacts[c].agent
    if kind == _TIMES_OUT and s.queues[q].flow == 1:
        _plan(s, at + ANNOUNCEMENT_MS, _PLANNED, c, _LEAVE)
    else:
        _gone(s, c, at, lazy)
    if a >= 0:
        s.queues[q].on_offer -= 1
        _free_again(s, a, at, lazy)


@_part
def _gone(s, c, at, lazy):
    """The customer is no more: the line is free, and they may come again."""
    n = s.n
    q = s.contacts[c].queue
    n[HERE] -= 1
    n[OVER] = at
    s.contacts[c].ended = at
    if s.contacts[c].holds == 1:
        s.contacts[c].holds = 0
        n[LINES] -= 1
        if n[FULL_NOW] == 1:
            _plan(s, at, _PLANNED, 0, _LINE)
    what = s.contacts[c].outcome
    share = 0.0
    if what in (BLOCKED, FULL):
        share = s.queues[q].after_busy
    elif what in (ABANDONED, TIMED_OUT, LOST):
        share = s.queues[q].after_abandon
    if s.contacts[c].redial < share and s.contacts[c].attempt < s.queues[q].at_most:
        _plan(s, at + s.contacts[c].again_in, _PLANNED, (q << 16) | (s.contacts[c].attempt + 1), _AGAIN)


@_part
def _again(s, load, at, channels, closes, lazy):
    if at >= closes:
        return
    q = load >> 16
    c = s.queues[q].spare
    if c >= s.queues[q].spare_to:
        s.n[SHORT] = 1
        return
    s.queues[q].spare += 1
    s.contacts[c].arrive = at
    s.contacts[c].attempt = load & 0xFFFF
    _arrive(s, c, at, channels, lazy)


@_part
def _free(s, a, at, lazy):
    """Done with a contact: to the back of the order of idleness, unless somebody waits or the schedule says stop."""
    s.n[TURNS] += 1
    s.agents[a].turn = s.n[TURNS]
    _free_again(s, a, at, lazy)


@_part
def _free_again(s, a, at, lazy):
    g = s.agents[a].type
    if s.types[g].says != ON:
        s.agents[a].busy = 0
        s.agents[a].until = at + s.types[g].rest
        s.agents[a].owed = 0
        _log(s, a, at, s.types[g].says)
        return
    if s.agents[a].owed > 0:
        s.agents[a].busy = 0
        s.agents[a].until = at + s.agents[a].owed
        s.agents[a].owed = 0
        _log(s, a, at, REST)
        _plan(s, s.agents[a].until, _PLANNED, a, _RESTED)
        return
    best = NONE
    band = rank = start = serial = 0
    for k in range(s.types[g].serves, s.types[g].serves_to):
        q = s.serves[k].queue
        c = _head(s, q, at, lazy)
        if c < 0:
            continue
        near = s.serves[k].rank
        begun = s.contacts[c].joined - s.queues[q].ageing_ms
        if best < 0 or _before(s, c, q, near, begun, band, rank, start, serial):
            best, band, rank, start, serial = c, s.queues[q].band, near, begun, s.contacts[c].serial
    if best >= 0:
        _next_in_line(s, best)
        _offer(s, best, a, at)
        return
    s.agents[a].busy = 0
    first = s.types[g].first
    s.types[g].idle = _push(s.idle[first:], s.types[g].idle, s.agents[a].turn, a)


@_part
def _turn(s, t, at, closes, lazy):
    """A type's schedule says something else. Whoever is busy finishes first, and takes a break whole however late it
    begins; at the very end of the day nobody goes while somebody waits."""
    n = s.n
    g = s.turns[t].type
    what = s.turns[t].what
    if what == OFF and at >= closes and n[HERE] > 0:
        _plan(s, at + LOOK_AGAIN_MS, _PLANNED, t, _TURN)
        return
    s.types[g].says = what
    s.types[g].rest = s.turns[t].rest
    if what != ON:
        s.types[g].idle = 0
    for a in range(s.types[g].first, s.types[g].upto):
        if s.agents[a].busy == 1:
            if what != ON:
                s.agents[a].owed = s.turns[t].rest
            continue
        if what == ON:
            if s.agents[a].does == ON:
                continue
            if s.agents[a].does == REST and s.agents[a].until > at:
                _plan(s, s.agents[a].until, _PLANNED, a, _RESTED)
            else:
                _back(s, a, at, lazy)
            continue
        s.agents[a].until = at + s.turns[t].rest
        if s.agents[a].does != what:
            _log(s, a, at, what)


@_part
def _back(s, a, at, lazy):
    """On line, from rest or from outside."""
    g = s.agents[a].type
    s.n[TURNS] += 1
    s.agents[a].turn = s.n[TURNS]
    _log(s, a, at, ON)
    s.types[g].idle = _push(s.idle[s.types[g].first :], s.types[g].idle, s.agents[a].turn, a)
    _serve_one(s, at, lazy)


@_part
def _serve_one(s, at, lazy):
    """The first of all who wait for whom somebody is idle now."""
    best = best_type = NONE
    band = start = serial = 0
    for q in range(len(s.queues)):
        g = _best_type(s, q)
        c = _head(s, q, at, lazy) if g >= 0 else NONE
        if c < 0:
            continue
        begun = s.contacts[c].joined - s.queues[q].ageing_ms
        if best < 0 or _before(s, c, q, 0, begun, band, 0, start, serial):
            best, best_type, band, start, serial = c, g, s.queues[q].band, begun, s.contacts[c].serial
    if best >= 0:
        _next_in_line(s, best)
        _offer(s, best, _take_idle(s, best_type), at)


@_part
def _before(s, c, q, near, begun, band, rank, start, serial):
    """Whether contact `c` comes before the best so far: by priority, nearness of skill, wait, arrival."""
    if s.queues[q].band != band:
        return s.queues[q].band < band
    if near != rank:
        return near < rank
    if begun != start:
        return begun < start
    return s.contacts[c].serial < serial


@_part
def _best_type(s, q):
    """Whose longest idle agent the queue would choose; NONE: nobody is free."""
    best = NONE
    lowest = longest = 0
    for k in range(s.queues[q].can, s.queues[q].can_to):
        g = s.can[k].type
        if s.types[g].idle > 0:
            turn = s.idle[s.types[g].first].key
            if best < 0 or s.can[k].rank < lowest or (s.can[k].rank == lowest and turn < longest):
                best, lowest, longest = g, s.can[k].rank, turn
    return best


@_part
def _take_idle(s, g):
    first = s.types[g].first
    a = s.idle[first].load
    s.types[g].idle = _pop(s.idle[first:], s.types[g].idle)
    return a


@_part
def _head(s, q, at, lazy):
    """Who is first in the queue's line; NONE: nobody."""
    while s.queues[q].head < s.queues[q].tail:
        c = s.line[s.queues[q].head]
        if s.contacts[c].waiting == 1:
            if not lazy or not _given_up(s, c, q, at):
                return c
            s.contacts[c].waiting = 0
            s.queues[q].in_line -= 1
        s.queues[q].head += 1
    return NONE


@_part
def _given_up(s, c, q, at):
    """Whether the one who waits has gone by now; notes it."""
    until = s.contacts[c].joined + min(s.contacts[c].patience, s.queues[q].max_wait)
    if until > at:
        return False
    s.n[EVENTS] += 1
    s.n[HERE] -= 1
    s.n[OVER] = max(s.n[OVER], until)
    s.contacts[c].outcome = ABANDONED if s.contacts[c].patience < s.queues[q].max_wait else TIMED_OUT
    s.contacts[c].wait = until - s.contacts[c].joined
    s.contacts[c].ended = until
    return True


@_part
def _settle_lines(s, last):
    for q in range(len(s.queues)):
        while _head(s, q, last, True) >= 0:
            s.queues[q].head += 1


@_part
def _next_in_line(s, c):
    q = s.contacts[c].queue
    s.contacts[c].waiting = 0
    s.queues[q].in_line -= 1
    s.queues[q].head += 1


@_part
def _log(s, a, at, what):
    i = s.n[LOGGED]
    s.agents[a].does = what
    s.log[i].agent = a
    s.log[i].at = at
    s.log[i].what = what
    s.n[LOGGED] = i + 1


@_part
def _plan(s, at, planned, load, kind):
    n = s.n
    n[SEQ] += 1
    key = (at << _AT) | planned | (n[SEQ] & _SEQ_MASK)
    n[SIZE] = _push(s.heap, n[SIZE], key, (load << 4) | kind)


@_part
def _push(heap, size, key, load):
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if heap[up].key <= key:
            break
        heap[at].key = heap[up].key
        heap[at].load = heap[up].load
        at = up
    heap[at].key = key
    heap[at].load = load
    return size + 1


@_part
def _pop(heap, size):
    """Takes out the first, which the caller has read."""
    size -= 1
    key = heap[size].key
    load = heap[size].load
    at = 0
    child = 1
    while child < size:
        if child + 1 < size and heap[child + 1].key < heap[child].key:
            child += 1
        if heap[child].key >= key:
            break
        heap[at].key = heap[child].key
        heap[at].load = heap[child].load
        at = child
        child = 2 * at + 1
    heap[at].key = key
    heap[at].load = load
    return size
