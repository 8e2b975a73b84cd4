"""Where Asterisk is, and what only its own kind of set-up knows: a private one (`private`), or the user's (`own`)."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from jietong.channels import switch as t
from jietong.channels.asterisk.ari import Ari
from jietong.channels.asterisk.heard import Heard


class Account(NamedTuple):
    """With which a call from the web page signs in at the switch."""

    user: str
    password: str


class Site(Protocol):
    """One Asterisk, as the switch sees it."""

    app: str
    release: str  # context of the dial plan that released legs go to
    recordings: Path
    remote: bool
    tells_registrations: bool  # else trunks that register are known by whether they answer

    @property
    def url(self) -> str: ...

    @property
    def login(self) -> tuple[str, str]: ...

    @property
    def web_socket_url(self) -> str: ...

    @property
    def web_call(self) -> Account | None: ...

    async def set_up(self, ari: Ari, plant: t.Plant) -> None: ...

    def watch(self, heard: Heard, tell: Callable[[t.Tell], None]) -> Coroutine[Any, Any, None]:
        """Tells what ARI does not: intrusions, registrations. Runs until it is cancelled."""
        ...
