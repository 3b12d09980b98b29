"""Resource syncs: a source of declarations and what to do with it."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.fields import SECRET, Contents, Doc, Holds, Ref, StringList, StringSet, Table, wrong_names


class ResourceSyncConfig(Table):
    """Where declarations come from and what a run of them may do."""

    linked_repo: Annotated[
        str,
        Ref("repo"),
        Doc("The repo resource that holds the resource files."),
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
    git_account: Annotated[
        str,
        Doc("The account at the git provider, for private repositories."),
        wrong_names("git_user", "git_username", "account"),
    ] = ""
    webhook_enabled: Annotated[
        bool, Doc("Whether webhooks for the sync are acted on."), wrong_names("webhook", "webhooks")
    ] = True
    webhook_secret: Annotated[str, SECRET, Doc("The secret of its webhooks, where it is not the common one.")] = ""
    files_on_host: Annotated[
        bool,
        Doc("Whether the files are on the machine of Komodo Core."),
        wrong_names("files_on_server", "on_host", "host_files"),
    ] = False
    resource_path: Annotated[
        StringList,
        Doc("The files and folders to read. A managed sync writes to the first one."),
        wrong_names("file_paths", "file_path", "path", "paths", "resource_paths", "files"),
    ] = Field(default_factory=list)
    managed: Annotated[bool, Doc("Whether changes made in Komodo are written back to the file.")] = False
    delete: Annotated[
        bool,
        Doc("Whether resources that the files do not declare are deleted."),
        wrong_names("prune", "auto_delete", "delete_resources"),
    ] = False
    include_resources: Annotated[bool, Doc("Whether resources take part.")] = True
    match_tags: Annotated[
        StringSet, Doc("Only resources that have all these tags take part."), wrong_names("tag", "filter_tags")
    ] = Field(default_factory=list)
    include_variables: Annotated[bool, Doc("Whether variables take part."), wrong_names("variables")] = False
    include_user_groups: Annotated[bool, Doc("Whether user groups take part."), wrong_names("user_groups")] = False
    pending_alert: Annotated[bool, Doc("Whether an alert is sent when there are changes to run.")] = True
    file_contents: Annotated[
        Contents,
        Doc("The declarations themselves, where they come from neither a repository nor files."),
        wrong_names("contents", "content", "file_content"),
    ] = ""


class ResourceSync(Templated):
    """A source of declarations."""

    config: Annotated[ResourceSyncConfig, Doc("The settings of the sync.")] = Field(default_factory=ResourceSyncConfig)
