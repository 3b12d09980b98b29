"""A sync: a source plus options, from a stored resource or from a path."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ksync_tui.errors import UsageError
from ksync_tui.model.plan import SyncOptions
from ksync_tui.model.resource import Target
from ksync_tui.present.text import ago
from ksync_tui.source.folder import Folder, short
from ksync_tui.source.inline import Inline
from ksync_tui.source.unconfigured import UnconfiguredSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ksync_tui.model.kinds.resource_sync import ResourceSync
    from ksync_tui.model.resource import Live, Problem, SourceLocation
    from ksync_tui.services.waiting import Waiting
    from ksync_tui.source.base import Source


@dataclass(frozen=True, slots=True)
class Sync:
    """A source plus options. `target` is the stored resource_sync; None for a bare path."""

    name: str
    options: SyncOptions
    source: Source
    place: str
    target: Target | None = None

    @property
    def writable(self) -> bool:
        """Whether its source is files on this machine."""
        return isinstance(self.source, Folder)

    def seen_from(self, problems: Iterable[Problem], folder: Path) -> list[Problem]:
        """Problems with their files as paths from a folder, as whoever checked that out knows them.

        A file elsewhere gets its absolute path; what is no file on this machine keeps its name.
        """
        return [
            replace(problem, place=self._from(problem.place, folder), places=self._all_from(problem.places, folder))
            for problem in problems
        ]

    def _all_from(self, places: tuple[SourceLocation, ...], folder: Path) -> tuple[SourceLocation, ...]:
        return tuple(self._from(place, folder) for place in places)

    def _from(self, place: SourceLocation, folder: Path) -> SourceLocation:
        if not isinstance(self.source, Folder) or not os.path.lexists(path := self.source.path_of(place.file)):
            return place
        return place._replace(file=str(path.relative_to(folder) if path.is_relative_to(folder) else path))

    @property
    def managed(self) -> bool:
        """Whether live changes may be written back to its files."""
        return self.options.managed


def at_path(
    path: Path,
    *,
    delete: bool = False,
    tags: tuple[str, ...] = (),
    variables: bool = True,
    user_groups: bool = True,
) -> Sync:
    """A file or folder as a sync of its own, known by its real path; a pipe (`<(...)`) is read at once.

    Raises UsageError for a pipe that is not text in UTF-8.
    """
    pipe = path.is_fifo()
    real = path if pipe else path.expanduser().resolve()
    options = SyncOptions(
        name=str(real),
        match_tags=tags,
        include_variables=variables,
        include_user_groups=user_groups,
        delete=delete,
    )
    if pipe:
        return Sync(str(path), options, Inline(str(path), _piped(path)), f"pipe {path}")
    source = Folder((real,), real if real.is_dir() else real.parent)
    return Sync(short(real), options, source, source.describe())


def _piped(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the pipe cannot be read", where=str(path), why=str(error)) from error


def of_resource(resource: ResourceSync, state: Path, live: Mapping[Target, Live], waiting: Waiting) -> Sync:
    """A stored resource_sync.

    `state` is where relative paths of files on host begin: `syncs/NAME/` below it. `live` has the repo it may link to;
    `waiting` hears how far a clone is.
    """
    source = _source(resource, state, live, waiting)
    return Sync(resource.name, options_of(resource), source, source.describe(), Target("resource_sync", resource.name))


def options_of(resource: ResourceSync) -> SyncOptions:
    """What a stored resource_sync takes part in and may do."""
    config = resource.config
    return SyncOptions(
        name=resource.name,
        match_tags=tuple(config.match_tags),
        include_resources=config.include_resources,
        include_variables=config.include_variables,
        include_user_groups=config.include_user_groups,
        managed=config.managed,
        delete=config.delete,
    )


def _source(resource: ResourceSync, state: Path, live: Mapping[Target, Live], waiting: Waiting) -> Source:
    config = resource.config
    if config.files_on_host:
        return _on_host(resource, state)
    if config.linked_repo or config.repo:
        from ksync_tui.services.remote_sources import repository  # noqa: PLC0415 - only a remote source needs it

        return repository(resource, live, state, waiting)
    if config.file_contents.strip():
        return Inline(resource.name, config.file_contents)
    return UnconfiguredSource(resource.name, "no source is set up", "give it files, a repository or a text")


def _on_host(resource: ResourceSync, state: Path) -> Source:
    base = state / "syncs" / resource.name.strip().replace("/", "-").replace(" ", "_")
    paths = []
    for entry in resource.config.resource_path:
        path = Path(entry).expanduser()
        if ".." in PurePosixPath(entry).parts:
            hint = "write the path without `..`"
            return UnconfiguredSource(resource.name, f"resource_path {entry!r} leaves its folder", hint)
        paths.append(path if path.is_absolute() else base / path)
    root = paths[0] if len(paths) == 1 else base
    base = root if root.is_dir() else root.parent
    return Folder(tuple(paths), base, may_create=resource.config.managed)


def git_place(sync: Sync) -> str | None:
    """`git  infra@main 4f2a91c  2h` for files in a git work tree; None for others. Raises GitError."""
    if not isinstance(sync.source, Folder) or not sync.source.paths:
        return None
    from ksync_tui.git import Repo  # noqa: PLC0415 - only files on disk need git

    repo = Repo.discover(sync.source.paths[0])
    if repo is None:
        return None
    made = repo.head().time
    age = f"  {ago(time.time() - made.timestamp())}" if made else ""
    return f"git  {repo.describe()}{age}"
