"""Managed mode: a block edited by hand, and live changes taken into the files (see `commits` for the commit)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ksync_tui.errors import WriteBackError
from ksync_tui.model.parts import with_parts
from ksync_tui.model.resource import Declarations, Declared, Problem, SourceFile, SourceLocation, Target
from ksync_tui.model.secrets import secrets_of
from ksync_tui.planner.checks import check
from ksync_tui.planner.selection import Parts, parts_of, taken_parts
from ksync_tui.services.file_change import Agreed, FileChange
from ksync_tui.source.folder import Folder
from ksync_tui.source.position import place_of
from ksync_tui.source.reader import Reader
from ksync_tui.source.repo import Repository
from ksync_tui.toml.edit import as_declared, edit_block
from ksync_tui.toml.export import export_block
from ksync_tui.toml.file_edits import BlockEdit
from ksync_tui.toml.render import line_string
from ksync_tui.writeback.files import edit_bytes, edit_file, preview
from ksync_tui.writeback.left_out import left_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ksync_tui.model.plan import Action
    from ksync_tui.services.review import Review
    from ksync_tui.services.sync import Sync
    from ksync_tui.writeback.files import FileEdit


_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Controls but tab and newline, Unicode's own line ends, and the characters that turn the direction of writing."""


@dataclass(frozen=True, slots=True)
class BlockDraft:
    """One block in the editor, with the rest of its file around it.

    In `text` each secret value stands as a token that means "unchanged", and each character that would end a line of
    the editor or act on the terminal as one that names it; `tokens` maps them back. `raw` is the block as the file has
    it. `first_line` is the block's first line in the file. `path` is that in `elsewhere`, if it is set.
    """

    target: Target
    file: str
    first_line: int
    before: str
    text: str
    after: str
    raw: str
    tokens: Mapping[str, str]
    elsewhere: Repository | None = None

    def restored(self, text: str) -> str:
        """An edited text with what the tokens stand for."""
        for token, value in self.tokens.items():
            text = text.replace(token, value)
        return text


def refusal(review: Review, target: Target) -> str | None:
    """Why a resource's block cannot be edited here, or None."""
    found = _block_of(review.declarations, target)
    if found is None:
        return f"no file declares {target}: in the direction to file it can be added"
    if not found[1]:
        return f"{target} is written in a form that cannot be edited by itself: open the file (E)"
    return None


def _block_of(declarations: Declarations, target: Target) -> tuple[SourceLocation, str] | None:
    """Where a resource's block stands and its text; also of one that could not be understood."""
    for resource in declarations.resources:
        if resource.target == target:
            return resource.place, resource.text
    for broken in declarations.broken:
        if broken.target == target and broken.place.last is not None:
            lines = _file_of(declarations, broken.place.file).text.split("\n")
            return broken.place, "\n".join(lines[broken.place.line - 1 : broken.place.last]).rstrip("\r\n")
    return None


def _file_of(declarations: Declarations, name: str) -> SourceFile:
    return next(file for file in declarations.files if file.name == name)


def open_block(review: Review, target: Target) -> BlockDraft:
    """The block of a resource, to be edited. Raises WriteBackError with the reason where it cannot be."""
    why = refusal(review, target)
    found = _block_of(review.declarations, target)
    if why is not None or found is None:
        raise WriteBackError("the block cannot be edited", where=str(target), why=why)
    place, raw = found
    file = _file_of(review.declarations, place.file)
    before, _, after = _around(file.text, raw, place.line)
    text, secrets = _hidden(raw.replace("\r\n", "\n"), _secrets_of(review, target))
    text, named = _named(text)
    return BlockDraft(target, file.name, place.line, before, text, after, raw, {**named, **secrets})


def _around(text: str, raw: str, line: int) -> tuple[str, str, str]:
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    at = text.index(raw, start)
    return text[:at], raw, text[at + len(raw) :]


def _secrets_of(review: Review, target: Target) -> list[str]:
    declared = (resource.resource for resource in review.declarations.resources if resource.target == target)
    return [secret.value for resource in declared for secret in secrets_of(resource)]


