"""`--debug FILE`: what ksync did, for a report, and none of the values that are secret."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ksync_tui.system import debug_log
from tests.cli.conftest import CommandLine

SECRETS = [
    "planted-value-1",
    "planted:value 2",
    'planted\\value"3',
    "https://hooks.example/plänted-value-4",
    "planted-value-5",
]
DECLARED = """
[[variable]]
name = "TOKEN"
value = "planted-value-1"
is_secret = true

[[stack]]
name = "web"
[stack.config]
webhook_secret = "planted:value 2"
file_contents = "services: {}"

[[repo]]
name = "code"
[repo.config]
webhook_secret = 'planted\\value"3'

[[alerter]]
name = "phone"
[alerter.config]
endpoint.type = "Slack"
endpoint.params.url = "https://hooks.example/plänted-value-4"
"""


@pytest.fixture(autouse=True)
def _no_log_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(debug_log.VARIABLE, "")
    yield
    debug_log.end()


def test_the_log_says_what_was_done_and_no_secret(ksync: CommandLine, tmp_path: Path) -> None:
    log = tmp_path / "ksync.log"
    file = ksync.write(DECLARED)
    (ksync.home).mkdir()
    (ksync.home / "config.toml").write_text('[watch]\nwebhook_secret = "planted-value-5"\n')
    for arguments in (
        ("plan", file), ("apply", file, "--all", "--yes"), ("export", "--with-secrets"), ("runs",),
        ("apply", ksync.write("", "empty.toml"), "--all", "--delete"),
    ):  # fmt: skip
        ksync("--debug", log, *arguments)
    for secret in SECRETS:
        logging.getLogger("ksync_tui.here").debug("a fault: %s", secret)
        logging.getLogger("ksync_tui.here").debug("quoted: %r", secret)
    text = log.read_text("utf-8")
    assert "create:variable/TOKEN: done" in text
    assert "planned" in text
    assert text.count("a fault: <") == len(SECRETS)
    assert [secret for secret in SECRETS if secret in text or repr(secret)[1:-1] in text] == []
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("clone https://me:hunter2@git.example/x", "clone https://git.example/x"),
        ("one\ntwo \x1b[31mred\u202e", "one\\ntwo \\x1b[31mred\\u202e"),
        ('{"webhook_secret": "an old one"}', '{"webhook_secret": "<secret>"}'),
    ],
)
def test_a_line_is_one_line_and_safe_to_show(tmp_path: Path, said: str, logged: str) -> None:
    debug_log.start(tmp_path / "log")
    logging.getLogger("ksync_tui.here").debug("%s", said)
    assert (tmp_path / "log").read_text("utf-8").rstrip("\n").endswith(f" DEBUG ksync_tui.here: {logged}")


@pytest.mark.parametrize(
    ("words", "logged"),
    [
        (["docker", "run", "--env", "KEY=value", "nginx"], "docker run --env KEY=… nginx"),
        (["sh", "-c", "curl -H 'X: value'"], "sh -c …"),
    ],
)
def test_values_of_a_command_are_not_logged(words: list[str], logged: str) -> None:
    assert debug_log.command(words) == logged


def test_a_full_disk_costs_only_the_log(ksync: CommandLine) -> None:
    ended = ksync("plan", ksync.write(DECLARED), "--debug", "/dev/full")
    assert (ended.code, ended.err) == (2, "")


def test_nothing_is_logged_or_gathered_by_default(ksync: CommandLine, tmp_path: Path) -> None:
    assert ksync("plan", ksync.write(DECLARED)).code == 2
    assert not debug_log.is_on()
    assert list(tmp_path.rglob("*.log")) == []


def test_a_log_that_cannot_be_written_is_an_error(ksync: CommandLine, tmp_path: Path) -> None:
    ended = ksync("syncs", "list", "--debug", tmp_path / "missing" / "log")
    assert ended.code == 1
    assert "the debug log cannot be written" in ended.err
