"""A resource file's text as blocks: `[[kind]]` with everything that belongs to it, each with its place in the text.

Nothing here knows what a kind is or touches a file. Splitting looks at strings, comments and headers only, never at
values; each block is then parsed alone (architecture rule 1). Blocks plus what lies between them are the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import tomli

from ksync_tui.errors import KsyncError
from ksync_tui.toml import locations
from ksync_tui.toml.scan import BASIC, BLANK, body_end, doubled, last_code, stops

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Sequence

_BOM = "\ufeff"
_KEY = r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEY})?[ \t]*(\.)?(?:[^\n]*[^ \t\r\n])?")
_HEAD = re.compile(r"[ \t]*(?!true|false|inf|nan)([A-Za-z_][A-Za-z0-9_-]*)[ \t]*\]\][ \t\r]*")
_DOUBT = re.compile(r"""['#][^\n]*\"""")
_INDENTED = re.compile(r"\n[ \t]+\[")
_COLUMN_0 = re.compile(r"\n\[\[[ \t]*([a-z][a-z_-]*)[ \t]*\]\][ \t\r]*(?:#[^\n]*)?(?=\n|\Z)")
_BLANK_OR_HASH = BLANK + "#"
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


def split(text: str, kinds: Container[str] | None = None) -> list[Block]:
    """The blocks of a text in its order; a preamble only if it holds more than comments.

    Never fails. `kinds` are the headers at which broken text is taken up again (None: any lower-case one): a header in
    column 0 that strict reading finds inside a string or array counts, once the block around it does not parse.
    """
    at = len(_BOM) if text.startswith(_BOM) else 0
    below, pieces = _pieces(text, at)
    blocks: list[Block] = []
    strict, heads, indented = _Strict(text, kinds, blocks), _Heads(), _INDENTED.search(text) is not None
    names = [heads[piece.split("\n", 1)[0]] for piece in pieces]
    line = 1
    for piece, name, following in zip(pieces, names, [*names[1:], ""], strict=False):
        here, below = below, below + len(piece) + 3
        if at < here:
            at, line = strict.read(at, here, line)
        if at > here:
            continue
        if name is not None and following is not None and (size := _plain_size(piece, name, indented)):
            at, end = below, here + 2 + size
            body = text[here:end]
            last = line + body.count("\n")
            blocks.append(Block(name, body, line, last, here, end, True))
            line = last + text.count("\n", end, below)
        else:
            at, line = strict.read(at, below, line)
    strict.read(at, len(text), line)
    return blocks


def _pieces(text: str, at: int) -> tuple[int, list[str]]:
    """Where the first `[[` in column 0 is, and what stands behind it and every further one."""
    first, *pieces = text.split("\n[[")
    if first.startswith("[[", at):
        return at, [first[at + 2 :], *pieces]
    return len(first) + 1, pieces


class _Heads(dict[str, "str | None"]):
    """What stands behind `[[` on a header line -> the kind, None where the scanner has to look."""

    def __missing__(self, line: str) -> str | None:
        match = _HEAD.fullmatch(line)
        self[line] = match[1] if match else None
        return self[line]


def _plain_size(piece: str, name: str, indented: bool) -> int:
    """The length of a block's own text behind `[[`; 0 if it may end inside a string, or hold another's table.

    Where no comment or one-line string can hide one, an even number of `\"""` means that every string is closed.
    """
    if piece.count(BASIC) & 1 or piece.count("\n[") != piece.count(f"\n[{name}."):
        return 0
    if indented and _INDENTED.search(piece):
        return 0
    body = piece.rstrip(_BLANK_OR_HASH)
    beside = piece[len(body) : len(body) + 2].strip(" \t\r")
    if beside[:1] == "#":
        return 0
    if "#" not in body and "'" not in piece:
        return len(body)
    if "'''" in piece or _DOUBT.search(piece) or "#" in body[body.rfind("\n") + 1 :]:
        return 0
    return len(body)


class _Strict:
    """Reads blocks with the scanner, and again at the next header in column 0 where the strict reading is no TOML."""

    def __init__(self, text: str, kinds: Container[str] | None, blocks: list[Block]) -> None:
        self._text = text
        self._kinds = kinds
        self._blocks = blocks
        self._failures = 0

    def read(self, at: int, goal: int, line: int) -> tuple[int, int]:
        """Adds the blocks from `at`, which is on `line`, until `goal` is reached; gives offset and line behind them."""
        text = self._text
        while at < min(goal, len(text)):
            head = _HEADER.match(text, at)
            name = _key(head[2]) if head else None
            limit, end = self._extent(at, head.end() if head else at, name)
            if end > at:
                array = head is not None and head[1] == "[[" and not head[3]
                body = text[at:end]
                self._blocks.append(Block(name, body, line, line + body.count("\n"), at, end, array))
            line += text.count("\n", at, limit)
            at = limit
        return at, line

    def _extent(self, at: int, behind: int, name: str | None) -> tuple[int, int]:
        """Where the next block may begin and where this one's own text ends; `behind` is the end of its header line."""
        text = self._text
        patient = self._failures < _STRICT_FAILURES
        limit, low = self._limit(name, behind, len(text) if patient else self._column_0(behind, len(text)))
        inner = self._column_0(behind, limit)
        if inner < limit and not _reads(text[at:limit]):
            self._failures += 1
            limit = low = inner
        if low == limit:
            return limit, at + len(text[at:limit].rstrip(BLANK))
        if low == at and not last_code(text, at, limit)[1]:
            return limit, at
        return limit, body_end(text, low, limit)

    def _limit(self, name: str | None, behind: int, end: int) -> tuple[int, int]:
        """The next header that is not one of the block's own tables, and where its last string or table is."""
        low = behind
        for stop in stops(self._text, behind, end):
            if stop.what == "header" and not self._belongs(stop.start, name):
                return stop.start, low
            low = stop.end
        return end, low

    def _belongs(self, at: int, name: str | None) -> bool:
        head = _HEADER.match(self._text, at)
        return head is not None and head[3] is not None and _key(head[2]) == name

    def _column_0(self, low: int, limit: int) -> int:
        """The next line in column 0 that looks like the header of a resource; `limit` if there is none."""
        for match in _COLUMN_0.finditer(self._text, low, limit):
            if self._kinds is None or match[1].replace("-", "_") in self._kinds:
                return match.start() + 1
        return limit


def _key(raw: str | None) -> str:
    """A key as TOML reads it; "" for none."""
    if raw is None or raw[0] not in "\"'":
        return raw or ""
    try:
        return next(iter(tomli.loads(f"{raw} = 1")))
    except ValueError:
        return raw[1:-1]


def _reads(text: str) -> bool:
    try:
        tomli.loads(doubled(text))
    except (ValueError, RecursionError):
        return False
    return True


def parse_block(block: Block) -> dict[str, Any]:
    """The block's own table, as TOML has it; the keys of a preamble.

    `[[server]]` with `name = "a"` below it gives `{"name": "a"}`. Raises BlockError with the line in the whole text.
    """
    data = _parse(block.text, block.first)
    if block.header is None:
        return data
    (table,) = data.values()
    own: dict[str, Any] = table[0] if block.array else table
    return own if isinstance(own, dict) else {}


def parse_file_text(text: str) -> dict[str, Any]:
    """The whole text at once, by the same backslash rule. Raises BlockError."""
    return _parse(text.removeprefix(_BOM), 1)


def _parse(text: str, first: int) -> dict[str, Any]:
    try:
        data: dict[str, Any] = tomli.loads(doubled(text) if "\\" in text else text)
    except tomli.TOMLDecodeError as error:
        raise BlockError(*locations.explain(text, error, first)) from None
    except (ValueError, RecursionError):
        raise BlockError(first, 1, "a number is too long, or values are nested too deeply") from None
    return data


def needs_whole_file(blocks: Iterable[Block], kinds: Container[str]) -> bool:
    """Whether resources stand where blocks cannot show them, so that only `parse_file_text` reads them as Komodo does.

    That is `stack = [{...}]` or `stack.x = 1` before any header, and `[stack]`, `[stack.config]` or `[[stack.x]]` of
    a kind that is not the block's they stand in. A preamble that does not parse needs nothing: it is its own error.
    """
    return any(_misplaced(block, kinds) for block in blocks if not block.array)


def _misplaced(block: Block, kinds: Container[str]) -> bool:
    if block.header is not None:
        return block.header in kinds
    try:
        return any(key in kinds for key in parse_block(block))
    except BlockError:
        return False


def locate(block: Block, path: Sequence[str | int | Collection[str]]) -> tuple[int, int]:
    """Line and column in the whole text where a key path of the block's own table is written.

    A step is a key, an index, or a collection of accepted spellings: `("config", ("environment", "env"))`. Where the
    path is not written: its nearest ancestor that is, finally the header. For whole texts, `locations.locate`.
    """
    root: tuple[str | int, ...] = ()
    if block.header is not None:
        root = (block.header, 0) if block.array else (block.header,)
    line, column = locations.locate(block.text, (*root, *path))
    return block.first + line - 1, column
