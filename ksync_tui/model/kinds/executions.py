"""The executions of procedures: 82 types, their parameters, references and patterns (resources.json `executions`).

Executions with the same parameters share one table; what differs is which kind a reference names.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ksync_tui.model.kinds.common import Choice, SeverityLevel, TargetType, TerminationSignal
from ksync_tui.model.kinds.fields import ALWAYS, SECRET, Int32, Int64, Pattern, PlainSet, Ref, Table, aliases

_Stack = Annotated[str, Ref("stack")]
_Deployment = Annotated[str, Ref("deployment")]
_Server = Annotated[str, Ref("server")]
_Swarm = Annotated[str, Ref("swarm")]
_Build = Annotated[str, Ref("build")]
_Repo = Annotated[str, Ref("repo")]
_Procedure = Annotated[str, Ref("procedure")]
_Action = Annotated[str, Ref("action")]
_Tags = Annotated[list[str], ALWAYS]
"""Ignored inside a procedure."""


class NoParams(Table):
    """Nothing is needed."""


class OnStack(Table):
    """A whole stack."""

    stack: _Stack
    stop_time: Int32 | None = None


class OnServices(Table):
    """A stack, or some of its services."""

    stack: _Stack
    services: list[str] = Field(default_factory=list)


class DeployServices(OnServices):
    """A stack, or some of its services, and how long a container may take to stop."""

    stop_time: Int32 | None = None


class StopServices(Table):
    """A stack, or some of its services, and how long a container may take to stop."""

    stack: _Stack
    stop_time: Int32 | None = None
    services: list[str] = Field(default_factory=list)


class DestroyServices(OnServices):
    """A stack taken down, or some of its services."""

    remove_orphans: bool = False
    stop_time: Int32 | None = None


class RunService(Table):
    """A command in a new container of a service."""

    stack: _Stack
    service: str
    command: list[str] | None = None
    no_tty: bool | None = None
    no_deps: bool | None = None
    detach: bool | None = None
    service_ports: bool | None = None
    env: dict[str, str] | None = None
    workdir: str | None = None
    user: str | None = None
    entrypoint: str | None = None
    pull: bool | None = None


class BatchStacks(Table):
    """Stacks by pattern."""

    pattern: Annotated[str, Pattern("stack")]
    tags: _Tags = Field(default_factory=list)


class OnDeployment(Table):
    """A deployment."""

    deployment: _Deployment


class DeployDeployment(OnDeployment):
    """A deployment, and how its old container is stopped."""

    stop_signal: TerminationSignal | None = None
    stop_time: Int32 | None = None


class StopDeployment(OnDeployment):
    """A deployment and how it is stopped."""

    signal: TerminationSignal | None = None
    time: Int32 | None = None


class BatchDeployments(Table):
    """Deployments by pattern."""

    pattern: Annotated[str, Pattern("deployment")]
    tags: _Tags = Field(default_factory=list)


class OnBuild(Table):
    """A build."""

    build: _Build


class BatchBuilds(Table):
    """Builds by pattern."""

    pattern: Annotated[str, Pattern("build")]
    tags: _Tags = Field(default_factory=list)


class OnRepo(Table):
    """A repo."""

    repo: _Repo


class BatchRepos(Table):
    """Repos by pattern."""

    pattern: Annotated[str, Pattern("repo")]
    tags: _Tags = Field(default_factory=list)


class OnProcedure(Table):
    """A procedure."""

    procedure: _Procedure


class CancelProcedure(OnProcedure):
    """A running procedure."""

    update_id: str | None = None


class BatchProcedures(Table):
    """Procedures by pattern."""

    pattern: Annotated[str, Pattern("procedure")]
    tags: _Tags = Field(default_factory=list)


class RunAction(Table):
    """An action and its arguments."""

    action: _Action
    args: dict[str, Any] | None = None


class CancelAction(Table):
    """A running action."""

    action: _Action
    update_id: str | None = None


class BatchActions(Table):
    """Actions by pattern."""

    pattern: Annotated[str, Pattern("action")]
    tags: _Tags = Field(default_factory=list)


class RunSync(Table):
    """A sync, or some of its resources."""

    sync: Annotated[str, Ref("resource_sync")]
    resource_type: TargetType | None = None
    resources: list[str] | None = None


class CommitSync(Table):
    """A managed sync."""

    sync: Annotated[str, aliases("id", "name"), Ref("resource_sync")]


class TestAlerter(Table):
    """An alerter."""

    __test__ = False
    alerter: Annotated[str, Ref("alerter")]


class SendAlert(Table):
    """An alert of one's own."""

    level: SeverityLevel = "OK"
    message: str
    details: str = ""
    alerters: Annotated[PlainSet, Ref("alerter")] = Field(default_factory=list)


class OnServer(Table):
    """A server."""

    server: _Server


class OnContainer(OnServer):
    """A container of a server."""

    container: str


class StopContainer(OnContainer):
    """A container of a server and how it is stopped."""

    signal: TerminationSignal | None = None
    time: Int32 | None = None


class OnNamed(OnServer):
    """A network, image or volume of a server."""

    name: str


class OnSwarm(Table):
    """A swarm."""

    swarm: _Swarm


class RemoveNodes(OnSwarm):
    """Nodes of a swarm."""

    nodes: list[str]
    force: bool = False


