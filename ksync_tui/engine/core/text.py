"""Komodo's texts for people: its HTML spans taken out (semantics a.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ksync_tui.model.text import lines_of

_SPANS = re.compile(r"</?span(?:\s[^>]*)?>", re.IGNORECASE)
_LEADING = re.compile(r"\AERROR: ")
_MARKS = re.compile(r"^\s*(?:ERROR: |TRACE:$|\d+: )")


def plain(text: object) -> str:
    """A text without its spans. Secrets stand in it as `<NAME>`: those stay."""
    return _SPANS.sub("", text) if isinstance(text, str) else ""


def is_trace(text: object) -> bool:
    """Whether a text is one of Core's errors with their causes (semantics a.7)."""
    return _LEADING.match(plain(text)) is not None


def sentence(text: object) -> str:
    """An error of many lines as one: without `ERROR:`, the causes behind the message."""
    head, _, trace = _LEADING.sub("", plain(text)).partition("TRACE:")
    causes = [re.sub(r"^\s*\d+: ", "", line).strip() for line in lines_of(trace)]
    return chain([" ".join(head.split()), *causes])


def chain(parts: Iterable[str]) -> str:
    """A message and its causes as one text that says each thing once: Core often repeats a cause in the message."""
    given = list(filter(None, parts))
    pieces = dict.fromkeys(piece.rstrip(".") for part in given for piece in part.split(": "))
    return ": ".join(pieces) + ("." if given and given[-1].endswith(".") else "")


def once(said: Iterable[str]) -> list[str]:
    """Lines of output without what another of them says as well: errors repeat their causes, numbered or not."""
    bare = dict.fromkeys(_MARKS.sub("", line).strip() for line in said)
    return [line for line in bare if line and not any(line in other for other in bare if other != line)]


def lines(text: object) -> list[str]:
    """The lines of an output, blank ones left out."""
    return [line.rstrip() for line in lines_of(plain(text)) if line.strip()]
