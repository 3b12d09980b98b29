"""Writing back: CommitSync and WriteSyncFileContents (semantics c.10, h.23, i)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.fake import checkout, export, pretty, updates
from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import failed, formatted
from tests.core.fake.executing import does
from tests.core.fake.permissions import allowed
from tests.core.fake.state import SYNC_USER, Resource, User
from tests.core.fake.sync_files import git_config, host_root, read_all
from tests.core.fake.sync_refresh import refresh

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore


def _is_fresh(sync: Resource) -> bool:
    config = sync.config
    lines = [line.strip() for line in config["file_contents"].splitlines()]
    written = any(line and not line.startswith("#") for line in lines)
    return not (config["files_on_host"] or config["repo"] or config["linked_repo"] or written)


def _existing(core: FakeCore, sync: Resource) -> Json:
    """`deploy` and `after` as the files have them now, lost where those do not parse."""
    read = read_all(core, sync)
    if read.errors:
        return {}
    kept: Json = {}
    for entry in read.found.resources:
        item = {"name": entry.name, "deploy": entry.deploy, "after": entry.after}
        kept.setdefault({"Stack": "stacks", "Deployment": "deployments"}.get(entry.title, ""), []).append(item)
    return kept


def _exported(core: FakeCore, sync: Resource) -> str:
    config = sync.config
    switches = {key: config[key] for key in ("include_resources", "include_variables", "include_user_groups")}
    who = User(SYNC_USER, "Resource Sync", admin=True)
    wanted = {**switches, "tags": config["match_tags"], "existing": _existing(core, sync)}
    return pretty.joined(export.everything(core, who, wanted))


@answers("write", "CommitSync", "sync|id|name:str")
def _commit(core: FakeCore, who: User, p: Json) -> Json:
    sync = allowed(core, who, "ResourceSync", p["sync"], "Write")
    path, text = _checked(core, sync)
    update = updates.start(core, who.id, "CommitSync", sync.target)
    _carry_out(core, sync, update, path, text)
    updates.complete(core, update)
    return update


@does("CommitSync")
def _execute(core: FakeCore, who: User, sync: Any, params: Json, update: Json) -> None:
    """As a step of a procedure."""
    _carry_out(core, sync, update, *_checked(core, sync))


def _checked(core: FakeCore, sync: Resource) -> tuple[str, str]:
    """Where the commit goes and its text; raises Core's refusals."""
    config = sync.config
    if not config["managed"] and not _is_fresh(sync):
        raise failed("Cannot commit to sync. Enabled 'managed' mode.")
    git = git_config(core, sync)
    path = next(iter(config["resource_path"]), "")
    if (config["files_on_host"] or git) and not path.endswith(".toml"):
        raise failed("Resource path missing '.toml' extension")
    return path, _exported(core, sync)


def _carry_out(core: FakeCore, sync: Resource, update: Json, path: str, text: str) -> None:
    config, git = sync.config, git_config(core, sync)
    updates.add_log(core, update, "Resources", text)
    if config["files_on_host"]:
        _to_host(core, sync, update, path, text, "Write contents")
    elif git:
        message = f'[Komodo] Commit Sync: update "{path}"'
        _to_git(core, git, update, path, text, ("Write file", "File contents written to", message))
    else:
        config["file_contents"] = text.rstrip() + "\n"
    refresh(core, sync)


def _to_host(core: FakeCore, sync: Resource, update: Json, path: str, text: str, stage: str) -> None:
    root = host_root(core, sync)
    file = root.real / path
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    except OSError as error:
        stderr = formatted(f'Failed to write file contents to "{root.said}/{path}"', [str(error)])
        updates.add_log(core, update, stage, stderr=stderr, success=False)
        return
    updates.add_log(core, update, stage, f'File contents written to "{root.said}/{path}"')


def _to_git(core: FakeCore, git: Json, update: Json, path: str, text: str, words: tuple[str, str, str]) -> None:
    stage, said, message = words
    try:
        held = checkout.pull(core, git)
        file = held.real / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        held.logs.append((stage, "", f'{said} "{held.said}/{path}"', ""))
        checkout.commit(held, path, message, "tester")
    except checkout.GitError as error:
        updates.add_log(core, update, error.stage, stderr=error.output, success=False)
        return
    for name, command, stdout, stderr in held.logs:
        updates.add_log(core, update, name, stdout, stderr, command)


@answers("write", "WriteSyncFileContents", "sync|id|name:str resource_path:str file_path:str contents:str")
def _write(core: FakeCore, who: User, p: Json) -> Json:
    sync = allowed(core, who, "ResourceSync", p["sync"], "Write")
    git = git_config(core, sync)
    if not sync.config["files_on_host"] and not git:
        raise failed("This method is only for 'files on host' or 'repo' based syncs.")
    path = "/".join(filter(None, (p["resource_path"], p["file_path"])))
    update = updates.start(core, who.id, "WriteSyncContents", sync.target)
    updates.add_log(core, update, "File contents", p["contents"])
    if sync.config["files_on_host"]:
        _to_host(core, sync, update, path, p["contents"], "Write File")
    else:
        assert git is not None
        message = f'[Komodo] {who.username}: Commit Resource File: update "{path}"'
        _to_git(core, git, update, path, p["contents"], ("Write File", "File written to", message))
    refresh(core, sync)
    updates.complete(core, update)
    return update
