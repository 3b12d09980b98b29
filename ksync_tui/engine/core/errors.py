"""Core's refusals as errors of ours, by status and text (semantics a.4): most of them are a plain 500."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ksync_tui.engine.core.text import chain, sentence
from ksync_tui.errors import (
    BusyError,
    ConflictError,
    CoreError,
    CredentialsError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
)

_log = logging.getLogger(__name__)
_NOT_FOUND = re.compile(
    r"did not find any|no (?:variable|tag|user|user ?group|update|alert|\w+) (?:was )?found|not found", re.IGNORECASE
)
_FORBIDDEN = re.compile(
    r"not have (?:required )?permissions|admins? only|(?:only|by) admins?\b|be (?:an )?admin|not allowed|forbidden",
    re.IGNORECASE,
)
"""Not `permission` alone: git and the disk of a host deny some too, and no admin of Core gives those."""
_LEVEL = re.compile(r"Must have at least (\w+)")
BUSY = re.compile(r"(?:ERROR: )?(?:[A-Z][A-Za-z]+|Resource is) busy\.?")
"""The whole of it: `device or resource busy` may come up when half is done."""
_CREDENTIALS = re.compile(
    r"invalid (?:user|login|client) credentials|X-API-|jwt|user is (?:not enabled|disabled)", re.IGNORECASE
)
_TAKEN = re.compile(r"already exists|E11000|duplicate key", re.IGNORECASE)
_WAIT = re.compile(r"try again in (\d+)", re.IGNORECASE)
_ATTEMPTS = re.compile(r"\s*\| (You have \d+ attempts remaining|Try again in .*)")


@contextmanager
def understanding(where: str) -> Iterator[None]:
    """Inside, an answer in another form than Core's, such as a later one's, is an error of the Core at `where`."""
    try:
        yield
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        _log.debug("an answer is not understood: %s", type(error).__name__)
        why = f"it has another form than this ksync knows ({type(error).__name__})"
        hint = "`ksync doctor` says which versions these are; update the older one"
        raise CoreError("an answer of this Core is not understood", where=where, why=why, hint=hint) from error


def refusal(status: int, body: Any, what: str, where: str) -> CoreError:
    """The error for an answer that is not 200. `body` is Core's JSON; `what` names the request, `where` the server."""
    message, causes = _said(body)
    why = chain([message, *causes]) or f"it answered {status}"
    text = f"{message} {' '.join(causes)}"
    if status == 429:
        return _rate_limited(text, where)
    for tells, make in _KINDS:
        if tells(status, text):
            return make(what, where, why)
    return CoreError(f"Core refused {what}", where=where, why=why, hint=_HINTS.get(status))


def _said(body: Any) -> tuple[str, list[str]]:
    if not isinstance(body, dict):
        return "", []
    message = _ATTEMPTS.sub("", sentence(body.get("error")))
    trace = body.get("trace")
    return message, [sentence(cause) for cause in trace] if isinstance(trace, list) else []


def _rate_limited(text: str, where: str) -> RateLimitedError:
    found = _WAIT.search(text)
    seconds = int(found[1]) if found else 15
    hint = f"Wait {seconds} s; then give the right key and secret"
    return RateLimitedError("too many failed logins from this address", where=where, hint=hint, seconds=seconds)


def too_many(wait: str, where: str) -> RateLimitedError:
    """A 429 that Core does not send: a proxy on the way takes only so many. `wait`: what it says of how long, or ""."""
    seconds = int(wait) if wait.isdecimal() else 1
    hint = "Try again later; a lower `parallel` in the settings asks less at once"
    return RateLimitedError("too many requests", where=where, hint=hint, seconds=seconds)


def _credentials(_what: str, where: str, why: str) -> CoreError:
    hint = "Check key and secret (or user and password) of the profile; an API key may have expired"
    return CredentialsError("Core does not accept the credentials", where=where, why=why, hint=hint)


def _forbidden(what: str, where: str, why: str) -> CoreError:
    level = _LEVEL.search(why)
    needed = f"{level[1]} on it" if level else "to be an admin" if re.search("admin", why, re.IGNORECASE) else ""
    hint = f"This user needs {needed}: an admin of Core can grant it" if needed else "An admin of Core can allow it"
    return ForbiddenError(f"this user may not do {what}", where=where, why=why, hint=hint)


def _not_found(what: str, where: str, why: str) -> CoreError:
    hint = "Plan again to see what is there now"
    return NotFoundError(f"it no longer exists: Core refused {what}", where=where, why=why, hint=hint)


def _conflict(what: str, where: str, why: str) -> CoreError:
    hint = "Plan again to see how it differs"
    return ConflictError(f"it exists already: Core refused {what}", where=where, why=why, hint=hint)


def _busy(what: str, where: str, why: str) -> CoreError:
    return BusyError(
        f"the resource is busy: Core refused {what}", where=where, why=why, hint="Try again when it is free"
    )


_KINDS: tuple[tuple[Callable[[int, str], object], Callable[[str, str, str], CoreError]], ...] = (
    (lambda status, text: status == 401 or (status == 500 and _CREDENTIALS.search(text)), _credentials),
    (lambda status, text: status == 409 or _TAKEN.search(text), _conflict),
    (lambda status, text: status == 404 or (status == 500 and _NOT_FOUND.match(text)), _not_found),
    (lambda status, text: status == 403 or (status == 500 and _FORBIDDEN.search(text)), _forbidden),
    (lambda status, text: status == 500 and BUSY.fullmatch(text.strip()), _busy),
)
_HINTS = {
    415: "A proxy on the way may have changed the request",
    422: "This Core may be of a version that this ksync does not know; `ksync doctor` shows it",
}
