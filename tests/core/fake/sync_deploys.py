"""What a sync would deploy and why (semantics c.7), with Core's way of misreading `after` (semantics h.1, h.3, h.5)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.core.fake.clauses import Json
from tests.core.fake.errors import RED, RefusedError, bold, red
from tests.core.fake.executing import NeverEndsError, attempt
from tests.core.fake.export import version
from tests.core.fake.kinds import KINDS
from tests.core.fake.schema import NO_VERSION
from tests.core.fake.state import SYNC_USER, Resource, User
from tests.core.fake.states import state
from tests.core.fake.sync_diff import config_change
from tests.core.fake.sync_files import INFO
from tests.core.fake.sync_toml import Declared, Found

if TYPE_CHECKING:
    from tests.core.fake.core import FakeCore

Key = tuple[str, str]
"""Kind and name."""


@dataclass
class Deploy:
    """One thing to deploy."""

    key: Key
    reason: str
    after: list[Key]

    def as_json(self) -> Json:
        """As `pending_deploys` holds it."""
        kind, name = self.key
        after = [{"type": title, "id": other} for title, other in self.after]
        return {"target": {"type": kind, "id": name}, "reason": self.reason, "after": after}


@dataclass
class Decision:
    """Decides for all declared stacks and deployments with `deploy = true`."""

    core: FakeCore
    found: Found
    existing: dict[Key, Resource]
    _reasons: dict[Key, str | None] = field(default_factory=dict)
    _asking: set[Key] = field(default_factory=set)

    def deploys(self) -> list[Deploy]:
        """All that deploys, in no order."""
        wanted = self._wanted()
        decided = [(key, entry, reason) for key, entry in wanted.items() if (reason := self._reason(key)) is not None]
        made = [Deploy(key, reason, self._kept(key, entry)) for key, entry, reason in decided]
        return sorted(made, key=lambda deploy: zlib.crc32("".join(deploy.key).encode()))

    def _wanted(self) -> dict[Key, Declared]:
        kinds = ("Stack", "Deployment")
        return {
            (entry.title, entry.name): entry for entry in self.found.resources if entry.title in kinds and entry.deploy
        }

    def _kept(self, key: Key, entry: Declared) -> list[Key]:
        return [after for after in self._after(key, entry) if self._reason(after) is not None]

    def _after(self, key: Key, entry: Declared) -> list[Key]:
        return [self._named(key[0], name) for name in entry.after]

    def _named(self, dependent: str, name: str) -> Key:
        """The dependency behind a name: existing deployments first, then the dependent's own kind (semantics h.1)."""
        return ("Deployment", name) if ("Deployment", name) in self.existing else (dependent, name)

    def _reason(self, key: Key) -> str | None:
        if key in self._reasons:
            return self._reasons[key]
        entry = self._wanted().get(key)
        if entry is None:
            return None
        if key in self._asking:
            raise NeverEndsError
        self._asking.add(key)
        self._reasons[key] = self._decide(key, entry)
        return self._reasons[key]

    def _decide(self, key: Key, entry: Declared) -> str | None:
        kind, resource = key[0].lower(), self.existing.get(key)
        if resource is None:
            return "deploy on creation"
        said = state(self.core, resource)
        if said == "unknown":
            return None
        if said != "running":
            return f"{kind} has {red(said)} state"
        return self._content(resource) or self._config(entry, resource) or self._parent(key, entry)

    def _content(self, resource: Resource) -> str | None:
        if resource.title == "Deployment":
            return self._new_build(resource)
        deployed, remote = resource.info["deployed_contents"], resource.info["remote_contents"]
        if deployed is None or remote is None:
            return None
        old = {file["path"]: file["contents"] for file in deployed}
        for file in remote:
            if file["path"] not in old:
                return f"New file contents at {bold(file['path'])}"
            if old[file["path"]] != file["contents"]:
                return f"File contents for {bold(file['path'])} have changed"
        return None

    def _new_build(self, resource: Resource) -> str | None:
        image = resource.config["image"]
        if image["type"] != "Build" or image["params"]["version"] == NO_VERSION:
            return None
        built = self.core.built.get(image["params"]["build_id"])
        newest = version(built[0]["version"]) if built else None
        running = self.core.deployed_versions.get(resource.id, "0.0.0")
        return f"build has new version: {bold(newest)}" if newest and newest != running else None

    def _config(self, entry: Declared, resource: Resource) -> str | None:
        triggers = {field.name for field in KINDS[entry.title].fields if "redeploys" in field.flags}
        changed = triggers & set(config_change(self.core, entry, resource))
        return f"{entry.title.lower()} config has changed" if changed else None

    def _parent(self, key: Key, entry: Declared) -> str | None:
        for title, name in self._kept(key, entry):
            return f"{title} parent dependency '{bold(name)}' is deploying"
        return None


def carry_out(core: FakeCore, deploys: list[Deploy]) -> tuple[list[str], bool]:
    """Deploy in rounds; the lines of the log and whether no call was refused."""
    who = User(SYNC_USER, "Resource Sync", admin=True)
    lines = [f"{INFO}: running executions to sync deployment / stack state"]
    waiting, number = list(deploys), 0
    while waiting:
        number += 1
        names = {deploy.key for deploy in waiting}
        ready = [deploy for deploy in waiting if not names & set(deploy.after)]
        if not ready:
            raise NeverEndsError
        said = [_one(core, who, deploy, number) for deploy in ready]
        lines += [text for text, _ in said]
        if not all(good for _, good in said):
            lines.append(f"{INFO}: exited in round {bold(str(number))} {RED}with errors</span>")
            return lines, False
        waiting = [deploy for deploy in waiting if deploy not in ready]
    lines.append(f"{INFO}: finished after {bold(str(number))} round{'s' if number > 1 else ''}")
    return lines, True


def _one(core: FakeCore, who: User, deploy: Deploy, number: int) -> tuple[str, bool]:
    kind, name = deploy.key
    place = f"{kind} '{bold(name)}' in round {bold(str(number))}"
    try:
        attempt(core, who, "DeployStack" if kind == "Stack" else "Deploy", name)
    except RefusedError as refused:
        why = ": ".join([refused.error, *refused.trace])
        return f"{red('ERROR')}: failed to deploy {place} | {why}", False
    return f"{INFO}: deployed {place} with reason: {deploy.reason}", True
