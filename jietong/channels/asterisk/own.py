"""The site of the user's own Asterisk: reached by URL and credentials, made ready by an include file of ours.

Trunks and extensions are pushed over ARI into its memory, which `sorcery.conf` of the include file allows; files of
that machine are not touched. Recordings are fetched when they end.
"""

import asyncio
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import msgspec

from jietong.channels import switch as t
from jietong.channels.asterisk import plant as pjsip
from jietong.channels.asterisk.ari import Ari, AriError
from jietong.channels.asterisk.configuration import APP, RELEASE, replace
from jietong.channels.asterisk.heard import Heard
from jietong.channels.asterisk.site import Account
from jietong.core.errors import Unavailable
from jietong.core.ids import new_secret

_MODULE = "res_pjsip"


class _Kept(msgspec.Struct):
    """What we must remember of it. `pushed`: kind and name of every object that we put there."""

    web_call: str
    pushed: list[tuple[str, str]] = []


class OwnSite:
    """Implements `site.Site`. `folder`: where fetched recordings and our notes lie."""

    app = APP
    release = RELEASE
    remote = True
    tells_registrations = False

    def __init__(self, url: str, user: str, password: str, folder: Path) -> None:
        self._url = url.rstrip("/")
        self._login = (user, password)
        self._file = folder / "own.json"
        self.recordings: Path = folder / "fetched"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.recordings.mkdir(exist_ok=True)
        self._kept = self._read()
        self._known: dict[tuple[str, str], pjsip.Object] = {}
        self._boot = ""

    @property
    def url(self) -> str:
        return self._url

    @property
    def login(self) -> tuple[str, str]:
        return self._login

    @property
    def web_socket_url(self) -> str:
        address = urlsplit(self._url)
        scheme = "wss" if address.scheme == "https" else "ws"
        return urlunsplit((scheme, address.netloc, f"{address.path}/ws", "", ""))

    @property
    def web_call(self) -> Account | None:
        return Account(pjsip.WEB_CALL, self._kept.web_call)

    async def set_up(self, ari: Ari, plant: t.Plant) -> None:
        """Pushes what is new or changed and takes back what is no more. Raises Unavailable `switch_include` where the
        include file is missing."""
        info = await ari.get("asterisk", "info")
        if self._boot != info["status"]["startup_time"]:  # its memory is empty after a start
            self._boot, self._known = info["status"]["startup_time"], {}
        wanted = {(one.kind, one.name): one for one in pjsip.objects(plant, web_call_password=self._kept.web_call)}
        self._keep([*{*self._kept.pushed, *wanted}])  # before, so that nothing is forgotten
        for key in [key for key in reversed(self._kept.pushed) if key not in wanted]:
            try:
                await ari.delete("asterisk", "config", "dynamic", _MODULE, *key)
            except AriError as error:
                if error.status != 404:
                    raise
            self._known.pop(key, None)
        for key, one in wanted.items():
            if self._known.get(key) == one:
                continue
            fields = [{"attribute": name, "value": value} for name, value in one.settings]
            try:
                await ari.put("asterisk", "config", "dynamic", _MODULE, *key, body={"fields": fields})
            except AriError as error:
                if error.status in {403, 404}:
                    raise Unavailable(
                        "switch_include",
                        f"The switch takes no {one.kind} from us: include sorcery.conf (`jietong voice include`) and "
                        "restart Asterisk.",
                    ) from error
                raise
            self._known[key] = one
        self._keep(list(wanted))

    async def watch(self, heard: Heard, tell: Callable[[t.Tell], None]) -> None:
        """Its manager interface is not ours: registrations of trunks and intrusions are not told."""
        await asyncio.Event().wait()

    def _keep(self, pushed: list[tuple[str, str]]) -> None:
        self._kept.pushed = pushed
        replace(self._file, msgspec.json.encode(self._kept).decode())

    def _read(self) -> _Kept:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            return _Kept(new_secret())


def include(app: str = APP) -> dict[str, str]:
    """File name to the lines that the user's Asterisk needs in it."""
    folder = resources.files("jietong.channels.asterisk").joinpath("include")
    dial_plan = resources.files("jietong.channels.asterisk").joinpath("templates", "extensions.conf")
    text = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    text["extensions.conf"] = dial_plan.read_text(encoding="utf-8") + text.get("extensions.conf", "")
    words = {"APP": app, "RELEASE": RELEASE, "WAIT": "vm-nobodyavail", "AWAY": "vm-goodbye", "USER": "jietong"}
    for name, content in text.items():
        for key, value in words.items():
            content = content.replace(f"@{key}@", value)
        text[name] = content
    return dict(sorted(text.items()))
