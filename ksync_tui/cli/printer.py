"""Printing: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ksync_tui.errors import KsyncError
from ksync_tui.present.json import FORMAT_VERSION, dumps, error_object, line_of
from ksync_tui.present.plain import error_lines
from ksync_tui.present.style import rendered
from ksync_tui.present.text import cell_width, cut_end, neutral, pad
from ksync_tui.system.files import OWNER_ONLY, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ksync_tui.present.style import StyledLine


UNCUT = 1_000_000
"""Columns of what is no terminal: nothing is cut in a pipe or a file."""


def progress(line: str) -> None:
    """How far something is: the same line of a terminal again and again, gone at the end; nothing in a pipe."""
    if sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        room = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[K{cut_end(neutral(line), room)}", end="", file=sys.stderr, flush=True)


class Printer:
    """Where and how a command prints: text or JSON, with colour where the terminal has it and nobody minds."""

    def __init__(self, *, plain: bool, json: bool, events: bool = False) -> None:
        """`events`: JSON for each thing that happens, an object a line."""
        self.json = json
        self.events = events
        self._printed = False
        self._plain = plain or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"

    def say(self, text: str) -> None:
        """A remark on standard error."""
        print(neutral(text), file=sys.stderr, flush=True)

    def error(self, error: KsyncError) -> None:
        """An error: what, where, why and what to do."""
        print("\n".join(error_lines(error)), file=sys.stderr, flush=True)

    def failure(self, error: KsyncError) -> None:
        """An error that ends the command; the one JSON object holds it where nothing else was printed."""
        self.error(error)
        if self.json and not self._printed:
            self.object({"error": error_object(error)})

    def text(self, text: str, file: str | None, *, secret: bool = False) -> None:
        """A document to standard output, or to a file that is written whole or not at all."""
        if file is None:
            print(text)
            return
        path = Path(file)
        try:
            replace(path, f"{text}\n".encode(), mode=OWNER_ONLY if secret else 0o666)
        except OSError as error:
            raise KsyncError("the file cannot be written", where=file, why=error.strerror) from error
        self.say(f"wrote {file}")

    def object(self, value: Mapping[str, Any]) -> None:
        """The one JSON object of a command."""
        self._printed = True
        whole = {"format_version": FORMAT_VERSION, **value}
        print(line_of(whole) if self.events else dumps(whole), flush=self.events)

    def styled(self, lines: Iterable[StyledLine]) -> None:
        """Lines on standard output, coloured where it is a terminal."""
        colour = not self._plain and sys.stdout.isatty()
        for line in lines:
            print(rendered(line, colour))

    @property
    def width(self) -> int:
        """Columns to fit a line into."""
        return shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else UNCUT

    def document(self, lines: Sequence[str]) -> None:
        """Lines of outside text."""
        if self.json:
            self.object({"lines": list(lines)})
            return
        print("\n".join(map(neutral, lines)))

    def table(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Rows of cells, each column as wide as its widest."""
        cells = [[neutral(cell) for cell in row] for row in rows]
        widths = [max(map(cell_width, column)) for column in zip(*cells, strict=True)] if cells else []
        for row in cells:
            print("  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())
