"""Managed mode: a block edited by hand, and live changes taken into the files (see `commits` for the commit)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.errors import WriteBackError
from ksync_tui.model.resource import Declarations, Problem, SourceFile, SourceLocation, Target
from ksync_tui.model.rules import Rule
from ksync_tui.model.secrets import HIDDEN, SHORTEST, Redactor, hidden_label, secrets_of
from ksync_tui.planner.checks import check
from ksync_tui.services.file_change import FileChange
from ksync_tui.source.folder import Folder
from ksync_tui.source.position import place_of
from ksync_tui.source.reader import Reader
from ksync_tui.source.repo import Repository
from ksync_tui.toml.file_edits import BlockEdit
from ksync_tui.toml.render import line_string
from ksync_tui.writeback.files import edit_bytes, edit_file, looked_secrets, preview

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ksync_tui.model.plan import Action
    from ksync_tui.model.secret_look import SecretLook
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
    it. `first_line` is the block's first line in the file. `above` and `below` are the rest of the file as it may be
    shown, secrets hidden, with as many lines as it has.
    """

    target: Target
    file: str
    first_line: int
    before: str
    text: str
    after: str
    raw: str
    tokens: Mapping[str, str]
    above: str = ""
    below: str = ""

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


def open_block(review: Review, target: Target, known: Iterable[str] = (), look: SecretLook | None = None) -> BlockDraft:
    """The block of a resource, to be edited; `known` secrets are hidden, and with a `look` what looks like one.

    Raises WriteBackError with the reason where it cannot be edited.
    """
    why = refusal(review, target)
    found = _block_of(review.declarations, target)
    if why is not None or found is None:
        raise WriteBackError("the block cannot be edited", where=str(target), why=why)
    place, raw = found
    file = _file_of(review.declarations, place.file)
    before, _, after = _around(file.text, raw, place.line)
    looks = [found.value.lstrip("\"'") for found in look.found_in(raw)] if look else []
    text, secrets = _hidden(raw.replace("\r\n", "\n"), [*_secrets_of(review, target), *looks])
    text, named = _named(text)
    declared = (secret.value for one in review.declarations.resources for secret in secrets_of(one.resource))
    redact = Redactor([("secret", text) for value in (*known, *declared) for text in _to_find(value)], look)
    above, below = (_shown(part, redact, look) for part in (before, after))
    return BlockDraft(target, file.name, place.line, before, text, after, raw, {**named, **secrets}, above, below)


def _to_find(value: str) -> tuple[str, ...]:
    """What to look for in a file; what is too short to be looked for anywhere, in the quotes that are around it."""
    return (value,) if len(value) >= SHORTEST else (line_string(value), f"'{value}'")


def _shown(text: str, redact: Redactor, look: SecretLook | None) -> str:
    """A text without secrets, line for line."""
    if look:
        text = look.hide(text, lambda value: HIDDEN + "\n" * value.count("\n"))
    return "\n".join(map(redact, text.split("\n")))


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
    declared, top = checked.resources, SourceLocation(draft.file, draft.first_line)
    if len(declared) + len(checked.broken) != 1:
        message = "one block is edited here: other blocks belong in the file, not in this one"
        found.append(Problem(Rule.OTHER_BLOCK, "error", top, message, "keep exactly one [[...]] header"))
    elif declared and declared[0].target.kind != draft.target.kind:
        message = f"a {draft.target.kind} cannot become a {declared[0].target.kind}"
        found.append(Problem(Rule.OTHER_BLOCK, "error", top, message, None))
    elif declared and declared[0].target in others:
        message = f"{declared[0].target} is declared elsewhere too"
        found.append(Problem(Rule.DUPLICATE, "error", top, message, "give it another name"))
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
    was = draft.target if draft.target != declared.target else None
    edit = BlockEdit(declared.target, draft.raw, new, draft.first_line, declared.resource, was)
    return change_in(review, draft.file, [edit], hidden)


def can_go_to_file(action: Action) -> bool:
    """Whether live can be taken into the file; a delete that is held back still is a resource that no file declares."""
    if action.verb in ("deploy", "rename") or action.text_only:
        return False
    return not action.blocked or (action.verb == "delete" and action.current is not None)


def why_not_writable(review: Review) -> str | None:
    """Why live cannot be taken into any file of a sync, or None; what each block needs is found when it is written."""
    return None if review.declarations.files else f"{review.sync.name} has no file to write live changes to."


def root_of(review: Review, path: Path) -> Path:
    """The folder that writing a file of a review must not leave."""
    source = review.sync.source
    return source.root_of(path) if isinstance(source, Folder) else path.parent


def change_in(review: Review, name: str, edits: Sequence[BlockEdit], hidden: Iterable[str]) -> FileChange:
    """What edits of the blocks of a file change. Raises WriteBackError."""
    edit, root, elsewhere, kept_by = _edit_of(review, name, edits)
    return replace(change_of(edit, root, hidden), elsewhere=elsewhere, kept_by=kept_by)


def change_of(edit: FileEdit, root: Path, hidden: Iterable[str]) -> FileChange:
    """What an edit of a file changes, the texts of `hidden` masked."""
    diff = tuple(preview(edit, tuple(hidden)))
    body = [line for line in diff if not line.startswith(("+++", "---"))]
    added = sum(line.startswith("+") for line in body)
    removed = sum(line.startswith("-") for line in body)
    return FileChange(edit.name, added, removed, diff, edit, root)


def without_looks(change: FileChange, look: SecretLook) -> FileChange:
    """A change whose difference shows nothing that looks like a secret."""
    values = looked_secrets(change.edit, look)
    redact = Redactor({hidden_label(number): value for number, value in enumerate(values, 1)}, look)
    return replace(change, diff=tuple(map(redact, change.diff)))


def _edit_of(
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
