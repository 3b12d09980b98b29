"""Every request a Core answers: importing the modules registers them."""

from tests.core.fake import (
    auth,
    export,
    general,
    groups,
    lists,
    permissions,
    resources,
    running,
    states,
    tags,
    updates,
    variables,
)

MODULES = (auth, export, general, groups, lists, permissions, resources, running, states, tags, updates, variables)
