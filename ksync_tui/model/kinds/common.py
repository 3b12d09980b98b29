"""Tables and value forms that several kinds share (resources.json `structs`, `tagged`, `enums`)."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BeforeValidator, ModelWrapValidatorHandler, SerializeAsAny, model_validator

from ksync_tui.model.kinds.fields import (
    Compare,
    Contents,
    Form,
    Table,
    UInt8,
    UInt32,
    Usual,
    meaning,
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


TerminationSignal = Annotated[Signal, BeforeValidator(_signal)]


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

    path: str = ""
    command: Contents = ""
    shell_mode: bool = False


def _command_meaning(value: SystemCommand) -> dict[str, Any]:
    return meaning(value) if value.command.strip() else {}


Command = Annotated[SystemCommand, Compare("table", _command_meaning)]
NO_COMMAND = SystemCommand()


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DayOfWeek = Annotated[str, Usual(("", *_DAYS, *(day[:3] for day in _DAYS)))]


class MaintenanceWindow(Table):
    """A time in which alerts stay quiet."""

    name: str
    description: str = ""
    schedule_type: Literal["Daily", "Weekly", "OneTime"] = "Daily"
    day_of_week: DayOfWeek = ""
    date: str = ""
    hour: UInt8 = 0
    minute: UInt8 = 0
    duration_minutes: UInt32
    timezone: str = ""
    enabled: bool = True


class TargetRef(Table):
    """A resource named by type and name (`tagged.ResourceTarget`); `id` may be a pattern in permissions."""

    type: TargetType
    id: str = ""


TableType = type[Table]


class Choice(Table):
    """A table `{type, params}` whose type selects the shape of params."""

    variants: ClassVar[Mapping[str, type[Table]]]
    type: str
    params: SerializeAsAny[Table]

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
            raise ValueError(f"unknown type {data.get('type')!r}: one of {', '.join(cls.variants)}")
        if not isinstance(data.get("params"), dict):
            raise ValueError("params is missing: an empty table is written `params = {}`")
        params = params_type.model_validate(data["params"])
        return cls.model_construct(_fields_set={"type", "params"}, type=data["type"], params=params)


LEVELS: tuple[str, ...] = get_args(Level)
