"""Problems as SARIF 2.1.0, which code scanning of GitHub and others shows at their lines (docs.oasis-open.org)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from ksync_tui import __version__
from ksync_tui.model.resource import Problem, SourceLocation
from ksync_tui.model.rules import Rule

Json = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/ksync-tui/ksync-tui"
HELP = f"{HOME}/blob/main/docs/rules.md"
_LINE = re.compile(r":\d+")


def sarif_object(problems: Sequence[Problem]) -> Json:
    """A log of one run. Files are as the problems name them: relative to where the viewer looks, or absolute."""
    rules = [rule for rule in Rule if any(problem.rule is rule for problem in problems)]
    seen: Counter[str] = Counter()
    run: Json = {
        "tool": {
            "driver": {
                "name": "ksync",
                "version": __version__,
                "informationUri": HOME,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, rules.index(problem.rule), seen) for problem in problems],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> Json:
    says = {"text": rule.says}
    return {
        "id": rule,
        "shortDescription": says,
        "fullDescription": says,
        "help": says,
        "helpUri": f"{HELP}#{rule}",
    }


def _result(problem: Problem, at: int, seen: Counter[str]) -> Json:
    known_as = _fingerprint(problem)
    seen[known_as] += 1
    others = [place for place in problem.places if place != problem.place]
    return {
        "ruleId": problem.rule,
        "ruleIndex": at,
        "level": problem.severity,
        "message": {"text": f"{problem.message} ({problem.hint})" if problem.hint else problem.message},
        "locations": [_location(problem.place)],
        **({"relatedLocations": [_location(place) for place in others]} if others else {}),
        "partialFingerprints": {"primaryLocationLineHash": f"{known_as}:{seen[known_as]}"},
    }


def _location(place: SourceLocation) -> Json:
    path = quote(place.file, errors="surrogateescape")
    file = {"uri": f"file://{path}"} if path.startswith("/") else {"uri": path, "uriBaseId": "%SRCROOT%"}
    region = {"startLine": place.line, "startColumn": place.column}
    return {"physicalLocation": {"artifactLocation": file, "region": region}}


def _fingerprint(problem: Problem) -> str:
    """What a problem is known by when lines above it come or go."""
    said = (problem.rule, problem.place.file, str(problem.target or ""), _LINE.sub("", problem.message))
    return blake2b("\0".join(said).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
