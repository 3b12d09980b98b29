"""The git repository of the demo: its commits, made from the files of this package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

from ksync_tui.errors import GitError
from ksync_tui.git import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

_SETTINGS = {
    "user.name": "Demo",
    "user.email": "demo@example.org",
    # What the person's own configuration says about signing, hooks and line ends is not part of the demo.
    "commit.gpgsign": "false",
    "core.hooksPath": ".git/hooks",
    "core.autocrlf": "false",
}
_INFRA = "@INFRA@"
"""Stands in the files for the absolute path of the repository."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the demo: the folder its files are in, its message and how long ago it was made."""

    folder: str
    message: str
    age: timedelta


APPLIED = (
    Commit("1", "The house as it is", timedelta(days=9)),
    Commit("2", "Films and music get a file of their own", timedelta(days=2)),
)
"""What was applied to live."""
PENDING = Commit("3", "File the papers, lamps over zigbee, newer photos, the wiki by its name", timedelta(hours=2))
"""What waits to be applied."""


def resource(path: str) -> str:
    """The text of a file of the demo, by its path below `files`."""
    return files(__package__).joinpath("files", path).read_text("utf-8")


def start(infra: Path) -> None:
    """Makes an empty repository that can be committed to on a machine where git knows nobody. Raises GitError."""
    infra.mkdir(parents=True)
    _git(infra, "init", "--quiet", "--template=")
    _git(infra, "symbolic-ref", "HEAD", "refs/heads/main")
    for key, value in _SETTINGS.items():
        _git(infra, "config", "--local", key, value)


def add(infra: Path, commit: Commit, now: datetime) -> None:
    """Lays the files of a commit over the repository and commits them, dated before `now` (aware). Raises GitError."""
    for path, text in _texts(files(__package__).joinpath("files", "commits", commit.folder)):
        file = infra / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace(_INFRA, str(infra)), encoding="utf-8", newline="\n")
    at = f"@{int((now - commit.age).timestamp())} +0000"
    _git(infra, "add", "--all")
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    _git(infra, "commit", "--quiet", "--message", commit.message, env=dates)


def _texts(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{above}{entry.name}"
        if entry.is_dir():
            yield from _texts(entry, f"{path}/")
        else:
            yield path, entry.read_text("utf-8")


def _git(infra: Path, *args: str, env: Mapping[str, str] | None = None) -> None:
    done = command.run(args, infra, env=env)
    if done.code != 0:
        what = f"the demo's repository cannot be made: git {args[0]} failed"
        raise GitError(what, where=str(infra), why=done.stderr.strip(), hint="Look at what `git --version` says.")
