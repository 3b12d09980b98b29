"""The demo: its repository, and that its files are what a newcomer should see."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ksync_tui.demo import history
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Declarations, SourceFile
from ksync_tui.source.reader import Reader

NOW = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


@pytest.fixture
def infra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository as it was applied, made on a machine where git knows nobody."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    root = tmp_path / "infra"
    history.start(root)
    for commit in history.APPLIED:
        history.add(root, commit, NOW)
    return root


def read(infra: Path) -> Declarations:
    return Reader().read(list(files_of(infra)))


def files_of(infra: Path) -> Iterator[SourceFile]:
    for file in sorted(infra.rglob("*.toml")):
        yield SourceFile(str(file.relative_to(infra)), str(file), file.read_text())


def git(infra: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=infra, capture_output=True, text=True, check=True).stdout


def test_the_repository_has_the_same_commits_at_the_same_place(infra: Path) -> None:
    history.add(infra, history.PENDING, NOW)
    assert git(infra, "log", "--format=%an <%ae> %at %s").splitlines() == [
        f"Demo <demo@example.org> {int((NOW - commit.age).timestamp())} {commit.message}"
        for commit in (history.PENDING, *reversed(history.APPLIED))
    ]
    assert git(infra, "status", "--porcelain") == ""
    assert git(infra, "branch", "--show-current") == "main\n"


def test_what_was_applied_has_every_kind_and_no_problem(infra: Path) -> None:
    declarations = read(infra)
    assert {entry.target.kind for entry in declarations.resources} == set(KINDS)
    assert not declarations.problems
    assert declarations.complete


def test_what_is_pending_has_a_mistyped_key_and_nothing_that_forbids_deletes(infra: Path) -> None:
    history.add(infra, history.PENDING, NOW)
    declarations = read(infra)
    assert [(problem.severity, problem.hint) for problem in declarations.problems] == [
        ("warning", "did you mean 'restart'?")
    ]
    assert declarations.complete


@pytest.mark.parametrize("path", ["edge.toml", "live/edge.toml", "live/by-hand.toml"])
def test_the_other_texts_read_without_a_problem_of_their_own(path: str) -> None:
    declarations = Reader().read([SourceFile(path, None, history.resource(path))])
    assert declarations.resources
    assert not [problem for problem in declarations.problems if "after" not in problem.message]
