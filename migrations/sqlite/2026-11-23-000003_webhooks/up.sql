-- Where changes are sent. `secret` stands in the open, because every delivery is signed with it. `delivered_revision` is
-- how far the journal was gone through: what is at or before it was delivered, was not wanted, or is a dead delivery.
-- `lease` and `leased_until` say which courier is at it, so that several servers never deliver the same at once.
CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT REFERENCES operators (code),
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    resources TEXT NOT NULL,
    actions TEXT NOT NULL,
    operator TEXT,
    paused INTEGER NOT NULL,
    delivered_revision INTEGER NOT NULL,
    delivered_at TEXT,
    failing_since TEXT,
    lease TEXT,
    leased_until TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

-- What did not arrive at the first attempt, and what somebody asked for. `revision` is NULL for a ping.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    webhook TEXT NOT NULL REFERENCES webhooks (id),
    revision INTEGER REFERENCES changes (revision),
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    created_at TEXT NOT NULL,
    attempted_at TEXT,
    next_attempt_at TEXT
) STRICT;

CREATE INDEX deliveries_list ON deliveries (webhook, id);
CREATE INDEX deliveries_state ON deliveries (state, webhook);
