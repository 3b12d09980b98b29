"""The whole of it, as a process: a push comes in, a run and an alert go out, and it ends when it is told to."""

from __future__ import annotations

import hmac
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest

from ksync_tui.cli import main
from ksync_tui.errors import EXIT_ERROR
from ksync_tui.services import Session
from ksync_tui.watch.listening import address_of
from tests.watch.conftest import apply
from tests.watch.receiver import Receiver
from tests.watch.test_alerting import alerter
from tests.watch.test_watching import VARIABLES, variable

SECRET = "wh-secret"
PUSH = b'{"ref":"refs/heads/main","after":"%d"}'


class Watcher:
    """A `ksync watch --json` that runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[dict[str, str]] = []

    def until(self, wanted: Callable[[dict[str, str]], bool]) -> dict[str, str]:
        """The next line that is wanted; waits for it."""
        assert self.process.stdout
        for text in self.process.stdout:
            self.lines.append(json.loads(text))
            if wanted(self.lines[-1]):
                return self.lines[-1]
        raise AssertionError(f"it ended: {self.lines} {self.process.communicate()[1]}")

    def what(self, what: str) -> dict[str, str]:
        return self.until(lambda line: line["what"] == what)

    def end(self, how: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@contextmanager
def watcher(home: Path, *options: str, **environment: str) -> Iterator[Watcher]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ksync_tui", "watch", "--json", "--interval", "3600", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"KSYNC_HOME": str(home)} | environment,
    )
    too_long = Timer(90, process.kill)
    too_long.start()
    try:
        yield Watcher(process)
    finally:
        too_long.cancel()
        process.kill()
        process.communicate()


def push(port: str, option: str, number: int) -> httpx.Response:
    body = PUSH % number
    signature = "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
    url = f"http://127.0.0.1:{port}/listener/github/sync/homelab/{option}"
    return httpx.post(url, content=body, headers={"x-hub-signature-256": signature, "x-github-event": "push"})


def test_a_push_is_planned_and_run_and_told(session: Session, folder: Path, tmp_path: Path, inbox: Receiver) -> None:
    secret = f'webhook_secret = "{SECRET}"\n'
    apply(session, folder, VARIABLES + secret + alerter(inbox.url("/")))
    folder.rmdir()  # not there when the watch begins: no file tells of a change before the webhook does
    allowed = ("--execute", "homelab", "--webhooks", "127.0.0.1:0")
    with watcher(tmp_path / "home", *allowed) as running:
        port = running.what("webhook")["text"].rpartition(":")[2]
        running.what("problem")
        folder.mkdir()
        (folder / "all.toml").write_text(variable("A"))
        assert push(port, "sync", 1).json() == {"result": "queued: sync"}
        assert running.what("run")["text"].startswith("run 2 done")
        running.what("clean")
        (folder / "all.toml").write_text(variable("A", "2"))
        assert push(port, "refresh", 2).status_code == 200
        assert running.what("pending")["text"] == "~1"
        assert "delivered" in running.what("alert")["text"]
        assert push(port, "refresh", 2).json()["result"] == "ignored: it was delivered before"
        assert running.end() == (0, "")
    assert session.runs.latest(1)[0].who == "webhook github"
    assert [json.loads(one.body)["data"]["data"]["name"] for one in inbox.received] == ["homelab"]


def test_an_edit_is_seen_without_waiting_for_the_interval(session: Session, folder: Path, tmp_path: Path) -> None:
    apply(session, folder, VARIABLES)
    (folder / "all.toml").write_text(variable("A"))
    with watcher(tmp_path / "home") as running:
        assert running.what("pending")["text"] == "+1"
        (folder / "all.toml").write_text(variable("A") + variable("B"))
        assert running.what("pending")["text"] == "+2"
        assert running.end(signal.SIGINT) == (0, "")


def test_it_goes_on_whatever_breaks(session: Session, folder: Path, tmp_path: Path) -> None:
    apply(session, folder, VARIABLES)
    with watcher(tmp_path / "home", "--interval", "1") as running:
        running.what("clean")
        folder.rename(tmp_path / "away")
        assert "no such file" in running.what("problem")["text"]
        (tmp_path / "away" / "all.toml").write_text(variable("A"))
        (tmp_path / "away").rename(folder)
        assert running.what("pending")["text"] == "+1"
        assert running.end() == (0, "")


def test_it_ends_when_nobody_reads_it_any_more(session: Session, folder: Path, tmp_path: Path) -> None:
    apply(session, folder, VARIABLES)
    with watcher(tmp_path / "home") as running:
        running.what("clean")
        assert running.process.stdout
        running.process.stdout.close()
        (folder / "all.toml").write_text(variable("A"))
        assert running.process.wait(60) == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--webhooks", "127.0.0.1:0"), "homelab"),
        (("--webhooks", "everywhere"), "not an address"),
        (("--sync", "nobody"), "no such sync"),
        (("--execute", "nobody"), "no such sync"),
        (("--interval", "0"), "interval"),
        (("--interval", "nan"), "interval"),
    ],
)
def test_what_cannot_be_watched_is_refused_at_the_start(
    session: Session,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    if says != "homelab":
        monkeypatch.setenv("KSYNC_WEBHOOK_SECRET", SECRET)
    apply(session, folder, VARIABLES)
    assert main(["watch", *options]) == EXIT_ERROR
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("given", ["environment", "settings", "file", "sync", "off"])
def test_a_secret_comes_from_the_sync_or_from_the_settings(
    session: Session, folder: Path, tmp_path: Path, given: str
) -> None:
    fields = {"sync": f'webhook_secret = "{SECRET}"\n', "off": "webhook_enabled = false\n"}.get(given, "")
    apply(session, folder, VARIABLES + fields)
    (tmp_path / "secret").write_text(SECRET + "\n")
    settings = {"settings": f'webhook_secret = "{SECRET}"', "file": f'webhook_secret_file = "{tmp_path / "secret"}"'}
    (tmp_path / "home" / "config.toml").write_text(f"[watch]\n{settings.get(given, '')}\n")
    environment = {"KSYNC_WEBHOOK_SECRET": SECRET} if given == "environment" else {}
    with watcher(tmp_path / "home", "--webhooks", "127.0.0.1:0", **environment) as running:
        port = running.what("webhook")["text"].rpartition(":")[2]
        answer: Any = push(port, "refresh", 1)
        assert answer.status_code == (401 if given == "off" else 200)
        assert running.end() == (0, "")
    assert SECRET not in str(running.lines)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("9121", ("127.0.0.1", 9121)),
        ("192.168.0.1:80", ("192.168.0.1", 80)),
        ("[::1]:9121", ("::1", 9121)),
        ("ksync.lan:1", ("ksync.lan", 1)),
    ],
)
def test_addresses_are_written_as_usual(written: str, address: tuple[str, int]) -> None:
    assert address_of(written) == address
