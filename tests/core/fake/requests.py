"""Every request a Core answers: importing the modules registers them."""

from tests.core.fake import (
    alerts,
    auth,
    export,
    general,
    groups,
    lists,
    permissions,
    resources,
    running,
    states,
    sync_commit,
    sync_refresh,
    sync_run,
    tags,
    updates,
    variables,
)

MODULES = (
    alerts,
    auth,
    export,
    general,
    groups,
    lists,
    permissions,
    resources,
    running,
    states,
    sync_commit,
    sync_refresh,
    sync_run,
    tags,
    updates,
    variables,
)
