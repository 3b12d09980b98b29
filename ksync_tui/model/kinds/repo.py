"""Repos: git repositories kept on a server."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import NO_COMMAND, Command
from ksync_tui.model.kinds.fields import (
    INTERPOLATED,
    SECRET,
    Doc,
    EnvVars,
    Holds,
    Key,
    Ref,
    StringList,
    Table,
    wrong_names,
)


class RepoConfig(Table):
    """Which repository, where it is cloned and what runs then."""

    server_id: Annotated[
        str, Key("server"), Ref("server"), Doc("The server to clone to."), wrong_names("host", "node", "server_name")
    ] = ""
    builder_id: Annotated[
        str, Key("builder"), Ref("builder"), Doc("The builder to build on, where the repo is built.")
    ] = ""
    git_provider: Annotated[
        str,
        Holds("git_provider"),
        Doc("The host of the git provider, such as github.com, without https://."),
        wrong_names("provider", "git_host", "git_domain", "git_server"),
    ] = "github.com"
    git_https: Annotated[
        bool, Doc("Whether the repository is cloned over https rather than http."), wrong_names("https", "use_https")
    ] = True
    git_account: Annotated[
        str,
        Doc("The account at the git provider, for private repositories."),
        wrong_names("git_user", "git_username", "account"),
    ] = ""
    repo: Annotated[
        str,
        Holds("repository"),
        Doc("The repository as owner/name."),
        wrong_names("git_repo", "repository", "git_repository", "git_url", "repo_url", "url"),
    ] = ""
    branch: Annotated[str, Holds("branch"), Doc("The branch to use."), wrong_names("git_branch", "ref", "git_ref")] = (
        "main"
    )
    commit: Annotated[
        str,
        Doc("A commit to stay on; empty follows the branch."),
        wrong_names("commit_hash", "git_commit", "hash", "git_hash", "rev", "sha"),
    ] = ""
    path: Annotated[
        str,
        Doc("Where it is cloned to; a relative path is below the agent's folder of repos."),
        wrong_names("clone_path", "directory", "repo_path", "folder"),
    ] = ""
    webhook_enabled: Annotated[
        bool, Doc("Whether webhooks for the repo are acted on."), wrong_names("webhook", "webhooks")
    ] = True
    webhook_secret: Annotated[str, SECRET, Doc("The secret of its webhooks, where it is not the common one.")] = ""
    on_clone: Annotated[
        Command,
        INTERPOLATED,
        Holds("script"),
        Doc("A command that runs after each clone."),
        wrong_names("post_clone", "after_clone"),
    ] = NO_COMMAND
    on_pull: Annotated[
        Command,
        INTERPOLATED,
        Holds("script"),
        Doc("A command that runs after each pull, and after a clone."),
        wrong_names("post_pull", "after_pull"),
    ] = NO_COMMAND
    links: Annotated[StringList, Doc("Links that are shown beside the repo."), wrong_names("link", "urls")] = Field(
        default_factory=list
    )
    environment: Annotated[
        EnvVars,
        INTERPOLATED,
        Doc("Variables that are written to the env file, one NAME = value a line."),
        wrong_names("env", "env_vars", "environment_variables", "environments", "envs"),
    ] = ""
    env_file_path: Annotated[
        str,
        Doc("Where the environment is written, relative to the repository."),
        wrong_names("env_path", "env_file_name", "env_file"),
    ] = ".env"
    skip_secret_interp: Annotated[
        bool, Doc("Whether [[VARIABLES]] are left as they are written."), wrong_names("skip_secret_interpolation")
    ] = False


class Repo(Templated):
    """A git repository kept on a server."""

    config: Annotated[RepoConfig, Doc("The settings of the repo.")] = Field(default_factory=RepoConfig)
