"""A string changed in place: its quotes, the white space around it and the lines that did not change stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from ksync_tui.errors import KsyncError
from ksync_tui.model.text import BadPairError, Pair, pairs, split_list
from ksync_tui.toml import render
from ksync_tui.toml.blocks import parse_file_text

_Entry = TypeVar("_Entry")
_BLOCK = re.compile(r"""(?P<open>(?P<quotes>\"""|''')(?:\r?\n)?)(?P<body>.*)(?P=quotes)""", re.DOTALL)


def read_value(text: str) -> object:
    """What a value's text means. Raises BlockError when it is no TOML."""
    return parse_file_text(f"value = {text}")["value"]


def changed_string(text: str, new: str) -> str:
    """The string `text` with another content, in the same quotes where they can hold it."""
    block = _BLOCK.fullmatch(text)
    if block is None:
        return _changed_line(text, new)
    candidate = f"{block['open']}{new}{block['quotes']}"
    own = block["quotes"] == '"""' or '"""' not in new
    return candidate if own and _reads_as(candidate, new) else render.string(new)


def _changed_line(text: str, new: str) -> str:
    if text.startswith("'") and not re.search(r"['\x00-\x08\x0a-\x1f\x7f]", new):
        return f"'{new}'"
    return render.string(new)


def _reads_as(text: str, wanted: object) -> bool:
    try:
        return read_value(text) == wanted
    except KsyncError:
        return False


def same_end(old: str, new: str) -> str:
    """`new` with the white space at the end that `old` has; for texts whose end means nothing."""
    body = new.rstrip()
    return body + old[len(old.rstrip()) :] if body and old.strip() else new


def merged_pairs(old: str, new: str) -> str:
    """`new`'s entries in `old`'s text: lines whose entry is the same stay, comments and blank lines too.

    Gives `new` itself where that cannot be done line by line.
    """
    try:
        merged = _merged_pairs(old, new)
        return merged if pairs(merged) == pairs(new) else new
    except BadPairError:
        return new


def _merged_pairs(old: str, new: str) -> str:
    style = next((line for line in old.split("\n") if pairs(line)), "")

    def write(line: str | None, pair: Pair) -> str:
        return _pair_line(style if line is None else line, pair, fresh=line is None)

    return _merged_lines(old, pairs, pairs(new), lambda pair: pair.key, write)


def _pair_line(line: str, pair: Pair, *, fresh: bool) -> str:
    """The line of an entry in the manner of `line`; a `fresh` one does not take over its comment."""
    code, mark, comment = line.partition(" #")
    bare = code.rstrip()
    for old in pairs(line):
        start = bare.find(old.key)
        after = start + len(old.key)
        value = bare.find(old.value, after + 1) if old.value else len(bare)
        joint = bare[after:value] if old.value or not pair.value else bare[after:] + " " * bare.endswith((" =", " :"))
        made = bare[:start] + pair.key + joint + pair.value + bare[value + len(old.value) :]
        made += "" if fresh else code[len(bare) :] + mark + comment
        if pairs(made) == (pair,):
            return made
    return f"{line[: len(line) - len(line.lstrip())]}{pair.key}={pair.value}"


def merged_list(old: str, new: Sequence[str]) -> str | None:
    """The entries of a list that is written as text, changed line by line; None where that cannot be done."""
    style = next((line for line in old.split("\n") if split_list(line)), "")
    indent = style[: len(style) - len(style.lstrip())]
    merged = _merged_lines(old, split_list, new, lambda entry: entry, lambda _, entry: indent + entry)
    return merged if split_list(merged) == list(new) else None


def _merged_lines(
    old: str,
    read: Callable[[str], Sequence[_Entry]],
    wanted: Sequence[_Entry],
    name: Callable[[_Entry], str],
    write: Callable[[str | None, _Entry], str],
) -> str:
    """`old` with its lines changed so that they hold `wanted`, one entry per line; all other lines stay.

    Entries of one `name` are one entry; `write` gives the line of an entry from the line it had, if any.
    """
    lines = old.split("\n")
    holding = [at for at, line in enumerate(lines) if read(line)]
    have = [read(lines[at])[0] for at in holding]
    matcher = SequenceMatcher(None, [name(entry) for entry in have], [name(entry) for entry in wanted], autojunk=False)
    for tag, low, high, first, last in reversed(matcher.get_opcodes()):
        if tag == "equal":
            for at, was, entry in zip(holding[low:high], have[low:high], wanted[first:last], strict=True):
                lines[at] = lines[at] if was == entry else write(lines[at], entry)
            continue
        below = holding[high - 1] + 1 if high else 0
        if not holding:
            below = len(lines) - (not lines[-1])
        lines[below:below] = [write(None, entry) for entry in wanted[first:last]]
        for at in reversed(holding[low:high]):
            del lines[at]
    return "\n".join(lines)
