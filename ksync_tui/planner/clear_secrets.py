"""Secrets that a file holds in clear, by the look of them: warnings with a way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ksync_tui.model.kinds.variable import Variable
from ksync_tui.model.resource import Declared, Problem, SourceLocation
from ksync_tui.model.rules import Rule
from ksync_tui.model.secret_look import SecretLook
from ksync_tui.model.secrets import label_is_interpolated, names_only


def clear_secrets(resources: Iterable[Declared], look: SecretLook) -> Iterator[Problem]:
    """A warning for each value in a block that looks like a secret, at its line; never the value itself."""
    for declared in resources:
        if declared.target.kind == "variable":
            yield from _variable(declared, look)
        else:
            yield from _block(declared, look)


def _block(declared: Declared, look: SecretLook) -> Iterator[Problem]:
    for found in look.found_in(declared.text):
        what = f"the value of {found.key}" if found.key else "a password or a private key"
        place = declared.place._replace(line=declared.place.line + declared.text.count("\n", 0, found.start), column=1)
        yield _warning(declared, place, what, _way_out(declared, found.key))


def _way_out(declared: Declared, key: str) -> str:
    if key and key.islower() and not label_is_interpolated(f"{declared.target} config.{key}"):
        return "leave the line out: live keeps the value that it has"
    name = key.upper().replace("-", "_").replace(".", "_") or "NAME"
    return f"write [[{name}]] in its place, and keep the value in a secret variable"


def _variable(declared: Declared, look: SecretLook) -> Iterator[Problem]:
    variable = declared.resource
    if not isinstance(variable, Variable) or not look.names(variable.name):
        return
    if variable.value and not names_only(variable.value):
        hint = "set is_secret and leave the value out, or keep it in the secret store"
        yield _warning(declared, declared.place, f"the value of {variable.name}", hint)


def _warning(declared: Declared, place: SourceLocation, what: str, hint: str) -> Problem:
    message = f"{what} looks like a secret, and stands here in clear"
    return Problem(Rule.SECRET_IN_CLEAR, "warning", place, message, hint, declared.target)
