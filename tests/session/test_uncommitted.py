"""What was written and not committed is known, shown, committed later or put back; a commit is all that was shown."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from ksync_tui.cli import main
from ksync_tui.errors import CommitRefusedError, WriteBackError
from ksync_tui.git.leftovers import scratch_in
from ksync_tui.model.resource import Target
from ksync_tui.system import process as processes
from tests.session.conftest import MEDIA

if TYPE_CHECKING:
    from pathlib import Path

    from ksync_tui.services import FileChange, Review, Session
    from tests.session.conftest import Repository

FILMS = Target("stack", "films")


@pytest.fixture
def drifted(session: Session, review: Review, repository: Repository) -> Review:
    """The stack has another level live and another port in the file."""
    path = repository.root.parent / "by-hand.toml"
    path.write_text(MEDIA.split("##")[0].replace("info", "debug"))
    by_hand = session.reviews.create(session.syncs.at(path)).plan
    session.runs.run(by_hand.select(by_hand.by_id), lambda _: None)
    repository.file.write_text(MEDIA.replace("8080", "9090"))
    repository.git("commit", "-qam", "another port")
    return session.reviews.create(review.sync)


def written(session: Session, review: Review) -> Sequence[FileChange]:
    changes = session.files.write_back(review, set(review.plan.by_id))
    session.files.write(changes)
    return changes


def origins(session: Session, review: Review) -> list[str | None]:
    return [action.origin for action in session.reviews.create(review.sync).plan.actions]


def shown(changes: Sequence[FileChange]) -> list[str]:
    return [line.strip() for change in changes for line in change.diff if line[:2] in ("+ ", "- ")]


def test_a_commit_that_was_not_made_is_not_remembered(
    session: Session, drifted: Review, repository: Repository
) -> None:
    assert origins(session, drifted) == ["both"]
    written(session, drifted)
    repository.git("checkout", "-q", "media.toml")
    assert origins(session, drifted) == ["both"]
    assert session.reviews.create(drifted.sync).uncommitted == ()


def test_what_is_written_and_not_committed_is_seen_and_committed_later(
    session: Session, drifted: Review, repository: Repository
) -> None:
    written(session, drifted)
    assert session.reviews.row(drifted.sync).uncommitted == 1
    changes = session.reviews.create(drifted.sync).uncommitted
    draft = session.files.commit_draft(changes)
    assert draft is not None
    session.files.commit(draft, "as live")
    assert repository.git("status", "--porcelain") == ""
    assert session.reviews.row(drifted.sync).uncommitted == 0
    repository.file.write_text(repository.file.read_text().replace("debug", "trace"))
    assert origins(session, drifted) == ["files"]


def test_what_somebody_committed_with_git_is_settled(session: Session, drifted: Review, repository: Repository) -> None:
    written(session, drifted)
    repository.git("commit", "-qam", "by hand")
    assert session.reviews.create(drifted.sync).uncommitted == ()
    repository.file.write_text(repository.file.read_text().replace("debug", "trace"))
    assert origins(session, drifted) == ["files"]


@pytest.mark.parametrize("later", [False, True])
def test_a_written_file_can_be_put_back(session: Session, drifted: Review, repository: Repository, later: bool) -> None:
    before = repository.file.read_bytes()
    changes = written(session, drifted)
    assert repository.file.read_bytes() != before
    assert (
        session.files.put_back(session.reviews.create(drifted.sync).uncommitted if later else changes)
        == "put back media.toml"
    )
    assert repository.file.read_bytes() == before
    assert session.reviews.create(drifted.sync).uncommitted == ()
    assert origins(session, drifted) == ["both"]


def test_putting_back_leaves_what_else_was_edited(session: Session, drifted: Review, repository: Repository) -> None:
    written(session, drifted)
    repository.file.write_text(repository.file.read_text().replace("# the end", "# the very end"))
    session.files.put_back(session.reviews.create(drifted.sync).uncommitted)
    assert repository.file.read_text() == MEDIA.replace("8080", "9090").replace("# the end", "# the very end")


def test_a_file_that_changed_since_is_not_put_back(session: Session, drifted: Review, repository: Repository) -> None:
    changes = written(session, drifted)
    repository.file.write_text("# new\n")
    with pytest.raises(WriteBackError, match="changed since"):
        session.files.put_back(changes)
    assert repository.file.read_text() == "# new\n"


def test_the_users_own_edits_are_not_taken_for_written_ones(
    session: Session, review: Review, repository: Repository
) -> None:
    repository.file.write_text(MEDIA.replace("8080", "9090"))
    assert session.reviews.create(review.sync).uncommitted == ()


def test_a_file_outside_of_git_is_agreed_when_it_is_written(session: Session, drifted: Review, tmp_path: Path) -> None:
    del drifted
    outside = tmp_path / "outside.toml"
    outside.write_text(MEDIA)
    sync = session.syncs.at(outside)
    review = session.reviews.create(sync)
    session.files.write(session.files.write_back(review, {"update:stack/films"}))
    assert session.reviews.create(sync).uncommitted == ()
    outside.write_text(outside.read_text().replace("debug", "trace"))
    assert [action.origin for action in session.reviews.create(sync).plan.actions] == ["files"]


def test_the_commit_shows_all_that_it_changes(session: Session, review: Review, repository: Repository) -> None:
    repository.file.write_text(MEDIA.replace("info", "debug"))
    review = session.reviews.create(review.sync)
    draft = session.files.open_block(review, FILMS)
    change = session.files.edits_of(review, draft, draft.text.replace("8080", "9090"))
    session.files.write([change])
    commit = session.files.commit_draft([change])
    assert commit is not None
    assert shown([change]) == ["-  PORT = 8080", "+  PORT = 9090"]
    assert [(file.added, file.removed) for file in commit.files] == [(2, 2)]
    session.files.commit(commit, "films")
    patch = [line for line in repository.git("show", "--format=").splitlines() if line[:2] in ("+ ", "- ")]
    assert shown(commit.files) == [line.strip() for line in patch]


@pytest.fixture
def picky(repository: Repository) -> Repository:
    """A repository whose hook wants `chore: `."""
    hook = repository.root / ".git/hooks/commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ngrep -q "^chore: " "$1" || { echo "begin with chore:"; exit 1; }\n')
    hook.chmod(0o755)
    return repository


def test_a_commit_that_git_refused_is_made_by_the_next_one(
    session: Session, drifted: Review, repository: Repository, tmp_path: Path, picky: Repository,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    del drifted, picky
    session.close()
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))
    commit = ["commit", "--sync", "media", "--all", "--yes", "-m"]
    assert main([*commit, "as live"]) == 1
    assert "written, not committed" in capsys.readouterr().err
    assert main(["syncs"]) == 0
    assert "1 file written, not committed" in capsys.readouterr().out
    assert main([*commit, "chore: as live"]) == 0
    assert "committed" in capsys.readouterr().err
    assert repository.git("log", "-1", "--format=%s").strip() == "chore: as live"
    assert repository.git("status", "--porcelain") == ""
    assert main([*commit, "chore: again"]) == 0
    assert "nothing to write" in capsys.readouterr().err


def test_a_signing_program_that_is_missing_leaves_a_commit_for_later(
    session: Session, drifted: Review, repository: Repository
) -> None:
    repository.git("config", "commit.gpgsign", "true")
    repository.git("config", "gpg.program", "no-such-program")
    changes = written(session, drifted)
    draft = session.files.commit_draft(changes)
    assert draft is not None
    with pytest.raises(CommitRefusedError):
        session.files.commit(draft, "as live")
    repository.git("config", "commit.gpgsign", "false")
    draft = session.files.commit_draft(session.reviews.create(drifted.sync).uncommitted)
    assert draft is not None
    assert draft.message == "Update stack films"
    session.files.commit(draft, "as live")
    assert repository.git("status", "--porcelain") == ""


def test_a_commit_made_meanwhile_is_never_taken_back(session: Session, drifted: Review, repository: Repository) -> None:
    changes = written(session, drifted)
    draft = session.files.commit_draft(changes)
    assert draft is not None
    other = repository.git("show", "HEAD:media.toml").replace("# the end", "# COLLEAGUE")
    mine = repository.file.read_text()
    repository.file.write_text(other)
    repository.git("commit", "-qam", "a colleague")
    repository.file.write_text(mine)
    with pytest.raises(CommitRefusedError, match="since this commit was shown"):
        session.files.commit(draft, "as live")
    assert "# COLLEAGUE" in repository.git("show", "HEAD:media.toml")
    assert session.files.is_uncommitted(draft.changes)
    draft = session.files.commit_draft(session.reviews.create(drifted.sync).uncommitted)
    assert draft is not None
    session.files.commit(draft, "as live")
    assert "# COLLEAGUE" in repository.git("show", "HEAD:media.toml")
    assert not session.files.is_uncommitted(draft.changes)


def test_what_a_commit_left_that_was_killed_at_its_end_goes_with_the_next_look(
    session: Session, drifted: Review, repository: Repository
) -> None:
    written(session, drifted)
    with scratch_in(repository.root / ".git") as scratch:
        (scratch / "parent").write_text(repository.git("rev-parse", "HEAD").strip())
        left = scratch.rename(scratch.with_name(scratch.name.replace(processes.token(), ended())))
    repository.git("commit", "-qam", "as live")
    repository.git("read-tree", "HEAD~1")  # the index did not follow yet: git would take the commit back
    assert session.reviews.create(drifted.sync).uncommitted == ()
    assert not left.exists()
    assert repository.git("status", "--porcelain") == ""


def test_one_block_that_goes_and_one_that_comes_are_committed_where_they_stand(
    session: Session, review: Review, repository: Repository
) -> None:
    """Of its kind each is the only one, and still neither is the other under a new name."""
    repository.file.write_text(MEDIA + '\n[[variable]]\nname = "GONE"\nvalue = "x"\n')
    live = session.reviews.create(review.sync).plan
    session.runs.run(live.select(live.by_id))
    repository.file.write_text('[[variable]]\nname = "NEW"\nvalue = "y"\n\n' + MEDIA)
    repository.git("commit", "-qam", "another one")
    written(session, session.reviews.create(review.sync))
    draft = session.files.commit_draft(session.reviews.create(review.sync).uncommitted)
    assert draft is not None
    session.files.commit(draft, "as live")
    assert repository.git("status", "--porcelain") == ""


def ended() -> str:
    """The token of a process that is over."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        return processes.token(process.pid)
