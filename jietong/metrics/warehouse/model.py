"""What the warehouse answers: figures with how fresh they are, and the contacts behind one of them."""

from typing import NamedTuple

from jietong.core.vocabulary import Ms
from jietong.metrics.intervals import Row


class Answer(NamedTuple):
    """`as_of`: the instant up to which the facts are known; what is still open counts up to it."""

    rows: list[Row]
    as_of: Ms


class ContactBehind(NamedTuple):
    """One contact that a figure counts. The waits and talks are those of the stays that count, in ms."""

    id: str
    arrived: Ms
    queue: str | None
    agent: str | None
    channel: str
    client: str
    wait_ms: Ms | None
    talk_ms: Ms | None
    outcome: str | None


class ContactPage(NamedTuple):
    """Earliest first. `after` is where the next page begins: None when there is none."""

    items: list[ContactBehind]
    after: str | None
