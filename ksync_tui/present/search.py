"""Finding rows while typing: words anywhere in a line, in any order; where none fits, what is nearly so."""

from __future__ import annotations

from collections.abc import Sequence

ORIGIN = "origin:"
"""Begins a word that says where something comes from: `origin:live`."""
_NEARLY = 80
"""Likeness from 0 to 100 of the best stretch of a line."""


class Haystack:
    """Lines that are searched again at every key. The last search is kept: typing on narrows it.

    `origins` has a word per line, found only by the word `origin:` with its beginning.
    """

    __slots__ = ("_found", "_lines", "_origins", "_query")

    def __init__(self, lines: Sequence[str], origins: Sequence[str] = ()) -> None:
        self._lines = [line.casefold() for line in lines]
        self._origins = origins
        self._query = ""
        self._found: Sequence[int] = range(len(self._lines))

    def find(self, query: str) -> Sequence[int]:
        """The numbers of the lines that match, in order."""
        words = query.casefold().split()
        if any(word.startswith(ORIGIN) for word in words):
            return self._from(words)
        key = " ".join(words)
        start = self._found if self._query and key.startswith(self._query) else range(len(self._lines))
        found = self._with(words, start)
        if not found and words:
            return self._nearly(key, range(len(self._lines)))
        self._query, self._found = key, found
        return found

    def _from(self, words: list[str]) -> Sequence[int]:
        """What comes from where the words say, and has all the others in it."""
        origins = tuple(word.removeprefix(ORIGIN) for word in words if word.startswith(ORIGIN))
        others = [word for word in words if not word.startswith(ORIGIN)]
        among = [at for at, origin in enumerate(self._origins) if origin and all(map(origin.startswith, origins))]
        return self._with(others, among) or (self._nearly(" ".join(others), among) if others else [])

    def _with(self, words: list[str], among: Sequence[int]) -> Sequence[int]:
        for word in words:
            among = [at for at in among if word in self._lines[at]]
        return among

    def _nearly(self, key: str, among: Sequence[int]) -> Sequence[int]:
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a filter needs it

        lines = {at: self._lines[at] for at in among}
        found = process.extract(key, lines, scorer=fuzz.partial_ratio, score_cutoff=_NEARLY, limit=None)
        return sorted(at for _, _, at in found)
