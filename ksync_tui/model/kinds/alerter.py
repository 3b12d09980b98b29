"""Alerters: where alerts go."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import Choice, MaintenanceWindow, TargetRef
from ksync_tui.model.kinds.fields import INTERPOLATED, SECRET, Compare, Doc, Holds, Table, canonical_set, wrong_names

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
_UNORDERED = Compare("set", canonical_set)
_SecretUrl = Annotated[str, SECRET, INTERPOLATED, Holds("url")]


class CustomEndpoint(Table):
    """Any address that takes the alert as JSON."""

    url: Annotated[
        _SecretUrl, Doc("The address that takes the alert as JSON."), wrong_names("webhook", "webhook_url", "address")
    ] = "http://localhost:7000"


class SlackEndpoint(Table):
    """A Slack webhook."""

    url: Annotated[
        _SecretUrl, Doc("The address of the Slack webhook."), wrong_names("webhook", "webhook_url", "address")
    ] = "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


class DiscordEndpoint(Table):
    """A Discord webhook."""

    url: Annotated[
        _SecretUrl, Doc("The address of the Discord webhook."), wrong_names("webhook", "webhook_url", "address")
    ] = "https://discord.com/api/webhooks/XXXXXXXXXXXX/XXXX-XXXXXXXXXX"


class NtfyEndpoint(Table):
    """An ntfy topic."""

    url: Annotated[
        _SecretUrl, Doc("The address of the ntfy topic."), wrong_names("webhook", "webhook_url", "address", "topic")
    ] = "http://localhost:8080/komodo"
    email: Annotated[str | None, Doc("An email address that ntfy forwards to."), wrong_names("mail")] = None


class PushoverEndpoint(Table):
    """A Pushover address with token and user in its query."""

    url: Annotated[
        _SecretUrl,
        Doc("The Pushover address, with token and user in its query."),
        wrong_names("webhook", "webhook_url", "address"),
    ] = "https://api.pushover.net/1/messages.json?token=XXXXXXXXXXXXX&user=XXXXXXXXXXXXX"


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

    enabled: Annotated[bool, Doc("Whether it sends alerts.")] = False
    endpoint: Annotated[AlerterEndpoint, Doc("Where alerts are sent."), wrong_names("webhook", "target")] = Field(
        default_factory=_default_endpoint
    )
    alert_types: Annotated[
        list[AlertType], _UNORDERED, Doc("The types of alert to send; none is all."), wrong_names("alerts", "types")
    ] = Field(default_factory=list)
    resources: Annotated[
        list[TargetRef],
        _UNORDERED,
        Doc("The resources whose alerts are sent; none is all."),
        wrong_names("include_resources", "only_resources"),
    ] = Field(default_factory=list)
    except_resources: Annotated[
        list[TargetRef],
        _UNORDERED,
        Doc("Resources whose alerts are not sent."),
        wrong_names("exclude_resources", "ignore_resources"),
    ] = Field(default_factory=list)
    maintenance_windows: Annotated[
        list[MaintenanceWindow],
        Doc("Times in which no alerts are sent."),
        wrong_names("maintenance", "maintenance_window"),
    ] = Field(default_factory=list)


class Alerter(Templated):
    """A receiver of alerts."""

    config: Annotated[AlerterConfig, Doc("The settings of the alerter.")] = Field(default_factory=AlerterConfig)
