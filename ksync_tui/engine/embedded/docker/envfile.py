"""The file that an environment becomes (semantics e.4)."""

from __future__ import annotations

from pathlib import Path

from ksync_tui.engine.embedded.docker.paths import inside, reported
from ksync_tui.errors import EngineError
from ksync_tui.model import text


def contents(environment: str) -> str:
    """The lines `KEY=value` of an environment, values as they are written; nothing for an empty one.

    Raises EngineError for a line without `=` or `:`.
    """
    try:
        return "".join(f"{key}={value}\n" for key, value in text.pairs(environment))
    except text.BadPairError as error:
        raise EngineError("the environment has a line without `=`", why=str(error)) from error


def write(folder: Path, path: str, environment: str) -> Path | None:
    """Writes an environment to `path` below `folder`, readable by its owner only where the file is new.

    Returns the file, or None where an empty environment leaves everything as it is. Raises EngineError.
    """
    lines = contents(environment)
    if not lines:
        return None
    file = inside(folder, path)
    with reported("the env file cannot be written", file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(lines, "utf-8")
    return file
