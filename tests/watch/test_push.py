"""A push to a real repository, told by a webhook, is planned and run; without one it is found by asking the remote."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ksync_tui.services import Session
from ksync_tui.services.watching import Watching
from ksync_tui.source.repo import Repository
from tests.watch.test_alerting import NOON
from tests.watch.test_vigil import push, watcher
from tests.watch.test_watching import Log, variable

WHO = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org")


class Work:
    """A clone that somebody works in; what is saved is pushed."""

    def __init__(self, root: Path) -> None:
        self.remote = root / "infra.git"
        self._clone = root / "work"
        self._git(root, "init", "-q", "--bare", "-b", "main", str(self.remote))
        self._git(root, "clone", "-q", str(self.remote), str(self._clone))
        self._git(self._clone, "checkout", "-q", "-B", "main")
        self.push("# nothing yet\n")

    def push(self, text: str) -> None:
        (self._clone / "all.toml").write_text(text)
        self._git(self._clone, "add", ".")
        self._git(self._clone, *WHO, "commit", "-qm", "change")
        self._git(self._clone, "push", "-q", "origin", "main")

    @staticmethod
    def _git(where: Path, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=where, check=True, capture_output=True)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return Work(tmp_path)


@pytest.fixture
def homelab(session: Session, work: Work) -> None:
    fields = {"repo": f"file://{work.remote}", "resource_path": ["."], "include_variables": True}
    session.syncs.add("homelab", {**fields, "webhook_secret": "wh-secret"})


@pytest.mark.usefixtures("homelab")
def test_a_push_and_its_webhook_run_what_was_pushed(session: Session, work: Work, tmp_path: Path) -> None:
    with watcher(tmp_path / "home", "--execute", "homelab", "--webhooks", "127.0.0.1:0") as running:
        port = running.what("webhook")["text"].rpartition(":")[2]
        running.what("clean")
        work.push(variable("A"))
        assert push(port, "sync", 1).json() == {"result": "queued: sync"}
        assert running.what("run")["text"].startswith("run 2 done (1 done of 1)")
        assert running.end() == (0, "")
    assert session.runs.latest(1)[0].who == "webhook github"


@pytest.mark.usefixtures("homelab")
def test_a_remote_is_read_only_when_it_moved(session: Session, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[Repository] = []
    read = Repository.read
    monkeypatch.setattr(Repository, "read", lambda self: (reads.append(self), read(self))[1])
    log = Log()
    watching = Watching(session, log, now=lambda: NOON)
    for _ in range(3):
        watching.look_at_all()
    assert (log.new(), len(reads)) == (["homelab clean"], 1)
    work.push(variable("A"))
    watching.look_at_all()
    assert (log.new(), len(reads)) == (["homelab pending +1"], 2)
