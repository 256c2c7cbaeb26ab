-- What cells cover, computed once. `key` is a digest of all that a footprint is computed from, so a row is never outdated;
-- one that no cell of the register asks for any more does no harm.
CREATE TABLE footprints (
    key TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL,
    made_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
