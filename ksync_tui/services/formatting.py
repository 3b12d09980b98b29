"""Resource files formatted in place: tidied, or in the form that export writes. No session is needed.

What a file means stays: the new text is read again before it is written, and is dropped where it reads differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui import config
from ksync_tui.errors import WriteBackError
from ksync_tui.model.kinds.registry import BY_HEADER
from ksync_tui.model.resource import Problem, SourceFile, SourceLocation
from ksync_tui.model.rules import Rule
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import secrets_of
from ksync_tui.services.blocks import change_of, without_looks
from ksync_tui.services.paths import checked
from ksync_tui.source import decoding
from ksync_tui.source.folder import Folder
from ksync_tui.source.reading import FileReading, read_file
from ksync_tui.toml.blocks import Block, BlockError, needs_whole_file, split
from ksync_tui.toml.encrypted import is_encrypted
from ksync_tui.toml.export_form import in_export_form
from ksync_tui.toml.tidy import tidied
from ksync_tui.writeback import files as writeback
from ksync_tui.writeback.files import FileEdit

if TYPE_CHECKING:
    from ksync_tui.model.kinds.base import Resource
    from ksync_tui.model.resource import Target
    from ksync_tui.services.file_change import FileChange


@dataclass(frozen=True, slots=True)
class FormattedFile:
    """A file before and after it is formatted, and why it, or a block of it, stays as it is.

    `root` is the folder that writing it must not leave.
    """

    edit: FileEdit
    root: Path
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The file as it is shown."""
        return self.edit.name

    @property
    def changed(self) -> bool:
        """Whether formatting changes it."""
        return self.edit.before != self.edit.after


@dataclass(frozen=True, slots=True)
class Formatted:
    """The resource files below some paths, formatted and not written, and all problems that were met."""

    files: tuple[FormattedFile, ...]
    problems: tuple[Problem, ...]


def format_paths(paths: Sequence[str | Path], *, export_form: bool = False) -> Formatted:
    """Formats the resource files of folders and files, each once. Nothing is written.

    Raises UsageError for a path from which no resources could be read.
    """
    base = Path.cwd()
    found: dict[str, FormattedFile] = {}
    problems: list[Problem] = []
    for path in dict.fromkeys(checked(path).resolve() for path in paths):
        contents = Folder((path,), base).read()
        problems += contents.problems
        root = path if path.is_dir() else path.parent
        for file in contents.files:
            if file.path is not None and file.path not in found and _holds_resources(file.text):
                found[file.path] = format_file(file, root, export_form=export_form)
    problems += [problem for file in found.values() for problem in file.problems]
    return Formatted(tuple(found.values()), tuple(problems))


def format_bytes(name: str, data: bytes, *, export_form: bool = False) -> Formatted:
    """Formats a text that is in no file, known as `name`; one that declares no resources stays as it is."""
    text = decoding.too_large(len(data)) or decoding.decoded(data)
    if isinstance(text, decoding.ReadingFault):
        problem = Problem(Rule.UNREADABLE, "error", SourceLocation(name, text.line), text.message, text.hint)
        return Formatted((), (problem,))
    if not _holds_resources(text):
        return Formatted((FormattedFile(FileEdit(Path(name), name, data, data), Path()),), ())
    file = format_file(SourceFile(name, None, text), Path(), export_form=export_form)
    return Formatted((file,), file.problems)


def _holds_resources(text: str) -> bool:
    """Whether it is a resource file, if only an empty one: pyproject.toml may lie in the same folder."""
    blocks = split(text, BY_HEADER)
    declares = any(block.array and block.header in BY_HEADER for block in blocks)
    return not blocks or declares or needs_whole_file(blocks, BY_HEADER)


def format_file(file: SourceFile, root: Path, *, export_form: bool = False) -> FormattedFile:
    """Formats one file. What cannot be formatted stays, with a problem that says why."""
    try:
        text, problems = _formatted(file, export_form=export_form)
    except BlockError as error:
        place = SourceLocation(file.name, error.line, error.column)
        text, problems = file.text, [Problem(Rule.SYNTAX, "error", place, error.message, error.hint)]
    except WriteBackError as error:
        text, problems = file.text, [_not_formatted(file.name, str(error))]
    edit = FileEdit(Path(file.path or file.name), file.name, file.text.encode("utf-8"), text.encode("utf-8"))
    return FormattedFile(edit, root, tuple(problems))


def _not_formatted(file: str, why: str, hint: str | None = None) -> Problem:
    return Problem(Rule.NOT_FORMATTED, "error", SourceLocation(file, 1), why, hint)


def _formatted(file: SourceFile, *, export_form: bool) -> tuple[str, list[Problem]]:
    """The formatted text, and what stays as it is in it. Raises BlockError, WriteBackError where all of it does."""
    if is_encrypted(file.text):
        raise WriteBackError("the file was left as it was", why="it is encrypted by sops")
    text, problems = tidied(file.text), []
    if export_form:
        lines = {new.first: old.first for new, old in zip(_blocks(text), _blocks(file.text), strict=False)}
        text, kept = in_export_form(text)
        text = tidied(text)
        for line, why in kept:
            place = SourceLocation(file.name, lines.get(line, 1))
            message = f"not written as export would: {why}"
            problems.append(Problem(Rule.NOT_FORMATTED, "warning", place, message))
    if text != file.text and not _same_meaning(file, text):
        raise WriteBackError("the file was left as it was", why="it would mean something else when formatted")
    return text, problems


def _blocks(text: str) -> Sequence[Block]:
    return split(text, BY_HEADER)


def _same_meaning(file: SourceFile, text: str) -> bool:
    before = read_file(file)
    return _means(before) == _means(read_file(replace(file, text=text), before))


def _means(reading: FileReading) -> tuple[list[tuple[Target, Resource]], list[Target | None]]:
    declared = [(declared.target, declared.resource) for declared in reading.declared]
    return declared, [broken.target for broken in reading.broken]


def difference(file: FormattedFile) -> FileChange:
    """What formatting changes in a file, secrets masked. Raises ConfigError where the settings cannot be read."""
    text = (file.edit.before or b"").decode("utf-8")
    declared = read_file(SourceFile(file.name, None, text)).declared
    hidden = [secret.value for one in declared for secret in secrets_of(one.resource)]
    return without_looks(change_of(file.edit, file.root, hidden), SecretLook(config.load().secret_keys))


def write(files: Iterable[FormattedFile]) -> Iterator[FormattedFile | Problem]:
    """Writes each file that changes, whole or not at all: the file, or the problem that it stays because of."""
    for file in files:
        if not file.changed:
            continue
        try:
            writeback.write(file.edit, file.root)
            yield file
        except WriteBackError as error:
            yield _not_formatted(file.name, f"{error.what}: {error.why}", error.hint)
