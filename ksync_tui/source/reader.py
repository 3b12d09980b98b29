"""From the texts of files to declarations and problems (architecture rules 1 and 3, semantics c.2).

What was read once is kept: reading a source again costs what changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.model.resource import Declarations, Problem, SourceLocation
from ksync_tui.model.rules import Rule
from ksync_tui.source.duplicates import without_duplicates
from ksync_tui.source.reading import FileReading, read_file
from ksync_tui.toml.encrypted import is_encrypted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ksync_tui.model.resource import SourceFile
    from ksync_tui.source.parse_cache import ParseCache


class Reader:
    """Reads texts of resource files; keeps what it understood for the next reading, in `cache` for other processes."""

    def __init__(self, cache: ParseCache | None = None) -> None:
        self._memory = cache
        self._files: dict[str, FileReading] = {}

    def read(
        self, files: Sequence[SourceFile], problems: Iterable[Problem] = (), *, complete: bool = True
    ) -> Declarations:
        """The declarations of files in their order, after `problems` already met while the files were gathered.

        Never raises for what a file holds. A source with nothing in it is not `complete`: it deletes nothing (h.18).
        What did not change since the last reading is the same objects again.
        """
        clear = [file for file in files if not is_encrypted(file.text)]
        hidden = [_encrypted(file) for file in files if is_encrypted(file.text)]
        self._files = {file.name: read_file(file, self._files.get(file.name), self._memory) for file in clear}
        readings = self._files.values()
        declared, doubles = without_duplicates(
            [declaration for reading in readings for declaration in reading.declared]
        )
        broken = tuple(broken for reading in readings for broken in reading.broken)
        found = [*problems, *hidden, *(problem for reading in readings for problem in reading.problems), *doubles]
        return Declarations(
            resources=declared,
            broken=broken,
            problems=tuple(found),
            files=tuple(clear),
            complete=complete and not hidden and bool(declared) and not broken and not _contradicts(doubles),
        )


def _encrypted(file: SourceFile) -> Problem:
    hint = 'decrypt it, or name what does in the settings: decrypt = ["sops", "--decrypt", ...]'
    return Problem(
        Rule.ENCRYPTED, "error", SourceLocation(file.name, 1), "encrypted by sops: nothing of it is read", hint
    )


def _contradicts(doubles: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in doubles)
