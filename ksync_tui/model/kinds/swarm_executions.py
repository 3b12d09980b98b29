"""What the executions on a swarm take (semantics b.4)."""

from typing import Annotated, Literal

from pydantic import Field

from ksync_tui.model.kinds.fields import SECRET, Doc, Ref, Table, wrong_names

_Swarm = Annotated[str, Ref("swarm"), Doc("The swarm."), wrong_names("swarm_name", "swarm_id", "swarms")]


class OnSwarm(Table):
    """A swarm."""

    swarm: _Swarm


class RemoveNodes(OnSwarm):
    """Nodes of a swarm."""

    nodes: Annotated[list[str], Doc("The nodes."), wrong_names("node")]
    force: Annotated[bool, Doc("Whether a node is removed that is still in use.")] = False


class UpdateNode(OnSwarm):
    """A node of a swarm and what changes."""

    node: Annotated[str, Doc("The node.")]
    availability: Annotated[
        Literal["", "active", "pause", "drain"] | None,
        Doc("Whether tasks are given to the node: active, pause or drain."),
    ] = None
    label_add: Annotated[list[str] | None, Doc("Labels to add, as NAME=value."), wrong_names("add_labels")] = None
    label_rm: Annotated[list[str] | None, Doc("Names of labels to remove."), wrong_names("remove_labels")] = None
    role: Annotated[Literal["", "worker", "manager"] | None, Doc("Whether the node is a worker or a manager.")] = None


class RemoveStacks(OnSwarm):
    """Stacks of a swarm."""

    stacks: Annotated[list[str], Doc("The stacks."), wrong_names("stack")]
    detach: Annotated[bool, Doc("Whether it does not wait for the end.")] = True


class RemoveServices(OnSwarm):
    """Services of a swarm."""

    services: Annotated[list[str], Doc("The services."), wrong_names("service")]


class CreateConfig(OnSwarm):
    """A new config of a swarm."""

    name: Annotated[str, Doc("The name of the config.")]
    data: Annotated[str, Doc("The contents of the config."), wrong_names("contents")]
    labels: Annotated[list[str], Doc("Labels of the config, as NAME=value.")] = Field(default_factory=list)
    template_driver: Annotated[str | None, Doc("The driver that fills in a template.")] = None


class RotateConfig(OnSwarm):
    """A config of a swarm and its new contents."""

    config: Annotated[str, Doc("The config, by name."), wrong_names("name")]
    data: Annotated[str, Doc("The new contents."), wrong_names("contents")]


class RemoveConfigs(OnSwarm):
    """Configs of a swarm."""

    configs: Annotated[list[str], Doc("The configs."), wrong_names("config")]


class CreateSecret(OnSwarm):
    """A new secret of a swarm."""

    name: Annotated[str, Doc("The name of the secret.")]
    data: Annotated[str, SECRET, Doc("The contents of the secret."), wrong_names("contents")]
    driver: Annotated[str | None, Doc("The driver that keeps the secret.")] = None
    labels: Annotated[list[str], Doc("Labels of the secret, as NAME=value.")] = Field(default_factory=list)
    template_driver: Annotated[str | None, Doc("The driver that fills in a template.")] = None


class RotateSecret(OnSwarm):
    """A secret of a swarm and its new contents."""

    secret: Annotated[str, Doc("The secret, by name."), wrong_names("name")]
    data: Annotated[str, SECRET, Doc("The new contents."), wrong_names("contents")]


class RemoveSecrets(OnSwarm):
    """Secrets of a swarm."""

    secrets: Annotated[list[str], Doc("The secrets."), wrong_names("secret")]
