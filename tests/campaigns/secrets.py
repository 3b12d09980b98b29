"""Secrets of all sorts are planted, every command and screen is gone through: none is found where nobody put it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from unittest.mock import patch

from hypothesis import strategies as st

from ksync_tui.model.secrets import SHORTEST
from ksync_tui.model.spellings import spellings
from ksync_tui.planner.plan import Planner
from ksync_tui.services import Session
from ksync_tui.system import debug_log
from ksync_tui.toml.render import line_string
from tests.campaigns import lab as labs
from tests.campaigns.harness import Campaign, Check
from tests.campaigns.lab import Lab
from tests.tui.driving import LARGE, driven
from tests.watch.receiver import Receiver, receiver

SORTS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda core: f"pw-{core}",
    "short": lambda core: core[:SHORTEST],
    "very short": lambda core: f"¤{core[0]}¥",
    "spaces": lambda core: f"two  words {core} ",
    "double quotes": lambda core: f'{core[:4]}"{core[4:]}"',
    "single quotes": lambda core: f"{core[:4]}'{core[4:]}'",
    "backslashes": lambda core: f"{core[:4]}\\{core[4:]}\\n",
    "lines": lambda core: f"first-{core}\nsecond {core}\n\tthird '{core}'",
    "private key": lambda core: (
        f"-----BEGIN PRIVATE KEY-----\n{core * 5}\n{core[::-1] * 5}\n-----END PRIVATE KEY-----\n"
    ),
    "regex": lambda core: f"({core}|.*)+[{core}]{{2,}}^$\\d?",
    "percent": lambda core: f"{core}%2F%3a%%{core}",
    "reserved": lambda core: f"{core}/?#[]@!$&'()*+,;=: {core}",
    "base64": lambda core: f"{core * 2}+/=",
    "dollar": lambda core: f"${core}${{{core}}}$$",
    "shell": lambda core: f"`{core}`;|&<>{core}!",
    "unicode": lambda core: f"pä漢🦎{core}",
    "controls": lambda core: f"{core}\t\x1b[31m{core}",
    "names another": lambda core: f"x[[{core}]]x",
    "comment": lambda core: f"# {core} // {core}",
    "markup": lambda core: f"[bold]{core}[/bold][@click=app.bell]{core}",
    "json": lambda core: json.dumps({"token": core}),
    "yaml": lambda core: f"- {core}: &a *a",
    "colon": lambda core: f"user:{core}",
    "dashes": lambda core: f"--{core}",
}
"""Ways in which secrets are awkward, made from letters that stand nowhere else."""
WORD = "nginx"
"""A secret that is a word of every day: it cannot be told from the word, and must break nothing."""
SLOTS = ("webhook_secret", "passkey", "url", "settings", "environment", "look", "address")
"""Where secrets stand besides variables: marked fields, the settings, and values that only look like one."""


@dataclass(frozen=True)
class Case:
    """What the letters of secrets are drawn by, and the sort of secret for each slot."""

    number: int
    sorts: tuple[str, ...]

    @property
    def variables(self) -> dict[str, str]:
        """A secret variable of each sort."""
        made = {f"V{at}": make(letters(self.number + at)) for at, make in enumerate(SORTS.values())}
        return made | {"WORD": WORD}

    @property
    def slots(self) -> dict[str, str]:
        """A secret in each other place; what goes into an address or a line as it is consists of letters."""
        made = {
            slot: SORTS[sort](letters(self.number + 50 + at))
            for at, (slot, sort) in enumerate(zip(SLOTS, self.sorts, strict=True))
        }
        return made | {slot: letters(self.number + 90 + at) for at, slot in enumerate(("look", "address", "url"))}


def letters(number: int) -> str:
    """Ten letters that stand nowhere by chance."""
    return "".join(Random(number).sample("bcdfghjkmpqrtvwxyz", 10))  # noqa: S311 - made-up secrets


CASES = st.builds(
    Case,
    st.integers(0, 2**32),
    st.tuples(*[st.sampled_from(sorted(set(SORTS) - {"very short", "short", "names another", "lines"}))] * len(SLOTS)),
)


def declared(case: Case, receiving: Receiver) -> str:
    """The lab's file with all of it."""
    slots, quoted = case.slots, line_string
    variables = "".join(
        f'[[variable]]\nname = "{name}"\nis_secret = true\nvalue = {quoted(value)}\n\n'
        for name, value in case.variables.items()
    )
    lines = [f'printf "%s" "[[{name}]]"' for name, value in case.variables.items() if "\n" in value]
    all_ = "".join(f"{name} = [[{name}]]\n" for name, value in case.variables.items() if "\n" not in value)
    return f"""{variables}
[[variable]]
name = "DB_PASSWORD"
value = {quoted(slots["look"])}

[[server]]
name = "attic"
config.passkey = {quoted(slots["passkey"])}

[[alerter]]
name = "phone"
config.enabled = true
config.endpoint.type = "Slack"
config.endpoint.params.url = {quoted(receiving.url("/" + slots["url"]))}

[[repo]]
name = "code"
[repo.config]
server = "attic"
repo = "https://me:{slots["address"]}@git.example/a/b"

[[stack]]
name = "web"
deploy = true
[stack.config]
server = "attic"
webhook_secret = {quoted(slots["webhook_secret"])}
environment = {quoted(f"{all_}API_TOKEN = {slots['look']}{chr(10)}LEVEL = info")}
file_contents = "services:\\n  web:\\n    image: nginx:1\\n"
pre_deploy.command = {quoted(chr(10).join(("cat .env >&2", *lines)))}
"""


