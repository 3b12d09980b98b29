"""Stacks: compose projects."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from ksync_tui.model.kinds.base import Deployable
from ksync_tui.model.kinds.common import NO_COMMAND, Command
from ksync_tui.model.kinds.fields import (
    INTERPOLATED,
    REDEPLOYS,
    SECRET,
    Contents,
    Doc,
    EnvVars,
    Flag,
    Holds,
    Key,
    Ref,
    StringList,
    StringSet,
    Table,
    aliases,
    wrong_names,
)

_OMIT_EMPTY = Flag("omitted_when_empty")


def _path_only(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


class AdditionalEnvFile(Table):
    """Another env file of a compose project; a bare string is its path."""

    @staticmethod
    def upgrade(raw: Any) -> Any:
        """See `Table.adopt`."""
        return _path_only(raw)

    path: Annotated[str, Doc("The path of the file, relative to the run directory."), wrong_names("file")]
    track: Annotated[bool, Doc("Whether Komodo reads the file and deploys again when it changed.")] = True


_REQUIRES_ALIASES = ("redeploy", "restart", "none")


def _requires(value: Any) -> Any:
    return value.capitalize() if value in _REQUIRES_ALIASES else value


Requires = Annotated[
    Literal["Redeploy", "Restart", "None"],
    BeforeValidator(_requires),
    WithJsonSchema({"type": "string", "enum": ["Redeploy", "Restart", "None", *_REQUIRES_ALIASES]}),
]


class StackFileDependency(Table):
    """A config file of a compose project and what its change requires; a bare string is its path."""

    @staticmethod
    def upgrade(raw: Any) -> Any:
        """See `Table.adopt`."""
        return _path_only(raw)

    path: Annotated[str, Doc("The path of the file, relative to the run directory."), wrong_names("file")]
    services: Annotated[
        StringSet,
        aliases("service"),
        _OMIT_EMPTY,
        Doc("The services that a change of the file concerns; empty is all of them."),
    ] = Field(default_factory=list)
    requires: Annotated[
        Requires,
        aliases("req"),
        _OMIT_EMPTY,
        Doc("What a change of the file requires: Redeploy, Restart or None."),
        wrong_names("require", "on_change"),
    ] = "None"


class StackConfig(Table):
    """Where a compose project comes from and how it is deployed."""

    swarm_id: Annotated[
        str, Key("swarm"), Ref("swarm"), REDEPLOYS, Doc("The swarm to deploy to; it goes before a server.")
    ] = ""
    server_id: Annotated[
        str,
        Key("server"),
        Ref("server"),
        REDEPLOYS,
        Doc("The server to deploy to."),
        wrong_names("host", "node", "server_name"),
    ] = ""
    links: Annotated[StringList, Doc("Links that are shown beside the stack."), wrong_names("link", "urls")] = Field(
        default_factory=list
    )
    project_name: Annotated[
        str,
        REDEPLOYS,
        Doc("The name of the compose project, where it is not the stack's."),
        wrong_names("project", "compose_project", "compose_project_name"),
    ] = ""
    auto_pull: Annotated[
        bool,
        Doc("Whether images are pulled before each deploy."),
        wrong_names("pull", "pull_policy", "auto_pull_images", "pull_images"),
    ] = True
    run_build: Annotated[
        bool, REDEPLOYS, Doc("Whether `compose build` runs before each deploy."), wrong_names("build", "auto_build")
    ] = False
    poll_for_updates: Annotated[
        bool, Doc("Whether Komodo looks for newer images."), wrong_names("check_for_updates", "poll_updates")
    ] = False
    auto_update: Annotated[
        bool, Doc("Whether services are deployed again when a newer image is found."), wrong_names("auto_updates")
    ] = False
    auto_update_all_services: Annotated[
        bool, Doc("Whether an update deploys every service, not only those with a newer image.")
    ] = False
    auto_update_skip_services: Annotated[
        StringSet, Doc("Services that are not updated by themselves."), wrong_names("auto_update_ignore_services")
    ] = Field(default_factory=list)
    destroy_before_deploy: Annotated[
        bool, Doc("Whether `compose down` runs before each deploy."), wrong_names("down_before_deploy")
    ] = False
    skip_secret_interp: Annotated[
        bool,
        REDEPLOYS,
        Doc("Whether [[VARIABLES]] are left as they are written."),
        wrong_names("skip_secret_interpolation"),
    ] = False
    linked_repo: Annotated[
        str,
        Ref("repo"),
        REDEPLOYS,
        Doc("The repo resource that holds the compose files."),
        wrong_names("repo_id", "linked_repository", "git_resource"),
    ] = ""
    git_provider: Annotated[
        str,
        REDEPLOYS,
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
        REDEPLOYS,
        Holds("repository"),
        Doc("The repository as owner/name."),
        wrong_names("git_repo", "repository", "git_repository", "git_url", "repo_url", "url"),
    ] = ""
    branch: Annotated[
        str, REDEPLOYS, Holds("branch"), Doc("The branch to use."), wrong_names("git_branch", "ref", "git_ref")
    ] = "main"
    commit: Annotated[
        str,
        REDEPLOYS,
        Doc("A commit to stay on; empty follows the branch."),
        wrong_names("commit_hash", "git_commit", "hash", "git_hash", "rev", "sha"),
    ] = ""
    clone_path: Annotated[
        str,
        REDEPLOYS,
        Doc("Where the repository is cloned to, instead of the stack's own folder."),
        wrong_names("repo_path"),
    ] = ""
    reclone: Annotated[bool, Doc("Whether the repository is deleted and cloned anew instead of pulled.")] = False
    webhook_enabled: Annotated[
        bool, Doc("Whether webhooks for the stack are acted on."), wrong_names("webhook", "webhooks")
    ] = True
    webhook_secret: Annotated[str, SECRET, Doc("The secret of its webhooks, where it is not the common one.")] = ""
    webhook_force_deploy: Annotated[
        bool, Doc("Whether a webhook always deploys, not only when files changed."), wrong_names("force_deploy")
    ] = False
    files_on_host: Annotated[
        bool,
        Doc("Whether the compose files are already on the server."),
        wrong_names("files_on_server", "on_host", "host_files"),
    ] = False
    run_directory: Annotated[
        str,
        REDEPLOYS,
        Doc("The folder in which compose runs, relative to the repository or the stack's folder."),
        wrong_names(
            "run_path", "working_dir", "working_directory", "workdir", "directory", "project_directory", "run_dir"
        ),
    ] = ""
    file_paths: Annotated[
        StringList,
        REDEPLOYS,
        Holds("files"),
        Doc("The compose files, relative to the run directory; none is compose.yaml."),
        wrong_names(
            "compose_file_path",
            "compose_file_paths",
            "compose_file",
            "compose_files",
            "compose_path",
            "compose_paths",
            "file_path",
            "files",
            "paths",
        ),
    ] = Field(default_factory=list)
    env_file_path: Annotated[
        str,
        REDEPLOYS,
        Doc("Where the environment is written for compose to read, relative to the run directory."),
        wrong_names("env_path", "env_file_name", "env_filename"),
    ] = ".env"
    additional_env_files: Annotated[
        list[AdditionalEnvFile],
        REDEPLOYS,
        Holds("files"),
        Doc("Further env files that are there already; they are passed to compose as well."),
        wrong_names("env_files", "env_file_paths", "additional_env_file", "extra_env_files"),
    ] = Field(default_factory=list)
    config_files: Annotated[
        list[StackFileDependency],
        REDEPLOYS,
        Holds("files"),
        Doc("Further files that the stack depends on, and what their change requires."),
        wrong_names("configs", "config_file", "config_paths"),
    ] = Field(default_factory=list)
    send_alerts: Annotated[
        bool, Doc("Whether an alert is sent when the state of the stack changes."), wrong_names("alerts")
    ] = True
    registry_provider: Annotated[
        str,
        REDEPLOYS,
        Holds("registry_provider"),
        Doc("The image registry to log in to, with registry_account."),
        wrong_names("registry", "registry_domain", "image_registry", "image_registry_provider"),
    ] = ""
    registry_account: Annotated[
        str,
        REDEPLOYS,
        Holds("registry_account"),
        Doc("The account to log in with, at registry_provider."),
        wrong_names("image_registry_account", "docker_account"),
    ] = ""
    pre_deploy: Annotated[
        Command,
        INTERPOLATED,
        REDEPLOYS,
        Holds("script"),
        Doc("A command that runs before each deploy."),
        wrong_names("pre_deploy_command", "before_deploy", "on_deploy"),
    ] = NO_COMMAND
    post_deploy: Annotated[
        Command,
        INTERPOLATED,
        REDEPLOYS,
        Holds("script"),
        Doc("A command that runs after each deploy that succeeded."),
        wrong_names("post_deploy_command", "after_deploy"),
    ] = NO_COMMAND
    extra_args: Annotated[
        StringList,
        REDEPLOYS,
        INTERPOLATED,
        Doc("Further arguments of `compose up`."),
        wrong_names("compose_args", "args", "up_args"),
    ] = Field(default_factory=list)
    build_extra_args: Annotated[
        StringList, INTERPOLATED, Doc("Further arguments of `compose build`."), wrong_names("build_args")
    ] = Field(default_factory=list)
    compose_cmd_wrapper: Annotated[
        str,
        REDEPLOYS,
        INTERPOLATED,
        Holds("compose_wrapper"),
        Doc("A command around compose; [[COMPOSE_COMMAND]] in it stands for the compose command."),
        wrong_names("compose_command", "compose_wrapper"),
    ] = ""
    compose_cmd_wrapper_include: Annotated[
        StringSet, REDEPLOYS, Doc("The compose subcommands that are wrapped; none is up.")
    ] = Field(default_factory=list)
    ignore_services: Annotated[
        StringSet,
        Doc("Services whose state does not count, such as ones that only run once."),
        wrong_names("ignored_services", "exclude_services"),
    ] = Field(default_factory=list)
    file_contents: Annotated[
        Contents,
        REDEPLOYS,
        INTERPOLATED,
        Doc("The compose file itself, where it comes from neither a repository nor the server."),
        wrong_names(
            "compose_file_contents",
            "compose_contents",
            "compose_content",
            "contents",
            "content",
            "file_content",
            "compose",
            "compose_yaml",
        ),
    ] = ""
    environment: Annotated[
        EnvVars,
        REDEPLOYS,
        INTERPOLATED,
        Doc("Variables for compose, one NAME = value a line, written to the env file."),
        wrong_names("env", "env_vars", "environment_variables", "environments", "envs", "variables"),
    ] = ""


class Stack(Deployable):
    """A compose project."""

    config: Annotated[StackConfig, Doc("The settings of the stack.")] = Field(default_factory=StackConfig)
