"""Problems as SARIF: the properties of SARIF 2.1.0 that code scanning needs, and none that it does not know.

The schema of the standard is not among the files of this project; this is the part of it that ksync writes.
"""

from __future__ import annotations

import re
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from ksync_tui.model.resource import Problem, SourceLocation, Target
from ksync_tui.model.rules import Rule
from ksync_tui.present.sarif import sarif_object


def table(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
MESSAGE = table({"text": TEXT})
NUMBER = {"type": "integer", "minimum": 1}
URI = {"type": "string", "pattern": r"^(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+$"}
"""A relative reference whose first part has no colon (RFC 3986), or an absolute one of a file."""
FILE = {"oneOf": [table({"uri": URI, "uriBaseId": {"const": "%SRCROOT%"}}), table({"uri": {"pattern": "^file:///"}})]}
LOCATION = table(
    {
        "physicalLocation": table(
            {"artifactLocation": FILE, "region": table({"startLine": NUMBER, "startColumn": NUMBER})}
        )
    }
)
RESULT = table(
    {
        "ruleId": TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["error", "warning"]},
        "message": MESSAGE,
        "locations": {"type": "array", "items": LOCATION, "minItems": 1, "maxItems": 1},
        "partialFingerprints": table({"primaryLocationLineHash": TEXT}),
    },
    relatedLocations={"type": "array", "items": LOCATION, "minItems": 1},
)
RULE = table(
    {
        "id": TEXT,
        "shortDescription": MESSAGE,
        "fullDescription": MESSAGE,
        "help": MESSAGE,
        "helpUri": {"type": "string", "pattern": "^https://"},
    }
)
DRIVER = table(
    {
        "name": {"const": "ksync"},
        "version": TEXT,
        "informationUri": {"type": "string", "pattern": "^https://"},
        "rules": {"type": "array", "items": RULE, "uniqueItems": True},
    }
)
RUN = table(
    {
        "tool": table({"driver": DRIVER}),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
    }
)
LOG = table(
    {
        "$schema": {"pattern": r"^https://docs\.oasis-open\.org/sarif/sarif/v2\.1\.0/.*sarif-schema-2\.1\.0\.json$"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN, "minItems": 1, "maxItems": 1},
    }
)

WEB = Target("stack", "web")
UNKNOWN = Problem(
    Rule.UNKNOWN_KEY, "warning", SourceLocation("komodo/web.toml", 9, 3), "unknown key 'x'", "drop it", WEB
)
CYCLE = Problem(Rule.AFTER_CYCLE, "error", SourceLocation("komodo/a b.toml", 3), "`after` forms a cycle")

places = st.builds(
    SourceLocation,
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1),
    st.integers(1, 9999),
    st.integers(1, 999),
)
problems = st.builds(
    Problem,
    st.sampled_from(Rule),
    st.sampled_from(("error", "warning")),
    places,
    st.text(min_size=1),
    st.none() | st.text(),
    st.none() | st.just(WEB),
    st.lists(places, max_size=3).map(tuple),
)


@given(st.lists(problems, max_size=6))
def test_whatever_is_wrong_is_sarif(found: list[Problem]) -> None:
    log = sarif_object(found)
    jsonschema.validate(log, LOG)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[one["ruleIndex"]] for one in run["results"]] == [one["ruleId"] for one in run["results"]]
    assert set(rules) == {problem.rule for problem in found}
    known_as = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]]
    assert len(set(known_as)) == len(found)


def test_a_problem_stands_at_its_line_and_column() -> None:
    (run,) = sarif_object([UNKNOWN, CYCLE])["runs"]
    first, second = run["results"]
    assert first == {
        "ruleId": "unknown-key",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": "unknown key 'x' (drop it)"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "komodo/web.toml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 9, "startColumn": 3},
                }
            }
        ],
        "partialFingerprints": first["partialFingerprints"],
    }
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "komodo/a%20b.toml"


def test_a_file_whose_name_is_no_text_is_named_by_its_bytes() -> None:
    problem = Problem(Rule.SYNTAX, "error", SourceLocation("komodo/\udcff.toml", 1), "not TOML")
    (result,) = sarif_object([problem])["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "komodo/%FF.toml"


def test_a_problem_of_several_places_names_the_others() -> None:
    place, other = SourceLocation("web.toml", 4), SourceLocation("/etc/komodo/api.toml", 7)
    named = Problem(Rule.UNKNOWN_REFERENCE, "warning", place, "nobody knows it", None, WEB, (place, other))
    (result,) = sarif_object([named])["runs"][0]["results"]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"] == {"uri": "file:///etc/komodo/api.toml"}


def test_a_problem_is_known_again_when_lines_above_it_come_or_go() -> None:
    def known_as(*found: Problem) -> list[str]:
        results = sarif_object(found)["runs"][0]["results"]
        return [one["partialFingerprints"]["primaryLocationLineHash"] for one in results]

    def twice(line: int) -> Problem:
        place = SourceLocation("web.toml", line)
        return Problem(Rule.DUPLICATE, "error", place, f"stack/web is declared twice: also at web.toml:{line + 9}")

    assert known_as(twice(3)) == known_as(twice(30))
    assert len(set(known_as(twice(3), twice(12), UNKNOWN, CYCLE))) == 4
    assert all(re.fullmatch(r"[0-9a-f]{16}:\d+", one) for one in known_as(UNKNOWN, UNKNOWN))
