"""One alert over HTTP. An address may hold a token: an error names its host and nothing more of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ksync_tui.errors import AlertError

if TYPE_CHECKING:
    import httpx

    from ksync_tui.watch.alerts import Message

SECONDS = 10.0
"""How long a receiver may take for each step of an exchange."""
_OK = 200
_UNUSABLE = "its url or its email cannot be used"
_HINTS = {
    401: "Check the token in its url",
    403: "Check the token in its url",
    404: "Check its url",
    429: "It is retried later",
}


def send(message: Message, alerter: str) -> None:
    """Posts a message. Raises AlertError, with the alerter and the host, unless the receiver says that it took it."""
    import httpx  # noqa: PLC0415 - only an alert that is sent needs it

    host = host_of(message.url)
    where = f"alerter/{alerter} at {host}" if host else f"alerter/{alerter}"
    if not host:
        raise AlertError("the alert was not delivered", where=where, why=_UNUSABLE)
    headers = {name.encode(): value.encode() for name, value in message.headers.items()}
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=False) as client,
            client.stream("POST", message.url, content=message.content, headers=headers) as answer,
        ):
            status = answer.status_code  # the body of the answer is nobody's: it may be of any size
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        raise AlertError("the alert was not delivered", where=where, why=_why(error)) from None
    if status != _OK if message.only_200 else not 200 <= status < 300:
        raise AlertError(
            "the alert was not taken", where=where, why=f"the answer was {status}", hint=_HINTS.get(status)
        )


def host_of(url: str) -> str:
    """The host of an address, without what may be secret in it; "" where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _why(error: Exception) -> str:
    """A failure in words that cannot hold the address."""
    import httpx  # noqa: PLC0415 - only an alert that is sent needs it

    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {SECONDS:.0f} s"
    if isinstance(error, httpx.ConnectError):
        return f"cannot connect: {_cause(error)}"
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | httpx.LocalProtocolError | ValueError):
        return _UNUSABLE
    return f"the connection broke ({type(error).__name__})"


def _cause(error: httpx.ConnectError) -> str:
    """What the system says about a connection: its innermost OSError."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, OSError):
        found = found.__cause__ or found.__context__
    return (found.strerror if isinstance(found, OSError) else None) or "no such host, or nothing listens there"
