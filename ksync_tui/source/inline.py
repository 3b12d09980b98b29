"""Inline text as a source: what a sync itself holds."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from ksync_tui.model.resource import SourceFile
from ksync_tui.source.base import SourceContents


@dataclass(frozen=True, slots=True)
class Inline:
    """The `file_contents` of a sync."""

    name: str
    text: str

    def read(self) -> SourceContents:
        """See `Source.read`."""
        return SourceContents((SourceFile(f"{self.name} (inline)", None, self.text),))

    def version(self) -> str:
        """See `Source.version`: a digest of the text."""
        return blake2b(self.text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def describe(self) -> str:
        """See `Source.describe`."""
        return "inline"
