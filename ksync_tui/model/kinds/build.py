"""Builds: images made from a Dockerfile."""

from typing import Annotated, Any

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import NO_COMMAND, NO_VERSION, Command, Version
from ksync_tui.model.kinds.fields import (
    INTERPOLATED,
    SECRET,
    Doc,
    EnvVars,
    Holds,
    Key,
    Labels,
    NonBlankList,
    OneOrMany,
    Ref,
    StringList,
    Table,
    wrong_names,
)


def _older_registry(value: Any) -> Any:
    """`{type, params}` of older Komodo is read as domain, account, organization (semantics i)."""
    if isinstance(value, dict) and isinstance(value.get("params"), dict):
        return value["params"]
    return value


class ImageRegistry(Table):
    """A registry that a build pushes to."""

    @staticmethod
    def upgrade(raw: Any) -> Any:
        """See `Table.adopt`."""
        return _older_registry(raw)

    domain: Annotated[
        str, Doc("The registry's host, such as ghcr.io."), wrong_names("provider", "url", "registry", "host")
    ] = ""
    account: Annotated[str, Doc("The account to push with."), wrong_names("username", "user")] = ""
    organization: Annotated[
        str, Doc("The organization to push to, where it is not the account."), wrong_names("org")
    ] = ""


class BuildConfig(Table):
    """Where a Dockerfile comes from, what it makes and where that goes."""

    builder_id: Annotated[
        str, Key("builder"), Ref("builder"), Doc("The builder to build on."), wrong_names("server")
    ] = ""
    version: Annotated[Version, Doc("The version of the next build, as 1.2.3.")] = NO_VERSION
    auto_increment_version: Annotated[
        bool, Doc("Whether each build counts the version up by itself."), wrong_names("auto_increment")
    ] = True
    image_name: Annotated[str, Doc("The name of the image, where it is not the build's."), wrong_names("image")] = ""
    image_tag: Annotated[
        str, Doc("A text that is added to every tag, such as dev."), wrong_names("tag", "tag_suffix")
    ] = ""
    include_latest_tag: Annotated[bool, Doc("Whether the tag latest is pushed."), wrong_names("latest")] = True
    include_version_tags: Annotated[
        bool, Doc("Whether version tags such as 1.2.3, 1.2 and 1 are pushed."), wrong_names("include_version_tag")
    ] = True
    include_commit_tag: Annotated[
        bool, Doc("Whether the commit's hash is pushed as a tag."), wrong_names("include_commit_tags")
    ] = True
    links: Annotated[StringList, Doc("Links that are shown beside the build."), wrong_names("link", "urls")] = Field(
        default_factory=list
    )
    linked_repo: Annotated[
        str,
        Ref("repo"),
        Doc("The repo resource that holds the Dockerfile."),
        wrong_names("repo_id", "linked_repository", "git_resource"),
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
    branch: Annotated[
        str, Holds("branch"), Doc("The branch to build."), wrong_names("git_branch", "ref", "git_ref")
    ] = "main"
    commit: Annotated[
        str,
        Doc("A commit to stay on; empty follows the branch."),
        wrong_names("commit_hash", "git_commit", "hash", "git_hash", "rev", "sha"),
    ] = ""
    webhook_enabled: Annotated[
        bool, Doc("Whether webhooks for the build are acted on."), wrong_names("webhook", "webhooks")
    ] = True
    webhook_secret: Annotated[str, SECRET, Doc("The secret of its webhooks, where it is not the common one.")] = ""
    files_on_host: Annotated[
        bool,
        Doc("Whether the files are already on the builder."),
        wrong_names("files_on_server", "on_host", "host_files"),
    ] = False
    build_path: Annotated[
        str,
        Doc("The folder to build in, relative to the repository."),
        wrong_names("context", "build_context", "path", "context_path", "build_directory"),
    ] = "."
    dockerfile_path: Annotated[
        str,
        Doc("The path of the Dockerfile, relative to build_path."),
        wrong_names("dockerfile_location", "docker_file_path", "dockerfile_name", "docker_file"),
    ] = "Dockerfile"
    image_registry: Annotated[
        list[ImageRegistry],
        *OneOrMany,
        Holds("push_targets"),
        Doc("The registries to push to."),
        wrong_names("registry", "image_registries", "registries", "push"),
    ] = Field(default_factory=list)
    skip_secret_interp: Annotated[
        bool, Doc("Whether [[VARIABLES]] are left as they are written."), wrong_names("skip_secret_interpolation")
    ] = False
    use_buildx: Annotated[bool, Doc("Whether `docker buildx build` is used."), wrong_names("buildx")] = False
    extra_args: Annotated[
        NonBlankList,
        INTERPOLATED,
        Doc("Further arguments of `docker build`."),
        wrong_names("docker_args", "build_extra_args"),
    ] = Field(default_factory=list)
    pre_build: Annotated[
        Command,
        INTERPOLATED,
        Holds("script"),
        Doc("A command that runs before each build."),
        wrong_names("pre_build_command", "before_build"),
    ] = NO_COMMAND
    dockerfile: Annotated[
        str,
        INTERPOLATED,
        Doc("The Dockerfile itself, where it comes from neither a repository nor the builder."),
        wrong_names("dockerfile_contents", "dockerfile_content", "file_contents", "contents", "content"),
    ] = ""
    build_args: Annotated[
        EnvVars,
        INTERPOLATED,
        Doc("Build arguments, one NAME = value a line. They can be seen in the image."),
        wrong_names("args", "arguments", "buildargs", "environment", "env"),
    ] = ""
    secret_args: Annotated[
        EnvVars,
        INTERPOLATED,
        SECRET,
        Doc("Build secrets, one NAME = value a line. They do not stay in the image."),
        wrong_names("secrets", "build_secrets", "secret"),
    ] = ""
    labels: Annotated[
        Labels, INTERPOLATED, Doc("Labels of the image, one NAME = value a line."), wrong_names("label")
    ] = ""

    def unmanaged(self) -> frozenset[str]:
        """The version, unless the file pins one: builds count it up themselves (semantics h.14)."""
        if self.auto_increment_version or self.version == NO_VERSION:
            return frozenset({"version"})
        return frozenset()


class Build(Templated):
    """An image made from a Dockerfile."""

    config: Annotated[BuildConfig, Doc("The settings of the build.")] = Field(default_factory=BuildConfig)
