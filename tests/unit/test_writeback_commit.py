"""A commit is HEAD plus the block edits: other changes of the working copy stay out of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ksync_tui.errors import CommitRefusedError, SecretInCommitError
from ksync_tui.model.resource import Target
from ksync_tui.toml.file_edits import BlockEdit
from ksync_tui.writeback.commit import commit, prepare, suggested_message
from ksync_tui.writeback.files import edit_file, write

A = '[[server]]\nname = "a"'
B = '[[server]]\nname = "b"'
NEW = '[[server]]\nname = "a"\ndescription = "new"'
EDIT = BlockEdit(Target("server", "a"), A, NEW, 1)


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("HOME", str(tmp_path))
    root = tmp_path / "infra"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Ana")
    git(root, "config", "user.email", "ana@example.org")
    (root / "s.toml").write_bytes(f"{A}\n\n{B}\n".encode())
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


def test_the_commit_holds_the_block_and_nothing_else(repo: Path) -> None:
    (repo / "s.toml").write_text(f"# mine, not yet\n\n{A}\n\n{B}\n# mine too\n")
    edit = edit_file(repo / "s.toml", "s.toml", [EDIT])
    (draft,) = prepare([edit], {})
    (file,) = draft.files
    assert (file.path, file.added, file.removed, file.consent) == ("s.toml", 1, 0, None)
    assert "stay as they are" in draft.notes[0]
    assert draft.message == "Update server a"
    assert draft.author is not None
    assert draft.author.email == "ana@example.org"
    write(edit)
    result = commit(draft, "server a: described")
    assert git(repo, "show", f"{result.id}:s.toml") == f"{NEW}\n\n{B}\n"
    assert (repo / "s.toml").read_text() == f"# mine, not yet\n\n{NEW}\n\n{B}\n# mine too\n"
    assert git(repo, "log", "-1", "--format=%s|%an") == "server a: described|Ana\n"


def test_a_block_that_is_not_in_head_as_it_was_needs_consent(repo: Path) -> None:
    (repo / "s.toml").write_text(f"{A}\nregion = 1\n\n{B}\n")
    edit = edit_file(repo / "s.toml", "s.toml", [BlockEdit(Target("server", "a"), f"{A}\nregion = 1", NEW, 1)])
    (draft,) = prepare([edit], {})
    assert "not in the last commit as it was" in draft.needs_consent[0]
    with pytest.raises(CommitRefusedError, match="Confirm"):
        commit(draft, "x")
    write(edit)
    assert commit(draft, "x", consented=True).files == ("s.toml",)


def test_staged_edits_of_the_file_need_consent_and_stay_staged(repo: Path) -> None:
    (repo / "s.toml").write_text(f"{A}\n\n{B}\n# staged\n")
    git(repo, "add", "s.toml")
    edit = edit_file(repo / "s.toml", "s.toml", [EDIT])
    (draft,) = prepare([edit], {})
    assert "index holds other edits" in draft.needs_consent[0]
    write(edit)
    result = commit(draft, "x", consented=True)
    assert result.left_out == ("s.toml",)
    assert git(repo, "show", ":s.toml").endswith("# staged\n")


def test_a_new_file_and_one_that_is_not_committed_yet(repo: Path) -> None:
    add = BlockEdit(Target("server", "c"), None, '[[server]]\nname = "c"')
    (repo / "mine.toml").write_text(f"{B}\n")
    edits = [edit_file(repo / name, name, [add]) for name in ("new.toml", "mine.toml")]
    (draft,) = prepare(edits, {})
    assert [file.consent is not None for file in draft.files] == [False, True]
    assert draft.message.startswith("Add c, c\n\n- add server/c")


def test_windows_line_ends_of_the_working_copy(repo: Path) -> None:
    git(repo, "config", "core.autocrlf", "true")
    (repo / "s.toml").write_bytes(f"{A}\n\n{B}\n".replace("\n", "\r\n").encode())
    old, new = A.replace("\n", "\r\n"), NEW.replace("\n", "\r\n")
    edit = edit_file(repo / "s.toml", "s.toml", [BlockEdit(Target("server", "a"), old, new, 1)])
    (draft,) = prepare([edit], {})
    assert (draft.needs_consent, draft.notes) == ((), ())
    write(edit)
    assert git(repo, "show", f"{commit(draft, 'x').id}:s.toml") == f"{NEW}\n\n{B}\n"


def test_a_secret_is_refused_before_anything_is_written(repo: Path) -> None:
    edit = edit_file(
        repo / "s.toml", "s.toml", [BlockEdit(Target("server", "a"), A, f'{A}\ndescription = "hunter2"', 1)]
    )
    with pytest.raises(SecretInCommitError, match=r"s\.toml:3.*\[\[DB\]\]") as caught:
        prepare([edit], {"variable/DB value": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_files_outside_a_repository_are_written_only(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(f"{A}\n")
    (draft,) = prepare([edit_file(tmp_path / "s.toml", "s.toml", [EDIT])], {})
    assert draft.repo is None
    assert "not committed" in draft.place
    with pytest.raises(CommitRefusedError, match="no git repository"):
        commit(draft, "x")


def test_a_repository_that_refuses_says_why_and_the_file_can_still_be_written(repo: Path) -> None:
    git(repo, "checkout", "-q", "--detach")
    (draft,) = prepare([edit_file(repo / "s.toml", "s.toml", [EDIT])], {})
    assert draft.refused is not None
    assert "HEAD is on no branch" in draft.refused


def test_a_message_names_what_changed() -> None:
    targets = [Target("stack", name) for name in "abcd"]
    updates = [BlockEdit(target, "x", "y") for target in targets]
    assert suggested_message([BlockEdit(targets[0], "x", None)]) == "Remove stack a"
    assert suggested_message(updates[:2]) == "Update a, b\n\n- update stack/a\n- update stack/b"
    mixed = [*updates, BlockEdit(Target("resource_sync", "e\x1b"), None, "y")]
    assert suggested_message(mixed).splitlines()[0] == "Change 4 stacks, 1 resource sync"
    assert "\x1b" not in suggested_message(mixed)
