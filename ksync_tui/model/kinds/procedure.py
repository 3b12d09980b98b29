"""Procedures: stages of executions."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import ScheduleFormat
from ksync_tui.model.kinds.executions import Execution
from ksync_tui.model.kinds.fields import ALWAYS, SECRET, Key, Table, aliases


class EnabledExecution(Table):
    """An execution and whether it is run."""

    execution: Execution
    enabled: Annotated[bool, ALWAYS] = True


class ProcedureStage(Table):
    """Executions that run at the same time."""

    name: str
    enabled: Annotated[bool, ALWAYS] = True
    executions: Annotated[list[EnabledExecution], aliases("execution"), ALWAYS] = Field(default_factory=list)


class ProcedureConfig(Table):
    """Stages, one after the other, and when they run by themselves."""

    stages: Annotated[list[ProcedureStage], Key("stage")] = Field(default_factory=list)
    schedule_format: ScheduleFormat = "English"
    schedule: str = ""
    schedule_enabled: bool = True
    schedule_timezone: str = ""
    schedule_alert: bool = True
    failure_alert: bool = True
    webhook_enabled: bool = True
    webhook_secret: Annotated[str, SECRET] = ""


class Procedure(Templated):
    """Stages of executions."""

    config: ProcedureConfig = Field(default_factory=ProcedureConfig)
