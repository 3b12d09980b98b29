"""Files changed block by block: shown before, written whole or not at all (architecture rule 8)."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ksync_tui.errors import WriteBackError
from ksync_tui.git.patch import unified_diff
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.text import lines_of
from ksync_tui.system.files import replace
from ksync_tui.toml.encrypted import is_encrypted
from ksync_tui.toml.file_edits import BlockEdit, apply_edits
from ksync_tui.toml.render import line_string

_log = logging.getLogger(__name__)
MASK = "******"
_AROUND = 60
"""Equal lines around a change that are searched for a key or the head of a private key above what is shown."""
_WRITABLE = 0o222


@dataclass(frozen=True, slots=True)
class FileEdit:
    """A file before and after its edits. `before` is None for a file that is not there yet."""

    path: Path
    name: str
    before: bytes | None
    after: bytes
    edits: tuple[BlockEdit, ...] = ()


def edit_file(path: Path, name: str, edits: Sequence[BlockEdit]) -> FileEdit:
    """What the edits make of a file as it is now; a file that is not there is made. Nothing is written.

    Raises WriteBackError when the file cannot be read or a block is not there as it was.
    """
    return edit_bytes(path, name, _read(path, name), edits)


def edit_bytes(path: Path, name: str, before: bytes | None, edits: Sequence[BlockEdit]) -> FileEdit:
    """What the edits make of a file that holds `before`. Raises WriteBackError where a block is not there as it was."""
    try:
        text = (before or b"").decode("utf-8")
        _require_clear(text, name)
        after = apply_edits(text, edits).encode("utf-8")
    except UnicodeError as error:
        raise WriteBackError("the file was left as it was", where=name, why="it is not UTF-8 text") from error
    return FileEdit(path, name, before, after, tuple(edits))


def _require_clear(text: str, name: str) -> None:
    if is_encrypted(text):
        hint = f"Change it with sops: `sops {name}`"
        raise WriteBackError("the file was left as it was", where=name, why="it is encrypted", hint=hint)


def _read(path: Path, name: str) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WriteBackError("the file cannot be read", where=name, why=error.strerror) from error


def preview(edit: FileEdit, hidden: Collection[str] = ()) -> list[str]:
    """The edit as lines of a unified diff, without line ends; every text of `hidden` is masked."""
    old = "/dev/null" if edit.before is None else f"a/{edit.name}"
    whole = {line.strip() for secret in hidden if "\n" in secret for line in lines_of(secret)}
    parts = {spelt for secret in hidden for spelt in (secret, line_string(secret)[1:-1])} - {""}
    needles = sorted(parts, key=len, reverse=True)
    return [
        _masked(line, whole, needles) for line in unified_diff(edit.before or b"", edit.after, old, f"b/{edit.name}")
    ]


def looked_secrets(edit: FileEdit, look: SecretLook) -> list[str]:
    """What looks like a secret in the lines that an edit changes and those around, each value once."""
    lines = list(unified_diff(edit.before or b"", edit.after, "", "", context=_AROUND))
    texts = ("\n".join(line[1:] for line in lines if line[:1] in signs) for signs in ((" ", "-"), (" ", "+")))
    return list(dict.fromkeys(found.value for text in texts for found in look.found_in(text)))


def _masked(line: str, whole: Collection[str], parts: Sequence[str]) -> str:
    if line[1:].strip() and line[1:].strip() in whole:
        return line[0] + MASK
    for part in parts:
        line = line.replace(part, MASK)
    return line


def write(edit: FileEdit, root: Path | None = None) -> None:
    """Writes a file: to a temporary one beside it, synced, then renamed over it. Mode and owner stay.

    A link is followed: what it leads to is written.

    Raises WriteBackError, and leaves everything as it was, when the file is not as it was read, leads out of `root`,
    is read-only, or the disk refuses.
    """
    target = _target(edit, root)
    _require_unchanged(edit, target)
    try:
        if edit.before is None:
            target.parent.mkdir(parents=True, exist_ok=True)
        like = None if edit.before is None else target
        replace(target, edit.after, like=like, check=lambda: _require_unchanged(edit, target))
    except OSError as error:
        raise _refused(edit, error.strerror or str(error)) from error
    _log.debug("wrote %s: %d bytes", target, len(edit.after))


def put_back(edit: FileEdit, root: Path | None = None) -> None:
    """Makes a file what it was before its edit; one that the edit made is removed. Raises WriteBackError as `write`."""
    if edit.before is not None:
        write(FileEdit(edit.path, edit.name, edit.after, edit.before), root)
        return
    _require_unchanged(FileEdit(edit.path, edit.name, edit.after, b""), edit.path)
    try:
        edit.path.unlink()
    except OSError as error:
        raise _refused(edit, error.strerror or str(error)) from error


def _target(edit: FileEdit, root: Path | None) -> Path:
    target = Path(os.path.realpath(edit.path))
    if root is not None and not target.is_relative_to(os.path.realpath(root)):
        raise _refused(edit, f"it is a link that leads out of {root}")
    if edit.before is not None and not (os.access(target, os.W_OK) and target.stat().st_mode & _WRITABLE):
        raise _refused(edit, "it is read-only", "Allow writing to it first")
    return target


def _refused(edit: FileEdit, why: str, hint: str | None = None) -> WriteBackError:
    return WriteBackError("the file was left as it was", where=edit.name, why=why, hint=hint)


def _require_unchanged(edit: FileEdit, target: Path) -> None:
    if _read(target, edit.name) != edit.before:
        raise _refused(edit, "it changed since it was read", "Refresh and look again")
