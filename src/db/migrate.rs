//! The migrations, built into the program: one list for each database, with the same names.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::{DbConn, on_backend};
use crate::error::{Error, Result};

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Which migrations a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Those it has, oldest first.
    pub applied: Vec<String>,
    /// Those it lacks, oldest first.
    pub pending: Vec<String>,
}

pub(super) fn up(conn: &mut DbConn) -> Result<Vec<String>> {
    let done = match conn {
        DbConn::Postgres(c) => c.run_pending_migrations(POSTGRES),
        DbConn::Sqlite(c) => c.run_pending_migrations(SQLITE),
    };
    Ok(done
        .map_err(Error::Internal)?
        .iter()
        .map(ToString::to_string)
        .collect())
}

pub(super) fn down(conn: &mut DbConn) -> Result<String> {
    let undone = match conn {
        DbConn::Postgres(c) => c.revert_last_migration(POSTGRES),
        DbConn::Sqlite(c) => c.revert_last_migration(SQLITE),
    };
    undone
        .map(|version| version.to_string())
        .map_err(Error::Internal)
}

pub(super) fn state(conn: &mut DbConn) -> Result<MigrationState> {
    let pending = match conn {
        DbConn::Postgres(c) => c
            .pending_migrations(POSTGRES)
            .map(|list| list.iter().map(|m| m.name().to_string()).collect()),
        DbConn::Sqlite(c) => c
            .pending_migrations(SQLITE)
            .map(|list| list.iter().map(|m| m.name().to_string()).collect()),
    };
    let mut pending: Vec<String> = pending.map_err(Error::Internal)?;
    pending.sort();
    let mut applied: Vec<String> = on_backend!(conn, c => c.applied_migrations())
        .map_err(Error::Internal)?
        .iter()
        .map(ToString::to_string)
        .collect();
    applied.sort();
    Ok(MigrationState { applied, pending })
}
