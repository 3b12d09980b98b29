"""Aligning two lists of lines, quickly whatever their size, and the words that differ in a pair of lines. Pure."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from itertools import zip_longest
from typing import Literal, NamedTuple

Spans = tuple[tuple[int, int], ...]
Opcode = tuple[Literal["equal", "replace"], int, int, int, int]

_WINDOW = 8_000
_LONG_LINE = 400
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Pairing(NamedTuple):
    """Two lines that stand side by side, by 0-based number; None where there is nothing."""

    left: int | None
    right: int | None
    same: bool


def pairings(left: Sequence[str], right: Sequence[str]) -> Iterator[Pairing]:
    """Every line of both lists once, in order, equal and changed lines paired."""
    for tag, i, i_end, j, j_end in opcodes(left, right):
        if tag == "equal":
            yield from (Pairing(i + k, j + k, True) for k in range(i_end - i))
        else:
            yield from _by_key(left, right, (i, i_end), (j, j_end))


def opcodes(left: Sequence[Hashable], right: Sequence[Hashable]) -> Iterator[Opcode]:
    """What makes `right` of `left`: stretches that are equal, and those that replace each other, by 0-based numbers."""
    at_left = at_right = 0
    for match_left, match_right, size in [*_matches(left, right), (len(left), len(right), 0)]:
        if (at_left, at_right) != (match_left, match_right):
            yield "replace", at_left, match_left, at_right, match_right
        at_left, at_right = match_left + size, match_right + size
        if size:
            yield "equal", match_left, at_left, match_right, at_right


def _matches(left: Sequence[Hashable], right: Sequence[Hashable]) -> Iterator[tuple[int, int, int]]:
    """Equal stretches, in order: where they begin on both sides, and their length.

    Long sequences are compared a window at a time, of which the first half counts: the whole would take n squared.
    """
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 - only texts that differ need it

    i = j = 0
    while i < len(left) and j < len(right):
        first, second = left[i : i + _WINDOW], right[j : j + _WINDOW]
        last = i + _WINDOW >= len(left) and j + _WINDOW >= len(right)
        counting = _WINDOW if last else _WINDOW // 2
        ends = counting, counting
        for block in Levenshtein.editops(first, second).as_matching_blocks():
            if block.size and max(block.a, block.b) < counting:
                yield i + block.a, j + block.b, block.size
                ends = block.a + block.size, block.b + block.size
        if last:
            return
        i, j = i + ends[0], j + ends[1]


def common_start(left: Sequence[str], right: Sequence[str]) -> int:
    """How many items two sequences have in common at their start."""
    for at, (item, other) in enumerate(zip(left, right, strict=False)):
        if item != other:
            return at
    return min(len(left), len(right))


def _by_key(
    left: Sequence[str], right: Sequence[str], span_left: tuple[int, int], span_right: tuple[int, int]
) -> Iterator[Pairing]:
    """Pairs changed lines that begin alike (`image: ...`), so that one more line does not shift all others."""
    (i, i_end), (j, j_end) = span_left, span_right
    for tag, a, a_end, b, b_end in opcodes(_keys(left[i:i_end]), _keys(right[j:j_end])):
        if tag == "equal":
            yield from (Pairing(i + a + k, j + b + k, left[i + a + k] == right[j + b + k]) for k in range(a_end - a))
        else:
            yield from _replaced(left, right, (i + a, i + a_end), (j + b, j + b_end))


def _keys(lines: Sequence[str]) -> list[str]:
    return [re.split(r"[:=]", line, maxsplit=1)[0] for line in lines]


def _replaced(
    left: Sequence[str], right: Sequence[str], span_left: tuple[int, int], span_right: tuple[int, int]
) -> Iterator[Pairing]:
    for i, j in zip_longest(range(*span_left), range(*span_right)):
        yield Pairing(i, j, i is not None and j is not None and left[i] == right[j])


def stretches_of(same: Sequence[bool], context: int) -> list[tuple[int, int]]:
    """Where each row to show begins and how many it stands for: equal ones further than `context` from a change."""
    near = bytearray(len(same))
    for at, equal in enumerate(same):
        if not equal:
            low, high = max(0, at - context), min(len(same), at + context + 1)
            near[low:high] = b"\1" * (high - low)
    found = []
    at = 0
    while at < len(same):
        end = at + 1 if near[at] else near.find(1, at)
        end = len(same) if end < 0 else end
        found.append((at, end - at))
        at = end
    return found


def marks(left: str, right: str) -> tuple[Spans, Spans]:
    """The stretches of two lines that differ, by words; nothing where hardly anything is alike."""
    start = common_start(left, right)
    end = common_start(left[start:][::-1], right[start:][::-1])
    if max(len(left), len(right)) > _LONG_LINE:
        return _span(start, len(left) - end), _span(start, len(right) - end)
    words_left, words_right = _WORD.findall(left), _WORD.findall(right)
    codes = list(opcodes(words_left, words_right))
    alike = sum(len(words_left[k]) for tag, a, a_end, *_ in codes if tag == "equal" for k in range(a, a_end))
    if alike * 4 < max(len(left), len(right)):
        return (), ()
    changed = [stretch for tag, *stretch in codes if tag != "equal"]
    return (
        _spans(words_left, [(a, a_end) for a, a_end, _, _ in changed]),
        _spans(words_right, [(b, b_end) for _, _, b, b_end in changed]),
    )


def _spans(words: list[str], stretches: list[tuple[int, int]]) -> Spans:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return tuple((starts[a], starts[end]) for a, end in stretches if end > a)


def _span(start: int, end: int) -> Spans:
    return ((start, end),) if end > start else ()
