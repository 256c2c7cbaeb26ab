-- The register. Words: docs/API.md. One row of `site_versions` is what the register said of a site
-- from `recorded_at` until `superseded_at` (NULL: still says). Nothing is ever deleted here.

CREATE TABLE operators (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    plmns TEXT NOT NULL,
    contact TEXT,
    active INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

-- The key of an area is (code, valid_from): codes are re-used in time.
CREATE TABLE areas (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    level TEXT NOT NULL,
    code TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    name TEXT NOT NULL,
    search TEXT NOT NULL,
    parent TEXT,
    stated_area_km2 REAL,
    area_km2 REAL,
    population TEXT NOT NULL,
    seat_longitude REAL,
    seat_latitude REAL,
    boundary TEXT,
    boundary_kind TEXT NOT NULL,
    source TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (code, valid_from)
) STRICT;

-- A place is a distinct set of area versions that hold a position: `areas` is their sorted ids, comma-separated.
-- Places never change, so any division and level is answered from one small number on the site.
CREATE TABLE places (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    areas TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE place_areas (
    place_id INTEGER NOT NULL REFERENCES places (id),
    area_id INTEGER NOT NULL REFERENCES areas (id),
    PRIMARY KEY (area_id, place_id)
) STRICT;

CREATE TABLE site_versions (
    row_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    site_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    operator TEXT NOT NULL REFERENCES operators (code),
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    longitude REAL NOT NULL,
    latitude REAL NOT NULL,
    elevation_m REAL,
    address TEXT,
    commissioned_on TEXT,
    decommissioned_on TEXT,
    line_capacity INTEGER,
    lines_in_use INTEGER,
    host TEXT,
    structure TEXT,
    radios TEXT,
    technologies TEXT NOT NULL,
    source TEXT,
    search TEXT NOT NULL,
    place_id INTEGER NOT NULL REFERENCES places (id),
    created_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    superseded_at TEXT,
    deleted INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    reason TEXT,
    changed_fields TEXT NOT NULL,
    UNIQUE (site_id, version)
) STRICT;

-- `superseded_at` ends the indexes although it is always NULL in them: only then does SQLite answer from the index alone.
CREATE UNIQUE INDEX site_versions_current ON site_versions (site_id) WHERE superseded_at IS NULL;
CREATE UNIQUE INDEX site_versions_current_key ON site_versions (operator, code) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_current_place ON site_versions (place_id, site_id, superseded_at) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_current_position ON site_versions (latitude, longitude, site_id, superseded_at) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_current_name ON site_versions (name, site_id, superseded_at) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_current_recorded ON site_versions (recorded_at, site_id, superseded_at) WHERE superseded_at IS NULL;
-- What lists are narrowed by, in their usual order: a filter that no other index serves goes through this one.
CREATE INDEX site_versions_current_list ON site_versions (
    site_id, operator, kind, status, technologies, place_id, longitude, latitude, search, superseded_at
) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_known ON site_versions (recorded_at, superseded_at);

-- What counts in summaries: one row for a site of a kind or a radio of a technology, with the days on which it
-- was in service (`since` <= day < `until`) and the time in which the register said so.
CREATE TABLE in_service (
    version_row INTEGER NOT NULL REFERENCES site_versions (row_id),
    item TEXT NOT NULL,
    operator TEXT NOT NULL,
    place_id INTEGER NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    superseded_at TEXT,
    PRIMARY KEY (version_row, item)
) STRICT;

-- `superseded_at` for the same reason as above.
CREATE INDEX in_service_current ON in_service (place_id, operator, item, since, until, superseded_at) WHERE superseded_at IS NULL;

CREATE TABLE subscriber_counts (
    row_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    operator TEXT NOT NULL REFERENCES operators (code),
    service TEXT NOT NULL,
    technology TEXT NOT NULL,
    area TEXT NOT NULL,
    site TEXT NOT NULL,
    period_end TEXT NOT NULL,
    subscribers INTEGER NOT NULL,
    definition TEXT,
    source TEXT,
    version INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    superseded_at TEXT,
    changed_by TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX subscriber_counts_current ON subscriber_counts (period_end, operator, service, area, technology, site) WHERE superseded_at IS NULL;

CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    operator TEXT REFERENCES operators (code),
    secret_sha256 TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT
) STRICT;

-- Every accepted change, in order. `document` is the whole new record where no version table keeps it.
CREATE TABLE changes (
    revision INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    recorded_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    resource TEXT NOT NULL,
    key TEXT NOT NULL,
    action TEXT NOT NULL,
    version INTEGER,
    fields TEXT NOT NULL,
    reason TEXT,
    document TEXT
) STRICT;

CREATE INDEX changes_resource ON changes (resource, revision);
