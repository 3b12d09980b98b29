"""What every resource has, whatever its kind (resources.json `resource_fields`)."""

from typing import Any

from pydantic import Field

from ksync_tui.model.kinds.fields import PlainSet, Table


class Resource(Table):
    """A declared or live resource."""

    name: str

    @property
    def settings(self) -> Table:
        """The table that holds the kind's own fields: `config`, or the resource itself where there is none."""
        config: Any = self.__dict__.get("config")
        return config if isinstance(config, Table) else self


class Templated(Resource):
    """A resource with tags, which may serve as a template for others."""

    description: str = ""
    template: bool = False
    tags: PlainSet = Field(default_factory=list)


class Deployable(Templated):
    """A resource that a sync may deploy, after others."""

    deploy: bool = False
    after: PlainSet = Field(default_factory=list)
