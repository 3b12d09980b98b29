"""Lines are counted in one way: `str.splitlines` counts others than TOML, Komodo and git do."""

from __future__ import annotations

from pathlib import Path

import pytest

import ksync_tui
from ksync_tui.model.text import lines_of

FILES = sorted(Path(ksync_tui.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\n\n", ["a", ""]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("a\rb", ["a\rb"]),
        ("a\u2028b\x85c\x0cd\x0be\x1cf\n", ["a\u2028b\x85c\x0cd\x0be\x1cf"]),
    ],
)
def test_a_line_ends_at_lf_or_crlf(text: str, lines: list[str]) -> None:
    assert lines_of(text) == lines


SECRETS = "ksync_tui/model/secrets.py"


def test_nothing_else_counts_lines() -> None:
    found = [file.as_posix() for file in FILES if ".splitlines(" in file.read_text("utf-8")]
    assert [name for name in found if not name.endswith((SECRETS, "ksync_tui/model/text.py"))] == []
