"""Settings: read once at the start, from the environment and one TOML file. The environment wins."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jietong.core.errors import Invalid

FILE_NAME = "jietong.toml"
_KEYS = {
    "host": "JIETONG_HOST",
    "port": "JIETONG_PORT",
    "dsn": "JIETONG_DSN",
    "dsn_file": "JIETONG_DSN_FILE",
    "pg_bin": "JIETONG_PG_BIN",
    "demo": "JIETONG_DEMO",
    "demo_history": "JIETONG_DEMO_HISTORY",
    "origins": "JIETONG_ORIGINS",
    "trusted_proxies": "JIETONG_TRUSTED_PROXIES",
    "voice": "JIETONG_VOICE",
    "sip_host": "JIETONG_SIP_HOST",
    "sip_port": "JIETONG_SIP_PORT",
    "public_address": "JIETONG_PUBLIC_ADDRESS",
    "ice": "JIETONG_ICE",
    "ari_url": "JIETONG_ARI_URL",
    "ari_user": "JIETONG_ARI_USER",
    "ari_password": "JIETONG_ARI_PASSWORD",
}


@dataclass(frozen=True)
class Settings:
    """All that can be set from outside."""

    home: Path  # every file the centre keeps
    host: str = "127.0.0.1"
    port: int = 8080
    dsn: str | None = None  # a PostgreSQL of one's own; None: the embedded server, in `home`
    pg_bin: Path | None = None  # folder with `postgres` and `initdb`; None: the ones in the wheel
    demo: bool = True  # an empty database gets the demonstration centre
    demo_history: bool = True  # … and `jietong serve` gives it a made-up past
    origins: tuple[str, ...] = ()  # addresses under which browsers know us, where a proxy changes the Host header
    trusted_proxies: str = "127.0.0.1"  # whose X-Forwarded-For is believed: addresses with commas between, or *
    voice: bool = True  # telephony: with the private switch where it is installed, or one's own (`ari_url`)
    sip_host: str = "127.0.0.1"  # where the private switch listens for telephones and trunks; 0.0.0.0: everywhere
    sip_port: int | None = None  # None: 5060, or the next that is free
    public_address: str | None = None  # how the world reaches the switch, where it stands behind NAT
    ice: tuple[str, ...] = ()  # STUN and TURN for browsers: stun:host:port, turn:user:password@host:port
    ari_url: str | None = None  # an Asterisk of one's own, e.g. http://pbx.example:8088; None: the private one
    ari_user: str = "jietong"
    ari_password: str = ""

    @property
    def attachments(self) -> Path:
        return self.home / "attachments"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads JIETONG_HOME, then the TOML file (JIETONG_CONFIG or `jietong.toml` in the home), then the environment.

    Raises Invalid `bad_setting`: which key is wrong, where it was read, what to do.
    """
    env = os.environ if environ is None else environ
    home = _home(env)
    file, values = _read_file(env, home)
    origin = dict.fromkeys(values, str(file))
    for key, name in _KEYS.items():
        if env.get(name):
            values[key], origin[key] = env[name], f"the environment ({name})"
    if env.get(_KEYS["dsn"]) and not env.get(_KEYS["dsn_file"]):
        values.pop("dsn_file", None)
    return Settings(
        home=home,
        host=_text("host", values, origin) or "127.0.0.1",
        port=_port("port", values, origin),
        dsn=_dsn(values, origin),
        pg_bin=_pg_bin(values, origin),
        demo=_switch("demo", values, origin, default=True),
        demo_history=_switch("demo_history", values, origin, default=True),
        origins=_origins(values, origin),
        trusted_proxies=_text("trusted_proxies", values, origin) or "127.0.0.1",
        voice=_switch("voice", values, origin, default=True),
        sip_host=_text("sip_host", values, origin) or "127.0.0.1",
        sip_port=_port("sip_port", values, origin) if "sip_port" in values else None,
        public_address=_text("public_address", values, origin),
        ice=_ice(values, origin),
        ari_url=_ari_url(values, origin),
        ari_user=_text("ari_user", values, origin) or "jietong",
        ari_password=_text("ari_password", values, origin) or "",
    )


def default_home(environ: Mapping[str, str], uid: int) -> Path:
    """The user's data folder; for root /var/lib/jietong, since the database server must run as somebody else and
    that user cannot enter root's own home."""
    if uid == 0:
        return Path("/var/lib/jietong")
    data = environ.get("XDG_DATA_HOME", "")
    if data and Path(data).is_absolute():
        return Path(data) / "jietong"
    return Path(environ.get("HOME") or Path.home()) / ".local" / "share" / "jietong"


