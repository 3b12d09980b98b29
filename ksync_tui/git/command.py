"""Running the git command: no prompt, no editor, no terminal, no leftovers of another repository's environment."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# What `git rev-parse --local-env-vars` lists, less the configuration a user gave on purpose.
OTHER_REPOSITORY = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    "GPG_TTY",
)
QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", "GIT_PAGER": "cat"}


@dataclass(frozen=True, slots=True)
class Finished:
    """How a git command ended: exit code (None: stopped after its time), what it printed."""

    code: int | None
    stdout: str
    stderr: str


def available() -> bool:
    """Whether there is a git command."""
    return shutil.which("git") is not None


def run(args: Sequence[str], cwd: Path, *, env: Mapping[str, str] | None = None, timeout: float = 60) -> Finished:
    """Runs `git ARGS` in `cwd` in a session of its own, so that nothing below it can reach the terminal.

    Raises GitError when the command cannot be started; a non-zero exit is the caller's to judge.
    """
    inherited = {key: value for key, value in os.environ.items() if key not in OTHER_REPOSITORY}
    try:
        process = subprocess.Popen(  # noqa: S603 - an argument list, no shell
            ["git", *args],  # noqa: S607 - the user's git is the one on the user's PATH
            cwd=cwd,
            env=inherited | QUIET | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise GitError("the git command cannot be started", where=str(cwd), why=error.strerror) from error
    return _wait(process, timeout)


def _wait(process: subprocess.Popen[bytes], timeout: float) -> Finished:
    with process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            return Finished(None, _text(out), _text(err))
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return Finished(process.returncode, _text(out), _text(err))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
