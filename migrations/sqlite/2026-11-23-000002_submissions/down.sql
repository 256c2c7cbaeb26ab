DROP INDEX subscriber_counts_submission;
ALTER TABLE subscriber_counts DROP COLUMN submission_id;
DROP INDEX site_versions_submission;
ALTER TABLE site_versions DROP COLUMN submission_id;
DROP TABLE submissions;
