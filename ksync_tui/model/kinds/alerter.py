"""Alerters: where alerts go."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import Choice, MaintenanceWindow, TargetRef
from ksync_tui.model.kinds.fields import INTERPOLATED, SECRET, Compare, Table, set_meaning

AlertType = Literal[
    "None",
    "Test",
    "SwarmUnhealthy",
    "ServerUnreachable",
    "ServerCpu",
    "ServerMem",
    "ServerDisk",
    "ServerVersionMismatch",
    "ContainerStateChange",
    "DeploymentImageUpdateAvailable",
    "DeploymentAutoUpdated",
    "StackStateChange",
    "StackImageUpdateAvailable",
    "StackAutoUpdated",
    "AwsBuilderTerminationFailed",
    "ResourceSyncPendingUpdates",
    "BuildFailed",
    "RepoBuildFailed",
    "ProcedureFailed",
    "ActionFailed",
    "ScheduleRun",
    "Custom",
]
_UNORDERED = Compare("set", set_meaning)
_SecretUrl = Annotated[str, SECRET, INTERPOLATED]


class CustomEndpoint(Table):
    """Any address that takes the alert as JSON."""

    url: _SecretUrl = "http://localhost:7000"


class SlackEndpoint(Table):
    """A Slack webhook."""

    url: _SecretUrl = "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


class DiscordEndpoint(Table):
    """A Discord webhook."""

    url: _SecretUrl = "https://discord.com/api/webhooks/XXXXXXXXXXXX/XXXX-XXXXXXXXXX"


class NtfyEndpoint(Table):
    """An ntfy topic."""

    url: _SecretUrl = "http://localhost:8080/komodo"
    email: str | None = None


class PushoverEndpoint(Table):
    """A Pushover address with token and user in its query."""

    url: _SecretUrl = "https://api.pushover.net/1/messages.json?token=XXXXXXXXXXXXX&user=XXXXXXXXXXXXX"


class AlerterEndpoint(Choice):
    """Where alerts are sent. A url may carry a token, so it is masked."""

    variants: ClassVar[Mapping[str, type[Table]]] = {
        "Custom": CustomEndpoint,
        "Slack": SlackEndpoint,
        "Discord": DiscordEndpoint,
        "Ntfy": NtfyEndpoint,
        "Pushover": PushoverEndpoint,
    }


@cache
def _default_endpoint() -> AlerterEndpoint:
    return AlerterEndpoint.of("Custom")


class AlerterConfig(Table):
    """Which alerts go where, and when not."""

    enabled: bool = False
    endpoint: AlerterEndpoint = Field(default_factory=_default_endpoint)
    alert_types: Annotated[list[AlertType], _UNORDERED] = Field(default_factory=list)
    resources: Annotated[list[TargetRef], _UNORDERED] = Field(default_factory=list)
    except_resources: Annotated[list[TargetRef], _UNORDERED] = Field(default_factory=list)
    maintenance_windows: list[MaintenanceWindow] = Field(default_factory=list)


class Alerter(Templated):
    """A receiver of alerts."""

    config: AlerterConfig = Field(default_factory=AlerterConfig)
