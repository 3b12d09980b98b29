"""From a body to a request and its params, and every way that fails (semantics a.1, a.4, i)."""

from __future__ import annotations

import json
from typing import Any

from tests.core.fake import accept
from tests.core.fake.clauses import CLAUSES, Clause
from tests.core.fake.errors import RefusedError, UnreadableError

Json = dict[str, Any]
_BODY = "Failed to deserialize the JSON body into the target type: "


def parse(api: str, name: str | None, content_type: str, body: bytes) -> tuple[Clause, Json, Any]:
    """The clause, its complete params and the params as sent, of either body form."""
    text = _text(content_type, body)
    if name is not None:
        return _from_path(api, name, text)
    return _from_envelope(api, text)


def _text(content_type: str, body: bytes) -> str:
    if content_type.split(";")[0].strip() != "application/json":
        raise RefusedError(415, "Expected request with `Content-Type: application/json`")
    text = body.decode("utf-8", "replace")
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise RefusedError(400, f"Failed to parse the request body as JSON: {_syntax(text, error)}") from None
    return text


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    if error.pos < len(text.rstrip()):
        return f"expected value at line {error.lineno} column {error.colno}"
    inside = {"{": "an object", "[": "a list"}.get(text.strip()[:1], "a value")
    return f"EOF while parsing {inside} at line {text.count(chr(10)) + 1} column {len(text.splitlines()[-1:] and text)}"


def _from_path(api: str, name: str, text: str) -> tuple[Clause, Json, Any]:
    clause = CLAUSES[api].get(name)
    if clause is None:
        raise RefusedError(500, accept.unknown_variant(name, CLAUSES[api]))
    try:
        raw = json.loads(text)
        return clause, accept.table(clause.fields, raw, "params", name), raw
    except UnreadableError as error:
        raise RefusedError(500, error.message) from None


def _from_envelope(api: str, text: str) -> tuple[Clause, Json, Any]:
    sent = json.loads(text)
    if not isinstance(sent, dict):
        raise _unread(text, (), f"invalid type: {accept.unexpected(sent)}, expected adjacently tagged enum")
    if "type" not in sent:
        raise _unread(text, (), "missing field `type`")
    clause = CLAUSES[api].get(sent["type"]) if isinstance(sent["type"], str) else None
    if clause is None:
        message = accept.unknown_variant(sent["type"], CLAUSES[api])
        raise _unread(text, ("type",), message)
    if "params" not in sent:
        raise _unread(text, (), "missing field `params`")
    try:
        return clause, accept.table(clause.fields, sent["params"], "params", clause.name), sent["params"]
    except UnreadableError as error:
        raise unreadable(text, error) from None


def unreadable(text: str, error: UnreadableError) -> RefusedError:
    """The 422 for params that do not fit, at their place in the body."""
    return _unread(text, _steps(error.path), error.message)


def _steps(path: str) -> tuple[str | int, ...]:
    pieces = path.replace("[", ".[").split(".")
    return tuple(int(piece[1:-1]) if piece.startswith("[") else piece for piece in pieces)


def _unread(text: str, steps: tuple[str | int, ...], message: str) -> RefusedError:
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    end = _end(text, steps)
    line, column = text.count("\n", 0, end) + 1, end - (text.rfind("\n", 0, end) + 1)
    where = f"{shown}: " if shown else ""
    return RefusedError(422, f"{_BODY}{where}{message} at line {line} column {column}")


def _end(text: str, steps: tuple[str | int, ...]) -> int:
    """Where the value at some steps into a JSON text ends."""
    decoder, at = json.JSONDecoder(), 0
    for step in steps:
        at = _enter(decoder, text, at, step)
    return decoder.raw_decode(text, _blank(text, at))[1]


def _enter(decoder: json.JSONDecoder, text: str, at: int, step: str | int) -> int:
    at, number = _blank(text, at), 0
    if text[at] not in "{[":
        return at
    keyed, at = text[at] == "{", at + 1
    while text[_blank(text, at)] not in "}]":
        key: Any = number
        if keyed:
            key, at = decoder.raw_decode(text, _blank(text, at))
            at = _blank(text, at) + 1
        if key == step:
            return at
        at = _blank(text, decoder.raw_decode(text, _blank(text, at))[1])
        at, number = at + (text[at] == ","), number + 1
    return at


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at
