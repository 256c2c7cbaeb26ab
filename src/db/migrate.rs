//! The migrations, built into the program: one list for each database, with the same names.

use std::collections::{BTreeMap, BTreeSet};

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::sqlite::Sqlite;
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
    let done: Vec<String> = match conn {
        DbConn::Postgres(c) => c.run_pending_migrations(POSTGRES).map(|done| texts(&done)),
        DbConn::Sqlite(c) => c.run_pending_migrations(SQLITE).map(|done| texts(&done)),
    }
    .map_err(Error::Internal)?;
    let names = names()?;
    Ok(done
        .into_iter()
        .map(|version| named(&names, version))
        .collect())
}

pub(super) fn down(conn: &mut DbConn) -> Result<String> {
    let undone = match conn {
        DbConn::Postgres(c) => c.revert_last_migration(POSTGRES),
        DbConn::Sqlite(c) => c.revert_last_migration(SQLITE),
    };
    let version = undone.map_err(Error::Internal)?.to_string();
    Ok(named(&names()?, version))
}

pub(super) fn state(conn: &mut DbConn) -> Result<MigrationState> {
    let applied = on_backend!(conn, c => c.applied_migrations()).map_err(Error::Internal)?;
    let applied: BTreeSet<String> = texts(&applied).into_iter().collect();
    let names = names()?;
    let pending = names
        .iter()
        .filter(|(version, _)| !applied.contains(*version))
        .map(|(_, name)| name.clone())
        .collect();
    let applied = applied
        .into_iter()
        .map(|version| named(&names, version))
        .collect();
    Ok(MigrationState { applied, pending })
}

fn texts(versions: &[MigrationVersion<'_>]) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}

/// The names of all migrations by their versions; those of both databases are the same.
fn names() -> Result<BTreeMap<String, String>> {
    let all: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations().map_err(Error::Internal)?;
    let pair = |migration: Box<dyn Migration<Sqlite>>| {
        let name = migration.name();
        (name.version().to_string(), name.to_string())
    };
    Ok(all.into_iter().map(pair).collect())
}

/// The migration's name; its version where the program does not know it, as after a step back to an older program.
fn named(names: &BTreeMap<String, String>, version: String) -> String {
    names.get(&version).cloned().unwrap_or(version)
}
