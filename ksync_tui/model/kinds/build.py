"""Builds: images made from a Dockerfile."""

from typing import Annotated, Any

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import NO_COMMAND, NO_VERSION, Command, Version
from ksync_tui.model.kinds.fields import (
    INTERPOLATED,
    SECRET,
    EnvVars,
    Key,
    Labels,
    NonBlankList,
    OneOrMany,
    Ref,
    StringList,
    Table,
)


def _older_registry(value: Any) -> Any:
    """`{type, params}` of older Komodo is read as domain, account, organization (facts i)."""
    if isinstance(value, dict) and isinstance(value.get("params"), dict):
        return value["params"]
    return value


class ImageRegistry(Table):
    """A registry that a build pushes to."""

    @staticmethod
    def adopt(raw: Any) -> Any:
        """See `Table.adopt`."""
        return _older_registry(raw)

    domain: str = ""
    account: str = ""
    organization: str = ""


class BuildConfig(Table):
    """Where a Dockerfile comes from, what it makes and where that goes."""

    builder_id: Annotated[str, Key("builder"), Ref("builder")] = ""
    version: Version = NO_VERSION
    auto_increment_version: bool = True
    image_name: str = ""
    image_tag: str = ""
    include_latest_tag: bool = True
    include_version_tags: bool = True
    include_commit_tag: bool = True
    links: StringList = Field(default_factory=list)
    linked_repo: Annotated[str, Ref("repo")] = ""
    git_provider: str = "github.com"
    git_https: bool = True
    git_account: str = ""
    repo: str = ""
    branch: str = "main"
    commit: str = ""
    webhook_enabled: bool = True
    webhook_secret: Annotated[str, SECRET] = ""
    files_on_host: bool = False
    build_path: str = "."
    dockerfile_path: str = "Dockerfile"
    image_registry: Annotated[list[ImageRegistry], *OneOrMany] = Field(default_factory=list)
    skip_secret_interp: bool = False
    use_buildx: bool = False
    extra_args: Annotated[NonBlankList, INTERPOLATED] = Field(default_factory=list)
    pre_build: Annotated[Command, INTERPOLATED] = NO_COMMAND
    dockerfile: Annotated[str, INTERPOLATED] = ""
    build_args: Annotated[EnvVars, INTERPOLATED] = ""
    secret_args: Annotated[EnvVars, INTERPOLATED, SECRET] = ""
    labels: Annotated[Labels, INTERPOLATED] = ""

    def unmanaged(self) -> frozenset[str]:
        """The version, unless the file pins one: builds count it up themselves (resources.json, facts h.14)."""
        if self.auto_increment_version or self.version == NO_VERSION:
            return frozenset({"version"})
        return frozenset()


class Build(Templated):
    """An image made from a Dockerfile."""

    config: BuildConfig = Field(default_factory=BuildConfig)
