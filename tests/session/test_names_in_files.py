"""Live's name taken into the files: the block keeps its comments and its place, and those that name it follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.session.conftest import MEDIA

if TYPE_CHECKING:
    from ksync_tui.services import Review, Session
    from tests.session.conftest import Repository

MORE = """
[[deployment]]
name = "subtitles"
after = ["films"] # they are read from there
"""
BOTH = {"create:stack/movies", "delete:stack/films"}


@pytest.fixture
def renamed(session: Session, review: Review, repository: Repository) -> Review:
    """The file calls the stack by another name than live, and something else names it so."""
    repository.file.write_text(MEDIA + MORE)
    found = session.reviews.create(review.sync)
    session.runs.run(found.plan.select(found.plan.by_id))
    repository.file.write_text((MEDIA + MORE).replace('"films"', '"movies"').replace("PORT = 8080", "PORT = 9090"))
    repository.git("commit", "-qam", "movies")
    found = session.reviews.create(review.sync)
    assert [(str(hint.old), str(hint.new)) for hint in found.plan.renames] == [("stack/films", "stack/movies")]
    return found


def test_only_the_names_and_what_else_differs_change(session: Session, renamed: Review, repository: Repository) -> None:
    changes = session.files.write_back(renamed, BOTH)
    session.files.write(changes)
    assert repository.file.read_text() == MEDIA + MORE
    draft = session.files.commit_draft(changes)
    assert draft is not None
    assert draft.message.startswith("Change movies to films, subtitles")
    session.files.commit(draft, "as live has it")
    shown = repository.git("log", "-p", "-1", "--format=").splitlines()
    assert [line for line in shown if line.startswith(("+", "-"))][2:] == [
        '-name = "movies"', '+name = "films"',
        "-  PORT = 9090", "+  PORT = 8080",
        '-after = ["movies"] # they are read from there', '+after = ["films"] # they are read from there',
    ]  # fmt: skip
    after = session.reviews.create(renamed.sync)
    assert (after.plan.actions, after.uncommitted) == ((), ())


def test_a_name_that_was_written_is_committed_later(session: Session, renamed: Review, repository: Repository) -> None:
    session.files.write(session.files.write_back(renamed, BOTH))
    left = session.reviews.create(renamed.sync)
    assert left.plan.actions == ()
    draft = session.files.commit_draft(left.uncommitted)
    assert draft is not None
    session.files.commit(draft, "later")
    assert repository.git("show", "HEAD:media.toml") == MEDIA + MORE
    assert repository.git("status", "--porcelain") == ""
    assert session.reviews.create(renamed.sync).uncommitted == ()


def test_it_is_put_back_as_it_was(session: Session, renamed: Review, repository: Repository) -> None:
    before = repository.file.read_text()
    session.files.write(session.files.write_back(renamed, BOTH))
    session.files.put_back(session.reviews.create(renamed.sync).uncommitted)
    assert repository.file.read_text() == before


def test_of_one_end_alone_a_block_goes_or_comes(session: Session, renamed: Review, repository: Repository) -> None:
    session.files.write(session.files.write_back(renamed, {"delete:stack/films"}))
    text = repository.file.read_text()
    assert text.count('name = "films"') == 1
    assert 'name = "movies"' in text


def test_a_name_edited_by_hand_is_committed_later_in_its_place(
    session: Session, review: Review, repository: Repository
) -> None:
    draft = session.files.open_block(review, next(iter(review.declared)))
    change = session.files.edits_of(review, draft, draft.text.replace('"films"', '"movies"'))
    session.files.write([change])
    (left,) = session.reviews.create(review.sync).uncommitted
    commit = session.files.commit_draft([left])
    assert commit is not None
    assert commit.message == "Rename stack films to movies"
    session.files.commit(commit, "movies")
    assert repository.git("show", "HEAD:media.toml") == MEDIA.replace('"films"', '"movies"')
    assert repository.git("status", "--porcelain") == ""
