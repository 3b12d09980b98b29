"""Repos: git repositories kept on a server."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import NO_COMMAND, Command
from ksync_tui.model.kinds.fields import INTERPOLATED, SECRET, EnvVars, Key, Ref, StringList, Table


class RepoConfig(Table):
    """Which repository, where it is cloned and what runs then."""

    server_id: Annotated[str, Key("server"), Ref("server")] = ""
    builder_id: Annotated[str, Key("builder"), Ref("builder")] = ""
    git_provider: str = "github.com"
    git_https: bool = True
    git_account: str = ""
    repo: str = ""
    branch: str = "main"
    commit: str = ""
    path: str = ""
    webhook_enabled: bool = True
    webhook_secret: Annotated[str, SECRET] = ""
    on_clone: Annotated[Command, INTERPOLATED] = NO_COMMAND
    on_pull: Annotated[Command, INTERPOLATED] = NO_COMMAND
    links: StringList = Field(default_factory=list)
    environment: Annotated[EnvVars, INTERPOLATED] = ""
    env_file_path: str = ".env"
    skip_secret_interp: bool = False


class Repo(Templated):
    """A git repository kept on a server."""

    config: RepoConfig = Field(default_factory=RepoConfig)
