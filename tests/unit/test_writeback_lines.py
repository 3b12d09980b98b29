"""Line diffs of files with many blocks."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from ksync_tui.writeback.lines import counts, unified

A = "# top\n[[a]]\nx = 1\ny = 2\n\n[[b]]\nz = 3\n\n[[c]]\nz = 3\n"


@pytest.mark.parametrize(
    "after",
    [A, "", A.replace("x = 1", "x = 2"), A + "[[d]]\n", A.replace("[[b]]\nz = 3\n\n", ""), A.replace("# top\n", "")],
)
def test_the_diff_is_difflibs(after: str) -> None:
    for old, new in ((A, after), (after, A)):
        assert list(unified(old, new, "a", "b")) == list(
            unified_diff(old.splitlines(), new.splitlines(), "a", "b", lineterm="")
        )


def test_counts() -> None:
    assert counts(A, A.replace("x = 1", "x = 2\nw = 3")) == (2, 1)
    assert counts(A, A) == (0, 0)
