"""The executions of procedures: 82 types, their parameters, references and patterns (semantics b.4).

Executions with the same parameters share one table; what differs is which kind a reference names.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ksync_tui.model.kinds.batch_executions import (
    BatchActions,
    BatchBuilds,
    BatchDeployments,
    BatchProcedures,
    BatchRepos,
    BatchStacks,
)
from ksync_tui.model.kinds.common import Choice, SeverityLevel, TargetType, TerminationSignal
from ksync_tui.model.kinds.fields import (
    Doc,
    Int32,
    Int64,
    PlainSet,
    Ref,
    Table,
    aliases,
    wrong_names,
)
from ksync_tui.model.kinds.swarm_executions import (
    CreateConfig,
    CreateSecret,
    RemoveConfigs,
    RemoveNodes,
    RemoveSecrets,
    RemoveServices,
    RemoveStacks,
    RotateConfig,
    RotateSecret,
    UpdateNode,
)

_Stack = Annotated[str, Ref("stack"), Doc("The stack."), wrong_names("stack_name", "stack_id", "stacks", "name", "id")]
_Deployment = Annotated[
    str,
    Ref("deployment"),
    Doc("The deployment."),
    wrong_names("deployment_name", "deployment_id", "deployments", "name", "id"),
]
_Server = Annotated[str, Ref("server"), Doc("The server."), wrong_names("server_name", "server_id", "servers")]
_Build = Annotated[str, Ref("build"), Doc("The build."), wrong_names("build_name", "build_id", "builds", "name", "id")]
_Repo = Annotated[str, Ref("repo"), Doc("The repo."), wrong_names("repo_name", "repo_id", "repos", "name", "id")]
_Procedure = Annotated[
    str,
    Ref("procedure"),
    Doc("The procedure."),
    wrong_names("procedure_name", "procedure_id", "procedures", "name", "id"),
]
_Action = Annotated[
    str, Ref("action"), Doc("The action."), wrong_names("action_name", "action_id", "actions", "name", "id")
]
"""Ignored inside a procedure."""


class NoParams(Table):
    """Nothing is needed."""


class OnStack(Table):
    """A whole stack."""

    stack: _Stack
    stop_time: Annotated[
        Int32 | None, Doc("How many seconds a container may take to stop."), wrong_names("stop_timeout", "timeout")
    ] = None


class OnServices(Table):
    """A stack, or some of its services."""

    stack: _Stack
    services: Annotated[list[str], Doc("The services; none is all of them."), wrong_names("service")] = Field(
        default_factory=list
    )


class DeployServices(OnServices):
    """A stack, or some of its services, and how long a container may take to stop."""

    stop_time: Annotated[
        Int32 | None, Doc("How many seconds a container may take to stop."), wrong_names("stop_timeout", "timeout")
    ] = None


class StopServices(Table):
    """A stack, or some of its services, and how long a container may take to stop."""

    stack: _Stack
    stop_time: Annotated[
        Int32 | None, Doc("How many seconds a container may take to stop."), wrong_names("stop_timeout", "timeout")
    ] = None
    services: Annotated[list[str], Doc("The services; none is all of them."), wrong_names("service")] = Field(
        default_factory=list
    )


class DestroyServices(OnServices):
    """A stack taken down, or some of its services."""

    remove_orphans: Annotated[bool, Doc("Whether containers of services that no longer exist are removed.")] = False
    stop_time: Annotated[
        Int32 | None, Doc("How many seconds a container may take to stop."), wrong_names("stop_timeout", "timeout")
    ] = None


class RunService(Table):
    """A command in a new container of a service."""

    stack: _Stack
    service: Annotated[str, Doc("The service whose settings the container has."), wrong_names("services")]
    command: Annotated[list[str] | None, Doc("The command, instead of the service's."), wrong_names("cmd")] = None
    no_tty: Annotated[bool | None, Doc("Whether no terminal is given to it.")] = None
    no_deps: Annotated[bool | None, Doc("Whether services that it depends on are not started.")] = None
    detach: Annotated[bool | None, Doc("Whether it runs in the background.")] = None
    service_ports: Annotated[bool | None, Doc("Whether the service's ports are published.")] = None
    env: Annotated[dict[str, str] | None, Doc("Further variables."), wrong_names("environment")] = None
    workdir: Annotated[str | None, Doc("The folder to run in."), wrong_names("working_dir")] = None
    user: Annotated[str | None, Doc("The user to run as.")] = None
    entrypoint: Annotated[str | None, Doc("The entrypoint, instead of the service's.")] = None
    pull: Annotated[bool | None, Doc("Whether the image is pulled before.")] = None


class OnDeployment(Table):
    """A deployment."""

    deployment: _Deployment


class DeployDeployment(OnDeployment):
    """A deployment, and how its old container is stopped."""

    stop_signal: Annotated[TerminationSignal | None, Doc("The signal that stops the old container.")] = None
    stop_time: Annotated[
        Int32 | None,
        Doc("How many seconds the old container may take to stop."),
        wrong_names("stop_timeout", "timeout"),
    ] = None


class StopDeployment(OnDeployment):
    """A deployment and how it is stopped."""

    signal: Annotated[
        TerminationSignal | None, Doc("The signal that stops the container."), wrong_names("stop_signal")
    ] = None
    time: Annotated[
        Int32 | None, Doc("How many seconds the container may take to stop."), wrong_names("stop_time", "timeout")
    ] = None


class OnBuild(Table):
    """A build."""

    build: _Build


class OnRepo(Table):
    """A repo."""

    repo: _Repo


class OnProcedure(Table):
    """A procedure."""

    procedure: _Procedure


class CancelProcedure(OnProcedure):
    """A running procedure."""

    update_id: Annotated[str | None, Doc("The run to cancel; none is all of them.")] = None


class RunAction(Table):
    """An action and its arguments."""

    action: _Action
    args: Annotated[
        dict[str, Any] | None, Doc("Arguments that replace those of the action."), wrong_names("arguments", "params")
    ] = None


class CancelAction(Table):
    """A running action."""

    action: _Action
    update_id: Annotated[str | None, Doc("The run to cancel; none is all of them.")] = None


class RunSync(Table):
    """A sync, or some of its resources."""

    sync: Annotated[str, Ref("resource_sync"), Doc("The sync."), wrong_names("resource_sync")]
    resource_type: Annotated[TargetType | None, Doc("The only kind of resource to sync.")] = None
    resources: Annotated[list[str] | None, Doc("The only resources to sync, by name.")] = None


class CommitSync(Table):
    """A managed sync."""

    sync: Annotated[str, aliases("id", "name"), Ref("resource_sync"), Doc("The sync."), wrong_names("resource_sync")]


class TestAlerter(Table):
    """An alerter."""

    __test__ = False
    alerter: Annotated[str, Ref("alerter"), Doc("The alerter."), wrong_names("name", "alerter_name")]


class SendAlert(Table):
    """An alert of one's own."""

    level: Annotated[SeverityLevel, Doc("How serious the alert is."), wrong_names("severity")] = "OK"
    message: Annotated[str, Doc("The headline of the alert."), wrong_names("title")]
    details: Annotated[str, Doc("More text below it."), wrong_names("body", "description")] = ""
    alerters: Annotated[
        PlainSet, Ref("alerter"), Doc("The alerters to send with; none is all of them."), wrong_names("alerter")
    ] = Field(default_factory=list)


