"""TOML text cut into pieces that together are the text: statements of a block, elements of a list, keys of a table.

Only where values begin and end is known here, not what they mean; so comments, blanks and spellings are kept by
keeping the pieces. Backslashes escape nothing between `\"""` (semantics c.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ksync_tui.errors import WriteBackError
from ksync_tui.toml.blocks import parse_file_text

Names = tuple[str | int, ...]
_NAME = r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
STRING = r"""\"{3}[\s\S]*?\"{3,5}(?!\")|'{3}[\s\S]*?'{3,5}(?!')|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
"""A string with its quotes, of which up to two may stand directly before the closing three."""
_ONE = re.compile(_NAME)
_KEY = re.compile(rf"(?P<key>(?:{_NAME})(?:[ \t]*\.[ \t]*(?:{_NAME}))*)[ \t]*=[ \t]*")
_HEADER = re.compile(rf"[ \t]*(?P<open>\[\[?)[ \t]*(?P<key>(?:{_NAME})(?:[ \t]*\.[ \t]*(?:{_NAME}))*)[ \t]*\]\]?")
_BLANK_LINES = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)+|[ \t]*(?:#[^\n]*)?\Z")
_INDENT = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_REST_OF_LINE = re.compile(r"[^\n]*\n?")
_COMMENT = re.compile(r"[ \t]*#[^\r\n]*")
_LINE_STRING = re.compile(r""""(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_SCALAR = re.compile(r"[^,\]}\r\n#]*[^,\]}\r\n# \t]")
_PLAIN = re.compile(r"""(?:[^\[\]{}"'#]+|#[^\n]*)+""")


def value_end(text: str, pos: int) -> int:
    """Where the value ends that begins at `pos`. Raises WriteBackError when there is none."""
    if text.startswith(('"""', "'''"), pos):
        return _block_string_end(text, pos)
    if text[pos : pos + 1] in ("[", "{"):
        return _bracket_end(text, pos)
    match = (_LINE_STRING if text[pos : pos + 1] in ('"', "'") else _SCALAR).match(text, pos)
    if match is None:
        raise _lost(text, pos)
    return match.end()


def _lost(text: str, pos: int) -> WriteBackError:
    line = text.count("\n", 0, pos) + 1
    return WriteBackError("the text could not be parsed", where=f"line {line} of the block")


def _block_string_end(text: str, pos: int) -> int:
    """Up to two quotes may stand directly before the closing three."""
    quotes = text[pos : pos + 3]
    end = text.find(quotes, pos + 3)
    if end < 0:
        raise _lost(text, pos)
    extra = 0
    while extra < 2 and text[end + 3 + extra : end + 4 + extra] == quotes[0]:
        extra += 1
    return end + 3 + extra


def _bracket_end(text: str, pos: int) -> int:
    depth = 0
    while pos < len(text):
        if plain := _PLAIN.match(text, pos):
            pos = plain.end()
        elif text[pos] in "\"'":
            pos = value_end(text, pos)
        else:
            depth += 1 if text[pos] in "[{" else -1
            pos += 1
            if depth == 0:
                return pos
    raise _lost(text, len(text))


def names_of(key: str) -> tuple[str, ...]:
    """The names in a dotted key."""
    return tuple(_unquoted(name) for name in _ONE.findall(key))


def compact(key: str) -> str:
    """A dotted key as it is spelled, without the blanks around its dots."""
    return ".".join(_ONE.findall(key))


def _unquoted(name: str) -> str:
    return str(next(iter(parse_file_text(f"{name} = 1")))) if name[0] in "\"'" else name


@dataclass(slots=True, eq=False)
class Statement:
    """A header, a key with its value, or blank lines and comments.

    `path` is the full path below the block's own table; `head` that of the header it stands below.
    """

    sort: Literal["blank", "header", "key"]
    before: str
    path: Names = ()
    head: Names = ()
    value: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """The statement's own characters, its line's end included."""
        return f"{self.before}{self.value}{self.after}"


def statements(block: str) -> Iterator[Statement]:
    """The statements of a block's text. Raises WriteBackError where the text cannot be followed."""
    pos, head = 0, _Head()
    while pos < len(block):
        if (blank := _BLANK_LINES.match(block, pos)) and blank.end() > pos:
            yield Statement("blank", blank[0])
            pos = blank.end()
        elif header := _HEADER.match(block, pos):
            head.enter(names_of(header["key"])[1:], header["open"] == "[[")
            rest = _rest_of_line(block, header.end())
            yield Statement("header", header[0], head.path, head.path, after=rest)
            pos = header.end() + len(rest)
        else:
            statement = _pair(block, pos, head.path)
            yield statement
            pos += len(statement.text)


def _pair(block: str, pos: int, head: Names) -> Statement:
    indent = _INDENT.match(block, pos)
    key = _KEY.match(block, indent.end() if indent else pos)
    if key is None:
        raise _lost(block, pos)
    end = value_end(block, key.end())
    path = (*head, *names_of(key["key"]))
    return Statement("key", block[pos : key.end()], path, head, block[key.end() : end], _rest_of_line(block, end))


def _rest_of_line(text: str, pos: int) -> str:
    rest = _REST_OF_LINE.match(text, pos)
    return rest[0] if rest else ""


class _Head:
    """The table that keys stand in, elements of arrays of tables counted."""

    def __init__(self) -> None:
        self.path: Names = ()
        self._counts: dict[Names, int] = {}

    def enter(self, names: tuple[str, ...], element: bool) -> None:
        """Takes the path of a header, less the block's own name."""
        path: Names = ()
        for depth, name in enumerate(names, 1):
            path = (*path, name)
            if element and depth == len(names):
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
        self.path = path


@dataclass(slots=True, eq=False)
class Chunk:
    """One element of a list, or one key with its value of an inline table, and what stands around it."""

    lead: str
    key: str
    value: str
    middle: str = ""
    comment: str = ""
    path: Names = ()


@dataclass(slots=True)
class Inside:
    """A list or an inline table, in chunks."""

    brackets: str
    chunks: list[Chunk] = field(default_factory=list)
    trailing_comma: bool = False
    tail: str = ""

    @classmethod
    def of(cls, text: str) -> Inside:
        """The chunks of a value that begins with `[` or `{`. Raises WriteBackError where it cannot be followed."""
        inside = cls(text[0] + text[-1])
        pos = 1
        while (start := _gap_end(text, pos)) < len(text) - 1:
            chunk, pos = _chunk(text, pos, start, table=text[0] == "{")
            inside.chunks.append(chunk)
            inside.trailing_comma = text[pos - len(chunk.comment) - 1] == ","
        inside.tail = text[pos:-1]
        return inside

    @property
    def text(self) -> str:
        """The value with its chunks as they are now; commas are put where they belong."""
        self._even_out()
        last = len(self.chunks) - 1
        parts = [
            f"{chunk.lead}{chunk.key}{chunk.value}{chunk.middle}"
            f"{',' if at < last or self.trailing_comma else ''}{chunk.comment}"
            for at, chunk in enumerate(self.chunks)
        ]
        return f"{self.brackets[0]}{''.join(parts)}{self._end()}{self.brackets[1]}"

    def _end(self) -> str:
        """What stands before the closing bracket, which a comment before it must not swallow."""
        commented = bool(self.chunks and self.chunks[-1].comment)
        if commented and not self.tail.lstrip(" \t\r").startswith("\n"):
            return f"\n{self.tail.lstrip()}"
        return self.tail

    def _even_out(self) -> None:
        """On one line, blanks depend on where a chunk stands, not on which chunk it is."""
        if self.multiline or not self.chunks:
            return
        table = self.brackets == "{}"
        for at, chunk in enumerate(self.chunks):
            chunk.lead = " " if at or table else self.first_lead
        if table and not self.tail:
            self.tail = " "

    @property
    def first_lead(self) -> str:
        """The blanks behind the opening bracket, which mirror those before the closing one."""
        return self.tail if not self.tail.strip(" ") else ""

    @property
    def multiline(self) -> bool:
        """Whether chunks stand on lines of their own."""
        return "\n" in self.tail or any("\n" in chunk.lead for chunk in self.chunks)

    def lead_for_new(self) -> str:
        """What stands before a chunk that is added."""
        for chunk in reversed(self.chunks):
            if "\n" in chunk.lead:
                return "\n" + chunk.lead[chunk.lead.rfind("\n") + 1 :]
        return "\n  " if "\n" in self.tail else " "


def _gap_end(text: str, pos: int) -> int:
    match = _GAP.match(text, pos)
    return match.end() if match else pos


def _chunk(text: str, pos: int, start: int, *, table: bool) -> tuple[Chunk, int]:
    key = _KEY.match(text, start) if table else None
    if table and key is None:
        raise _lost(text, start)
    begin = key.end() if key else start
    end = value_end(text, begin)
    chunk = Chunk(text[pos:start], text[start:begin], text[begin:end], path=names_of(key["key"]) if key else ())
    after = _gap_end(text, end)
    if text[after : after + 1] == ",":
        chunk.middle = text[end:after]
        end = after + 1
    if comment := _COMMENT.match(text, end):
        chunk.comment = comment[0]
    return chunk, end + len(chunk.comment)
