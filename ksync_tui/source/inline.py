"""Inline text as a source: what a sync itself holds."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from ksync_tui.model.resource import SourceFile
from ksync_tui.source.base import Gathered


@dataclass(frozen=True, slots=True)
class Inline:
    """The `file_contents` of a sync."""

    name: str
    text: str

    def gather(self) -> Gathered:
        """See `Source.gather`."""
        return Gathered((SourceFile(f"{self.name} (inline)", None, self.text),))

    def mark(self) -> str:
        """See `Source.mark`: a digest of the text."""
        return blake2b(self.text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def describe(self) -> str:
        """See `Source.describe`."""
        return "inline"
