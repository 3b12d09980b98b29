"""The error tree. Every error says what failed, where, why and what to do; none reaches a user as a traceback.

    KsyncError
     ├─ UsageError            the command line or a name given on it is wrong
     ├─ ConfigError           ksync's own configuration cannot be used
     ├─ SourceError           a source of declarations cannot be read at all
     ├─ SelectionError        a set of ticks cannot be run as it stands
     ├─ EngineError           the place where live resources are cannot be read or written
     │   ├─ StoreError        the embedded database: locked, corrupt, full, read-only
     │   ├─ StaleError        a resource moved between plan and action
     │   ├─ NotPossibleError  this engine cannot do that, another may
     │   └─ CoreError         a Komodo Core refused, or what answers is none
     │       ├─ NoAnswerError     nothing, or only part of an answer, came back
     │       ├─ CredentialsError  key, password or token are not accepted, or one is missing
     │       ├─ ForbiddenError    this user may not do that
     │       ├─ NotFoundError     it knows nothing of that name
     │       ├─ ConflictError     the name is taken
     │       ├─ BusyError         another operation holds the resource
     │       └─ RateLimitedError  too many failed logins from here
     ├─ RunError              a run cannot be started, found or resumed
     ├─ AlertError            an alert did not reach its receiver
     ├─ WriteBackError        a file was left as it was: the edit would not mean what was intended
     │   └─ SecretInCommitError  new bytes hold the value of a known secret
     └─ GitError              a repository refused
         ├─ NotARepositoryError   the path is in no work tree
         ├─ CommitRefusedError    hook, signing, lock or moved branch: nothing was committed
         ├─ DamagedError          a clone of ksync's own has holes: it is made anew
         └─ RemoteError           a repository elsewhere says no: unknown, not let in, no such branch or commit
             └─ UnreachableError  no answer from it: what is known of it may be old

Exit codes: 0 nothing to do or done, 1 error or wrong usage, 2 changes pending or
some actions failed.
"""

from __future__ import annotations

from copy import copy

TYPE_CHECKING = False  # see lazy.py
if TYPE_CHECKING:
    from typing import Any, Self

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_PENDING = 2


def sentences(first: str, second: str | None) -> str:
    """Two sentences with one full stop between them; the first alone where there is no second."""
    if not second:
        return first
    return f"{first} {second}" if first.endswith((".", "?", "!")) else f"{first}. {second}"


class KsyncError(Exception):
    """What failed (`what`), where (`where`: file:line or kind/name), why (`why`) and what to do (`hint`)."""

    def __init__(self, what: str, *, where: str | None = None, why: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.hint = hint

    def with_context(self, *, where: str | None = None, hint: str | None = None) -> Self:
        """The same error with a better `where` and `hint`, where they are given, from who knows more."""
        more = copy(self)
        more.where, more.hint = where or self.where, hint or self.hint
        return more

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        body = f"{head}: {self.why}" if self.why else head
        return sentences(body, self.hint)


class UsageError(KsyncError):
    """The command line, or a name given on it, is wrong."""


class ConfigError(KsyncError):
    """ksync's own configuration cannot be used."""


class SourceError(KsyncError):
    """A source of declarations cannot be read at all."""


class SelectionError(KsyncError):
    """A set of ticks cannot be run as it stands."""


class EngineError(KsyncError):
    """The place where live resources are cannot be read or written."""


class StoreError(EngineError):
    """The embedded database is locked, corrupt, full or read-only."""


class StaleError(EngineError):
    """A resource moved between plan and action."""


class NotPossibleError(EngineError):
    """This engine cannot do that; another may."""


class CoreError(EngineError):
    """A Komodo Core refused, or what answers at its address is none."""


class NoAnswerError(CoreError):
    """Nothing, or only part of an answer, came back. `sent`: the request may have been carried out all the same."""

    def __init__(self, what: str, *, sent: bool = False, **said: Any) -> None:
        super().__init__(what, **said)
        self.sent = sent


class CredentialsError(CoreError):
    """Key, password or token are not accepted, or one is missing. `asks`: what a person could give to go on."""

    def __init__(self, what: str, *, asks: str | None = None, **said: Any) -> None:
        super().__init__(what, **said)
        self.asks = asks


class ForbiddenError(CoreError):
    """This user may not do that."""


class NotFoundError(CoreError):
    """Core knows nothing of that name."""


class ConflictError(CoreError):
    """The name is taken."""


class BusyError(CoreError):
    """Another operation holds the resource."""


class RateLimitedError(CoreError):
    """Too many failed logins from this address. `seconds`: how long to wait."""

    def __init__(self, what: str, *, seconds: int = 15, **said: Any) -> None:
        super().__init__(what, **said)
        self.seconds = seconds


class RunError(KsyncError):
    """A run cannot be started, found or resumed."""


class AlertError(KsyncError):
    """An alert did not reach its receiver."""


class WriteBackError(KsyncError):
    """A file was left as it was: the edit would not mean what was intended."""


class SecretInCommitError(WriteBackError):
    """New bytes hold the value of a known secret."""


class GitError(KsyncError):
    """A repository refused."""


class NotARepositoryError(GitError):
    """The path is in no git work tree."""


class CommitRefusedError(GitError):
    """Hook, signing, lock or a moved branch: nothing was committed."""


class DamagedError(GitError):
    """A clone of ksync's own cannot be read; it can be made anew."""


class RemoteError(GitError):
    """A repository elsewhere says no. `known` is false where ksync does not understand why."""

    def __init__(self, what: str, *, known: bool = True, **said: Any) -> None:
        super().__init__(what, **said)
        self.known = known


class UnreachableError(RemoteError):
    """A repository elsewhere does not answer; what is known of it may be old."""
