"""A repository's work tree on this machine, by the git command: cloned anew or brought up to date (facts e.9).

No account's token is ever part of an address, of a command's words or of what git keeps: it goes from the environment
to git's question for it. A clone is made beside the old one and takes its place when it is whole.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ksync_tui.engine.embedded.docker import tokens
from ksync_tui.engine.embedded.docker.command import Call, Finished, run
from ksync_tui.engine.embedded.docker.locks import held
from ksync_tui.engine.embedded.docker.paths import reported
from ksync_tui.engine.embedded.docker.site import Site
from ksync_tui.errors import EngineError
from ksync_tui.git.command import OTHER_REPOSITORY, QUIET
from ksync_tui.model.kinds.build import BuildConfig
from ksync_tui.model.kinds.repo import RepoConfig
from ksync_tui.model.kinds.stack import StackConfig

OURS = "ksync.folder"
"""Set in the configuration of every clone that ksync made: only such a one is ever replaced."""
_ASK = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$KSYNC_GIT_USER" "$KSYNC_GIT_PASSWORD"; }; f'


GitSettings = RepoConfig | BuildConfig | StackConfig
"""What says which repository: its fields mean the same in all three."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """Where a work tree stands: the commit's short hash and the first line of its message."""

    hash: str
    message: str


@dataclass(frozen=True, slots=True)
class Remote:
    """What to check out, and which account may."""

    url: str
    branch: str = ""
    commit: str = ""
    provider: str = ""
    account: str = ""
    token: str = field(default="", repr=False)


def address(settings: GitSettings) -> str:
    """The address of a repository: `https://PROVIDER/REPO`, or a path or address given as it is (facts e.9).

    Raises EngineError for one that holds a password.
    """
    repo, provider = settings.repo, settings.git_provider
    if _whole(repo):
        url = repo
    elif _whole(provider):
        url = f"{provider.rstrip('/')}/{repo}"
    else:
        url = f"{'https' if settings.git_https else 'http'}://{provider}/{repo}"
    if "://" in url and urlsplit(url).password:
        raise EngineError(
            "the repository's address holds a password", hint="Take it out, and set git_account and a token"
        )
    return str(Path(url).expanduser()) if url.startswith("~") else url


def _whole(text: str) -> bool:
    return "://" in text or text.startswith(("/", "~")) or re.match(r"[\w.-]+@[\w.-]+:", text) is not None


def remote_of(settings: GitSettings, environ: Mapping[str, str] | None = None) -> Remote:
    """What settings say to check out, with the account's token from the environment. Raises EngineError."""
    environ = os.environ if environ is None else environ
    for word in (settings.repo, settings.branch, settings.commit):
        if word.startswith("-"):
            raise EngineError(f"'{word}' is no name that git takes: it begins with a dash")
    token = tokens.find(tokens.GIT, settings.git_provider, settings.git_account, environ)
    return Remote(
        address(settings), settings.branch, settings.commit, settings.git_provider, settings.git_account, token
    )


def environment(remote: Remote, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """What git's environment holds besides: no prompts, and the account's token where one is known."""
    environ = os.environ if environ is None else environ
    quiet = {**QUIET, "GIT_ASKPASS": "", "SSH_ASKPASS_REQUIRE": "never"}
    if not remote.token or not remote.url.startswith(("http://", "https://")):
        return quiet
    parts = urlsplit(remote.url)
    key = f"credential.{parts.scheme}://{parts.netloc}.helper"
    count = int(environ.get("GIT_CONFIG_COUNT") or 0)
    # The empty helper first: git's own would be asked before, and would be told the token afterwards.
    helpers = {
        f"GIT_CONFIG_{part}_{count + number}": text
        for number, helper in enumerate(("", _ASK))
        for part, text in (("KEY", key), ("VALUE", helper))
    }
    who = {"KSYNC_GIT_USER": remote.account or "token", "KSYNC_GIT_PASSWORD": remote.token}
    return {**quiet, **helpers, **who, "GIT_CONFIG_COUNT": str(count + 2)}


def clone(remote: Remote, folder: Path, site: Site) -> Pulled:
    """Clones into `folder`; what was there goes away once the clone is whole.

    Raises EngineError when git fails, or when `folder` holds something that ksync did not make.
    """
    with held(folder, site):
        _ensure_ours(folder, site)
        return _clone(remote, folder, site)


def pull(remote: Remote, folder: Path, site: Site) -> Pulled:
    """Brings `folder` to where the remote's branch is, cloning where nothing is yet.

    Raises EngineError when git fails, or when commits or changes of the user's own would be lost.
    """
    with held(folder, site):
        if not (folder / ".git").exists():
            _ensure_ours(folder, site)
            return _clone(remote, folder, site)
        _ensure_nothing_lost(folder, site)
        return _update(remote, folder, site)


def _clone(remote: Remote, folder: Path, site: Site) -> Pulled:
    with reported("the clone cannot be put there", folder), _beside(folder) as beside:
        fresh = beside / "clone"
        branch = ["--branch", remote.branch] if remote.branch else []
        _git(remote, folder.parent, site, "clone", *branch, "--", remote.url, str(fresh))
        _git(remote, fresh, site, "config", OURS, str(folder))
        at = _settle(remote, fresh, site)
        if folder.exists():
            folder.rename(beside / "old")
        fresh.rename(folder)
    return at


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}."
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix, ignore_cleanup_errors=True) as beside:
        yield Path(beside)


