"""What is to be deployed and why (semantics c.7, without the faults h.1 to h.5; architecture rule 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.references import after_edges
from ksync_tui.model.resource import Declared, Deployed, Find, Snapshot, Target, redeploy_digest
from ksync_tui.planner.draft import ActionDraft, ActionDrafts, action_id, pending
from ksync_tui.planner.labels import key_of
from ksync_tui.planner.references import References

DeployBlock = Callable[[Resource, Find], str | None]
"""Why a resource cannot be deployed and what to do, or None; it may look up what will be there."""
_Graph = dict[Target, list[Target]]
_Waiting = dict[Target, tuple[int, Declared]]
_SETTLED = ("running", "unknown")
_NOTHING = ("not_deployed", "down")
"""The states of a deployment and of a stack without any container."""


@dataclass(slots=True)
class Digests:
    """Redeploy digests of declared resources by their fingerprints, so that each is computed once."""

    known: dict[str, str] = field(default_factory=dict)

    def of(self, declared: Declared) -> str:
        """The redeploy digest of a declared resource."""
        digest = self.known.get(declared.fingerprint)
        if digest is None:
            digest = self.known[declared.fingerprint] = redeploy_digest(declared.resource)
        return digest

    def forget(self, most: int) -> None:
        """Starts anew when far more are remembered than are in use."""
        if len(self.known) > most:
            self.known.clear()


@dataclass(frozen=True, slots=True)
class Deploys:
    """Finds the deploys of a plan: `part` are the declared resources that take part, in file order."""

    part: list[Declared]
    drafts: ActionDrafts
    references: References
    snapshot: Snapshot
    deploy_block: DeployBlock
    digests: Digests
    hidden: Callable[[ActionDraft], bool] = lambda draft: False
    """Whether a deploy is ignored: then nothing waits for it either."""

    def add(self) -> None:
        """Adds the deploys to the drafts, with what they need, what blocks them and what they bring about.

        A resource with `deploy = true` gets one when it is new, changed in a field that redeploys, was deployed
        otherwise, does not run, or comes `after` another that is deployed (semantics c.7).
        """
        wanted = [(at, declared) for at, declared in enumerate(self.part, 1) if declared.deploy]
        found = [self._draft(declared, why, at) for at, declared in wanted if (why := self._reason(declared))]
        deploying = [draft for draft in found if draft]
        if not deploying:
            return
        waiting = {declared.target: (at, declared) for at, declared in wanted if declared.after}
        known = self.references.declared, self.snapshot.live
        parents = after_edges({target: declared.after for target, (_, declared) in waiting.items()}, *known)
        children = _reversed(parents)
        deploying.extend(self._followers_of(deploying, children, waiting))
        for draft in sorted(deploying, key=lambda draft: draft.at):
            self._complete(draft, parents.get(draft.target, []))

    def _reason(self, declared: Declared) -> str | None:
        """Why a resource deploys by itself, or None."""
        target = declared.target
        if target not in self.snapshot.live:
            return "deploy on creation"
        state = self.snapshot.states.get(target, "unknown")
        record = self.snapshot.deployed.get(target)
        owed = record.outstanding if record else None
        if _never_deployed(state, record):
            return owed or "not deployed yet"
        if state not in _SETTLED:
            return f"{target.kind} has {state} state"
        return self._config_reason(declared, record) or self._contents_reason(declared, record) or owed

    def _contents_reason(self, declared: Declared, record: Deployed | None) -> str | None:
        """A newer image of the build that it runs the latest of (semantics c.7 without h.2), or changed files."""
        if record is not None and record.built is not None:
            build = getattr(declared.resource.settings, "image", None)
            version = self.snapshot.built.get(getattr(build and build.params, "build_id", ""))
            if version is not None and version != record.built:
                return f"build has new version: {version}"
        changed = self.snapshot.changed_files.get(declared.target)
        return f"file contents have changed: {', '.join(changed)}" if changed else None

    def _config_reason(self, declared: Declared, record: Deployed | None) -> str | None:
        """A change of the fields that redeploy: since the last deploy, or by this plan where none is on record."""
        if record is None or record.redeploy_digest is None:
            update = self.drafts.get(action_id("update", declared.target))
            changes = update.changes if update else ()
            fields = [change.field.removeprefix("config.").split(".")[0] for change in changes if change.redeploys]
            return _changed(fields, declared.resource) if fields else None
        if record.fingerprint == declared.fingerprint:
            return None
        digest = self.digests.of(declared)
        if digest == record.redeploy_digest:
            return None
        return _changed(sorted(_differing(record.redeploy_digest, digest)), declared.resource)

    def _draft(self, declared: Declared, reason: str, at: int) -> ActionDraft | None:
        """A deploy, or None where it is ignored; its fingerprint is what live has once the create or update is done."""
        target = declared.target
        written = pending(self.drafts, target)
        live = self.snapshot.live.get(target)
        expected = declared.fingerprint if written or live is None else live.fingerprint
        draft = ActionDraft("deploy", target, reason, at, declared, declared.place, fingerprint=expected)
        draft.proposed = written.proposed if written else declared.resource
        if self.hidden(draft):
            return None
        self.drafts[draft.id] = draft
        return draft

    def _followers_of(self, deploying: list[ActionDraft], children: _Graph, waiting: _Waiting) -> Iterator[ActionDraft]:
        """Deploys of what waits for something that deploys, and so on."""
        parents = deque(draft.target for draft in deploying)
        while parents:
            parent = parents.popleft()
            for child in children.get(parent, ()):
                if action_id("deploy", child) in self.drafts:
                    continue
                at, declared = waiting[child]
                title = KINDS[parent.kind].title
                draft = self._draft(declared, f"{title} parent dependency '{parent.name}' is deploying", at)
                if draft is not None:
                    yield draft
                    parents.append(child)

    def _complete(self, draft: ActionDraft, parents: list[Target]) -> None:
        declared = draft.declared
        if declared is None:
            return
        written = pending(self.drafts, draft.target)
        if written is not None:
            draft.need(written.id)
        for needed in self.references.to_create(declared):
            draft.need(needed.id)
        for parent in parents:
            if (needed_id := action_id("deploy", parent)) in self.drafts:
                draft.requires.append(needed_id)
        draft.block(declared.blocked or self._obstacle(declared))

    def _obstacle(self, declared: Declared) -> str | None:
        missing = self.references.missing(declared, all_of_them=False)
        if missing is not None:
            return self.references.why_missing(missing)
        server = getattr(declared.resource.settings, "server_id", "")
        if server in self.snapshot.unreachable:
            return f"the Docker host of server '{server}' does not answer: {self.snapshot.unreachable[server]}"
        return self.deploy_block(declared.resource, self.references.find)


def _never_deployed(state: str, record: Deployed | None) -> bool:
    """Whether a resource was, as far as anybody knows, never deployed. An unknown state says nothing by itself."""
    if state == "unknown":
        return record is None
    return state in _NOTHING and (record is None or record.redeploy_digest is None)


def _reversed(parents: _Graph) -> _Graph:
    children: _Graph = {}
    for child, found in parents.items():
        for parent in found:
            children.setdefault(parent, []).append(child)
    return children


def _changed(names: list[str], resource: Resource) -> str:
    keys = dict.fromkeys(key_of(name, resource) for name in names)
    return f"config has changed: {', '.join(keys)}"


def _differing(before: str, after: str) -> set[str]:
    """The names of the fields that two redeploy digests tell apart."""
    return {entry.partition(":")[0] for entry in set(before.split()) ^ set(after.split())}