class OnServer(Table):
    """A server."""

    server: _Server


class OnContainer(OnServer):
    """A container of a server."""

    container: Annotated[str, Doc("The container, by name."), wrong_names("name", "container_name")]


class StopContainer(OnContainer):
    """A container of a server and how it is stopped."""

    signal: Annotated[
        TerminationSignal | None, Doc("The signal that stops the container."), wrong_names("stop_signal")
    ] = None
    time: Annotated[
        Int32 | None, Doc("How many seconds the container may take to stop."), wrong_names("stop_time", "timeout")
    ] = None


class OnNamed(OnServer):
    """A network, image or volume of a server."""

    name: Annotated[str, Doc("The network, image or volume, by name."), wrong_names("network", "image", "volume")]


class GlobalAutoUpdate(Table):
    """All resources that look for updates."""

    skip_auto_update: Annotated[bool, Doc("Whether updates are only looked for and not deployed.")] = False


class RotateCoreKeys(Table):
    """Core's own keys."""

    force: Annotated[bool, Doc("Whether keys are renewed although a server cannot be reached.")] = False


class Sleep(Table):
    """A pause in milliseconds."""

    duration_ms: Annotated[
        Int64, Doc("How long to wait, in milliseconds."), wrong_names("duration", "milliseconds", "ms")
    ] = 0


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
