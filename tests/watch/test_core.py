"""A Core's syncs are watched too: Core reads them anew, and tells its own alerters."""

from __future__ import annotations

from pathlib import Path

from ksync_tui.services import Session
from ksync_tui.services.watching import Watching
from ksync_tui.watch.requests import SyncRequest
from tests.core.fake import FakeCore
from tests.core.fake.serving import serving
from tests.watch.receiver import Receiver
from tests.watch.test_alerting import NOON
from tests.watch.test_watching import PUSHED, Log

PROFILE = """
profile = "prod"
[profiles.prod]
address = "{address}"
key = "{core.key}"
secret = "{core.secret}"
"""


def test_a_core_is_watched_and_told_of_by_itself(tmp_path: Path, inbox: Receiver) -> None:
    core, log = FakeCore(), Log()
    core.add("Alerter", "chat", {"enabled": True, "endpoint": {"type": "Custom", "params": {"url": inbox.url("/")}}})
    core.add("ResourceSync", "infra", {"file_contents": '[[variable]]\nname = "A"\n', "include_variables": True})
    (home := tmp_path / "home").mkdir()
    with serving(core) as address:
        (home / "config.toml").write_text(PROFILE.format(address=address, core=core))
        with Session.open(home) as session:
            watching = Watching(session, log, execute=["infra"], now=lambda: NOON)
            watching.grant("infra", SyncRequest("webhook github", run=False, fresh=True))
            assert log.new() == ["infra pending +1"]
            watching.grant("infra", PUSHED)
            assert [line.split(" (")[0] for line in log.new()] == ["infra run run 1 done", "infra clean"]
            watching.look_at_all()
            assert log.new() == []
            assert session.alerting.deliver(lambda: NOON) == []
            assert [row.name for row in session.alerting.rows()] == ["chat"]
            news = session.reviews.detect_changes(session.reviews.create(session.syncs.get("infra")))
            assert news.moved(0.0)
            assert news.count() == 0
            before = len(core.updates)
            assert not news.moved(1.0)
            assert len(core.updates) == before
    assert inbox.received == []
