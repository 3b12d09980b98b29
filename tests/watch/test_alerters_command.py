"""`ksync alerters`: who is told, what could not be told, and a test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ksync_tui.cli import main
from ksync_tui.errors import EXIT_ERROR, EXIT_OK
from ksync_tui.services import Session
from tests.watch.conftest import apply
from tests.watch.receiver import Receiver
from tests.watch.test_alerting import NOON, SYNC, alerter


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))


def test_alerters_are_listed_by_host_with_what_waits(
    session: Session, folder: Path, inbox: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    apply(session, folder, SYNC + alerter(inbox.url("/s3cr3t-token")))
    inbox.status = 404
    session.alerting.turned("homelab", True, NOON)
    session.alerting.deliver(lambda: NOON)
    assert main(["alerters"]) == EXIT_OK
    printed = capsys.readouterr().out
    assert printed.split()[:5] == ["Custom", "Custom", "127.0.0.1", "1", "waiting"]
    assert "the answer was 404" in printed
    assert main(["alerters", "--json"]) == EXIT_OK
    (row,) = json.loads(capsys.readouterr().out)["alerters"]
    assert (row["name"], row["host"], row["waiting"]) == ("Custom", "127.0.0.1", 1)
    assert "s3cr3t" not in printed + json.dumps(row)


def test_a_test_says_whether_it_arrived(
    session: Session, folder: Path, inbox: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    apply(session, folder, alerter(inbox.url("/")))
    assert main(["alerters", "test", "Custom"]) == EXIT_OK
    assert "sent the test alert" in capsys.readouterr().err
    assert [json.loads(one.body)["data"]["type"] for one in inbox.received] == ["Test"]
    inbox.status = 500
    assert main(["alerters", "test", "Custom"]) == EXIT_ERROR
    said = capsys.readouterr().err
    assert "the alert was not taken" in said
    assert "the answer was 500" in said
