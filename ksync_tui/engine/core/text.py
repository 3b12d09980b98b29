"""Komodo's texts for people: its HTML spans taken out (facts a.7)."""

from __future__ import annotations

import re

from ksync_tui.model.text import lines_of

_SPANS = re.compile(r"</?span(?:\s[^>]*)?>", re.IGNORECASE)
_LEADING = re.compile(r"\AERROR: ")


def plain(text: object) -> str:
    """A text without its spans. Secrets stand in it as `<NAME>`: those stay."""
    return _SPANS.sub("", text) if isinstance(text, str) else ""


def sentence(text: object) -> str:
    """An error of many lines as one: without `ERROR:`, the causes behind the message."""
    head, _, trace = _LEADING.sub("", plain(text)).partition("TRACE:")
    causes = [re.sub(r"^\s*\d+: ", "", line).strip() for line in lines_of(trace)]
    parts = [" ".join(head.split()), *filter(None, causes)]
    return ": ".join(part.rstrip(".") if at + 1 < len(parts) else part for at, part in enumerate(parts) if part)


def lines(text: object) -> list[str]:
    """The lines of an output, blank ones left out."""
    return [line.rstrip() for line in lines_of(plain(text)) if line.strip()]
