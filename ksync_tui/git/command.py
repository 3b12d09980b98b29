"""Running the git command: no prompt, no editor, no terminal, no leftovers of another repository's environment."""

from __future__ import annotations

import atexit
import logging
import os
import re
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import GitError
from ksync_tui.system import debug_log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ksync_tui.system.cancellation import Stop

    Tell = Callable[[str], None]

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
_log = logging.getLogger(__name__)
_LOOK = 0.1
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True)
class GitResult:
    """How a git command ended: exit code (None: stopped after its time), what it printed."""

    code: int | None
    stdout: str
    stderr: str


def available() -> bool:
    """Whether there is a git command."""
    return shutil.which("git") is not None


def never() -> bool:
    """Nobody asks for a stop."""
    return False


def quiet(_: str) -> None:
    """Nobody hears how far it is."""


def run(
    args: Sequence[str],
    cwd: Path,
    *,
    env: Mapping[str, str] | None = None,
    timeout: float = 60,
    stop: Stop = never,
    tell: Tell = quiet,
    started: Callable[[int], None] = lambda pid: None,
) -> GitResult:
    """Runs `git ARGS` in `cwd` in a session of its own, so that nothing below it can reach the terminal.

    It ends with ksync at the latest. `tell` gets the newest line of its standard error from time to time, `started`
    the number of its process. Raises GitError when the command cannot be
    started or `stop` asks for its end; a non-zero exit is the caller's to judge.
    """
    inherited = {key: value for key, value in os.environ.items() if key not in OTHER_REPOSITORY}
    try:
        with ThreadPoolExecutor(1) as pool:
            process = pool.submit(_start, args, cwd, inherited | QUIET | dict(env or {})).result()
    except OSError as error:
        hint = None if available() else "Install git"
        raise GitError("the git command cannot be started", where=str(cwd), why=error.strerror, hint=hint) from error
    with process:
        try:
            started(process.pid)
            done = _wait(process, time.monotonic() + timeout, stop, tell)
        except BaseException:
            _kill(process)
            raise
        finally:
            _running.discard(process)
    _log.debug("git %s: exit %s  %s", debug_log.command(args), done.code, cwd)
    return done


def _start(args: Sequence[str], cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Starts git and notes that it runs; in a thread, where no signal can interrupt it before that."""
    process = subprocess.Popen(  # noqa: S603 - an argument list, no shell
        ["git", *args],  # noqa: S607 - the user's git is the one on the user's PATH
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    _running.add(process)
    return process


@atexit.register
def _kill_running() -> None:
    """What a thread that ksync no longer waits for has started."""
    for process in tuple(_running):
        _kill(process)


def _wait(process: subprocess.Popen[bytes], until: float, stop: Stop, tell: Tell) -> GitResult:
    while True:
        try:
            out, err = process.communicate(timeout=min(_LOOK, max(until - time.monotonic(), 0)))
        except subprocess.TimeoutExpired as waiting:
            if stop():
                raise GitError("stopped", why="on request") from waiting
            if time.monotonic() >= until:
                _kill(process)
                out, err = process.communicate()
                return GitResult(None, _text(out), _text(err))
            tell(_newest(waiting.stderr or b""))
        else:
            return GitResult(process.returncode, _text(out), _text(err))


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _newest(data: bytes) -> str:
    lines = [line for line in re.split(r"[\r\n]", _text(data[-1000:])) if line.strip()]
    return lines[-1].strip() if lines else ""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
