"""What goes over the network, by the git command: the user's agent, helpers and known hosts hold."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ksync_tui.errors import DamagedError, RemoteError
from ksync_tui.git import command
from ksync_tui.git.causes import damaged, failure, no_answer
from ksync_tui.git.remote import environment
from ksync_tui.model.text import lines_of
from ksync_tui.system.cancellation import never

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ksync_tui.git.command import Tell
    from ksync_tui.git.remote import Remote
    from ksync_tui.system.cancellation import Stop

_STALLED = ("-c", "http.lowSpeedLimit=100", "-c", "http.lowSpeedTime=30")
_IN_TURN = ("-c", "gc.autoDetach=false", "-c", "maintenance.autoDetach=false")
_BATCH = "-o BatchMode=yes -o ConnectTimeout=15"
_NAMED = 5
_MOVED = re.compile(r"\[rejected\]|cannot lock ref|failed to update ref|incorrect old value")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the network may take, in seconds; who may ask for its end, and who hears how far it is."""

    answer: float = 30
    transfer: float = 1800
    lock: float = 60
    stop: Stop = never
    tell: Tell = command.quiet


def tip(remote: Remote, patience: Patience) -> str:
    """The commit (40 hex digits) that the remote's branch is at now, or its HEAD where no branch is named.

    Raises UnreachableError where nothing answers, RemoteError for a branch that is not there and other refusals.
    """
    wanted = f"refs/heads/{remote.branch}" if remote.branch else "HEAD"
    found = _refs(remote, patience, wanted)
    if wanted in found:
        return found[wanted]
    known = [name.removeprefix("refs/heads/") for name in _refs(remote, patience, "refs/heads/*")]
    if not known:
        raise RemoteError("the repository has no commits yet", where=str(remote), hint="Push a first one")
    more = ", ..." if len(known) > _NAMED else ""
    hint = f"It has: {', '.join(known[:_NAMED])}{more}"
    raise RemoteError(f"no such branch: {remote.branch}", where=str(remote), hint=hint)


def _refs(remote: Remote, patience: Patience, pattern: str) -> dict[str, str]:
    words = [*_STALLED, "ls-remote", "--", remote.url, pattern]
    done = command.run(words, _anywhere(), env=_environment(remote), timeout=patience.answer, stop=patience.stop)
    answer = _judged(remote, done, "the repository cannot be looked at", patience.answer)
    lines = (line.partition("\t") for line in lines_of(answer.stdout))
    return {name: id_ for id_, _, name in lines}


def talk(remote: Remote, folder: Path, words: Sequence[str], patience: Patience) -> None:
    """Runs a git command that fetches or pushes in a clone. Raises UnreachableError, RemoteError, DamagedError."""
    env, seconds = _environment(remote), patience.transfer
    words = [*_STALLED, *_IN_TURN, *words]
    done = command.run(words, folder, env=env, timeout=seconds, stop=patience.stop, tell=patience.tell)
    if done.code and damaged(done.stderr):
        raise DamagedError("the clone cannot be used", where=str(folder), why=done.stderr.strip()[-200:])
    _judged(remote, done, "the repository cannot be fetched", seconds)


class MovedError(RemoteError):
    """The branch is somewhere else by now, so that a push would take something back."""


def push(remote: Remote, folder: Path, commit: str, branch: str, patience: Patience, *, to: str = "origin") -> None:
    """Moves a branch of the remote on to a commit that goes on from where it is, or makes it; never by force.

    `to` is what the repository `folder` calls the remote.
    Raises MovedError, UnreachableError, RemoteError with what the remote says.
    """
    words = [*_STALLED, "push", "--porcelain", to, f"{commit}:refs/heads/{branch}"]
    env, seconds = _environment(remote), patience.transfer
    done = command.run(words, folder, env=env, timeout=seconds, stop=patience.stop, tell=patience.tell)
    refused = next((line for line in lines_of(done.stdout) if line.startswith("!")), "")
    if _MOVED.search(refused):
        raise MovedError(f"the branch {branch} moved", where=str(remote), why="someone pushed to it in the meantime")
    if refused:
        said = "; ".join(line.removeprefix("remote:").strip() for line in lines_of(done.stderr) if "remote:" in line)
        why = "; ".join(filter(None, (refused.rpartition("\t")[2], said)))
        raise RemoteError("the commit cannot be pushed", where=str(remote), why=why)
    _judged(remote, done, "the commit cannot be pushed", seconds)


def _judged(remote: Remote, done: command.GitResult, doing: str, seconds: float) -> command.GitResult:
    if done.code is None:
        raise no_answer(remote, doing, seconds)
    if done.code != 0:
        raise failure(remote, doing, done.stderr)
    return done


def _environment(remote: Remote) -> dict[str, str]:
    given = environment(remote) | {"GIT_NO_LAZY_FETCH": "1"}
    if "GIT_SSH" in os.environ or remote.url.startswith(("http://", "https://", "file://", "/")):
        return given
    ssh = os.environ.get("GIT_SSH_COMMAND") or _configured_ssh()
    # Others than OpenSSH have other options; without a terminal they cannot ask either.
    return given | {"GIT_SSH_COMMAND": f"{ssh} {_BATCH}"} if Path(ssh.split()[0]).name == "ssh" else given


def _configured_ssh() -> str:
    return command.run(["config", "--get", "core.sshCommand"], _anywhere()).stdout.strip() or "ssh"


def _anywhere() -> Path:
    # No repository's own configuration shall say how another one is reached.
    return Path("/")
