"""Repositories elsewhere: bare ones on this disk, one behind a real git server, and whoever pushes to them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ksync_tui.services import Session
from tests.git.server import GitServer, serving


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def variable(name: str, value: str = "1") -> str:
    return f'[[variable]]\nname = "{name}"\nvalue = "{value}"\n'


class Upstream:
    """A bare repository, and the clone of somebody who pushes to it."""

    def __init__(self, root: Path) -> None:
        self.bare = root / "served" / "me" / "infra.git"
        self.work = root / "work"
        self.bare.mkdir(parents=True)
        git(self.bare, "init", "-q", "--bare", "-b", "main")
        git(self.bare, "config", "http.receivepack", "true")
        git(root, "clone", "-q", str(self.bare), str(self.work))
        git(self.work, "checkout", "-q", "-b", "main")

    def push(
        self, files: dict[str, str | bytes | None] | None = None, *, force: bool = False, branch: str = "main"
    ) -> str:
        """Commits files (None: removed) and pushes them; answers with the commit."""
        for name, content in (files or {}).items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "--allow-empty", "-m", "change")
        git(self.work, "push", "-q", *(["--force"] if force else []), "origin", f"HEAD:refs/heads/{branch}")
        return git(self.work, "rev-parse", "HEAD")

    @property
    def url(self) -> str:
        return f"file://{self.bare}"

    def allow_filters(self) -> None:
        git(self.bare, "config", "uploadpack.allowFilter", "true")


@pytest.fixture(autouse=True)
def _own_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration or identity but the test's own."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "KSYNC_"))]:
        monkeypatch.delenv(name)
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path)


@pytest.fixture
def server(upstream: Upstream) -> Iterator[GitServer]:
    with serving(upstream.bare.parent.parent) as running:
        yield running


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.open(tmp_path / "home") as opened:
        yield opened
