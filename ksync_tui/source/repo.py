"""A git repository elsewhere as a source (semantics c.1, c.2, h.17, h.18, h.28).

Files are read from the commit itself, in the order of their names, through all subfolders; only `.toml` files are.
Nothing outside the repository is followed.
"""

from __future__ import annotations

import posixpath
import time
from typing import TYPE_CHECKING

from ksync_tui.errors import GitError
from ksync_tui.model.resource import Problem, SourceFile, SourceLocation
from ksync_tui.model.rules import Rule
from ksync_tui.present.text import ago
from ksync_tui.source import decoding
from ksync_tui.source.base import SourceContents

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ksync_tui.git.clone import Clone
    from ksync_tui.git.facts import CloneState
    from ksync_tui.git.tree import Tree, TreeEntry
    from ksync_tui.model.resource import Severity

_SHORT = 7
_SUBMODULE = "a submodule, another repository,"
_OWN_SYNC = "give that repository a sync of its own"


class Repository:
    """Paths in a repository elsewhere, each a file or a folder; "." is all of it."""

    def __init__(self, clone: Clone, paths: Sequence[str]) -> None:
        self.clone = clone
        self.paths = tuple(paths)
        self.seen: CloneState | None = None
        """What the last `read` saw."""

    def read(self) -> SourceContents:
        """See `Source.read`. The remote is asked each time; without an answer the clone is read, with a warning."""
        name = str(self.clone.remote)
        if not self.paths:
            hint = "add one; `.` is all of it"
            return SourceContents((), (_problem(Rule.UNCONFIGURED, "error", name, "the sync lists no path", hint),))
        try:
            return self.clone.read(self._gathered)
        except GitError as error:
            where = f" ({error.where})" if error.where == str(self.clone.folder) else ""
            message = f"{error.what}{where}: {error.why}" if error.why else f"{error.what}{where}"
            return SourceContents((), (_problem(Rule.REPOSITORY, "error", name, message, error.hint),))

    def _gathered(self, tree: Tree, seen: CloneState) -> SourceContents:
        self.seen = seen
        visit = _RepositoryWalk(tree, self.name)
        for path in self.paths:
            visit.listed(path)
        files = visit.files()
        if not files and not visit.problems:
            visit.tell(Rule.NOTHING_READ, "warning", self.paths[0], "no .toml file here", decoding.TOML_ONLY)
        problems = (*self._told(seen), *visit.problems)
        return SourceContents(files, problems, visit.skipped or seen.silent is not None)

    def _told(self, seen: CloneState) -> list[Problem]:
        """What is to be said of the repository as a whole."""
        name, problems = str(self.clone.remote), []
        if seen.silent is not None:
            old = f"{seen.short_id} is planned from, as it was {_since(seen.checked_at.timestamp())}"
            tip = f"; the branch is at {seen.tip[:_SHORT]} by now" if seen.tip else ""
            message = f"{seen.silent.what}: {old}, and nothing is deleted{tip}"
            problems.append(_problem(Rule.NOT_CURRENT, "warning", name, message, seen.silent.hint))
        if seen.before is not None:
            message = f"its history was rewritten: {seen.before[:_SHORT]} does not lead to {seen.short_id}"
            hint = "see that nothing is missing; this warning stays until the branch moves on"
            problems.append(_problem(Rule.HISTORY_REWRITTEN, "warning", name, message, hint))
        return problems

    def describe(self) -> str:
        """See `Source.describe`; after `read` with the commit and its age: `git  me/infra@main 4f2a91c  2h`."""
        remote, seen = self.clone.remote, self.seen
        if seen is None:
            return f"git  {remote}"
        head = f"git  {remote.label}@{remote.branch or 'HEAD'} {seen.short_id}  {_age(seen.time.timestamp())}"
        if seen.pinned:
            return f"{head}  pinned"
        if seen.was is not None:
            return f"{head}  was {seen.was[0][:_SHORT]}  {_age(seen.was[1].timestamp())}"
        return f"{head}  (as it was {_since(seen.checked_at.timestamp())}, no answer now)" if seen.silent else head

    def version(self) -> str:
        """What changes when another commit would be read: the remote's, asked now; "" where it does not say."""
        try:
            return self.clone.tip()
        except GitError:
            return ""

    def name(self, path: str) -> str:
        """A path of the repository as it is shown: `infra@main:stacks/web.toml`."""
        return f"{self.clone.remote.short}:{path}"

    def path_of(self, name: str) -> str:
        """The path of the repository that is shown as `name`."""
        return name.removeprefix(self.name(""))


