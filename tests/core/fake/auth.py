"""Who is calling: API keys, JWTs, logins, and the limit on failing (semantics a.2, i)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import RefusedError, failed
from tests.core.fake.state import ApiKey, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

ATTEMPTS, WINDOW_MS = 5, 15_000
GRACE_MS = 5 * 60_000
DAY_MS = 24 * 3600_000


class Limiter:
    """Counts the failures of each address; too many within the window and nothing more is looked at."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], list[int]] = {}

    def check(self, door: str, address: str, now: int) -> None:
        """Raise the 429 while an address is shut out."""
        recent = self._recent(door, address, now)
        if len(recent) >= ATTEMPTS:
            seconds = -(-(recent[0] + WINDOW_MS - now) // 1000)
            raise RefusedError(429, f"Too many attempts | Try again in {seconds}s")

    def count(self, door: str, address: str, now: int, refused: RefusedError) -> RefusedError:
        """The refusal with how many attempts are left."""
        recent = self._recent(door, address, now)
        recent.append(now)
        left = ATTEMPTS - len(recent)
        return RefusedError(refused.status, f"{refused.error} | You have {left} attempts remaining")

    def _recent(self, door: str, address: str, now: int) -> list[int]:
        kept = [at for at in self._failures.get((door, address), []) if now - at < WINDOW_MS]
        self._failures[door, address] = kept
        return kept


def caller(core: FakeCore, headers: Mapping[str, str], disabled_too: bool = False) -> User:
    """The user a request's headers name; raises what Core answers otherwise."""
    user = _by_headers(core, headers)
    if not user.enabled and not disabled_too:
        raise RefusedError(401, "User is not enabled", limited=True)
    return user


def _by_headers(core: FakeCore, headers: Mapping[str, str]) -> User:
    if "authorization" in headers:
        return by_jwt(core, headers["authorization"].removeprefix("Bearer ").strip())
    if "x-api-key" not in headers:
        raise RefusedError(401, "Invalid client credentials")
    if "x-api-secret" not in headers:
        raise failed("Request headers have X-API-KEY but missing X-API-SECRET")
    return by_key(core, headers["x-api-key"].strip(), headers["x-api-secret"].strip())


def by_jwt(core: FakeCore, jwt: str) -> User:
    """The user of a JWT that has not run out."""
    user, expires = core.jwts.get(jwt, ("", 0))
    if user not in core.users or expires < core.clock.now():
        raise failed("Invalid user credentials")
    return core.users[user]


def by_key(core: FakeCore, key: str, secret: str) -> User:
    """The user of a key pair."""
    held = core.keys.get(key)
    run_out = held is not None and held.expires and held.expires + GRACE_MS < core.clock.now()
    if held is None or run_out or held.secret != secret or held.user not in core.users:
        raise RefusedError(401, "Invalid user credentials", limited=True)
    return core.users[held.user]


def new_jwt(core: FakeCore, user: User) -> str:
    """A JWT of a day."""
    jwt = f"jwt.{core.ids.next()}.{user.username}"
    core.jwts[jwt] = (user.id, core.clock.now() + DAY_MS)
    return jwt


def new_key(core: FakeCore, user: User, name: str, expires: int = 0) -> ApiKey:
    """A key pair."""
    made = ApiKey(f"K_{core.ids.next()}_K", f"S_{core.ids.next()}_S", user.id, name, core.clock.now(), expires)
    core.keys[made.key] = made
    return made


@answers("login", "GetLoginOptions")
def _options(core: FakeCore, who: User, p: Json) -> Json:
    off = dict.fromkeys(("oidc", "github", "google", "registration_disabled", "oidc_auto_redirect"), False)
    return {"local": True, **off}


@answers("login", "LoginLocalUser", "username:str password:str")
def _login(core: FakeCore, who: User, p: Json) -> Json:
    user = core.user_named(p["username"])
    if user is None or not user.password or user.password != p["password"]:
        raise RefusedError(401, "Invalid login credentials", limited=True)
    if user.totp is not None:
        core.sessions[core.session] = user.id
        return {"type": "Totp", "data": {}}
    return {"type": "Jwt", "data": {"jwt": new_jwt(core, user)}}


@answers("login", "CompleteTotpLogin", "code:str")
def _totp(core: FakeCore, who: User, p: Json) -> Json:
    user = core.users.get(core.sessions.get(core.session, ""))
    if user is None or user.totp != p["code"]:
        raise RefusedError(401, "Invalid totp code" if user else "No login in progress", limited=True)
    del core.sessions[core.session]
    return {"jwt": new_jwt(core, user)}


@answers("login", "SignUpLocalUser", "username:str password:str")
def _sign_up(core: FakeCore, who: User, p: Json) -> Json:
    if core.user_named(p["username"]):
        error = f"Failed to create user on database: {duplicate('User')}"
        raise RefusedError(500, error, limited=True)
    user = core.user(p["username"], p["password"])
    user.enabled = False
    return {"type": "Jwt", "data": {"jwt": new_jwt(core, user)}}


def duplicate(collection: str) -> str:
    """What the database says of a second one by the same name."""
    return (
        "Kind: An error occurred when trying to execute a write operation: WriteError(WriteError { code: 11000, "
        f'code_name: None, message: "E11000 duplicate key error collection: komodo.{collection}", details: None }}), '
        "labels: {}, source: None, server response: None"
    )


@answers("manage", "CreateApiKey", "name:str expires:int64=0")
def _create_key(core: FakeCore, who: User, p: Json) -> Json:
    if len(p["name"].encode()) > 200:
        raise RefusedError(400, "Api key name is too long")
    made = new_key(core, who, p["name"], p["expires"])
    return {"key": made.key, "secret": made.secret}


@answers("manage", "DeleteApiKey", "key:str")
def _delete_key(core: FakeCore, who: User, p: Json) -> Json:
    held = core.keys.get(p["key"])
    if held is None or held.user != who.id:
        raise RefusedError(404, "No api key with key found")
    del core.keys[p["key"]]
    return {}


@answers("read", "ListApiKeys")
def _keys(core: FakeCore, who: User, p: Json) -> list[Json]:
    return [held.as_json() for held in core.keys.values() if held.user == who.id]
