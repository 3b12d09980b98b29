"""A resource file tidied: blanks, blank lines and indents made even, and nothing else. Pure.

Every key, value, string and comment stays, in its order and its spelling; comments that stood in a column stay in one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ksync_tui.errors import WriteBackError
from ksync_tui.toml.blocks import parse_file_text
from ksync_tui.toml.keys import newline_of
from ksync_tui.toml.layout import Line, laid_out
from ksync_tui.toml.scan import BLANK
from ksync_tui.toml.syntax import Statement, compact, statements

_BOM = "\ufeff"


def tidied(text: str) -> str:
    """The text with even blanks; its byte order mark and its line ends stay.

    Raises BlockError where it is no TOML, WriteBackError where it cannot be followed, or would not say the same.
    """
    meant = parse_file_text(text)
    new = _tidied(text)
    if repr(parse_file_text(new)) != repr(meant):
        raise WriteBackError("the file was left as it was", why="its values would read differently when formatted")
    return new


def _tidied(text: str) -> str:
    body = text.removeprefix(_BOM)
    newline = newline_of(body)
    lines: list[Line] = []
    at = 0
    for item in statements(body):
        lines += _lines_of(item, body, at, lines)
        at += len(item.text)
    while lines and not lines[-1].parts:
        lines.pop()
    _place_comments(lines, body)
    return text[: len(text) - len(body)] + "".join(f"{line.code}{line.comment}{newline}" for line in lines)


def _lines_of(item: Statement, text: str, at: int, before: list[Line]) -> Iterator[Line]:
    """The lines of a statement that stands at `at`; those `before` it get the blank line that a block wants."""
    if item.sort == "blank":
        yield from _apart(item.text, before)
        return
    end = at + len(item.before) + len(item.value)
    if item.sort == "header":
        if not item.path:
            _part(before)
        lines = [Line([_header(item.before)])]
    else:
        head = f"{compact(item.before)} = "
        tabular = item.value[0] in "[{"
        lines = laid_out(head, text, end - len(item.value), end) if tabular else [Line([head, item.value])]
    if comment := item.after.strip(BLANK):
        lines[-1].comment, lines[-1].place = comment, end + item.after.index("#")
    yield from lines


def _apart(text: str, before: Sequence[Line]) -> Iterator[Line]:
    """Comments, and one blank line for any number of them; none at the top of the text."""
    blank = not before or not before[-1].parts
    for line in text.removesuffix("\n").split("\n"):
        comment = line.strip(BLANK)
        if comment or not blank:
            yield Line([comment] if comment else [], alone=True)
        blank = not comment


def _part(lines: list[Line]) -> None:
    """Puts a blank line before a block, and before the comments directly above it."""
    at = len(lines)
    while at and lines[at - 1].alone and lines[at - 1].parts:
        at -= 1
    if at and lines[at - 1].parts:
        lines.insert(at, Line())


def _header(text: str) -> str:
    brackets = 2 if text.lstrip().startswith("[[") else 1
    return f"{'[' * brackets}{compact(text)}{']' * brackets}"


def _place_comments(lines: Sequence[Line], text: str) -> None:
    """Puts blanks before the comments at the end of lines: as many as there were, the fewest in a column."""
    column: list[Line] = []
    at = -1
    for line in lines:
        place = _column(text, line.place) if line.comment else -1
        if place != at:
            _align(column, text)
            column = []
        at = place
        if line.comment:
            column.append(line)
    _align(column, text)


def _column(text: str, place: int) -> int:
    return len(text[text.rfind("\n", 0, place) + 1 : place].expandtabs())


def _align(lines: Sequence[Line], text: str) -> None:
    if not lines:
        return
    widths = [len(code) - code.rfind("\n") - 1 for code in (line.code for line in lines)]
    column = max(widths) + min(_blanks(text, line.place) for line in lines)
    for line, width in zip(lines, widths, strict=True):
        line.comment = " " * (column - width) + line.comment


def _blanks(text: str, place: int) -> int:
    """How many blanks stood before a comment, at least one; tabs are one."""
    before = text[text.rfind("\n", 0, place) + 1 : place]
    gap = before[len(before.rstrip(" \t")) :]
    return 1 if "\t" in gap else max(len(gap), 1)
