"""A repository elsewhere: its address, its names for people, and the account that may read it (semantics e.9).

No account's token is ever part of an address, of a command's words or of what git keeps: it goes from the environment
to git's question for it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from ksync_tui.errors import GitError
from ksync_tui.git.command import QUIET
from ksync_tui.git.facts import SHORT_ID
from ksync_tui.model import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASK = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$KSYNC_GIT_USER" "$KSYNC_GIT_PASSWORD"; }; f'
_WEB = ("http://", "https://")
_SCP = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?P<path>[^/].*|/.*)")
_TOKEN_LIKE = re.compile(r"(gh[a-z]|github_pat|glpat|gldt)[_-]|[0-9A-Za-z_-]{32}")
_BAD_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/$|\.lock(/|$)|^/|^\.|/\.|\.$")


class GitSettings(Protocol):
    """The fields that say which repository; they mean the same in every kind that has them."""

    @property
    def git_provider(self) -> str: ...
    @property
    def git_https(self) -> bool: ...
    @property
    def git_account(self) -> str: ...
    @property
    def repo(self) -> str: ...
    @property
    def branch(self) -> str: ...
    @property
    def commit(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Remote:
    """Which repository, which branch or commit of it, and which account may read it.

    `provider` is what the token's variable is named after: the host that the address leads to.
    """

    url: str
    branch: str = ""
    commit: str = ""
    provider: str = ""
    account: str = ""
    token: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """The address without user name."""
        return re.sub(r"^(\w+://)[^/@]*@", r"\1", self.url)

    @property
    def label(self) -> str:
        """The repository as people call it: `me/infra`; for one on this machine the folder's name."""
        parts = [part for part in _path(self.url).removesuffix("/").removesuffix(".git").split("/") if part]
        local = self.url.startswith(("/", "file://"))
        return "/".join(parts[-1:] if local else parts[-2:]) or self.address

    @property
    def at(self) -> str:
        """The branch, or the first digits of the commit that it stays at."""
        return self.commit[:SHORT_ID] if re.fullmatch(r"[0-9a-f]{40}", self.commit) else self.commit or self.branch

    @property
    def short(self) -> str:
        """The repository in the names of its files: `infra@main`."""
        return f"{self.label.rpartition('/')[2]}@{self.at or 'HEAD'}"

    def __str__(self) -> str:
        return f"{self.label}@{self.at or 'HEAD'}"


def address(settings: GitSettings) -> str:
    """The address of a repository: `https://PROVIDER/REPO`, or a path or address given as it is (semantics e.9).

    Raises GitError for one that holds a password.
    """
    repo, provider = settings.repo.strip(), settings.git_provider.strip()
    if is_whole(repo):
        url = repo
    elif is_whole(provider):
        url = f"{provider.rstrip('/')}/{repo}"
    else:
        url = f"{'https' if settings.git_https else 'http'}://{provider}/{repo}"
    _refuse_secrets(url)
    return str(Path(url).expanduser()) if url.startswith("~") else url


def is_whole(text: str) -> bool:
    """Whether a text is an address or a path by itself: `https://...`, `git@host:path`, `/srv/git/x`."""
    return "://" in text or text.startswith(("/", "~")) or re.match(r"[\w.-]+@[\w.-]+:", text) is not None


def remote_of(settings: GitSettings, environ: Mapping[str, str] | None = None) -> Remote:
    """What settings say to read, with the account's token from the environment.

    Raises GitError for an address with a password in it, or a name that git would misread.
    """
    environ = os.environ if environ is None else environ
    url, branch, commit, account = address(settings), settings.branch.strip(), settings.commit, settings.git_account
    for word in (settings.repo, branch, commit, url):
        if word.startswith("-"):
            raise GitError(f"'{word}' is not a valid git name: it begins with a dash")
    if _BAD_BRANCH.search(branch) or re.search(r"\s|:", commit):
        raise GitError("not a valid git name", where=branch or commit, hint="Correct the branch or commit")
    host = host_of(url)
    token = tokens.find(tokens.GIT, host, account, environ) if host else ""
    return Remote(url, branch, commit.strip(), host, account, token)


def host_of(url: str) -> str:
    """The host that an address leads to, with its port; nothing for a path on this machine."""
    if "://" in url:
        return urlsplit(url).netloc.rpartition("@")[2]
    found = None if url.startswith(("/", "~")) else _SCP.fullmatch(url)
    return found["host"] if found else ""


def environment(remote: Remote, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """What git's environment holds besides: no prompts, English, and the account's token where one is known."""
    environ = os.environ if environ is None else environ
    quiet = {**QUIET, "GIT_ASKPASS": "", "SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C", "LANGUAGE": ""}
    if not remote.token or not remote.url.startswith(_WEB):
        return quiet
    parts = urlsplit(remote.url)
    key = f"credential.{parts.scheme}://{parts.netloc.rpartition('@')[2]}.helper"
    count = int(environ.get("GIT_CONFIG_COUNT") or 0)
    # The empty helper first: git's own would be asked before, and would be told the token afterwards.
    helpers = {
        f"GIT_CONFIG_{part}_{count + number}": text
        for number, helper in enumerate(("", _ASK))
        for part, text in (("KEY", key), ("VALUE", helper))
    }
    who = {"KSYNC_GIT_USER": remote.account or "token", "KSYNC_GIT_PASSWORD": remote.token}
    return {**quiet, **helpers, **who, "GIT_CONFIG_COUNT": str(count + 2)}


def _path(url: str) -> str:
    if "://" in url:
        return urlsplit(url).path
    found = None if url.startswith("/") else _SCP.fullmatch(url)
    return found["path"] if found else url


def _refuse_secrets(url: str) -> None:
    if "://" not in url:
        return
    try:
        parts = urlsplit(url)
        web = url.startswith(_WEB)
        secret = parts.password or (web and (_TOKEN_LIKE.match(parts.username or "") or "token=" in parts.query))
    except ValueError as error:
        raise GitError("the repository's address cannot be read", why=str(error)) from error
    if secret:
        hint = "Remove it, and set git_account and a token"
        raise GitError("the repository's address holds a password", hint=hint)
