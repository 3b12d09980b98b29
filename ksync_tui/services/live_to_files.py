"""Live taken into the files: of each chosen difference the block that says what live has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ksync_tui.errors import WriteBackError
from ksync_tui.model.parts import with_parts
from ksync_tui.model.references import renamed_in
from ksync_tui.planner.renaming import names_in_files
from ksync_tui.planner.selection import Parts, parts_of, taken_parts
from ksync_tui.services.blocks import change_in
from ksync_tui.services.file_change import Agreed, FileChange
from ksync_tui.toml.edit import as_declared, edit_block
from ksync_tui.toml.export import export_block
from ksync_tui.toml.file_edits import BlockEdit
from ksync_tui.writeback.left_out import left_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.plan import Action
    from ksync_tui.model.resource import Declared, Target
    from ksync_tui.services.review import Review


class _Written(NamedTuple):
    """A block as it is to be written: its file, the edit, what is the same in both then, what is said beforehand."""

    file: str
    edit: BlockEdit
    agreed: tuple[Agreed, ...] = ()
    notes: tuple[str, ...] = ()


def write_back(
    review: Review, ticked: Collection[str], hidden: Iterable[str], parts: Parts | None = None
) -> tuple[FileChange, ...]:
    """What taking live into the files would write, for the ticked actions of a plan, or `parts` of them.

    A likely rename of which both ends are ticked changes the name in its block, and in all that name it. Raises
    WriteBackError.
    """
    taking = _Taking(review, frozenset(ticked), parts or {})
    files: dict[str, list[_Written]] = {}
    for written in taking.blocks():
        files.setdefault(written.file, []).append(written)
    return tuple(_change(review, name, files[name], hidden) for name in sorted(files))


def _change(review: Review, name: str, blocks: Collection[_Written], hidden: Iterable[str]) -> FileChange:
    change = change_in(review, name, [written.edit for written in blocks], hidden)
    notes = tuple(note for written in blocks for note in written.notes)
    return replace(change, agreed=tuple(agreed for written in blocks for agreed in written.agreed), notes=notes)


@dataclass(frozen=True)
class _Taking:
    """What is chosen of a review."""

    review: Review
    ticked: frozenset[str]
    parts: Parts = field(default_factory=dict)

    @cached_property
    def names(self) -> Mapping[Target, Target]:
        """The names that live has for what the files call otherwise."""
        return names_in_files(self.review.plan, self.ticked)

    def blocks(self) -> Iterator[_Written]:
        """The blocks that are written, in the order of the plan, then those that only name what is renamed."""
        merged = {f"delete:{old}" for old in self.names.values()}
        done: set[Target] = set()
        for action in self.review.plan.actions:
            if action.id in self.ticked - merged and action.verb not in ("deploy", "rename"):
                done.add(action.target)
                yield self._renamed(action) if action.target in self.names else self._block(action)
        for declared in self.review.declarations.resources if self.names else ():
            wanted = self._following(declared.resource, declared.target)
            if declared.target not in done and wanted is not declared.resource:
                yield self._edited(declared, wanted)

    def _renamed(self, action: Action) -> _Written:
        """A block under the name that live has, with all that live has."""
        old, declared = self.names[action.target], self.review.declared[action.target]
        current = self.review.plan.by_id[f"delete:{old}"].current
        if current is None:
            raise WriteBackError("nothing can be written for it", where=str(old))
        wanted = as_declared(declared.resource, current).model_copy(update={"name": old.name})
        written = self._edited(declared, wanted)
        sync = self.review.plan.sync
        agreed = (Agreed(sync, action.target, None), Agreed(sync, old, current))
        return written._replace(edit=replace(written.edit, target=old, was=action.target), agreed=agreed)

    def _block(self, action: Action) -> _Written:
        target, declared = action.target, self.review.declared.get(action.target)
        parts = _taken_parts(action, self.parts)
        agreed = (Agreed(self.review.plan.sync, target, action.current, parts),)
        if declared is None:
            if action.current is None:
                raise WriteBackError("nothing can be written for it", where=action.id, why=action.blocked)
            new = export_block(action.current, target.kind, secrets=False)
            edit = BlockEdit(target, None, new)
            return _Written(_file_for(self.review, target), edit, agreed, tuple(left_out(target, action.current)))
        if action.current is None:
            return _Written(
                declared.place.file, BlockEdit(target, _text_of(declared), None, declared.place.line), agreed
            )
        wanted = as_declared(declared.resource, action.current)
        if parts:
            wanted = with_parts(declared.resource, wanted, parts)
        return self._edited(declared, self._following(wanted, target))._replace(agreed=agreed)

    def _following(self, resource: Resource, own: Target) -> Resource:
        """A resource with live's names of those that it refers to."""
        for new, old in self.names.items():
            resource = renamed_in(resource, own, new, old.name, self.review.declared)
        return resource

    def _edited(self, declared: Declared, wanted: Resource) -> _Written:
        target, text = declared.target, _text_of(declared)
        edited = edit_block(text, target.kind, declared.resource, wanted)
        notes = (f"{target} is written anew as a whole: its comments and layout are lost",) if edited.rewritten else ()
        edit = BlockEdit(target, text, edited.text, declared.place.line, wanted)
        return _Written(declared.place.file, edit, notes=notes)


def _text_of(declared: Declared) -> str:
    if declared.blocked or not declared.text:
        raise WriteBackError("the block cannot be changed", where=str(declared.place), why=declared.blocked)
    return declared.text


def _taken_parts(action: Action, parts: Parts) -> tuple[str, ...]:
    """What is taken of an update; none where that is all that differs. Raises WriteBackError where nothing is left."""
    if action.id not in parts:
        return action.parts
    taken = taken_parts(action, parts[action.id])
    if not taken:
        hint = "Read it again and choose anew"
        raise WriteBackError("nothing that was chosen differs any more", where=str(action.target), hint=hint)
    return action.parts if taken == parts_of(action) else taken


def _file_for(review: Review, target: Target) -> str:
    """The file that a new block goes to: the only one, or the one with the last block of its kind."""
    files = review.declarations.files
    if len(files) == 1:
        return files[0].name
    alike = [resource.place.file for resource in review.declarations.resources if resource.target.kind == target.kind]
    if not alike:
        hint = "Put a first one of its kind into a file by hand"
        raise WriteBackError("more than one file could hold it", where=str(target), hint=hint)
    return alike[-1]
