"""What `ksync fmt` did, or would do, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ksync_tui.present.text import count

Diffs = Sequence[Sequence[str]]
"""Of each changed file, the lines of its difference."""


def format_lines(changed: Sequence[str], diffs: Diffs | None) -> Sequence[str]:
    """The names of the changed files, or their differences."""
    return changed if diffs is None else [line for diff in diffs for line in diff]


def format_summary(files: int, changed: int, *, written: bool) -> str:
    """`1 file formatted, 2 unchanged`."""
    if not files:
        return "no resource file here"
    did = "formatted" if written else "would change"
    left = files - changed
    return f"{count(changed, 'file')} {did}" + (f", {left:,} unchanged" if left else "")


def format_object(
    files: Sequence[str], changed: Sequence[str], problems: list[dict[str, Any]], diffs: Diffs | None, *, written: bool
) -> dict[str, Any]:
    """What `fmt --json` prints."""
    found = dict(zip(changed, diffs if diffs is not None else [None] * len(changed), strict=True))
    return {
        "written": written,
        "files": [
            {"file": file, "changed": file in found, "diff": list(diff) if (diff := found.get(file)) else None}
            for file in files
        ],
        "problems": problems,
    }
