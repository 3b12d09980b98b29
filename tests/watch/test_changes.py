"""Files that change are told as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Queue

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


def next_of(told: Queue[str], number: int = 1) -> list[str]:
    """The next syncs that are told to have changed, by name."""
    return sorted(told.get(timeout=SECONDS) for _ in range(number))


def test_an_edit_is_told_to_the_sync_that_reads_the_file(tmp_path: Path, changes: Changes, told: Queue[str]) -> None:
    infra, media = tmp_path / "infra", tmp_path / "media.toml"
    (infra / "deep").mkdir(parents=True)
    media.write_text("")
    changes.follow({"homelab": (infra,), "media": (media,), "gone": (tmp_path / "nowhere",)})
    # Each is told once by itself: what changed while the watchers began. The one beside media is the one over infra.
    assert next_of(told, 3) == ["homelab", "homelab", "media"]
    (infra / "deep" / "web.toml").write_text("")
    assert next_of(told) == ["homelab"]
    (tmp_path / "new").write_text("one")
    (tmp_path / "new").rename(media)  # as editors and git replace a file
    assert next_of(told) == ["media"]


def test_other_files_are_followed_when_syncs_change(tmp_path: Path, changes: Changes, told: Queue[str]) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    changes.follow({"one": (tmp_path / "one",)})
    assert next_of(told) == ["one"]
    changes.follow({"two": (tmp_path / "two",)})
    assert next_of(told) == ["two"]
    (tmp_path / "one" / "a.toml").write_text("")
    (tmp_path / "two" / "a.toml").write_text("")
    assert next_of(told) == ["two"]


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
