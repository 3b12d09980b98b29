"""A resource file's text as blocks: `[[kind]]` with everything that belongs to it, each with its place in the text.

Nothing here knows what a kind is or touches a file. Splitting looks at strings, comments and headers only, never at
values; each block is then parsed alone (DESIGN rule 1). Blocks plus what lies between them are the text, byte for byte.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import tomli

from ksync_tui.errors import KsyncError
from ksync_tui.source import places
from ksync_tui.source.scan import BASIC, BLANK, body_end, doubled, stops

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator, Sequence

_BOM = "\ufeff"
_KEY = r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEY})?[ \t]*(\.)?[^\n]*")
_HEAD = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]*\]\][ \t\r]*")
_DOUBT = re.compile(r"""'''|['#][^\n]*\"""")
_INDENTED = re.compile(r"\n[ \t]+\[")
_COLUMN_0 = re.compile(r"\n\[\[[ \t]*([a-z][a-z_-]*)[ \t]*\]\][ \t\r]*(?:#[^\n]*)?(?=\n|\Z)")
_STRICT_FAILURES = 4  # after as many unclosed strings, headers in column 0 are taken at face value: stays linear


class Block(NamedTuple):
    """One `[[kind]]` with all its keys and sub-tables; a tuple, because a text may hold ten thousand.

    `header` is the first key of the header as written ("stack", "stacks", "resource-sync"); None for keys before any
    header, "" for a header without a readable key. `array` is False for the preamble and for what is not the form of a
    resource: `[trigger]`, `[variable.x]`, `[[a.b]]`. Lines are 1-based; `text` is the whole text's `[start:end]`.
    """

    header: str | None
    text: str
    first: int
    last: int
    start: int
    end: int
    array: bool


class BlockError(KsyncError):
    """A block is not TOML: where (1-based, in the whole text), why, and what to do. Holds no values of the text."""

    def __init__(self, line: int, column: int, message: str, hint: str | None = None) -> None:
        super().__init__(message, where=f"line {line}, column {column}", hint=hint)
        self.line = line
        self.column = column
        self.message = message


class _Extent(NamedTuple):
    """A block's header, its own text `[start:end]`, and where the next header is."""

    header: str | None
    array: bool
    start: int
    end: int
    limit: int


def split(text: str, kinds: Container[str] | None = None) -> list[Block]:
    """The blocks of a text in its order; a preamble only if it holds more than comments.

    Never fails. `kinds` are the headers at which broken text is taken up again (None: any lower-case one): a header in
    column 0 that strict reading finds inside a string or array counts, once the block around it does not parse.
    """
    blocks = []
    line, seen = 1, 0
    for header, array, start, end, _ in _extents(text, kinds):
        body = text[start:end]
        line += text.count("\n", seen, start)
        last = line + body.count("\n")
        blocks.append(Block(header, body, line, last, start, end, array))
        line, seen = last, end
    return blocks


def _extents(text: str, kinds: Container[str] | None) -> Iterator[_Extent]:
    """Most blocks are plain and cost a few searches; the scanner reads only the others."""
    at = len(_BOM) if text.startswith(_BOM) else 0
    pieces = text.split("\n[[")
    piece_at = len(pieces[0]) + 1
    if text.startswith("[[", at):
        pieces[0], piece_at = pieces[0][at + 2 :], at
    else:
        del pieces[0]
    plain, strict = _Plain(), _Strict(text, kinds)
    for piece in pieces:
        ...


