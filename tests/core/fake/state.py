"""What a Core holds: plain records, a counted clock and counted ids, so that a test sees the same every time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from tests.core.fake.kinds import KINDS, Kind

Json = dict[str, Any]

ADMIN_LEVEL = "Write"
WEBHOOK_USER = "000000000000000000000003"
SYNC_USER = "000000000000000000000005"
PROCEDURE_USER = "000000000000000000000000"
SERVICE_USERS = {WEBHOOK_USER: "Git Webhook", SYNC_USER: "Resource Sync", PROCEDURE_USER: "Procedure"}


class Clock:
    """Unix milliseconds; each look is `step` ms later than the one before."""

    def __init__(self, at: int = 1_790_000_000_000, step: int = 1) -> None:
        self._at = at
        self.step = step
        self.offset = 0
        """Milliseconds by which this Core's clock is wrong."""

    def now(self) -> int:
        """The time a Core would write down."""
        self._at += self.step
        return self._at + self.offset

    def pass_seconds(self, seconds: float) -> None:
        """Let time go by."""
        self._at += round(seconds * 1000)


class WallClock(Clock):
    """The time it is."""

    def now(self) -> int:
        """See `Clock.now`."""
        return time.time_ns() // 1_000_000 + self.offset


class Ids:
    """Object ids, in the order they are given out."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """24 hex digits."""
        self._last += 1
        return f"6b04{self._last:020x}"


@dataclass
class User:
    """Somebody who may log in, or one of Core's own service users."""

    id: str
    username: str
    password: str = ""
    admin: bool = False
    super_admin: bool = False
    enabled: bool = True
    create_servers: bool = False
    create_builds: bool = False
    totp: str | None = None
    """The code a second step asks for."""
    all: dict[str, Json] = field(default_factory=dict)
    updated_at: int = 0

    def as_json(self, shown_password: str = "########") -> Json:  # noqa: S107 (what Core sends)
        """As GetUser answers it; only FindUser gives the hash away (semantics i)."""
        return {
            "_id": {"$oid": self.id},
            "username": self.username,
            "enabled": self.enabled,
            "super_admin": self.super_admin,
            "admin": self.admin,
            "create_server_permissions": self.create_servers or self.admin,
            "create_build_permissions": self.create_builds or self.admin,
            "config": {"type": "Local", "data": {"password": shown_password}},
            "linked_logins": {},
            "totp": {"secret": "", "confirmed_at": 0, "recovery_codes": []},
            "passkey": {"passkey": None, "created_at": 0},
            "external_skip_2fa": False,
            "last_update_view": 0,
            "recents": {},
            "all": {kind: shown(permission) for kind, permission in self.all.items()},
            "updated_at": self.updated_at,
        }


@dataclass
class ApiKey:
    """A key pair; the secret is shown once."""

    key: str
    secret: str
    user: str
    name: str
    created_at: int
    expires: int = 0

    def as_json(self) -> Json:
        """As ListApiKeys answers it."""
        return {
            "key": self.key,
            "secret": "",
            "user_id": self.user,
            "name": self.name,
            "created_at": self.created_at,
            "expires": self.expires,
        }


@dataclass
class Resource:
    """One resource of the eleven kinds."""

    id: str
    title: str
    name: str
    config: Json
    info: Any
    description: str = ""
    template: bool = False
    tags: list[str] = field(default_factory=list)
    base_permission: Json = field(default_factory=lambda: {"level": "None", "specific": []})
    updated_at: int = 0
    state: str | None = None
    """What it is said to be, where that is not derived."""

    @property
    def kind(self) -> Kind:
        """Its kind."""
        return KINDS[self.title]

    @property
    def target(self) -> Json:
        """How updates, alerts and permissions name it."""
        return {"type": self.title, "id": self.id}

    def as_json(self) -> Json:
        """The full resource (semantics a.5)."""
        return {
            "_id": {"$oid": self.id},
            "name": self.name,
            "description": self.description,
            "template": self.template,
            "tags": list(self.tags),
            "info": self.info,
            "config": self.config,
            "base_permission": shown(self.base_permission),
            "updated_at": self.updated_at,
        }


@dataclass
class Group:
    """A user group."""

    id: str
    name: str
    everyone: bool = False
    users: list[str] = field(default_factory=list)
    all: dict[str, Json] = field(default_factory=dict)
    updated_at: int = 0

    def as_json(self) -> Json:
        """As GetUserGroup answers it."""
        return {
            "_id": {"$oid": self.id},
            "name": self.name,
            "everyone": self.everyone,
            "users": list(self.users),
            "all": {kind: shown(permission) for kind, permission in self.all.items()},
            "updated_at": self.updated_at,
        }


@dataclass
class Permission:
    """What a user or group may do with one resource."""

    id: str
    user_target: Json
    resource_target: Json
    level: str
    specific: list[str]

    def as_json(self) -> Json:
        """As ListUserTargetPermissions answers it."""
        return {
            "_id": {"$oid": self.id},
            "user_target": self.user_target,
            "resource_target": self.resource_target,
            "level": self.level,
            "specific": self.specific,
        }


@dataclass
class Variable:
    """A variable."""

    name: str
    value: str = ""
    description: str = ""
    is_secret: bool = False

    def as_json(self, admin: bool = True) -> Json:
        """Secret values are for admins only."""
        value = self.value if admin or not self.is_secret else "#" * len(self.value)
        described = {"description": self.description} if self.description else {}
        return {"name": self.name, **described, "value": value, "is_secret": self.is_secret}


@dataclass
class Tag:
    """A tag."""

    id: str
    name: str
    owner: str
    color: str = "Slate"

    def as_json(self) -> Json:
        """As GetTag answers it."""
        return {"_id": {"$oid": self.id}, "name": self.name, "owner": self.owner, "color": self.color}


@dataclass(frozen=True)
class Call:
    """One request a Core got."""

    path: str
    type: str
    params: Any
    user: str | None


def shown(permission: Json) -> Any:
    """A permission as it is sent: the bare level where nothing specific is given."""
    return dict(permission) if permission["specific"] else permission["level"]
