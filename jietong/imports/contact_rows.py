"""One row of a file of contacts: read, checked, and made an event. Pure."""

import hmac
import math
import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

from jietong.core.errors import Invalid
from jietong.core.events import HistoryContact, HistoryStay
from jietong.core.vocabulary import Channel, EndedBy, Ms, Outcome
from jietong.imports.instants import Instants
from jietong.imports.model import Refusal, Said

COLUMNS = (
    "contact_id", "client", "channel", "queue", "entry", "arrived_at", "entered_queue_at", "answered_at", "ended_at",
    "outcome", "agent", "hold_s", "wrapup_s", "reason", "customer",
)  # fmt: skip
REQUIRED = ("contact_id", "arrived_at", "outcome")
_ALSO = {"short reason": "reason", "short_reason": "reason"}
_LONGEST = 100
_LONGEST_MS = 10 * 86_400_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_CHANNELS = {channel.value: channel for channel in Channel}

OUTCOMES = {
    "answered": Outcome.HANDLED,
    "abandoned": Outcome.ABANDONED,
    "blocked": Outcome.BLOCKED,
    "lost_in_flow": Outcome.LOST_IN_FLOW,
    "voicemail": Outcome.VOICEMAIL,
    "callback": Outcome.CALLBACK,
}


class Header(NamedTuple):
    """Where the known columns are, -1: nowhere; how many columns a row has; which ones nobody knows."""

    places: tuple[int, ...]
    width: int
    ignored: tuple[str, ...]


def header(names: Sequence[str]) -> Header:
    """Raises Invalid `bad_header` where a column is missing or there twice."""
    found = [_ALSO.get(name, name) for name in (" ".join(one.strip().casefold().split()) for one in names)]
    for name in COLUMNS:
        if found.count(name) > 1:
            raise Invalid("bad_header", f"The header has the column {name!r} twice.")
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise Invalid(
            "bad_header",
            f"The header lacks {', '.join(missing)}. The first line names the columns: {', '.join(COLUMNS)} "
            f"(at least {', '.join(REQUIRED)}), separated by comma, semicolon or tab.",
        )
    places = tuple(found.index(name) if name in found else -1 for name in COLUMNS)
    return Header(places, len(names), tuple(name for name in found if name not in COLUMNS))


def reader(header: Header, instants: Instants) -> Callable[[list[str]], Said]:
    """A function from the fields of a row to what it says. It raises Refusal."""
    width = header.width
    places = [place if place >= 0 else width for place in header.places]  # a missing column reads an empty field

    def read(fields: list[str]) -> Said:
        if len(fields) != width:
            raise Refusal("wrong_columns", f"{len(fields)} in place of {width}.")
        fields.append("")
        return _said([fields[place].strip() for place in places], instants)

    return read


def _said(fields: list[str], instants: Instants) -> Said:
    id, client, channel, queue, entry, arrived, entered, answered, ended = fields[:9]
    outcome, agent, hold, wrapup, reason, customer = fields[9:]
    for name, text in zip(COLUMNS, fields, strict=True):
        if len(text) > _LONGEST or not text.isprintable():
            _text(name, text)
    outcome = outcome.lower()
    if not id or not arrived or not outcome:
        raise Refusal("missing_field", "contact_id, arrived_at and outcome are always needed.")
    if outcome not in OUTCOMES:
        raise Refusal("unknown_outcome", f"It says {outcome!r}.")
    if client and ("," in client or "*" in client):
        raise Refusal("bad_client", f"It says {client!r}.")
    kind = _CHANNELS.get(channel.lower()) if channel else Channel.VOICE
    if kind is None:
        raise Refusal("unknown_channel", f"It says {channel!r}.")
    came = last = instants.read(arrived, "arrived_at")
    times: list[Ms | None] = []
    for name, text in (("entered_queue_at", entered), ("answered_at", answered), ("ended_at", ended)):
        if not text:
            times.append(None)
            continue
        at = instants.read(text, name, last)
        if at < last:
            raise Refusal("wrong_order", f"{name} comes before the time it follows.")
        times.append(at)
        last = at
    in_queue, talked, over = times
    held, wrapped = _ms("hold_s", hold), _ms("wrapup_s", wrapup)
    _consistent(outcome, in_queue, talked, over, held, wrapped)
    said = (
        id, client, kind.value, queue, entry, str(came), str(in_queue), str(talked), str(over), outcome, agent,
        str(held), str(wrapped), reason, customer,
    )  # fmt: skip
    return Said(
        id,
        kind,
        outcome,
        came,
        in_queue,
        talked,
        over,
        client or None,
        queue or None,
        entry or None,
        agent or None,
        held,
        wrapped,
        reason or None,
        customer or None,
        sha256("\x1f".join(said).encode()).hexdigest()[:32],
    )


