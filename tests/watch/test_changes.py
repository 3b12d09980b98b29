"""Files that change are told as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from ksync_tui.watch.changes import Changes, may_matter

SECONDS = 20
"""How long a change may take to be told before the test fails."""


@pytest.fixture
def told() -> Queue[str]:
    return Queue()


@pytest.fixture
def changes(told: Queue[str]) -> Iterator[Changes]:
    made = Changes(told.put, lambda words: told.put(f"trouble: {words}"))
    yield made
    made.close()


def touch_until_told(file: Path, told: Queue[str]) -> str:
    """Writes until the watcher, which begins in a thread of its own, tells of it."""
    for number in range(SECONDS * 2):
        file.write_text(f"# {number}")
        try:
            return told.get(timeout=0.5)
        except Empty:
            continue
    raise AssertionError("nothing was told")


def test_an_edit_is_told_to_the_sync_that_reads_the_file(tmp_path: Path, changes: Changes, told: Queue[str]) -> None:
    infra, media = tmp_path / "infra", tmp_path / "media.toml"
    (infra / "deep").mkdir(parents=True)
    media.write_text("")
    changes.follow({"homelab": (infra,), "media": (media,), "gone": (tmp_path / "nowhere",)})
    assert touch_until_told(infra / "deep" / "web.toml", told) == "homelab"
    (tmp_path / "new").write_text("one")
    (tmp_path / "new").rename(media)  # as editors and git replace a file
    assert [name for name in iter(lambda: told.get(timeout=SECONDS), "media") if name != "homelab"] == []


def test_other_files_are_followed_when_syncs_change(tmp_path: Path, changes: Changes, told: Queue[str]) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    changes.follow({"one": (tmp_path / "one",)})
    changes.follow({"two": (tmp_path / "two",)})
    assert touch_until_told(tmp_path / "two" / "a.toml", told) == "two"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("infra/web.toml", True),
        ("infra/folder", True),
        ("infra/web.log", False),
        ("infra/.git/index", False),
        ("infra/.git/a.toml", False),
        ("infra/.web.toml.swp", False),
    ],
)
def test_only_what_may_be_resource_files_matters(path: str, expected: bool) -> None:
    assert may_matter(Path("/srv") / path) is expected
