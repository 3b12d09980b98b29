"""What a refusal of a repository tells to do works when it is typed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ksync_tui.errors import CommitRefusedError, GitError
from ksync_tui.git import Repo
from tests.git.test_killed import TEXT, Worktree

Spoil = Callable[[Worktree], None]


def split(tree: Worktree) -> None:
    tree.git("update-index", "--split-index")


def sparse(tree: Worktree) -> None:
    for name in ("one", "two"):
        (tree.root / name).mkdir()
        (tree.root / name / "x").write_text("x")
    tree.git("add", ".")
    tree.git("commit", "-qm", "folders")
    tree.git("sparse-checkout", "init", "--cone", "--sparse-index")
    tree.git("sparse-checkout", "set", "one")


def detached(tree: Worktree) -> None:
    tree.git("checkout", "-q", "--detach")


def locked(tree: Worktree) -> None:
    (tree.root / ".git/index.lock").write_text("")


def on_two_branches(tree: Worktree) -> None:
    tree.git("checkout", "-qb", "other")
    tree.file.write_text(TEXT.replace("1", "7"))
    tree.git("commit", "-qam", "other")
    tree.git("checkout", "-q", "main")
    tree.file.write_text(TEXT.replace("1", "8"))
    tree.git("commit", "-qam", "main")


def under_way(*words: str) -> Spoil:
    def spoil(tree: Worktree) -> None:
        on_two_branches(tree)
        subprocess.run(["git", *words], cwd=tree.root, check=False, capture_output=True)

    return spoil


def applying(tree: Worktree) -> None:
    on_two_branches(tree)
    patch = tree.git("format-patch", "-1", "--stdout", "other")
    subprocess.run(["git", "am"], cwd=tree.root, input=patch, check=False, capture_output=True, text=True)


def bisecting(tree: Worktree) -> None:
    tree.git("bisect", "start")


SPOILT: dict[str, Spoil] = {
    "split index": split, "sparse index": sparse, "detached": detached, "lock": locked,
    "merge": under_way("merge", "other"), "rebase": under_way("rebase", "other"),
    "cherry-pick": under_way("cherry-pick", "other"), "revert": under_way("revert", "HEAD~1"), "am": applying,
    "bisect": bisecting,
}  # fmt: skip

COMMAND = re.compile(r"\bgit (?:-C \S+ )?[a-z].*$")


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_the_remedy_of_a_refusal_works_when_it_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Spoil
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    tree = Worktree(tmp_path / "infra")
    spoil(tree)
    refused = commits(tree)
    assert refused is not None
    subprocess.run(["sh", "-c", remedy(refused)], cwd=tree.root, check=True, capture_output=True)
    assert commits(tree) is None
    assert '"2"' in tree.git("show", "HEAD:a.toml")
    assert tree.git("fsck", "--strict", "--no-dangling") == ""


def commits(tree: Worktree) -> GitError | None:
    try:
        repo = Repo.discover(tree.file)
        assert repo is not None
        repo.ensure_can_commit(["a.toml"])
        repo.commit({"a.toml": TEXT.replace("1", "2").encode()}, "m")
    except (GitError, CommitRefusedError) as error:
        return error
    return None


def remedy(refused: GitError) -> str:
    """The command that the hint names, as a person would type it."""
    hint = refused.hint or ""
    if removed := re.search(r"remove (\S+)$", hint):
        return f"rm {removed[1]}"
    found = COMMAND.search(hint)
    assert found, hint
    return found[0]
