"""A sync that turns reaches real receivers, in the form of each, whatever happens on the way."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from ksync_tui.errors import AlertError, UsageError
from ksync_tui.services import Session
from tests.watch.conftest import apply
from tests.watch.receiver import Receiver

NOON = 1_795_000_000.0
FIVE = """
[[alerter]]
name = "{kind}"
[alerter.config]
enabled = true
endpoint = {{ type = "{kind}", params = {{ url = "{url}" }} }}
"""
SYNC = """
[[resource_sync]]
name = "homelab"
[resource_sync.config]
files_on_host = true
resource_path = ["infra"]
"""
KINDS = ("Custom", "Slack", "Discord", "Ntfy", "Pushover")
SENTENCE = "OK ✅ | Pending resource sync updates on homelab"


def alerter(url: str, kind: str = "Custom", more: str = "") -> str:
    return FIVE.format(kind=kind, url=url) + more


def test_each_form_is_told_once_per_turn(session: Session, folder: Path, inbox: Receiver) -> None:
    apply(session, folder, SYNC + "".join(alerter(inbox.url(f"/{kind}"), kind) for kind in KINDS))
    inbox.status = 200
    for pending in (True, True, False, False):
        session.alerting.turned("homelab", pending, NOON)
        session.alerting.deliver(lambda: NOON)
    session.alerting.deliver(lambda: NOON + 3600)
    paths = [one.path for one in inbox.received]
    assert sorted(paths[:5]) == sorted(paths[5:]) == sorted(f"/{kind}" for kind in KINDS)
    by_path = {one.path: one for one in inbox.received[:5]}
    assert json.loads(by_path["/Custom"].body)["resolved"] is False
    assert by_path["/Ntfy"].body == SENTENCE
    assert by_path["/Ntfy"].headers["title"] == "Komodo Alert"
    over = {one.path: one for one in inbox.received[5:]}
    assert json.loads(over["/Custom"].body)["resolved"] is True
    assert over["/Ntfy"].body == f"{SENTENCE} | resolved"


def test_a_receiver_that_was_away_is_told_when_it_is_back(session: Session, folder: Path, inbox: Receiver) -> None:
    apply(session, folder, SYNC + alerter(inbox.url("/hook?token=hunter2")))
    inbox.status = 503
    session.alerting.turned("homelab", True, NOON)
    (failed,) = session.alerting.deliver(lambda: NOON)
    assert failed.problem == "alerter/Custom at 127.0.0.1: the alert was not taken: the answer was 503"
    (row,) = session.alerting.rows()
    assert (row.waiting, row.problem) == (1, failed.problem)
    inbox.status = 204
    assert [one.outcome for one in session.alerting.deliver(lambda: NOON + 10)] == ["delivered"]
    assert session.alerting.rows()[0].waiting == 0
    assert inbox.received[0].body == inbox.received[1].body


@pytest.mark.parametrize("kind", KINDS)
def test_each_form_arrives_after_a_retry(session: Session, folder: Path, inbox: Receiver, kind: str) -> None:
    apply(session, folder, SYNC + alerter(inbox.url("/"), kind))
    inbox.status = 500
    session.alerting.turned("homelab", True, NOON)
    assert [one.outcome for one in session.alerting.deliver(lambda: NOON)] == ["failed"]
    session.alerting.turned("homelab", False, NOON + 1)
    inbox.status = 200
    for now in (NOON + 60, NOON + 120, NOON + 180):
        session.alerting.deliver(partial(float, now))
    first, again, over = [one.body for one in inbox.received]
    assert first == again != over
    assert "resolved" in over


def test_slack_counts_only_a_plain_yes(session: Session, folder: Path, inbox: Receiver) -> None:
    apply(session, folder, SYNC + alerter(inbox.url("/"), "Slack"))
    inbox.status = 204
    session.alerting.turned("homelab", True, NOON)
    assert [one.outcome for one in session.alerting.deliver(lambda: NOON)] == ["failed"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:9/s3cr3t-token", "at 127.0.0.1: the alert was not delivered: cannot connect"),
        ("ftp://127.0.0.1/s3cr3t-token", "its url or its email cannot be used"),
        ("http://[s3cr3t-token", "its url or its email cannot be used"),
        ("s3cr3t-token", "alerter/Custom: the alert was not delivered: its url or its email cannot be used"),
        ("http://127.0.0.1:9/[[NOBODY]]/s3cr3t-token", "its url needs NOBODY"),
    ],
)
def test_a_failure_names_alerter_and_host_and_nothing_secret(
    session: Session, folder: Path, url: str, says: str
) -> None:
    apply(session, folder, alerter(url))
    with pytest.raises(AlertError) as failed:
        session.alerting.test("Custom", NOON)
    assert says in str(failed.value)
    assert str(failed.value).startswith("alerter/Custom")
    assert "s3cr3t" not in f"{failed.value!r} {failed.value}"
    assert failed.value.__cause__ is None


def test_variables_and_secrets_are_put_into_the_address(
    session: Session, folder: Path, inbox: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KSYNC_SECRET_TOKEN", "from-outside")
    place = '[[variable]]\nname = "PLACE"\nvalue = "hooks"\n'
    apply(session, folder, place + alerter(inbox.url("/[[PLACE]]?token=[[TOKEN]]")))
    session.alerting.test("Custom", NOON)
    assert inbox.received[0].path == "/hooks?token=from-outside"
    assert json.loads(inbox.received[0].body)["data"] == {"type": "Test", "data": {"id": "Custom", "name": "Custom"}}


def test_only_an_alerter_that_could_be_told_is_tested(session: Session, folder: Path, inbox: Receiver) -> None:
    apply(session, folder, alerter(inbox.url("/")).replace("enabled = true", "enabled = false"))
    with pytest.raises(UsageError, match="disabled"):
        session.alerting.test("Custom", NOON)
    with pytest.raises(UsageError, match="no such alerter"):
        session.alerting.test("phone", NOON)
    assert inbox.received == []


WINDOW = 'maintenance_windows = [{ name = "all day", duration_minutes = 1440 }]\n'


@pytest.mark.parametrize(
    ("sync", "to"),
    [
        (SYNC + "pending_alert = false\n", ""),
        (SYNC, 'alert_types = ["ServerCpu"]\n'),
        (SYNC, 'except_resources = [{ type = "ResourceSync", id = "homelab" }]\n'),
        (SYNC, WINDOW),
    ],
)
def test_nobody_is_told_who_does_not_want_to_know(
    session: Session, folder: Path, inbox: Receiver, sync: str, to: str
) -> None:
    apply(session, folder, sync + alerter(inbox.url("/"), more=to))
    assert session.alerting.turned("homelab", True, NOON) is not None
    assert session.alerting.deliver(lambda: NOON) == []
    assert inbox.received == []


def test_what_waits_for_an_alerter_that_is_gone_is_dropped(session: Session, folder: Path, inbox: Receiver) -> None:
    text = SYNC + alerter(inbox.url("/"))
    apply(session, folder, text)
    session.alerting.turned("homelab", True, NOON)
    apply(session, folder, text.replace("enabled = true", "enabled = false"))
    assert [one.outcome for one in session.alerting.deliver(lambda: NOON)] == ["dropped"]
