"""The tables of ksync.db, as the steps that lead to them. A step, once released, is never changed.

`resources` has all of a target in one row, so that it goes and is renamed as one: what is live (`spec`, `fingerprint`,
`tags`), what a file last said (`applied` is its fingerprint), and what was deployed (`deployed` is the fingerprint,
`deployed_spec` the resource as it was then, `outstanding` the reason of a deploy that is owed). `built` is the version
that a build made last, or that a deployment runs; `built_hash` the commit that a build was made from. `deployed_files`
has the files that a stack was deployed with, as they were before variables were put in. `state.version` counts the
changes of `resources`, and of `applied` for them. `parse_cache` is a cache of what files mean,
`ownership` has which resources each sync declared last.

`deploy_records` has the same of targets that live in a Komodo Core (`place` is its address): what a file last said and
what was deployed, but not what is live. `places.version` counts its changes. `runs.place` is the profile a run acts in.

`applied` has what each sync applied last, here (`place` is empty) and in each Core. A row outlives its resource, then
without `spec`, to tell what was deleted live from what is new; `applied_by`, `applied_at`, `applied_spec` held it once.

`adopted` has the containers that were there before their resource and have none of ksync's labels.

`watched` has what was last told of a sync of a profile (`place`; since when, unix milliseconds), `alerts` what is still
to be told to an alerter (see `outbox`).
"""

from __future__ import annotations

_FIRST = """
CREATE TABLE resources (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    tags TEXT NOT NULL,
    applied TEXT,
    deployed TEXT,
    redeploy_digest TEXT,
    outstanding TEXT,
    updated REAL NOT NULL,
    spec TEXT NOT NULL,
    applied_by TEXT,
    applied_at REAL,
    applied_spec TEXT,
    PRIMARY KEY (kind, name)
);
CREATE TABLE state (version INTEGER NOT NULL);
INSERT INTO state (version) VALUES (0);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sync TEXT NOT NULL,
    engine TEXT NOT NULL,
    state TEXT NOT NULL,
    created REAL NOT NULL,
    ended REAL,
    who TEXT NOT NULL,
    options TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process TEXT NOT NULL,
    stop INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE actions (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    action TEXT NOT NULL,
    round INTEGER NOT NULL,
    title TEXT NOT NULL,
    frozen TEXT NOT NULL,
    current TEXT,
    proposed TEXT,
    outcome TEXT,
    started REAL,
    ended REAL,
    message TEXT,
    PRIMARY KEY (run, action)
);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    what TEXT NOT NULL,
    action TEXT,
    at REAL NOT NULL,
    outcome TEXT,
    text TEXT
);
CREATE INDEX events_of_run ON events (run, id);

CREATE TABLE remembered (file TEXT PRIMARY KEY, text TEXT NOT NULL)
"""

_DEPLOYS = """
ALTER TABLE resources ADD COLUMN deployed_spec TEXT;
ALTER TABLE resources ADD COLUMN built TEXT;
ALTER TABLE resources ADD COLUMN built_hash TEXT;
CREATE TABLE deployed_files (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (kind, name, path),
    FOREIGN KEY (kind, name) REFERENCES resources (kind, name) ON UPDATE CASCADE ON DELETE CASCADE
)
"""

_ELSEWHERE = """
CREATE TABLE elsewhere (
    place TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    applied TEXT,
    applied_by TEXT,
    applied_at REAL,
    applied_spec TEXT,
    deployed TEXT,
    redeploy_digest TEXT,
    outstanding TEXT,
    PRIMARY KEY (place, kind, name)
);
CREATE TABLE places (place TEXT PRIMARY KEY, version INTEGER NOT NULL);
ALTER TABLE runs ADD COLUMN place TEXT NOT NULL DEFAULT 'local'
"""

_APPLIED = """
CREATE TABLE applied (
    place TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sync TEXT NOT NULL,
    at REAL NOT NULL,
    fingerprint TEXT NOT NULL,
    spec TEXT,
    PRIMARY KEY (place, kind, name, sync)
);
INSERT INTO applied (place, kind, name, sync, at, fingerprint, spec)
    SELECT '', kind, name, applied_by, applied_at, applied, applied_spec FROM resources
    WHERE applied IS NOT NULL AND applied_by IS NOT NULL AND applied_at IS NOT NULL;
INSERT INTO applied (place, kind, name, sync, at, fingerprint, spec)
    SELECT place, kind, name, applied_by, applied_at, applied, applied_spec FROM elsewhere
    WHERE applied IS NOT NULL AND applied_by IS NOT NULL AND applied_at IS NOT NULL;
UPDATE resources SET applied_by = NULL, applied_at = NULL, applied_spec = NULL;
UPDATE elsewhere SET applied_by = NULL, applied_at = NULL, applied_spec = NULL
"""

_CLAIMS = """
CREATE TABLE claims (
    place TEXT NOT NULL,
    sync TEXT NOT NULL,
    targets TEXT NOT NULL,
    PRIMARY KEY (place, sync)
)
"""

_ALERTS = """
CREATE TABLE watched (
    place TEXT NOT NULL,
    sync TEXT NOT NULL,
    pending INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (place, sync)
);
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    place TEXT NOT NULL,
    sync TEXT NOT NULL,
    known_by TEXT NOT NULL,
    link TEXT,
    opened INTEGER NOT NULL,
    resolved INTEGER,
    alerter TEXT NOT NULL,
    queued REAL NOT NULL,
    due REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    problem TEXT
)
"""

_UNCOMMITTED = """
CREATE TABLE uncommitted (
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (path, kind, name)
)
"""

_NAMES = """
ALTER TABLE elsewhere RENAME TO deploy_records;
ALTER TABLE claims RENAME TO ownership;
ALTER TABLE remembered RENAME TO parse_cache
"""

_ADOPTED = """
CREATE TABLE adopted (
    container TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    FOREIGN KEY (kind, name) REFERENCES resources (kind, name) ON UPDATE CASCADE ON DELETE CASCADE
)
"""

STEPS: tuple[str, ...] = (_FIRST, _DEPLOYS, _ELSEWHERE, _APPLIED, _CLAIMS, _ALERTS, _UNCOMMITTED, _NAMES, _ADOPTED)
"""One script per version of the schema, from empty to today's."""


def statements(script: str) -> list[str]:
    """The statements of a step; none of them holds a semicolon of its own."""
    return [statement.strip() for statement in script.split(";") if statement.strip()]
