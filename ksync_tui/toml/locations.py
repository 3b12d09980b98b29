"""Where in a text a key stands, and where and why a text is not TOML. Only used when something is wrong."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from ksync_tui.toml.scan import BASIC, basic_strings, stops, unclosed_bracket, unclosed_string

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence

    import tomli

_NAME = r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
_ONE = re.compile(_NAME)
_DOTTED = re.compile(rf"(?:{_NAME})(?:[ \t]*\.[ \t]*(?:{_NAME}))*")
_HEADER = re.compile(rf"(\[\[?)[ \t]*({_DOTTED.pattern})[ \t]*\]*")
_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_SCALAR = re.compile(r""""(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^,\]}\n#]*""")
_CONFLICT = re.compile(r"<{7} |={7}$|>{7} |\|{7} ", re.MULTILINE)
_DEEPEST = 400

_PLAIN_WORDS = {
    "Illegal character '\\n'": ("a string is not closed on its line", 'text over several lines stands between `"""`'),
    "Unclosed array": ("expected `,` or `]` in an array", None),
    "Unclosed inline table": ("expected `,` or `}` in an inline table", None),
    "Invalid value": ("not a value", "text needs quotes"),
    "Expected '=' after a key in a key/value pair": ("expected `=` after a key", None),
}


class SyntaxFault(NamedTuple):
    """Why a text is not TOML, at a 1-based line and column."""

    line: int
    column: int
    message: str
    hint: str | None = None


class Header(NamedTuple):
    """A header of a text: the path of its table, its 1-based line, and its names."""

    path: tuple[str | int, ...]
    line: int
    names: tuple[str, ...]
    array: bool

    def __str__(self) -> str:
        name = ".".join(self.names)
        return f"[[{name}]]" if self.array else f"[{name}]"


class _Entry(NamedTuple):
    """A key, header or array element, where it is written, and whether it is a statement of its own."""

    path: tuple[str | int, ...]
    offset: int
    statement: bool


def locate(text: str, path: Sequence[str | int | Collection[str]]) -> tuple[int, int]:
    """Line and column (1-based) where the value at `path` is written in TOML text.

    The path begins at the root: ("stack", 0, "config", "environment"); a step may be a collection of accepted
    spellings. Where the path itself is not written, its nearest ancestor that is; (1, 1) if none is.
    """
    best, offset = 0, 0
    for entry in _entries(text):
        if best < len(entry.path) <= len(path) and all(map(_same, path, entry.path)):
            best, offset = len(entry.path), entry.offset
    return _position(text, offset)


def headers(text: str) -> list[Header]:
    """Every header of TOML text in its order."""
    counts: dict[tuple[str | int, ...], int] = {}
    found = []
    for start in (0, *(stop.start for stop in stops(text) if stop.what == "header")):
        if header := _HEADER.match(text, _gap(text, start)):
            path, _ = _table_path(header, counts)
            found.append(Header(path, _position(text, header.start())[0], tuple(_names(header[2])), header[1] == "[["))
    return found


class Index:
    """All keys of a text by their paths, for asking often: building it reads the text once."""

    def __init__(self, text: str) -> None:
        self._offsets: dict[tuple[str | int, ...], int] = {}
        for entry in _entries(text):
            self._offsets.setdefault(entry.path, entry.offset)
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def locate(self, path: Sequence[str | int | Collection[str]]) -> tuple[int, int]:
        """See `locate`."""
        known: tuple[str | int, ...] = ()
        for step in path:
            spellings = (step,) if isinstance(step, (str, int)) else step
            found = next((spelling for spelling in spellings if (*known, spelling) in self._offsets), None)
            if found is None:
                break
            known += (found,)
        offset = self._offsets.get(known, 0)
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1


def _same(wanted: str | int | Collection[str], step: str | int) -> bool:
    if isinstance(wanted, (str, int)):
        return wanted == step
    return step in wanted


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _entries(text: str) -> Iterator[_Entry]:
    """Every key, header and array element in the order of the text, with its full path; stops where it is lost."""
    base: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    pos = _gap(text, 0)
    while pos < len(text):
        if header := _HEADER.match(text, pos):
            base, written = _table_path(header, counts)
            yield from (_Entry(path, header.start(2), True) for path in written)
            pos = header.end()
        elif (after := (yield from _pair(text, pos, base, 0))) > pos:
            pos = after
        else:
            return
        pos = _gap(text, pos)


def _table_path(
    header: re.Match[str], counts: dict[tuple[str | int, ...], int]
) -> tuple[tuple[str | int, ...], list[tuple[str | int, ...]]]:
    """The full path of a header, counting array elements, and the paths it writes, outermost first."""
    names = _names(header[2])
    path: tuple[str | int, ...] = ()
    written = []
    for depth, name in enumerate(names, 1):
        path += (name,)
        written.append(path)
        if depth == len(names) and header[1] == "[[":
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
            written.append(path)
    return path, written


