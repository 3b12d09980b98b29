"""What somebody meant by a word that is not known, or by a key in the wrong place."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ksync_tui.model.kinds.accept import Level, table_of
from ksync_tui.model.kinds.common import Choice
from ksync_tui.model.kinds.fields import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ksync_tui.model.kinds.accept import Path
    from ksync_tui.toml.locations import Header

_LIKE_ENOUGH = 75
_ALIKE_ELSEWHERE = 85
_AS_GOOD_AS_THE_BEST = 12
_FEW = 8
_NO_EFFECT = "Komodo does not read it: make it a comment to keep it"


class Hint(NamedTuple):
    """What to do, and the line of what it speaks of, counted from the resource's own."""

    text: str
    near: int | None = None


def closest(word: str, known: Iterable[str], enough: int = _LIKE_ENOUGH) -> str | None:
    """The known word most like `word`, or None when none is alike."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a mistyped name needs it

    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=enough)
    return found[0] if found else None


def hint_for_word(word: str, known: Sequence[str]) -> str:
    """The known words most like `word`; all of them where they are few."""
    if near := _nearest(word, known):
        *others, last = (repr(each) for each in near)
        return f"did you mean {', '.join(others)} or {last}?" if others else f"did you mean {last}?"
    return f"one of {', '.join(known)}" if len(known) <= _FEW else "`ksync schema` lists what is known"


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    """At most three words that are about as good as the best: `StackDeploy` is like `DeployStack`."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only a mistyped name needs it

    found = process.extract(
        word, list(known), scorer=fuzz.token_sort_ratio, processor=_words, limit=3, score_cutoff=_LIKE_ENOUGH
    )
    return [each for each, score, _ in found if score >= found[0][1] - _AS_GOOD_AS_THE_BEST]


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\s-]+", " ", name).lower()


def hint_for_key(path: Path, levels: Sequence[Level], headers: Sequence[Header]) -> Hint:
    """What to do about the unknown key at the end of `path`.

    `levels` are the tables around it, outermost first; `headers` those of the resource.
    """
    key, own = str(path[-1]), levels[-1]
    found = _meant(key, levels)
    if found is None:
        return Hint(_NO_EFFECT)
    level, meant = found
    if level == own:
        return Hint(f"did you mean {meant!r}?")
    where = _place(path, level, meant, headers)
    return (
        where if meant == key else Hint(f"did you mean {meant!r}? {where.text[0].upper()}{where.text[1:]}", where.near)
    )


def _meant(key: str, levels: Sequence[Level]) -> tuple[Level, str] | None:
    """The table and the key that somebody had in mind: this key elsewhere, another key here, another one elsewhere."""
    *around, own = levels
    if (meant := _by_wrong_name(key, own)) is not None:
        return own, meant
    elsewhere = [*reversed(around), *_below(own)]
    for level in elsewhere:
        if key in schema(level.model).by_key:
            return level, key
    for level in elsewhere:
        if (meant := _by_wrong_name(key, level)) is not None:
            return level, meant
    if (meant := closest(key, schema(own.model).by_key)) is not None:
        return own, meant
    for level in elsewhere:
        if (meant := closest(key, schema(level.model).by_key, _ALIKE_ELSEWHERE)) is not None:
            return level, meant
    return None


def _by_wrong_name(key: str, level: Level) -> str | None:
    wanted = _words(key).replace(" ", "_")
    return next((field.key for field in schema(level.model) if wanted in field.wrong_names), None)


def _below(level: Level) -> Iterator[Level]:
    """The tables inside that a key may have been meant for: a resource's config, choices and their params."""
    for field in schema(level.model):
        inner = field.table
        if inner is None or field.many or field.mapped:
            continue
        if field.name in ("config", "params") or issubclass(inner, Choice):
            key = next((key for key in field.accepted if key in level.keys), field.key)
            given = level.keys.get(key)
            keys = given if isinstance(given, dict) else {}
            below = Level((*level.path, key), table_of(level.model, field, level.keys), keys)
            yield below
            yield from _below(below)


def _place(path: Path, level: Level, key: str, headers: Sequence[Header]) -> Hint:
    """Where in the text a key of `level` has to stand that was found at `path`."""
    field = schema(level.model).by_key[key]
    it = "it is already given" if any(spelling in level.keys for spelling in field.accepted) else "it belongs"
    if len(level.path) >= len(path):
        return _inside(path, level, key, headers, it)
    if not any(header.path == path[:-1] for header in headers):
        return Hint(f"{it} beside {path[len(level.path)]!r}")
    after = {before.path: header for before, header in pairwise(headers)}
    home = next(length for length in range(len(level.path), -1, -1) if level.path[:length] in after)
    header = after[level.path[:home]]
    steps = level.path[home:]
    if not steps or not all(isinstance(step, str) for step in steps):
        return Hint(f"{it} above {header}", header.line)
    return Hint(f"{it} above {header}, written as `{'.'.join(map(str, (*steps, key)))}`", header.line)


def _inside(path: Path, level: Level, key: str, headers: Sequence[Header], it: str) -> Hint:
    """Where a key has to stand that belongs to a table further inside than where it was found."""
    if (own := next((header for header in headers if header.path in (path, (*path, 0))), None)) is not None:
        inner = [step for step in level.path[len(path) - 1 :] if isinstance(step, str)]
        right = own._replace(names=(*own.names[:-1], *inner, key))
        return Hint(f"write {right}")
    header = next((header for header in headers if header.path == level.path), None)
    if header is not None:
        return Hint(f"{it} below {header}", header.line)
    steps = level.path[len(path) - 1 :]
    if not level.keys and headers and steps == ("config",):
        return Hint(f"{it} below [{headers[0].names[0]}.config]")
    return Hint(f"write it as `{'.'.join(map(str, (*steps, key)))}`")
