"""What an alerter is told, in the words and forms of Komodo (semantics g). Pure.

Komodo tells of a pending sync once; ksync tells of its end too, in the same payload with `resolved` set.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from ksync_tui.model.alert import Alert
    from ksync_tui.model.kinds.alerter import AlerterConfig, AlerterEndpoint

LEVEL = "OK ✅"
MOST_SLACK_HEADER = 150
"""Slack refuses a longer header."""
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Message:
    """One POST. `only_200`: no other answer means that it arrived. The url may hold a token and is never shown."""

    url: str = field(repr=False)
    content: bytes
    headers: Mapping[str, str]
    only_200: bool = False


def message(endpoint: AlerterEndpoint, alert: Alert) -> Message:
    """What an endpoint is sent for an alert; its url as it is written."""
    return _FORMATS[endpoint.type](endpoint.params, alert)


def wants(config: AlerterConfig, alert: Alert) -> bool:
    """Whether an alerter takes an alert, its maintenance windows aside."""
    kinds, (kind, name) = config.alert_types, target_of(alert)
    if not config.enabled or (kinds and alert.kind not in kinds):
        return False
    about = {(kind, known_by) for known_by in (name, alert.id) if known_by}
    if any((resource.type, resource.id) in about for resource in config.except_resources):
        return False
    return not config.resources or any((resource.type, resource.id) in about for resource in config.resources)


def target_of(alert: Alert) -> tuple[str, str]:
    """Type and name of what an alert is about."""
    return ("Alerter" if alert.kind == "Test" else "ResourceSync"), alert.name


def as_json(alert: Alert) -> dict[str, Any]:
    """The alert as Komodo's API has it, without an id of its own."""
    known_by = alert.id or alert.name
    return {
        "ts": alert.opened,
        "resolved": alert.resolved is not None,
        "level": "OK",
        "target": {"type": target_of(alert)[0], "id": known_by},
        "data": {"type": alert.kind, "data": {"id": known_by, "name": alert.name}},
        "resolved_ts": alert.resolved,
    }


def sentence(alert: Alert, strong: str = "") -> str:
    """The alert in one line; `strong` is what stands around words in bold."""
    name = f"{strong}{alert.name}{strong}"
    if alert.kind == "Test":
        return f"{LEVEL} | If you see this message, then Alerter {name} is {strong}working{strong}"
    over = " | resolved" if alert.resolved is not None else ""
    return f"{LEVEL} | Pending resource sync updates on {name}{over}"


def _with_link(alert: Alert, strong: str = "") -> str:
    return "\n".join(filter(None, (sentence(alert, strong), alert.link)))


def _custom(endpoint: Any, alert: Alert) -> Message:
    return Message(endpoint.url, _json(as_json(alert)), _JSON)


def _slack(endpoint: Any, alert: Alert) -> Message:
    text, noun = sentence(alert, "*"), "alerter" if alert.kind == "Test" else "sync"
    sections = [f"{noun} id: *{alert.id or alert.name}*\n{noun} name: *{alert.name}*", alert.link]
    blocks = [_block("header", "plain_text", text[:MOST_SLACK_HEADER])]
    blocks += [_block("section", "mrkdwn", section) for section in sections if section]
    return Message(endpoint.url, _json({"text": text, "blocks": blocks}), _JSON, only_200=True)


def _block(kind: str, text_kind: str, text: str) -> dict[str, Any]:
    return {"type": kind, "text": {"type": text_kind, "text": text}}


def _discord(endpoint: Any, alert: Alert) -> Message:
    return Message(endpoint.url, _json({"content": _with_link(alert, "**")}), _JSON)


def _ntfy(endpoint: Any, alert: Alert) -> Message:
    headers = {"Title": "Komodo Alert"} | ({"X-Email": endpoint.email} if endpoint.email else {})
    return Message(endpoint.url, _with_link(alert).encode(), headers)


def _pushover(endpoint: Any, alert: Alert) -> Message:
    return Message(endpoint.url, urlencode({"message": _with_link(alert)}).encode(), _FORM)


_FORMATS: Mapping[str, Callable[[Any, Alert], Message]] = {
    "Custom": _custom,
    "Slack": _slack,
    "Discord": _discord,
    "Ntfy": _ntfy,
    "Pushover": _pushover,
}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
