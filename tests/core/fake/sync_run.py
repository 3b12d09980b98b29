"""A run of a sync (semantics c.6): what it does, in which order, and its logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.fake import deleting, resources, sync_diff, sync_groups, updates, variables
from tests.core.fake.clauses import Json
from tests.core.fake.errors import BLUE, END, GREEN, RED, RefusedError, bold, failed, red
from tests.core.fake.executing import does
from tests.core.fake.kinds import KINDS
from tests.core.fake.refreshing import after_write
from tests.core.fake.state import SYNC_USER, Resource, User
from tests.core.fake.sync_deploys import Deploy, carry_out
from tests.core.fake.sync_diff import Change
from tests.core.fake.sync_files import INFO, Read, is_configured, read_all
from tests.core.fake.sync_refresh import decision, refresh

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

ORDER = (
    "Server",
    "Alerter",
    "Action",
    "Swarm",
    "Builder",
    "Repo",
    "Build",
    "Stack",
    "ResourceSync",
    "Deployment",
    "Procedure",
)
ROUNDS = 10


@does("RunSync")
def _run(core: FakeCore, who: User, sync: Any, params: Json, update: Json) -> None:
    if not is_configured(sync):
        raise failed("Cannot sync: no file contents, files on host or repo configured")
    read = read_all(core, sync)
    for text, good in read.logs:
        _log(core, update, "Read remote resources", text.split("\n"), good)
    updates.tell(core, update)
    if read.errors:
        raise failed("Found file errors. Cannot execute sync.")
    targeted = params["resource_type"] is not None or params["resources"] is not None
    todo = _todo(core, sync, params, read)
    deploys = _deploys(core, sync, params, read, targeted)
    before = len(update["logs"])
    if not targeted:
        _variables_and_groups(core, sync, read, update)
    for title, changes in todo.items():
        _kind(core, title, changes, update)
    if deploys:
        _log(core, update, "Sync Deploy", *carry_out(core, deploys))
    if len(update["logs"]) == before:
        updates.add_log(core, update, "No Changes", f"{GREEN}nothing to do{END}. exiting.")
        return
    info = sync.info
    info.update({"last_sync_ts": core.clock.now(), "last_sync_hash": read.hash, "last_sync_message": read.message})
    refresh(core, sync)


def _todo(core: FakeCore, sync: Resource, params: Json, read: Read) -> dict[str, list[Change]]:
    if not sync.config["include_resources"]:
        return {}
    titles = [title for title in ORDER if params["resource_type"] in (None, title)]
    found = {title: sync_diff.changes(core, sync, read.found, title) for title in titles}
    return {title: [change for change in held if _wanted(params, change)] for title, held in found.items()}


def _wanted(params: Json, change: Change) -> bool:
    names = params["resources"]
    ids = {change.existing.id} if change.existing and params["resource_type"] else set()
    return names is None or bool({change.name, *ids} & set(names))


def _deploys(core: FakeCore, sync: Resource, params: Json, read: Read, targeted: bool) -> list[Deploy]:
    """All declared ones, even in a targeted run or without resources (semantics h.4)."""
    only = None
    if targeted:
        kinds = ("Stack", "Deployment")
        held = [resource for title in kinds for resource in core.of(title) if params["resource_type"] in (None, title)]
        only = [resource for resource in held if params["resources"] is None or resource.name in params["resources"]]
    return decision(core, sync, read.found, only).deploys()


def _log(core: FakeCore, update: Json, stage: str, lines: list[str], good: bool) -> None:
    text = "\n".join(lines)
    updates.add_log(core, update, stage, text if good else "", "" if good else text, success=good)


def _variables_and_groups(core: FakeCore, sync: Resource, read: Read, update: Json) -> None:
    if sync.config["include_variables"] and (lines := _variables(core, sync, read)):
        _log(core, update, "Update Variables", ["running updates on Variables", *lines], True)
    if sync.config["include_user_groups"] and (lines := sync_groups.run(core, sync, read.found)):
        _log(core, update, "Update UserGroups", ["running updates on UserGroups", *lines], True)


def _who() -> User:
    return User(SYNC_USER, "Resource Sync", admin=True)


def _variables(core: FakeCore, sync: Resource, read: Read) -> list[str]:
    lines: list[str] = []
    for entry in read.found.variables:
        name, said = entry["name"], f"variable '{bold(entry['name'])}'"
        held = core.variables.get(name)
        if held is None:
            variables.create(core, _who(), entry)
            lines.append(f"{INFO}: {GREEN}created{END} {said}")
        for key in ("value", "description", "is_secret") if held else ():
            if getattr(held, key) != entry[key]:
                variables.change(core, _who(), name, key, entry[key])
                lines.append(f"{INFO}: {BLUE}updated{END} {said} {key}")
    names = {entry["name"] for entry in read.found.variables}
    for name in sorted(set(core.variables) - names) if sync_diff.deletes(sync) else ():
        variables.delete(core, _who(), name)
        lines.append(f"{INFO}: {RED}deleted{END} variable '{bold(name)}'")
    return lines


def _kind(core: FakeCore, title: str, changes: list[Change], update: Json) -> None:
    if not changes:
        return
    if title == "Procedure":
        _procedures(core, changes, update)
        return
    lines = [f"running updates on {title}s"]
    ordered = sorted(changes, key=lambda change: (change.declared is None, change.existing is not None))
    said = [_one(core, change) for change in ordered]
    _log(core, update, f"Update {title}s", lines + [line for got, _ in said for line in got], all(ok for _, ok in said))


def _procedures(core: FakeCore, changes: list[Change], update: Json) -> None:
    """Deletes, then rounds until all references are there; what never works loses its error (semantics c.6)."""
    lines = ["running updates on Procedures"]
    waiting = sorted(changes, key=lambda change: change.declared is not None)
    for _ in range(ROUNDS):
        said = [(change, *_one(core, change)) for change in waiting]
        lines += [line for _, got, good in said if good for line in got]
        waiting = [change for change, _, good in said if not good]
    if waiting:
        _log(core, update, "run procedure", ["procedure sync loop exited after max iterations"], False)
    else:
        _log(core, update, "Update Procedures", lines, True)


def _one(core: FakeCore, change: Change) -> tuple[list[str], bool]:
    said = f"{change.title} '{bold(change.name)}'"
    doing = "delete" if change.declared is None else "create" if change.existing is None else "update"
    try:
        if doing == "delete":
            return _delete(core, change, said), True
        return (_create if doing == "create" else _update)(core, change, said), True
    except RefusedError as refused:
        why = ": ".join([refused.error, *refused.trace])
        return [f"{red('ERROR')}: failed to {doing} {said} | {why}"], False


def _delete(core: FakeCore, change: Change, said: str) -> list[str]:
    assert change.existing is not None
    deleting.delete(core, _who(), change.existing)
    return [f"{INFO}: {RED}deleted{END} {said}"]


def _create(core: FakeCore, change: Change, said: str) -> list[str]:
    declared = change.declared
    assert declared is not None
    made = resources.create(core, _who(), KINDS[change.title], declared.name, declared.config)
    resources.set_meta(core, _who(), made, _meta(change))
    after_write(core, _who(), made)
    return [f"{INFO}: {BLUE}updated{END} {said} meta", f"{INFO}: {GREEN}created{END} {said}"]


def _update(core: FakeCore, change: Change, said: str) -> list[str]:
    declared, existing = change.declared, change.existing
    assert declared is not None
    assert existing is not None
    lines: list[str] = []
    if sync_diff.meta_differs(core, declared, existing) or declared.template != existing.template:
        resources.set_meta(core, _who(), existing, _meta(change))
        lines.append(f"{INFO}: {BLUE}updated{END} {said} meta")
    if config := sync_diff.config_change(core, declared, existing):
        resources.update(core, _who(), existing, config)
        after_write(core, _who(), existing)
        lines.append(f"{INFO}: {BLUE}updated{END} {said} configuration")
    return lines


def _meta(change: Change) -> Json:
    declared = change.declared
    assert declared is not None
    return {"description": declared.description, "template": declared.template, "tags": declared.tags}
