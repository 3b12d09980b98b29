"""Paths that a person types for a sync: whether they can be read from, and what they could become."""

from __future__ import annotations

import os
from pathlib import Path

from ksync_tui.errors import UsageError


def checked(typed: str | Path, *, may_create: bool = False) -> Path:
    """The absolute path of a source. Raises UsageError where no resources could be read from it.

    `may_create`: a .toml file that does not exist yet will do, as the first commit of a managed sync makes it.
    Links stay as they are written, but `..` does not: Komodo refuses it in a sync (semantics c.2).
    """
    try:
        path = Path(typed).expanduser()
        path = path.resolve() if ".." in path.parts else path.absolute()
        there = path.exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError("the path cannot be read", where=str(typed), why=str(error)) from error
    if not there and may_create and path.suffix == ".toml" and path.parent.is_dir():
        return path
    if not there:
        raise UsageError("the path does not exist", where=str(path))
    if why := _useless(path):
        raise UsageError("no resources can be read from this path", where=str(path), why=why)
    return path


def path_at_core(typed: str) -> str | None:
    """Why Core could not read a sync from a path on its host, as far as that shows from here, or None."""
    if not typed.strip():
        return "the path is empty"
    return "a sync over a git repository is made in Komodo" if "://" in typed else None


def _useless(path: Path) -> str | None:
    if not os.access(path, os.R_OK):
        return "you may not read it"
    if path.is_dir():
        return "this is the whole file system" if path.resolve() == Path(path.anchor) else None
    if not path.is_file():
        return "neither a file nor a folder"
    return None if path.suffix == ".toml" else "resource files end in .toml"


def continuations(typed: str) -> list[str]:
    """The folders (ending in `/`) and .toml files whose paths begin with what was typed; hidden ones when asked."""
    if typed == "~":
        return ["~/"]
    head, slash, start = typed.rpartition("/")
    try:
        with os.scandir(Path(f"{head}{slash}").expanduser()) as entries:
            names = [_name(entry) for entry in entries]
    except (OSError, RuntimeError, ValueError):
        return []
    hidden = start.startswith(".")
    found = (name for name in names if name and name.startswith(start) and (hidden or not name.startswith(".")))
    return sorted(f"{head}{slash}{name}" for name in found if name.isprintable())


def _name(entry: os.DirEntry[str]) -> str:
    """How an entry continues a path; empty where a sync cannot read from it."""
    if entry.is_dir():
        return f"{entry.name}/"
    return entry.name if entry.name.endswith(".toml") else ""
