"""Syncs whose files are in a git repository elsewhere: which one, from their config or from the repo they link to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ksync_tui.errors import GitError, KsyncError, UsageError
from ksync_tui.model.kinds.repo import Repo
from ksync_tui.model.resource import Target
from ksync_tui.source.unconfigured import UnconfiguredSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ksync_tui.git.remote import GitSettings
    from ksync_tui.model.kinds.resource_sync import ResourceSync
    from ksync_tui.model.resource import Live
    from ksync_tui.services.waiting import Waiting
    from ksync_tui.source.base import Source


def repository(sync: ResourceSync, live: Mapping[Target, Live], state: Path, waiting: Waiting) -> Source:
    """The source of a sync with `linked_repo` or `repo`, its clone below `state`; where it cannot be, one that says so.

    Reads nothing yet.
    """
    from ksync_tui.git.clone import Clone  # noqa: PLC0415 - only a remote source needs it
    from ksync_tui.git.network import Patience  # noqa: PLC0415 - only a remote source needs it
    from ksync_tui.git.remote import remote_of  # noqa: PLC0415 - only a remote source needs it
    from ksync_tui.source.repo import Repository  # noqa: PLC0415 - only a remote source needs it

    try:
        remote = remote_of(_settings(sync, live))
    except GitError as error:
        return UnconfiguredSource(
            sync.name, f"{error.what}: {error.where}" if error.where else error.what, error.hint or ""
        )
    return Repository(
        Clone(remote, state, Patience(stop=waiting.given_up, tell=waiting.tell)), sync.config.resource_path
    )


def is_address(typed: str) -> bool:
    """Whether a text that a person typed for a path is the address of a repository: `https://...`, `git@host:path`."""
    return "://" in typed or re.match(r"[\w.-]+@[\w.-]+:", typed) is not None


def of_address(typed: str) -> dict[str, str]:
    """The config fields of an address that may end in `#BRANCH`."""
    url, _, branch = typed.strip().partition("#")
    return {"repo": url, **({"branch": branch} if branch else {})}


def require_remote(config: GitSettings) -> None:
    """Raises UsageError where git could not read such a repository: a password in the address, a bad branch."""
    from ksync_tui.git.remote import remote_of  # noqa: PLC0415 - only a remote source needs it

    try:
        remote_of(config)
    except GitError as error:
        raise UsageError(error.what, where=error.where, why=error.why, hint=error.hint) from error


def ensure_reachable(config: GitSettings, waiting: Waiting) -> None:
    """Raises GitError where the repository or its branch is not there, or may not be read."""
    from ksync_tui.git.network import Patience, tip  # noqa: PLC0415 - only a remote source needs it
    from ksync_tui.git.remote import remote_of  # noqa: PLC0415 - only a remote source needs it

    tip(remote_of(config), Patience(stop=waiting.given_up, tell=waiting.tell))


def _settings(sync: ResourceSync, live: Mapping[Target, Live]) -> GitSettings:
    """What says which repository: the linked repo first (semantics c.1). Raises GitError where that cannot be."""
    name = sync.config.linked_repo
    if not name:
        return sync.config
    linked = _repo(name, live)
    if linked is None:
        hint = f"apply [[repo]] {name} first, or correct linked_repo"
        raise GitError(f"linked_repo names repo {name!r}, which is not live", hint=hint)
    if not linked.config.repo:
        raise GitError(f"repo {name!r}, which linked_repo names, has no `repo` set", hint="set it there")
    return linked.config


def _repo(name: str, live: Mapping[Target, Live]) -> Repo | None:
    found = live.get(Target("repo", name))
    try:
        return found.resource if found and isinstance(found.resource, Repo) else None
    except KsyncError:
        return None
