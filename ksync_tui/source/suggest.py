"""What somebody meant by a word that is not known, or by a key in the wrong place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ksync_tui.model.kinds.fields import shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ksync_tui.model.kinds.registry import Kind

_LIKE_ENOUGH = 75


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, or None when none is alike."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=_LIKE_ENOUGH)
    return found[0] if found else None


def hint_for_key(kind: Kind, path: Sequence[str | int], known: Iterable[str]) -> str:
    """What to do about the unknown key at the end of `path`; `known` are those that may stand there."""
    key = str(path[-1])
    if (place := _belongs(kind, path)) is not None:
        return place
    meant = closest(key, known)
    return f"did you mean {meant!r}?" if meant else "it has no effect: remove it"


def _belongs(kind: Kind, path: Sequence[str | int]) -> str | None:
    """The table that the last key of `path` is a key of: the resource's own instead of `config`, or the other way."""
    config = shape(kind.model).fields.get("config")
    if config is None or config.table is None:
        return None
    if len(path) == 1 and path[0] in shape(config.table).by_key:
        return f"it belongs below [{kind.name}.config]"
    if len(path) == 2 and path[0] == "config" and path[1] in shape(kind.model).by_key:
        return f"it belongs above [{kind.name}.config], directly below [[{kind.name}]]"
    return None
