"""What else an action brings about, in words."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping

from ksync_tui.model.resource import Declared, DeployState, Target
from ksync_tui.planner.draft import ActionDraft, ActionDrafts, pending

SHOWN = 5
_Graph = Mapping[str, list[ActionDraft]]


def tell_consequences(
    drafts: ActionDrafts, declared: Mapping[Target, Declared], states: Mapping[Target, DeployState]
) -> None:
    """Adds to each draft what follows from it. Deploys that are blocked do not follow."""
    followers = _followers_of(drafts)
    for draft in drafts.values():
        if draft.verb == "deploy" and draft.blocked is None:
            after = _then(draft, followers)
            written = pending(drafts, draft.target)
            if written is not None:
                written.consequences.extend((f"{_DEPLOYS[written.verb]} {draft.target.name}", *after))
            draft.consequences.extend(after)
        elif draft.verb == "delete" and draft.target in states:
            draft.consequences.append(f"It is {states[draft.target]} now")
    _tell_users({draft.target: draft for draft in drafts.values() if draft.verb == "delete"}, declared)


_DEPLOYS = {"create": "Deploys", "update": "Redeploys"}


def _followers_of(drafts: ActionDrafts) -> _Graph:
    """For each deploy: the deploys that wait for it."""
    followers: dict[str, list[ActionDraft]] = defaultdict(list)
    for draft in drafts.values():
        if draft.verb == "deploy" and draft.blocked is None:
            for needed in draft.requires:
                followers[needed].append(draft)
    return followers


def _then(draft: ActionDraft, followers: _Graph) -> list[str]:
    """`then api, worker`: the first few of what deploys after a deploy, near ones first."""
    found: dict[str, str] = {}
    waiting = deque([draft.id])
    while waiting and len(found) <= SHOWN:
        for follower in followers.get(waiting.popleft(), ()):
            if follower.id not in found:
                found[follower.id] = follower.target.name
                waiting.append(follower.id)
    names = list(found.values())
    if not names:
        return []
    return [f"then {', '.join(names[:SHOWN])}" + (" and more" if len(names) > SHOWN else "")]


def _tell_users(deletes: Mapping[Target, ActionDraft], declared: Mapping[Target, Declared]) -> None:
    """Says on each delete which declared resources still name what is deleted."""
    if not deletes:
        return
    users: dict[Target, list[str]] = defaultdict(list)
    for declaration in declared.values():
        for reference in declaration.references:
            if reference.target in deletes:
                users[reference.target].append(str(declaration.target))
    for target, names in users.items():
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        deletes[target].consequences.append(f"Still named by {', '.join(names[:SHOWN])}{more}")
