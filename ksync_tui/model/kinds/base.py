"""What every resource has, whatever its kind."""

from typing import Annotated, Any

from pydantic import Field

from ksync_tui.model.kinds.fields import Doc, PlainSet, Table, wrong_names


class Resource(Table):
    """A declared or live resource."""

    name: Annotated[str, Doc("The name, unique among resources of its kind.")]

    @property
    def settings(self) -> Table:
        """The table that holds the kind's own fields: `config`, or the resource itself where there is none."""
        config: Any = self.__dict__.get("config")
        return config if isinstance(config, Table) else self


class Templated(Resource):
    """A resource with tags, which may serve as a template for others."""

    description: Annotated[str, Doc("A note for people."), wrong_names("desc")] = ""
    template: Annotated[bool, Doc("Whether it serves as a template that others are copied from.")] = False
    tags: Annotated[
        PlainSet,
        Doc("Tags by name. A sync that matches tags takes only resources that have all of them."),
        wrong_names("tag"),
    ] = Field(default_factory=list)


class Deployable(Templated):
    """A resource that a sync may deploy, after others."""

    deploy: Annotated[
        bool, Doc("Whether a sync deploys it when it is new, changed or not running."), wrong_names("auto_deploy")
    ] = False
    after: Annotated[
        PlainSet,
        Doc("Stacks and deployments that have to be deployed before it."),
        wrong_names("depends_on", "dependencies", "depends"),
    ] = Field(default_factory=list)
