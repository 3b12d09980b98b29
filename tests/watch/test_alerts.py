"""What the five kinds of receivers are sent, compared with what a real Core sent them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from ksync_tui.model.alert import Alert
from ksync_tui.model.kinds.alerter import AlerterConfig, AlerterEndpoint
from ksync_tui.watch.alerts import message, wants

KOMODO = os.environ.get("KSYNC_TEST_KOMODO")
ID, PHONE = "6b040aa62454b68d9ed26aed", "6b040aa62454b68d9ed26ae9"
PENDING = Alert(
    "ResourceSyncPendingUpdates", "al", 1795426982577, None, ID, f"http://127.0.0.1:9120/resource-syncs/{ID}"
)
RESOLVED = Alert("ResourceSyncPendingUpdates", "al", 1795426982577, 1795426986898)

LINK = PENDING.link
WORDS = "OK ✅ | Pending resource sync updates on {0}al{0}"
CUSTOM = {
    "ts": 1795426982577,
    "resolved": False,
    "level": "OK",
    "target": {"type": "ResourceSync", "id": ID},
    "data": {"type": "ResourceSyncPendingUpdates", "data": {"id": ID, "name": "al"}},
    "resolved_ts": None,
}
SLACK = {
    "text": WORDS.format("*"),
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": WORDS.format("*")}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"sync id: *{ID}*\nsync name: *al*"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": LINK}},
    ],
}
DISCORD = {"content": f"{WORDS.format('**')}\n{LINK}"}


def endpoint(kind: str, **params: Any) -> AlerterEndpoint:
    return AlerterEndpoint.of(kind, url=f"http://127.0.0.1/{kind.lower()}", **params)


@pytest.mark.parametrize(("kind", "body"), [("Custom", CUSTOM), ("Slack", SLACK), ("Discord", DISCORD)])
def test_those_that_take_json_are_sent_what_core_sends(kind: str, body: dict[str, Any]) -> None:
    sent = message(endpoint(kind), PENDING)
    assert json.loads(sent.content) == body
    assert sent.headers == {"Content-Type": "application/json"}


def test_ntfy_and_pushover_are_sent_what_core_sends() -> None:
    ntfy = message(endpoint("Ntfy", email="a@b.example"), PENDING)
    assert ntfy.content.decode() == f"{WORDS.format('')}\n{LINK}"
    assert ntfy.headers == {"Title": "Komodo Alert", "X-Email": "a@b.example"}
    assert message(endpoint("Ntfy"), PENDING).headers == {"Title": "Komodo Alert"}
    pushover = message(endpoint("Pushover"), PENDING)
    assert parse_qs(pushover.content.decode()) == {"message": [f"{WORDS.format('')}\n{LINK}"]}


@pytest.mark.skipif(KOMODO is None, reason="KSYNC_TEST_KOMODO names no folder of recordings")
def test_the_bytes_are_those_of_the_recording() -> None:
    recording = json.loads((Path(KOMODO or "") / "exchanges" / "09-alerts.json").read_text("utf-8"))
    received = next(entry["received"] for entry in recording["exchanges"] if "received" in entry)
    alerter = f"http://127.0.0.1:9120/alerters/{PHONE}"
    test = Alert("Test", "ntfy", 1795426988616, 1795426988616, PHONE, alerter)
    ours = {
        "/slack": message(endpoint("Slack"), PENDING),
        "/discord": message(endpoint("Discord"), PENDING),
        "/custom": message(endpoint("Custom"), PENDING),
        "/ntfy": message(endpoint("Ntfy", email="a@b.example"), PENDING),
        "/pushover?token=T&user=U": message(endpoint("Pushover"), PENDING),
    }
    first, later = received[:5], received[5:]
    assert {one["path"]: one["body"] for one in first} == {path: sent.content.decode() for path, sent in ours.items()}
    for one in first:
        sent_headers = {name.lower(): value for name, value in ours[one["path"]].headers.items()}
        assert sent_headers.items() >= one["headers"].items()
    assert later[1]["body"] == message(endpoint("Ntfy"), test).content.decode()


def test_the_end_is_told_in_the_same_payload_resolved() -> None:
    told = json.loads(message(endpoint("Custom"), RESOLVED).content)
    assert told == CUSTOM | {
        "resolved": True,
        "resolved_ts": 1795426986898,
        "target": {"type": "ResourceSync", "id": "al"},
        "data": {"type": "ResourceSyncPendingUpdates", "data": {"id": "al", "name": "al"}},
    }
    assert message(endpoint("Ntfy"), RESOLVED).content.decode() == f"{WORDS.format('')} | resolved"


def test_a_test_says_that_it_is_one() -> None:
    test = Alert("Test", "phone", 5, 5)
    told = json.loads(message(endpoint("Custom"), test).content)
    assert told["target"] == {"type": "Alerter", "id": "phone"}
    assert (told["data"]["type"], told["resolved"], told["resolved_ts"]) == ("Test", True, 5)
    words = json.loads(message(endpoint("Discord"), test).content)["content"]
    assert words == "OK ✅ | If you see this message, then Alerter **phone** is **working**"


def test_slack_gets_no_header_that_it_refuses() -> None:
    long = Alert("ResourceSyncPendingUpdates", "n" * 300, 1)
    told = json.loads(message(endpoint("Slack"), long).content)
    assert len(told["blocks"][0]["text"]["text"]) == 150
    assert "n" * 300 in told["text"]


def test_an_address_is_not_in_what_is_printed() -> None:
    assert "127.0.0.1" not in repr(message(endpoint("Custom"), PENDING))


SYNC = {"type": "ResourceSync", "id": "al"}
OTHER = {"type": "ResourceSync", "id": "other"}


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"alert_types": ["ResourceSyncPendingUpdates", "Test"]}, True),
        ({"alert_types": ["ServerCpu"]}, False),
        ({"resources": [SYNC]}, True),
        ({"resources": [{"type": "ResourceSync", "id": ID}]}, True),
        ({"resources": [OTHER]}, False),
        ({"resources": [{"type": "Stack", "id": "al"}]}, False),
        ({"except_resources": [SYNC]}, False),
        ({"except_resources": [OTHER]}, True),
        ({"resources": [SYNC], "except_resources": [SYNC]}, False),
    ],
)
def test_an_alerter_is_told_what_its_filters_let_through(config: dict[str, Any], wanted: bool) -> None:
    alerter = AlerterConfig.model_validate({"enabled": True} | config)
    assert wants(alerter, PENDING) is wanted


def test_an_entry_that_names_nothing_means_nothing() -> None:
    alerter = AlerterConfig.model_validate({"enabled": True, "except_resources": [{"type": "ResourceSync", "id": ""}]})
    assert wants(alerter, RESOLVED)
