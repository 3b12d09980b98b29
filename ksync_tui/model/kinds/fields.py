"""What a field of a kind says about itself.

Everything the rest of ksync needs to know of a field stands in its annotation, once: these markers (inside
`typing.Annotated`) and the pydantic default. `schema()` collects them, so that reading, comparing, deploy decisions,
reference checks, masking, export, JSON Schema and help all read the same table.
"""

import json
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ksync_tui.model import text

Canonicalise = Callable[[Any], Any]

SCHEMA_KEY = "$schema"
"""The key at the top of a resource file that names its schema, for editors; it declares nothing."""


class Table(BaseModel):
    """Base of every table of a resource file. Strict: TOML has types, and Komodo refuses the wrong ones."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", defer_build=True)

    @staticmethod
    def upgrade(raw: Any) -> Any:
        """Turns an older or shorter spelling of the whole table into today's, before its keys are looked at."""
        return raw

    def unmanaged(self) -> frozenset[str]:
        """Fields whose live value stays as it is, whatever the file says: they are neither compared nor touched."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Alias:
    """Other keys accepted for the field."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WrongNames:
    """Keys that people write for the field and Komodo does not know: compose's words, older names, near misses."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doc:
    """What the field is for, in a sentence or two of plain English: shown by editors."""

    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """The key that export writes instead of the field's name (also accepted on input)."""

    name: str


@dataclass(frozen=True, slots=True)
class Ref:
    """The value names a resource of `kind`; a list of values names several."""

    kind: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """The value is a list of wildcard or `\\regex\\` patterns over names of `kind` (semantics e.5)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Compare:
    """How two values mean the same (architecture rule 2): maps a value to what it means. `how` names it for people."""

    how: Literal["pairs", "set", "float32", "name", "table", "tables"]
    canonical: Canonicalise


@dataclass(frozen=True, slots=True)
class Form:
    """The accepted spelling on input, a key of `input_forms` in Komodo's reference."""

    name: str


@dataclass(frozen=True, slots=True)
class Holds:
    """What sort of value it is, where some that Komodo stores cannot work: they are warned of when a file is read."""

    what: Literal[
        "branch",
        "compose_wrapper",
        "date",
        "files",
        "git_provider",
        "hour",
        "image",
        "minute",
        "ports",
        "push_targets",
        "registry_account",
        "registry_provider",
        "repository",
        "schedule",
        "script",
        "time_zone",
        "url",
        "volumes",
    ]


@dataclass(frozen=True, slots=True)
class Usual:
    """The words that have an effect, in lower case; Komodo keeps any other text, and it does nothing."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes/no fact about a field."""

    name: Literal["redeploys", "secret", "interpolated", "always_exported", "omitted_when_empty", "not_diffed_to_zero"]


REDEPLOYS = Flag("redeploys")
SECRET = Flag("secret")
INTERPOLATED = Flag("interpolated")
ALWAYS = Flag("always_exported")


@dataclass(frozen=True, slots=True)
class ExportDefault:
    """The value that export leaves out, where it differs from the default on input (semantics h.8)."""

    value: Any


def aliases(*names: str) -> Alias:
    """`Alias` of one or more names."""
    return Alias(names)


def wrong_names(*names: str) -> WrongNames:
    """`WrongNames` of one or more names."""
    return WrongNames(names)


def _canonical_pairs(value: str) -> Any:
    try:
        return list(map(list, text.pairs(value)))
    except text.BadPairError:
        return value.rstrip()


def canonical_set(values: list[Any]) -> Any:
    """A list whose order and repeats do not matter."""
    return sorted(
        {value if isinstance(value, str) else json.dumps(canonical(value), sort_keys=True) for value in values}
    )


def _canonical_float32(value: float) -> float:
    return float(f"{struct.unpack('f', struct.pack('f', value))[0]:.7g}")


def _split(value: Any) -> Any:
    return text.split_list(value) if isinstance(value, str) else value


