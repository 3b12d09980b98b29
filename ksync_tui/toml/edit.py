"""A block changed so that it means another resource (architecture rule 8): what did not change keeps its characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ksync_tui.errors import KsyncError, WriteBackError
from ksync_tui.model.kinds.accept import accept
from ksync_tui.model.kinds.base import Deployable, Resource
from ksync_tui.model.kinds.registry import BY_HEADER, KINDS
from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.managed_elsewhere import without_left_out
from ksync_tui.model.resource import canonical_of
from ksync_tui.toml.blocks import parse_block, split
from ksync_tui.toml.export import export_block
from ksync_tui.toml.keys import BlockKeys, newline_of
from ksync_tui.toml.tables import change_table

_BARE_NEWLINE = re.compile(r"(?<!\r)\n")


def as_declared(old: Resource, live: Resource) -> Resource:
    """What the file is to say of a live resource.

    `deploy` and `after` are the file's own (semantics c.10); so is the absence of a secret that is managed elsewhere
    (architecture rule 9).
    """
    live = without_left_out(live, old)
    if isinstance(old, Deployable) and isinstance(live, Deployable):
        return live.model_copy(update={"deploy": old.deploy, "after": old.after})
    if isinstance(old, Variable) and isinstance(live, Variable) and old.unmanaged() and live.is_secret:
        return live.model_copy(update={"value": ""})
    return live


@dataclass(frozen=True, slots=True)
class EditedBlock:
    """The text of a changed block; `rewritten`: as export writes it, without the comments and the layout it had."""

    text: str
    rewritten: bool


def edit_block(old_text: str, kind: str, old: Resource, new: Resource) -> EditedBlock:
    """The block `old_text`, which means `old`, changed to mean `new`.

    Comments, order, spellings and forms of what did not change stay. Where the block is written in a way that cannot
    be changed in place, it becomes the block that export writes. Raises WriteBackError when neither means `new`.
    """
    for candidate in _candidates(old_text, kind, old, new):
        if reads_as(candidate.text, kind, new):
            return candidate
    raise WriteBackError(
        "the block cannot be written", where=f"{kind}/{new.name}", why="no text of it would mean what was intended"
    )


def _candidates(old_text: str, kind: str, old: Resource, new: Resource) -> Iterator[EditedBlock]:
    try:
        keys = BlockKeys(old_text)
        change_table(keys, (), old, new)
    except KsyncError:
        keys = None
    if keys is not None:
        yield EditedBlock(_in_line_ends_of(old_text, keys.text), rewritten=False)
    whole = export_block(new, kind, secrets=True).rstrip("\n").replace("\n", newline_of(old_text))
    yield EditedBlock(whole, rewritten=True)


def _in_line_ends_of(old: str, new: str) -> str:
    """`new` with carriage returns throughout if `old` has them throughout."""
    throughout = "\r\n" in old and not _BARE_NEWLINE.search(old)
    return _BARE_NEWLINE.sub("\r\n", new) if throughout else new


def reads_as(text: str, kind: str, resource: Resource) -> bool:
    """Whether a text is one block of the kind that means the resource."""
    try:
        text.encode()
        blocks = split(text, BY_HEADER)
        if len(blocks) != 1 or BY_HEADER.get(blocks[0].header or "") is not KINDS[kind]:
            return False
        found = accept(KINDS[kind].model, parse_block(blocks[0])).resource
    except (KsyncError, UnicodeEncodeError):
        return False
    return found is not None and managed_canonical(found) == managed_canonical(resource)


def managed_canonical(resource: Resource) -> dict[str, Any]:
    """What a resource means, less what it leaves to live: the version of a build that counts it up itself."""
    means = dict(canonical_of(resource))
    config = means.get("config")
    left = resource.settings.unmanaged()
    if left and isinstance(config, dict):
        means["config"] = {name: value for name, value in config.items() if name not in left}
    return {name: value for name, value in means.items() if name not in left and value != {}}