def _consistent(
    outcome: str, entered: Ms | None, answered: Ms | None, ended: Ms | None, held: Ms, wrapped: Ms
) -> None:
    """What each outcome needs, and what it rules out."""
    if outcome == "answered" or (outcome == "callback" and answered is not None):
        if answered is None or ended is None:
            raise Refusal("missing_field", f"{outcome} needs answered_at and ended_at.")
        if held > ended - answered:
            raise Refusal("contradiction", "hold_s is longer than the time from answered_at to ended_at.")
        return
    if answered is not None:
        raise Refusal("contradiction", f"{outcome}, and yet there is answered_at.")
    if held or wrapped:
        raise Refusal("contradiction", f"{outcome}, and yet there is hold_s or wrapup_s.")
    if outcome == "abandoned" and ended is None:
        raise Refusal("missing_field", "abandoned needs ended_at.")
    if outcome == "lost_in_flow" and entered is not None:
        raise Refusal("contradiction", "lost_in_flow left before any queue, and yet there is entered_queue_at.")


def _text(name: str, text: str) -> None:
    if len(text) > _LONGEST or _CONTROL.search(text):
        raise Refusal("bad_text", f"{name}.")


def _ms(name: str, text: str) -> Ms:
    if not text:
        return 0
    if text.isdecimal() and text.isascii() and len(text) < 7:
        return int(text) * 1000
    try:
        seconds = float(text)
    except ValueError:
        raise Refusal("bad_number", f"{name}: {text!r}.") from None
    if not math.isfinite(seconds):
        raise Refusal("bad_number", f"{name}: {text!r}.")
    if seconds < 0:
        raise Refusal("negative_number", f"{name}: {text!r}.")
    if seconds * 1000 > _LONGEST_MS:
        raise Refusal("bad_number", f"{name}: {text!r} is more than ten days.")
    return round(seconds * 1000)


# --- what becomes of it --------------------------------------------------------------------------------------


class Terms(NamedTuple):
    """Of one queue as the centre has set it up."""

    client: str | None
    target_ms: Ms
    short_ms: Ms


class Place(NamedTuple):
    """What a site gives where a file is silent. `key` makes pseudonyms of customers."""

    site: str
    key: bytes
    client: str | None  # asked for on the command line
    queues: dict[str, Terms]
    terms: Terms  # of a queue that is not set up
    simulated: bool = False

    def contact(self, id: str) -> str:
        """The id a contact has with us: `<site>:<its id>`, safe in addresses."""
        return f"{self.site}:{quote(id, safe='@')}"

    def client_of(self, said: str | None, queue: str | None) -> str:
        if said is not None:
            return said
        return self.client or self.of(queue).client or self.site

    def of(self, queue: str | None) -> Terms:
        return self.queues.get(queue, self.terms) if queue is not None else self.terms

    def customer(self, said: str | None) -> str | None:
        """Numbers and names stay out of the ledger; the same customer is the same pseudonym all through the site."""
        if said is None:
            return None
        return f"imp-{hmac.digest(self.key, said.encode(), 'sha256')[:12].hex()}"


def event(said: Said, contact: str, place: Place, *, file: int, line: int, at: Ms) -> HistoryContact:
    """The contact as the ledger tells of it. `contact` is `place.contact(said.id)`."""
    ended = said.arrived if said.ended is None else said.ended
    if said.ended is None and said.entered is not None:
        ended = said.entered
    terms = place.of(said.queue)
    flow, stays = _way(said, ended, terms)
    return HistoryContact(
        at,
        contact,
        file,
        line,
        said.digest,
        said.channel,
        place.client_of(said.client, said.queue),
        said.entry or "import",
        said.arrived,
        ended,
        Outcome.HANDLED if said.answered is not None else OUTCOMES[said.outcome],
        EndedBy.CUSTOMER if said.outcome in ("abandoned", "lost_in_flow") else None,
        said.queue,
        "blocked" if said.outcome == "blocked" else "admitted",
        flow,
        stays,
        place.customer(said.customer),
        said.reason,
        place.simulated,
    )


def _way(said: Said, ended: Ms, terms: Terms) -> tuple[str | None, tuple[HistoryStay, ...]]:
    """How a flow was left, and the stay in the queue. Who waited first and then left a message is neither answered
    nor abandoned; a promised call-back of which no more is known has asked for a person and not been reached."""
    if said.outcome == "blocked":
        return None, ()
    if said.outcome == "lost_in_flow":
        return "lost", ()
    entered = said.entered
    if entered is None:
        if said.outcome in ("voicemail", "callback") and said.answered is None:
            return said.outcome, ()
        entered = said.arrived
    if said.answered is not None:
        stay = HistoryStay(
            entered,
            said.answered,
            "answered",
            said.queue,
            target_ms=terms.target_ms,
            short_ms=terms.short_ms,
            agent=said.agent,
            ended=ended,
            hold_ms=said.hold_ms,
            wrapup_ms=said.wrapup_ms,
        )
        return None, (stay,)
    how = {"abandoned": "abandoned", "voicemail": "to_flow", "callback": "unreached"}[said.outcome]
    stay = HistoryStay(entered, ended, how, said.queue, target_ms=terms.target_ms, short_ms=terms.short_ms)
    return ("voicemail" if said.outcome == "voicemail" else None), (stay,)
