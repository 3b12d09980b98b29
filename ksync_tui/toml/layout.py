"""Arrays and inline tables laid out evenly, in one pass over their characters: every line stays a line.

What stands on one line stays there. Where an array is broken over lines, its brackets end a line and begin one, and
what is inside is indented by two blanks more than the line that opened it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ksync_tui.toml.scan import BLANK
from ksync_tui.toml.syntax import STRING

INDENT = "  "
_TOKEN = re.compile(
    r"(?P<comment>#[^\r\n]*)|(?P<newline>\r?\n)|(?P<blank>[ \t]+)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)|(?P<equals>=)"
    rf"""|(?P<atom>{STRING}|[^\s,=\[\]{{}}#"']+)"""
)


@dataclass(slots=True)
class Line:
    """A line without its end: code, which may hold strings of several lines, and a comment with its place in the text.

    A comment that stands alone is the code of its line, `alone`; a blank line has neither. The code is in parts, for
    there may be thousands of elements on a line.
    """

    parts: list[str] = field(default_factory=list)
    comment: str = ""
    place: int = -1
    alone: bool = False

    @property
    def code(self) -> str:
        """All of its code."""
        return "".join(self.parts)


class _Open(NamedTuple):
    """An open bracket: the indent of its line, whether it is broken over lines, whether it is a table's."""

    indent: str
    broken: bool
    table: bool


def laid_out(head: str, text: str, start: int, end: int) -> list[Line]:
    """The lines of a value that begins with a bracket and stands in `text[start:end]`, behind `head`."""
    tokens = list(_TOKEN.finditer(text, start, end))
    layout = _Layout(head, _broken(tokens))
    for at, token in enumerate(tokens):
        layout.take(at, token)
    return layout.lines


def _broken(tokens: Sequence[re.Match[str]]) -> Collection[int]:
    """Which opening brackets have a line's end of their own between them and their closing ones, and not only that."""
    found: set[int] = set()
    opened: list[int] = []
    last = -1
    for at, token in enumerate(tokens):
        if token.lastgroup in ("newline", "comment"):
            found.add(opened[-1])
        if token.lastgroup == "close" and last == (opener := opened.pop()):
            found.discard(opener)
        if token.lastgroup == "open":
            opened.append(at)
        if token.lastgroup not in ("newline", "blank"):
            last = at
    return found


class _Layout:
    """Lines as far as they are made; `_code` is the one that holds the last code, which a comma may still follow."""

    def __init__(self, head: str, broken: Collection[int]) -> None:
        self.lines = [Line([head])]
        self._code = self.lines[0]
        self._broken = broken
        self._indent = ""
        self._open: list[_Open] = []
        self._before = ""
        self._breaks = 0
        self._spaced = False

    def take(self, at: int, token: re.Match[str]) -> None:
        """The next token, which is number `at`."""
        sort = token.lastgroup or ""
        if sort == "newline":
            self._breaks += 1
        elif sort == "blank":
            self._spaced = True
        elif sort == "comment":
            self._comment(token)
        elif sort == "comma":
            self._code.parts.append(",")
            self._before = sort
        else:
            self._write(at, sort, token[0])

    def _comment(self, token: re.Match[str]) -> None:
        line = self.lines[-1]
        if not self._breaks and line.parts and not line.alone and not line.comment:
            line.comment, line.place = token[0].rstrip(BLANK), token.start()
        else:
            self._end_line()
            self.lines.append(Line([self._open[-1].indent, INDENT, token[0].rstrip(BLANK)], alone=True))
            self._before = "comment"
        self._breaks = 0

    def _write(self, at: int, sort: str, code: str) -> None:
        closed = self._open.pop() if sort == "close" else None
        if closed.broken if closed else self._breaks or (self._before == "open" and self._open[-1].broken):
            self._end_line(closing=closed is not None)
            self._indent = closed.indent if closed else self._open[-1].indent + INDENT
            self._code = Line([self._indent])
            self.lines.append(self._code)
        else:
            self._join(sort, code, closed)
        self._code.parts.append(code)
        if sort == "open":
            self._open.append(_Open(self._indent, at in self._broken, code == "{"))
        self._before, self._breaks, self._spaced = sort, 0, False

    def _end_line(self, *, closing: bool = False) -> None:
        """Several line ends in a row are one blank line, except directly inside brackets."""
        if self._breaks > 1 and self._before != "open" and not closing:
            self.lines.append(Line())

    def _join(self, sort: str, code: str, closed: _Open | None) -> None:
        """Puts the blank that the next token wants behind the code of the line; no comma stays before a bracket."""
        parts = self._code.parts
        if closed and self._before == "comma":
            parts.pop()
        if closed:
            parted = closed.table and self._before != "open"
        elif self._before == "open":
            parted = self._open[-1].table
        elif self._before == "atom" and sort == "atom":
            parted = self._spaced and not parts[-1].endswith(".") and not code.startswith(".")
        else:
            parted = self._before in ("comma", "equals") or sort == "equals"
        if parted:
            parts.append(" ")
