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
    EnvVars,
    Int32,
    Key,
    Labels,
    NonBlankList,
    Ref,
    Table,
    TermSignalLabels,
)


class ImageParams(Table):
    """An image by its name."""

    image: str = ""


class BuildImageParams(Table):
    """The image that a build makes; version 0.0.0 means the latest built."""

    version: Version = NO_VERSION
    build_id: Annotated[str, Key("build"), Ref("build")] = ""


class DeploymentImage(Choice):
    """Where a deployment's image comes from."""

    variants: ClassVar[Mapping[str, type[Table]]] = {"Image": ImageParams, "Build": BuildImageParams}


@cache
def _no_image() -> DeploymentImage:
    return DeploymentImage.of("Image")


class DeploymentConfig(Table):
    """What to run and how."""

    swarm_id: Annotated[str, Key("swarm"), Ref("swarm"), REDEPLOYS] = ""
    server_id: Annotated[str, Key("server"), Ref("server"), REDEPLOYS] = ""
    custom_name: Annotated[ContainerName, REDEPLOYS] = ""
    image: Annotated[DeploymentImage, REDEPLOYS] = Field(default_factory=_no_image)
    image_registry_account: Annotated[str, REDEPLOYS] = ""
    skip_secret_interp: Annotated[bool, REDEPLOYS] = False
    redeploy_on_build: bool = False
    poll_for_updates: bool = False
    auto_update: bool = False
    send_alerts: bool = True
    links: list[str] = Field(default_factory=list)
    network: Annotated[str, REDEPLOYS] = "host"
    restart: Annotated[RestartMode, REDEPLOYS] = "no"
    command: Annotated[str, REDEPLOYS, INTERPOLATED] = ""
    replicas: Annotated[Int32, REDEPLOYS] = 1
    termination_signal: TerminationSignal = "SIGTERM"
    termination_timeout: Int32 = 10
    extra_args: Annotated[NonBlankList, REDEPLOYS, INTERPOLATED] = Field(default_factory=list)
    term_signal_labels: TermSignalLabels = ""
    ports: Annotated[Conversions, REDEPLOYS, INTERPOLATED] = ""
    volumes: Annotated[Conversions, REDEPLOYS, INTERPOLATED] = ""
    environment: Annotated[EnvVars, REDEPLOYS, INTERPOLATED] = ""
    labels: Annotated[Labels, REDEPLOYS, INTERPOLATED] = ""


class Deployment(Deployable):
    """A single container."""

    config: DeploymentConfig = Field(default_factory=DeploymentConfig)
