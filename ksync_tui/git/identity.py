"""Who commits: git's own answer, then what the configuration says."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal

from ksync_tui.errors import GitError
from ksync_tui.git import command

if TYPE_CHECKING:
    from pathlib import Path

    import pygit2

    from ksync_tui.git.facts import Author
    from ksync_tui.git.settings import GitConfig

Role = Literal["author", "committer"]
_IDENT = re.compile(r"(?P<name>.*) <(?P<email>.*)> (?P<time>\d+) (?P<sign>[+-])(?P<hours>\d\d)(?P<minutes>\d\d)")


def signature(root: Path, settings: GitConfig, role: Role, given: Author | None = None) -> pygit2.Signature:
    """Name, mail and time for `role`. `given` is used for the author, and for a committer nobody configured.

    Raises GitError with the two commands to run when git knows no name or mail.
    """
    import pygit2  # noqa: PLC0415 - only a repository needs it

    if given and role == "author":
        return pygit2.Signature(given.name, given.email)
    answer = _ask_git(root, role) or _configured(settings, role)
    if answer:
        return answer
    if given:
        return pygit2.Signature(given.name, given.email)
    raise GitError(
        "git does not know who you are",
        where=str(root),
        why=f"no name and mail are configured for the {role}",
        hint='Run: git config --global user.name "Your Name"; git config --global user.email you@example.com',
    )


def _ask_git(root: Path, role: Role) -> pygit2.Signature | None:
    # A name guessed from the machine's user and host is nobody's choice: useConfigOnly turns guessing off.
    if not command.available():
        return None
    variable = f"GIT_{role.upper()}_IDENT"
    done = command.run(["-c", "user.useConfigOnly=true", "var", variable], root)
    match = _IDENT.fullmatch(done.stdout.strip()) if done.code == 0 else None
    return _from_ident(match) if match else None


def _from_ident(match: re.Match[str]) -> pygit2.Signature:
    import pygit2  # noqa: PLC0415 - only a repository needs it

    offset = int(match["hours"]) * 60 + int(match["minutes"])
    signed = -offset if match["sign"] == "-" else offset
    return pygit2.Signature(match["name"], match["email"], int(match["time"]), signed)


def _configured(settings: GitConfig, role: Role) -> pygit2.Signature | None:
    import pygit2  # noqa: PLC0415 - only a repository needs it

    name = _first(settings, role, "name")
    email = _first(settings, role, "email") or os.environ.get("EMAIL")
    return pygit2.Signature(name, email) if name and email else None


def _first(settings: GitConfig, role: Role, part: str) -> str | None:
    # The order of git-commit(1), "Commit information".
    variable = os.environ.get(f"GIT_{role.upper()}_{part.upper()}")
    return variable or settings.text(f"{role}.{part}") or settings.text(f"user.{part}")
