"""The blocks of a file in the form that export writes: order of keys, defaults, spellings (semantics d). Pure."""

from __future__ import annotations

from typing import NamedTuple

from ksync_tui.errors import KsyncError, WriteBackError
from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import Table, schema
from ksync_tui.model.kinds.registry import BY_HEADER, KINDS, Kind
from ksync_tui.model.resource import Target
from ksync_tui.toml import render
from ksync_tui.toml.blocks import Block, needs_whole_file, parse_block, split
from ksync_tui.toml.comments import comments_of, with_comments
from ksync_tui.toml.export import export_block
from ksync_tui.toml.file_edits import BlockEdit, apply_edits
from ksync_tui.toml.keys import BlockKeys
from ksync_tui.toml.scan import BASIC
from ksync_tui.toml.syntax import Names


class Kept(NamedTuple):
    """A block that stays in the form that it has: its line (1-based), and why."""

    line: int
    why: str


def in_export_form(text: str) -> tuple[str, list[Kept]]:
    """The text with every block in the form of export, and those that stay as they are.

    Those are blocks of which something would be lost: an unknown key, what is wrong in them. A text that blocks cannot
    describe stays whole. Raises WriteBackError where the blocks would read differently together.
    """
    blocks = split(text, BY_HEADER)
    if needs_whole_file(blocks, BY_HEADER):
        return text, [Kept(1, "tables of this file are not written as [[kind]]")]
    made = [_attempt(block) for block in blocks]
    mixed = {block.header for block, new in zip(blocks, made, strict=True) if isinstance(new, Kept)}
    edits, kept = [], []
    for block, new in zip(blocks, made, strict=True):
        if isinstance(new, Kept):
            kept.append(new)
        elif new is not None and block.header in mixed and block.header not in KINDS:
            kept.append(Kept(block.first, f"another [[{block.header}]] stays as it is, and one file has one spelling"))
        elif new is not None:
            edits.append(new)
    return apply_edits(text, edits), kept


def _attempt(block: Block) -> BlockEdit | Kept | None:
    """What makes the block one in the form of export, or why it stays; None for what is no resource."""
    kind = BY_HEADER.get(block.header or "")
    if kind is None or not block.array:
        return None
    try:
        accepted = accept(kind.model, parse_block(block))
        lost = next((issue for issue in accepted.issues if issue.levels or issue.severity == "error"), None)
        if accepted.resource is None or lost is not None:
            return Kept(block.first, lost.message if lost else "it is no resource")
        new = _exported(block.text.replace("\r\n", "\n"), kind, accepted.resource)
    except KsyncError as error:
        return Kept(block.first, error.why or error.what)
    return BlockEdit(Target(kind.name, accepted.resource.name), block.text, new, block.first)


def _exported(old: str, kind: Kind, resource: Resource) -> str:
    """The block as export writes it. Raises WriteBackError where it would not mean the same, or lose something."""
    exported = _with_unmanaged(export_block(resource, kind.name, secrets=True), resource)
    text = with_comments(exported, old, lambda path: _respelled(kind.model, path))
    comments = comments_of(old)
    if sorted(comments_of(text)) != sorted(comments):
        raise _refused("a comment would be lost")
    if any(BASIC in comment for comment in comments):
        raise _refused(f"Komodo takes {BASIC} in a comment for the end of a string ")
    if _read(text) != resource:
        raise _refused("export would leave out some of what it says")
    return text


def _refused(why: str) -> WriteBackError:
    return WriteBackError("the block stays as it is", why=why)


def _read(text: str) -> Resource | None:
    blocks = split(text, BY_HEADER)
    if len(blocks) != 1:
        return None
    return accept(BY_HEADER[blocks[0].header or ""].model, parse_block(blocks[0])).resource


def _with_unmanaged(text: str, resource: Resource) -> str:
    """With what the file gives and export leaves to live: the version of a build that counts it up."""
    settings = resource.settings
    fields = list(schema(type(settings)))
    given = [field for field in fields if field.name in settings.unmanaged()]
    for field in given:
        value = settings.__dict__[field.name]
        if value != field.default:
            keys = BlockKeys(text)
            before = [other.key for other in fields[: fields.index(field)]]
            keys.insert(("config",), [(field.key, render.inline(value))], before)
            text = keys.text
    return text


def _respelled(model: type[Table], path: Names) -> Names:
    """A path of keys with each spelled as export spells it."""
    steps: list[str | int] = []
    tables: list[type[Table]] = [model]
    for step in path:
        found = [field for table in tables if (field := schema(table).by_key.get(str(step)))]
        steps.append(found[0].key if found else step)
        tables = [inner for field in found if field.table for inner in _tables(field.table)] if found else tables
    return tuple(steps)


def _tables(table: type[Table]) -> list[type[Table]]:
    """The tables whose keys may stand in a table of this type: of a choice, those of all its params too."""
    return [table, *table.variants.values()] if issubclass(table, Choice) and table is not Choice else [table]
