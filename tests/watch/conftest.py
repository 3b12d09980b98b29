"""A receiver, and a session whose syncs and alerters are written in one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ksync_tui.services import Session
from tests.watch.receiver import Receiver, receiver


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files of a sync are."""
    made = tmp_path / "infra"
    made.mkdir()
    return made


def apply(session: Session, folder: Path, text: str) -> None:
    """Makes live what a text says; `infra` in it is the folder."""
    file = folder.parent / "setup.toml"
    file.write_text(text.replace('"infra"', f'"{folder}"'))
    plan = session.reviews.create(session.syncs.at(file)).plan
    record = session.runs.run(plan.select(plan.by_id), lambda _: None)
    assert record.state == "done", record
