"""Git repositories as Core keeps them, with real ones on this disk behind the addresses (semantics c.1, c.10, e.9)."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json
from tests.core.fake.errors import DIM, END, bold

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

CACHE = "/komodo/repo-cache"
REUSE_MS = 5000
"""A pull of a folder serves for this long (semantics h.28)."""
Log = tuple[str, str, str, str]
"""Stage, command, stdout, stderr."""


@dataclass
class GitError(Exception):
    """A step of git failed."""

    stage: str
    output: str


@dataclass
class Checkout:
    """A clone in Core's cache."""

    real: Path
    said: str
    url: str
    branch: str
    origin: Path
    logs: list[Log] = field(default_factory=list)
    read: tuple[str, str] = ("", "")
    """Short hash and message of what was pulled, or of the newest commit."""

    def git(self, *arguments: str, stage: str = "", shown: str = "") -> str:
        """Run git here; its words as if the address were the real one."""
        ran = subprocess.run(["git", *arguments], cwd=self.real, capture_output=True, text=True, check=False)
        out, err = (text.replace(str(self.origin), self.url) for text in (ran.stdout, ran.stderr))
        if ran.returncode:
            raise GitError(stage or arguments[0], err)
        if stage:
            self.logs.append((stage, shown or " ".join(["git", *arguments]), out, err))
        return out

    def head(self) -> tuple[str, str]:
        """Short hash and message of what is checked out."""
        return self.git("rev-parse", "--short", "HEAD").strip(), self.git("log", "-1", "--pretty=%B").strip()

    def note_head(self) -> None:
        """The log about it."""
        hash_, message = self.read = self.head()
        said = f"{DIM}hash:{END} {bold(hash_)}\n{DIM}message:{END} {bold(message)}"
        self.logs.append(("Latest Commit", "git rev-parse --short HEAD && git log -1 --pretty=%B", said, ""))


def _address(git: Json) -> str:
    return f"{'https' if git['git_https'] else 'http'}://{git['git_provider']}/{git['repo']}"


def pull(core: FakeCore, git: Json) -> Checkout:
    """The newest state of a branch; raises GitError as Core's steps fail."""
    branch, url = git["branch"], _address(git)
    place = f"{git['git_provider']}/{git['repo'].replace('/', '-')}/{branch.replace('/', '-')}/latest"
    said, real = f"{CACHE}/{place}", core.repo_folder / place
    origin = core.remotes.get(f"{git['git_provider']}/{git['repo']}")
    if origin is None:
        raise GitError("Clone Repo", f"Cloning into '{said}'...\n{_unreachable(core, git, url)}\n")
    at, reused = core.pulled.get(said, (0, None))
    if reused is not None and core.clock.now() - at < REUSE_MS:
        return replace(reused, logs=list(reused.logs))
    held = Checkout(real, said, url, branch, origin)
    if not (real / ".git").is_dir():
        _clone(held)
        return held
    held.git("remote", "set-url", "origin", str(origin))
    held.logs.append(("Set Git Remote", f"git remote set-url origin {url}", "", ""))
    held.git("fetch", "--all", "--prune")
    held.git("checkout", "-f", branch, stage="Checkout branch")
    held.git("pull", "--rebase", "--force", "origin", branch, stage="Git pull")
    held.note_head()
    core.pulled[said] = (core.clock.now(), replace(held, logs=list(held.logs)))
    return held


def _unreachable(core: FakeCore, git: Json, url: str) -> str:
    provider = git["git_provider"]
    if any(name.startswith(provider + "/") for name in core.remotes):
        return f"fatal: repository '{url}/' not found"
    host, _, port = provider.partition(":")
    if port:
        reason = f"Failed to connect to {host} port {port} after 0 ms: Couldn't connect to server"
        return f"fatal: unable to access '{url}/': {reason}"
    return f"fatal: unable to access '{url}/': Could not resolve host: {host}"


def _clone(held: Checkout) -> None:
    held.real.mkdir(parents=True)
    try:
        held.git("clone", "-q", str(held.origin), ".", "-b", held.branch)
    except GitError as error:
        held.real.rmdir()
        output = error.output.replace("warning: Could not find remote branch", "fatal: Remote branch")
        raise GitError("Clone Repo", f"Cloning into '{held.said}'...\n{output}") from None
    held.note_head()


def commit(held: Checkout, path: str, message: str, author: str) -> None:
    """Add, commit and push one file that was written."""
    held.git("add", path, stage="Add Files")
    who = ("-c", f"user.name={author}", "-c", "user.email=a@b.example")
    shown = f'git commit -m "{message}"'
    held.git(*who, "commit", "-m", message.replace('"', ""), stage="Commit", shown=shown)
    held.note_head()
    held.git("push", "--set-upstream", "origin", held.branch, stage="Push")
