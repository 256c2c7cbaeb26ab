-- The register. Words: docs/API.md. One row of `site_versions` is what the register said of a site
-- from `recorded_at` until `superseded_at` (NULL: still says). Nothing is ever deleted here.

CREATE TABLE operators (
    code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    plmns TEXT NOT NULL,
    contact TEXT,
    active BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- The key of an area is (code, valid_from): codes are re-used in time.
CREATE TABLE areas (
    id SERIAL PRIMARY KEY,
    level TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    name TEXT COLLATE "C" NOT NULL,
    search TEXT COLLATE "C" NOT NULL,
    parent TEXT COLLATE "C",
    stated_area_km2 DOUBLE PRECISION,
    area_km2 DOUBLE PRECISION,
    population TEXT NOT NULL,
    seat_longitude DOUBLE PRECISION,
    seat_latitude DOUBLE PRECISION,
    boundary TEXT,
    boundary_kind TEXT NOT NULL,
    source TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (code, valid_from)
);

-- A place is a distinct set of area versions that hold a position: `areas` is their sorted ids, comma-separated.
-- Places never change, so any division and level is answered from one small number on the site.
CREATE TABLE places (
    id SERIAL PRIMARY KEY,
    areas TEXT COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE place_areas (
    place_id INTEGER NOT NULL REFERENCES places (id),
    area_id INTEGER NOT NULL REFERENCES areas (id),
    PRIMARY KEY (area_id, place_id)
);

CREATE TABLE site_versions (
    row_id BIGSERIAL PRIMARY KEY,
    site_id TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    operator TEXT COLLATE "C" NOT NULL REFERENCES operators (code),
    code TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    latitude DOUBLE PRECISION NOT NULL,
    elevation_m DOUBLE PRECISION,
    address TEXT,
    commissioned_on DATE,
    decommissioned_on DATE,
    line_capacity INTEGER,
    lines_in_use INTEGER,
    host TEXT COLLATE "C",
    structure TEXT,
    radios TEXT,
    technologies TEXT COLLATE "C" NOT NULL,
    source TEXT,
    search TEXT COLLATE "C" NOT NULL,
    place_id INTEGER NOT NULL REFERENCES places (id),
    created_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    superseded_at TIMESTAMP,
    deleted BOOLEAN NOT NULL,
    changed_by TEXT NOT NULL,
    reason TEXT,
    changed_fields TEXT NOT NULL,
    UNIQUE (site_id, version)
);

CREATE UNIQUE INDEX site_versions_current ON site_versions (site_id) WHERE superseded_at IS NULL;
CREATE UNIQUE INDEX site_versions_current_key ON site_versions (operator, code) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_current_place ON site_versions (place_id, site_id) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_current_position ON site_versions (latitude, longitude) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_current_name ON site_versions (name, site_id) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_current_recorded ON site_versions (recorded_at, site_id) WHERE superseded_at IS NULL;
CREATE INDEX site_versions_known ON site_versions (recorded_at, superseded_at);

-- What counts in summaries: one row for a site of a kind or a radio of a technology, with the days on which it
-- was in service (`since` <= day < `until`) and the time in which the register said so.
CREATE TABLE in_service (
    version_row BIGINT NOT NULL REFERENCES site_versions (row_id),
    item TEXT COLLATE "C" NOT NULL,
    operator TEXT COLLATE "C" NOT NULL,
    place_id INTEGER NOT NULL,
    since DATE NOT NULL,
    until DATE NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    superseded_at TIMESTAMP,
    PRIMARY KEY (version_row, item)
);

CREATE INDEX in_service_current ON in_service (place_id, operator, item, since, until) WHERE superseded_at IS NULL;

CREATE TABLE subscriber_counts (
    row_id BIGSERIAL PRIMARY KEY,
    operator TEXT COLLATE "C" NOT NULL REFERENCES operators (code),
    service TEXT COLLATE "C" NOT NULL,
    technology TEXT COLLATE "C" NOT NULL,
    area TEXT COLLATE "C" NOT NULL,
    site TEXT COLLATE "C" NOT NULL,
    period_end DATE NOT NULL,
    subscribers INTEGER NOT NULL,
    definition TEXT,
    source TEXT,
    version INTEGER NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    superseded_at TIMESTAMP,
    changed_by TEXT NOT NULL
);

CREATE UNIQUE INDEX subscriber_counts_current ON subscriber_counts (period_end, operator, service, area, technology, site) WHERE superseded_at IS NULL;

CREATE TABLE keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    operator TEXT COLLATE "C" REFERENCES operators (code),
    secret_sha256 TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    revoked_at TIMESTAMP
);

-- Every accepted change, in order. `document` is the whole new record where no version table keeps it.
CREATE TABLE changes (
    revision BIGSERIAL PRIMARY KEY,
    recorded_at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    resource TEXT NOT NULL,
    key TEXT NOT NULL,
    action TEXT NOT NULL,
    version INTEGER,
    fields TEXT NOT NULL,
    reason TEXT,
    document TEXT
);

CREATE INDEX changes_resource ON changes (resource, revision);
