"""The bare database: the time in which SQLite takes the rows of a register from a program that has them in memory.

The plainest such program: Python's sqlite3 with prepared statements, one transaction, the same tables with the same
indexes, keys and settings. Called by `cargo bench --bench submissions` with the register and a path for its copy; prints
seconds.
"""

import sqlite3
import sys
import time

REFERRED = ["operators", "areas", "places", "place_areas", "submissions"]
TABLES = ["site_versions", "in_service", "changes"]


def insert(conn, table, rows):
    if rows:
        marks = ",".join("?" * len(rows[0]))
        conn.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def main(full, copy):
    source = sqlite3.connect(full)
    schema = source.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    )
    target = sqlite3.connect(copy, isolation_level=None)
    target.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
        "PRAGMA cache_size = -64000; PRAGMA temp_store = MEMORY;"
    )
    for (statement,) in schema:
        target.execute(statement)
    for table in REFERRED:
        insert(target, table, source.execute(f"SELECT * FROM {table}").fetchall())
    rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    started = time.perf_counter()
    target.execute("BEGIN IMMEDIATE")
    for table in TABLES:
        insert(target, table, rows[table])
    target.execute("COMMIT")
    print(time.perf_counter() - started)


main(sys.argv[1], sys.argv[2])
