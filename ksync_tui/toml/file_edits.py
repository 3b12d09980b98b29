"""Blocks put in, taken out or replaced in a text; every other character stays (architecture rule 8). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ksync_tui.errors import WriteBackError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import BY_HEADER
from ksync_tui.model.resource import Target
from ksync_tui.model.text import lines_of
from ksync_tui.toml.blocks import Block, BlockError, parse_block, split
from ksync_tui.toml.edit import reads_as
from ksync_tui.toml.keys import newline_of

_SEPARATOR = re.compile(r"^##[ \t]*\r?$", re.MULTILINE)
_GAP_BELOW = re.compile(r"[ \t\r\n]*(?:^##[ \t]*\r?\n[ \t\r\n]*)?", re.MULTILINE)
_GAP_ABOVE = re.compile(r"(?:^|\r?\n)[ \t\r\n]*(?:##[ \t\r\n]*)?\Z")
_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class BlockEdit:
    """What is to become of one block: `old` text to `new` text. No `old`: it is added; no `new`: it is taken out.

    `line` (1-based) tells apart blocks of the same text; `resource` is what `new` has to mean; `was` is what `old`
    declares where that has another name than `target`.
    """

    target: Target
    old: str | None
    new: str | None
    line: int = 0
    resource: Resource | None = None
    was: Target | None = None

    @property
    def targets(self) -> set[Target]:
        """The resources whose blocks are changed."""
        return {self.target, self.was or self.target}

    @property
    def verb(self) -> str:
        """`add`, `remove`, `rename` or `update`."""
        if self.was is not None:
            return "rename"
        return "add" if self.old is None else "remove" if self.new is None else "update"


def apply_edits(text: str, edits: Sequence[BlockEdit]) -> str:
    """The text with all edits made: what is added goes to the end, in the order given.

    Raises WriteBackError when a block is not there as it was, or would not read back as intended.
    """
    for edit in edits:
        if edit.new is not None and edit.resource is not None:
            _require_meaning(edit.target, edit.new, edit.resource)
    text = _replace_all(text, [edit for edit in edits if edit.verb in ("update", "rename")])
    for edit in sorted((edit for edit in edits if edit.verb == "remove"), key=lambda edit: -edit.line):
        text = remove_block(text, _found(split(text, BY_HEADER), edit))
    return append_blocks(text, [edit.new for edit in edits if edit.old is None and edit.new is not None])


def _require_meaning(target: Target, new: str, resource: Resource) -> None:
    if not reads_as(new, target.kind, resource):
        raise WriteBackError("the block would not mean what was intended", where=str(target))


def _replace_all(text: str, edits: Sequence[BlockEdit]) -> str:
    if not edits:
        return text
    before = split(text, BY_HEADER)
    by_text: dict[str, list[Block]] = {}
    for block in before:
        by_text.setdefault(_unix(block.text), []).append(block)
    changed = {_found(by_text.get(_unix(edit.old or ""), ()), edit).start: edit.new or "" for edit in edits}
    return _replaced(text, before, changed)


def _found(blocks: Sequence[Block], edit: BlockEdit) -> Block:
    block = nearest(blocks, edit.old or "", edit.line)
    if block is None:
        hint = "Read the source again"
        raise WriteBackError("the block has changed since it was read", where=str(edit.target), hint=hint)
    return block


def nearest(blocks: Sequence[Block], old: str, line: int = 0) -> Block | None:
    """The block of that text, line ends aside; of several the one nearest to `line`."""
    wanted = _unix(old)
    found = [block for block in blocks if block.array and _unix(block.text) == wanted]
    return min(found, key=lambda block: abs(block.first - line), default=None)


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n") if "\r" in text else text


def _in_style(text: str, newline: str) -> str:
    """A block's text, without white space at its end, with the line ends of the text it goes into."""
    bare = text.rstrip(_BLANK)
    return bare if "\r\n" in bare and newline == "\r\n" else _unix(bare).replace("\n", newline)


