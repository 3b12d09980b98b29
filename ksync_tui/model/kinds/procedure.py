"""Procedures: stages of executions."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import ScheduleFormat
from ksync_tui.model.kinds.executions import Execution
from ksync_tui.model.kinds.fields import ALWAYS, SECRET, Doc, Holds, Key, Table, aliases, wrong_names


class EnabledExecution(Table):
    """An execution and whether it is run."""

    execution: Annotated[Execution, Doc("What is run."), wrong_names("action")]
    enabled: Annotated[bool, ALWAYS, Doc("Whether it is run.")] = True


class ProcedureStage(Table):
    """Executions that run at the same time."""

    name: Annotated[str, Doc("What the stage is called.")]
    enabled: Annotated[bool, ALWAYS, Doc("Whether the stage is run.")] = True
    executions: Annotated[
        list[EnabledExecution],
        aliases("execution"),
        ALWAYS,
        Doc("What is run, all at the same time."),
        wrong_names("actions", "steps"),
    ] = Field(default_factory=list)


class ProcedureConfig(Table):
    """Stages, one after the other, and when they run by themselves."""

    stages: Annotated[
        list[ProcedureStage],
        Key("stage"),
        Doc("The stages, run one after the other."),
        wrong_names("steps", "executions"),
    ] = Field(default_factory=list)
    schedule_format: Annotated[
        ScheduleFormat,
        Doc("How the schedule is written: in English, or as cron with six fields, seconds first."),
        wrong_names("format"),
    ] = "English"
    schedule: Annotated[
        str,
        Holds("schedule"),
        Doc("When it runs by itself, such as every day at 03:00."),
        wrong_names("cron", "cron_schedule", "schedule_cron"),
    ] = ""
    schedule_enabled: Annotated[bool, Doc("Whether the schedule is in use.")] = True
    schedule_timezone: Annotated[
        str,
        Holds("time_zone"),
        Doc("The time zone of the schedule, such as Europe/Paris. Empty is that of Komodo Core."),
        wrong_names("timezone", "time_zone", "tz", "schedule_tz"),
    ] = ""
    schedule_alert: Annotated[bool, Doc("Whether an alert is sent when it ran by its schedule.")] = True
    failure_alert: Annotated[bool, Doc("Whether an alert is sent when it failed."), wrong_names("alert_on_failure")] = (
        True
    )
    webhook_enabled: Annotated[
        bool, Doc("Whether webhooks for it are acted on."), wrong_names("webhook", "webhooks")
    ] = True
    webhook_secret: Annotated[str, SECRET, Doc("The secret of its webhooks, where it is not the common one.")] = ""


class Procedure(Templated):
    """Stages of executions."""

    config: Annotated[ProcedureConfig, Doc("The settings of the procedure.")] = Field(default_factory=ProcedureConfig)
