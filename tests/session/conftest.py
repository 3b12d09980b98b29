"""A session in a home of its own, and a git repository with one managed file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ksync_tui.services import Review, Session

MEDIA = """\
# Media machine, looked after by Ana

[[stack]] # the big one
name = "films"
[stack.config]
environment = \"\"\"
  LEVEL = info # how much is told
  # the port on the outside
  PORT = 8080
\"\"\"

##

[[variable]]
name = "TOKEN"
value = "hunter2-hunter2"
is_secret = true

# the end
"""


class Repository:
    """A git repository with `media.toml`, committed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "media.toml"
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ana")
        self.git("config", "user.email", "ana@example.org")
        self.file.write_text(MEDIA)
        self.git("add", ".")
        self.git("commit", "-qm", "start")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout


@pytest.fixture(autouse=True)
def no_settings_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "gitconfig"
    empty.write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(empty))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "infra")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def review(session: Session, repository: Repository) -> Review:
    """The managed sync over the file, everything applied."""
    paths = [str(repository.file)]
    fields = {"files_on_host": True, "resource_path": paths, "managed": True, "include_variables": True}
    session.syncs.add("media", fields)
    found = session.reviews.create(session.syncs.get("media"))
    session.runs.run(found.plan.select(found.plan.by_id), lambda _: None)
    return session.reviews.create(session.syncs.get("media"))
