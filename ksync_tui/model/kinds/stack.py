"""Stacks: compose projects."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ksync_tui.model.kinds.base import Deployable
from ksync_tui.model.kinds.common import NO_COMMAND, Command
from ksync_tui.model.kinds.fields import (
    INTERPOLATED,
    REDEPLOYS,
    SECRET,
    Contents,
    EnvVars,
    Flag,
    Key,
    Ref,
    StringList,
    StringSet,
    Table,
    aliases,
)

_OMIT_EMPTY = Flag("omitted_when_empty")


def _path_only(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


class AdditionalEnvFile(Table):
    """Another env file of a compose project; a bare string is its path."""

    @staticmethod
    def adopt(raw: Any) -> Any:
        """See `Table.adopt`."""
        return _path_only(raw)

    path: str
    track: bool = True


def _requires(value: Any) -> Any:
    return value.capitalize() if value in ("redeploy", "restart", "none") else value


Requires = Annotated[Literal["Redeploy", "Restart", "None"], BeforeValidator(_requires)]


class StackFileDependency(Table):
    """A config file of a compose project and what its change requires; a bare string is its path."""

    @staticmethod
    def adopt(raw: Any) -> Any:
        """See `Table.adopt`."""
        return _path_only(raw)

    path: str
    services: Annotated[StringSet, aliases("service"), _OMIT_EMPTY] = Field(default_factory=list)
    requires: Annotated[Requires, aliases("req"), _OMIT_EMPTY] = "None"


class StackConfig(Table):
    """Where a compose project comes from and how it is deployed."""

    swarm_id: Annotated[str, Key("swarm"), Ref("swarm"), REDEPLOYS] = ""
    server_id: Annotated[str, Key("server"), Ref("server"), REDEPLOYS] = ""
    links: StringList = Field(default_factory=list)
    project_name: Annotated[str, REDEPLOYS] = ""
    auto_pull: bool = True
    run_build: Annotated[bool, REDEPLOYS] = False
    poll_for_updates: bool = False
    auto_update: bool = False
    auto_update_all_services: bool = False
    auto_update_skip_services: StringSet = Field(default_factory=list)
    destroy_before_deploy: bool = False
    skip_secret_interp: Annotated[bool, REDEPLOYS] = False
    linked_repo: Annotated[str, Ref("repo"), REDEPLOYS] = ""
    git_provider: Annotated[str, REDEPLOYS] = "github.com"
    git_https: bool = True
    git_account: str = ""
    repo: Annotated[str, REDEPLOYS] = ""
    branch: Annotated[str, REDEPLOYS] = "main"
    commit: Annotated[str, REDEPLOYS] = ""
    clone_path: Annotated[str, REDEPLOYS] = ""
    reclone: bool = False
    webhook_enabled: bool = True
    webhook_secret: Annotated[str, SECRET] = ""
    webhook_force_deploy: bool = False
    files_on_host: bool = False
    run_directory: Annotated[str, REDEPLOYS] = ""
    file_paths: Annotated[StringList, REDEPLOYS] = Field(default_factory=list)
    env_file_path: Annotated[str, REDEPLOYS] = ".env"
    additional_env_files: Annotated[list[AdditionalEnvFile], REDEPLOYS] = Field(default_factory=list)
    config_files: Annotated[list[StackFileDependency], REDEPLOYS] = Field(default_factory=list)
    send_alerts: bool = True
    registry_provider: Annotated[str, REDEPLOYS] = ""
    registry_account: Annotated[str, REDEPLOYS] = ""
    pre_deploy: Annotated[Command, INTERPOLATED, REDEPLOYS] = NO_COMMAND
    post_deploy: Annotated[Command, INTERPOLATED, REDEPLOYS] = NO_COMMAND
    extra_args: Annotated[StringList, REDEPLOYS, INTERPOLATED] = Field(default_factory=list)
    build_extra_args: Annotated[StringList, INTERPOLATED] = Field(default_factory=list)
    compose_cmd_wrapper: Annotated[str, REDEPLOYS, INTERPOLATED] = ""
    compose_cmd_wrapper_include: Annotated[StringSet, REDEPLOYS] = Field(default_factory=list)
    ignore_services: StringSet = Field(default_factory=list)
    file_contents: Annotated[Contents, REDEPLOYS, INTERPOLATED] = ""
    environment: Annotated[EnvVars, REDEPLOYS, INTERPOLATED] = ""


class Stack(Deployable):
    """A compose project."""

    config: StackConfig = Field(default_factory=StackConfig)
