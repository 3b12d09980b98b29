"""A Komodo Core 2.3.2 in memory, for tests: real requests, real answers, real faults, no Docker.

    core = FakeCore()
    core.add("server", "edge", {"enabled": True})
    core.add("stack", "web", {"server": "edge"}, tags=["prod"])
    httpx.AsyncClient(transport=httpx.ASGITransport(app=core), base_url="http://core.test")
    with serving(core) as address: ...  # behind a socket
    python -m tests.core.fake --seed    # to try things against

What a test may look at: `log`, `writes`, `named(kind, name)`, `resources`, `updates`, `alerts`, `variables`, `groups`.
What it may change: `state`, `running`, `agents_answer`, `version`, `clock`, `sync_folder`, `remotes`, `web_ui`, ...
What it may break (`knobs`): `fail`, `cut`, `lose_answer`, `half`, `slow`, `hold` and `release`, `deploy_fails`, `down`,
`restart`, `expire_jwts`, `drop_websockets`, `mute_websocket`, `chatty`.

By default an execution is over as soon as its answer, which says that it is in progress, has been sent.
"""

from tests.core.fake import requests
from tests.core.fake.core import FakeCore

__all__ = ["FakeCore", "requests"]