COMMANDS = tuple(
    map(
        str.split,
        """
validate @
validate @ --offline --strict --format github
validate @ --json
plan @
plan @ --json
plan @ --format markdown
plan @ --out plan.out
apply @ --all --yes
apply @ --all --yes --json
plan *
plan * --json
plan * --format markdown
commit * --all --yes -m x
apply * --all --yes
run stack/web --yes
run repo/code --yes
run stack/web --yes --json
runs
runs --json
runs show 2
runs show 2 --json
runs undo 1 --yes
export
export --kind stack
syncs
syncs --json
alerters
alerters test phone
logs stack/web
doctor
doctor --json
profiles
hosts
hosts test attic
ignored
completion bash
import --host attic
""".strip().splitlines(),
    )
)
"""`@` is the file as it was planted, `*` the same after somebody changed all of it."""
STEPS = (
    ("~ V0", "enter s s v n p"), ("~ web", "u enter s s v"), ("", "o o o o"), ("", "a x right right"),
    ("~ V3", "e ctrl+end enter f2"), ("~ web", "e down down x"), ("~ V5", "less_than_sign x right"),
    ("", "A slash V escape"),
    ("", "exclamation_mark"), ("", "H enter"), ("~ V5", "i"), ("", "question_mark"), ("", "colon"), ("~ web", "L"),
)  # fmt: skip
"""Lines to point at, and keys; `s` shows what only looks like a secret, and hides it again."""


def found_in(text: str, known: Mapping[str, str], *, all_: bool) -> Iterator[str]:
    """The names of the secrets that a text holds, in any spelling; those below what logs mask only with `all_`."""
    for name, value in known.items():
        parts = {value, *(line.strip() for line in value.splitlines())}
        parts = {part for part in parts if len(part) >= (3 if all_ else SHORTEST) and not part.startswith("-----")}
        if value != WORD and any(spelled in text for part in parts for spelled in spellings(part)):
            yield name


def run(words: Sequence[str], lab: Lab) -> str:
    """All that a command says, with its debug log on."""
    places = {"@": str(lab.file), "*": str(lab.infra / "changed.toml"), "plan.out": str(lab.root / "plan.out")}
    with patch.dict(os.environ, {"KSYNC_DEBUG": str(lab.root / "debug.log")}):
        return lab.says(*(places.get(word, word) for word in words))


