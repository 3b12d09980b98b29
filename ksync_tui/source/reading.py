"""One file: from its text to what it declares, what is broken in it and what is to be said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.model.kinds.registry import BY_HEADER
from ksync_tui.model.resource import Broken, Declared, Problem, SourceLocation
from ksync_tui.model.rules import Rule
from ksync_tui.source.parse_cache import WORTH, decode, digest, encode, worth_remembering
from ksync_tui.source.understand import Understood, resource_of, understand
from ksync_tui.source.whole_file import FIRST, understand_file
from ksync_tui.toml.blocks import Block, BlockError, needs_whole_file, parse_file_text, split
from ksync_tui.toml.splice import splice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ksync_tui.model.resource import SourceFile
    from ksync_tui.source.parse_cache import ParseCache


@dataclass(frozen=True, slots=True)
class Rows:
    """The blocks of a text side by side: where each starts, its text, its meaning, its place, what it declares."""

    starts: list[int]
    texts: list[str]
    means: list[Understood]
    places: list[SourceLocation]
    declared: list[Declared | None]


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file holds. `rows` only where every block of it is a table of its own that is not broken."""

    text: str
    declared: tuple[Declared, ...]
    broken: tuple[Broken, ...]
    problems: tuple[Problem, ...]
    rows: Rows | None = None


def read_file(file: SourceFile, known: FileReading | None = None, cache: ParseCache | None = None) -> FileReading:
    """Reads a file. What was understood before, of `known` or in `cache`, is not understood again."""
    if known is not None and known.text == file.text:
        return known
    before = known.rows if known is not None else None
    if known is not None and before is not None and (rows := _edited(file, known.text, before)) is not None:
        return _reading(file, rows)
    blocks = split(file.text, BY_HEADER)
    odd = [block for block in blocks if not block.array]
    if odd and needs_whole_file(odd, BY_HEADER) and (whole := _read_whole(file)) is not None:
        return whole
    understood = dict(zip(before.texts, before.means, strict=True)) if before else {}
    reading = _reading(file, _rows(file.name, blocks, _understand(file, blocks, understood, cache)))
    return _without_rows(reading) if odd or reading.broken else reading


def _without_rows(reading: FileReading) -> FileReading:
    return FileReading(reading.text, reading.declared, reading.broken, reading.problems)


def _understand(
    file: SourceFile, blocks: Sequence[Block], before: Mapping[str, Understood], cache: ParseCache | None
) -> list[Understood]:
    if cache is None or before or len(blocks) < WORTH:
        return [before.get(block.text) or understand(block) for block in blocks]
    key = file.path or file.name
    recalled = decode(cache.read_cached(key))
    digests = [digest(block.text) for block in blocks]
    means = [recalled.get(known) or understand(block) for known, block in zip(digests, blocks, strict=True)]
    kept = worth_remembering(zip(digests, means, strict=True))
    if kept.keys() != recalled.keys():
        cache.write_cached(key, encode(kept))
    return means


def _rows(name: str, blocks: Sequence[Block], means: list[Understood], start: int = 0, first: int = 1) -> Rows:
    """Rows of blocks whose offsets count from `start` and whose lines count from line `first`."""
    below = first - 1
    places = [SourceLocation(name, block.first + below, 1, block.last + below) for block in blocks]
    texts = [block.text for block in blocks]
    declared = [_declared(*row) for row in zip(means, places, texts, strict=True)]
    return Rows([block.start + start for block in blocks], texts, means, places, declared)


