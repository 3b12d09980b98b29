"""What a write to a stack, build or sync makes Core look up again, after it has answered (semantics b.1, i)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json, answers
from tests.core.fake.deploying import latest, services
from tests.core.fake.permissions import allowed
from tests.core.fake.state import Resource, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore


def after_write(core: FakeCore, who: User, resource: Resource) -> None:
    """The caches of a resource that was just made or changed."""
    if resource.title == "Stack":
        found = services(resource.config["file_contents"])
        resource.info["latest_services"] = [latest(resource, service) for service in found]
    elif resource.title == "Build":
        _build(resource)
    elif resource.title == "ResourceSync":
        from tests.core.fake.sync_refresh import refresh

        refresh(core, resource)


def _build(resource: Resource) -> None:
    """No git server is ever reached: the clone fails as it does without a network."""
    config, info = resource.config, resource.info
    if config["linked_repo"] or not config["repo"] or info["remote_error"]:
        return
    folder = f"/komodo/repo-cache/{config['git_provider']}/{config['repo'].replace('/', '-')}/{config['branch']}/latest"
    url = f"https://{config['git_provider']}/{config['repo']}/"
    info["remote_path"] = "Failed at: Clone Repo"
    info["remote_error"] = (
        f"Cloning into '{folder}'...\n"
        f"fatal: unable to access '{url}': Could not resolve host: {config['git_provider']}\n"
    )


def _register(title: str) -> None:
    @answers("write", f"Refresh{title}Cache", f"{title.lower()}|id|name:str")
    def _refresh(core: FakeCore, who: User, p: Json) -> Json:
        after_write(core, who, allowed(core, who, title, p[title.lower()], "Execute"))
        return {}


for _title in ("Stack", "Build", "Repo"):
    _register(_title)
