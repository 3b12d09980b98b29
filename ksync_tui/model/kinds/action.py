"""Actions: TypeScript that Komodo Core runs."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import FileFormat, ScheduleFormat
from ksync_tui.model.kinds.fields import INTERPOLATED, SECRET, Contents, Table


class ActionConfig(Table):
    """A script, its arguments and when it runs by itself."""

    run_at_startup: bool = False
    schedule_format: ScheduleFormat = "English"
    schedule: str = ""
    schedule_enabled: bool = True
    schedule_timezone: str = ""
    schedule_alert: bool = True
    failure_alert: bool = True
    webhook_enabled: bool = True
    webhook_secret: Annotated[str, SECRET] = ""
    reload_deno_deps: bool = False
    file_contents: Annotated[Contents, INTERPOLATED] = ""
    arguments_format: FileFormat = "key_value"
    arguments: Contents = ""


class Action(Templated):
    """A script that Komodo Core runs."""

    config: ActionConfig = Field(default_factory=ActionConfig)
