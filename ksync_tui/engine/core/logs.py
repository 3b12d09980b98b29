"""What the containers of stacks and deployments wrote, through Core."""

from __future__ import annotations

from ksync_tui.engine.container_log import LINES, in_order
from ksync_tui.engine.core.client import Client
from ksync_tui.engine.core.text import lines, sentence
from ksync_tui.errors import CoreError
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Target


async def container_log(client: Client, target: Target) -> list[str]:
    """See `Engine.container_log`; Core asks the server, so that one which is down has none. Raises CoreError."""
    services: dict[str, list[str]] = {"services": []} if target.kind == "stack" else {}
    request = f"Get{KINDS[target.kind].title}Log"
    log = await client.read(request, **{target.kind: target.name}, tail=LINES, timestamps=True, **services)
    if not log.get("success", True):
        why = sentence(log.get("stderr")) or sentence(log.get("stdout")) or None
        raise CoreError("its log cannot be read", where=str(target), why=why)
    return in_order([*lines(log.get("stdout")), *lines(log.get("stderr"))])
