"""TOML text of plain values, in the form that Komodo's export has and every reader takes (semantics d, h.7). Pure.

Backslashes are literal between `\"""` to Komodo and to ksync (semantics c.2) and nobody else; so a text goes between
`\"""` only where that changes nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from ksync_tui.errors import WriteBackError

INLINE_LIMIT = 30
"""Bytes of element text up to which a list stays on one line (semantics d)."""
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_UNSEEN = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069"
"""What TOML allows as it is, and a terminal acts on: controls of eight bits, line ends, directions of writing."""
_CONTROL = re.compile(rf"[\x00-\x08\x0b-\x1f{_UNSEEN}]")
_UNSAFE = re.compile(rf'["\\\x00-\x08\x0a-\x1f{_UNSEEN}\ud800-\udfff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def key(name: str) -> str:
    """A key, quoted where TOML needs it."""
    return name if _BARE_KEY.fullmatch(name) else line_string(name)


def line_string(text: str) -> str:
    """A basic string on one line; tabs stay as they are."""
    return f'"{_UNSAFE.sub(_escaped, text)}"'


def _escaped(match: re.Match[str]) -> str:
    if match[0] >= "\ud800":
        raise WriteBackError("TOML has no form for half of a surrogate pair")
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04X}"


def string(text: str) -> str:
    """A string: with newlines as a block where it reads back the same, to Komodo too; else on one line."""
    if "\n" not in text or _CONTROL.search(text):
        return line_string(text)
    if '"""' not in text:
        return f'"""\n{text}"""'
    if "'''" not in text and not text.endswith("'") and _survives_splitting(text):
        return f"'''\n{text}'''"
    return line_string(text)


def _survives_splitting(text: str) -> bool:
    """Whether Komodo, which splits a file at every `\"""`, reads the text unharmed (semantics h.6)."""
    pieces = text.split('"""')
    return len(pieces) % 2 == 1 and not any("\\" in piece for piece in pieces[1::2])


def value(given: Any) -> str:
    """Any value as it stands inside a list or an inline table: on one line, but for strings of several.

    Raises WriteBackError for what TOML cannot hold.
    """
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return string(given)
    if isinstance(given, int | float):
        return repr(given)
    if isinstance(given, datetime | date | time):
        return given.isoformat()
    if isinstance(given, Mapping):
        return f"{{ {', '.join(f'{name} = {text}' for name, text in dotted(given))} }}"
    if isinstance(given, Sequence):
        return f"[{', '.join(map(element, given))}]"
    raise WriteBackError(f"TOML has no form for {type(given).__name__}")


def element(given: Any) -> str:
    """A value as an element of a list, always on one line unless it is a table that holds more."""
    return line_string(given) if isinstance(given, str) else value(given)


def dotted(table: Mapping[str, Any], *, inside: bool = True) -> Iterator[tuple[str, str]]:
    """The keys of a table, nested ones joined by dots, each with its value's text; a null has none.

    `inside` an inline table lists stay on one line; below a header long ones have an element per line.
    """
    for name, given in table.items():
        if isinstance(given, Mapping) and given:
            yield from ((f"{key(name)}.{below}", text) for below, text in dotted(given, inside=inside))
        elif isinstance(given, list) and not inside:
            yield key(name), listed(given)
        elif given is not None:
            yield key(name), inline(given)


def lines(table: Mapping[str, Any]) -> Iterator[str]:
    """`key = value` for every key, as they stand below a header."""
    return (f"{name} = {text}" for name, text in dotted(table, inside=False))


def inline(given: Any) -> str:
    """A value as it stands behind `key = `; an empty table without the blanks it has as an entry of a list."""
    return "{}" if given == {} else value(given)


def listed(given: list[Any], limit: int = INLINE_LIMIT) -> str:
    """A list behind `key = `: on one line up to `limit` bytes of element text, else an element per line."""
    elements = [element(entry) for entry in given]
    if sum(len(element.encode("utf-8", "surrogatepass")) for element in elements) <= limit:
        return f"[{', '.join(elements)}]"
    body = ",\n".join(f"  {element}" for element in elements)
    return f"[\n{body}\n]"