def _hidden(text: str, secrets: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The text with tokens in the place of secrets, and the tokens."""
    tokens: dict[str, str] = {}
    for value in sorted(set(secrets), key=len, reverse=True):
        for spelt in dict.fromkeys((value, line_string(value)[1:-1])):
            token = f"<secret {len(tokens) + 1}: unchanged>"
            hidden = re.sub(rf"(?<!\w){re.escape(spelt)}(?!\w)", token, text)
            if hidden != text:
                text, tokens[token] = hidden, spelt
    return text, tokens


def _named(text: str) -> tuple[str, dict[str, str]]:
    """The text with `<U+2028>` in the place of that character and its like, and these tokens."""
    tokens: dict[str, str] = {}
    for char in sorted(set(_NO_TEXT.findall(text))):
        token = f"<U+{ord(char):04X}>"
        while token in text:
            token = f"<{token}>"
        text, tokens[token] = text.replace(char, token), char
    return text, tokens


def problems_of(review: Review, draft: BlockDraft, text: str, live: Collection[Target]) -> tuple[Problem, ...]:
    """The problems of an edited block, at lines of its file."""
    read = Reader().read([SourceFile(draft.file, None, draft.restored(text))])
    others = {resource.target for resource in review.declarations.resources if resource.target != draft.target}
    checked = check(read, {*live, *others}, place_of)
    found = [_shifted(problem, draft.first_line - 1) for problem in checked.problems]
    declared = checked.resources
    if len(declared) + len(checked.broken) != 1:
        message = "one block is edited here: other blocks belong in the file, not in this one"
        found.append(
            Problem("error", SourceLocation(draft.file, draft.first_line), message, "keep exactly one [[...]] header")
        )
    elif declared and declared[0].target.kind != draft.target.kind:
        message = f"a {draft.target.kind} cannot become a {declared[0].target.kind}"
        found.append(Problem("error", SourceLocation(draft.file, draft.first_line), message, None))
    elif declared and declared[0].target in others:
        message = f"{declared[0].target} is declared elsewhere too"
        found.append(Problem("error", SourceLocation(draft.file, draft.first_line), message, "give it another name"))
    return tuple(found)


def _shifted(problem: Problem, lines: int) -> Problem:
    return replace(problem, place=problem.place._replace(line=problem.place.line + lines))


def edited(review: Review, draft: BlockDraft, text: str, hidden: Iterable[str]) -> FileChange:
    """What saving an edited block would write. Raises WriteBackError where the text is not one sound block."""
    new = draft.restored(text).strip("\n")
    read = Reader().read([SourceFile(draft.file, None, new)])
    if len(read.resources) != 1 or read.broken or read.resources[0].target.kind != draft.target.kind:
        problem = next(
            (str(_shifted(problem, draft.first_line - 1)) for problem in read.problems), "it is not one block"
        )
        raise WriteBackError("the file was left as it was", where=str(draft.target), why=problem, hint="Correct it")
    declared = read.resources[0]
    edit = BlockEdit(declared.target, draft.raw, new, draft.first_line, declared.resource)
    return _change(review, draft.file, [edit], hidden)


def can_go_to_file(action: Action) -> bool:
    """Whether live can be taken into the file; a delete that is held back still is a resource that no file declares."""
    if action.verb in ("deploy", "rename") or action.text_only:
        return False
    return not action.blocked or (action.verb == "delete" and action.current is not None)


def why_not_writable(review: Review) -> str | None:
    """Why live cannot be taken into any file of a sync, or None; what each block needs is found when it is written."""
    return None if review.declarations.files else f"{review.sync.name} has no file to write live changes to."


class _Written(NamedTuple):
    """A block as it is to be written: its file, the edit, and what is to be said of it beforehand."""

    file: str
    edit: BlockEdit
    notes: tuple[str, ...] = ()


def write_back(
    review: Review, ticked: Collection[str], hidden: Iterable[str], parts: Parts | None = None
) -> tuple[FileChange, ...]:
    """What taking live into the files would write, for the ticked actions of a plan, or `parts` of them.

    Raises WriteBackError.
    """
    files: dict[str, list[tuple[_Written, Agreed]]] = {}
    for action in review.plan.actions:
        if action.id in ticked and action.verb not in ("deploy", "rename"):
            taken = _taken_parts(action, parts or {})
            written = _block_edit(review, action, review.declared.get(action.target), taken)
            agreed = Agreed(review.plan.sync, action.target, action.current, taken)
            files.setdefault(written.file, []).append((written, agreed))
    return tuple(_taken(review, name, files[name], hidden) for name in sorted(files))


def _taken_parts(action: Action, parts: Parts) -> tuple[str, ...]:
    """What is taken of an update; none where that is all that differs. Raises WriteBackError where nothing is left."""
    if action.id not in parts:
        return action.parts
    taken = taken_parts(action, parts[action.id])
    if not taken:
        hint = "Read it again and choose anew"
        raise WriteBackError("nothing that was chosen differs any more", where=str(action.target), hint=hint)
    return action.parts if taken == parts_of(action) else taken


def _taken(review: Review, name: str, blocks: Sequence[tuple[_Written, Agreed]], hidden: Iterable[str]) -> FileChange:
    change = _change(review, name, [written.edit for written, _ in blocks], hidden)
    notes = tuple(note for written, _ in blocks for note in written.notes)
    return replace(change, agreed=tuple(agreed for _, agreed in blocks), notes=notes)


def _block_edit(review: Review, action: Action, declared: Declared | None, parts: Collection[str]) -> _Written:
    target = action.target
    if declared is None:
        if action.current is None:
            raise WriteBackError("nothing can be written for it", where=action.id, why=action.blocked)
        new = export_block(action.current, target.kind, secrets=False)
        return _Written(_file_for(review, target), BlockEdit(target, None, new), (*left_out(target, action.current),))
    if declared.blocked or not declared.text:
        raise WriteBackError("the block cannot be changed", where=str(declared.place), why=declared.blocked)
    place = declared.place
    if action.current is None:
        return _Written(place.file, BlockEdit(target, declared.text, None, place.line))
    wanted = as_declared(declared.resource, action.current)
    if parts:
        wanted = with_parts(declared.resource, wanted, parts)
    edited = edit_block(declared.text, target.kind, declared.resource, wanted)
    notes = (f"{target} is written anew as a whole: its comments and layout are lost",) if edited.rewritten else ()
    return _Written(place.file, BlockEdit(target, declared.text, edited.text, place.line, wanted), notes)


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


def root_of(review: Review, path: Path) -> Path:
    """The folder that writing a file of a review must not leave."""
    source = review.sync.source
    return source.root_of(path) if isinstance(source, Folder) else path.parent


def _change(review: Review, name: str, edits: Sequence[BlockEdit], hidden: Iterable[str]) -> FileChange:
    edit, root, elsewhere, kept_by = _edit(review, name, edits)
    return replace(change_of(edit, root, hidden), elsewhere=elsewhere, kept_by=kept_by)


def change_of(edit: FileEdit, root: Path, hidden: Iterable[str]) -> FileChange:
    """What an edit of a file changes, the texts of `hidden` masked."""
    diff = tuple(preview(edit, tuple(hidden)))
    body = [line for line in diff if not line.startswith(("+++", "---"))]
    added = sum(line.startswith("+") for line in body)
    removed = sum(line.startswith("-") for line in body)
    return FileChange(edit.name, added, removed, diff, edit, root)


def _edit(
    review: Review, name: str, edits: Sequence[BlockEdit]
) -> tuple[FileEdit, Path, Repository | None, Sync | None]:
    """The edit of a file on this machine, of one in a repository elsewhere, or of a text that its sync keeps."""
    file, source = _file_of(review.declarations, name), review.sync.source
    if file.path is not None:
        path = Path(file.path)
        return edit_file(path, name, edits), root_of(review, path), None, None
    before = file.text.encode("utf-8")
    if isinstance(source, Repository):
        return edit_bytes(Path(source.path_of(name)), name, before, edits), Path(), source, None
    return edit_bytes(Path(name), name, before, edits), Path(), None, review.sync
