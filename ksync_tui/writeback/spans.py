"""Blocks put in, taken out or replaced in a text; every other character stays (DESIGN rule 8). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ksync_tui.errors import WriteBackError
from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import BY_HEADER
from ksync_tui.model.resource import Target
from ksync_tui.source.blocks import Block, split
from ksync_tui.writeback.edit import reads_as
from ksync_tui.writeback.keys import newline_of

_SEPARATOR = re.compile(r"^##[ \t]*\r?$", re.MULTILINE)
_GAP_BELOW = re.compile(r"[ \t\r\n]*(?:^##[ \t]*\r?\n[ \t\r\n]*)?", re.MULTILINE)
_GAP_ABOVE = re.compile(r"(?:^|\n)[ \t\r\n]*(?:##[ \t\r\n]*)?\Z")
_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class BlockEdit:
    """What is to become of one block: `old` text to `new` text. No `old`: it is added; no `new`: it is taken out.

    `line` (1-based) tells apart blocks of the same text; `resource` is what `new` has to mean.
    """

    target: Target
    old: str | None
    new: str | None
    line: int = 0
    resource: Resource | None = None

    @property
    def verb(self) -> str:
        """`add`, `remove` or `update`."""
        return "add" if self.old is None else "remove" if self.new is None else "update"


def apply_edits(text: str, edits: Sequence[BlockEdit]) -> str:
    """The text with all edits made; from the last line up, so that lines stay right, then what is added.

    Raises WriteBackError when a block is not there as it was, or would not read back as intended.
    """
    for edit in sorted(edits, key=lambda edit: (edit.old is None, -edit.line if edit.old else 0)):
        text = _apply(text, edit)
    return text


def _apply(text: str, edit: BlockEdit) -> str:
    if edit.new is not None and edit.resource is not None and not reads_as(edit.new, edit.target.kind, edit.resource):
        raise WriteBackError("the block would not mean what was intended", where=str(edit.target))
    if edit.old is None:
        return append_block(text, edit.new or "")
    block = find_block(text, edit.old, edit.line)
    if block is None:
        hint = "Read the source again"
        raise WriteBackError("the block is not there as it was read", where=str(edit.target), hint=hint)
    return remove_block(text, block) if edit.new is None else replace_block(text, block, edit.new)


def find_block(text: str, old: str, line: int = 0) -> Block | None:
    """The block of that text, line ends aside; of several the one nearest to `line`."""
    wanted = _unix(old)
    found = [block for block in split(text, BY_HEADER) if block.array and _unix(block.text) == wanted]
    return min(found, key=lambda block: abs(block.first - line), default=None)


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def _in_style(text: str, newline: str) -> str:
    """A block's text, without white space at its end, with the line ends of the text it goes into."""
    bare = text.rstrip()
    return bare if "\r\n" in bare and newline == "\r\n" else _unix(bare).replace("\n", newline)


def replace_block(text: str, block: Block, new: str) -> str:
    """The text with `new` in the place of a block. Raises WriteBackError when anything else would change by it."""
    _require(text, block)
    new = _in_style(new, newline_of(block.text if "\n" in block.text else text))
    result = text[: block.start] + new + text[block.end :]
    before, after = split(text, BY_HEADER), split(result, BY_HEADER)
    at = _index(before, block)
    same = len(before) == len(after) and _texts(before[:at]) == _texts(after[:at])
    if not same or _texts(before[at + 1 :]) != _texts(after[at + 1 :]) or not after[at].text.startswith(new):
        raise _unclean(block)
    return result


def append_block(text: str, new: str) -> str:
    """The text with a block behind all others; parted by `##` where the text does so, its last newline as it was."""
    newline = newline_of(text)
    new = _in_style(new, newline)
    body = text.rstrip(_BLANK)
    if not body.strip("\ufeff"):
        return body + new + newline
    tail = text[len(body) :]
    marked = _SEPARATOR.search(text) is not None and not _SEPARATOR.match(body[body.rfind("\n") + 1 :])
    middle = f"{newline * 2}##{newline * 2}" if marked else newline * 2
    result = body + middle + new + tail
    before, after = split(text, BY_HEADER), split(result, BY_HEADER)
    if _texts(after[:-1]) != _texts(before) or after[-1].text != new:
        raise WriteBackError(
            "the block cannot be added", why="the file's end is not closed", hint="Mend the file's last block first"
        )
    return result


def remove_block(text: str, block: Block) -> str:
    """The text without a block and the blank lines, or the `##`, that parted it. Comments around it stay."""
    _require(text, block)
    below = _GAP_BELOW.match(text, block.end)
    end = below.end() if below else block.end
    result = text[: block.start] + text[end:]
    if end == len(text):
        above = _GAP_ABOVE.search(text, 0, block.start)
        start = above.start() if above else block.start
        result = text[:start] + (text[block.end :] if text[:start].strip() else "")
    before, after = split(text, BY_HEADER), split(result, BY_HEADER)
    at = _index(before, block)
    if _texts(after) != _texts(before[:at] + before[at + 1 :]):
        raise _unclean(block)
    return result


def _require(text: str, block: Block) -> None:
    if text[block.start : block.end] != block.text:
        raise WriteBackError("the block is not where it was read", where=f"line {block.first}", hint="Read it again")


def _index(blocks: Sequence[Block], block: Block) -> int:
    return next(at for at, found in enumerate(blocks) if found.start == block.start)


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks]


def _unclean(block: Block) -> WriteBackError:
    why = "other blocks would read differently after it"
    return WriteBackError("the block cannot be changed", where=f"line {block.first}", why=why)
