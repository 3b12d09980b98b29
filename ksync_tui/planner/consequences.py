"""What else an action brings about, in words."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping

from ksync_tui.errors import EngineError
from ksync_tui.model.kinds.mentions import Mention, may_mention, mentions
from ksync_tui.model.kinds.registry import KINDS
from ksync_tui.model.resource import Declared, Live, Snapshot, Target
from ksync_tui.planner.draft import ActionDraft, ActionDrafts, pending

SHOWN = 5
_Graph = Mapping[str, list[ActionDraft]]


def tell_consequences(drafts: ActionDrafts, declared: Mapping[Target, Declared], snapshot: Snapshot) -> None:
    """Adds to each draft what follows from it. Deploys that are blocked do not follow."""
    followers, states = _followers_of(drafts), snapshot.states
    for draft in drafts.values():
        if draft.verb == "deploy" and draft.blocked is None:
            after = _then(draft, followers)
            written = pending(drafts, draft.target)
            if written is not None:
                written.consequences.extend((f"{_DEPLOYS[written.verb]} {draft.target.name}", *after))
            draft.consequences.extend(after)
        elif draft.verb == "delete" and draft.target in states:
            draft.consequences.append(f"It is {states[draft.target]} now")
    _tell_users({draft.target: draft for draft in drafts.values() if draft.verb == "delete"}, declared, snapshot)


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


def _tell_users(deletes: Mapping[Target, ActionDraft], declared: Mapping[Target, Declared], snapshot: Snapshot) -> None:
    """Says on each delete which resources, declared or live, still name what is deleted: a Core clears that there."""
    if not deletes:
        return
    users: dict[Target, dict[str, None]] = defaultdict(dict)
    for declaration in declared.values():
        for reference in declaration.references:
            users[reference.target][str(declaration.target)] = None
    kinds = {target.kind for target in deletes}
    naming = {kind for kind, known in KINDS.items() if any(may_mention(known.model, deleted) for deleted in kinds)}
    for live in (live for target, live in snapshot.live.items() if target.kind in naming):
        for mention in _mentions(live):
            users[Target(mention.kind, mention.name)][str(live.target)] = None
    for target in users.keys() & deletes.keys():
        names = list(users[target])
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        deletes[target].consequences.append(f"Still named by {', '.join(names[:SHOWN])}{more}")


def _mentions(live: Live) -> list[Mention]:
    try:
        return mentions(live.resource)
    except EngineError:  # a record that cannot be read costs only itself
        return []
