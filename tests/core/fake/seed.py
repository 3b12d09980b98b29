"""A small homelab, for looking at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.fake import groups, permissions

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

_COMPOSE = "services:\n  {name}:\n    image: {image}\n    restart: unless-stopped\n"
_DECLARED = """\
[[stack]]
name = "web"
deploy = true
tags = ["prod"]
[stack.config]
server = "edge-1"
file_contents = \"\"\"
services:
  web:
    image: nginx:1.28
    restart: unless-stopped
\"\"\"

[[stack]]
name = "wiki"
[stack.config]
server = "nas"
"""
"""What the sync of the homelab reads: one change, one new stack."""


def homelab(core: FakeCore) -> None:
    """Two servers, some stacks and deployments, a build, a procedure, an alerter, a sync, people."""
    core.add("Server", "edge-1", {"address": "https://10.0.0.4:8120", "enabled": True}, tags=["prod"])
    core.add("Server", "nas", {"address": "https://10.0.0.5:8120", "enabled": True}, description="the big disks")
    core.add("Server", "old", {"address": "https://10.0.0.9:8120", "enabled": False})
    for name, image, server in (
        ("web", "nginx:1.27", "edge-1"),
        ("db", "postgres:16", "nas"),
        ("blog", "ghost:5", "nas"),
    ):
        config = {"server": server, "file_contents": _COMPOSE.format(name=name, image=image)}
        core.add("Stack", name, config, tags=["prod"] if name != "blog" else [])
    for name in ("cache", "worker"):
        image = {"type": "Image", "params": {"image": f"{name}:1"}}
        core.add("Deployment", name, {"server": "edge-1", "image": image, "environment": "A = 1"})
    core.add("Builder", "local", {"type": "Server", "params": {"server": "nas"}})
    core.add("Build", "api", {"builder": "local", "image_name": "api", "version": "1.2.3"})
    core.add("Repo", "src", {"server": "nas", "repo": "me/src", "branch": "main"})
    runs = [{"execution": {"type": "RunBuild", "params": {"build": "api"}}}]
    core.add(
        "Procedure",
        "nightly",
        {"stages": [{"name": "build", "executions": runs}], "schedule": "every day at 3am"},
    )
    core.add("Action", "ping", {"file_contents": 'console.log("ping")\n'})
    core.add(
        "Alerter",
        "chat",
        {"enabled": True, "endpoint": {"type": "Slack", "params": {"url": "http://127.0.0.1:9/x"}}},
    )
    for stack in ("web", "db"):
        core.execute("DeployStack", stack=stack)
    core.execute("Deploy", deployment="cache")
    if core.sync_folder.is_dir():
        (core.sync_folder / "infra").mkdir(exist_ok=True)
        (core.sync_folder / "infra/main.toml").write_text(_DECLARED)
    core.add("ResourceSync", "infra", {"files_on_host": True, "resource_path": ["main.toml"]})
    _people(core)


def _people(core: FakeCore) -> None:
    core.add_variable("DOMAIN", "example.org")
    core.add_variable("TOKEN", "s3cr3t", is_secret=True)
    ana = core.user("ana", "ana-password")
    group = groups.create(core, "ops")
    groups.set_users(core, group, [ana.id])
    group.all["Stack"] = {"level": "Read", "specific": []}
    target = {"type": "UserGroup", "id": group.id}
    permission = {"level": "Execute", "specific": []}
    permissions.set_on_target(core, target, core.named("stack", "web").target, permission)
