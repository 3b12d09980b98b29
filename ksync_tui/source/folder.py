"""Files and folders as a source (semantics c.2, h.17, h.18, h.25).

Folders are walked through all subfolders, hidden ones included, in the order of their names; only `.toml` files are
read. Nothing outside a listed path is followed.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.model.resource import Problem, SourceFile, SourceLocation
from ksync_tui.model.rules import Rule
from ksync_tui.source import decoding
from ksync_tui.source.base import SourceContents

if TYPE_CHECKING:
    from ksync_tui.model.resource import Severity


@dataclass(frozen=True, slots=True)
class Folder:
    """Paths on this machine, each a file or a folder. `base` is what names are shown relative to."""

    paths: tuple[Path, ...]
    base: Path
    label: str = "dir"
    may_create: bool = False
    """Whether a listed .toml file that does not exist yet is an empty one, to be made by the first commit."""

    def describe(self) -> str:
        """See `Source.describe`."""
        shown = ", ".join(short(path) for path in self.paths) or "no path"
        kind = "file" if all(path.is_file() for path in self.paths) and self.paths else self.label
        return f"{kind}  {shown}"

    def root_of(self, file: Path) -> Path:
        """The real folder that links may not lead a file of this source out of."""
        for listed in self.paths:
            if file == listed or file.is_relative_to(listed):
                real = listed.resolve()
                return real if real.is_dir() else real.parent
        return self.base

    def path_of(self, name: str) -> Path:
        """The path that is shown as `name`."""
        below = self.base / name
        return Path.home() / name[2:] if name.startswith("~/") and not os.path.lexists(below) else below

    def read(self) -> SourceContents:
        """See `Source.read`."""
        visit = _FolderWalk(self.base)
        for path in self.paths:
            if self.may_create and path.suffix == ".toml" and _can_be_made(path):
                visit.missing(path)
            else:
                visit.listed(path)
        if not self.paths:
            visit.tell(Rule.UNCONFIGURED, "error", "(no path)", "the sync lists no path", "add a path to it")
        elif not visit.files and not visit.problems:
            visit.tell(
                Rule.NOTHING_READ, "warning", visit.name(self.paths[0]), "no .toml file here", decoding.TOML_ONLY
            )
        return SourceContents(tuple(visit.files.values()), tuple(visit.problems), visit.skipped)

    def version(self) -> str:
        """See `Source.version`: which files there are, how large each is, and when it was last touched."""
        visit = _Look(self.base)
        for path in self.paths:
            visit.listed(path)
        seen = [*visit.seen, *map(str, visit.problems)]
        return blake2b("\n".join(seen).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _can_be_made(path: Path) -> bool:
    return not os.path.lexists(path) and path.parent.is_dir()


_HINTS = {
    errno.ENOENT: "check the path",
    errno.EACCES: "make it readable",
    errno.EPERM: "make it readable",
    errno.ELOOP: "check where the link leads",
}


class _FolderWalk:
    """One walk over all listed paths: what was read, and what stood in the way."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._folders: set[tuple[int, int]] = set()
        self.files: dict[tuple[int, int], SourceFile] = {}
        self.problems: list[Problem] = []
        self.skipped = False

    def listed(self, path: Path) -> None:
        """Reads a path that the source names."""
        if "\0" in str(path):
            self.tell(Rule.PATH, "error", self.name(path), "a null character, which no path can have", "check the path")
            return
        try:
            mode = path.stat().st_mode
            real = path.resolve()
        except (OSError, RuntimeError) as error:
            self._unreadable(path, error)
            return
        if not stat.S_ISDIR(mode):
            self._file(path)
        elif real == Path(real.anchor):
            hint = "name the folder that holds the resource files"
            self.tell(Rule.PATH, "error", str(real), "this is the whole file system", hint)
        else:
            self._folder(path, real)

    def missing(self, path: Path) -> None:
        """A file that is still to be made."""
        name = self.name(path)
        self.files[0, len(self.files)] = SourceFile(name, str(path), "")
        self.tell(Rule.NOTHING_READ, "warning", name, "the file does not exist yet", "`ksync commit` makes it")

    def _folder(self, path: Path, root: Path) -> None:
        """Everything below a folder, in order; however deep, as no folder calls for a frame of its own."""
        waiting = [iter(self._entries(path))]
        while waiting:
            entry = next(waiting[-1], None)
            if entry is None:
                waiting.pop()
            elif entry.name == ".git" or (entry.is_symlink() and not self._leads_inside(Path(entry.path), root)):
                continue
            elif entry.is_dir():
                waiting.append(iter(self._entries(Path(entry.path))))
            elif Path(entry.name).suffix == ".toml":
                self._file(Path(entry.path))

    def _entries(self, path: Path) -> list[os.DirEntry[str]]:
        """What a folder holds, links last; nothing for one that was visited or cannot be read."""
        try:
            identity = _identity(path.stat())
            entries = sorted(os.scandir(path), key=lambda entry: (entry.is_symlink(), entry.name))
        except OSError as error:
            self._unreadable(path, error)
            return []
        if identity in self._folders:
            return []
        self._folders.add(identity)
        return entries

    def _leads_inside(self, link: Path, root: Path) -> bool:
        """A link that leaves the listed folder, goes round in a circle or leads nowhere is not followed."""
        try:
            real = link.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            nowhere = isinstance(error, FileNotFoundError)
            if link.suffix == ".toml" or not nowhere:
                self._skip(link, "a broken link" if nowhere else "a link loop", "remove the link")
            return False
        if real.is_relative_to(root):
            return True
        if link.suffix == ".toml" or real.is_dir():
            self._skip(link, f"a link that leads out of {short(root)}", "list the target too, or remove the link")
        return False

    def _file(self, path: Path) -> None:
        try:
            status = path.stat()
            if _identity(status) in self.files or not self._may_be_resources(path, status):
                return
            data = path.read_bytes()
            real = path.resolve()
        except OSError as error:
            self._unreadable(path, error)
            return
        if (text := self._text(path, data)) is not None:
            self.files[_identity(status)] = SourceFile(self.name(path), str(real), text)

    def _may_be_resources(self, path: Path, status: os.stat_result) -> bool:
        name = self.name(path)
        if not stat.S_ISREG(status.st_mode):
            self.tell(Rule.PATH, "error", name, "neither a file nor a folder", "list a .toml file or a folder")
        elif path.suffix != ".toml":
            self.tell(Rule.PATH, "error", name, "not a .toml file", decoding.TOML_ONLY)
        elif (fault := decoding.too_large(status.st_size)) is not None:
            self.tell(Rule.UNREADABLE, "error", name, fault.message, fault.hint)
        else:
            return True
        return False

    def _text(self, path: Path, data: bytes) -> str | None:
        text = decoding.decoded(data)
        if isinstance(text, str):
            return text
        self.tell(Rule.UNREADABLE, "error", self.name(path), text.message, text.hint, line=text.line)
        return None

    def _skip(self, link: Path, what: str, hint: str) -> None:
        self.skipped = True
        self.tell(Rule.NOT_FOLLOWED, "warning", self.name(link), f"{what} is not followed", hint)

    def _unreadable(self, path: Path, error: OSError | RuntimeError) -> None:
        number = error.errno if isinstance(error, OSError) else errno.ELOOP
        reason = os.strerror(number).lower() if number else str(error)
        rule = Rule.PATH if number == errno.ENOENT else Rule.UNREADABLE
        self.tell(rule, "error", self.name(path), f"cannot be read: {reason}", _HINTS.get(number or 0))

    def tell(self, rule: Rule, severity: Severity, name: str, message: str, hint: str | None, *, line: int = 1) -> None:
        """Adds a problem about a file or folder by its shown name."""
        self.problems.append(Problem(rule, severity, SourceLocation(name, line), message, hint))

    def name(self, path: Path) -> str:
        """A path as it is shown."""
        below = path != self._base and path.is_relative_to(self._base)
        return str(path.relative_to(self._base)) if below else short(path)


class _Look(_FolderWalk):
    """The same walk without reading any file: what is seen of each."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.seen: list[str] = []

    def _file(self, path: Path) -> None:
        try:
            status = path.stat()
        except OSError as error:
            self._unreadable(path, error)
            return
        # The inode and its own time tell of a file that was put in another's place with the old time kept.
        touched = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode)
        self.seen.append(f"{path} {touched}")


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def short(path: Path) -> str:
    """A path with the home folder written `~`."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path != home and path.is_relative_to(home) else str(path)