def replace_block(text: str, block: Block, new: str) -> str:
    """The text with `new` in the place of a block. Raises WriteBackError when anything else would change by it."""
    _require(text, block)
    return _replaced(text, split(text, BY_HEADER), {block.start: new})


def _replaced(text: str, before: Sequence[Block], changed: Mapping[int, str]) -> str:
    """The text with other texts for the blocks that begin at the given places."""
    parts, pos, expected = [], 0, []
    for block in before:
        new = changed.get(block.start)
        if new is not None:
            _require_sound(new)
            new = _in_style(new, newline_of(block.text if "\n" in block.text else text))
            parts += [text[pos : block.start], new]
            pos = block.end
        expected.append(block.text if new is None else new)
    result = "".join(parts) + text[pos:]
    _require_blocks(result, expected)
    return result


def _require_blocks(text: str, expected: Sequence[str]) -> None:
    """Raises WriteBackError unless the text's blocks are these; a changed one may have won or lost a comment's end."""
    found = split(text, BY_HEADER)
    if len(found) != len(expected) or not all(map(_same_block, found, expected)):
        why = "other blocks would read differently after it"
        raise WriteBackError("the file was left as it was", why=why, hint="Edit the file by hand")


def _require_sound(new: str) -> None:
    blocks = split(new, BY_HEADER)
    if len(blocks) != 1:
        raise WriteBackError("the new text is not one block", why=f"it holds {len(blocks)}")
    try:
        parse_block(blocks[0])
    except BlockError as error:
        raise WriteBackError("the new text is not TOML", where=error.where, why=error.message) from error


def _same_block(found: Block, wanted: str) -> bool:
    if found.text == wanted:
        return True
    short, long = sorted((found.text, _own(wanted)), key=len)
    return long.startswith(short) and all(line.lstrip()[:1] in ("", "#") for line in lines_of(long[len(short) :]))


def _own(text: str) -> str:
    """A block's text without comments around it."""
    blocks = split(text, BY_HEADER)
    return blocks[0].text if len(blocks) == 1 else text


def append_block(text: str, new: str) -> str:
    """The text with a block behind all others; parted by `##` where the text does so, its last newline as it was."""
    return append_blocks(text, [new])


def append_blocks(text: str, blocks: Sequence[str]) -> str:
    """See `append_block`. Raises WriteBackError when the end of the text does not let a block begin."""
    if not blocks:
        return text
    for block in blocks:
        _require_sound(block)
    newline = newline_of(text)
    added = [_in_style(block, newline) for block in blocks]
    body = text.rstrip(_BLANK)
    marked = _SEPARATOR.search(text) is not None
    middle = f"{newline * 2}##{newline * 2}" if marked else newline * 2
    if body.strip("\ufeff"):
        last_line = body[body.rfind("\n") + 1 :]
        first = newline * 2 if _SEPARATOR.match(last_line) else middle
        result = body + first + middle.join(added) + text[len(body) :]
    else:
        result = body + middle.join(added) + newline
    _require_blocks(result, [*(block.text for block in split(text, BY_HEADER)), *added])
    return result


def remove_block(text: str, block: Block) -> str:
    """The text without a block and the blank lines, or the `##`, that parted it. Comments around it stay."""
    _require(text, block)
    below = _GAP_BELOW.match(text, block.end)
    end = below.end() if below else block.end
    result = text[: block.start] + text[end:]
    if end == len(text):
        above = _GAP_ABOVE.search(text[: block.start])
        start = above.start() if above else block.start
        result = text[:start] + (text[block.end :] if text[:start].strip() else "")
    _require_blocks(result, [found.text for found in split(text, BY_HEADER) if found.start != block.start])
    return result


def _require(text: str, block: Block) -> None:
    if text[block.start : block.end] != block.text:
        raise WriteBackError("the block has moved since it was read", where=f"line {block.first}", hint="Read it again")
