"""Files that change, told by the system as it happens. Where it cannot tell, the next look finds them anyway."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event, Thread

SETTLE_MS = 200
"""Milliseconds without a further change until a change is told: an editor writes in several steps."""
LONGEST_MS = 1600
"""A change is told after these, whatever follows."""
WAKE_MS = 1000
"""So often it is looked whether to go on."""

Paths = Mapping[str, tuple[Path, ...]]
"""Per sync the files and folders that it reads."""


class Changes:
    """Watches the paths of syncs in threads of its own; `tell` is called with the name of a sync that changed.

    `trouble` is told once, in words, why something cannot be watched.
    """

    def __init__(self, tell: Callable[[str], object], trouble: Callable[[str], object]) -> None:
        self._tell = tell
        self._trouble = trouble
        self._paths: Paths = {}
        self._stop = Event()

    def follow(self, paths: Paths) -> None:
        """Watches these paths from now on, and no others. What is not there is looked for at the next call."""
        there = {sync: tuple(path for path in each if path.exists()) for sync, each in paths.items()}
        if there == self._paths:
            return
        self.close()
        self._paths, self._stop = there, Event()
        every = {path for each in there.values() for path in each}
        folders = {path for path in every if path.is_dir()}
        # A file is often replaced by another of its name, which only its folder tells of.
        beside = {path.parent for path in every - folders}
        for roots, recursive in ((folders, True), (beside, False)):
            if roots:
                Thread(target=self._watch, args=(roots, recursive, self._stop), daemon=True, name="ksync-files").start()

    def close(self) -> None:
        """Watches nothing any more."""
        self._stop.set()
        self._paths = {}

    def _watch(self, roots: set[Path], recursive: bool, stop: Event) -> None:
        missed = roots  # what changed before the system was asked to tell
        try:
            for changed in _told(roots, recursive, stop):
                self._changed(changed | missed)
                missed = set()
        except (OSError, RuntimeError) as error:
            if not stop.is_set():
                self._trouble(f"the system does not report file changes; they are found at each interval: {error}")

    def _changed(self, changed: set[Path]) -> None:
        for sync, paths in self._paths.items() if changed else ():
            listed = {place for path in paths for place in (path, path.resolve())}
            beside = {path.parent for path in listed}
            if any(one in beside or one in listed or not listed.isdisjoint(one.parents) for one in changed):
                self._tell(sync)


def _told(roots: set[Path], recursive: bool, stop: Event) -> Iterator[set[Path]]:
    """The paths that changed, as they do; none of them now and then."""
    from watchfiles import watch  # noqa: PLC0415 - only `watch` and the app need it

    found = watch(
        *roots,
        watch_filter=lambda _, path: may_matter(Path(path)),
        debounce=LONGEST_MS,
        step=SETTLE_MS,
        stop_event=stop,
        rust_timeout=WAKE_MS,
        yield_on_timeout=True,
        recursive=recursive,
        ignore_permission_denied=True,
        raise_interrupt=False,
    )
    return ({Path(path) for _, path in changes} for changes in found)


def may_matter(path: Path) -> bool:
    """Whether a change there may be one of resource files: a .toml file, or what may be a folder of them."""
    return ".git" not in path.parts and path.suffix in (".toml", "")
