"""Today's counts of each flow: how often each node was left by each exit. Kept in step with the ledger, no scans.

Beside a node's own exits there are: how the flow ended there (`finished`, `hung_up`, `failed`, `voicemail` …,
core.events.FlowLeft), and of a queue node `answered` and `abandoned`; who still waits there is counted when asked.
Counts belong to the version that the customer went through. At midnight of the site they begin anew.
"""

import msgspec
from msgspec import Struct, field

from jietong.core import events as e
from jietong.core.days import local_day
from jietong.core.specs import SiteSpec
from jietong.core.vocabulary import Ms, Outcome


class Whereabouts(Struct):
    """A contact that is in a flow, or in a queue because of one."""

    flow: str
    version: int
    node: str | None = None  # the queue node by which it left the flow; None: it is in the flow


class VersionCounts(Struct):
    """Of one version of one flow, today."""

    since: Ms  # its first customer
    entered: int = 0
    nodes: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, node: str, exit: str) -> None:
        exits = self.nodes.setdefault(node, {})
        exits[exit] = exits.get(exit, 0) + 1


class _Kept(Struct):
    zone: str = SiteSpec().zone
    start: Ms = 0
    end: Ms = 0
    counts: dict[str, dict[int, VersionCounts]] = field(default_factory=dict)
    contacts: dict[str, Whereabouts] = field(default_factory=dict)


class FlowCounts:
    """A `core.inbox.Follower`."""

    name = "flow_counts"

    def __init__(self) -> None:
        self._kept = _Kept()

    def apply(self, event: e.AnyEvent) -> None:
        match event:
            case e.FlowEntered():
                counts = self._of(event.flow, event.version, event.at)
                if event.cause == "arrival":
                    counts.entered += 1
                self._kept.contacts[event.contact] = Whereabouts(event.flow, event.version)
            case e.FlowStep():
                self._of(event.flow, event.version, event.at).count(event.node, event.exit)
            case e.FlowLeft():
                self._left(event)
            case e.OfferAccepted():
                self._was_waiting(event.contact, "answered", event.at)
            case e.ContactEnded():
                if event.outcome is Outcome.ABANDONED:
                    self._was_waiting(event.contact, "abandoned", event.at)
                self._kept.contacts.pop(event.contact, None)
            case e.SiteConfigured():
                self._kept.zone = event.spec.zone
            case _:
                pass

    def of(self, flow: str, now: Ms) -> dict[int, VersionCounts]:
        """By version. `waiting` is counted in at queue nodes."""
        kept = self._kept
        found = kept.counts.get(flow, {}) if kept.start <= now < kept.end else {}
        copied = {
            version: VersionCounts(one.since, one.entered, {node: dict(exits) for node, exits in one.nodes.items()})
            for version, one in found.items()
        }
        for where in kept.contacts.values():
            if where.flow == flow and where.node is not None:
                copied.setdefault(where.version, VersionCounts(now)).count(where.node, "waiting")
        return copied

    def dump(self) -> bytes:
        return msgspec.json.encode(self._kept)

    def load(self, data: bytes | None) -> None:
        self._kept = _Kept() if data is None else msgspec.json.decode(data, type=_Kept)

    def _left(self, event: e.FlowLeft) -> None:
        where = self._kept.contacts.get(event.contact)
        if where is None:
            return
        if event.how == "queue":
            where.node = event.node
            return
        if event.node is not None:
            self._of(where.flow, where.version, event.at).count(event.node, event.how)
        where.node = None

    def _was_waiting(self, contact: str, exit: str, at: Ms) -> None:
        where = self._kept.contacts.get(contact)
        if where is not None and where.node is not None:
            self._of(where.flow, where.version, at).count(where.node, exit)
            where.node = None

    def _of(self, flow: str, version: int, at: Ms) -> VersionCounts:
        kept = self._kept
        if not kept.start <= at < kept.end:
            day = local_day(at, kept.zone)
            kept.start, kept.end, kept.counts = day.start, day.end, {}
        return kept.counts.setdefault(flow, {}).setdefault(version, VersionCounts(at))