class UpdateNode(OnSwarm):
    """A node of a swarm and what changes."""

    node: str
    availability: Literal["", "active", "pause", "drain"] | None = None
    label_add: list[str] | None = None
    label_rm: list[str] | None = None
    role: Literal["", "worker", "manager"] | None = None


class RemoveStacks(OnSwarm):
    """Stacks of a swarm."""

    stacks: list[str]
    detach: bool = True


class RemoveServices(OnSwarm):
    """Services of a swarm."""

    services: list[str]


class CreateConfig(OnSwarm):
    """A new config of a swarm."""

    name: str
    data: str
    labels: list[str] = Field(default_factory=list)
    template_driver: str | None = None


class RotateConfig(OnSwarm):
    """A config of a swarm and its new contents."""

    config: str
    data: str


class RemoveConfigs(OnSwarm):
    """Configs of a swarm."""

    configs: list[str]


class CreateSecret(OnSwarm):
    """A new secret of a swarm."""

    name: str
    data: Annotated[str, SECRET]
    driver: str | None = None
    labels: list[str] = Field(default_factory=list)
    template_driver: str | None = None


class RotateSecret(OnSwarm):
    """A secret of a swarm and its new contents."""

    secret: str
    data: Annotated[str, SECRET]


class RemoveSecrets(OnSwarm):
    """Secrets of a swarm."""

    secrets: list[str]


class GlobalAutoUpdate(Table):
    """All resources that look for updates."""

    skip_auto_update: bool = False


class RotateCoreKeys(Table):
    """Core's own keys."""

    force: bool = False


class Sleep(Table):
    """A pause in milliseconds."""

    duration_ms: Int64 = 0


EXECUTIONS: dict[str, type[Table]] = {
    "None": NoParams,
    "DeployStack": DeployServices,
    "BatchDeployStack": BatchStacks,
    "DeployStackIfChanged": OnStack,
    "BatchDeployStackIfChanged": BatchStacks,
    "PullStack": OnServices,
    "BatchPullStack": BatchStacks,
    "StartStack": OnServices,
    "RestartStack": OnServices,
    "PauseStack": OnServices,
    "UnpauseStack": OnServices,
    "StopStack": StopServices,
    "DestroyStack": DestroyServices,
    "BatchDestroyStack": BatchStacks,
    "RunStackService": RunService,
    "Deploy": DeployDeployment,
    "BatchDeploy": BatchDeployments,
    "PullDeployment": OnDeployment,
    "StartDeployment": OnDeployment,
    "RestartDeployment": OnDeployment,
    "PauseDeployment": OnDeployment,
    "UnpauseDeployment": OnDeployment,
    "StopDeployment": StopDeployment,
    "DestroyDeployment": StopDeployment,
    "BatchDestroyDeployment": BatchDeployments,
    "RunBuild": OnBuild,
    "BatchRunBuild": BatchBuilds,
    "CancelBuild": OnBuild,
    "CloneRepo": OnRepo,
    "BatchCloneRepo": BatchRepos,
    "PullRepo": OnRepo,
    "BatchPullRepo": BatchRepos,
    "BuildRepo": OnRepo,
    "BatchBuildRepo": BatchRepos,
    "CancelRepoBuild": OnRepo,
    "RunProcedure": OnProcedure,
    "BatchRunProcedure": BatchProcedures,
    "CancelProcedure": CancelProcedure,
    "RunAction": RunAction,
    "BatchRunAction": BatchActions,
    "CancelAction": CancelAction,
    "RunSync": RunSync,
    "CommitSync": CommitSync,
    "TestAlerter": TestAlerter,
    "SendAlert": SendAlert,
    "StartContainer": OnContainer,
    "RestartContainer": OnContainer,
    "PauseContainer": OnContainer,
    "UnpauseContainer": OnContainer,
    "StopContainer": StopContainer,
    "DestroyContainer": StopContainer,
    "StartAllContainers": OnServer,
    "RestartAllContainers": OnServer,
    "PauseAllContainers": OnServer,
    "UnpauseAllContainers": OnServer,
    "StopAllContainers": OnServer,
    "PruneContainers": OnServer,
    "DeleteNetwork": OnNamed,
    "PruneNetworks": OnServer,
    "DeleteImage": OnNamed,
    "PruneImages": OnServer,
    "DeleteVolume": OnNamed,
    "PruneVolumes": OnServer,
    "PruneDockerBuilders": OnServer,
    "PruneBuildx": OnServer,
    "PruneSystem": OnServer,
    "RemoveSwarmNodes": RemoveNodes,
    "UpdateSwarmNode": UpdateNode,
    "RemoveSwarmStacks": RemoveStacks,
    "RemoveSwarmServices": RemoveServices,
    "CreateSwarmConfig": CreateConfig,
    "RotateSwarmConfig": RotateConfig,
    "RemoveSwarmConfigs": RemoveConfigs,
    "CreateSwarmSecret": CreateSecret,
    "RotateSwarmSecret": RotateSecret,
    "RemoveSwarmSecrets": RemoveSecrets,
    "ClearRepoCache": NoParams,
    "BackupCoreDatabase": NoParams,
    "GlobalAutoUpdate": GlobalAutoUpdate,
    "RotateAllServerKeys": NoParams,
    "RotateCoreKeys": RotateCoreKeys,
    "Sleep": Sleep,
}


class Execution(Choice):
    """One execution: `{type, params}`; params must be present."""

    variants: ClassVar[Mapping[str, type[Table]]] = EXECUTIONS
