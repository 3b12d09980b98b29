"""Swarms: Docker swarms over several servers."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import MaintenanceWindow
from ksync_tui.model.kinds.fields import Doc, ExportDefault, Key, PlainSet, Ref, StringList, Table, wrong_names


class SwarmConfig(Table):
    """The servers of a swarm and its alerts."""

    server_ids: Annotated[
        PlainSet, Key("servers"), Ref("server"), Doc("The manager servers, by name."), wrong_names("nodes", "managers")
    ] = Field(default_factory=list)
    links: Annotated[StringList, Doc("Links that are shown beside the swarm."), wrong_names("link", "urls")] = Field(
        default_factory=list
    )
    send_unhealthy_alerts: Annotated[
        bool, ExportDefault(None), Doc("Whether an alert is sent when the swarm is not healthy.")
    ] = True
    """Always exported: Komodo itself drops `false` and reads it back as true (semantics h.8)."""
    maintenance_windows: Annotated[
        list[MaintenanceWindow],
        Doc("Times in which no alerts are sent."),
        wrong_names("maintenance", "maintenance_window"),
    ] = Field(default_factory=list)


class Swarm(Templated):
    """A Docker swarm over several servers."""

    config: Annotated[SwarmConfig, Doc("The settings of the swarm.")] = Field(default_factory=SwarmConfig)
