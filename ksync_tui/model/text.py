"""The small text languages inside resource files (semantics e.2, e.3). Pure."""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    """One entry of an environment, of labels, ports, volumes or arguments."""

    key: str
    value: str


class BadPairError(ValueError):
    """A line that has neither `=` nor `:`."""


def lines_of(text: str) -> list[str]:
    """The lines of a text without their ends: LF or CRLF ends one, as in TOML, Komodo and git.

    `str.splitlines` also ends lines at form feeds, U+2028 and others: the line numbers of a file would differ.
    """
    lines = (text.replace("\r\n", "\n") if "\r" in text else text).split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def pairs(text: str) -> tuple[Pair, ...]:
    """The entries of a key/value text in order (semantics e.2).

    Raises BadPairError naming the line that holds neither `=` nor `:`.
    """
    lines = map(str.strip, lines_of(text))
    return tuple([_pair(line) for line in lines if line and line[0] != "#" and line[:2] != "//"])


def _pair(line: str) -> Pair:
    bare = line.partition(" #")[0].lstrip("-").strip()
    key, equals, value = bare.partition("=")
    if ":" in key:
        key, equals, value = bare.partition(":")
    elif not equals:
        raise BadPairError(line)
    key, value = key.rstrip(), value.lstrip()
    if key[:1] in ('"', "'") and not key.endswith(key[0]) and value.endswith(key[0]):
        return Pair(key[1:], value[:-1])
    return Pair(key, value)


def split_list(text: str) -> list[str]:
    """The entries of a list written as one string: lines, commas, comments (`input_forms.string_list`)."""
    lines = (line.split(" #", 1)[0] for line in lines_of(text) if not line.lstrip().startswith("#"))
    return [piece for line in lines for piece in map(str.strip, line.split(",")) if piece]


def end_with_newline(text: str) -> str:
    """A non-empty text ends with a newline (`input_forms.env_vars`)."""
    return text if not text or text.endswith("\n") else text + "\n"


def trim_end(text: str) -> str:
    """Trailing white space removed, then one newline unless empty (`input_forms.file_contents`)."""
    bare = text.rstrip()
    return bare + "\n" if bare else ""