def _pair(text: str, pos: int, base: tuple[str | int, ...], depth: int) -> Generator[_Entry, None, int]:
    """`a.b = value` at `pos`; gives where it ends, or `pos` if there is no key."""
    key = _DOTTED.match(text, pos)
    if key is None:
        return pos
    for name in _names(key[0]):
        base += (name,)
        yield _Entry(base, pos, depth == 0)
    equals = _EQUALS.match(text, key.end())
    return (yield from _value(text, equals.end(), base, depth)) if equals else key.end()


def _value(text: str, pos: int, path: tuple[str | int, ...], depth: int) -> Generator[_Entry, None, int]:
    if text[pos : pos + 1] in ("[", "{") and depth < _DEEPEST:
        return (yield from _inside(text, pos, path, depth + 1))
    if text.startswith((BASIC, "'''"), pos):
        return next(stops(text, pos)).end
    scalar = _SCALAR.match(text, pos)
    return scalar.end() if scalar else pos


def _inside(text: str, pos: int, path: tuple[str | int, ...], depth: int) -> Generator[_Entry, None, int]:
    """The elements of an array or the keys of an inline table that begins at `pos`; gives where it ends."""
    array = text[pos] == "["
    index, pos = 0, _gap(text, pos + 1)
    while pos < len(text) and text[pos] not in "]}":
        before = pos
        if array:
            yield _Entry((*path, index), pos, False)
            pos = yield from _value(text, pos, (*path, index), depth)
        else:
            pos = yield from _pair(text, pos, path, depth)
        pos = _gap(text, pos)
        if text[pos : pos + 1] == ",":
            pos, index = _gap(text, pos + 1), index + 1
        elif pos == before or text[pos : pos + 1] not in ("]", "}"):
            return pos
    return pos + 1


def _gap(text: str, pos: int) -> int:
    match = _GAP.match(text, pos)
    return match.end() if match else pos


def _names(key: str) -> list[str]:
    return [name[1:-1] if name[0] in "\"'" else name for name in _ONE.findall(key)]


def explain(text: str, error: tomli.TOMLDecodeError, line: int = 1) -> SyntaxFault:
    """What is wrong with `text`, whose doubled form tomli refused; at the key, not behind its value.

    `line` is the number of the text's first line.
    """
    text = text.replace("\r\n", "\n")
    offset, message, hint = _undoubled(text, error.pos), error.msg, None
    if error.msg.startswith(("Cannot ", "Duplicate ")):
        offset, message, hint = _written_twice(text, offset, error.msg, line)
    elif offset >= len(text) and (opened := unclosed_string(text)) is not None:
        offset, message = opened, "a string that begins here is never closed"
    elif offset >= len(text) and (opened := unclosed_bracket(text)) is not None:
        offset = opened
        message = f"`{text[opened]}` that begins here is never closed"
    elif error.msg.startswith("Unescaped"):
        offset, message, hint = offset - 2, "a backslash in a string", "write it twice, or use single quotes"
    else:
        message, hint = _PLAIN_WORDS.get(error.msg, (error.msg, None))
    below, column = _position(text, offset)
    line += below - 1
    if _CONFLICT.match(text, text.rfind("\n", 0, offset) + 1):
        return SyntaxFault(line, 1, "a conflict marker of git", "resolve the merge, then remove it")
    return SyntaxFault(line, column, message, hint)


def _undoubled(text: str, pos: int) -> int:
    """The offset in `text` of an offset in its doubled form."""
    shift = 0
    for start, end in basic_strings(text):
        if start + shift >= pos:
            break
        for slash in re.finditer(r"\\", text[start:end]):
            if start + slash.start() + shift + 1 >= pos:
                return pos - shift
            shift += 1
    return pos - shift


def _written_twice(text: str, offset: int, reason: str, line: int) -> tuple[int, str, str | None]:
    """The statement that ends at `offset`, what it sets again, and where it was set before."""
    before = [entry for entry in _entries(text) if entry.offset < max(offset, 1)]
    inline = reason.startswith("Duplicate ")
    key = next((e for e in reversed(before) if (reason.endswith(repr(e.path[-1])) if inline else e.statement)), None)
    if key is None:
        return offset, reason, None
    name = ".".join(str(step) for step in key.path[1:] if isinstance(step, str)) or str(key.path[0])
    first = next((e for e in before if e.path == key.path and e.offset < key.offset), None)
    if first is None:
        return key.offset, f"`{name}` cannot be set here: it, or a part of it, already has a value", None
    return key.offset, f"`{name}` is written twice", f"first on line {line + text.count(chr(10), 0, first.offset)}"
