"""The lexical side of a resource file: where strings, comments and headers are, without reading values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BLANK = " \t\r\n"
BASIC = '"""'

# Everything that is neither a multi-line string nor the newline before a `[`; bounded, so that memory is.
_BORING = re.compile(
    r"""(?:[^"'#\n]+|\n(?![ \t]*\[)|"(?!"")[^"\\\n]*(?:\\.[^"\\\n]*+)*+"|'(?!'')[^'\n]*'|\#[^\n]*){0,500}"""
)
_STRING_OR_COMMENT = re.compile(r""""[^"\\]*(?:\\.[^"\\]*)*"|'[^']*'|\#.*""")
_BRACKET = re.compile(r"""[\[\]{}]|"[^"\\\n]*(?:\\.[^"\\\n]*+)*+"|'[^'\n]*'|\#[^\n]*""")
# No array begins with a bare word other than these, so this is a header wherever it stands outside a string.
_SURE = re.compile(r"[ \t]*\[\[?[ \t]*(?!true|false|inf|nan)[A-Za-z_]")


class Stop(NamedTuple):
    """A header line (`start` is its first character) or a multi-line string with its quotes."""

    what: Literal["header", "string"]
    start: int
    end: int
    closed: bool = True


def stops(text: str, pos: int = 0, end: int | None = None) -> Iterator[Stop]:
    """Headers and multi-line strings from `pos`, which is outside any string, up to `end`.

    A backslash escapes nothing between `\"""` (semantics c.2). A line that begins with `[` is a header unless it is an
    element of an array, and then what stands before it ends in `[` or `,`. The line at `pos` itself is never a header.
    """
    end = len(text) if end is None else end
    since = pos
    while pos < end:
        pos = _boring_end(text, pos, end)
        if pos >= end:
            return
        if text[pos] == "\n":
            pos += 1
            if _SURE.match(text, pos) or last_code(text, since, pos)[1] not in ("[", ","):
                yield Stop("header", pos, pos)
            pos = text.index("[", pos) + 1
        elif (quotes := text[pos : pos + 3]) in (BASIC, "'''"):
            start, (pos, closed) = pos, _string_end(text, pos, quotes, end)
            since = pos
            yield Stop("string", start, pos, closed)
        elif text[pos] in "\"'":
            pos = _line_end(text, pos, end)


def _boring_end(text: str, pos: int, end: int) -> int:
    """Where the run of plain text, one-line strings and comments from `pos` ends."""
    while (match := _BORING.match(text, pos, end)) and match.end() > pos:  # one match is bounded
        pos = match.end()
    return pos


def _string_end(text: str, start: int, quotes: str, end: int) -> tuple[int, bool]:
    """Past a multi-line string; up to two quotes may stand directly before the closing three."""
    close = text.find(quotes, start + 3, end)
    if close < 0:
        return end, False
    pos = close + 3
    for _ in range(2):
        if text[pos : pos + 1] == quotes[0]:
            pos += 1
    return pos, True


def _line_end(text: str, pos: int, end: int) -> int:
    found = text.find("\n", pos, end)
    return end if found < 0 else found


def last_code(text: str, low: int, high: int) -> tuple[int, str]:
    """End of the last line with more than a comment on it, and its last character before a comment.

    No multi-line string may stand between `low` and `high`. (`low`, "") if there is no such line.
    """
    while high > low:
        begin = text.rfind("\n", low, high) + 1 or low
        line = text[begin:high].rstrip(BLANK)
        if (code := line.lstrip(BLANK)) and code[0] != "#":
            bare = _STRING_OR_COMMENT.sub(_without_comment, line).rstrip(BLANK)
            return begin + len(line), bare[-1:]
        high = begin - 1
    return low, ""


def _without_comment(match: re.Match[str]) -> str:
    return "" if match[0][0] == "#" else match[0]


def body_end(text: str, low: int, limit: int) -> int:
    """Where a block's own text ends: `low` lies in it behind its last multi-line string, `limit` is the next header.

    A comment directly below the last key is the block's, unless it stands directly above the next header.
    """
    end, last = last_code(text, low, limit)
    if not last:
        end = low + len(text[low : _line_end(text, low, limit)].rstrip(BLANK))
    pos = attached = _line_end(text, end, limit)
    while pos + 1 < limit:
        eol = _line_end(text, pos + 1, limit)
        comment = text[pos + 1 : eol].strip(BLANK)
        if not comment.startswith("#") or not comment.strip("# \t"):
            break
        pos = attached = eol
    else:
        if limit < len(text):
            return end
    return end + len(text[end:attached].rstrip(BLANK))


def doubled(text: str) -> str:
    """The text with every backslash between `\"""` doubled, so that TOML reads it as itself (semantics c.2)."""
    if "\\" not in text or BASIC not in text:
        return text
    parts, done = [], 0
    for start, end in basic_strings(text):
        parts += [text[done:start], text[start:end].replace("\\", "\\\\")]
        done = end
    return "".join(parts) + text[done:]


def basic_strings(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every multi-line basic string, quotes included."""
    for stop in stops(text):
        if stop.what == "string" and text[stop.start] == '"':
            yield stop.start, stop.end


def unclosed_string(text: str) -> int | None:
    """Where the multi-line string begins that is never closed."""
    return next((stop.start for stop in stops(text) if not stop.closed), None)


def unclosed_bracket(text: str) -> int | None:
    """Where the innermost array or inline table begins that is never closed."""
    parts, done = [], 0
    for stop in stops(text):
        if stop.what == "string":
            parts += [text[done : stop.start], " " * (stop.end - stop.start)]
            done = stop.end
    text = "".join(parts) + text[done:]
    depth: list[int] = []
    for match in _BRACKET.finditer(text):
        if match[0] in "[{":
            depth.append(match.start())
        elif match[0] in "]}" and depth:
            depth.pop()
    return depth[-1] if depth else None
