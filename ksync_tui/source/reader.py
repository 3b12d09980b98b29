"""From the texts of files to declarations and problems (DESIGN rules 1 and 3, facts c.2).

What was read once is kept: reading a source again costs what changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.model.kinds.registry import BY_HEADER
from ksync_tui.model.resource import Broken, Declarations, Declared, Place, Problem
from ksync_tui.source.blocks import Block, BlockError, needs_whole, parse_whole, split
from ksync_tui.source.doubles import without_doubles
from ksync_tui.source.understand import Understood, understand
from ksync_tui.source.whole import FIRST, understand_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ksync_tui.model.resource import SourceFile


@dataclass(frozen=True, slots=True)
class _Entries:
    """What one file holds, and what its blocks mean by their texts."""

    text: str
    declared: tuple[Declared, ...]
    broken: tuple[Broken, ...]
    problems: tuple[Problem, ...]
    understood: Mapping[str, Understood]


class Reader:
    """Reads texts of resource files; keeps what it understood for the next reading."""

    def __init__(self) -> None:
        self._files: dict[str, _Entries] = {}

    def read(
        self, files: Sequence[SourceFile], problems: Iterable[Problem] = (), *, complete: bool = True
    ) -> Declarations:
        """The declarations of files in their order, after `problems` already met while the files were gathered.

        Never raises for what a file holds. A source with nothing in it is not `complete`: it deletes nothing (h.18).
        """
        self._files = {file.name: self._file(file) for file in files}
        read = self._files.values()
        declared, doubles = without_doubles([one for entries in read for one in entries.declared])
        broken = tuple(one for entries in read for one in entries.broken)
        found = [*problems, *(problem for entries in read for problem in entries.problems), *doubles]
        return Declarations(
            resources=declared,
            broken=broken,
            problems=tuple(found),
            files=tuple(files),
            complete=complete and bool(declared) and not broken and not doubles,
        )

    def _file(self, file: SourceFile) -> _Entries:
        known = self._files.get(file.name)
        if known is not None and known.text == file.text:
            return known
        return _read(file, known)


def _read(file: SourceFile, known: _Entries | None) -> _Entries:
    blocks = split(file.text, BY_HEADER)
    odd = [block for block in blocks if not block.array]
    if odd and needs_whole(odd, BY_HEADER) and (entries := _read_whole(file)) is not None:
        return entries
    before = known.understood if known else {}
    understood = {}
    declared, broken, problems = [], [], []
    for block in blocks:
        means = understood[block.text] = before.get(block.text) or understand(block)
        place = Place(file.name, block.first, 1, block.last)
        if means.notes:
            problems.extend(_problems(means, place))
        if means.resource is not None:
            declared.append(_declared(means, place, block.text))
        elif means.broken:
            broken.append(_broken(means, place))
    problems.extend(_both_headers(file, blocks))
    return _Entries(file.text, tuple(declared), tuple(broken), tuple(problems), understood)


def _declared(means: Understood, place: Place, text: str) -> Declared:
    target, resource, _, digest, references, tags, deploy, after, _ = means
    if target is None or resource is None:
        raise AssertionError("a block without a resource is not declared")
    return Declared(target, resource, place, text, digest, references, None, tags, deploy, after)


def _problems(means: Understood, place: Place) -> list[Problem]:
    return [
        Problem(
            note.severity, Place(place.file, place.line + note.at[0], note.at[1]), note.message, note.hint, means.target
        )
        for note in means.notes
    ]


def _broken(means: Understood, place: Place) -> Broken:
    first = next(note for note in means.notes if note.severity == "error")
    return Broken(place, means.target, f"{place.file}:{place.line + first.at[0]}: {first.message}")


def _both_headers(file: SourceFile, blocks: Sequence[Block]) -> list[Problem]:
    """`[[stack]]` and `[[stacks]]` in one file, which Komodo refuses as one key given twice."""
    headers = {block.header for block in blocks}
    for header in headers:
        kind = BY_HEADER.get(header or "")
        if kind is not None and {kind.name, kind.plural} <= headers:
            line = max(next(b.first for b in blocks if b.header == name) for name in (kind.name, kind.plural))
            message = f"[[{kind.name}]] and [[{kind.plural}]] in one file: Komodo refuses such a file"
            return [Problem("warning", Place(file.name, line), message, f"write [[{kind.name}]] everywhere")]
    return []


def _read_whole(file: SourceFile) -> _Entries | None:
    """A text that blocks cannot describe; its resources know their lines, but hold no text to edit.

    None where it is not TOML: then its blocks are read, and those of the wrong form are errors.
    """
    try:
        data = parse_whole(file.text)
    except BlockError:
        return None
    declared, broken, problems = [], [], []
    for (line, column), means in understand_whole(file.text, data):
        problems.extend(_problems(means, Place(file.name, FIRST)))
        if means.resource is not None:
            declared.append(_declared(means, Place(file.name, line, column, line), ""))
        elif means.broken:
            broken.append(_broken(means, Place(file.name, FIRST)))
    return _Entries(file.text, tuple(declared), tuple(broken), tuple(problems), {})
