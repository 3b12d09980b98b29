"""Core's own resource syncs: what it read, what it would do, and what it is asked to do (semantics b.2, c)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.names import Directory
from ksync_tui.engine.core.polling import UpdatePoller
from ksync_tui.engine.core.snapshots import errors_of
from ksync_tui.engine.core.text import plain, sentence
from ksync_tui.model.kinds.registry import BY_TITLE
from ksync_tui.model.plan import Verb
from ksync_tui.model.resource import Target

_NAME = re.compile(r'^name = "((?:[^"\\]|\\.)*)"', re.MULTILINE)
_VERBS: Mapping[str, Verb] = {"Create": "create", "Update": "update", "Delete": "delete"}
INLINE_FILE = "database file"
"""What Core calls the text that stands in the sync itself (semantics c.1)."""


@dataclass(frozen=True, slots=True)
class CoreFile:
    """A file of a sync as Core read it: the listed folder it is below ("" for a listed file), its path, its text."""

    folder: str
    path: str
    text: str

    @property
    def name(self) -> str:
        """The path from the root of the sync."""
        return f"{self.folder.rstrip('/')}/{self.path}" if self.folder else self.path


@dataclass(frozen=True, slots=True)
class CoreSync:
    """A sync as Core has it at this moment. `last_run` is unix seconds."""

    name: str
    files: tuple[CoreFile, ...] = ()
    errors: tuple[CoreFile, ...] = ()
    problems: tuple[str, ...] = ()
    pending: frozenset[tuple[Verb, Target]] = frozenset()
    read: str = ""
    """The commit that Core read, short, with its message; "" where there is none."""
    last_run: float | None = None
    last_hash: str = ""

    @property
    def state(self) -> str:
        """As Core shows it (semantics c.5), but for `Syncing`."""
        if self.problems or self.errors:
            return "Failed"
        return "Pending" if self.pending else "Ok"


def sync_of(name: str, info: Mapping[str, Any], directory: Directory) -> CoreSync:
    """A sync from its `info`."""
    commit = " ".join(filter(None, (str(info.get("pending_hash") or "")[:7], info.get("pending_message"))))
    when = info.get("last_sync_ts") or 0
    return CoreSync(
        name=name,
        files=tuple(_files(info.get("remote_contents"))),
        errors=tuple(_files(info.get("remote_errors"))),
        problems=tuple(sentence(text) for text in errors_of(info)),
        pending=frozenset(_pending(info, directory)),
        read=commit,
        last_run=when / 1000 if when else None,
        last_hash=str(info.get("last_sync_hash") or "")[:7],
    )


def _files(raw: Any) -> Iterator[CoreFile]:
    for entry in raw or ():
        yield CoreFile(str(entry.get("resource_path") or ""), str(entry.get("path")), str(entry.get("contents") or ""))


def _pending(info: Mapping[str, Any], directory: Directory) -> Iterator[tuple[Verb, Target]]:
    """What Core would do. Its lists name by TOML, or by an id that is empty for what is not there yet."""
    for update in info.get("resource_updates") or ():
        kind = BY_TITLE.get(str(update["target"].get("type")))
        if kind is not None:
            known = directory.target(update["target"])
            yield from _of_diff(kind.name, update["data"], known)
    for kind_name in ("variable", "user_group"):
        for data in info.get(f"{kind_name}_updates") or ():
            yield from _of_diff(kind_name, data, None)
    for deploy in info.get("pending_deploys") or ():
        kind = BY_TITLE.get(str(deploy["target"].get("type")))
        if kind is not None:
            yield "deploy", Target(kind.name, str(deploy["target"].get("id")))


def _of_diff(kind: str, diff: Mapping[str, Any], known: Target | None) -> Iterator[tuple[Verb, Target]]:
    verb, data = _VERBS.get(str(diff.get("type"))), diff.get("data") or {}
    text = str(data.get("current") or data.get("proposed") or "")
    named = _NAME.search(text)
    name = data.get("name") or (named[1] if named else "")
    target = known or (Target(kind, str(name)) if name else None)
    if verb is not None and target is not None:
        yield verb, target


async def refresh(client: Client, name: str, directory: Directory) -> CoreSync:
    """Lets Core read the source of a sync anew, and answers what it made of it. Needs Execute on it."""
    raw = await client.write("RefreshResourceSyncPending", sync=name)
    return sync_of(name, raw.get("info") or {}, directory)


async def stored(client: Client, name: str, directory: Directory) -> CoreSync:
    """A sync as Core read it last. Raises NotFoundError."""
    raw = await client.read("GetResourceSync", sync=name)
    return sync_of(name, raw.get("info") or {}, directory)


async def commit(follower: UpdatePoller, name: str) -> list[str]:
    """Lets Core write all that is live into the file of a managed sync (semantics c.10); answers what it said."""
    target = Target("resource_sync", name)
    update = await follower.when_free(target, lambda: follower.client.write("CommitSync", sync=name))
    await follower.completed(update)
    return [plain(step.get("stage")) for step in update.get("logs") or ()]


async def write_file(follower: UpdatePoller, name: str, file: CoreFile) -> None:
    """Lets Core write one file of a sync, and commit it where the sync is a git repository. Raises CoreError."""
    target = Target("resource_sync", name)
    params = {"resource_path": file.folder, "file_path": file.path, "contents": file.text}
    update = await follower.when_free(
        target, lambda: follower.client.write("WriteSyncFileContents", sync=name, **params)
    )
    await follower.completed(update)


def differences(ours: Iterable[tuple[Verb, Target]], core: Iterable[tuple[Verb, Target]]) -> list[str]:
    """In words, where Core's own pending list and ksync's plan are not the same."""
    here, there = set(ours), set(core)
    only_there = [f"Core would also {verb} {target}" for verb, target in sorted(there - here)]
    return [*only_there, *(f"Core would not {verb} {target}" for verb, target in sorted(here - there))]
