-- What operators hand in. The file and the report of its rows are in the data folder, under the submission's id;
-- everything else is here. `options`, `counts`, `read_as`, `problem` and `excluded_rows` are JSON.
CREATE TABLE submissions (
    id TEXT NOT NULL PRIMARY KEY,
    operator TEXT REFERENCES operators (code),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    options TEXT NOT NULL,
    format TEXT NOT NULL,
    file_name TEXT,
    file_bytes INTEGER NOT NULL,
    file_sha256 TEXT NOT NULL,
    period_end TEXT,
    counts TEXT NOT NULL,
    read_as TEXT,
    problem TEXT,
    excluded_rows TEXT NOT NULL,
    submitted_by TEXT NOT NULL,
    submitted_key TEXT NOT NULL,
    idempotency_key TEXT,
    decided_by TEXT,
    decided_at TEXT,
    comment TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;

-- A repeated request of the same holder is known by this.
CREATE UNIQUE INDEX submissions_idempotency ON submissions (submitted_key, idempotency_key);
CREATE INDEX submissions_state ON submissions (state, id);

-- Which submission wrote a version, so that it can be taken back.
ALTER TABLE site_versions ADD COLUMN submission_id TEXT;
CREATE INDEX site_versions_submission ON site_versions (submission_id, row_id) WHERE submission_id IS NOT NULL;
ALTER TABLE subscriber_counts ADD COLUMN submission_id TEXT;
CREATE INDEX subscriber_counts_submission ON subscriber_counts (submission_id, row_id) WHERE submission_id IS NOT NULL;
