"""What a flow may refer to, as the validator looks at it. Plain data."""

from msgspec import Struct


class QueueThere(Struct, frozen=True):
    client: str
    channels: frozenset[str]


class PromptThere(Struct, frozen=True):
    """An uploaded prompt: the languages that it is recorded in, and those that its words are written in."""

    sound: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


class Surroundings(Struct, frozen=True):
    """None: not known here (a file looked at on its own), and not checked."""

    queues: dict[str, QueueThere] | None = None
    hours: frozenset[str] | None = None
    prompts: dict[str, PromptThere] | None = None
    extensions: frozenset[str] | None = None
    hosts: frozenset[str] = frozenset()  # that any flow's requests may go to
