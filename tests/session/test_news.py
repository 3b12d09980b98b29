"""What is new since a review: counted as a person would, and cheap while nothing moved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ksync_tui.services import Session, Sync
from ksync_tui.services.change_detector import ChangeDetector

ONE = '[[variable]]\nname = "{}"\nvalue = "{}"\n\n'
START = ONE.format("A", 1) + ONE.format("B", 1) + ONE.format("C", 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "all.toml"
    found.write_text(START)
    return found


@pytest.fixture
def sync(session: Session, file: Path) -> Sync:
    return session.syncs.at(file)


def how_new(news: ChangeDetector, now: float) -> int | None:
    """What is new, or None where it was not worth looking."""
    return news.count() if news.moved(now) else None


Edit = Callable[[str], str]


@pytest.mark.parametrize(
    ("edit", "new"),
    [
        (lambda text: text, 0),
        (lambda text: "# a line above\n" + text, 0),
        (lambda text: text.replace('"C"\nvalue = "1"', '"C"\nvalue = "2"'), 1),
        (lambda text: text + ONE.format("D", 1) + ONE.format("E", 1), 2),
        (lambda text: text.replace('"A"', '"Z"'), 2),  # one gone, one come
        (lambda text: text + "[[variable]]\nname = 7\n", 1),  # a problem
    ],
)
def test_news_are_actions_and_problems_that_are_others(
    session: Session, sync: Sync, file: Path, edit: Edit, new: int
) -> None:
    news = session.reviews.detect_changes(session.reviews.create(sync))
    file.write_text(edit(START))
    assert how_new(news, 0.0) == new


def test_a_change_of_live_is_news(session: Session, sync: Sync) -> None:
    news = session.reviews.detect_changes(session.reviews.create(sync))
    assert how_new(news, 0.0) == 0
    plan = session.reviews.create(sync).plan
    session.runs.run(plan.select(["create:variable/A"]), lambda _: None)
    assert how_new(news, 1.0) == 1


def test_nothing_is_read_while_nothing_moved(session: Session, sync: Sync, file: Path) -> None:
    interval = session.settings.watch.interval_seconds
    news = session.reviews.detect_changes(session.reviews.create(sync))
    assert how_new(news, 0.0) == 0
    assert [how_new(news, now) for now in (5.0, 10.0, interval - 1)] == [None] * 3
    assert how_new(news, interval) == 0  # what runs somewhere is only seen by looking
    file.write_text(START + ONE.format("D", 1))
    assert how_new(news, interval + 5) == 1


def test_what_is_elsewhere_is_looked_at_once_per_interval(
    session: Session, sync: Sync, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interval = session.settings.watch.interval_seconds
    monkeypatch.setattr("ksync_tui.services.change_detector._AT_HAND", ())
    news = session.reviews.detect_changes(session.reviews.create(sync))
    assert how_new(news, 0.0) == 0
    file.write_text(START + ONE.format("D", 1))
    assert [how_new(news, now) for now in (5.0, interval - 1, interval)] == [None, None, 1]


def test_a_row_is_new_when_it_would_read_differently(session: Session, sync: Sync, file: Path) -> None:
    news = session.reviews.detect_changes(session.reviews.row(sync))
    assert how_new(news, 0.0) == 0
    file.write_text(START + ONE.format("D", 1))
    assert how_new(news, 5.0) == 1