def _edited(file: SourceFile, text: str, rows: Rows) -> Rows | None:
    """The rows after an edit of `text`, those outside it kept; None where all has to be read."""
    found = splice(text, file.text, rows.starts, BY_HEADER)
    if found is None:
        return None
    low, high, blocks, chars, lines = found
    before = dict(zip(rows.texts[low:high], rows.means[low:high], strict=True))
    means = [before.get(block.text) or understand(block) for block in blocks]
    if any(each.broken for each in means) or not all(block.array for block in blocks):
        return None
    new = _rows(file.name, blocks, means, rows.starts[low], rows.places[low].line)
    starts, places, declared = rows.starts[high:], rows.places[high:], rows.declared[high:]
    if chars:
        starts = [start + chars for start in starts]
    if lines:
        places = [
            SourceLocation(name, line + lines, column, (last or line) + lines) for name, line, column, last in places
        ]
        declared = [declaration and declaration.at(place) for declaration, place in zip(declared, places, strict=True)]
    return Rows(
        rows.starts[:low] + new.starts + starts,
        rows.texts[:low] + new.texts + rows.texts[high:],
        rows.means[:low] + new.means + rows.means[high:],
        rows.places[:low] + new.places + places,
        rows.declared[:low] + new.declared + declared,
    )


def _reading(file: SourceFile, rows: Rows) -> FileReading:
    noted = [(means, place) for means, place in zip(rows.means, rows.places, strict=True) if means.notes]
    problems = [problem for means, place in noted for problem in _problems(means, place)]
    return FileReading(
        file.text,
        tuple([declared for declared in rows.declared if declared is not None]),
        tuple(_broken(means, place) for means, place in noted if means.broken),
        (*problems, *_both_headers(rows)),
        rows,
    )


def _declared(means: Understood, place: SourceLocation, text: str) -> Declared | None:
    target, resource, _, fingerprint, references, tags, deploy, after, _, remembered = means
    if target is None:
        return None
    if remembered:
        return Declared.later(target, place, text, fingerprint, references, tags, deploy, after, resource_of)
    if resource is None:
        return None
    return Declared(target, resource, place, text, fingerprint, references, None, tags, deploy, after)


def _problems(means: Understood, place: SourceLocation) -> Iterable[Problem]:
    for rule, severity, (below, column), message, hint, near in means.notes:
        if hint is not None and near is not None:
            hint = f"{hint} ({place.file}:{place.line + near})"
        at = SourceLocation(place.file, place.line + below, column)
        yield Problem(rule, severity, at, message, hint, means.target)


def _broken(means: Understood, place: SourceLocation) -> Broken:
    first = next(note for note in means.notes if note.severity == "error")
    return Broken(place, means.target, f"{place.file}:{place.line + first.at[0]}: {first.message}")


def _both_headers(rows: Rows) -> Iterable[Problem]:
    """`[[stack]]` and `[[stacks]]` in one file, which Komodo refuses as one key given twice."""
    headers = [means.header for means in rows.means]
    known = set(headers)
    for kind in {BY_HEADER[header].name: BY_HEADER[header] for header in known if header in BY_HEADER}.values():
        if {kind.name, kind.plural} <= known:
            place = rows.places[max(headers.index(kind.name), headers.index(kind.plural))]
            message = f"[[{kind.name}]] and [[{kind.plural}]] in one file: Komodo refuses such a file"
            at, hint = SourceLocation(place.file, place.line), f"write [[{kind.name}]] everywhere"
            yield Problem(Rule.MIXED_HEADERS, "warning", at, message, hint)
            return


def _read_whole(file: SourceFile) -> FileReading | None:
    """A text that blocks cannot describe; its resources know their lines, but hold no text to edit.

    None where it is not TOML: then its blocks are read, and those of the wrong form are errors.
    """
    try:
        data = parse_file_text(file.text)
    except BlockError:
        return None
    top = SourceLocation(file.name, FIRST)
    found = [
        (means, SourceLocation(file.name, line, column, line))
        for (line, column), means in understand_file(file.text, data)
    ]
    return FileReading(
        file.text,
        tuple(one for means, place in found if (one := _declared(means, place, "")) is not None),
        tuple(_broken(means, top) for means, _ in found if means.broken),
        tuple(problem for means, _ in found for problem in _problems(means, top)),
    )
