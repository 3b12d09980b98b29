"""A small homelab, for looking at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.core.fake import groups, permissions, resources, variables
from tests.core.fake.executing import now
from tests.core.fake.kinds import KINDS
from tests.core.fake.refreshing import after_write

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore
    from tests.core.fake.state import Resource

_COMPOSE = "services:\n  {name}:\n    image: {image}\n    restart: unless-stopped\n"


def add(core: FakeCore, title: str, name: str, config: Any = None, **meta: Any) -> Resource:
    """A resource as the admin would make it; `meta` as in UpdateResourceMeta."""
    made = resources.create(core, core.admin, KINDS[title], name, config or {})
    resources.set_meta(core, core.admin, made, meta)
    after_write(core, core.admin, made)
    return made


def homelab(core: FakeCore) -> None:
    """Two servers, some stacks and deployments, a build, a procedure, an alerter, a sync, people."""
    add(core, "Server", "edge-1", {"address": "https://10.0.0.4:8120", "enabled": True}, tags=["prod"])
    add(core, "Server", "nas", {"address": "https://10.0.0.5:8120", "enabled": True}, description="the big disks")
    add(core, "Server", "old", {"address": "https://10.0.0.9:8120", "enabled": False})
    for name, image, server in (
        ("web", "nginx:1.27", "edge-1"),
        ("db", "postgres:16", "nas"),
        ("blog", "ghost:5", "nas"),
    ):
        config = {"server": server, "file_contents": _COMPOSE.format(name=name, image=image)}
        add(core, "Stack", name, config, tags=["prod"] if name != "blog" else [])
    for name in ("cache", "worker"):
        image = {"type": "Image", "params": {"image": f"{name}:1"}}
        add(core, "Deployment", name, {"server": "edge-1", "image": image, "environment": "A = 1"})
    add(core, "Builder", "local", {"type": "Server", "params": {"server": "nas"}})
    add(core, "Build", "api", {"builder": "local", "image_name": "api", "version": "1.2.3"})
    add(core, "Repo", "src", {"server": "nas", "repo": "me/src", "branch": "main"})
    runs = [{"execution": {"type": "RunBuild", "params": {"build": "api"}}}]
    add(
        core,
        "Procedure",
        "nightly",
        {"stages": [{"name": "build", "executions": runs}], "schedule": "every day at 3am"},
    )
    add(core, "Action", "ping", {"file_contents": 'console.log("ping")\n'})
    add(
        core,
        "Alerter",
        "chat",
        {"enabled": True, "endpoint": {"type": "Slack", "params": {"url": "http://127.0.0.1:9/x"}}},
    )
    add(core, "ResourceSync", "infra", {"files_on_host": True, "resource_path": ["main.toml"]})
    for stack in ("web", "db"):
        now(core, core.admin, "DeployStack", {"stack": stack, "services": [], "stop_time": None})
    now(core, core.admin, "Deploy", {"deployment": "cache", "stop_signal": None, "stop_time": None})
    _people(core)


def _people(core: FakeCore) -> None:
    blank = {"description": "", "is_secret": False}
    variables.create(core, core.admin, {**blank, "name": "DOMAIN", "value": "example.org"})
    variables.create(core, core.admin, {**blank, "name": "TOKEN", "value": "s3cr3t", "is_secret": True})
    ana = core.user("ana", "ana-password")
    group = groups.create(core, "ops")
    groups.set_users(core, group, [ana.id])
    group.all["Stack"] = {"level": "Read", "specific": []}
    target = {"type": "UserGroup", "id": group.id}
    permission = {"level": "Execute", "specific": []}
    permissions.set_on_target(core, target, core.named("stack", "web").target, permission)
