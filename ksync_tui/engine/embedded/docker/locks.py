"""One at a time in a folder, over threads and processes."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from ksync_tui.engine.embedded.docker.paths import reported
from ksync_tui.engine.embedded.docker.site import Site
from ksync_tui.errors import EngineError

_LOOK = 0.1


@contextmanager
def held(folder: Path, site: Site) -> Iterator[None]:
    """Waits until nobody else works in `folder`, which need not exist. Raises EngineError when stopped meanwhile."""
    name = blake2b(str(folder).encode(), digest_size=12).hexdigest()
    with reported("the folder's lock cannot be made", site.state / "locks"):
        (site.state / "locks").mkdir(parents=True, exist_ok=True)
        file = (site.state / "locks" / name).open("w")
    with file:
        while not _taken(file.fileno()):
            if site.stop():
                raise EngineError("stopped while waiting for another run", where=str(folder))
            time.sleep(_LOOK)
        yield


def _taken(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
