"""Finding rows while typing: words anywhere in a line, in any order; where none fits, what is nearly so."""

from __future__ import annotations

from collections.abc import Sequence

_NEARLY = 80
"""Likeness from 0 to 100 of the best stretch of a line."""


class Haystack:
    """Lines that are searched again at every key. The last search is kept: typing on narrows it."""

    __slots__ = ("_found", "_lines", "_query")

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = [line.casefold() for line in lines]
        self._query = ""
        self._found: Sequence[int] = range(len(self._lines))

    def find(self, query: str) -> Sequence[int]:
        """The numbers of the lines that match, in order."""
        words = query.casefold().split()
        key = " ".join(words)
        start = self._found if self._query and key.startswith(self._query) else range(len(self._lines))
        found = self._with(words, start)
        if not found and words:
            return self._nearly(key)
        self._query, self._found = key, found
        return found

    def _with(self, words: list[str], among: Sequence[int]) -> Sequence[int]:
        for word in words:
            among = [at for at in among if word in self._lines[at]]
        return among

    def _nearly(self, key: str) -> Sequence[int]:
        from rapidfuzz import fuzz, process  # only who filters pays for it

        found = process.extract(key, self._lines, scorer=fuzz.partial_ratio, score_cutoff=_NEARLY, limit=None)
        return sorted(at for _, _, at in found)
