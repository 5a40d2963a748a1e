-- Runs, their events and the state to which these led. Times are milliseconds since 1970; hashes are SHA-256.

CREATE TABLE runs (
    -- AUTOINCREMENT: a number is never given twice, whatever is removed.
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    runbook         TEXT NOT NULL,
    system          TEXT,
    requester       TEXT NOT NULL,
    requester_uid   INTEGER NOT NULL,
    requester_login INTEGER,
    undo_of         INTEGER,
    direction       TEXT NOT NULL,
    activity        TEXT NOT NULL,
    outcome         TEXT,
    started_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    -- Raised by each claim; every write of a driver is conditional on it.
    epoch           INTEGER NOT NULL,
    -- The last event: its number, time and hash.
    last_seq        INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    head            BLOB NOT NULL,
    -- RunRecord as JSON.
    record          TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_runbook ON runs (runbook, id);
CREATE INDEX runs_by_system ON runs (system, id);
CREATE INDEX runs_by_requester ON runs (requester, id);
CREATE INDEX runs_by_outcome ON runs (outcome, id);

CREATE TABLE events (
    run   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq   INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    -- RunEvent as JSON.
    event TEXT NOT NULL,
    -- Over the hash of the event before, and this row.
    hash  BLOB NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_are_append_only BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only');
END;

-- Steps that anything happened to; all others are pending.
CREATE TABLE steps (
    run    INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    path   TEXT NOT NULL,
    state  TEXT NOT NULL,
    -- StepRecord as JSON.
    record TEXT NOT NULL,
    PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

-- What is intended and what became of it stands in the events; this is the way to them.
CREATE TABLE attempts (
    run          INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step         TEXT NOT NULL,
    number       INTEGER NOT NULL,
    purpose      TEXT NOT NULL,
    intended_seq INTEGER NOT NULL,
    ended_seq    INTEGER,
    kind         TEXT,
    elapsed      INTEGER,
    PRIMARY KEY (run, step, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    run      INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    id       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    payload  TEXT NOT NULL,
    -- Actor as JSON.
    actor    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    -- The last event of the batch that answered it.
    consumed_seq INTEGER,
    UNIQUE (run, id)
) STRICT;
CREATE INDEX inbox_unread ON inbox (run, position) WHERE consumed_seq IS NULL;

CREATE TABLE locks (
    name  TEXT NOT NULL,
    run   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    mode  TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (name, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX locks_by_run ON locks (run);

CREATE TABLE blobs (
    digest TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;

-- What a run was started with.
CREATE TABLE definitions (
    run               INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    digest            TEXT NOT NULL,
    inputs            TEXT NOT NULL,
    environment       TEXT NOT NULL,
    working_directory TEXT NOT NULL,
    facts             TEXT NOT NULL,
    belay_version     TEXT NOT NULL,
    -- The locks that the run needs, as JSON.
    locks             TEXT NOT NULL
) STRICT;

CREATE TABLE definition_files (
    run  INTEGER NOT NULL REFERENCES definitions (run) ON DELETE CASCADE,
    -- source, profile or file
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    mode INTEGER NOT NULL,
    blob TEXT NOT NULL REFERENCES blobs (digest),
    PRIMARY KEY (run, kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX definition_files_by_blob ON definition_files (blob);