def _home(env: Mapping[str, str]) -> Path:
    given = env.get("JIETONG_HOME")
    if not given:
        return default_home(env, os.getuid())
    path = Path(given).expanduser()
    if path.exists() and not path.is_dir():
        raise _bad("home", "the environment (JIETONG_HOME)", f"{path} is a file; name a folder")
    return path.absolute()


def _read_file(env: Mapping[str, str], home: Path) -> tuple[Path, dict[str, Any]]:
    given = env.get("JIETONG_CONFIG")
    path = Path(given).expanduser() if given else home / FILE_NAME
    if not path.is_file():
        if given:
            raise _bad("JIETONG_CONFIG", "the environment", f"there is no file {path}; correct the path or unset it")
        return path, {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(path.name, str(path), f"it cannot be read as TOML: {error}") from error
    unknown = sorted(set(values) - set(_KEYS))
    if unknown:
        raise _bad(unknown[0], str(path), f"no such setting; there are {', '.join(_KEYS)}")
    return path, values


def _text(key: str, values: Mapping[str, Any], origin: Mapping[str, str]) -> str | None:
    value = values.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise _bad(key, origin[key], "it must be a text that is not empty")
    return value.strip()


def _switch(key: str, values: Mapping[str, Any], origin: Mapping[str, str], *, default: bool) -> bool:
    value = values.get(key, default)
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    found = value if isinstance(value, bool) else known.get(str(value).strip().lower())
    if found is None:
        raise _bad(key, origin[key], f"{value!r} is neither yes nor no; give 1 or 0")
    return found


def _port(key: str, values: Mapping[str, Any], origin: Mapping[str, str]) -> int:
    value = values.get(key, 8080)
    try:
        port = int(value)
    except (TypeError, ValueError):
        port = 0
    if isinstance(value, bool) or not 1 <= port <= 65535:
        raise _bad(key, origin[key], f"{value!r} is no port; give a number from 1 to 65535")
    return port


def _ice(values: Mapping[str, Any], origin: Mapping[str, str]) -> tuple[str, ...]:
    given = _text("ice", values, origin) or ""
    found = tuple(part.strip() for part in given.split(",") if part.strip())
    for part in found:
        if not part.startswith(("stun:", "turn:", "turns:")):
            raise _bad("ice", origin["ice"], f"{part!r} is neither stun:host:port nor turn:user:password@host:port")
    return found


def _ari_url(values: Mapping[str, Any], origin: Mapping[str, str]) -> str | None:
    url = _text("ari_url", values, origin)
    if url is not None and not url.startswith(("http://", "https://")):
        raise _bad("ari_url", origin["ari_url"], "it must look like http://pbx.example:8088")
    return url.rstrip("/") if url else None


def _origins(values: Mapping[str, Any], origin: Mapping[str, str]) -> tuple[str, ...]:
    given = _text("origins", values, origin) or ""
    found = tuple(part.strip().rstrip("/") for part in given.split(",") if part.strip())
    for part in found:
        if not part.startswith(("http://", "https://")):
            raise _bad("origins", origin["origins"], f"{part!r} is no origin; give e.g. https://desk.example.com")
    return found


def _dsn(values: Mapping[str, Any], origin: Mapping[str, str]) -> str | None:
    file = _text("dsn_file", values, origin)
    dsn = _text("dsn", values, origin)
    where = origin.get("dsn", "")
    if file is not None:
        where = file
        try:
            dsn = Path(file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise _bad("dsn_file", origin["dsn_file"], f"{file} cannot be read: {error}") from error
    if dsn is not None and not dsn.startswith(("postgresql://", "postgres://")):
        raise _bad("dsn", where, "it must look like postgresql://user:password@host:5432/database")
    return dsn


def _pg_bin(values: Mapping[str, Any], origin: Mapping[str, str]) -> Path | None:
    given = _text("pg_bin", values, origin)
    if given is None:
        return None
    path = Path(given).expanduser().absolute()
    for program in ("postgres", "initdb"):
        if not (path / program).is_file():
            raise _bad(
                "pg_bin",
                origin["pg_bin"],
                f"{path} holds no `{program}`; give PostgreSQL's program folder, e.g. /usr/lib/postgresql/15/bin",
            )
    return path


def _bad(key: str, where: str, what: str) -> Invalid:
    return Invalid("bad_setting", f"Setting `{key}` from {where}: {what}.", key=key)
