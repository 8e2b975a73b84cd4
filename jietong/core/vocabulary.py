"""The trade's words as enums. Values are stored in the ledger and sent to browsers: never rename one."""

from enum import StrEnum
from typing import TypeAlias

Ms: TypeAlias = int
"""Milliseconds since the Unix epoch, UTC. The only representation of an instant inside the engine and the ledger."""


class Channel(StrEnum):
    """How the customer reaches us."""

    VOICE = "voice"
    CHAT = "chat"
    EMAIL = "email"
    SMS = "sms"
    FAX = "fax"
    VOICEMAIL = "voicemail"
    MESSAGE = "message"  # left on the web page, out of hours or when nobody could be had


LIVE_TEXT = frozenset({Channel.CHAT})
DEFERRED = frozenset({Channel.EMAIL, Channel.SMS, Channel.FAX, Channel.VOICEMAIL, Channel.MESSAGE})
"""Channels where nobody waits at the other end."""


class Status(StrEnum):
    """What the person chose (所选状态). The system's own view is `State`."""

    OFFLINE = "offline"
    READY = "ready"
    BREAK = "break"
    TRAINING = "training"
    MEETING = "meeting"
    CASEWORK = "casework"
    STANDBY = "standby"  # part-timers: signed in, not drawn in (兼职待命)


class State(StrEnum):
    """What the system sees (系统状态): every second of every agent is in exactly one."""

    OFF = "off"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    HOLD = "hold"
    WRAPUP = "wrapup"
    MISSED = "missed"  # not responding: an offer ran out or the desk vanished
    BREAK = "break"
    TRAINING = "training"
    MEETING = "meeting"
    CASEWORK = "casework"
    STANDBY = "standby"


class Employment(StrEnum):
    FULL_TIME = "full_time"  # 全職
    PART_TIME = "part_time"  # 兼職


class Selection(StrEnum):
    """How a queue picks among agents that could take the contact."""

    LONGEST_IDLE = "longest_idle"
    BEST_SKILL = "best_skill"
    LEAST_OCCUPIED = "least_occupied"


class Place(StrEnum):
    """Where a contact is. A contact is in exactly one place at any time."""

    ARRIVED = "arrived"  # known, not yet in a queue: at the entry, in a flow, or being dialled by an agent
    QUEUE = "queue"
    OFFER = "offer"  # still waiting for the customer, reserved for one agent
    TALK = "talk"
    HOLD = "hold"
    WRAPUP = "wrapup"  # the customer has gone; the agent finishes
    CLOSED = "closed"


class EndedBy(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


class Outcome(StrEnum):
    """How a contact ended."""

    HANDLED = "handled"
    ABANDONED = "abandoned"  # the customer left while waiting
    REFUSED_CLOSED = "refused_closed"  # out of hours
    REFUSED_FULL = "refused_full"  # the queue's limit on waiting contacts
    TIMED_OUT = "timed_out"  # the queue's maximum wait ran out
    CALLBACK_FAILED = "callback_failed"  # every attempt went unanswered
    CALLBACK = "callback"  # a call-back was promised; a history from elsewhere knows no more
    CANCELLED = "cancelled"  # taken out by a supervisor or by the customer's own request
    BLOCKED = "blocked"  # no trunk channel was free, or the entry's own limit was reached
    LOST_IN_FLOW = "lost_in_flow"  # the customer left before any queue
    SELF_SERVED = "self_served"  # the flow gave what was wanted
    VOICEMAIL = "voicemail"  # left a voicemail, which is a contact of its own
    TRANSFERRED_OUT = "transferred_out"  # went on to a number outside
    UNREACHED = "unreached"  # dialled by an agent, and not reached
    SWITCH_LOST = "switch_lost"  # the switch failed during the call


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"  # an agent dialled


class Party(StrEnum):
    """Whose leg of a call it is."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OUTSIDE = "outside"  # whoever a call was handed on to, or who was asked, outside the centre


class Supervision(StrEnum):
    """How a supervisor takes part in a call."""

    LISTEN = "listen"  # hears both, is heard by nobody
    WHISPER = "whisper"  # is heard by the agent only
    BARGE = "barge"  # is heard by both


class Author(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


class Activity(StrEnum):
    """What a schedule has a person do (排定活動). Every minute of a shift is exactly one of the first six."""

    WORK = "work"  # on line: ready or handling
    BREAK = "break"  # 小休, paid: 15 minutes for every 2 hours on line (G6)
    MEAL = "meal"
    TRAINING = "training"
    MEETING = "meeting"
    CASEWORK = "casework"
    LEAVE = "leave"  # 請假: the person is not there
    STANDBY = "standby"  # 兼職待命: may be called in
