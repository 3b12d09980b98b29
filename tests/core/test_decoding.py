"""Every answer that a real Core gave is understood, and nothing of it is lost on the way to the model and back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ksync_tui.engine.core.errors import refusal
from ksync_tui.engine.core.history import _of_alert, _of_update
from ksync_tui.engine.core.names import Directory
from ksync_tui.engine.core.syncs import sync_of
from ksync_tui.engine.core.wire import build, group_values, values_of, variable_values
from ksync_tui.errors import CoreError
from ksync_tui.model.kinds.common import parse_version
from ksync_tui.model.kinds.registry import BY_TITLE
from tests.corpus.conftest import recording

FOLDER = Path(os.environ.get("KSYNC_TEST_KOMODO", "")) / "exchanges"
FILES = sorted(file.name for file in FOLDER.glob("*.json")) if os.environ.get("KSYNC_TEST_KOMODO") else []
_REQUEST = re.compile(r"(?:Create|Update|Get|Delete|Copy|ListFull|Refresh)([A-Z]\w+?)(?:Pending|s)?")


def answers(name: str) -> Iterator[tuple[str, Any, int]]:
    """The requests of a recording by type, with what was answered."""
    for entry in recording(f"exchanges/{name}").get("exchanges", ()):
        sent = entry.get("request", {}).get("json")
        if isinstance(sent, dict) and "type" in sent:
            yield sent["type"], entry["response"].get("json"), entry["response"]["status"]


def items(answer: Any) -> list[dict[str, Any]]:
    """The objects of an answer, one or many."""
    found = answer if isinstance(answer, list) else [answer]
    return [one for one in found if isinstance(one, dict)]


def as_text(value: Any) -> Any:
    """The config as Core has it, with versions as text."""
    if isinstance(value, dict):
        if value.keys() == {"major", "minor", "patch"}:
            return parse_version(value)
        return {key: as_text(entry) for key, entry in value.items()}
    return [as_text(entry) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", FILES or [pytest.param("", marks=pytest.mark.skip("no recordings here"))])
def test_every_recorded_answer_is_understood_without_loss(name: str) -> None:
    for request, answer, status in answers(name):
        if status != 200:
            assert isinstance(refusal(status, answer, request, "core"), CoreError)
            continue
        found = _REQUEST.fullmatch(request)
        for one in items(answer):
            if found and found[1] in BY_TITLE and "config" in one:
                _resource(BY_TITLE[found[1]].name, one)
            elif "is_secret" in one:
                _variable(one)
            elif "everyone" in one:
                _group(one)
            elif "operation" in one:
                _update(one)
            for update in one.get("updates", ()):
                _update(update)
            for alert in one.get("alerts", ()):
                assert _of_alert(alert, Directory()).at == alert["ts"] / 1000


def _resource(kind: str, raw: dict[str, Any]) -> None:
    resource = build(kind, values_of(kind, raw, Directory()), raw["name"])
    assert as_text(resource.settings.model_dump(mode="json")) == as_text(raw["config"])
    for field in ("name", "description", "template", "tags"):
        assert getattr(resource, field) == raw[field]
    if kind == "resource_sync":
        _sync(raw)


def _sync(raw: dict[str, Any]) -> None:
    info = raw["info"]
    sync = sync_of(raw["name"], info, Directory())
    lists = ("resource_updates", "variable_updates", "user_group_updates", "pending_deploys")
    assert len(sync.pending) == sum(len(info[name]) for name in lists)
    assert [one.text for one in sync.files] == [one["contents"] for one in info["remote_contents"]]
    assert len(sync.errors) == len(info["remote_errors"])


def _variable(raw: dict[str, Any]) -> None:
    variable = build("variable", variable_values(raw, Directory()), raw["name"])
    assert variable.model_dump(mode="json") == {"description": "", **raw}


def _group(raw: dict[str, Any]) -> None:
    group = build("user_group", group_values(raw, (), Directory()), raw["name"]).model_dump(mode="json")
    assert (group["name"], group["everyone"], group["users"]) == (raw["name"], raw["everyone"], raw["users"])
    bare = {kind: one["level"] if not one["specific"] else one for kind, one in group["all"].items()}
    assert bare == raw["all"]


def _update(raw: dict[str, Any]) -> None:
    change = _of_update(raw, Directory())
    assert (change.what, change.ok, change.at) == (raw["operation"], raw["success"], raw["start_ts"] / 1000)
    assert change.over is (raw["status"] == "Complete")
