"""The commands that a resource runs around a pull, a build or a deploy (facts e.3)."""

from __future__ import annotations

import shutil
from pathlib import Path

from ksync_tui.engine.embedded.docker.command import Call
from ksync_tui.engine.embedded.docker.command import run as run_call
from ksync_tui.engine.embedded.docker.paths import inside
from ksync_tui.engine.embedded.docker.site import Site
from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.common import SystemCommand
from ksync_tui.model.text import lines_of


def one_line(text: str) -> str:
    """A command of many lines as the one that is run: comments dropped, ` \\` joins, lines run one after the other.

    Empty when nothing is left to run (facts e.3).
    """
    joined = " ".join(map(str.strip, "\n".join(_lines(text)).split(" \\")))
    return " && ".join(_lines(joined))


def _lines(text: str) -> list[str]:
    lines = (line.strip() for line in lines_of(text))
    return [line.split(" #", 1)[0].strip() for line in lines if line and not line.startswith("#")]


def script(command: SystemCommand) -> list[str] | None:
    """The words that run a command, or None when it is empty. With `shell_mode` the text is the shell's, unchanged."""
    text = command.command if command.shell_mode else one_line(command.command)
    if not text.strip():
        return None
    return [shutil.which("bash") or "sh", "-c", text]


def run(command: SystemCommand, folder: Path, site: Site, what: str = "its command") -> None:
    """Runs a command in its `path` below `folder`, variables put in; nothing when it is empty.

    Raises EngineError when it fails, with its last lines; `what` names it (`on_clone`).
    """
    words = script(command.model_copy(update={"command": site.interpolate(command.command)}))
    if words is None:
        return
    place = inside(folder, command.path)
    site.log(f"$ {words[-1]}")
    done = run_call(Call(words, place, site.host.environment), site.log, site.stop)
    if done.code != 0:
        why = "; ".join(line for line in done.last[-5:] if line.strip()) or f"exit code {done.code}"
        raise EngineError(f"{what} failed", where=str(place), why=why)
