"""Secrets from where they are: commands, files, dotenv files, the keyring, the environment; named in the settings."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ksync_tui.config import secret_sources
from ksync_tui.errors import ConfigError
from tests.cli.conftest import CommandLine

STACK = '''
[[server]]
name = "edge"

[[stack]]
name = "web"
deploy = true
[stack.config]
server = "edge"
file_contents = """
services:
  web:
    image: nginx
"""
environment = """
DB = [[DB]]
OTHER = [[OTHER]]
"""
'''
DOCKER = """
import sys
words = sys.argv[1:]
if words[0] == "ps":
    sys.exit(0)
if words[:2] == ["compose", "version"]:
    print("1")
elif "--services" in words:
    print("web")
elif "config" in words:
    print("services:\\n  web:\\n    image: nginx")
elif "up" in words:
    print(open(words[words.index("--env-file") + 1]).read())
"""


def source(tmp_path: Path, table: dict[str, object]) -> secret_sources.SecretSource:
    return secret_sources.sources({"DB": table}, tmp_path / "config.toml")["DB"]


def python(code: str) -> dict[str, object]:
    return {"command": [sys.executable, "-c", code]}


@pytest.mark.parametrize(
    ("table", "value"),
    [
        (python("print('hunter2')"), "hunter2"),
        (python("print('two\\nlines')"), "two\nlines"),
        ({"command": "printf '%s' 'a b'"}, "a b"),
        ({"file": "secret"}, "from a file"),
        ({"dotenv": ".env", "key": "DB"}, "quoted value"),
        ({"dotenv": ".env", "key": "PLAIN"}, "a=b"),
        ({"env": "DB_OF_TEST"}, "from the environment"),
    ],
)
def test_a_value_is_got_from_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: dict[str, object], value: str
) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    (tmp_path / ".env").write_text("# DB=no\nDB=old\nexport DB = 'quoted value'\nPLAIN=a=b\n")
    monkeypatch.setenv("DB_OF_TEST", "from the environment")
    assert source(tmp_path, table).value() == value


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (python("raise SystemExit('locked')"), "ended with 1: locked"),
        (python("pass"), "there is nothing"),
        (python("print('x' * 1_000_000)"), "printed more than 64 KB"),
        (python("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')"), "it is not text"),
        ({"command": ["ksync-no-such-command"]}, "cannot be started"),
        ({"file": "nowhere"}, "No such file"),
        ({"dotenv": "empty", "key": "DB"}, "has no DB"),
        ({"env": "KSYNC_TEST_NOT_SET"}, "there is nothing"),
    ],
)
def test_what_cannot_be_had_says_which_and_why(tmp_path: Path, table: dict[str, object], why: str) -> None:
    (tmp_path / "empty").write_text("")
    with pytest.raises(ConfigError) as refused:
        source(tmp_path, table).value()
    assert "the secret DB cannot be had" in str(refused.value)
    assert why in str(refused.value)


def test_a_command_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_sources, "SECONDS", 0.3)
    with pytest.raises(ConfigError, match="took longer than"):
        source(tmp_path, python("import time; time.sleep(60)")).value()


@pytest.mark.parametrize(
    "table",
    [{}, {"command": []}, {"command": [1]}, {"file": "a", "env": "b"}, {"dotenv": "a"}, {"file": ["a"]}, {"fiel": "a"}],
)
def test_a_place_that_is_none_is_refused(tmp_path: Path, table: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="no place of a secret"):
        source(tmp_path, table)


@pytest.fixture
def lab(ksync: CommandLine) -> CommandLine:
    """A stack with two secrets, a docker that prints what it is given, a command that counts how often it is run."""
    ksync.home.mkdir()
    (ksync.home / "docker.py").write_text(DOCKER)
    (ksync.home / "get.py").write_text("import sys; open(sys.argv[1], 'a').write('.'); print('hunter2-hunter2')")
    docker, get = ([sys.executable, str(ksync.home / name)] for name in ("docker.py", "get.py"))
    settings = f'[docker]\ncommand = {docker!r}\n[hosts]\nedge = ""\n[secrets]\n'
    settings += f'DB = {{ command = {[*get, str(ksync.home / "asked")]!r} }}\nOTHER = {{ file = "other" }}\n'
    (ksync.home / "config.toml").write_text(settings.replace("'", '"'))
    (ksync.home / "other").write_text("letmein-letmein\n")
    ksync.write(STACK)
    return ksync


def test_a_deploy_gets_what_it_names_once_and_nothing_of_it_is_shown(lab: CommandLine) -> None:
    assert lab("plan", lab.files).code == 2
    assert not (lab.home / "asked").exists(), "a plan needs no values"
    ended = lab("apply", lab.files, "--all", "--yes")
    shown = lab("runs", "show", "1").out
    assert "DB=<DB>" in shown, ended.err + shown
    assert "OTHER=<OTHER>" in shown
    assert "hunter2" not in shown + ended.out + ended.err
    assert "letmein" not in shown + ended.out + ended.err
    assert (lab.home / "asked").read_text() == "."
    env = next(lab.home.rglob("stacks/web/.env"))
    assert env.read_text() == "DB=hunter2-hunter2\nOTHER=letmein-letmein\n"


def test_a_secret_that_cannot_be_had_stops_only_what_needs_it(lab: CommandLine) -> None:
    (lab.home / "other").unlink()
    ended = lab("apply", lab.files, "--all", "--yes")
    assert ended.code == 2
    assert "the secret OTHER cannot be had" in ended.err + ended.out
    assert 'name = "web"' in lab("export").out
