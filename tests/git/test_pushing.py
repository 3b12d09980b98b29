"""`ksync commit --push` in a clone of the user's own: fast-forward or not at all, and the commit is never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from ksync_tui.cli import main
from tests.git.conftest import Upstream, git, variable
from tests.git.test_committing import refusing

TEXT = variable("A")


class Managed:
    """A clone of the user's with a managed sync over it; live says something else than the file."""

    def __init__(self, upstream: Upstream, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        upstream.push({"vars.toml": TEXT})
        self.clone = root / "clone"
        git(root, "clone", "-q", str(upstream.bare), str(self.clone))
        other = root / "other.toml"
        other.write_text(variable("A", "live"))
        self("syncs", "add", "infra", "--path", str(self.clone), "--managed", "--include-variables")
        self("apply", str(other), "--all", "--yes")

    def __call__(self, *arguments: str) -> tuple[int, str]:
        code = main(list(arguments))
        return code, "".join(self._capsys.readouterr())

    def commit(self, *more: str) -> tuple[int, str]:
        return self("commit", "--sync", "infra", "--all", "--yes", "--push", *more)


@pytest.fixture
def managed(
    upstream: Upstream, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Managed:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")
    return Managed(upstream, tmp_path, capsys)


def test_the_commit_is_pushed_to_where_git_would(upstream: Upstream, managed: Managed) -> None:
    code, said = managed.commit()
    assert code == 0
    assert "and pushed it to origin/main" in said
    assert git(upstream.bare, "rev-parse", "main") == git(managed.clone, "rev-parse", "HEAD")
    assert 'value = "live"' in git(upstream.bare, "show", "main:vars.toml")


def test_a_branch_goes_to_the_one_it_follows(upstream: Upstream, managed: Managed) -> None:
    git(managed.clone, "checkout", "-q", "-b", "mine", "--track", "origin/main")
    assert managed.commit()[0] == 0
    assert git(upstream.bare, "branch", "--format=%(refname:short)") == "main"
    assert 'value = "live"' in git(upstream.bare, "show", "main:vars.toml")


def test_earlier_commits_that_go_along_are_told(upstream: Upstream, managed: Managed) -> None:
    git(managed.clone, "commit", "-q", "--allow-empty", "-m", "mine")
    _, said = managed.commit()
    assert "1 earlier commit of yours will also be pushed to origin/main" in said


def test_a_branch_that_moved_is_not_taken_back(upstream: Upstream, managed: Managed) -> None:
    newer = upstream.push({"new.toml": variable("NEW")})
    code, said = managed.commit()
    assert code == 1
    assert git(upstream.bare, "rev-parse", "main") == newer
    mine = git(managed.clone, "rev-parse", "HEAD")
    assert f"ksync/main-{mine[:7]}" in said
    assert "pull --rebase" in said
    assert git(upstream.bare, "rev-parse", f"ksync/main-{mine[:7]}") == mine


def test_a_remote_that_takes_nothing_leaves_the_commit_in_the_clone(upstream: Upstream, managed: Managed) -> None:
    refusing(upstream, "true")
    code, said = managed.commit()
    assert code == 1
    assert "main is protected" in said
    assert "It is in your clone" in said
    assert 'value = "live"' in git(managed.clone, "show", "HEAD:vars.toml")


def test_without_a_remote_nothing_is_written(managed: Managed) -> None:
    git(managed.clone, "remote", "remove", "origin")
    code, said = managed.commit()
    assert code == 1
    assert "no remote to push to" in said
    assert (managed.clone / "vars.toml").read_text() == TEXT


def test_without_push_nothing_is_pushed(upstream: Upstream, managed: Managed) -> None:
    before = git(upstream.bare, "rev-parse", "main")
    assert managed("commit", "--sync", "infra", "--all", "--yes")[0] == 0
    assert git(upstream.bare, "rev-parse", "main") == before


def test_a_password_in_the_remotes_address_is_not_shown(managed: Managed) -> None:
    git(managed.clone, "remote", "set-url", "origin", "http://me:hunter2@nowhere.invalid/me/infra.git")
    code, said = managed.commit()
    assert code == 1
    assert "the host is not known" in said or "nowhere.invalid" in said
    assert "hunter2" not in said
