"""Resource syncs: a source of declarations and what to do with it."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.fields import SECRET, Contents, Ref, StringList, StringSet, Table


class ResourceSyncConfig(Table):
    """Where declarations come from and what a run of them may do."""

    linked_repo: Annotated[str, Ref("repo")] = ""
    git_provider: str = "github.com"
    git_https: bool = True
    repo: str = ""
    branch: str = "main"
    commit: str = ""
    git_account: str = ""
    webhook_enabled: bool = True
    webhook_secret: Annotated[str, SECRET] = ""
    files_on_host: bool = False
    resource_path: StringList = Field(default_factory=list)
    managed: bool = False
    delete: bool = False
    include_resources: bool = True
    match_tags: StringSet = Field(default_factory=list)
    include_variables: bool = False
    include_user_groups: bool = False
    pending_alert: bool = True
    file_contents: Contents = ""


class ResourceSync(Templated):
    """A source of declarations."""

    config: ResourceSyncConfig = Field(default_factory=ResourceSyncConfig)
