"""A commit that is ready to be written: everything decided, nothing moved yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pygit2


@dataclass(frozen=True, slots=True)
class Proposal:
    """`tree` is what `index` (in memory: HEAD's tree plus the edits) holds; `reference` is the full branch name."""

    reference: str
    parent: pygit2.Commit | None
    index: pygit2.Index
    tree: pygit2.Oid
    message: str
    author: pygit2.Signature
    committer: pygit2.Signature

    @property
    def parents(self) -> list[pygit2.Oid]:
        """The parent's id, or nothing for a first commit."""
        return [self.parent.id] if self.parent else []


@dataclass(frozen=True, slots=True)
class WrittenCommit:
    """A commit its branch now points to, and what hooks said."""

    id: pygit2.Oid
    output: str = ""
