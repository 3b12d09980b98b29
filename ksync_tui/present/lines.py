"""Aligning two lists of lines, quickly whatever their size, and the words that differ in a pair of lines. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

Spans = tuple[tuple[int, int], ...]

_SMALL = 40_000
"""Up to this product of lengths two stretches are compared line by line; above, one replaces the other."""
_LONG_LINE = 400
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Pairing(NamedTuple):
    """Two lines that stand side by side, by 0-based number; None where there is nothing."""

    left: int | None
    right: int | None
    same: bool


def pairings(left: Sequence[str], right: Sequence[str]) -> Iterator[Pairing]:
    """Every line of both lists once, in order, equal and changed lines paired.

    Anchors are the lines that stand once on each side (patience diff): n log n, where a plain longest-match search
    takes n squared.
    """
    at_left = at_right = 0
    for next_left, next_right in [*_anchors(left, right), (len(left), len(right))]:
        yield from _between(left, right, (at_left, next_left), (at_right, next_right))
        if next_left < len(left):
            yield Pairing(next_left, next_right, True)
        at_left, at_right = next_left + 1, next_right + 1


def _anchors(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of equal lines, growing on both sides: the common start and end, and common lines that stand once."""
    start = common_start(left, right)
    end = common_start(left[start:][::-1], right[start:][::-1])
    stop_left, stop_right = len(left) - end, len(right) - end
    inner = _unique_common(left[start:stop_left], right[start:stop_right])
    return [
        *((at, at) for at in range(start)),
        *((start + one, start + other) for one, other in inner),
        *zip(range(stop_left, len(left)), range(stop_right, len(right)), strict=True),
    ]


def common_start(left: Sequence[str], right: Sequence[str]) -> int:
    """How many items two sequences have in common at their start."""
    for at, (item, other) in enumerate(zip(left, right, strict=False)):
        if item != other:
            return at
    return min(len(left), len(right))


def _unique_common(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    counts_left, counts_right = Counter(left), Counter(right)
    places = {line: at for at, line in enumerate(right) if counts_right[line] == 1 and counts_left.get(line) == 1}
    return _longest_growing([(at, places[line]) for at, line in enumerate(left) if line in places])


def _longest_growing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that grow on the right as well."""
    tails: list[int] = []
    owners: list[int] = []
    before: list[int] = []
    for number, (_, other) in enumerate(pairs):
        at = bisect_left(tails, other)
        tails[at : at + 1] = [other]
        owners[at : at + 1] = [number]
        before.append(owners[at - 1] if at else -1)
    found = []
    number = owners[-1] if owners else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _between(
    left: Sequence[str], right: Sequence[str], span_left: tuple[int, int], span_right: tuple[int, int]
) -> Iterator[Pairing]:
    (i, i_end), (j, j_end) = span_left, span_right
    if (i_end - i) * (j_end - j) > _SMALL or i == i_end or j == j_end:
        yield from _replaced((i, i_end), (j, j_end))
        return
    matcher = SequenceMatcher(None, left[i:i_end], right[j:j_end], autojunk=False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag == "equal":
            yield from (Pairing(i + a + k, j + b + k, True) for k in range(a_end - a))
        else:
            yield from _by_key(left, right, (i + a, i + a_end), (j + b, j + b_end))


def _by_key(
    left: Sequence[str], right: Sequence[str], span_left: tuple[int, int], span_right: tuple[int, int]
) -> Iterator[Pairing]:
    """Pairs changed lines that begin alike (`image: ...`), so that one more line does not shift all others."""
    (i, i_end), (j, j_end) = span_left, span_right
    matcher = SequenceMatcher(None, _keys(left[i:i_end]), _keys(right[j:j_end]), autojunk=False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag == "equal":
            yield from (Pairing(i + a + k, j + b + k, left[i + a + k] == right[j + b + k]) for k in range(a_end - a))
        else:
            yield from _replaced((i + a, i + a_end), (j + b, j + b_end))


def _keys(lines: Sequence[str]) -> list[str]:
    return [re.split(r"[:=]", line, maxsplit=1)[0] for line in lines]


def _replaced(span_left: tuple[int, int], span_right: tuple[int, int]) -> Iterator[Pairing]:
    (i, i_end), (j, j_end) = span_left, span_right
    for k in range(max(i_end - i, j_end - j)):
        yield Pairing(i + k if i + k < i_end else None, j + k if j + k < j_end else None, False)


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
    matcher = SequenceMatcher(None, words_left, words_right, autojunk=False)
    alike = sum(len(words_left[k]) for a, _, size in matcher.get_matching_blocks() for k in range(a, a + size))
    if alike * 4 < max(len(left), len(right)):
        return (), ()
    changed = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        _spans(words_left, [(a, a_end) for _, a, a_end, _, _ in changed]),
        _spans(words_right, [(b, b_end) for _, _, _, b, b_end in changed]),
    )


def _spans(words: list[str], stretches: list[tuple[int, int]]) -> Spans:
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return tuple((starts[a], starts[end]) for a, end in stretches if end > a)


def _span(start: int, end: int) -> Spans:
    return ((start, end),) if end > start else ()
