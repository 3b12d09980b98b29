"""The source protocol: where declarations come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ksync_tui.model.resource import Problem, SourceFile


@dataclass(frozen=True, slots=True)
class SourceContents:
    """The texts of a source, and what stood in the way of some of them.

    `skipped`: something was passed over that may belong to the source, which is no error.
    """

    files: tuple[SourceFile, ...]
    problems: tuple[Problem, ...] = ()
    skipped: bool = False

    @property
    def complete(self) -> bool:
        """Whether everything that belongs to the source could be read."""
        return not self.skipped and not any(problem.severity == "error" for problem in self.problems)


class Source(Protocol):
    """A place that texts of resource files come from."""

    def read(self) -> SourceContents:
        """Reads all texts now. What cannot be read is a problem, never an exception."""

    def version(self) -> str:
        """A token, cheap to get: while it is the same, `read` gives the same. Never raises.

        "" where that cannot be told; then only `read` tells.
        """

    def describe(self) -> str:
        """Where that is, for people: `dir  ~/media`."""
