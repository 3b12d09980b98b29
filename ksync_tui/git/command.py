"""Running the git command: no prompt, no editor, no terminal, no leftovers of another repository's environment."""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksync_tui.errors import GitError
from ksync_tui.system import debug_log
from ksync_tui.system.cancellation import never
from ksync_tui.system.command import Command
from ksync_tui.system.command import run as run_command

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
_LOOK = 0.1
"""Seconds between two looks at how far a command is."""
QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", "GIT_PAGER": "cat"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GitResult:
    """How a git command ended: exit code (None: stopped after its time), what it printed."""

    code: int | None
    stdout: str
    stderr: str


def available() -> bool:
    """Whether there is a git command."""
    return shutil.which("git") is not None


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
    command = Command(("git", *args), cwd, inherited | QUIET | dict(env or {}), timeout)
    out, err = bytearray(), bytearray()
    last = time.monotonic()

    def look() -> bool:
        nonlocal last
        if err and time.monotonic() - last > _LOOK:
            tell(_newest(bytes(err[-1000:])))
            last = time.monotonic()
        return stop()

    try:
        ending = run_command(command, out.extend, err.extend, look, started)
    except OSError as error:
        hint = None if available() else "Install git"
        raise GitError("the git command cannot be started", where=str(cwd), why=error.strerror, hint=hint) from error
    if ending == "stopped":
        raise GitError("stopped", why="on request")
    code = None if ending == "timed out" else ending
    _log.debug("git %s: exit %s  %s", debug_log.command(args), code, cwd)
    return GitResult(code, _text(out), _text(err))


def _newest(data: bytes) -> str:
    lines = [line for line in re.split(r"[\r\n]", _text(data[-1000:])) if line.strip()]
    return lines[-1].strip() if lines else ""


def _text(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "replace")
