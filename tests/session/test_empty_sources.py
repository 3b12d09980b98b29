"""A source that declares nothing does not agree with what is live: it is said, and a commit writes it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ksync_tui.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from ksync_tui.services import Review, Session
    from tests.session.conftest import Repository


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSYNC_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("text", ["", "# nothing here\n", "\n\n"])
def test_an_empty_managed_file_is_filled_by_a_commit(
    session: Session, review: Review, repository: Repository, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    repository.file.write_text(text)
    assert session.reviews.row(review.sync).state == "pending"
    assert "0 declared, 2 live" in (session.reviews.create(review.sync).plan.deletes_held or "")
    session.close()
    assert main(["commit", "--sync", "media", "--all", "--yes"]) == 0
    assert "committed" in capsys.readouterr().err
    written = repository.file.read_text()
    assert 'name = "films"' in written
    assert 'name = "TOKEN"' in written
    assert "hunter2" not in written
    assert main(["plan", "--sync", "media"]) == 0


def test_a_managed_file_that_does_not_exist_yet_is_made_by_the_first_commit(
    session: Session, review: Review, repository: Repository
) -> None:
    del review
    session.syncs.remove("media")
    file = repository.root / "new.toml"
    session.close()
    assert main(["syncs", "add", "new", "--path", str(file)]) == 1
    assert main(["syncs", "add", "new", "--path", str(file), "--managed"]) == 0
    assert main(["plan", "--sync", "new"]) == 2
    assert not file.exists()
    assert main(["commit", "--sync", "new", "--all", "--yes"]) == 0
    assert 'name = "films"' in file.read_text()
    assert repository.git("status", "--porcelain") == ""
    assert main(["plan", "--sync", "new"]) == 0


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[[stack]]\nname = \n", None])
def test_a_source_that_cannot_be_read_is_an_error_of_commit(
    session: Session, review: Review, repository: Repository, capsys: pytest.CaptureFixture[str], data: bytes | None
) -> None:
    if data is None:
        repository.file.unlink()
        repository.file.symlink_to("nowhere.toml")
    else:
        repository.file.write_bytes(data)
    assert session.reviews.row(review.sync).state == "problem"
    session.close()
    assert main(["commit", "--sync", "media", "--all", "--yes"]) == 1
    assert "could not be read as a whole" in capsys.readouterr().err
