-- Villages. A row is the newest state; earlier ones are in `changes`. `removed_at` marks one that the register holds no
-- more: its reports stay, and its code may come back. Its district and commune are found from its position, never stored.
-- `clusters` is a JSON list.
CREATE TABLE settlements (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    search TEXT NOT NULL,
    longitude REAL NOT NULL,
    latitude REAL NOT NULL,
    population INTEGER,
    households INTEGER,
    has_grid_power INTEGER,
    clusters TEXT NOT NULL,
    source TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    removed_at TEXT
) STRICT;

-- What somebody found there. Never changed; `withdrawn_at` marks one that does not hold.
CREATE TABLE settlement_reports (
    id TEXT NOT NULL PRIMARY KEY,
    settlement TEXT NOT NULL REFERENCES settlements (code),
    observed_on TEXT NOT NULL,
    status TEXT NOT NULL,
    technology TEXT,
    operator TEXT REFERENCES operators (code),
    level_dbm REAL,
    remark TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    withdrawn_at TEXT
) STRICT;

CREATE INDEX settlement_reports_valid ON settlement_reports (settlement, observed_on, recorded_at) WHERE withdrawn_at IS NULL;
