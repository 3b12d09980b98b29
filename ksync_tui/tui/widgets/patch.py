"""The differences of files, as `git diff` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from ksync_tui.present.text import count, cut_end, neutral
from ksync_tui.tui.theme import ink, style
from ksync_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from ksync_tui.services import FileChange
    from ksync_tui.services.commits import CommitDraft

LOOKS = {"+": "create", "-": "delete", "@": "dim"}


class PatchView(Lines):
    """One or more files' differences, one below the other."""

    def __init__(self, changes: Sequence[FileChange], *, heads: bool = True) -> None:
        super().__init__(id="patch", pointing=False)
        self._lines = [line for change in changes for line in _lines(change, heads)]

    def on_mount(self) -> None:
        """Fills the lines."""
        self.show(len(self._lines), self._draw_one)

    def _draw_one(self, line: int, width: int) -> Text:
        text = self._lines[line].copy()
        text.truncate(width, overflow="ellipsis")
        return text


def push_line(draft: CommitDraft, push: bool) -> Text:
    """`[x] push to origin/main, with 2 earlier commits of yours`; nothing where there is nowhere to push to."""
    upstream = draft.upstream
    if upstream is None:
        return Text()
    more = f", with {count(upstream.ahead, 'earlier commit')} of yours" if upstream.ahead else ""
    return ink(f"[{'x' if push else ' '}] push to {neutral(str(upstream))}{more}", "bold" if push else "dim")


def change_title(change: FileChange) -> Text:
    """`komodo/web.toml  +2 -1`."""
    return Text.assemble(
        (neutral(change.file), style("bold")), "  ", (f"+{change.added}", style("create")), " ",
        (f"-{change.removed}", style("delete")),
    )  # fmt: skip


def _lines(change: FileChange, heads: bool) -> list[Text]:
    found = [ink(neutral(line), patch_look(line)) for line in patch_lines(change)]
    return [change_title(change), *found, Text()] if heads else found


def patch_look(line: str) -> str:
    """The style of a line of a difference."""
    return LOOKS.get(line[:1], "plain")


def patch_lines(change: FileChange) -> list[str]:
    """The difference of a file without its head."""
    return [line.rstrip("\n") for line in change.diff if not line.startswith(("--- ", "+++ "))]


def one_line(changes: Sequence[FileChange], width: int) -> str:
    """`komodo/web.toml  +2 -1`, or how many files."""
    if len(changes) == 1:
        return cut_end(f"{neutral(changes[0].file)}  +{changes[0].added} -{changes[0].removed}", width)
    added, removed = sum(change.added for change in changes), sum(change.removed for change in changes)
    return f"{len(changes)} files  +{added} -{removed}"
