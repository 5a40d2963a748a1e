-- Whom to tell, when, of what people are asked. Rows follow from the prompts of the steps; what was sent stands in the
-- events.

CREATE TABLE notices (
    run        INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step       TEXT NOT NULL,
    attempt    INTEGER NOT NULL,
    -- tell, remind or escalate
    kind       TEXT NOT NULL,
    number     INTEGER NOT NULL,
    -- Names of channels, as JSON.
    channels   TEXT NOT NULL,
    due        INTEGER NOT NULL,
    -- How long after this one the next is due.
    every      INTEGER,
    -- When a process took it upon itself to send it: no other does.
    claimed_at INTEGER,
    PRIMARY KEY (run, step, attempt, kind, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_due ON notices (due) WHERE claimed_at IS NULL;
