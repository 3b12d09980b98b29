"""From the bytes of a work tree's file to the bytes git stores: line endings, and filters that forbid the question.

The rules are git's (gitattributes(5), "End-of-line conversion"; convert.c).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from ksync_tui.errors import CommitRefusedError

if TYPE_CHECKING:
    import pygit2

    from ksync_tui.git.settings import GitConfig

_REWRITING = ("filter", "working-tree-encoding", "ident")
_PRINTABLE_CONTROLS = frozenset(b"\b\t\033\014")


class LineEnds(Enum):
    """What git does to CRLF when it stores a file."""

    KEEP = "keep"
    NORMALISE = "normalise"
    GUESS = "guess"  # normalise what looks like text, unless CRLF is already committed


def to_stored(handle: pygit2.Repository, settings: GitConfig, path: str, data: bytes, head: bytes | None) -> bytes:
    """The bytes git would store for `data` at `path`; `head` is what HEAD holds there."""
    ends = _line_ends(handle, settings, path)
    if ends is LineEnds.KEEP:
        return data
    if ends is LineEnds.GUESS and (_is_binary(data) or _holds_crlf_text(head)):
        return data
    return data.replace(b"\r\n", b"\n")


def refuse_rewritten(handle: pygit2.Repository, path: str) -> None:
    """Raises CommitRefusedError when git stores something other than the file's text (LFS, encryption, re-encoding)."""
    for name in _REWRITING:
        value = handle.get_attr(path, name)
        if value in (None, False):
            continue
        shown = name if value is True else f"{name}={value}"
        why = f".gitattributes says {shown}: git stores something other than the file's text"
        hint = "Commit this file with git itself, or take it out of that rule"
        raise CommitRefusedError("cannot be committed by ksync", where=path, why=why, hint=hint)


def _line_ends(handle: pygit2.Repository, settings: GitConfig, path: str) -> LineEnds:
    text = handle.get_attr(path, "text")
    if text is None:
        text = handle.get_attr(path, "crlf")  # the old name of the same attribute
    if text == "auto":
        return LineEnds.GUESS
    if text is not None:
        return LineEnds.KEEP if text is False else LineEnds.NORMALISE
    if handle.get_attr(path, "eol") in ("lf", "crlf"):
        return LineEnds.NORMALISE
    converts = settings.flag("core.autocrlf") or settings.text("core.autocrlf") == "input"
    return LineEnds.GUESS if converts else LineEnds.KEEP


def _is_binary(data: bytes) -> bool:
    if b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        return True
    body = data.removesuffix(b"\x1a")
    unprintable = sum(1 for byte in body if _is_unprintable(byte))
    line_ends = body.count(b"\r") + body.count(b"\n")
    return (len(body) - unprintable - line_ends) >> 7 < unprintable


def _is_unprintable(byte: int) -> bool:
    return byte == 127 or (byte < 32 and byte not in _PRINTABLE_CONTROLS and byte not in b"\r\n")


def _holds_crlf_text(data: bytes | None) -> bool:
    return data is not None and b"\r\n" in data and not _is_binary(data)
