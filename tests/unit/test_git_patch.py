"""What differs between two contents of a file."""

from __future__ import annotations

from difflib import unified_diff as reference

import pytest

from ksync_tui.git.patch import count_lines, unified_diff

A = "# top\n[[a]]\nx = 1\ny = 2\n\n[[b]]\nz = 3\n\n[[c]]\nz = 3\n"


@pytest.mark.parametrize(
    "after",
    [A, "", A.replace("x = 1", "x = 2"), A + "[[d]]\n", A.replace("[[b]]\nz = 3\n\n", ""), A.replace("# top\n", "")],
)
def test_the_diff_has_the_common_form(after: str) -> None:
    for old, new in ((A, after), (after, A)):
        assert list(unified_diff(old.encode(), new.encode(), "a", "b")) == list(
            reference(old.splitlines(), new.splitlines(), "a", "b", lineterm="")
        )


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (b"a\n", b"a", ["@@ -1 +1 @@", "-a", "+a", "\\ No newline at end of file"]),
        (b"a\r\nb\r\n", b"a\r\nc\r\n", ["@@ -1,2 +1,2 @@", " a", "-b", "+c"]),
        (b"\0\n", b"\xff\n", ["@@ -1 +1 @@", "-\0", "+�"]),
        (b"", b"--- a\n", ["@@ -0,0 +1 @@", "+--- a"]),
    ],
)
def test_any_content_can_be_compared(before: bytes, after: bytes, lines: list[str]) -> None:
    assert list(unified_diff(before, after, "a", "b"))[2:] == lines


def test_lines_are_counted() -> None:
    assert count_lines(A.encode(), A.replace("x = 1", "x = 2\nw = 3").encode()) == (2, 1)
    assert count_lines(A.encode(), A.encode()) == (0, 0)
