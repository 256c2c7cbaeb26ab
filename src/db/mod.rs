//! The register's storage: the only room that knows SQL. One code path serves SQLite and PostgreSQL.

mod conn;
mod migrate;
mod moment;
mod schema;

pub mod areas;
pub mod changes;
pub mod deliveries;
pub mod footprints;
pub mod in_service;
pub mod keys;
pub mod network;
pub mod operators;
pub mod page;
pub mod places;
pub mod settlements;
pub mod site_list;
pub mod site_rows;
pub mod site_sets;
pub mod sites;
pub mod submissions;
pub mod subscribers;
pub mod webhooks;

use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use diesel::r2d2::Pool;

pub use conn::DbConn;
/// The backend of queries that serve both databases.
type MultiBackend = <DbConn as diesel::Connection>::Backend;
pub(crate) use conn::{insert_many, on_backend};
pub use migrate::MigrationState;

use crate::error::{Error, Result};

/// The pool of connections to the register's database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Arc<Pool<conn::Manager>>,
}

impl Db {
    /// Opens the database of `url`: `postgres://…`, or `sqlite:` and a path, or a path.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be reached.
    pub fn open(url: &str, connections: u32) -> Result<Self> {
        Ok(Self {
            pool: Arc::new(conn::pool(url, connections)?),
        })
    }

    /// How many connections there are at the most.
    #[must_use]
    pub fn connections(&self) -> usize {
        usize::try_from(self.pool.max_size()).unwrap_or(usize::MAX)
    }

    /// Runs `job` with a connection, on this thread. What it reads in several queries may come from several moments.
    ///
    /// # Errors
    /// Those of `job`, and `Unavailable` when no connection is free in time.
    pub fn read_here<T>(&self, job: impl FnOnce(&mut DbConn) -> Result<T>) -> Result<T> {
        job(&mut *self.connection()?)
    }

    /// Runs `job` on this thread, with everything it reads as of one moment.
    ///
    /// # Errors
    /// Those of `job`, and `Unavailable`.
    pub fn snapshot_here<T>(&self, job: impl FnOnce(&mut DbConn) -> Result<T>) -> Result<T> {
        conn::snapshot(&mut *self.connection()?, job)
    }

    /// Runs `job` in a write transaction on this thread: all of it happens, or nothing.
    ///
    /// # Errors
    /// Those of `job`, and `Unavailable`.
    pub fn write_here<T>(&self, job: impl FnOnce(&mut DbConn) -> Result<T>) -> Result<T> {
        conn::write(&mut *self.connection()?, job)
    }

    /// Runs `job` as [`Db::write_here`] does, with memory for many changes.
    ///
    /// # Errors
    /// Those of `job`, and `Unavailable`.
    pub fn write_much_here<T>(&self, job: impl FnOnce(&mut DbConn) -> Result<T>) -> Result<T> {
        conn::write_much(&mut *self.connection()?, job)
    }

    /// Runs `job` as [`Db::write_here`] does, and takes everything back.
    ///
    /// # Errors
    /// Those of `job`, and `Unavailable`.
    pub fn rehearse_here<T>(&self, job: impl FnOnce(&mut DbConn) -> Result<T>) -> Result<T> {
        conn::rehearse(&mut *self.connection()?, job)
    }

    /// [`Db::read_here`] on a thread for blocking work.
    ///
    /// # Errors
    /// Those of `job`, and `Unavailable`.
    pub async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut DbConn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.clone();
        blocking(move || db.read_here(job)).await
    }

    /// [`Db::snapshot_here`] on a thread for blocking work.
    ///
    /// # Errors
    /// Those of `job`, and `Unavailable`.
    pub async fn snapshot<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut DbConn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.clone();
        blocking(move || db.snapshot_here(job)).await
    }

    /// [`Db::write_here`] on a thread for blocking work.
    ///
    /// # Errors
    /// Those of `job`, and `Unavailable`.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut DbConn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.clone();
        blocking(move || db.write_here(job)).await
    }

    /// Brings the tables to the newest form.
    ///
    /// # Errors
    /// `Internal` when a migration fails; what it began is rolled back.
    pub fn migrate(&self) -> Result<Vec<String>> {
        migrate::up(&mut *self.connection()?)
    }

    /// Takes back the newest migration.
    ///
    /// # Errors
    /// `Internal` when it fails or when there is none.
    pub fn migrate_down(&self) -> Result<String> {
        migrate::down(&mut *self.connection()?)
    }

    /// Which migrations the database has, and which it lacks.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be asked.
    pub fn migration_state(&self) -> Result<MigrationState> {
        migrate::state(&mut *self.connection()?)
    }

    fn connection(&self) -> Result<diesel::r2d2::PooledConnection<conn::Manager>> {
        self.pool
            .get()
            .map_err(|error| Error::Unavailable(Box::new(error)))
    }
}

/// Runs `job` on a thread for blocking work and waits for it.
///
/// # Errors
/// Those of `job`; `Internal` when it panicked.
pub async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(job)
        .await
        .map_err(|error| Error::Internal(Box::new(error)))?
}

/// An instant as both databases keep it: UTC, to the microsecond.
#[must_use]
pub fn stored(instant: DateTime<Utc>) -> NaiveDateTime {
    instant.naive_utc().trunc_subsecs(6)
}
