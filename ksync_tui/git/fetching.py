"""From a repository elsewhere into a clone of ksync's own: as little as the remote lets one take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from ksync_tui.errors import DamagedError, RemoteError, UnreachableError
from ksync_tui.git import command
from ksync_tui.git.network import talk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ksync_tui.git.network import Patience
    from ksync_tui.git.remote import Remote

_NEWEST = "--depth=1"
_ALL = "--depth=2147483647"  # what git takes for no limit
_NO_FILES = "--filter=blob:none"
_WHOLE = "ksync-whole"  # a file in a clone whose remote does not give single files
_DAY = 86400
_AT_ONCE = 500


def ref_of(branch: str) -> str:
    """Where a clone keeps what it saw of a branch; "" is the remote's HEAD."""
    return f"refs/ksync/heads/{quote(branch, safe='') or 'HEAD'}"


def before_of(branch: str) -> str:
    """Where a clone keeps the commit that a branch was at before its history was rewritten."""
    return f"refs/ksync/before/{quote(branch, safe='') or 'HEAD'}"


class NoSingleFilesError(DamagedError):
    """The remote gives no single files: the clone has to be made with all of them."""


class Fetching:
    """Fetches into the bare clone `folder`. Every method raises UnreachableError or RemoteError."""

    def __init__(self, remote: Remote, folder: Path, patience: Patience, *, whole: bool = False) -> None:
        self._remote = remote
        self._folder = folder
        self._patience = patience
        self._whole = whole or (folder / _WHOLE).exists()

    def begin(self) -> None:
        """Makes the clone, empty."""
        for words in (
            ["init", "--quiet", "--bare", "--template=", "."],
            ["config", "remote.origin.url", self._remote.url],
        ):
            done = command.run(words, self._folder)
            if done.code != 0:
                raise DamagedError("a clone cannot be made", where=str(self._folder), why=done.stderr.strip())
        if self._whole:
            (self._folder / _WHOLE).touch()

    def branch(self) -> None:
        """The branch's newest commit, without what came before it."""
        self._take([_NEWEST], [self._branch_spec()])

    def move(self, before: str, time: int) -> bool:
        """The branch's commits since commit `before`, which is of `time` (s); false where they do not go on from it."""
        try:
            # A day more, for clocks that are wrong.
            self._fetch([f"--shallow-since={time - _DAY}"], self._branch_spec())
        except RemoteError as error:
            if error.known:
                raise
            self.branch()
            if "no commits selected" in str(error):
                return False
            if (self._folder / "shallow").exists():
                return True  # nobody can tell: what is between is not here
        return self._goes_on(before)

    def commit(self, name: str) -> None:
        """One commit by its whole id; or else all that led to the branch and the tags, where it must be in."""
        if re.fullmatch(r"[0-9a-f]{40}", name):
            try:
                self._fetch([_NEWEST], f"+{name}:refs/ksync/pins/{name}")
            except UnreachableError:
                raise
            except RemoteError:
                pass  # some servers give only what a branch or tag is at
            else:
                return
        self._take([_ALL], [self._branch_spec(), "+refs/tags/*:refs/tags/*"])

    def files(self, ids: Sequence[str]) -> None:
        """The contents of files. Raises NoSingleFilesError."""
        for start in range(0, len(ids), _AT_ONCE):
            words = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", _NO_FILES, "origin"]
            try:
                talk(self._remote, self._folder, [*words, *ids[start : start + _AT_ONCE]], self._patience)
            except UnreachableError:
                raise
            except RemoteError as error:
                where = str(self._remote)
                raise NoSingleFilesError(
                    "the remote does not serve single files", where=where, why=error.why
                ) from error

    def _goes_on(self, before: str) -> bool:
        words = ["merge-base", "--is-ancestor", before, ref_of(self._remote.branch)]
        return command.run(words, self._folder).code != 1

    def _take(self, limit: Sequence[str], specs: Sequence[str]) -> None:
        """Fetches with a limit; without one where the remote knows none.

        That is done in whole clones only: git below 2.44 would start itself without end for the files that are missing.
        """
        try:
            self._fetch(limit, *specs)
        except RemoteError as error:
            if error.known:
                raise
            if not self._whole:
                raise NoSingleFilesError(
                    "the remote does not support limits", where=str(self._remote), why=error.why
                ) from error
            self._fetch([], *specs)

    def _fetch(self, limit: Sequence[str], *specs: str) -> None:
        filtered = [] if self._whole else [_NO_FILES]
        words = ["fetch", "--progress", "--no-tags", "--no-recurse-submodules", *limit, *filtered, "origin", *specs]
        talk(self._remote, self._folder, words, self._patience)

    def _branch_spec(self) -> str:
        branch = self._remote.branch
        return f"+{f'refs/heads/{branch}' if branch else 'HEAD'}:{ref_of(branch)}"