def _lone(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _entries(key: str, value: str, joint: str) -> Callable[[Any], Any]:
    """Accepts a string, a list of `{key, value}` tables, or a list of lines, and gives the canonical string."""

    def line(entry: Any) -> str:
        if isinstance(entry, str):
            return entry
        if isinstance(entry, dict) and isinstance(entry.get(key), str) and isinstance(entry.get(value), str):
            return f"  {entry[key]}{joint}{entry[value]}"
        raise ValueError(f"an entry is a line or a table with {key} and {value}")

    def convert(given: Any) -> Any:
        if isinstance(given, str):
            return text.end_with_newline(given)
        if isinstance(given, list):
            return "".join(f"{line(entry)}\n" for entry in given)
        return given

    return convert


def _contents(value: Any) -> Any:
    return text.trim_end(value) if isinstance(value, str) else value


def _non_blank(value: Any) -> Any:
    split = _split(value)
    return (
        [entry for entry in split if not isinstance(entry, str) or entry.strip()] if isinstance(split, list) else split
    )


def container_name(name: str) -> str:
    """The name that Komodo gives a container (semantics e.5)."""
    return re.sub(r"^[^A-Za-z0-9]+", "", re.sub(r"[^A-Za-z0-9_.-]", "_", name.strip()))


_PAIRS = Compare("pairs", _canonical_pairs)
_SET = Compare("set", canonical_set)

StringList = Annotated[list[str], BeforeValidator(_split), Form("string_list")]
"""Ordered list; a string is cut at lines and commas."""
NonBlankList = Annotated[list[str], BeforeValidator(_non_blank), Form("string_list")]
"""As StringList, blank entries dropped as Komodo does on write."""
StringSet = Annotated[StringList, _SET]
PlainSet = Annotated[list[str], _SET]
EnvVars = Annotated[str, BeforeValidator(_entries("variable", "value", " = ")), Form("env_vars"), _PAIRS]
Labels = Annotated[str, BeforeValidator(_entries("variable", "value", ": ")), Form("labels"), _PAIRS]
Conversions = Annotated[str, BeforeValidator(_entries("local", "container", ": ")), Form("conversions"), _PAIRS]
TermSignalLabels = Annotated[
    str, BeforeValidator(_entries("signal", "label", ": ")), Form("term_signal_labels"), _PAIRS
]
Contents = Annotated[str, BeforeValidator(_contents), Form("file_contents")]
OneOrMany = (BeforeValidator(_lone), Form("item_or_vec"))
ContainerName = Annotated[str, Compare("name", container_name)]
Float32 = Annotated[float, Compare("float32", _canonical_float32)]
Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Int64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
UInt8 = Annotated[int, Field(ge=0, lt=2**8)]
UInt32 = Annotated[int, Field(ge=0, lt=2**32)]


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """One field of a table, as its annotation tells it."""

    name: str
    key: str
    accepted: tuple[str, ...]
    default: Any
    required: bool
    annotation: Any
    canonical: Canonicalise
    """What a value of this field means: equal meanings are no difference (architecture rule 2)."""
    table: type[Table] | None
    many: bool
    mapped: bool
    ref: str | None
    pattern: str | None
    usual: tuple[str, ...]
    compare: Compare | None
    form: str | None
    export_default: Any
    flags: frozenset[str]
    wrong_names: tuple[str, ...] = ()
    doc: str = ""
    holds: str | None = None

    @property
    def redeploys(self) -> bool:
        """Whether a change of the field makes a running resource deploy again."""
        return "redeploys" in self.flags

    @property
    def secret(self) -> bool:
        """Whether the value is masked wherever it is shown."""
        return "secret" in self.flags

    @property
    def interpolated(self) -> bool:
        """Whether Komodo puts the values of variables in for `[[NAME]]` (semantics e.1)."""
        return "interpolated" in self.flags


@dataclass(frozen=True, slots=True)
class TableSchema:
    """All fields of a table in declaration order, which is also the order of export."""

    model: type[Table]
    fields: Mapping[str, FieldSchema]
    by_key: Mapping[str, FieldSchema]
    """Every accepted key (name, export key, aliases) to its field."""
    meanings: Mapping[str, tuple[Canonicalise, Any]]
    """Per field: what a value means, and what the default means; a required field has none, which nothing equals."""
    default_meanings: Mapping[str, Any]
    """What the default of each field means that has one."""

    def __iter__(self) -> Iterator[FieldSchema]:
        return iter(self.fields.values())


def _nested(annotation: Any) -> type[Table] | None:
    """The table inside an annotation: itself, or the entries of its list or mapping."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _nested(get_args(annotation)[0])
    if origin in (list, dict):
        return _nested(get_args(annotation)[-1])
    return annotation if isinstance(annotation, type) and issubclass(annotation, Table) else None


def _same(value: Any) -> Any:
    return value


def _canonical_text(value: str) -> str:
    return value.rstrip("\n")


def _canonical_table(value: Any) -> Any:
    if isinstance(value, list):
        return [canonical(entry) for entry in value]
    return canonical(value) if isinstance(value, Table) else value


def _plain_canonical(annotation: Any) -> Canonicalise:
    if annotation is str:
        return _canonical_text
    return _same if _nested(annotation) is None else _canonical_table


def _field_schema(name: str, info: FieldInfo) -> FieldSchema:
    marks = {type(mark): mark for mark in info.metadata if not isinstance(mark, Flag)}
    flags = frozenset(mark.name for mark in info.metadata if isinstance(mark, Flag))
    key = marks[Key].name if Key in marks else name
    others = marks[Alias].names if Alias in marks else ()
    required = info.is_required()
    default = None if required else info.get_default(call_default_factory=True)
    if default is PydanticUndefined:
        default = None
    return FieldSchema(
        name=name,
        key=key,
        accepted=tuple(dict.fromkeys((key, name, *others))),
        default=default,
        required=required,
        annotation=info.annotation,
        canonical=marks[Compare].canonical if Compare in marks else _plain_canonical(info.annotation),
        table=_nested(info.annotation),
        many=get_origin(info.annotation) is list,
        mapped=get_origin(info.annotation) is dict,
        ref=marks[Ref].kind if Ref in marks else None,
        pattern=marks[Pattern].kind if Pattern in marks else None,
        usual=marks[Usual].words if Usual in marks else (),
        compare=marks.get(Compare),
        form=marks[Form].name if Form in marks else None,
        export_default=marks[ExportDefault].value if ExportDefault in marks else default,
        flags=flags,
        wrong_names=marks[WrongNames].names if WrongNames in marks else (),
        doc=marks[Doc].text if Doc in marks else "",
        holds=marks[Holds].what if Holds in marks else None,
    )


@cache
def schema(model: type[Table]) -> TableSchema:
    """The fields of a table, collected once: `schema(StackConfig).fields["environment"].redeploys`."""
    fields = {name: _field_schema(name, info) for name, info in model.model_fields.items()}
    return TableSchema(
        model=model,
        fields=fields,
        by_key={key: field for field in fields.values() for key in field.accepted},
        meanings={
            name: (field.canonical, object() if field.required else field.canonical(field.default))
            for name, field in fields.items()
        },
        default_meanings={name: field.canonical(field.default) for name, field in fields.items() if not field.required},
    )


def canonical(table: Table) -> dict[str, Any]:
    """What a table means: its fields that do not mean their default, as plain JSON values (architecture rule 2).

    Two tables with equal meanings are the same to Komodo; a field absent here means its default.
    """
    meanings, values = schema(type(table)).meanings, table.__dict__
    found: dict[str, Any] = {}
    for name in table.__pydantic_fields_set__:
        mean, default = meanings[name]
        meant = mean(values[name])
        if meant != default:
            found[name] = meant
    return found
