"""Managed mode: only the edited lines differ, secrets stay out of sight, and the commit is what was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ksync_tui.errors import CommitRefusedError, SecretInCommitError, WriteBackError
from ksync_tui.model.resource import Target
from tests.session.conftest import MEDIA

if TYPE_CHECKING:
    from ksync_tui.services import Review, Session
    from tests.session.conftest import Repository

FILMS = Target("stack", "films")
TOKEN = Target("variable", "TOKEN")


def taken_and_committed(session: Session, review: Review) -> None:
    changes = session.files.write_back(review, set(review.plan.by_id))
    session.files.write(changes)
    commit = session.files.commit_draft(changes)
    assert commit is not None
    session.files.commit(commit, "as live")


def test_an_applied_managed_file_is_in_sync(review: Review) -> None:
    assert review.plan.actions == ()
    assert review.sync.managed


def test_an_edit_changes_its_lines_and_nothing_else(session: Session, review: Review, repository: Repository) -> None:
    draft = session.files.open_block(review, FILMS)
    assert draft.before + draft.text + draft.after == MEDIA
    change = session.files.edits_of(review, draft, draft.text.replace("PORT = 8080", "PORT = 9090"))
    assert (change.added, change.removed) == (1, 1)
    session.files.write([change])
    assert repository.file.read_text() == MEDIA.replace("8080", "9090")
    commit = session.files.commit_draft([change])
    assert commit is not None
    assert (commit.where, commit.author, commit.consent) == ("infra@main", "Ana <ana@example.org>", None)
    assert "committed" in session.files.commit(commit, "films: another port")
    shown = repository.git("log", "-p", "-1", "--format=%s %an")
    lines = [line for line in shown.splitlines() if line.startswith(("+ ", "- "))]
    assert lines == ["-  PORT = 8080", "+  PORT = 9090"]
    assert repository.git("status", "--porcelain") == ""


def test_other_edits_of_the_file_stay_out_of_the_commit(
    session: Session, review: Review, repository: Repository
) -> None:
    repository.file.write_text(MEDIA.replace("# the end", "# the very end"))
    review = session.reviews.create(review.sync)
    draft = session.files.open_block(review, FILMS)
    change = session.files.edits_of(review, draft, draft.text.replace("8080", "9090"))
    session.files.write([change])
    commit = session.files.commit_draft([change])
    assert commit is not None
    session.files.commit(commit, "films")
    assert "very end" not in repository.git("show", "HEAD:media.toml")
    assert "very end" in repository.git("diff")
    assert "9090" not in repository.git("diff")


def test_a_secret_is_a_token_in_the_editor_and_stays_itself_on_saving(
    session: Session, review: Review, repository: Repository
) -> None:
    draft = session.files.open_block(review, TOKEN)
    assert "hunter2" not in draft.text
    change = session.files.edits_of(review, draft, draft.text.replace("is_secret = true", "is_secret = true # kept"))
    assert "hunter2" not in "\n".join(change.diff)
    session.files.write([change])
    assert repository.file.read_text() == MEDIA.replace("is_secret = true", "is_secret = true # kept")


def test_the_editor_shows_no_value_of_a_variable_called_like_a_secret(
    session: Session, review: Review, repository: Repository
) -> None:
    clear = MEDIA.replace("is_secret = true", "is_secret = false")
    repository.file.write_text(clear)
    review = session.reviews.create(review.sync)
    draft = session.files.open_block(review, TOKEN)
    assert "hunter2" not in draft.text
    assert "hunter2" in session.files.open_block(review, TOKEN, looks=False).text
    beside = session.files.open_block(review, FILMS)
    assert "hunter2" not in beside.above + beside.below
    change = session.files.edits_of(review, draft, draft.text.replace("false", "false # in clear"))
    session.files.write([change])
    assert repository.file.read_text() == clear.replace("false", "false # in clear")


def test_a_commit_that_would_hold_a_known_secret_is_refused(session: Session, review: Review) -> None:
    draft = session.files.open_block(review, FILMS)
    change = session.files.edits_of(review, draft, draft.text.replace("8080", "8080\n  KEY = hunter2-hunter2"))
    assert "hunter2" not in "\n".join(change.diff)
    with pytest.raises(SecretInCommitError) as refused:
        session.files.commit_draft([change])
    assert "hunter2" not in str(refused.value)
    assert "media.toml:10" in str(refused.value)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (("LEVEL = info", "LEVEL info"), None),
        (("environment", "enviroment"), "did you mean 'environment'?"),
        (('name = "films"', "name = 3"), "'name' must be text in quotes, not a number"),
        (('name = "films"', 'name = "films'), "not TOML"),
        (("stack", "deployment"), "a stack cannot become a deployment"),
        (("[stack.config]", 'after = ["nobody"]\n[stack.config]'), "waits for 'nobody'"),
    ],
)
def test_problems_show_while_typing_at_lines_of_the_file(
    session: Session, review: Review, edit: tuple[str, str], problem: str | None
) -> None:
    draft = session.files.open_block(review, FILMS)
    found = session.files.check(review, draft, draft.text.replace(*edit))
    assert session.files.check(review, draft, draft.text) == ()
    assert all(one.place.line in range(3, 12) for one in found)
    if problem:
        assert any(problem in f"{one.message} {one.hint}" for one in found)


@pytest.mark.parametrize("text", ["", "[[stack]]\nname = ", '[[stack]]\nname = "a"\n[[stack]]\nname = "b"'])
def test_what_is_no_sound_block_is_not_written(
    session: Session, review: Review, repository: Repository, text: str
) -> None:
    draft = session.files.open_block(review, FILMS)
    with pytest.raises(WriteBackError):
        session.files.write([session.files.edits_of(review, draft, text)])
    assert repository.file.read_text() == MEDIA


def test_a_file_that_changed_meanwhile_is_not_overwritten(
    session: Session, review: Review, repository: Repository
) -> None:
    draft = session.files.open_block(review, FILMS)
    change = session.files.edits_of(review, draft, draft.text.replace("8080", "9090"))
    repository.file.write_text(MEDIA + "# somebody else\n")
    with pytest.raises(WriteBackError, match="changed since"):
        session.files.write([change])
    assert repository.file.read_text() == MEDIA + "# somebody else\n"


def test_live_goes_into_the_file_with_comments_kept(session: Session, review: Review, repository: Repository) -> None:
    path = repository.root / "by-hand.toml"
    path.write_text(MEDIA.split("##")[0].replace("info", "debug") + '[[stack]]\nname = "music"\n')
    by_hand = session.reviews.create(session.syncs.at(path)).plan
    session.runs.run(by_hand.select(by_hand.by_id), lambda _: None)
    review = session.reviews.create(session.syncs.get("media"))
    assert {action.id for action in review.plan.actions} == {"update:stack/films", "delete:stack/music"}
    (change,) = session.files.write_back(review, set(review.plan.by_id))
    session.files.write([change])
    after = repository.file.read_text()
    assert after.startswith(MEDIA.replace("LEVEL = info #", "LEVEL = debug #").rstrip("\n"))
    assert 'name = "music"' in after
    assert session.reviews.create(session.syncs.get("media")).plan.actions == ()


def test_what_was_taken_into_the_file_is_no_drift_any_more(
    session: Session, review: Review, repository: Repository
) -> None:
    path = repository.root / "by-hand.toml"
    path.write_text(MEDIA.split("##")[0].replace("info", "debug"))
    by_hand = session.reviews.create(session.syncs.at(path)).plan
    session.runs.run(by_hand.select(by_hand.by_id), lambda _: None)
    review = session.reviews.create(review.sync)
    assert [action.origin for action in review.plan.actions] == ["live"]
    taken_and_committed(session, review)
    repository.file.write_text(repository.file.read_text().replace("debug", "trace"))
    assert [action.origin for action in session.reviews.create(review.sync).plan.actions] == ["files"]


def test_what_was_taken_out_of_the_file_because_live_had_lost_it_is_new_when_it_comes_back(
    session: Session, review: Review, repository: Repository
) -> None:
    path = repository.root / "by-hand.toml"
    path.write_text(MEDIA.partition("##")[2])
    by_hand = session.reviews.create(session.syncs.at(path, delete=True)).plan
    session.runs.run(by_hand.select(["delete:stack/films"]), lambda _: None)
    review = session.reviews.create(review.sync)
    assert [(action.id, action.origin) for action in review.plan.actions] == [("create:stack/films", "live")]
    taken_and_committed(session, review)
    repository.file.write_text(MEDIA)
    again = session.reviews.create(review.sync).plan.actions
    assert [(action.id, action.origin) for action in again] == [("create:stack/films", None)]


def test_only_what_is_ticked_is_written(session: Session, review: Review, repository: Repository) -> None:
    repository.file.write_text(MEDIA.replace("info", "debug").replace("TOKEN", "TOKEN_2"))
    review = session.reviews.create(review.sync)
    (change,) = session.files.write_back(review, {"update:stack/films"})
    session.files.write([change])
    assert repository.file.read_text() == MEDIA.replace("TOKEN", "TOKEN_2")


def test_a_file_outside_a_repository_is_written_and_that_is_said(session: Session, review: Review) -> None:
    outside = session.settings.state / "outside.toml"
    outside.write_text(MEDIA)
    found = session.reviews.create(session.syncs.at(outside))
    draft = session.files.open_block(found, FILMS)
    change = session.files.edits_of(found, draft, draft.text.replace("8080", "9090"))
    assert session.files.write([change]) == "wrote 1 file: outside.toml"
    assert session.files.commit_draft([change]) is None


def test_a_hook_that_refuses_leaves_no_commit(session: Session, review: Review, repository: Repository) -> None:
    hook = repository.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no ports above 9000\nexit 1\n")
    hook.chmod(0o755)
    draft = session.files.open_block(review, FILMS)
    change = session.files.edits_of(review, draft, draft.text.replace("8080", "9090"))
    session.files.write([change])
    commit = session.files.commit_draft([change])
    assert commit is not None
    with pytest.raises(CommitRefusedError, match="no ports above 9000"):
        session.files.commit(commit, "films")
    assert repository.git("rev-list", "--count", "HEAD").strip() == "1"


def test_what_no_file_declares_cannot_be_edited(session: Session, review: Review) -> None:
    assert "no file declares" in (session.files.edit_refusal(review, Target("stack", "nobody")) or "")
    with pytest.raises(WriteBackError, match="no file declares"):
        session.files.open_block(review, Target("stack", "nobody"))


def test_an_inline_text_is_edited_where_it_is_kept(session: Session) -> None:
    session.syncs.add("inline", {"file_contents": MEDIA})
    review = session.reviews.create(session.syncs.get("inline"))
    draft = session.files.open_block(review, FILMS)
    change = session.files.edits_of(review, draft, draft.text.replace("8080", "9090"))
    assert session.files.commit_draft([change]) is None
    session.files.write([change])
    after = session.reviews.create(session.syncs.get("inline")).declarations.files[0].text
    assert after == MEDIA.replace("8080", "9090", 1)


def test_an_inline_text_that_changed_meanwhile_is_left_alone(session: Session) -> None:
    session.syncs.add("inline", {"file_contents": MEDIA})
    review = session.reviews.create(session.syncs.get("inline"))
    draft = session.files.open_block(review, FILMS)
    change = session.files.edits_of(review, draft, draft.text.replace("8080", "9090"))
    session.syncs.edit("inline", {"file_contents": MEDIA + "# later\n"})
    with pytest.raises(WriteBackError, match="changed since it was read"):
        session.files.write([change])


LINE_ENDS = ("\u2028", "\u2029", "\x85", "\x0c", "\x0b", "\x1c", "\x1d", "\x1e", "\r")
"""Characters that end a line for some programs, and for TOML, Komodo and git do not."""


@pytest.mark.parametrize("char", LINE_ENDS)
def test_lines_are_counted_alike_whatever_stands_above_the_block(
    session: Session, review: Review, repository: Repository, char: str
) -> None:
    media = MEDIA.replace("looked after", f"looked{char}after")
    repository.file.write_bytes(media.encode())
    review = session.reviews.create(review.sync)
    draft = session.files.open_block(review, FILMS)
    assert (draft.first_line, draft.before + draft.raw + draft.after) == (3, media)
    change = session.files.edits_of(review, draft, draft.text.replace("8080", "9090"))
    assert (change.added, change.removed) == (1, 1)
    session.files.write([change])
    assert repository.file.read_bytes() == media.replace("8080", "9090").encode()


@pytest.mark.parametrize("char", LINE_ENDS[:3])
def test_such_a_character_inside_a_block_has_a_name_in_the_editor_and_stays(
    session: Session, review: Review, repository: Repository, char: str
) -> None:
    media = MEDIA.replace("how much", f"how{char}much")
    repository.file.write_bytes(media.encode())
    review = session.reviews.create(review.sync)
    draft = session.files.open_block(review, FILMS)
    assert f"how<U+{ord(char):04X}>much" in draft.text
    session.files.write([session.files.edits_of(review, draft, draft.text.replace("8080", "9090"))])
    assert repository.file.read_bytes() == media.replace("8080", "9090").encode()


def test_a_block_that_has_to_be_written_anew_says_so_before(
    session: Session, review: Review, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.file.write_text(MEDIA.replace("8080", "9090"))
    review = session.reviews.create(review.sync)
    (change,) = session.files.write_back(review, {"update:stack/films"})
    assert change.notes == ()

    def refuse(*_: object) -> None:
        raise WriteBackError("the text could not be parsed")

    monkeypatch.setattr("ksync_tui.toml.edit.change_table", refuse)
    (change,) = session.files.write_back(review, {"update:stack/films"})
    assert change.notes == ("stack/films is written anew as a whole: its comments and layout are lost",)
    assert "# the big one" not in change.edit.after.decode()


LOOKS = """\
[[stack]]
name = "books"
[stack.config]
environment = "DB_PASSWORD = letmein-4711"

