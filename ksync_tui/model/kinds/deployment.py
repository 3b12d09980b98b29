"""Deployments: single containers."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, ClassVar

from pydantic import Field

from ksync_tui.model.kinds.base import Deployable
from ksync_tui.model.kinds.common import NO_VERSION, Choice, RestartMode, TerminationSignal, Version
from ksync_tui.model.kinds.fields import (
    INTERPOLATED,
    REDEPLOYS,
    ContainerName,
    Conversions,
    Doc,
    EnvVars,
    Holds,
    Int32,
    Key,
    Labels,
    NonBlankList,
    Ref,
    Table,
    TermSignalLabels,
    wrong_names,
)


class ImageParams(Table):
    """An image by its name."""

    image: Annotated[
        str, Holds("image"), Doc("The image with its tag, such as nginx:1.27."), wrong_names("name", "image_name")
    ] = ""


class BuildImageParams(Table):
    """The image that a build makes; version 0.0.0 means the latest built."""

    version: Annotated[Version, Doc("The version to run; 0.0.0 is the latest one."), wrong_names("tag")] = NO_VERSION
    build_id: Annotated[
        str, Key("build"), Ref("build"), Doc("The build that makes the image."), wrong_names("name")
    ] = ""


class DeploymentImage(Choice):
    """Where a deployment's image comes from."""

    variants: ClassVar[Mapping[str, type[Table]]] = {"Image": ImageParams, "Build": BuildImageParams}


@cache
def _no_image() -> DeploymentImage:
    return DeploymentImage.of("Image")


class DeploymentConfig(Table):
    """What to run and how."""

    swarm_id: Annotated[
        str, Key("swarm"), Ref("swarm"), REDEPLOYS, Doc("The swarm to run on; it goes before a server.")
    ] = ""
    server_id: Annotated[
        str,
        Key("server"),
        Ref("server"),
        REDEPLOYS,
        Doc("The server to run on."),
        wrong_names("host", "node", "server_name"),
    ] = ""
    custom_name: Annotated[
        ContainerName,
        REDEPLOYS,
        Doc("The name of the container, where it is not the deployment's."),
        wrong_names("container_name", "docker_name"),
    ] = ""
    image: Annotated[
        DeploymentImage, REDEPLOYS, Doc("The image: a name, or a build."), wrong_names("docker_image", "image_name")
    ] = Field(default_factory=_no_image)
    image_registry_account: Annotated[
        str, REDEPLOYS, Doc("The account at the image's registry."), wrong_names("docker_account", "registry_account")
    ] = ""
    skip_secret_interp: Annotated[
        bool,
        REDEPLOYS,
        Doc("Whether [[VARIABLES]] are left as they are written."),
        wrong_names("skip_secret_interpolation"),
    ] = False
    redeploy_on_build: Annotated[bool, Doc("Whether it is deployed again when its build made a new image.")] = False
    poll_for_updates: Annotated[
        bool, Doc("Whether Komodo looks for a newer image."), wrong_names("check_for_updates", "poll_updates")
    ] = False
    auto_update: Annotated[
        bool, Doc("Whether it is deployed again when a newer image is found."), wrong_names("auto_updates")
    ] = False
    send_alerts: Annotated[
        bool, Doc("Whether an alert is sent when the state of the container changes."), wrong_names("alerts")
    ] = True
    links: Annotated[list[str], Doc("Links that are shown beside the deployment."), wrong_names("link", "urls")] = (
        Field(default_factory=list)
    )
    network: Annotated[
        str,
        REDEPLOYS,
        Doc("The network of the container, such as bridge; the default is host."),
        wrong_names("networks", "network_mode", "net"),
    ] = "host"
    restart: Annotated[
        RestartMode,
        REDEPLOYS,
        Doc("When docker starts the container again."),
        wrong_names("restart_mode", "restart_policy"),
    ] = "no"
    command: Annotated[
        str, REDEPLOYS, INTERPOLATED, Doc("The command of the container, instead of the image's."), wrong_names("cmd")
    ] = ""
    replicas: Annotated[Int32, REDEPLOYS, Doc("How many containers run, on a swarm."), wrong_names("scale")] = 1
    termination_signal: Annotated[
        TerminationSignal, Doc("The signal that stops the container."), wrong_names("stop_signal")
    ] = "SIGTERM"
    termination_timeout: Annotated[
        Int32,
        Doc("How many seconds it may take to stop."),
        wrong_names("stop_grace_period", "stop_timeout", "stop_time"),
    ] = 10
    extra_args: Annotated[
        NonBlankList,
        REDEPLOYS,
        INTERPOLATED,
        Doc("Further arguments of `docker run`."),
        wrong_names("docker_args", "args", "docker_run_args", "run_args", "process_args"),
    ] = Field(default_factory=list)
    term_signal_labels: Annotated[
        TermSignalLabels,
        Doc("What each signal means, one SIGNAL = label a line, shown when it is stopped."),
        wrong_names("termination_signal_labels"),
    ] = ""
    ports: Annotated[
        Conversions,
        REDEPLOYS,
        INTERPOLATED,
        Holds("ports"),
        Doc("Published ports, one HOST = CONTAINER a line. They have no effect on the host network."),
        wrong_names("port", "port_mappings", "publish"),
    ] = ""
    volumes: Annotated[
        Conversions,
        REDEPLOYS,
        INTERPOLATED,
        Holds("volumes"),
        Doc("Mounts, one HOST = CONTAINER a line."),
        wrong_names("volume", "mounts", "binds"),
    ] = ""
    environment: Annotated[
        EnvVars,
        REDEPLOYS,
        INTERPOLATED,
        Doc("Variables of the container, one NAME = value a line."),
        wrong_names("env", "env_vars", "environment_variables", "environments", "envs"),
    ] = ""
    labels: Annotated[
        Labels, REDEPLOYS, INTERPOLATED, Doc("Labels of the container, one NAME = value a line."), wrong_names("label")
    ] = ""


class Deployment(Deployable):
    """A single container."""

    config: Annotated[DeploymentConfig, Doc("The settings of the deployment.")] = Field(
        default_factory=DeploymentConfig
    )
