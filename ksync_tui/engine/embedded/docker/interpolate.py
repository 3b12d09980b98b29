"""Variables and secrets in the place of `[[NAME]]` (semantics e.1). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile

from ksync_tui.errors import EngineError

_OPEN, _CLOSE = "[[", "]]"
_NAMED = re.compile(r"(?<!\[)\[\[([A-Za-z_]\w*)]](?!])", re.ASCII)


def interpolate(text: str, variables: Mapping[str, str], secrets: Mapping[str, str]) -> str:
    """`text` with each `[[NAME]]` replaced, first by variables, then by secrets in what came of that (semantics e.1).

    So a variable's value may name a secret but no other variable. An unknown name stays as written; `[[[NAME]]]` is
    `[[NAME]]` for the next pass. Raises EngineError for a `[[` that opens nothing.
    """
    return _pass(_pass(text, variables), secrets)


def unknown(written: str, interpolated: str) -> list[str]:
    """The names that stayed as written: what looks like a variable before and after."""
    left = set(_NAMED.findall(interpolated))
    return [name for name in dict.fromkeys(_NAMED.findall(written)) if name in left]


def _pass(text: str, values: Mapping[str, str]) -> str:
    before, *opened = text.split(_OPEN)
    if not all(map(_sound, opened)):
        raise _nothing_opened(before, opened)
    return before + "".join(_replaced(piece, values) for piece in opened)


def _sound(piece: str) -> bool:
    """Whether what follows a `[[` makes sense of it: an escape, or a name and its end."""
    return piece.startswith("[") or _CLOSE in piece


def _replaced(piece: str, values: Mapping[str, str]) -> str:
    if piece.startswith("["):
        return "[" + piece.replace("]]]", _CLOSE, 1)
    name, _, rest = piece.partition(_CLOSE)
    return values.get(name, f"{_OPEN}{name}{_CLOSE}") + rest


def _nothing_opened(before: str, opened: Sequence[str]) -> EngineError:
    read = [before, *takewhile(_sound, opened)]
    line = 1 + sum(piece.count("\n") for piece in read)
    return EngineError(
        "variables cannot be put in",
        why=f"line {line} has a `[[` without its `]]`",
        hint="Write `[[NAME]]` for a variable, `[[[` for two brackets",
    )