"""


def test_a_secret_of_few_letters_does_not_stand_around_the_block_either(
    session: Session, review: Review, repository: Repository
) -> None:
    repository.file.write_text(MEDIA.replace("hunter2-hunter2", "x9q").replace("TOKEN", "PIN"))
    draft = session.files.open_block(session.reviews.create(review.sync), FILMS)
    assert "x9q" not in draft.above + draft.below
    assert "value = <secret>" in draft.below


def test_nothing_secret_stands_around_the_block_that_is_edited(
    session: Session, review: Review, repository: Repository
) -> None:
    repository.file.write_text(LOOKS + MEDIA.replace("hunter2-hunter2", "brand-new-value"))
    draft = session.files.open_block(session.reviews.create(review.sync), FILMS)
    shown = draft.above + draft.text + draft.below
    assert "letmein" not in shown
    assert "brand-new-value" not in shown
    assert 'DB_PASSWORD = <hidden>"' in draft.above
    assert (draft.above.count("\n"), draft.below.count("\n")) == (draft.before.count("\n"), draft.after.count("\n"))


def test_what_looks_like_a_secret_is_a_token_in_the_editor(
    session: Session, review: Review, repository: Repository
) -> None:
    repository.file.write_text(LOOKS + MEDIA)
    found = session.reviews.create(review.sync)
    books = Target("stack", "books")
    draft = session.files.open_block(found, books)
    assert "DB_PASSWORD = <secret 1: unchanged>" in draft.text
    change = session.files.edits_of(found, draft, draft.text.replace('"books"', '"library"'))
    assert "letmein" not in "\n".join(change.diff)
    session.files.write([change])
    assert repository.file.read_text() == (LOOKS + MEDIA).replace('"books"', '"library"')
    shown = session.files.open_block(session.reviews.create(review.sync), Target("stack", "library"), looks=False)
    assert "letmein-4711" in shown.text
