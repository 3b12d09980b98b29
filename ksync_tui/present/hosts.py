"""Docker hosts as rows: for which server, where, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ksync_tui.present.text import neutral


class Report(Protocol):
    """What there is to say about a host."""

    @property
    def reachable(self) -> bool:
        """Whether it answered."""

    @property
    def version(self) -> str | None:
        """Of its Docker."""

    @property
    def compose(self) -> str | None:
        """The version of compose for it."""

    @property
    def seconds(self) -> float:
        """How long it took to answer."""

    @property
    def problem(self) -> str | None:
        """What is wrong."""


class State(Protocol):
    """A host as it was found."""

    @property
    def servers(self) -> Iterable[str]:
        """The servers that it stands for."""

    @property
    def address(self) -> str:
        """Where it is; empty for docker's default."""

    @property
    def report(self) -> Report | None:
        """What it said; None where it did not answer in time."""


@dataclass(frozen=True, slots=True)
class HostRow:
    """A server's host as the list shows it. All text is neutral, but `key` is the server's name as it is."""

    key: str
    server: str
    address: str
    mapped: bool
    """Whether a line of the settings says so."""
    works: bool | None
    """None: not known yet."""
    said: str

    @property
    def words(self) -> str:
        """What it is found by."""
        return f"{self.server} {self.address}".casefold()


def report_words(report: Report | None) -> tuple[bool, str]:
    """Whether a host can be deployed to, and what it says of itself."""
    if report is None:
        return False, "no answer"
    if not report.reachable:
        return False, f"not reachable: {report.problem}"
    compose = f"compose {report.compose}" if report.compose else f"no compose: {report.problem}"
    return report.compose is not None, f"Docker {report.version}, {compose}, {report.seconds:.2f} s"


def host_rows(mapped: Mapping[str, str], states: Iterable[State] | None) -> list[HostRow]:
    """One row per server, those of the settings first; `states` is None while nothing was looked at yet."""
    found = dict(_found(states or ()))
    servers = dict.fromkeys([*mapped, *found])
    return [_row(server, mapped, found, looked=states is not None) for server in servers]


def _found(states: Iterable[State]) -> Iterator[tuple[str, State]]:
    return ((server, state) for state in states for server in state.servers)


def _row(server: str, mapped: Mapping[str, str], found: Mapping[str, State], *, looked: bool) -> HostRow:
    state = found.get(server)
    works, said = report_words(state.report) if state else (False, "no answer")
    address = mapped.get(server) or (state.address if state else "") or "docker's default"
    return HostRow(
        server,
        neutral(server),
        neutral(address),
        server in mapped,
        works if looked else None,
        neutral(said) if looked else "",
    )
