"""Where a repository is: a provider's host, owner/name, a branch (semantics e.9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ksync_tui.source.lint_script import Flaw

_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org", "codeberg": "codeberg.org"}
_ADDRESS = re.compile(r"(?:[\w+]+://)?(?:[^@/\s]*@)?(?P<host>[\w-][\w.-]*(?::\d+)?)(?:[:/]+(?P<path>[^?#]*))?")
_SSH = re.compile(r"[\w.-]+@[\w.-]+:")
_NO_BRANCH = re.compile(r"[\s~^:?*\[\\\x00-\x1f]|\.\.|@\{|^[-/]|[/.]$|\.lock$|//")
_FULL_REF = re.compile(r"refs/(?:heads|tags|remotes/[^/]+)/(.+)")


def _unused(table: Any) -> bool:
    """Whether Komodo takes the files from somewhere else than the table's own repository."""
    return bool(not table.repo or getattr(table, "linked_repo", "") or getattr(table, "files_on_host", False))


def git_provider(value: str, table: Any) -> Iterator[Flaw]:
    """A provider that is no host: `github`, or an address. What may be a password in it is never named."""
    if _unused(table):
        return
    if (host := _HOSTS.get(value.lower())) is not None:
        yield (), f"has to be a host, and {value!r} is none", f'write "{host}"'
    elif "://" in value:
        found = _ADDRESS.match(value.rstrip("/") + "/.")
        yield (
            (),
            "has to be a host: Komodo adds https:// itself",
            f'write "{found["host"]}"' if found else "leave it out",
        )


def repository(value: str, table: Any) -> Iterator[Flaw]:
    """A repository that is no owner/name: a whole address, or a bare name."""
    if _unused(table):
        return
    provider = _HOSTS.get(table.git_provider.lower(), table.git_provider)
    first = value.split("/", 1)[0]
    with_host = "/" in value and "." in first and first in (*_HOSTS.values(), provider)
    if "://" in value or _SSH.match(value) or with_host:
        yield (), "has to be owner/name, not a whole address", _parts_of(value)
    elif "/" not in value and provider in _HOSTS.values():
        yield (), f"has to be owner/name: {provider} knows no other", f'write "owner/{value}", with its owner'


def _parts_of(address: str) -> str:
    found = _ADDRESS.fullmatch(address.rstrip("/"))
    if found is None or not found["path"]:
        return "write the host as git_provider"
    path = found["path"].removesuffix(".git")
    return f'write git_provider = "{found["host"]}" and repo = "{path}"'


def branch(value: str, table: Any) -> Iterator[Flaw]:
    """A branch by its full ref, or a name that git allows for none."""
    if _unused(table):
        return
    if (full := _FULL_REF.fullmatch(value)) is not None:
        yield (), "has to be the branch's short name, not a full ref", f'write "{full[1]}"'
    elif _NO_BRANCH.search(value):
        yield (), "is not a valid branch name in git", "see `git branch` for the names"
