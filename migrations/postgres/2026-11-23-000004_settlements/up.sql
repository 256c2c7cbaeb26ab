-- Villages. A row is the newest state; earlier ones are in `changes`. `removed_at` marks one that the register holds no
-- more: its reports stay, and its code may come back. Its district and commune are found from its position, never stored.
-- `clusters` is a JSON list.
CREATE TABLE settlements (
    code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    search TEXT COLLATE "C" NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    latitude DOUBLE PRECISION NOT NULL,
    population INTEGER,
    households INTEGER,
    has_grid_power BOOLEAN,
    clusters TEXT NOT NULL,
    source TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP
);

-- What somebody found there. Never changed; `withdrawn_at` marks one that does not hold.
CREATE TABLE settlement_reports (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    settlement TEXT COLLATE "C" NOT NULL REFERENCES settlements (code),
    observed_on DATE NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    technology TEXT COLLATE "C",
    operator TEXT COLLATE "C" REFERENCES operators (code),
    level_dbm DOUBLE PRECISION,
    remark TEXT,
    recorded_by TEXT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    withdrawn_at TIMESTAMP
);

CREATE INDEX settlement_reports_valid ON settlement_reports (settlement, observed_on, recorded_at) WHERE withdrawn_at IS NULL;
