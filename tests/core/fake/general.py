"""What a Core says about itself (semantics b.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json, answers
from tests.core.fake.lists import LIMIT
from tests.core.fake.state import User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore


@answers("read", "GetVersion")
def _version(core: FakeCore, who: User, p: Json) -> Json:
    return {"version": core.version}


@answers("read", "GetCoreInfo")
def _info(core: FakeCore, who: User, p: Json) -> Json:
    off = ("transparent_mode", "ui_write_disabled", "disable_confirm_dialog")
    return {
        "title": core.title,
        "monitoring_interval": "15-sec",
        "webhook_base_url": "http://127.0.0.1:9120",
        **dict.fromkeys(off, False),
        "disable_non_admin_create": core.disable_non_admin_create,
        "disable_websocket_reconnect": False,
        "enable_fancy_toml": False,
        "timezone": "",
        "public_key": "MCowBQYDK2VuAyEAnotarealkeynotarealkeynotarealkeynotareal=",
        "default_pagination_limit": LIMIT,
    }


@answers("read", "ListSecrets", "target:ResourceTarget?=null")
def _secrets(core: FakeCore, who: User, p: Json) -> list[str]:
    return []
