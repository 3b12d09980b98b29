"""Where files of resources may lie: inside their folder, unless the user named an absolute place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.registry import KINDS


def inside(root: Path, *parts: str) -> Path:
    """`root` joined with `parts`, links resolved; an absolute part is the user's own choice and wins (semantics e.9).

    Raises EngineError when relative parts lead out of `root`, or of the absolute part before them (semantics h.17), and
    for a NUL.
    """
    if any("\0" in part for part in parts):
        raise EngineError("a path holds a NUL, which no file can have in its name", where=str(root), hint="Take it out")
    place = Path(os.path.realpath(root.joinpath(*parts)))
    root = next((Path(part) for part in reversed(parts) if Path(part).is_absolute()), root)
    if not place.is_relative_to(os.path.realpath(root)):
        raise EngineError(
            f"the path '{Path(*parts)}' leads out of {root}", hint="Write a path inside it, or an absolute one"
        )
    return place


def folder_of(kind: str, name: str, state: Path) -> Path:
    """The folder of a resource below ksync's state: `repos/NAME`, its name written by the path rule (semantics e.5).

    Raises EngineError for a name that would lead elsewhere.
    """
    root = state / f"{kind}s"
    written = KINDS["repo"].normalise(name)
    if Path(written).is_absolute() or inside(root, written) == inside(root):
        raise EngineError("invalid folder name", where=f"{kind}/{name}", hint="Rename it")
    return inside(root, written)


@contextmanager
def reported(what: str, where: object) -> Iterator[None]:
    """Turns what the file system says inside into an EngineError: `what` failed, `where`."""
    try:
        yield
    except OSError as error:
        raise EngineError(what, where=str(where), why=error.strerror or str(error)) from error
