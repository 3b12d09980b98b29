"""Temporary files beside the file that they are to replace. Those of a process that was killed are cleared."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ksync_tui.system.process import is_left, token

_SUFFIX = ".ksync"


@contextmanager
def beside(target: Path, mode: int = 0o600) -> Iterator[tuple[Path, int]]:
    """A new file in the folder of `target`, and its descriptor; gone afterwards unless it was renamed. Raises OSError.

    What killed processes left there for the same target goes too.
    """
    prefix = f".{target.name}."
    _clear(target.parent, prefix)
    handle, name = tempfile.mkstemp(prefix=f"{prefix}{token()}.", suffix=_SUFFIX, dir=target.parent)
    path = Path(name)
    try:
        if mode != 0o600:
            os.fchmod(handle, mode & ~_umask())
        yield path, handle
    finally:
        with suppress(OSError):
            os.close(handle)
        path.unlink(missing_ok=True)


def _clear(folder: Path, prefix: str) -> None:
    with suppress(OSError):
        for entry in os.scandir(folder):
            ours = entry.name.startswith(prefix) and entry.name.endswith(_SUFFIX)
            if ours and is_left(entry.name.removeprefix(prefix).partition(".")[0]):
                Path(entry.path).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
