"""Texts to begin with, from the project's own examples and KSYNC_TEST_CORPUS, and what is done to them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
MB = 1 << 20
Steps = Callable[[bytes], Generator[str]]
"""Takes bytes in, and tells the next step before it is done."""
FEW = 4
"""Resources of an input that are edited: all would only take longer."""
WHERE = 1 << 16
"""A place in a text is a part of this."""
TOKENS: tuple[bytes, ...] = (
    b"", b"\n", b"\r", b"\r\n", b"\t", b" ", b"\x00", b"\x1b[31m", b"\x1b]0;x\x07", b"\x9b", b"\x7f", b"\xef\xbb\xbf",
    b"\xff\xfe", b"\xc3(", b"\xed\xa0\x80", "\u202e\u2066".encode(), "\u2028".encode(), "🦎é漢".encode(),
    b'"', b'"""', b"'", b"'''", b"\\", b"\\u0000", b"\\ud800", b"\\U00110000", b"#", b"=", b".", b",", b"[", b"]",
    b"[[", b"]]", b"{", b"}", b"[[stack]]\n", b"[[variable]]\n", b"[stack.config]\n", b"name = ", b"config", b"##\n",
    b"[[A]]", b"[[[[A]]]]", b"0", b"-0", b"1e999", b"-1e999", b"nan", b"-inf", b"99999999999999999999999", b"0x_1",
    b"1979-05-27T07:32:00Z", b"true", b"null", b"[]", b"{}", b'""', b'{"a": 1}', b"..", b"../../../etc/passwd", b"/",
    b"-", b"--", b"*", b"?", b"\\(\\", b"\\(a+)+$\\", b"%00", b"$(id)", b"`id`", b"${A}", b"&a [*a]",
    b"!!python/name:a", b"- ", b": ", b"a: b\n", b"\"name\"", b"A" * 300,
)  # fmt: skip
"""What has a meaning somewhere, or breaks something somewhere."""


@dataclass(frozen=True)
class Change:
    """One thing done to a text at a place: `how` with a token, or with the piece of so many bytes that begins there."""

    how: str
    at: int
    size: int
    token: bytes

    def of(self, text: bytes, other: bytes) -> bytes:
        """The text after it; `other` is another text of the same sort."""
        at = self.at * len(text) // WHERE
        piece, rest = text[at : at + self.size], text[at + self.size :]
        if self.how == "insert":
            return text[:at] + self.token + text[at:]
        if self.how == "cut":
            return text[:at] + rest
        if self.how == "replace":
            return text[:at] + self.token + rest
        if self.how == "twice":
            return text[:at] + piece + text[at:]
        if self.how == "splice":
            there = self.at * len(other) // WHERE
            return text[:at] + other[there : there + self.size] + rest
        if self.how == "end":
            return text[:at]
        if self.how == "value":
            return text[:at] + _VALUE.sub(lambda found: found[1] + (self.token or b'""'), text[at:], count=1)
        return text[:at] + (self.token or piece or b"[") * (self.size * 16) + text[at:]


_VALUE = re.compile(rb"""([=:]\s*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s,{}\[\]"']+|[\[{])""")
"""A value of TOML, YAML or JSON with the sign before it."""
HOWS = ("insert", "value", "value", "cut", "replace", "replace", "twice", "splice", "end", "many")
CHANGES = st.lists(
    st.builds(
        Change,
        st.sampled_from(HOWS),
        st.integers(0, WHERE - 1),
        st.one_of(st.integers(0, 8), st.integers(0, 400), st.integers(0, 20_000)),
        st.sampled_from(TOKENS),
    ),
    min_size=1,
    max_size=6,
)


def changed(text: bytes, other: bytes, changes: Sequence[Change], most: int = MB) -> bytes:
    """A text with all of this done to it, cut off at `most` bytes."""
    for change in changes:
        text = change.of(text, other)[:most]
    return text


@cache
def resource_files() -> tuple[bytes, ...]:
    """Resource files: the examples of the project, and the corpus where it is named."""
    folders = [ROOT / "ksync_tui/demo/files", *map(Path, filter(None, [os.environ.get("KSYNC_TEST_CORPUS")]))]
    found = sorted(path for folder in folders for path in folder.rglob("*.toml"))
    return tuple(path.read_bytes() for path in found)
