"""One Core: its state in memory, and what a test may do to it from outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.core.fake import alerts, app, auth, checkout, executing, knobs, refreshing, resources, updates, variables
from tests.core.fake.clauses import Json
from tests.core.fake.kinds import KINDS
from tests.core.fake.schema import executions
from tests.core.fake.state import (
    SERVICE_USERS,
    ApiKey,
    Call,
    Clock,
    Group,
    Ids,
    Permission,
    Resource,
    Tag,
    User,
    Variable,
)


class FakeCore(knobs.Knobs):
    """A Komodo Core 2.3.2 as an ASGI app; give it to a transport, or to a server."""

    def __init__(self, admin: str = "admin", password: str = "changeme-please") -> None:  # noqa: S107 (made up)
        super().__init__()
        self.clock, self.ids = Clock(), Ids()
        self.users: dict[str, User] = {}
        self.keys: dict[str, ApiKey] = {}
        self.jwts: dict[str, tuple[str, int]] = {}
        self.sessions: dict[str, str] = {}
        self.session = ""
        """The cookie session of the request at hand."""
        self.resources: dict[str, Resource] = {}
        self.tags: dict[str, Tag] = {}
        self.variables: dict[str, Variable] = {}
        self.groups: dict[str, Group] = {}
        self.permissions: list[Permission] = []
        self.updates: dict[str, Json] = {}
        self.alerts: dict[str, Json] = {}
        self.running: dict[str, str] = {}
        """What stacks and deployments are since they were last deployed, stopped, ..., by id."""
        self.last_run: dict[str, str] = {}
        self.last_run_at: dict[str, int] = {}
        self.built: dict[str, list[Json]] = {}
        """The successful builds of each build, newest first."""
        self.deployed_versions: dict[str, str] = {}
        """The version of the build that each deployment runs."""
        self.remotes: dict[str, Path] = {}
        """Git repositories on this disk by the address Core knows them under: `github.com/me/infra`."""
        self.pulled: dict[str, tuple[int, checkout.Checkout]] = {}
        """When each folder was last pulled, and what that brought."""
        self.tasks = executing.Tasks(self)
        self.limiter = auth.Limiter()
        self.listeners: list[Callable[[Json | None], None]] = []
        """Who hears of every update: the open websockets; None means that they are dropped."""
        self.log: list[Call] = []
        self.version = "2.3.2"
        self.title = "Reference"
        self.web_ui = False
        """Whether unknown GET paths answer the page of the web UI."""
        self.chatty = False
        """Whether every object of an answer has keys nobody knows."""
        self.mute_websocket = False
        self.disable_non_admin_create = False
        self.lag = 0.0
        """Seconds from the answer of an execution to its end; 0: when the answer is sent."""
        self.agents_answer = True
        """Whether the enabled servers are reached."""
        self.compose = "docker compose"
        """The compose command of the agents."""
        self.sync_folder = Path("/komodo/syncs")
        """Where the folders of `files_on_host` syncs are; said to be /komodo/syncs in every text."""
        self.repo_folder = Path("/komodo/repo-cache")
        """Where repos are checked out: a folder per `provider/owner/name`."""
        self.admin = self.user(admin, password, admin=True)
        self.admin.super_admin = True
        made = auth.new_key(self, self.admin, "ksync")
        self.key, self.secret = made.key, made.secret

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        await app.serve(self, scope, receive, send)

    def user(self, name: str, password: str = "", *, admin: bool = False, totp: str | None = None) -> User:
        """Make somebody who may log in; `totp` is the code asked for in a second step."""
        made = User(self.ids.next(), name, password, admin, totp=totp, updated_at=self.clock.now())
        self.users[made.id] = made
        return made

    def user_named(self, name: str) -> User | None:
        """A user by id or name."""
        return self.users.get(name) or next((user for user in self.users.values() if user.username == name), None)

    def api_key(self, user: User | str) -> tuple[str, str]:
        """A key pair of a user."""
        owner = self.user_named(user) if isinstance(user, str) else user
        assert owner is not None, user
        made = auth.new_key(self, owner, "made for a test")
        return made.key, made.secret

    def alert(self, kind: str, name: str, type_: str, data: Json, level: str = "WARNING") -> Json:
        """An alert about a resource, unresolved."""
        return alerts.start(self, self.named(kind, name).target, type_, data, level)

    def expire_jwts(self) -> None:
        """Every login so far has run out."""
        self.jwts = {jwt: (user, 0) for jwt, (user, _) in self.jwts.items()}

    def username(self, id_: str) -> str:
        """The name of a user or service user; the id where there is none."""
        return self.users[id_].username if id_ in self.users else SERVICE_USERS.get(id_, id_)

    def add(self, kind: str, name: str, config: Json | None = None, **meta: Any) -> Resource:
        """A resource as the admin would make it over the API; `meta`: description, template, tags (by name)."""
        title = next(title for title, known in KINDS.items() if kind in (title, known.header))
        made = resources.create(self, self.admin, KINDS[title], name, config)
        resources.set_meta(self, self.admin, made, meta)
        refreshing.after_write(self, self.admin, made)
        return made

    def add_variable(self, name: str, value: str = "", description: str = "", is_secret: bool = False) -> None:
        """A variable as the admin would make it."""
        params = {"name": name, "value": value, "description": description, "is_secret": is_secret}
        variables.create(self, self.admin, params)

    def execute(self, type_: str, **params: Any) -> Json:
        """An execution by the admin, over when this returns its update."""
        blank = {field.name: field.default for field in executions()[type_]}
        return executing.now(self, self.admin, type_, {**blank, **params})

    @property
    def writes(self) -> list[Call]:
        """The requests so far that change something or do something."""
        return [call for call in self.log if call.path in ("/write", "/execute")]

    def named(self, kind: str, name: str) -> Resource:
        """A resource by kind (`stack` or `Stack`) and name; KeyError where there is none."""
        for resource in self.resources.values():
            if kind in (resource.title, resource.kind.header) and name in (resource.name, resource.id):
                return resource
        raise KeyError(f"{kind} {name}")

    def of(self, title: str) -> list[Resource]:
        """All resources of a kind, by name."""
        found = [resource for resource in self.resources.values() if resource.title == title]
        return sorted(found, key=lambda resource: resource.name)

    def restart(self) -> None:
        """Core stops and starts: JWTs end, what was in progress has failed, sockets are gone."""
        self.jwts.clear()
        self.sessions.clear()
        self.tasks.drop()
        self.held.clear()
        for update in self.updates.values():
            if update["status"] == "InProgress":
                updates.add_log(
                    self, update, "Komodo shutdown", stderr="Komodo shutdown during execution", success=False
                )
                updates.complete(self, update)
        self.drop_websockets()

    def state(self, kind: str, name: str, state: str | None) -> None:
        """What a resource is said to be from now on; None: what follows from what was done."""
        self.named(kind, name).state = state

    def updates_on(self, resource: Resource) -> list[str]:
        """The ids of the updates of what runs on a resource, held ones too."""
        held = [self.held[resource.id]] if resource.id in self.held else []
        return [*held, *self.tasks.on(resource.id)]