def check(template: Path, root: Path, receiving: Receiver, case: Case, counts: Counter[str]) -> None:
    """Plants, goes through everything, and looks everywhere."""
    lab = labs.copied(template, root)
    receiving.received.clear()
    receiving.status = 200
    known = case.variables | case.slots
    # What only looks like a secret is hidden where it is shown; it is kept, and exported, as the file has it.
    marked = {name: value for name, value in known.items() if name not in ("look", "address")}
    text = declared(case, receiving)
    lab.file.write_text(text)
    changed = text.replace("LEVEL = info", "LEVEL = debug")
    for value in known.values():
        changed = changed.replace(line_string(value), line_string("other" + value))
    (lab.infra / "changed.toml").write_text(changed)
    (lab.home / "config.toml").write_text(
        (lab.home / "config.toml").read_text() + f"[watch]\nwebhook_secret = {line_string(case.slots['settings'])}\n"
    )
    leaks = []
    try:
        for words in COMMANDS:
            said = run(words, lab)
            # What a command of somebody's own prints is masked as logs are: what is very short stands there by chance.
            hidden = marked if words[0] == "export" else known
            names = found_in(said, hidden, all_=words[0] not in ("run", "runs", "apply"))
            leaks += [f"{name} in `ksync {' '.join(words)}`: {said[:300]!r}" for name in names]
        leaks += [f"{name} on the screen {place}" for place, name in asyncio.run(screens(lab, known))]
        leaks += [f"{name} in the report of a fault" for name in found_in(fault(lab, known), known, all_=True)]
    finally:
        debug_log.end()
    leaks += [f"{name} in {place}" for place, said in kept(lab) for name in found_in(said, marked, all_=False)]
    bodies = "".join(sent.body for sent in receiving.received)
    leaks += [f"{name} in an alert" for name in found_in(bodies, known, all_=True)]
    counts.update(planted=len(known), commands=len(COMMANDS), alerts=len(receiving.received))
    assert not leaks, "\n".join(dict.fromkeys(leaks))


async def screens(lab: Lab, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Where what is found on the screens, step by step from the review."""
    found, shown = [], False
    with patch.dict(os.environ, lab.environment), Session.open(lab.home) as session:
        async with driven(session, LARGE, session.syncs.at(lab.file)) as driver:
            for line, keys in STEPS:
                await driver.at("review")
                if line:
                    await driver.point(line)
                for key in keys.split():
                    await driver.press(key)
                    await driver.idle()
                    shown ^= key == "s"
                    held = () if shown else found_in(driver.text, known, all_=True)
                    found += [(f"{driver.page.place} after {key}", name) for name in held]
                while driver.page.place != "review":
                    await driver.press("enter" if driver.page.place == "question" else "escape")
                    await driver.idle()
    return found


def fault(lab: Lab, known: Mapping[str, str]) -> str:
    """What is said and kept of a fault whose message holds all secrets."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("".join(known.values()))

    (tmp := lab.root / "tmp").mkdir(exist_ok=True)
    with patch.object(Planner, "plan", broken), patch("tempfile.tempdir", str(tmp)):
        said = run(("plan", "@"), lab)
    return said + "".join(file.read_text() for file in tmp.glob("ksync-fault-*"))


def kept(lab: Lab) -> Iterator[tuple[str, str]]:
    """What is in the files that are not for secrets: all of state but the store of secrets and what docker reads."""
    for file in [*lab.home.glob("ksync.db*"), lab.root / "debug.log", lab.root / "plan.out", lab.home / "docker/calls"]:
        if file.exists():
            yield file.name, file.read_bytes().decode("utf-8", "replace")
    yield "a commit", lab.git("log", "-p", "--all")


@contextmanager
def opened(folder: Path, counts: Counter[str]) -> Iterator[Check]:
    """A lab, and somebody who receives alerts."""
    template, root = labs.prepared(folder)
    shutil.rmtree(template / "home")
    shutil.copytree(root / "home", template / "home", ignore=shutil.ignore_patterns("ksync.db*", "secrets.json"))
    with receiver() as receiving:
        yield lambda case: check(template, root, receiving, case, counts)


CAMPAIGN = Campaign(
    "secrets", "planted secrets are looked for in all that is shown, kept and sent", CASES, opened, False
)