def _update(remote: Remote, folder: Path, site: Site) -> Pulled:
    _git(remote, folder, site, "remote", "set-url", "origin", remote.url)
    _git(remote, folder, site, "fetch", "--prune", "--tags", "--force", "origin")
    if remote.branch:
        _git(remote, folder, site, "checkout", "--force", "-B", remote.branch, f"origin/{remote.branch}", "--")
    else:
        _git(remote, folder, site, "reset", "--hard", "@{upstream}")
    return _settle(remote, folder, site)


def _settle(remote: Remote, folder: Path, site: Site) -> Pulled:
    """Goes to the pinned commit, if there is one, and tells where the work tree stands."""
    if remote.commit:
        _git(remote, folder, site, "reset", "--hard", remote.commit)
    hash_, _, message = _asked(folder, site, "log", "-1", "--format=%h %s").partition(" ")
    return Pulled(hash_, message)


def _ensure_ours(folder: Path, site: Site) -> None:
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / ".git").exists() or not _ours(folder, site):
        raise EngineError(
            f"{folder} holds something that ksync did not put there",
            why="a clone would replace it",
            hint="Move it away, or set another path",
        )


def _ensure_nothing_lost(folder: Path, site: Site) -> None:
    if _ours(folder, site):
        return
    changed = _asked(folder, site, "status", "--porcelain", "--untracked-files=no")
    ahead = _asked(folder, site, "log", "--format=%h", "-1", "HEAD", "--not", "--remotes")
    if changed or ahead:
        raise EngineError(
            f"{folder} has {'changes' if changed else 'commits'} that are nowhere else",
            why="a pull would drop them, and ksync did not make this clone",
            hint="Commit and push them, or set another path",
        )


def _ours(folder: Path, site: Site) -> bool:
    return bool(_asked(folder, site, "config", "--local", "--default", "", "--get", OURS))


def _asked(folder: Path, site: Site, *words: str) -> str:
    call = Call(["git", *words], folder, environment(Remote("")), 60, OTHER_REPOSITORY)
    return _sure(run(call, stop=site.stop), folder, words).out.strip()


def _git(remote: Remote, folder: Path, site: Site, *words: str) -> None:
    site.log(f"$ git {' '.join(words)}")
    call = Call(["git", *words], folder, environment(remote), None, OTHER_REPOSITORY)
    _sure(run(call, site.log, site.stop), folder, words, remote)


def _sure(done: Finished, folder: Path, words: tuple[str, ...], remote: Remote | None = None) -> Finished:
    if done.code != 0:
        why = "; ".join(line for line in done.last[-5:] if line.strip()) or f"exit code {done.code}"
        raise EngineError(f"git {words[0]} failed", where=str(folder), why=why, hint=_hint(remote, why))
    return done


def _hint(remote: Remote | None, why: str) -> str | None:
    if remote is None or not re.search(r"uthentication|could not read Username|Repository not found|403", why):
        return None
    names = " or ".join(tokens.names(tokens.GIT, remote.provider, remote.account))
    return f"Put a token into {names}, or let git know one: `git credential approve`"
