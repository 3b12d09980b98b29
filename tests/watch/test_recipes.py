"""The alerters of docs/recipes.md, told to a server that maps fields as Apprise API's README has it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ksync_tui.cli import main
from ksync_tui.errors import EXIT_ERROR, EXIT_OK
from ksync_tui.services import Session
from tests.watch.conftest import apply
from tests.watch.receiver import Received, Receiver
from tests.watch.test_alerting import NOON, SYNC

GUIDE = (Path(__file__).parents[2] / "docs/recipes.md").read_text("utf-8")
ALERTERS = "\n".join(re.findall(r"```toml\n(\[\[alerter]]\n.*?)```", GUIDE, re.DOTALL))
TARGETS = {"format", "type", "title", "body", "attachment", "tag", "tags"}
"""The fields of a notification: only these are mapped to."""


@dataclass
class Apprise:
    """Apprise API's `/notify/KEY`, for JSON: `?:PATH=FIELD` maps, `title`, `format` and `type` may be in the query."""

    sent: list[dict[str, Any]] = field(default_factory=list)

    def take(self, received: Received) -> int:
        """The status: 400 where a path is not there, or there is nothing to say."""
        query = dict(parse_qsl(urlsplit(received.path).query, keep_blank_values=True))
        assert received.headers["content-type"] == "application/json"
        content = json.loads(received.body)
        for path, target in ((name[1:], value) for name, value in query.items() if name.startswith(":")):
            found = content
            for key in path.split("."):
                if not isinstance(found, dict) or key not in found:
                    return 400
                found = found[key]
            if target in TARGETS:
                content[target] = found
        said = {name: content.get(name) or query.get(name) for name in ("title", "body", "format", "type")}
        if not said["body"] or said["type"] not in (None, "info", "success", "warning", "failure"):
            return 400
        self.sent.append({name: value for name, value in said.items() if value})
        return 200


@pytest.fixture
def apprise(inbox: Receiver) -> Apprise:
    server = Apprise()
    inbox.answer = server.take
    return server


def test_both_alerters_tell_apprise_what_is_pending(
    session: Session, folder: Path, inbox: Receiver, apprise: Apprise
) -> None:
    apply(session, folder, SYNC + ALERTERS.replace("http://apprise:8000", inbox.url("")))
    for pending, at in ((True, NOON), (False, NOON + 60)):
        session.alerting.turned("homelab", pending, at)
        assert {one.outcome for one in session.alerting.deliver(lambda at=at: at)} == {"delivered"}
    sentence = "OK ✅ | Pending resource sync updates on **homelab**"
    fields = {"title": "ResourceSyncPendingUpdates", "body": "homelab"}
    whole = {"title": "Komodo", "format": "markdown"}
    assert sorted(apprise.sent, key=str) == sorted(
        [whole | {"body": sentence}, whole | {"body": f"{sentence} | resolved"}, fields, fields], key=str
    )


def test_the_command_of_the_recipe_tries_it(
    session: Session, folder: Path, inbox: Receiver, apprise: Apprise, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    apply(session, folder, ALERTERS.replace("http://apprise:8000", inbox.url("")))
    assert "`ksync alerters test apprise`" in GUIDE
    assert main(["alerters", "test", "apprise"]) == EXIT_OK
    assert apprise.sent[0]["body"].endswith("Alerter **apprise** is **working**")


def test_without_the_mapping_there_is_nothing_that_apprise_understands(
    session: Session, folder: Path, inbox: Receiver, apprise: Apprise, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    bare = re.sub(r"\?:[^\"]*", "", ALERTERS.replace("http://apprise:8000", inbox.url("")))
    apply(session, folder, bare)
    assert main(["alerters", "test", "apprise-fields"]) == EXIT_ERROR
    assert apprise.sent == []
