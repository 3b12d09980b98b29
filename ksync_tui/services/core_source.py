"""The files of a Core's own sync as a source: Core reads them, where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.engine.core.text import sentence
from ksync_tui.errors import BusyError, ForbiddenError, KsyncError
from ksync_tui.model.resource import Problem, Severity, SourceFile, SourceLocation
from ksync_tui.model.rules import Rule
from ksync_tui.source.base import SourceContents

if TYPE_CHECKING:
    from ksync_tui.engine.core.engine import CoreEngine
    from ksync_tui.engine.core.syncs import CoreSync


@dataclass(slots=True)
class CoreSource:
    """The files of a sync as Core reads them. Reading lets Core read them anew, where this user may do that."""

    engine: CoreEngine
    name: str
    place: str
    fresh: bool = True
    """Whether Core may be asked to read again."""

    def read(self) -> SourceContents:
        """See `Source.read`."""
        try:
            found, remark = self._read()
        except KsyncError as error:
            return SourceContents((), (Problem(Rule.CORE, "error", SourceLocation(self.name, 1), str(error)),))
        files = tuple(SourceFile(file.name, None, file.text) for file in found.files)
        errors = [
            Problem(Rule.CORE, "error", SourceLocation(error.name or self.name, 1), sentence(error.text))
            for error in found.errors
        ]
        if not errors:
            # With files at hand ksync plans by itself; what stops Core is still worth knowing.
            severity: Severity = "warning" if files else "error"
            place = SourceLocation(self.name, 1)
            errors = [Problem(Rule.CORE, severity, place, f"Core says: {text}") for text in found.problems]
        return SourceContents(files, tuple(filter(None, (*errors, remark))))

    def version(self) -> str:
        """See `Source.version`: only Core knows, and it tells when it is asked to read."""
        return ""

    def describe(self) -> str:
        """See `Source.describe`."""
        return self.place

    def _read(self) -> tuple[CoreSync, Problem | None]:
        """What Core read now; where it may not or cannot read now, what it read last, and why that is old."""
        if not self.fresh:
            return self.engine.sync(self.name, fresh=False), None
        try:
            return self.engine.sync(self.name, fresh=True), None
        except (ForbiddenError, BusyError) as error:
            message = f"this is what Core last read, not the current state: {error.why or error.what}"
            place = SourceLocation(self.name, 1)
            return self.engine.sync(self.name, fresh=False), Problem(Rule.NOT_CURRENT, "warning", place, message)
