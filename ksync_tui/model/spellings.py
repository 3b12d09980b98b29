"""How programs write a value that they repeat: the forms in which a secret may come back. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote, quote_plus

_PLAIN = re.compile(r"[A-Za-z0-9_.-]*")
"""Nobody quotes these characters."""


def _json(value: str, *, ascii_only: bool = False) -> str:
    return json.dumps(value, ensure_ascii=ascii_only)[1:-1]


def _json_of_go(value: str) -> str:
    """As Go's encoding/json writes it: safe inside HTML too."""
    for char in "<>&\u2028\u2029":
        value = value.replace(char, f"\0{ord(char):04x}")
    return _json(value).replace("\\u0000", "\\u")


def _go(value: str, *, ascii_only: bool = False) -> str:
    """As Go's strconv.Quote and QuoteToASCII write it."""
    return "".join(_go_char(char, ascii_only) for char in value)


def _go_char(char: str, ascii_only: bool) -> str:
    if char in _GO_ESCAPES:
        return _GO_ESCAPES[char]
    code = ord(char)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if char.isprintable() and not (ascii_only and code > 0x7F):
        return char
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_GO_ESCAPES = {"\\": "\\\\", '"': '\\"'} | dict(zip("\a\b\f\n\r\t\v", map("\\{}".format, "abfnrtv"), strict=True))


def _ansi_c(value: str) -> str:
    """As bash and the quoting of GNU tools write it inside `$'...'`."""
    return _go(value).replace('\\"', '"').replace("'", "\\'")


_SPELLINGS: tuple[Callable[[str], str], ...] = (
    _json,
    partial(_json, ascii_only=True),
    _json_of_go,
    _go,
    partial(_go, ascii_only=True),
    _ansi_c,
    lambda value: value.replace("'", "'\"'\"'"),  # Python's shlex
    lambda value: value.replace("'", "'\\''"),  # bash, and most others, inside '...'
    lambda value: value.replace("'", "''"),  # YAML inside '...'
    lambda value: value.replace("$", "$$"),  # compose
    lambda value: re.sub(r'([$`"\\])', r"\\\1", value),  # a shell inside "..."
    lambda value: re.sub(r"([^\w@%+=:,./\n-])", r"\\\1", value),  # a shell without quotes
    lambda value: repr(value)[1:-1],
    partial(quote, errors="replace"),
    partial(quote, safe="$&+:=@", errors="replace"),  # Go's url.PathEscape
    partial(quote, safe="$&+,;=", errors="replace"),  # Go's url.UserPassword
    partial(quote, safe="", errors="replace"),
    partial(quote_plus, errors="replace"),
)


def spellings(value: str) -> Iterator[str]:
    """A value as it is, and as it stands inside the quotes of a shell, Go, JSON, YAML or a URL.

    Quotes around it are left out: they are no part of the secret.
    """
    yield value
    if _PLAIN.fullmatch(value):
        return
    for spell in _SPELLINGS:
        spelled = spell(value)
        if spelled != value:
            yield spelled
