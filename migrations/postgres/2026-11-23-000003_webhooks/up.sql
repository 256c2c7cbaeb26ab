-- Where changes are sent. `secret` stands in the open, because every delivery is signed with it. `delivered_revision` is
-- how far the journal was gone through: what is at or before it was delivered, was not wanted, or is a dead delivery.
-- `lease` and `leased_until` say which courier is at it, so that several servers never deliver the same at once.
CREATE TABLE webhooks (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner TEXT COLLATE "C" REFERENCES operators (code),
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    resources TEXT NOT NULL,
    actions TEXT NOT NULL,
    operator TEXT COLLATE "C",
    paused BOOLEAN NOT NULL,
    delivered_revision BIGINT NOT NULL,
    delivered_at TIMESTAMP,
    failing_since TIMESTAMP,
    lease TEXT,
    leased_until TIMESTAMP,
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- What did not arrive at the first attempt, and what somebody asked for. `revision` is NULL for a ping.
CREATE TABLE deliveries (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    webhook TEXT COLLATE "C" NOT NULL REFERENCES webhooks (id),
    revision BIGINT REFERENCES changes (revision),
    state TEXT COLLATE "C" NOT NULL,
    attempts INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    created_at TIMESTAMP NOT NULL,
    attempted_at TIMESTAMP,
    next_attempt_at TIMESTAMP
);

CREATE INDEX deliveries_list ON deliveries (webhook, id);
CREATE INDEX deliveries_state ON deliveries (state, webhook);
