"""Settings: where they come from, which wins, and what is said when one is wrong."""

from pathlib import Path

import pytest

from jietong import config
from jietong.core.errors import Invalid


def test_without_anything_the_home_is_the_users_data_folder(tmp_path: Path) -> None:
    assert config.default_home({"HOME": "/home/lin"}, 1000) == Path("/home/lin/.local/share/jietong")
    assert config.default_home({"HOME": "/home/lin", "XDG_DATA_HOME": "/data"}, 1000) == Path("/data/jietong")
    assert config.default_home({"XDG_DATA_HOME": "not/absolute", "HOME": "/h"}, 1) == Path("/h/.local/share/jietong")
    assert config.default_home({"HOME": "/root"}, 0) == Path("/var/lib/jietong")
    settings = config.load({"JIETONG_HOME": str(tmp_path)})
    assert (settings.home, settings.host, settings.port, settings.dsn) == (tmp_path, "127.0.0.1", 8080, None)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "jietong.toml").write_text('port = 9000\nhost = "0.0.0.0"\ndsn = "postgresql://a@b/c"\n')
    env = {"JIETONG_HOME": str(tmp_path), "JIETONG_PORT": "9001"}
    settings = config.load(env)
    assert (settings.port, settings.host, settings.dsn) == (9001, "0.0.0.0", "postgresql://a@b/c")
    other = tmp_path / "other.toml"
    other.write_text("port = 9002\n")
    assert config.load({"JIETONG_HOME": str(tmp_path), "JIETONG_CONFIG": str(other)}).port == 9002


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "dsn"
    secret.write_text("postgresql://jietong:秘密@db/jietong\n", encoding="utf-8")
    env = {"JIETONG_HOME": str(tmp_path), "JIETONG_DSN_FILE": str(secret)}
    assert config.load(env).dsn == "postgresql://jietong:秘密@db/jietong"


@pytest.mark.parametrize(
    ("toml", "env", "key", "says"),
    [
        ("port = 0", {}, "port", "1 to 65535"),
        ("", {"JIETONG_PORT": "eighty"}, "port", "JIETONG_PORT"),
        ("port = true", {}, "port", "1 to 65535"),
        ("prot = 80", {}, "prot", "no such setting"),
        ("port = ", {}, "jietong.toml", "TOML"),
        ("host = 7", {}, "host", "text"),
        ("", {"JIETONG_DSN": "mysql://x"}, "dsn", "postgresql://"),
        ("", {"JIETONG_DSN_FILE": "/nowhere/at/all"}, "dsn_file", "cannot be read"),
        ("", {"JIETONG_PG_BIN": "/nowhere/at/all"}, "pg_bin", "holds no `postgres`"),
        ("", {"JIETONG_CONFIG": "/nowhere/at/all.toml"}, "JIETONG_CONFIG", "there is no file"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(
    tmp_path: Path, toml: str, env: dict[str, str], key: str, says: str
) -> None:
    (tmp_path / "jietong.toml").write_text(toml)
    with pytest.raises(Invalid) as told:
        config.load({"JIETONG_HOME": str(tmp_path), **env})
    assert told.value.code == "bad_setting"
    assert told.value.extra["key"] == key
    assert says in told.value.detail


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(Invalid, match="is a file"):
        config.load({"JIETONG_HOME": str(file)})
