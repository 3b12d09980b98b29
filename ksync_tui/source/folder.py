"""Files and folders as a source (facts c.2, h.17, h.18, h.25).

Folders are walked through all subfolders, hidden ones included, in the order of their names; only `.toml` files are
read. Nothing outside a listed path is followed.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.model.resource import Place, Problem, SourceFile
from ksync_tui.source.base import Gathered

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 16 * 1024 * 1024
"""A larger file is no resource file: Komodo itself keeps a whole sync in one document of 16 MB at most."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Paths on this machine, each a file or a folder. `base` is what names are shown relative to."""

    paths: tuple[Path, ...]
    base: Path
    label: str = "dir"

    def describe(self) -> str:
        """See `Source.describe`."""
        shown = ", ".join(short(path) for path in self.paths) or "no path"
        kind = "file" if all(path.is_file() for path in self.paths) and self.paths else self.label
        return f"{kind}  {shown}"

    def gather(self) -> Gathered:
        """See `Source.gather`."""
        files: dict[Path, SourceFile] = {}
        problems: list[Problem] = []
        for path in self.paths:
            for found in self._walk(path, problems):
                if found not in files:
                    self._take(found, files, problems)
        if not self.paths:
            problems.append(Problem("error", Place("(no path)", 1), "the sync lists no path", "add a path to it"))
        elif not files and not problems:
            name = self._name(self.paths[0])
            problems.append(Problem("warning", Place(name, 1), "no .toml file here", "resource files end in .toml"))
        return Gathered(tuple(files.values()), tuple(problems))

    def _walk(self, path: Path, problems: list[Problem]) -> Iterator[Path]:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            problems.append(self._unreadable(path, error))
            return
        if stat.S_ISDIR(mode):
            if path.resolve() == Path(path.resolve().anchor):
                hint = "name the folder that holds the resource files"
                problems.append(Problem("error", Place(str(path), 1), "this is the whole disk", hint))
                return
            yield from self._walk_folder(path, path.resolve(), set(), problems)
        elif not stat.S_ISREG(mode):
            problems.append(Problem("error", Place(self._name(path), 1), "neither a file nor a folder", None))
        elif path.suffix != ".toml":
            problem = Problem("error", Place(self._name(path), 1), "not a .toml file", "resource files end in .toml")
            problems.append(problem)
        else:
            yield path

    def _walk_folder(
        self, path: Path, root: Path, seen: set[tuple[int, int]], problems: list[Problem]
    ) -> Iterator[Path]:
        try:
            status = path.stat()
            identity = (status.st_dev, status.st_ino)
            if identity in seen:
                return
            seen.add(identity)
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError as error:
            problems.append(self._unreadable(path, error))
            return
        for entry in entries:
            found = Path(entry.path)
            if entry.name == ".git" or not self._inside(entry, root, problems):
                continue
            if entry.is_dir():
                yield from self._walk_folder(found, root, seen, problems)
            elif found.suffix == ".toml":
                yield found

    def _inside(self, entry: os.DirEntry[str], root: Path, problems: list[Problem]) -> bool:
        """A link that leaves the listed folder, goes round in a circle or leads nowhere is not followed."""
        if not entry.is_symlink():
            return True
        found = Path(entry.path)
        try:
            real = found.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            reason = "a link that leads nowhere" if isinstance(error, FileNotFoundError) else "a link in a circle"
            if found.suffix == ".toml" or not isinstance(error, FileNotFoundError):
                problems.append(Problem("warning", Place(self._name(found), 1), f"{reason} is not followed", None))
            return False
        if real.is_relative_to(root):
            return True
        if found.suffix == ".toml" or real.is_dir():
            hint = "list the path it leads to as well"
            message = f"a link out of {short(root)} is not followed"
            problems.append(Problem("warning", Place(self._name(found), 1), message, hint))
        return False

    def _take(self, path: Path, files: dict[Path, SourceFile], problems: list[Problem]) -> None:
        name = self._name(path)
        try:
            size = path.stat().st_size
            if size > MAX_BYTES:
                message = f"{size // 2**20} MB is too large for a resource file (at most {MAX_BYTES // 2**20} MB)"
                problems.append(Problem("error", Place(name, 1), message, "split it, or move it out of the source"))
                return
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            line = path.read_bytes().count(b"\n", 0, error.start) + 1
            problem = Problem("error", Place(name, line), "not text in UTF-8", "save it as UTF-8, or move it away")
            problems.append(problem)
            return
        except OSError as error:
            problems.append(self._unreadable(path, error))
            return
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            problems.append(Problem("error", Place(name, line), "a binary file, not text", "move it away"))
            return
        files[path] = SourceFile(name, str(path), text)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.base)) if path.is_relative_to(self.base) else short(path)

    def _unreadable(self, path: Path, error: OSError) -> Problem:
        hints = {
            FileNotFoundError: "check the path",
            PermissionError: "give yourself the right to read it",
        }
        reason = (error.strerror or str(error)).lower()
        return Problem("error", Place(self._name(path), 1), f"cannot be read: {reason}", hints.get(type(error)))


def short(path: Path) -> str:
    """A path with the home folder written `~`."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path != home and path.is_relative_to(home) else str(path)
