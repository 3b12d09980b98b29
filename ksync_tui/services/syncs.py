"""The stored syncs, and paths as syncs of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ksync_tui.errors import UsageError
from ksync_tui.model.kinds.resource_sync import ResourceSync, ResourceSyncConfig
from ksync_tui.model.resource import readable
from ksync_tui.services.paths import continuations, path_at_core
from ksync_tui.services.stored_syncs import adding, editing, existing, new_target, on_paths, removing, renaming
from ksync_tui.services.sync import Sync, at_path, of_resource
from ksync_tui.source.suggest import closest

if TYPE_CHECKING:
    from ksync_tui.engine.base import Engine
    from ksync_tui.model.plan import Selection, SyncOptions
    from ksync_tui.services.core import CoreService
    from ksync_tui.services.runs import Runs
    from ksync_tui.services.sync_settings import SyncSettings
    from ksync_tui.services.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Syncs:
    """Lists, adds, changes and removes syncs. Relative paths of stored syncs begin below the folder `state`."""

    engine: Engine
    runs: Runs
    state: Path
    core: CoreService | None
    waiting: Waiting
    sync_settings: SyncSettings

    def all(self) -> list[Sync]:
        """The stored syncs in order of their names. Reads no source."""
        live = self.engine.snapshot().live
        stored = [readable(current) for target, current in live.items() if target.kind == "resource_sync"]
        syncs = [self._stored(resource) for resource in stored if isinstance(resource, ResourceSync)]
        return sorted(syncs, key=lambda sync: sync.name)

    def get(self, name: str) -> Sync:
        """A stored sync by its name, ready to be reviewed: `session.reviews.create(session.syncs.get("homelab"))`.

        Raises UsageError with the nearest name for one that does not exist.
        """
        known = {sync.name: sync for sync in self.all()}
        if name in known:
            return known[name]
        meant = closest(name, known)
        hint = f"Did you mean {meant}?" if meant else "`ksync syncs` lists them; `ksync syncs add` makes one."
        raise UsageError("no such sync", where=name, hint=hint)

    def at(
        self,
        path: Path,
        *,
        delete: bool = False,
        tags: tuple[str, ...] = (),
        variables: bool = True,
        user_groups: bool = True,
    ) -> Sync:
        """A file or folder as a sync of its own. Raises UsageError where nothing is."""
        if not path.expanduser().exists():
            hint = "Check it, or name a sync with --sync; `ksync --help` lists the commands."
            raise UsageError("the path does not exist", where=str(path), hint=hint)
        return at_path(path, delete=delete, tags=tags, variables=variables, user_groups=user_groups)

    def of_name(self, name: str) -> Sync:
        """A sync by the name that plans and runs have for it: a stored one, or the real path of a folder or file.

        Raises UsageError where it is gone.
        """
        return self.at(Path(name)) if Path(name).is_absolute() else self.get(name)

    def of_options(self, options: SyncOptions) -> Sync:
        """The sync that a plan was made for: a stored one, or a path. Raises UsageError where it is gone."""
        path = Path(options.name)
        if not path.is_absolute():
            return self.get(options.name)
        return self.at(
            path,
            delete=options.delete,
            tags=options.match_tags,
            variables=options.include_variables,
            user_groups=options.include_user_groups,
        )

    def add(self, name: str, fields: Mapping[str, Any], paths: Sequence[str] = ()) -> Sync:
        """Stores a new sync with these config fields, over these folders and files if any. Raises UsageError."""
        source = self._on_paths(paths, managed=bool(fields.get("managed")))
        self._change(adding(name, {**fields, **source}, self.engine.snapshot().live, self.engine.name))
        return self.get(new_target(name, {}).name)

    def edit(self, name: str, fields: Mapping[str, Any], paths: Sequence[str] = ()) -> None:
        """Changes config fields, and the source when paths are given, of a stored sync. Raises UsageError."""
        managed = bool(fields.get("managed", self.config_of(name).managed)) if paths else False
        changed = {**fields, **self._on_paths(paths, managed=managed)}
        self._change(editing(name, changed, self.engine.snapshot().live, self.engine.name))

    def rename(self, name: str, new: str) -> None:
        """Gives a stored sync another name; its runs and what it ignores go with it. Raises UsageError."""
        live = self.engine.snapshot().live
        target = new_target(new, live)
        self._change(renaming(name, new, live, self.engine.name))
        self.runs.journal.rename_sync(name, target.name)
        self.sync_settings.rename_sync(name, target.name)

    def remove(self, name: str) -> None:
        """Forgets a stored sync; its files and what it made stay. Raises UsageError."""
        self._change(removing(name, self.engine.snapshot().live, self.engine.name))

    def config_of(self, name: str) -> ResourceSyncConfig:
        """The config of a stored sync as it is now, for a form. Raises UsageError for one that does not exist."""
        return existing(name, self.engine.snapshot().live)[1].config

    def ensure_reachable(self, fields: Mapping[str, Any]) -> None:
        """Checks with git that the repository of config fields is there. Raises GitError with what git says."""
        from ksync_tui.services.remote_sources import ensure_reachable  # noqa: PLC0415 - only a remote source needs it

        with self.waiting:
            ensure_reachable(ResourceSyncConfig.model_validate(dict(fields)), self.waiting)

    def name_problem(self, name: str) -> str | None:
        """Why no new sync can have a name, while it is typed, or None."""
        return _reason(lambda: new_target(name, self.engine.recent().live))

    def path_problem(self, path: str, *, managed: bool = False) -> str | None:
        """Why no sync can be over a path, while it is typed, or None. A managed one may be over a file to be made."""
        if self.core:
            return path_at_core(path)
        return _reason(lambda: adding("x", on_paths([path], managed=managed), {}, self.engine.name))

    def path_completions(self, typed: str) -> list[str]:
        """What a typed path could become: folders, ending in `/`, and resource files."""
        return [] if self.core else continuations(typed)

    def _stored(self, resource: ResourceSync) -> Sync:
        if self.core:
            return self.core.sync_of(resource)
        return of_resource(resource, self.state, self.engine.recent().live, self.waiting)

    def _on_paths(self, paths: Sequence[str], *, managed: bool) -> dict[str, Any]:
        """The fields of a sync over these paths; those of a Core's sync are where Core is."""
        if not paths:
            return {}
        if self.core:
            return {"files_on_host": True, "resource_path": list(paths), "file_contents": ""}
        return on_paths(paths, managed=managed)

    def _change(self, selection: Selection) -> None:
        self.runs.run_fully(selection, "the sync was not changed")


def _reason(call: Callable[[], object]) -> str | None:
    """Why a call refuses its input, or None where it does not."""
    try:
        call()
    except UsageError as error:
        return error.why or error.what
    return None
