"""What differs between two texts, line by line; quick for files of many blocks of which few differ. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from ksync_tui.model.text import lines_of

_CONTEXT = 3
Opcode = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


def counts(before: str, after: str) -> tuple[int, int]:
    """How many lines were added and removed."""
    changes = [code for code in _opcodes(lines_of(before), lines_of(after)) if code[0] != "equal"]
    return sum(last - first for *_, first, last in changes), sum(high - low for _, low, high, *_ in changes)


def unified(before: str, after: str, old_name: str, new_name: str) -> Iterator[str]:
    """The lines of a unified diff, without line ends; none for equal texts."""
    old, new = lines_of(before), lines_of(after)
    for number, group in enumerate(_Known(_opcodes(old, new)).get_grouped_opcodes(_CONTEXT)):
        if not number:
            yield from (f"--- {old_name}", f"+++ {new_name}")
        yield f"@@ -{_range(group[0][1], group[-1][2])} +{_range(group[0][3], group[-1][4])} @@"
        for tag, low, high, first, last in group:
            yield from (f"{' ' if tag == 'equal' else '-'}{line}" for line in old[low:high])
            yield from (f"+{line}" for line in new[first:last] if tag != "equal")


def _range(low: int, high: int) -> str:
    size = high - low
    return f"{low + 1}" if size == 1 else f"{low + (size > 0)},{size}"


class _Known(SequenceMatcher[str]):
    """A comparison whose outcome is known already."""

    def __init__(self, codes: list[Opcode]) -> None:
        super().__init__()
        self._codes = codes

    def get_opcodes(self) -> list[Opcode]:
        """See difflib."""
        return self._codes


def _opcodes(old: list[str], new: list[str]) -> list[Opcode]:
    """As difflib's, but blocks are compared first and only lines of blocks that differ then."""
    codes: list[Opcode] = []
    for code in _by_block(old, new):
        if codes and codes[-1][0] == code[0]:
            tag, low, _, first, _ = codes.pop()
            code = tag, low, code[2], first, code[4]
        codes.append(code)
    return codes


def _by_block(old: list[str], new: list[str]) -> Iterator[Opcode]:
    was, now = _starts(old), _starts(new)
    for tag, low, high, first, last in SequenceMatcher(
        None, _pieces(old, was), _pieces(new, now), autojunk=False
    ).get_opcodes():
        if tag != "replace":
            yield tag, was[low], was[high], now[first], now[last]
        elif high - low != last - first:
            yield from _by_line(old, new, (was[low], was[high], now[first], now[last]))
        else:
            for at, to in zip(range(low, high), range(first, last), strict=True):
                yield from _by_line(old, new, (was[at], was[at + 1], now[to], now[to + 1]))


def _by_line(old: list[str], new: list[str], bounds: tuple[int, int, int, int]) -> Iterator[Opcode]:
    low, high, first, last = bounds
    for tag, at, to, begin, end in SequenceMatcher(None, old[low:high], new[first:last]).get_opcodes():
        yield tag, low + at, low + to, first + begin, first + end


def _starts(lines: list[str]) -> list[int]:
    """Where blocks begin, roughly: at lines that look like a header; 0 and the end too."""
    heads = [at for at, line in enumerate(lines) if at and line.startswith("[[")]
    return [0, *heads, len(lines)]


def _pieces(lines: list[str], starts: list[int]) -> list[str]:
    return ["\n".join(lines[low:high]) for low, high in pairwise(starts)]
