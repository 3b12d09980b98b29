"""The commands that a resource runs around a pull, a build or a deploy (semantics e.3)."""

from __future__ import annotations

import shutil
from pathlib import Path

from ksync_tui.engine.embedded.docker.command import Call
from ksync_tui.engine.embedded.docker.command import run as run_call
from ksync_tui.engine.embedded.docker.execution_context import ExecutionContext
from ksync_tui.engine.embedded.docker.paths import inside
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.common import SystemCommand
from ksync_tui.model.text import lines_of


def one_line(text: str) -> str:
    """A command of many lines as the one that is run: comments dropped, ` \\` joins, lines run one after the other.

    Empty when nothing is left to run (semantics e.3).
    """
    joined = " ".join(map(str.strip, "\n".join(_lines(text)).split(" \\")))
    return " && ".join(_lines(joined))


def _lines(text: str) -> list[str]:
    lines = (line.strip() for line in lines_of(text))
    return [line.split(" #", 1)[0].strip() for line in lines if line and not line.startswith("#")]


_SCRIPT = "KSYNC_SCRIPT"
_EVAL = f'ksync_script=${_SCRIPT}; unset {_SCRIPT}; eval "$ksync_script"'
"""Everybody on the machine can read the words of a command, only its owner the environment that it starts with."""


def script(command: SystemCommand) -> str | None:
    """The text that a shell runs for a command, or None when it is empty. With `shell_mode` it is unchanged."""
    text = command.command if command.shell_mode else one_line(command.command)
    return text if text.strip() else None


def words(text: str) -> tuple[list[str], dict[str, str]]:
    """The words that run a script, and the environment that holds it: variables may have put secrets into it."""
    return [shutil.which("bash") or "sh", "-c", _EVAL], {_SCRIPT: text}


def run(command: SystemCommand, folder: Path, execution: ExecutionContext, what: str = "its command") -> None:
    """Runs a command in its `path` below `folder`, variables put in; nothing when it is empty.

    It is logged as it is written, with the names of variables. Raises EngineError when it fails, with its last lines;
    `what` names it (`on_clone`).
    """
    text = script(command.model_copy(update={"command": execution.interpolate(command.command)}))
    if text is None:
        return
    place = inside(folder, command.path)
    execution.log(f"$ {script(command)}")
    called, environment = words(text)
    done = run_call(Call(called, place, execution.host.environment | environment), execution.log, execution.stop)
    if done.code != 0:
        why = "; ".join(line for line in done.last[-5:] if line.strip()) or f"exit code {done.code}"
        raise EngineError(f"{what} failed", where=str(place), why=why)
