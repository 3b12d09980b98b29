"""User groups: who may do what."""

from typing import Annotated, Any

from pydantic import Field

from ksync_tui.model.kinds.base import Resource
from ksync_tui.model.kinds.common import Level, Specific, TargetRef, TargetType
from ksync_tui.model.kinds.fields import (
    ALWAYS,
    Compare,
    Doc,
    Flag,
    PlainSet,
    Table,
    aliases,
    canonical,
    canonical_set,
    wrong_names,
)


def _bare_level(value: Any) -> Any:
    return {"level": value} if isinstance(value, str) else value


class Permission(Table):
    """A level with specific rights; a bare string is the level."""

    @staticmethod
    def upgrade(raw: Any) -> Any:
        """See `Table.adopt`."""
        return _bare_level(raw)

    level: Annotated[Level, Doc("How much is allowed."), wrong_names("permission")] = "None"
    specific: Annotated[
        list[Specific],
        Compare("set", canonical_set),
        Flag("omitted_when_empty"),
        Doc("Further rights beside the level."),
    ] = Field(default_factory=list)


def _granted(value: dict[str, Permission]) -> dict[str, Any]:
    granted = {kind: canonical(permission) for kind, permission in value.items()}
    return {kind: means for kind, means in sorted(granted.items()) if means}


class TargetPermission(Table):
    """A level on the resources that a name, wildcard or `\\regex\\` names."""

    target: Annotated[TargetRef, Doc("The resource, or resources by pattern."), wrong_names("resource")]
    level: Annotated[Level, ALWAYS, Doc("How much is allowed."), wrong_names("permission")] = "None"
    specific: Annotated[
        list[Specific],
        Compare("set", canonical_set),
        Flag("omitted_when_empty"),
        Doc("Further rights beside the level."),
    ] = Field(default_factory=list)


def _effective(value: list[TargetPermission]) -> Any:
    return canonical_set([entry for entry in value if entry.level != "None" or entry.specific])


class UserGroup(Resource):
    """People and what they may do (semantics c.9)."""

    everyone: Annotated[bool, Doc("Whether every user is in the group.")] = False
    users: Annotated[PlainSet, Doc("The users in the group, by name."), wrong_names("members", "user")] = Field(
        default_factory=list
    )
    all: Annotated[
        dict[TargetType, Permission], Compare("table", _granted), Doc("What is allowed on every resource of a kind.")
    ] = Field(default_factory=dict)
    permissions: Annotated[
        list[TargetPermission],
        aliases("permission"),
        Compare("tables", _effective),
        Doc("What is allowed on single resources."),
    ] = Field(default_factory=list)
