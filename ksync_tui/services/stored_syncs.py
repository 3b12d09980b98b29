"""Adding, changing and removing stored syncs: plans of one action, so that they are journaled like any other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ksync_tui.errors import UsageError
from ksync_tui.model.kinds.registry import KINDS, bad_name
from ksync_tui.model.kinds.resource_sync import ResourceSync, ResourceSyncConfig
from ksync_tui.model.plan import Action, Plan, Selection, SyncOptions
from ksync_tui.model.resource import Live, Target, fingerprint
from ksync_tui.services.manual_runs import MANUAL
from ksync_tui.services.paths import checked
from ksync_tui.services.remote_sources import is_address, of_address, require_remote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def new_target(name: str, live: Mapping[Target, Live]) -> Target:
    """What a new sync would be. Raises UsageError for a bad or a taken name."""
    kind = KINDS["resource_sync"]
    bad = bad_name(kind, name)
    if bad is not None:
        raise UsageError("invalid sync name", where=repr(name), why=bad)
    target = Target(kind.name, kind.normalise(name))
    if target in live:
        raise UsageError("a sync with this name already exists", where=name, hint="Change it with `ksync syncs edit`.")
    return target


def adding(name: str, fields: Mapping[str, Any], live: Mapping[Target, Live], engine: str) -> Selection:
    """The selection that creates a sync. Raises UsageError for a bad or a taken name."""
    target = new_target(name, live)
    proposed = ResourceSync(name=target.name, config=_config(ResourceSyncConfig(), fields))
    return _only(Action("create", target, "added by hand", proposed=proposed), engine)


_NOWHERE = {"files_on_host": False, "file_contents": "", "repo": "", "linked_repo": ""}


def on_paths(paths: Sequence[str], *, managed: bool = False) -> dict[str, Any]:
    """The config fields of a sync over folders and files, or over one git address that may end in `#BRANCH`.

    Raises UsageError for one that cannot be read from.
    """
    if len(paths) == 1 and is_address(paths[0]):
        return elsewhere(of_address(paths[0]))
    return {
        **_NOWHERE,
        "files_on_host": True,
        "resource_path": [str(checked(path, may_create=managed)) for path in paths],
    }


def elsewhere(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The config fields of a sync over a git repository: all of it, where they name no path."""
    return {**_NOWHERE, "resource_path": ["."], **fields}


def in_itself(text: str) -> dict[str, Any]:
    """The config fields of a sync that holds its text."""
    return {**_NOWHERE, "resource_path": [], "file_contents": text}


def editing(name: str, fields: Mapping[str, Any], live: Mapping[Target, Live], engine: str) -> Selection:
    """The selection that changes a sync's config. Raises UsageError where nothing to change."""
    target, current = existing(name, live)
    proposed = current.model_copy(update={"config": _config(current.config, fields)})
    if fingerprint(proposed) == fingerprint(current):
        raise UsageError("nothing to change", where=name)
    action = Action(
        "update", target, "changed by hand", current=current, proposed=proposed, fingerprint=live[target].fingerprint
    )
    return _only(action, engine)


def renaming(name: str, new: str, live: Mapping[Target, Live], engine: str) -> Selection:
    """The selection that gives a sync another name. Raises UsageError for a bad or a taken name."""
    target, current = existing(name, live)
    known = live[target].fingerprint
    action = Action("rename", new_target(new, live), "renamed by hand", current=current, fingerprint=known)
    return _only(replace(action, old_name=name), engine)


def removing(name: str, live: Mapping[Target, Live], engine: str) -> Selection:
    """The selection that forgets a sync."""
    target, current = existing(name, live)
    return _only(
        Action("delete", target, "removed by hand", current=current, fingerprint=live[target].fingerprint), engine
    )


def existing(name: str, live: Mapping[Target, Live]) -> tuple[Target, ResourceSync]:
    """A stored sync. Raises UsageError where there is none of the name."""
    target = Target("resource_sync", name)
    current = live.get(target)
    if current is None or not isinstance(current.resource, ResourceSync):
        raise UsageError("no such sync", where=name, hint="`ksync syncs` lists them.")
    return target, current.resource


def _config(config: ResourceSyncConfig, fields: Mapping[str, Any]) -> ResourceSyncConfig:
    try:
        made = ResourceSyncConfig.model_validate(config.model_dump(exclude_unset=True) | dict(fields))
    except ValidationError as error:
        raise UsageError("invalid sync options", why=error.errors()[0]["msg"]) from error
    if made.repo:
        require_remote(made)
    return made


def _only(action: Action, engine: str) -> Selection:
    plan = Plan(SyncOptions(MANUAL), engine, (action,))
    return plan.select([action.id])
