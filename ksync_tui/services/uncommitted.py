"""What was written into files and not committed yet: found again, committed later, or put back.

Only the resources are remembered, not their texts: what is not committed is the difference between HEAD's block and
the file's, so it is right whatever else was done with the file or the repository.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.errors import GitError, StoreError, WriteBackError
from ksync_tui.model.resource import Declared, SourceFile, Target
from ksync_tui.services.file_change import Agreed, FileChange
from ksync_tui.source.reader import Reader

if TYPE_CHECKING:
    from ksync_tui.engine.base import Engine
    from ksync_tui.services.review import Review
    from ksync_tui.state.uncommitted import UncommittedTable
    from ksync_tui.toml.file_edits import BlockEdit
    from ksync_tui.writeback.files import FileEdit


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """The written blocks that are not in the last commit, in the files of one review after the other."""

    table: UncommittedTable
    engine: Engine

    def in_review(self, review: Review, hidden: Collection[str]) -> tuple[FileChange, ...]:
        """The changes of the review's files, as they were when they were written; what was settled is forgotten."""
        targets = self.table.targets()
        if not targets:
            return ()
        found = (self._change(review, file, targets, hidden) for file in review.declarations.files if file.path)
        return tuple(change for change in found if change)

    def writing(self, change: FileChange) -> bool:
        """Remembers a change that is about to be written, where it can be committed; whether it can."""
        if not _in_git(change.edit.path):
            return False
        self.table.add(os.path.realpath(change.edit.path), _targets(change))
        return True

    def done(self, change: FileChange) -> None:
        """A change was committed: what both sides have is what was applied last."""
        self.agree(change)
        self.forget(change)

    def forget(self, change: FileChange) -> None:
        """A change was committed or put back."""
        self.table.forget(os.path.realpath(change.edit.path), _targets(change))

    def has(self, changes: Iterable[FileChange]) -> bool:
        """Whether any of these changes is written and not committed."""
        known = self.table.targets()
        return any(_targets(change) & known.get(os.path.realpath(change.edit.path), set()) for change in changes)

    def agree(self, change: FileChange) -> None:
        """Records what a file says because live has it."""
        with self.engine.group():
            for sync, target, live, parts in change.agreed:
                self.engine.acting_for(sync).agree(target, live, parts)

    def _change(
        self, review: Review, file: SourceFile, written: Mapping[str, set[Target]], hidden: Collection[str]
    ) -> FileChange | None:
        path = Path(os.path.realpath(file.path or ""))
        targets = written.get(str(path))
        if not targets:
            return None
        try:
            edit = _edit(file, path, targets)
        except (GitError, WriteBackError, UnicodeError):
            return None
        left = {target for block in edit.edits for target in block.targets}
        self._settle(review, path, targets - left)
        if not left:
            return None
        from ksync_tui.services.blocks import change_of, root_of  # noqa: PLC0415 - only a source that can be written needs it

        return replace(change_of(edit, root_of(review, path), hidden), agreed=tuple(self._agreed(review, left)))

    def _settle(self, review: Review, path: Path, targets: Collection[Target]) -> None:
        """Blocks that are in HEAD as in the file were committed, or taken back, by other means than ksync, or by one
        that was killed right after: what that left goes with it."""
        if not targets or not _cleared(path):
            return
        with suppress(StoreError), self.engine.group():
            for sync, target, live, parts in self._agreed(review, targets):
                self.engine.acting_for(sync).agree(target, live, parts)
            self.table.forget(str(path), targets)

    def _agreed(self, review: Review, targets: Collection[Target]) -> Iterator[Agreed]:
        """Those of which file and live are the same."""
        pending = {action.target for action in review.plan.actions if action.verb != "deploy"}
        live = self.engine.recent().live
        for target in sorted(targets):
            if target not in pending:
                yield Agreed(review.plan.sync, target, live[target].resource if target in live else None)


def _targets(change: FileChange) -> set[Target]:
    return {target for block in change.edit.edits for target in block.targets}


def _in_git(path: Path) -> bool:
    """Whether a file can be committed at all; in a damaged repository it can once that is repaired."""
    from ksync_tui.git import Repo  # noqa: PLC0415 - only a source that can be written needs it

    try:
        repo = Repo.discover(path)
        return repo is not None and not repo.ignores(repo.path_of(path))
    except GitError:
        return True