class _RepositoryWalk:
    """One walk over all listed paths of a commit: what was read, and what stood in the way."""

    def __init__(self, tree: Tree, name: Callable[[str], str]) -> None:
        self._tree = tree
        self._name = name
        self._found: dict[str, TreeEntry] = {}
        self._links: list[TreeEntry] = []
        self.problems: list[Problem] = []
        self.skipped = False

    def listed(self, typed: str) -> None:
        """Finds the files of a path that the source names."""
        path = posixpath.normpath(typed.strip() or ".")
        if path.startswith(("/", "..")) or ".." in typed.split("/"):
            hint = "write it relative to the repository, without `..`"
            self.tell(Rule.PATH, "error", typed, "a path that leads out of the repository", hint)
            return
        path = "" if path == "." else path
        entry = self._tree.find(path)
        if entry is None:
            self._missing(path)
        elif entry.shape == "file" and not path.endswith(".toml"):
            self.tell(Rule.PATH, "error", path, "not a .toml file", decoding.TOML_ONLY)
        else:
            self._take(entry, listed=True)

    def _missing(self, path: str) -> None:
        above = self._tree.above(path)
        if above is not None and above.shape == "link":
            self.tell(Rule.PATH, "error", path, f"{above.path} is a link", "list the path that it leads to")
        elif above is not None and above.shape == "submodule":
            self.tell(Rule.PATH, "error", path, f"{above.path} is {_SUBMODULE}", _OWN_SYNC)
        else:
            self.tell(
                Rule.PATH, "error", path, "no such file or folder in this commit", "check the path and the branch"
            )

    def _take(self, entry: TreeEntry, *, listed: bool = False) -> None:
        """A file, or everything below a folder in order; however deep, as no folder calls for a frame of its own."""
        waiting = [iter([entry])]
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
            elif found.shape == "folder":
                waiting.append(iter(self._tree.entries(found)))
            else:
                self._take_one(found, listed=listed and found is entry)

    def _take_one(self, entry: TreeEntry, *, listed: bool) -> None:
        if entry.shape == "submodule":
            self.skipped = True
            hint = _OWN_SYNC if listed else f"{_OWN_SYNC}, or list the folders beside it"
            self.tell(
                Rule.NOT_FOLLOWED, "error" if listed else "warning", entry.path, f"{_SUBMODULE} is not read", hint
            )
        elif entry.shape == "link":
            self._links.append(entry)
        elif entry.name.endswith(".toml"):
            self._found.setdefault(entry.path, entry)

    def files(self) -> tuple[SourceFile, ...]:
        """The texts of all files that were found, those behind links last."""
        self._tree.bring([*self._found.values(), *self._links])
        followed: set[str] = set()
        while self._links:
            link = self._links.pop(0)
            if link.path not in followed:
                followed.add(link.path)
                self._follow(link)
        self._tree.bring(self._found.values())
        return tuple(file for entry in self._found.values() if (file := self._file(entry)) is not None)

    def _follow(self, link: TreeEntry) -> None:
        target = posixpath.join(posixpath.dirname(link.path), self._tree.data(link).decode("utf-8", "replace"))
        path = posixpath.normpath(target)
        if path.startswith(("/", "..")):
            self._skip(link, "a link that leads out of the repository", "remove it, or put the file there")
            return
        entry = self._tree.find("" if path == "." else path)
        if entry is None:
            above = self._tree.above(path)
            what = f"a link through {above.path}" if above and above.shape != "file" else "a broken link"
            self._skip(link, what, "remove the link, or let it lead straight to a file")
        elif entry.shape == "folder" and f"{link.path}/".startswith(f"{entry.path}/".lstrip("/")):
            self._skip(link, "a link loop", "remove the link")
        elif entry.shape == "folder" or entry.name.endswith(".toml"):
            self._take(entry)

    def _file(self, entry: TreeEntry) -> SourceFile | None:
        data = self._tree.data(entry)
        text = decoding.too_large(len(data)) or decoding.decoded(data)
        if isinstance(text, str):
            return SourceFile(self._name(entry.path), None, text)
        self.tell(Rule.UNREADABLE, "error", entry.path, text.message, text.hint, line=text.line)
        return None

    def _skip(self, link: TreeEntry, what: str, hint: str) -> None:
        if link.name.endswith(".toml") or "nowhere" not in what:
            self.skipped = True
            self.tell(Rule.NOT_FOLLOWED, "warning", link.path, f"{what} is not followed", hint)

    def tell(self, rule: Rule, severity: Severity, path: str, message: str, hint: str, *, line: int = 1) -> None:
        """Adds a problem about a path of the repository."""
        self.problems.append(Problem(rule, severity, SourceLocation(self._name(path or "."), line), message, hint))


def _problem(rule: Rule, severity: Severity, name: str, message: str, hint: str | None) -> Problem:
    return Problem(rule, severity, SourceLocation(name, 1), message, hint)


def _since(at: float) -> str:
    age = _age(at)
    return "just now" if age == "now" else f"{age} ago"


def _age(at: float) -> str:
    return ago(time.time() - at)
