"""Get, List and ListFull of every kind: items, queries, pages (semantics a.5, a.6, b.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.core.fake.clauses import Json, answers
from tests.core.fake.errors import UnreadableError
from tests.core.fake.export import version
from tests.core.fake.kinds import KINDS, Kind
from tests.core.fake.permissions import allowed, visible
from tests.core.fake.schema import NO_VERSION
from tests.core.fake.state import Resource, User
from tests.core.fake.states import state
from tests.core.fake.tags import tag_named

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

LIMIT = 50
_ALERTS = ("unreachable", "cpu", "mem", "disk", "version_mismatch")


def _name(core: FakeCore, id_: str) -> str:
    return core.resources[id_].name if id_ in core.resources else ""


def _git(core: FakeCore, config: Json) -> Json:
    linked = core.resources.get(config.get("linked_repo", ""))
    source = linked.config if linked else config
    return {
        "linked_repo": config["linked_repo"],
        "linked_repo_name": linked.name if linked else "",
        "git_provider": source["git_provider"],
        "repo": source["repo"],
        "branch": source["branch"],
        "repo_link": _link(source),
    }


def _link(source: Json) -> str:
    link = f"https://{source['git_provider']}/{source['repo']}"
    return f"{link}/tree/{source['branch']}" if source["git_provider"] == "github.com" else link


def _server(core: FakeCore, resource: Resource) -> Json:
    config, said = resource.config, state(core, resource)
    bounds = {f"{what}_{level}": config[f"{what}_{level}"] for what in ("cpu", "mem", "disk") for level in _LEVELS}
    up = said == "Ok"
    unreachable = {"error": "Periphery is not connected", "trace": []} if said == "NotOk" else None
    return {
        "state": said,
        "err": unreachable,
        "stats": None,
        "alerting_thresholds": bounds,
        "core_count": None,
        "logical_core_count": None,
        "region": config["region"],
        "address": config["address"] or None,
        "external_address": config["external_address"] or None,
        "public_ip": None,
        **{f"send_{what}_alerts": config[f"send_{what}_alerts"] for what in _ALERTS},
        "version": core.version if up else None,
        "public_key": None,
        "attempted_public_key": None,
        "terminals_disabled": not up,
        "container_terminals_disabled": not up,
    }


_LEVELS = ("warning", "critical")


def _on_host(core: FakeCore, config: Json) -> Json:
    return {
        "swarm_id": config["swarm_id"],
        "swarm_name": _name(core, config["swarm_id"]),
        "server_id": config["server_id"],
        "server_name": _name(core, config["server_id"]),
    }


def _stack(core: FakeCore, resource: Resource) -> Json:
    config, info = resource.config, resource.info
    said = state(core, resource)
    services = info["deployed_services"] or info["latest_services"]
    known = [] if said == "unknown" else services
    return {
        **_on_host(core, config),
        "files_on_host": config["files_on_host"],
        "file_contents": bool(config["file_contents"]),
        **_git(core, config),
        "state": said,
        "status": None if said in ("unknown", "down") else f"running({len(services)})",
        "services": sorted((_service(service) for service in known), key=lambda service: str(service["service"])),
        "auto_update_all_services": config["auto_update_all_services"],
        "project_missing": False,
        "missing_files": info["missing_files"],
        "deployed_hash": info["deployed_hash"],
        "latest_hash": info["latest_hash"],
    }


def _service(service: Json) -> Json:
    name, image = service["service_name"], service["image"]
    return {"service": name, "image": image, "latest_image": None, "update_available": False}


def _deployment(core: FakeCore, resource: Resource) -> Json:
    config, said = resource.config, state(core, resource)
    down = said in ("unknown", "not_deployed")
    params = config["image"]["params"]
    build = params.get("build_id")
    return {
        "state": said,
        "status": None if down else "Up 2 seconds",
        "custom_name": config["custom_name"] if down else config["custom_name"] or resource.name,
        "image": params["image"] if "image" in params else _built(core, params, None if down else resource.id),
        "update_available": False,
        **_on_host(core, config),
        "build_id": build or None,
    }


def _built(core: FakeCore, params: Json, running: str | None) -> str:
    """The image that runs; else the one that would."""
    if running in core.deployed_versions:
        return f"{_name(core, params['build_id'])}:{core.deployed_versions[running]}"
    latest = params["version"] == NO_VERSION
    return f"{_name(core, params['build_id'])}:{'latest' if latest else version(params['version'])}"


def _build(core: FakeCore, resource: Resource) -> Json:
    config, info = resource.config, resource.info
    return {
        "state": state(core, resource),
        "last_built_at": info["last_built_at"],
        "version": config["version"],
        "builder_id": config["builder_id"],
        "files_on_host": config["files_on_host"],
        "dockerfile_contents": bool(config["dockerfile"]),
        **_git(core, config),
        "built_hash": info["built_hash"],
        "latest_hash": info["latest_hash"],
        "image_registry_domain": next((entry["domain"] for entry in config["image_registry"]), None),
    }


def _repo(core: FakeCore, resource: Resource) -> Json:
    config, info = resource.config, resource.info
    return {
        "server_id": config["server_id"],
        "server_name": _name(core, config["server_id"]),
        "builder_id": config["builder_id"],
        "last_pulled_at": info["last_pulled_at"],
        "last_built_at": info["last_built_at"],
        "git_provider": config["git_provider"],
        "repo": config["repo"],
        "branch": config["branch"],
        "repo_link": _link(config),
        "state": state(core, resource),
        "cloned_hash": info["latest_hash"],
        "cloned_message": info["latest_message"],
        "built_hash": info["built_hash"],
        "latest_hash": info["latest_hash"],
    }


def _scheduled(core: FakeCore, resource: Resource) -> Json:
    last = core.last_run_at.get(resource.id)
    return {
        "state": state(core, resource),
        "last_run_at": last,
        "next_scheduled_run": None,
        "schedule_error": None,
    }


def _sync(core: FakeCore, resource: Resource) -> Json:
    config, info = resource.config, resource.info
    return {
        "last_sync_ts": info["last_sync_ts"],
        "files_on_host": config["files_on_host"],
        "file_contents": bool(config["file_contents"]),
        "managed": config["managed"],
        "resource_path": config["resource_path"],
        **_git(core, config),
        "last_sync_hash": info["last_sync_hash"],
        "last_sync_message": info["last_sync_message"],
        "state": state(core, resource),
    }


def _swarm(core: FakeCore, resource: Resource) -> Json:
    said = state(core, resource)
    lost = {"error": "Failed to request from Swarm", "trace": ["No managers connected"]}
    return {"server_ids": resource.config["server_ids"], "state": said, "err": lost if said == "Unknown" else None}


_INFO: dict[str, Callable[[FakeCore, Resource], Json]] = {
    "Swarm": _swarm,
    "Server": _server,
    "Stack": _stack,
    "Deployment": _deployment,
    "Build": _build,
    "Repo": _repo,
    "Procedure": lambda core, resource: {"stages": len(resource.config["stages"]), **_scheduled(core, resource)},
    "Action": _scheduled,
    "Builder": lambda core, resource: {
        "builder_type": resource.config["type"],
        "instance_type": resource.config["params"].get("instance_type"),
    },
    "Alerter": lambda core, resource: {
        "enabled": resource.config["enabled"],
        "endpoint_type": resource.config["endpoint"]["type"],
    },
    "ResourceSync": _sync,
}


def item(core: FakeCore, resource: Resource) -> Json:
    """A resource as a list item."""
    return {
        "id": resource.id,
        "type": resource.title,
        "name": resource.name,
        "template": resource.template,
        "tags": list(resource.tags),
        "info": _INFO[resource.title](core, resource),
    }


_NEEDED = {"Swarm": "servers", "Alerter": "types"}
"""What `specific` of a query has to have where it is given at all (semantics a.6)."""


def queried(core: FakeCore, who: User, title: str, query: Json | None) -> list[Resource]:
    """The resources of a kind that a query asks for."""
    if query is None:
        return visible(core, who, title)
    specific, needed = query["specific"], _NEEDED.get(title)
    if specific and needed and needed not in specific:
        raise UnreadableError("params.query.specific", f"missing field `{needed}`")
    tags = [tag_named(core, name).id for name in query["tags"]]
    found = [resource for resource in visible(core, who, title) if _asked_for(resource, query, tags)]
    return [resource for resource in found if _specific(core, resource, specific)]


def _asked_for(resource: Resource, query: Json, tags: list[str]) -> bool:
    terms = all(term.lower() in resource.name.lower() for term in query["terms"])
    named = not query["names"] or bool({resource.name, resource.id} & set(query["names"]))
    every = any if query["tag_behavior"] == "Any" else all
    tagged = not tags or every(tag in resource.tags for tag in tags)
    templates = {"Include": True, "Exclude": not resource.template, "Only": resource.template}
    return terms and named and tagged and templates[query["templates"]]


def _specific(core: FakeCore, resource: Resource, specific: Json) -> bool:
    states = specific.get("states")
    if states and state(core, resource) not in states:
        return False
    for key, wanted in specific.items():
        held = {"server_ids": "server_id", "swarm_ids": "swarm_id", "builder_ids": "builder_id", "repos": "repo"}.get(
            key
        )
        if held and wanted and resource.config.get(held) not in wanted:
            return False
    return True


def page(found: list[Any], p: Json) -> list[Any]:
    """One page; `limit: 0` is everything."""
    limit = LIMIT if p["limit"] is None else p["limit"]
    return found if limit == 0 else found[p["page"] * limit : (p["page"] + 1) * limit]


def _register(kind: Kind) -> None:
    title, paging = kind.title, "query:ResourceQuery?=null page:uint32=0 limit:uint32?=null"

    @answers("read", f"Get{title}", f"{kind.param}|id|name:str")
    def _get(core: FakeCore, who: User, p: Json) -> Json:
        return allowed(core, who, title, p[kind.param], "Read").as_json()

    @answers("read", f"List{kind.plural}", f'{paging} sort_by:str="Name" sort_desc:bool=false')
    def _list(core: FakeCore, who: User, p: Json) -> list[Json]:
        found = queried(core, who, title, p["query"])
        return [item(core, resource) for resource in page(found[::-1] if p["sort_desc"] else found, p)]

    @answers("read", f"ListFull{kind.plural}", paging)
    def _list_full(core: FakeCore, who: User, p: Json) -> list[Json]:
        return [resource.as_json() for resource in page(queried(core, who, title, p["query"]), p)]


for _kind in KINDS.values():
    _register(_kind)
