"""Actions: TypeScript that Komodo Core runs."""

from typing import Annotated

from pydantic import Field

from ksync_tui.model.kinds.base import Templated
from ksync_tui.model.kinds.common import FileFormat, ScheduleFormat
from ksync_tui.model.kinds.fields import INTERPOLATED, SECRET, Contents, Doc, Holds, Table, wrong_names


class ActionConfig(Table):
    """A script, its arguments and when it runs by itself."""

    run_at_startup: Annotated[
        bool,
        Doc("Whether it runs whenever Komodo Core starts."),
        wrong_names("run_on_startup", "at_startup", "on_startup"),
    ] = False
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
    reload_deno_deps: Annotated[
        bool, Doc("Whether the libraries that the script imports are loaded anew in each run.")
    ] = False
    file_contents: Annotated[
        Contents,
        INTERPOLATED,
        Doc("The script, in TypeScript."),
        wrong_names("script", "code", "contents", "content", "source", "file_content", "file"),
    ] = ""
    arguments_format: Annotated[FileFormat, Doc("How the arguments are written."), wrong_names("args_format")] = (
        "key_value"
    )
    arguments: Annotated[
        Contents,
        Doc("The arguments of the script, unless a run gives others."),
        wrong_names("args", "params", "parameters"),
    ] = ""


class Action(Templated):
    """A script that Komodo Core runs."""

    config: Annotated[ActionConfig, Doc("The settings of the action.")] = Field(default_factory=ActionConfig)
