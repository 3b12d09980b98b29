"""What syncs expect of webhooks, and where deliveries go: into the queues of whoever watches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ksync_tui.errors import UsageError
from ksync_tui.model.kinds.repo import Repo
from ksync_tui.model.resource import Target
from ksync_tui.services.watching import WatchEvent
from ksync_tui.watch.deliveries import WebhookSettings

if TYPE_CHECKING:
    from ksync_tui.services.session import Session
    from ksync_tui.services.watching import Tell, Watching
    from ksync_tui.watch.requests import RequestQueue, SyncRequest


class SyncWebhooks:
    """Implements `watch.deliveries.WebhookReceiver` for the syncs that are watched."""

    def __init__(self, session: Session, watching: Watching, requests: RequestQueue, tell: Tell) -> None:
        """Raises UsageError naming the syncs that take webhooks and have no secret (semantics h.15), ConfigError."""
        self._session = session
        self._watching = watching
        self._requests = requests
        self._tell = tell
        self._shared = session.settings.watch.shared_secret()
        open_to_all = [name for name in sorted(watching.resources()) if self._unguarded(self.hook(name))]
        if open_to_all:
            raise UsageError(
                "webhooks need a secret",
                where=", ".join(open_to_all),
                why="neither the sync nor the settings have a webhook_secret",
                hint="Set webhook_secret in [watch], KSYNC_WEBHOOK_SECRET, or webhook_enabled = false for the sync.",
            )

    def hook(self, name: str) -> WebhookSettings | None:
        """See `WebhookReceiver.hook`."""
        resource = self._watching.resources().get(name)
        if resource is None:
            return None
        config = resource.config
        linked = self._session.recent().live.get(Target("repo", config.linked_repo)) if config.linked_repo else None
        repo = linked.resource if linked else None
        branch = repo.config.branch if isinstance(repo, Repo) else config.branch
        return WebhookSettings(config.webhook_secret or self._shared, branch, config.webhook_enabled)

    def ask(self, name: str, request: SyncRequest) -> bool:
        """See `WebhookReceiver.ask`."""
        return self._requests.put(name, request)

    def told(self, name: str, text: str) -> None:
        """See `WebhookReceiver.told`."""
        self._tell(WatchEvent(time.time(), name, "webhook", text))

    @staticmethod
    def _unguarded(hook: WebhookSettings | None) -> bool:
        return hook is not None and hook.enabled and not hook.secret
