"""Swarms: Docker swarms over several servers."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import MaintenanceWindow
from ksync_tui.model.kinds.fields import ExportDefault, Key, PlainSet, Ref, StringList, Table


class SwarmConfig(Table):
    """The servers of a swarm and its alerts."""

    server_ids: Annotated[PlainSet, Key("servers"), Ref("server")] = Field(default_factory=list)
    links: StringList = Field(default_factory=list)
    send_unhealthy_alerts: Annotated[bool, ExportDefault(None)] = True
    """Always exported: Komodo itself drops `false` and reads it back as true (facts h.8)."""
    maintenance_windows: list[MaintenanceWindow] = Field(default_factory=list)


class Swarm(Templated):
    """A Docker swarm over several servers."""

    config: SwarmConfig = Field(default_factory=SwarmConfig)
