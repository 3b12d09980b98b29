"""Webhook deliveries (semantics f): who they are for, whether they are signed, what they start."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.core.fake import executing
from tests.core.fake.accept import unknown_variant
from tests.core.fake.errors import RefusedError
from tests.core.fake.permissions import find
from tests.core.fake.state import WEBHOOK_USER, Resource, User

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

_TITLES = {
    "build": "Build",
    "repo": "Repo",
    "stack": "Stack",
    "sync": "ResourceSync",
    "procedure": "Procedure",
    "action": "Action",
}
_OPTIONS = {
    "repo": ("clone", "pull", "build"),
    "stack": ("refresh", "deploy"),
    "sync": ("refresh", "sync"),
}
_RUNS = {
    ("build", ""): "RunBuild",
    ("repo", "clone"): "CloneRepo",
    ("repo", "pull"): "PullRepo",
    ("repo", "build"): "BuildRepo",
    ("sync", "sync"): "RunSync",
    ("procedure", ""): "RunProcedure",
    ("action", ""): "RunAction",
}


class BadUrlError(Exception):
    """The path itself says nothing."""


def deliver(core: FakeCore, rest: str, headers: Mapping[str, str], body: bytes) -> None:
    """Check a delivery and start what it asks for; raises what is answered instead of 200."""
    forge, kind, name, option = (*rest.split("/"), "", "", "")[:4]
    if kind in _OPTIONS and option not in _OPTIONS[kind]:
        raise BadUrlError(f"Invalid URL: {unknown_variant(option, _OPTIONS[kind])}")
    try:
        resource = find(core, _TITLES[kind], name)
    except RefusedError as refused:
        raise RefusedError(400, refused.error, limited=True) from None
    _check(forge, resource.config.get("webhook_secret", ""), headers, body)
    if resource.config["webhook_enabled"] and _branch_fits(core, resource, kind, option, body):
        _start(core, resource, kind, option)


def _check(forge: str, secret: str, headers: Mapping[str, str], body: bytes) -> None:
    if forge == "gitlab":
        if "x-gitlab-token" not in headers:
            raise RefusedError(401, "No gitlab token in headers", limited=True)
        if headers["x-gitlab-token"] != secret:
            raise RefusedError(401, "Webhook secret does not match expected.", limited=True)
        return
    if "x-hub-signature-256" not in headers:
        raise RefusedError(401, "No github signature in headers", limited=True)
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if headers["x-hub-signature-256"].removeprefix("sha256=") != expected:
        raise RefusedError(401, "Signature does not equal expected", limited=True)


def _branch_fits(core: FakeCore, resource: Resource, kind: str, option: str, body: bytes) -> bool:
    wanted = option if kind in ("procedure", "action") else resource.config["branch"]
    linked = core.resources.get(resource.config.get("linked_repo", ""))
    wanted = linked.config["branch"] if linked else wanted
    try:
        ref = json.loads(body)["ref"]
    except (ValueError, KeyError, TypeError):
        return False
    return wanted == "__ANY__" or ref.removeprefix("refs/heads/") == wanted


def _start(core: FakeCore, resource: Resource, kind: str, option: str) -> None:
    who = User(WEBHOOK_USER, "Git Webhook", admin=True)
    if option == "refresh":
        from tests.core.fake import refreshing

        refreshing.after_write(core, who, resource)
        return
    name = _RUNS.get((kind, option if kind in _OPTIONS else ""), "")
    if kind == "stack":
        name = "DeployStack" if resource.config["webhook_force_deploy"] else "DeployStackIfChanged"
    fields = {field.name: field.default for field in executing.executions()[name]}
    core.tasks.add(executing.start(core, who, name, {**fields, resource.kind.param: resource.id}))
