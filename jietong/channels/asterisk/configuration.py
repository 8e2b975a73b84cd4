"""The private Asterisk's folder and configuration, written anew at every start and never edited by hand.

layout = Layout(home / "voice")
configuration = Configuration.prepare(layout, Installation(prefix), sip_host="127.0.0.1")
configuration.write()
"""

import os
import secrets
import shutil
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import msgspec

from jietong.channels.asterisk import music, plant, sockets, speech
from jietong.channels.asterisk.installation import Installation
from jietong.channels.asterisk.sockets import Sockets
from jietong.channels.switch import Plant
from jietong.core.errors import Invalid

APP = "jietong"
USER = "jietong"
RELEASE = "jietong-release"  # context that `Switch.release` hands legs to


class Secrets(msgspec.Struct, frozen=True):
    """Made once. Whoever reads this file can make calls."""

    ari: str
    ami: str
    web_call: str


class Layout:
    """The folders under `home/voice`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.etc = folder / "etc"
        self.lib = folder / "lib"
        self.spool = folder / "spool"
        self.run = folder / "run"
        self.log = folder / "log"
        self.music = folder / "music"

    @property
    def recordings(self) -> Path:
        return self.spool / "recording"

    @property
    def settings(self) -> Path:
        return self.etc / "asterisk.conf"

    @property
    def plant(self) -> Path:
        return self.etc / "pjsip_plant.conf"

    @property
    def shut_out(self) -> Path:
        return self.etc / "pjsip_shut_out.conf"

    @property
    def control(self) -> Path:
        """The socket that `asterisk -r` speaks to."""
        return self.run / "asterisk.ctl"

    def make(self) -> None:
        """Private folders. Without `spool/recording` every recording would answer 500."""
        for path in (self.folder, self.etc, self.lib, self.spool, self.run, self.log, self.music):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (self.recordings, self.spool / "tmp", self.spool / "system", self.spool / "outgoing"):
            path.mkdir(parents=True, exist_ok=True)


class Outside(NamedTuple):
    """How the world sees us."""

    sip_host: str = "127.0.0.1"  # where SIP listens: an address of this machine, 0.0.0.0 for all
    sip_port: int | None = None  # None: 5060 or the next that is free
    address: str | None = None  # public address, where this machine stands behind NAT
    local_networks: tuple[str, ...] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")
    stun: str | None = None  # host:port, for telephones that come from outside


class Configuration(NamedTuple):
    layout: Layout
    installation: Installation
    sockets: Sockets
    secrets: Secrets
    outside: Outside

    @classmethod
    def prepare(
        cls, layout: Layout, installation: Installation, outside: Outside | None = None, *, private: bool = False
    ) -> "Configuration":
        """Makes folders, chooses ports, makes secrets. Raises Invalid `bad_home` for a path Asterisk cannot take."""
        if set(str(layout.folder)) & set(";,\n[]"):
            raise Invalid(
                "bad_home", f"The switch cannot live in {layout.folder}: the path has a sign it cannot read."
            )
        outside = outside or Outside()
        layout.make()
        found = sockets.choose(
            layout.folder / "sockets.json", outside.sip_host, sip_port=outside.sip_port, private=private
        )
        return cls(layout, installation, found, _secrets(layout.folder / "secrets.json"), outside)

    @classmethod
    def remembered(
        cls, layout: Layout, installation: Installation, outside: Outside | None = None
    ) -> "Configuration":
        """That of an Asterisk that runs already. Raises Invalid `bad_home` where none was prepared."""
        found = sockets.remembered(layout.folder / "sockets.json")
        if found is None:
            raise Invalid("bad_home", f"No switch was set up in {layout.folder}.")
        return cls(layout, installation, found, _secrets(layout.folder / "secrets.json"), outside or Outside())

    @property
    def ari_url(self) -> str:
        return f"http://127.0.0.1:{self.sockets.http}"

    @property
    def web_socket_url(self) -> str:
        """Where SIP over WebSocket is taken: on loopback, for the platform's own proxy."""
        return f"ws://127.0.0.1:{self.sockets.http}/ws"

    def write(self) -> None:
        """Every file, whole. The plant of the last time is kept: telephones register before we have looked it up."""
        values = self._values()
        for template in resources.files("jietong.channels.asterisk").joinpath("templates").iterdir():
            text = template.read_text(encoding="utf-8")
            for key, value in values.items():
                text = text.replace(f"@{key}@", value)
            replace(self.layout.etc / template.name, text)
        if not self.layout.plant.exists():
            replace(self.layout.plant, plant.render(Plant(), web_call_password=self.secrets.web_call))
        replace(self.layout.shut_out, plant.shut_out(()))
        self._link_data()
        if not self.installation.music.is_dir():
            tune = self.layout.music / "hold.wav"
            if not tune.exists():
                music.write(tune)
        if not self.installation.words.is_dir():
            speech.write_words(self.installation, self.layout.lib / "words")

    def _link_data(self) -> None:
        """What Asterisk reads beside its configuration. Debian's own links are absolute and lead nowhere here."""
        lib, installation = self.layout.lib, self.installation
        sounds = lib / "sounds"
        sounds.mkdir(exist_ok=True)
        for link, target in (
            (lib / "documentation", installation.data / "documentation"),
            (lib / "rest-api", installation.data / "rest-api"),
            (sounds / "en", installation.sounds),
        ):
            if not target.exists():
                continue
            if link.is_symlink() and link.resolve() != target.resolve():
                link.unlink()
            if not link.exists():
                link.symlink_to(target)
        for folder in ("static-http", "keys", "agi-bin"):
            (lib / folder).mkdir(exist_ok=True)

    def _values(self) -> dict[str, str]:
        words = self.installation.words if self.installation.words.is_dir() else self.layout.lib / "words"
        tunes = self.installation.music if self.installation.music.is_dir() else self.layout.music
        outside = ""
        if self.outside.address:
            lines = [
                f"external_media_address={self.outside.address}",
                f"external_signaling_address={self.outside.address}",
            ]
            outside = "\n".join([*lines, *(f"local_net={net}" for net in self.outside.local_networks)])
        return {
            "ETC": str(self.layout.etc),
            "LIB": str(self.layout.lib),
            "SPOOL": str(self.layout.spool),
            "RUN": str(self.layout.run),
            "LOG": str(self.layout.log),
            "MUSIC": str(tunes),
            "MODULES": str(self.installation.modules),
            "SBIN": str(self.installation.programs),
            "APP": APP,
            "USER": USER,
            "RELEASE": RELEASE,
            "ARI_PASSWORD": self.secrets.ari,
            "AMI_PASSWORD": self.secrets.ami,
            "WAIT": speech.playable(words / "wait", "vm-nobodyavail"),
            "AWAY": speech.playable(words / "away", "vm-goodbye"),
            "SIP_HOST": self.outside.sip_host,
            "SIP_PORT": str(self.sockets.sip),
            "TLS_PORT": str(self.sockets.tls),
            "HTTP_PORT": str(self.sockets.http),
            "AMI_PORT": str(self.sockets.ami),
            "RTP_FIRST": str(self.sockets.rtp_first),
            "RTP_LAST": str(self.sockets.rtp_last),
            "EXTERNAL": outside,
            "STUN": f"stunaddr={self.outside.stun}" if self.outside.stun else "",
        }


def replace(path: Path, text: str) -> bool:
    """Writes the file whole or not at all, readable by us alone. False: it said the same already."""
    try:
        if path.read_text(encoding="utf-8") == text:
            return False
    except OSError:
        pass
    draft = path.with_name(f"{path.name}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
    return True


def forget(layout: Layout) -> None:
    """Removes the folder with all that is in it, recordings not yet taken in included."""
    shutil.rmtree(layout.folder, ignore_errors=True)


def _secrets(file: Path) -> Secrets:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Secrets)
    except (OSError, msgspec.DecodeError):
        made = Secrets(*(secrets.token_urlsafe(24) for _ in range(3)))
        replace(file, msgspec.json.encode(made).decode())
        return made
