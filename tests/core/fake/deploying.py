"""What executions on stacks and deployments do (semantics b.4, e.6, e.7, i)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.core.fake import updates
from tests.core.fake.clauses import Json
from tests.core.fake.commands import Interpolation, compose, docker_run, one_line
from tests.core.fake.errors import failed
from tests.core.fake.executing import does, files_changed
from tests.core.fake.export import version
from tests.core.fake.state import Resource, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

_AFTER = {
    "Start": ("running", "running"),
    "Restart": ("running", "running"),
    "Unpause": ("running", "running"),
    "Pause": ("paused", "paused"),
    "Stop": ("stopped", "exited"),
    "Destroy": ("down", "not_deployed"),
}


def services(contents: str) -> list[Json]:
    """The services of a compose text, as far as a reader of lines sees them."""
    found: list[Json] = []
    section = ""
    for line in contents.splitlines():
        if top := re.match(r"([\w-]+):", line):
            section = top[1]
        elif section == "services" and (name := re.match(r"  ([\w.-]+):\s*$", line)):
            found.append({"service_name": name[1], "image": ""})
        elif found and section == "services" and (image := re.match(r"    image:\s*(\S+)", line)):
            found[-1]["image"] = image[1]
    return found


def file_of(config: Json) -> str:
    """The first compose file of a stack."""
    return str(next(iter(config["file_paths"]), "compose.yaml"))


def project(resource: Resource) -> str:
    """The compose project of a stack."""
    return resource.config["project_name"] or resource.name


@does("DeployStackIfChanged")
def _deploy_if_changed(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    if not files_changed(resource):
        updates.add_log(core, update, "Compare files", "No changes: nothing was deployed")
        return
    _deploy_stack(core, who, resource, params, update)


@does("DeployStack")
def _deploy_stack(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    config, info = resource.config, resource.info
    put = Interpolation(core)
    base, arguments = compose(core, config, project(resource)), [put(text) for text in config["extra_args"]]
    contents, _ = put(config["file_contents"]), put(config["environment"])
    _before_up(core, resource, put, update, f"{base} config", contents)
    stderr = core.failing.get(("Stack", resource.name), "")
    up = put.hide(" ".join([f"{base} up -d", *arguments]))
    known = services(contents)
    started = "".join(f" Container {project(resource)}-{entry['service_name']}-1  Started\n" for entry in known)
    updates.add_log(core, update, "Compose Up", stderr=stderr or started, command=up, success=not stderr)
    if stderr:
        return
    if config["post_deploy"]["command"]:
        updates.add_log(core, update, "Post Deploy", command=one_line(config["post_deploy"]["command"]))
    core.running[resource.id] = "running"
    info["deployed_project_name"] = project(resource)
    info["deployed_contents"] = _tracked(resource)
    info["deployed_hash"], info["deployed_message"] = info["latest_hash"], info["latest_message"]
    info["deployed_services"] = [latest(resource, entry) for entry in known]
    info["deployed_config"] = contents
    info["latest_services"] = info["deployed_services"]


def _before_up(
    core: FakeCore, resource: Resource, put: Interpolation, update: Json, command: str, contents: str
) -> None:
    config = resource.config
    for stage, text in put.logs():
        updates.add_log(core, update, stage, text)
    if config["environment"]:
        said = f'Environment file written to "/periphery/stacks/{resource.name}/{config["env_file_path"]}"'
        updates.add_log(core, update, "Write Environment File", said)
    if config["pre_deploy"]["command"]:
        updates.add_log(core, update, "Pre Deploy", command=one_line(config["pre_deploy"]["command"]))
    updates.add_log(core, update, "Compose Config", put.hide(contents), command=command)


def _tracked(resource: Resource) -> list[Json]:
    """The files a deploy was made of: those of its repo or host, else the text in its config."""
    if (remote := resource.info["remote_contents"]) is not None:
        return [{"path": file["path"], "contents": file["contents"]} for file in remote]
    return [{"path": file_of(resource.config), "contents": resource.config["file_contents"]}]


def latest(resource: Resource, service: Json) -> Json:
    """A service as a stack's info holds it."""
    name = service["service_name"]
    return {
        "service_name": name,
        "container_name": f"{project(resource)}-{name}",
        "image": service["image"],
        "image_digest": None,
    }


def image_of(core: FakeCore, config: Json) -> str:
    """The image that a deployment is run with, as far as no registry has a part in it (semantics e.8)."""
    params = config["image"]["params"]
    if config["image"]["type"] == "Image":
        return str(params["image"])
    build = core.resources[params["build_id"]]
    wanted = params["version"] if any(params["version"].values()) else build.config["version"]
    postfix = f"-{build.config['image_tag']}" if build.config["image_tag"] else ""
    return f"{build.config['image_name'] or build.name}:{version(wanted)}{postfix}"


@does("Deploy")
def _deploy(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    config = resource.config
    if config["image"]["type"] == "Build" and config["image"]["params"]["build_id"] not in core.resources:
        raise failed("Cannot deploy: the Build of the image does not exist")
    name, image = config["custom_name"] or resource.name, image_of(core, config)
    put = Interpolation(core)
    command = docker_run(resource, image, put)
    for stage, text in put.logs():
        updates.add_log(core, update, stage, text)
    command = put.hide(command)
    if stderr := core.failing.get(("Deployment", resource.name)):
        updates.add_log(core, update, "Docker Run", stderr=stderr, command=command, success=False)
        core.running[resource.id] = "not_deployed"
        return
    updates.add_log(core, update, "Docker Run", f"{core.ids.next():0<64}\n", command=command)
    core.running[resource.id] = "running"
    core.deployed_versions[resource.id] = image.rpartition(":")[2]
    resource.info["deployed_name"] = name


@does(*(f"{verb}{title}" for verb in _AFTER for title in ("Stack", "Deployment")))
def _change(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    verb = next(verb for verb in _AFTER if update["operation"].startswith(verb))
    core.running[resource.id] = _AFTER[verb][resource.title == "Deployment"]
    updates.add_log(core, update, f"{verb} {resource.title}", command=f"docker {verb.lower()} {resource.name}")


@does("PullStack", "PullDeployment")
def _pull(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    updates.add_log(core, update, "Docker Pull", "Status: Image is up to date\n", command="docker pull")


@does("RunBuild")
def _build(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    config = resource.config
    if not config["builder_id"]:
        raise failed("Must attach builder to RunBuild")
    if config["auto_increment_version"]:
        config["version"] = {**config["version"], "patch": config["version"]["patch"] + 1}
    update["version"] = config["version"]
    stderr = core.failing.get(("Build", resource.name), "")
    name = f"{config['image_name'] or resource.name}:{version(config['version'])}"
    updates.add_log(
        core, update, "Docker Build", stderr=stderr, command=f"docker build -t {name} .", success=not stderr
    )
    core.last_run[resource.id] = "Failed" if stderr else "Ok"
    if not stderr:
        resource.info["last_built_at"] = core.clock.now()
        core.built.setdefault(resource.id, []).insert(0, {"version": config["version"], "ts": core.clock.now()})


@does("CloneRepo", "PullRepo", "BuildRepo")
def _repo(core: FakeCore, who: User, resource: Any, params: Json, update: Json) -> None:
    stderr = core.failing.get(("Repo", resource.name), "")
    stage = {"CloneRepo": "Clone Repo", "PullRepo": "Git pull"}.get(update["operation"], "Build Repo")
    updates.add_log(core, update, stage, stderr=stderr, success=not stderr)
    core.last_run[resource.id] = "Failed" if stderr else "Ok"
    resource.info["last_pulled_at"] = core.clock.now()
