"""Tables and value forms that several kinds share."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, LiteralString, Self, get_args

from pydantic import BeforeValidator, ModelWrapValidatorHandler, SerializeAsAny, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from ksync_tui.model.kinds.fields import (
    Compare,
    Contents,
    Doc,
    Form,
    Holds,
    Table,
    UInt8,
    UInt32,
    Usual,
    canonical,
    wrong_names,
)

RestartMode = Literal["no", "on-failure", "always", "unless-stopped"]
ScheduleFormat = Literal["English", "Cron"]
FileFormat = Literal["key_value", "toml", "yaml", "json"]
SeverityLevel = Literal["OK", "WARNING", "CRITICAL"]
Level = Literal["None", "Read", "Execute", "Write"]
Specific = Literal["Terminal", "Attach", "Inspect", "Logs", "Processes"]
TargetType = Literal[
    "System",
    "Swarm",
    "Server",
    "Stack",
    "Deployment",
    "Build",
    "Repo",
    "Procedure",
    "Action",
    "Builder",
    "Alerter",
    "ResourceSync",
]
Signal = Literal["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"]
_SIGNAL_NUMBERS = {"1": "SIGHUP", "2": "SIGINT", "3": "SIGQUIT", "15": "SIGTERM"}


def _signal(value: Any) -> Any:
    return _SIGNAL_NUMBERS.get(value, value) if isinstance(value, str) else value


TerminationSignal = Annotated[
    Signal,
    BeforeValidator(_signal),
    WithJsonSchema({"type": "string", "enum": [*get_args(Signal), *_SIGNAL_NUMBERS]}),
]


def parse_version(value: Any) -> Any:
    """A version as `major.minor.patch` text from text or a table (`input_forms.version`)."""
    if isinstance(value, dict):
        parts = [value.get(part, 0) for part in ("major", "minor", "patch")]
    elif isinstance(value, str):
        parts = [*value.split(".")[:3], "0", "0"][:3]
    else:
        return value
    try:
        numbers = [int(part) for part in parts]
    except (TypeError, ValueError):
        raise ValueError('a version is written "1.2.3"') from None
    if any(number < 0 for number in numbers):
        raise ValueError("no part of a version is negative")
    return ".".join(map(str, numbers))


NO_VERSION = "0.0.0"
Version = Annotated[str, BeforeValidator(parse_version), Form("version")]


class SystemCommand(Table):
    """A command with a working folder; unset while the command is empty."""

    path: Annotated[
        str,
        Doc("The folder to run in, relative to the folder of the repository, build or stack."),
        wrong_names("cwd", "workdir", "working_dir", "directory", "run_directory"),
    ] = ""
    command: Annotated[
        Contents,
        Doc("What to run. Without shell_mode, comments and blank lines are dropped and the lines are joined with &&."),
        wrong_names("cmd", "script", "run", "args", "commands"),
    ] = ""
    shell_mode: Annotated[
        bool,
        Doc("Whether the text goes to the shell as it is, so that heredocs, `if` and `for` work."),
        wrong_names("shell"),
    ] = False


def _canonical_command(value: SystemCommand) -> dict[str, Any]:
    return canonical(value) if value.command.strip() else {}


Command = Annotated[SystemCommand, Compare("table", _canonical_command)]
NO_COMMAND = SystemCommand()


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DayOfWeek = Annotated[str, Usual(("", *_DAYS, *(day[:3] for day in _DAYS)))]


class MaintenanceWindow(Table):
    """A time in which alerts stay quiet."""

    name: Annotated[str, Doc("What the window is called.")]
    description: Annotated[str, Doc("A note for people."), wrong_names("desc")] = ""
    schedule_type: Annotated[
        Literal["Daily", "Weekly", "OneTime"],
        Holds("date"),
        Doc("Whether the window opens daily, weekly or once."),
        wrong_names("type", "schedule"),
    ] = "Daily"
    day_of_week: Annotated[
        DayOfWeek, Doc("The day on which a weekly window opens, such as monday."), wrong_names("day", "weekday")
    ] = ""
    date: Annotated[str, Doc("The day on which a one-time window opens, as YYYY-MM-DD.")] = ""
    hour: Annotated[UInt8, Holds("hour"), Doc("The hour at which it opens, 0 to 23.")] = 0
    minute: Annotated[UInt8, Holds("minute"), Doc("The minute at which it opens, 0 to 59.")] = 0
    duration_minutes: Annotated[UInt32, Doc("How long it stays open, in minutes."), wrong_names("duration", "minutes")]
    timezone: Annotated[
        str,
        Holds("time_zone"),
        Doc("The time zone of the hour, such as Europe/Paris. Empty is that of Komodo Core."),
        wrong_names("time_zone", "tz"),
    ] = ""
    enabled: Annotated[bool, Doc("Whether the window is in use.")] = True


class TargetRef(Table):
    """A resource named by type and name (`tagged.ResourceTarget`); `id` may be a pattern in permissions."""

    type: Annotated[TargetType, Doc("The kind of the resource.")]
    id: Annotated[
        str,
        Doc("The name of the resource; in permissions also a wildcard, or a regex between backslashes."),
        wrong_names("name"),
    ] = ""


TableType = type[Table]

UNKNOWN_TYPE: LiteralString = "unknown_type"
"""The error of a choice whose `type` is missing, or none of those in the context's `variants`."""
NO_PARAMS: LiteralString = "no_params"
"""The error of a choice whose `params` are missing or no table."""


class Choice(Table):
    """A table `{type, params}` whose type selects the shape of params."""

    variants: ClassVar[Mapping[str, type[Table]]]
    type: Annotated[str, Doc("Which sort it is.")]
    params: Annotated[SerializeAsAny[Table], Doc("The settings of that sort.")]

    @classmethod
    def of(cls, type_: str, **params: Any) -> Self:
        """A choice made in code, its params checked as if they had been read."""
        return cls.model_validate({"type": type_, "params": params})

    @classmethod
    def params_of(cls, type_: object) -> TableType | None:
        """The params table of a type, or None for an unknown type."""
        return cls.variants.get(type_) if isinstance(type_, str) else None

    @model_validator(mode="wrap")
    @classmethod
    def _choose(cls, data: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        if not isinstance(data, dict):
            return handler(data)
        params_type = cls.params_of(data.get("type"))
        if params_type is None:
            raise PydanticCustomError(UNKNOWN_TYPE, "unknown type", {"variants": tuple(cls.variants)})
        if not isinstance(data.get("params"), dict):
            raise PydanticCustomError(NO_PARAMS, "params is not a table")
        params = params_type.model_validate(data["params"])
        return cls.model_construct(_fields_set={"type", "params"}, type=data["type"], params=params)


LEVELS: tuple[str, ...] = get_args(Level)
