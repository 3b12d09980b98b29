"""`ksync hosts` and `ksync profiles`: nobody has to write TOML to begin, and what somebody wrote stays."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.cli.conftest import CommandLine

MINE = """\
# mine
[watch]
interval_seconds = 60 # often

[keys]
go = "F5"
"""


def settings(ksync: CommandLine) -> str:
    return (ksync.home / "config.toml").read_text("utf-8")


def test_hosts_are_added_and_removed_and_comments_stay(ksync: CommandLine) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text(MINE)
    assert "no Docker host is named yet" in ksync("hosts").err
    assert ksync("hosts", "add", "attic", "ssh://rosa@attic").code == 0
    assert ksync("hosts", "add", "my box", "/run/docker.sock").code == 0
    assert settings(ksync).startswith(MINE)
    assert ksync("hosts").out.split("\n")[0].split() == ["attic", "ssh://rosa@attic"]
    assert json.loads(ksync("hosts", "list", "--json").out)["hosts"][1] == {
        "server": "my box", "address": "/run/docker.sock",
    }  # fmt: skip
    assert ksync("hosts", "remove", "attic").code == 0
    assert tomllib.loads(settings(ksync))["hosts"] == {"my box": "/run/docker.sock"}
    gone = ksync("hosts", "remove", "attic")
    assert (gone.code, "There are: my box" in gone.err) == (1, True)


def test_a_host_that_does_not_answer_is_said(ksync: CommandLine) -> None:
    assert "no Docker host is mapped to this server" in ksync("hosts", "test", "attic").err
    ksync("hosts", "add", "attic", "unix:///nowhere/docker.sock")
    ended = ksync("hosts", "test", "attic", "--json")
    (finding,) = json.loads(ended.out)["findings"]
    assert (ended.code, finding["works"], finding["what"]) == (1, False, "docker unix:///nowhere/docker.sock")


def test_a_profile_is_added_made_the_usual_one_and_removed(ksync: CommandLine) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text(MINE)
    (ksync.home / "key").write_text("K_1")
    words = ("--key-file", ksync.home / "key", "--secret-file", ksync.home / "key", "--read-only", "--default")
    added = ksync("profiles", "add", "prod", "https://komodo.example", *words)
    assert added.code == 0, added.err
    found = tomllib.loads(settings(ksync))
    assert found["profile"] == "prod"
    assert found["profiles"]["prod"] == {
        "address": "https://komodo.example", "key_file": str(ksync.home / "key"),
        "secret_file": str(ksync.home / "key"), "read_only": True,
    }  # fmt: skip
    assert "interval_seconds = 60 # often" in settings(ksync)
    rows = json.loads(ksync("profiles", "--json").out)["profiles"]
    assert [(row["name"], row["engine"], row["current"]) for row in rows] == [
        ("local", "embedded", False), ("prod", "core", True),
    ]  # fmt: skip
    assert ksync("profiles", "remove", "prod").code == 0
    assert "prod" not in settings(ksync)
    assert ksync("profiles", "test", "local").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("prod", "ftp://komodo"), "does not start with https://"),
        (("local", "https://komodo.example"), "local is the embedded engine"),
        (("a b", "https://komodo.example"), "cannot be called"),
        (("environment", "https://komodo.example"), "cannot be called environment"),
    ],
)
def test_what_would_not_be_understood_is_not_written(ksync: CommandLine, words: tuple[str, str], said: str) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text(MINE)
    ended = ksync("profiles", "add", *words)
    assert (ended.code, said in ended.err) == (1, True), ended.err
    assert settings(ksync) == MINE


def test_settings_that_are_not_toml_are_left_alone(ksync: CommandLine) -> None:
    ksync.home.mkdir()
    (ksync.home / "config.toml").write_text("[hosts\n")
    ended = ksync("hosts", "add", "attic", "x")
    assert (ended.code, "not TOML" in ended.err) == (1, True)
    assert settings(ksync) == "[hosts\n"