def _cleared(path: Path) -> bool:
    """Removes what a killed ksync left in the repository of a file; whether that is done."""
    from ksync_tui.git import Repo  # noqa: PLC0415 - only a source that can be written needs it

    try:
        if repo := Repo.discover(path):
            repo.clear_leftovers()
    except GitError:
        return False
    return True


def _edit(file: SourceFile, path: Path, targets: Collection[Target]) -> FileEdit:
    """The file without and with the blocks that HEAD does not have as they are. Raises GitError, WriteBackError."""
    from ksync_tui.git import Repo  # noqa: PLC0415 - only a source that can be written needs it
    from ksync_tui.writeback.files import FileEdit  # noqa: PLC0415 - only a source that can be written needs it

    repo = Repo.discover(path)
    head = repo.head_blob(repo.path_of(path)) if repo else None
    edits = _edits((head or b"").decode("utf-8"), file.text, targets)
    before = _without(head, file.text, edits)
    return FileEdit(path, file.name, before, file.text.encode("utf-8"), edits)


def _edits(head: str, text: str, targets: Collection[Target]) -> tuple[BlockEdit, ...]:
    """What makes the text of HEAD's. A block that is renamed stands where it stood; one that does not is another."""
    old, new = _blocks(head), _blocks(text)
    found = tuple(_between(old, new, targets, _renamed(old, new, targets)))
    if any(edit.was for edit in found) and not _makes(head, found, text):
        apart = tuple(_between(old, new, targets, {}))
        return apart if _makes(head, apart, text) else found
    return found


def _makes(head: str, edits: Sequence[BlockEdit], text: str) -> bool:
    from ksync_tui.toml.file_edits import apply_edits  # noqa: PLC0415 - only a source that can be written needs it

    try:
        return apply_edits(head, edits) == text
    except WriteBackError:
        return False


def _between(
    old: Mapping[Target, Declared],
    new: Mapping[Target, Declared],
    targets: Collection[Target],
    renamed: Mapping[Target, Target],
) -> Iterator[BlockEdit]:
    from ksync_tui.toml.file_edits import BlockEdit  # noqa: PLC0415 - only a source that can be written needs it

    targets = set(targets) - set(renamed.values())
    for target in sorted(targets, key=lambda target: (target not in new or new[target].place.line, target)):
        was, now = old.get(renamed.get(target, target)), new.get(target)
        before, after = was.text if was else None, now.text if now else None
        if before != after:
            resource, line = now.resource if now else None, was.place.line if was else 0
            yield BlockEdit(target, before, after, line, resource, renamed.get(target))


def _renamed(
    old: Mapping[Target, Declared], new: Mapping[Target, Declared], targets: Collection[Target]
) -> dict[Target, Target]:
    """What was renamed, by the new name: the only block of its kind that is new between two others, where the only one
    that is gone stood."""
    kept = old.keys() & new.keys()
    gone = _by_place(old, [target for target in targets if target not in new], kept)
    come = _by_place(new, [target for target in targets if target not in old], kept)
    pairs = [(come[place], gone[place]) for place in come.keys() & gone.keys()]
    return {after[0]: before[0] for after, before in pairs if len(after) == len(before) == 1}


def _by_place(
    blocks: Mapping[Target, Declared], wanted: Collection[Target], kept: Collection[Target]
) -> dict[tuple[str, Target | None], list[Target]]:
    """The wanted blocks of a text by their kind and the kept block above."""
    found: dict[tuple[str, Target | None], list[Target]] = {}
    above: Target | None = None
    for target in sorted(blocks, key=lambda target: blocks[target].place.line):
        if target in kept:
            above = target
        elif target in wanted:
            found.setdefault((target.kind, above), []).append(target)
    return found


def _blocks(text: str) -> dict[Target, Declared]:
    read = Reader().read([SourceFile("", None, text.replace("\r\n", "\n"))])
    return {resource.target: resource for resource in reversed(read.resources) if resource.text}


def _without(head: bytes | None, text: str, edits: tuple[BlockEdit, ...]) -> bytes | None:
    """The file as it would be had the edits not been made; HEAD's where nothing else was changed in it."""
    from ksync_tui.toml.file_edits import BlockEdit, apply_edits  # noqa: PLC0415 - only a source that can be written needs it

    if _makes((head or b"").decode("utf-8"), edits, text):
        return head
    back = [BlockEdit(edit.was or edit.target, edit.new, edit.old) for edit in edits]
    return apply_edits(text, back).encode("utf-8")
