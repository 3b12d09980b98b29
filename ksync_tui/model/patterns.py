"""Names by pattern: a list of wildcards and `\\regex\\` pieces, of which any may match (semantics e.5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from ksync_tui.errors import EngineError
from ksync_tui.model.text import split_list

_PIECE = re.compile(r"\\([*?\\])|(\*)|(\?)|(\\)|([^*?\\]+)")


def matches(pattern: str, name: str) -> bool:
    """Whether any piece of a pattern matches a name: a wildcard the whole of it, a regex any part.

    Raises EngineError for a pattern that means nothing, naming the piece.
    """
    return any(piece(name) for piece in pieces(pattern))


@cache
def pieces(pattern: str) -> tuple[Callable[[str], bool], ...]:
    """The pieces of a pattern, each telling whether it matches a name. Raises EngineError as `matches` does."""
    return tuple(map(_piece, split_list(pattern)))


@cache
def pattern(text: str) -> Callable[[str], bool]:
    """One wildcard or `\\regex\\` as a user group has it, telling whether it matches a name. Raises EngineError."""
    return _piece(text)


def _piece(piece: str) -> Callable[[str], bool]:
    if len(piece) > 1 and piece.startswith("\\") and piece.endswith("\\"):
        return _regex(piece)
    # Bytes, as Komodo's `?` is one byte.
    wildcard = re.compile(b"".join(_wild(piece)), re.DOTALL)
    return lambda name: wildcard.fullmatch(name.encode()) is not None


def _regex(piece: str) -> Callable[[str], bool]:
    if len(piece) == 2:
        raise _bad(piece, "there is nothing between the two backslashes")
    try:
        regex = re.compile(piece[1:-1])
    except re.error as error:
        raise _bad(piece, f"it is not a regex: {error}") from error
    return lambda name: regex.search(name) is not None


def _wild(piece: str) -> list[bytes]:
    parts = []
    for escaped, run, one, lone, plain in _PIECE.findall(piece):
        if lone:
            raise _bad(piece, r"a backslash escapes `*`, `?` or `\`, or stands at both ends of a regex")
        parts.append(b".*" if run else b"." if one else re.escape((escaped or plain).encode()))
    return parts


def _bad(piece: str, why: str) -> EngineError:
    return EngineError(f"the pattern '{piece}' means nothing", why=why, hint=r"Write a name, `web-*` or `\^web-\`")
