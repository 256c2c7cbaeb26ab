DROP TABLE footprints;
