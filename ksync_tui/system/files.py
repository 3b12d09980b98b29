"""Replacing a file as a whole and durably: a reader sees the old bytes or the new ones, never a part.

The temporary file stands beside the file that it is to replace; those of processes that were killed are cleared.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ksync_tui.system.process import is_left, token

_SUFFIX = ".ksync"
OWNER_ONLY = 0o600


def replace(
    target: Path,
    data: bytes,
    *,
    mode: int = OWNER_ONLY,
    like: Path | None = None,
    check: Callable[[], None] | None = None,
) -> None:
    """Puts `data` in the place of `target`, or makes it: written to a temporary file, synced, renamed, folder synced.

    `mode` (less the umask) is for a file of its own; `like` gives mode and owner of another file instead. `check` is
    called last before the rename, and stops it by raising. Raises OSError, with `target` as it was.
    """
    with temporary_beside(target, mode) as (temporary, handle):
        if like is not None:
            _copy_mode_and_owner(like, handle)
        write_all(handle, data)
        if check is not None:
            check()
        temporary.replace(target)
    sync_folder(target.parent)


def write_all(handle: int, data: bytes) -> None:
    """Writes all bytes to an open file and on to the disk. Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Makes a rename in a folder durable. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def temporary_beside(target: Path, mode: int = OWNER_ONLY) -> Iterator[tuple[Path, int]]:
    """A new file in the folder of `target`, and its descriptor; gone afterwards unless it was renamed."""
    prefix = f".{target.name}."
    _clear(target.parent, prefix)
    handle, name = tempfile.mkstemp(prefix=f"{prefix}{token()}.", suffix=_SUFFIX, dir=target.parent)
    path = Path(name)
    try:
        if mode != OWNER_ONLY:
            os.fchmod(handle, mode & ~_umask())
        yield path, handle
    finally:
        with suppress(OSError):
            os.close(handle)
        path.unlink(missing_ok=True)


def _copy_mode_and_owner(like: Path, handle: int) -> None:
    wanted, has = like.stat(), os.fstat(handle)
    if (wanted.st_uid, wanted.st_gid) != (has.st_uid, has.st_gid):
        os.fchown(handle, wanted.st_uid, wanted.st_gid)
    os.fchmod(handle, wanted.st_mode & 0o7777)


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
