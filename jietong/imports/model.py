"""What an import reads, and why it would not take something."""

from typing import NamedTuple

from jietong.core.vocabulary import Channel, Ms

LEDGER = ":import"
"""A site's imported history is the ledger `<site>:import`."""

REASONS = {
    "wrong_columns": "The row has another number of columns than the header.",
    "unclosed_quote": "A quotation mark is opened and not closed.",
    "bad_bytes": "The row is not in the encoding that the file was read in.",
    "too_long": "The row is longer than any that could be true.",
    "bad_text": "A field holds a control character, or is longer than 100 characters.",
    "missing_field": "A field that this outcome needs is empty.",
    "unknown_outcome": "The outcome is none of: answered, abandoned, blocked, lost_in_flow, voicemail, callback.",
    "unknown_channel": "The channel is none of: voice, chat, email, sms, fax, voicemail, message.",
    "bad_time": "A time cannot be read. Write it as 2026-07-15T09:30:00, with or without an offset such as +08:00.",
    "no_such_time": "A local time that the clocks of the time zone skipped.",
    "wrong_order": "A time comes before one that it has to follow.",
    "bad_number": "A number of seconds cannot be read.",
    "negative_number": "A number of seconds is below zero.",
    "bad_client": "A client's id has no commas and no asterisks.",
    "contradiction": "Two fields cannot both be true.",
    "double": "The contact occurs twice in this file; the first counts.",
    "differs": "The contact was imported before, with other content; that stays.",
    "not_a_line": "The line is not epoch|call|queue|agent|event with what belongs to the event.",
    "unknown_event": "The event is none that Asterisk writes.",
    "out_of_order": "The line is older than one of the same call before it.",
    "not_waiting": "The call is not in that queue at this time.",
    "not_talking": "The call is not with an agent at this time.",
    "completed_twice": "The call has ended already.",
    "overlaps": "The agent's time was imported before, with other content; that stays.",
}
"""Why a row or line is not taken. The codes are API: never renamed."""


class Refusal(Exception):
    """A row that is not taken. `code` is one of `REASONS`; `what` says more where there is more to say."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.what = what

    @property
    def words(self) -> str:
        return f"{REASONS[self.code]} {self.what}".rstrip()


class Said(NamedTuple):
    """One row of a file of contacts, read and found sound. None: the file does not say."""

    id: str
    channel: Channel
    outcome: str
    arrived: Ms
    entered: Ms | None
    answered: Ms | None
    ended: Ms | None
    client: str | None
    queue: str | None
    entry: str | None
    agent: str | None
    hold_ms: Ms
    wrapup_ms: Ms
    reason: str | None
    customer: str | None
    digest: str  # of all that the row says


class Rejected(NamedTuple):
    """`line` is where the row begins, from 1; `row` as it stood in the file."""

    line: int
    code: str
    words: str
    row: str


class Counts(NamedTuple):
    """read = imported + rejected + unchanged."""

    read: int = 0
    imported: int = 0
    rejected: int = 0
    unchanged: int = 0

    def plus(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))
