"""What a sync expects of a delivery, what one says, and whether it was there before. Pure: the moment is given."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ksync_tui.watch.requests import SyncRequest

REMEMBERED_SECONDS = 10 * 60.0
"""As long a delivery counts as the same again. Later it may be sent anew by hand."""
MOST_REMEMBERED = 4096
_IDS = ("x-github-delivery", "x-gitea-delivery", "x-forgejo-delivery", "x-gitlab-event-uuid", "idempotency-key")
_EVENTS: Mapping[str, str] = {
    "x-github-event": "push",
    "x-gitea-event": "push",
    "x-forgejo-event": "push",
    "x-gitlab-event": "Push Hook",
}
_HEADS = "refs/heads/"
_COMMITS = ("after", "checkout_sha")
_NO_COMMIT = "0" * 40


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """What a sync expects of a delivery. `branch` "" is any."""

    secret: str = field(repr=False)
    branch: str
    enabled: bool = True


class WebhookReceiver(Protocol):
    """Who answers for the syncs."""

    def hook(self, name: str) -> WebhookSettings | None:
        """What a sync expects; None for one that there is not. May raise KsyncError."""

    def ask(self, name: str, request: SyncRequest) -> bool:
        """Queues what is wanted; False where too much waits already."""

    def told(self, name: str, text: str) -> None:
        """Something worth a line happened."""


class NotUnderstood(ValueError):  # noqa: N818 - the message says all
    """A body that says nothing; the message says why."""


def other_event(headers: Mapping[str, str]) -> str | None:
    """The event that a delivery tells of where that is not a push; none is named: a push."""
    found = ((headers.get(header), push) for header, push in _EVENTS.items())
    return next((event for event, push in found if event is not None and event != push), None)


@dataclass(frozen=True, slots=True)
class Push:
    """What a delivery says: the branch, or another ref whole; the commit it is now at. "": the body does not say."""

    branch: str
    commit: str

    @property
    def deleted(self) -> bool:
        """Whether the ref is there no more: every forge then gives zeros for a commit."""
        return self.commit.startswith(_NO_COMMIT)


def push_of(body: bytes) -> Push:
    """What the body of a delivery says. Raises NotUnderstood."""
    said = _said(body)
    if not said.branch:
        raise NotUnderstood('the body has no "ref": only pushes are understood')
    return said


def request_of(body: bytes) -> Push:
    """What the body that a CI job sends says: nothing, or the `ref` it is about. Raises NotUnderstood."""
    return _said(body) if body.strip() else Push("", "")


def _said(body: bytes) -> Push:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise NotUnderstood("the body is not JSON: set the content type application/json") from None
    if not isinstance(said, dict):
        raise NotUnderstood("the body is no JSON object")
    ref = said.get("ref", "")
    if not isinstance(ref, str):
        raise NotUnderstood('"ref" in the body is no text')
    commits = (said.get(key) for key in _COMMITS)
    return Push(ref.removeprefix(_HEADS), next((commit for commit in commits if isinstance(commit, str)), ""))


@dataclass(slots=True)
class SeenDeliveries:
    """The deliveries of the last minutes, by id and by the body that names a commit: an id alone is not signed."""

    _seen: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def has(self, names: tuple[str, ...], now: float) -> bool:
        """Whether one was there not long ago. `now`: seconds of a clock that never goes back."""
        while self._seen and next(iter(self._seen.values())) <= now - REMEMBERED_SECONDS:
            self._seen.popitem(last=False)
        return any(name in self._seen for name in names)

    def keep(self, names: tuple[str, ...], now: float) -> None:
        """Remembers one, and forgets the oldest where there are too many."""
        for name in names:
            self._seen[name] = now
            self._seen.move_to_end(name)
        while len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)


def names_of(place: str, headers: Mapping[str, str], body: bytes, push: Push) -> tuple[str, ...]:
    """What a delivery to a place (sync and option) is known by again.

    A body without a commit, as a CI job may send it, is the same for every push: it identifies none.
    """
    ids = [f"{place} id {headers[header][:200]}" for header in _IDS if header in headers]
    bodies = [f"{place} body {blake2b(body, digest_size=16).hexdigest()}"] if push.commit else []
    return (*ids, *bodies)
