"""What the batch executions take: patterns of names (semantics b.4)."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.fields import ALWAYS, Doc, Pattern, Table, wrong_names

_Tags = Annotated[list[str], ALWAYS, Doc("Has no effect inside a procedure.")]


class BatchStacks(Table):
    """Stacks by pattern."""

    pattern: Annotated[
        str,
        Pattern("stack"),
        Doc("The stacks by name, wildcard, or regex between backslashes; several with commas."),
        wrong_names("patterns", "stacks"),
    ]
    tags: _Tags = Field(default_factory=list)


class BatchDeployments(Table):
    """Deployments by pattern."""

    pattern: Annotated[
        str,
        Pattern("deployment"),
        Doc("The deployments by name, wildcard, or regex between backslashes; several with commas."),
        wrong_names("patterns", "deployments"),
    ]
    tags: _Tags = Field(default_factory=list)


class BatchBuilds(Table):
    """Builds by pattern."""

    pattern: Annotated[
        str,
        Pattern("build"),
        Doc("The builds by name, wildcard, or regex between backslashes; several with commas."),
        wrong_names("patterns", "builds"),
    ]
    tags: _Tags = Field(default_factory=list)


class BatchRepos(Table):
    """Repos by pattern."""

    pattern: Annotated[
        str,
        Pattern("repo"),
        Doc("The repos by name, wildcard, or regex between backslashes; several with commas."),
        wrong_names("patterns", "repos"),
    ]
    tags: _Tags = Field(default_factory=list)


class BatchProcedures(Table):
    """Procedures by pattern."""

    pattern: Annotated[
        str,
        Pattern("procedure"),
        Doc("The procedures by name, wildcard, or regex between backslashes; several with commas."),
        wrong_names("patterns", "procedures"),
    ]
    tags: _Tags = Field(default_factory=list)


class BatchActions(Table):
    """Actions by pattern."""

    pattern: Annotated[
        str,
        Pattern("action"),
        Doc("The actions by name, wildcard, or regex between backslashes; several with commas."),
        wrong_names("patterns", "actions"),
    ]
    tags: _Tags = Field(default_factory=list)
