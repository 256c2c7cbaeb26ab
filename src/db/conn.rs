//! One connection type for both databases, its pool, and the two kinds of transaction.

use std::path::Path;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::{ManageConnection, Pool};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError};

use crate::error::{Error, Result};

mod multi {
    //! The derive's helpers stay in here.
    #![allow(
        missing_docs,
        clippy::pedantic,
        clippy::disallowed_methods,
        reason = "generated"
    )]

    use diesel::pg::PgConnection;
    use diesel::sqlite::SqliteConnection;

    /// A connection to either database.
    #[derive(diesel::MultiConnection)]
    pub enum DbConn {
        Postgres(PgConnection),
        Sqlite(SqliteConnection),
    }
}

pub use multi::DbConn;

/// Runs one expression with the concrete connection: what diesel cannot express for both at once (batch inserts, upserts).
macro_rules! on_backend {
    ($conn:expr, $inner:ident => $body:expr) => {
        match $conn {
            $crate::db::DbConn::Postgres($inner) => $body,
            $crate::db::DbConn::Sqlite($inner) => $body,
        }
    };
}
pub(crate) use on_backend;

/// Inserts many rows: PostgreSQL by `COPY`, SQLite by a statement for each row, prepared once. Of a statement with many rows
/// SQLite copies every page before it changes it, in case that a later row is refused.
macro_rules! insert_many {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            $crate::db::DbConn::Postgres(conn) => diesel::copy_from($table)
                .from_insertable($rows)
                .execute(conn)
                .map(|_| ()),
            $crate::db::DbConn::Sqlite(conn) => $rows.iter().try_for_each(|row| {
                diesel::insert_into($table)
                    .values(row)
                    .execute(conn)
                    .map(|_| ())
            }),
        }
    };
}
pub(crate) use insert_many;

/// How long a statement waits for another writer, and a request for a free connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// KiB of pages that a SQLite connection keeps.
const CACHE_KIB: u32 = 4_000;
/// The same while it changes much.
const MUCH_KIB: u32 = 64_000;

/// Makes connections. The variant is chosen by the URL's scheme alone: the derived `establish` would try each in turn,
/// hide the true error, and turn a mistyped URL into a new SQLite file.
pub struct Manager {
    target: Target,
}

enum Target {
    Postgres(String),
    Sqlite(String),
}

impl Target {
    fn parse(url: &str) -> Result<Self> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url
            .strip_prefix("sqlite://")
            .or_else(|| url.strip_prefix("sqlite:"))
            .unwrap_or(url);
        if path.contains("://") || path.is_empty() {
            return Err(Error::internal(
                "the database URL must begin with postgres:// or sqlite:, or be a path",
            ));
        }
        Ok(Self::Sqlite(path.to_owned()))
    }
}

/// Opens a pool.
pub(super) fn pool(url: &str, connections: u32) -> Result<Pool<Manager>> {
    let target = Target::parse(url)?;
    if let Target::Sqlite(path) = &target
        && let Some(folder) = Path::new(path).parent()
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::internal(format!("{}: {error}", folder.display())))?;
    }
    let is_remote = matches!(target, Target::Postgres(_));
    Pool::builder()
        .max_size(connections)
        .min_idle(Some(1))
        .connection_timeout(PATIENCE)
        .test_on_check_out(is_remote)
        .build(Manager { target })
        .map_err(|error| Error::Unavailable(Box::new(error)))
}

impl ManageConnection for Manager {
    type Connection = DbConn;
    type Error = diesel::r2d2::Error;

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where connections are made"
    )]
    fn connect(&self) -> Result<DbConn, Self::Error> {
        let connected = match &self.target {
            Target::Postgres(url) => PgConnection::establish(url).map(DbConn::Postgres),
            Target::Sqlite(path) => sqlite(path).map(DbConn::Sqlite),
        };
        connected.map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut DbConn) -> Result<(), Self::Error> {
        conn.batch_execute("SELECT 1")
            .map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut DbConn) -> bool {
        on_backend!(conn, c => diesel::r2d2::R2D2Connection::is_broken(c))
    }
}

/// Opens a SQLite file. `busy_timeout` stands first: switching to WAL takes a lock as well. The file is not mapped: every
/// connection's mapping would count as memory of the process, and reading is as fast without.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where connections are made"
)]
fn sqlite(path: &str) -> Result<SqliteConnection, ConnectionError> {
    let mut conn = SqliteConnection::establish(path)?;
    let setup = format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -{CACHE_KIB}; PRAGMA temp_store = MEMORY;",
        PATIENCE.as_millis()
    );
    conn.batch_execute(&setup)
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// Runs `job` in a transaction that only reads one moment's state.
pub(super) fn snapshot<T>(
    conn: &mut DbConn,
    job: impl FnOnce(&mut DbConn) -> Result<T>,
) -> Result<T> {
    let begin = match conn {
        DbConn::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        DbConn::Sqlite(_) => "BEGIN",
    };
    in_transaction(conn, begin, job)
}

/// Runs `job` in a transaction that writes. One writes at a time: what it read before it writes is still so, the journal's
/// revisions become visible in their order, and a site is filed under the boundaries that are there in the end. On SQLite
/// the transaction takes the write lock at once; on PostgreSQL it takes a lock of its own. Readers never wait.
pub(super) fn write<T>(conn: &mut DbConn, job: impl FnOnce(&mut DbConn) -> Result<T>) -> Result<T> {
    match conn {
        DbConn::Sqlite(_) => in_transaction(conn, "BEGIN IMMEDIATE", job),
        DbConn::Postgres(_) => in_transaction(conn, "BEGIN", |conn| {
            let turn = format!(
                "SET LOCAL lock_timeout = {}; \
                 SELECT pg_advisory_xact_lock(hashtextextended('telecom-inventory ' || current_schema(), 0))",
                PATIENCE.as_millis()
            );
            conn.batch_execute(&turn)
                .map_err(|error| Error::Unavailable(Box::new(error)))?;
            job(conn)
        }),
    }
}

/// Runs `job` as [`write()`] does, with room for what it changes: SQLite would write a page to the journal each time that it
/// does not fit, and read it again for the next row of the same index.
pub(super) fn write_much<T>(
    conn: &mut DbConn,
    job: impl FnOnce(&mut DbConn) -> Result<T>,
) -> Result<T> {
    room(conn, MUCH_KIB)?;
    let outcome = write(conn, job);
    room(conn, CACHE_KIB)?;
    outcome
}

/// Lets SQLite keep so many KiB of pages in memory, and gives back what is above it.
fn room(conn: &mut DbConn, kib: u32) -> Result<()> {
    if let DbConn::Sqlite(conn) = conn {
        conn.batch_execute(&format!("PRAGMA cache_size = -{kib}; PRAGMA shrink_memory"))?;
    }
    Ok(())
}

/// Runs `job` as [`write()`] does, and takes everything back whatever came of it.
pub(super) fn rehearse<T>(
    conn: &mut DbConn,
    job: impl FnOnce(&mut DbConn) -> Result<T>,
) -> Result<T> {
    let mut outcome = None;
    let _ = write(conn, |conn| {
        outcome = Some(job(conn));
        Err::<(), Error>(Error::Stale)
    });
    outcome.unwrap_or_else(|| Err(Error::Unavailable("no transaction could be begun".into())))
}

fn in_transaction<T>(
    conn: &mut DbConn,
    begin: &str,
    job: impl FnOnce(&mut DbConn) -> Result<T>,
) -> Result<T> {
    on_backend!(conn, c => AnsiTransactionManager::begin_transaction_sql(c, begin))?;
    match job(conn) {
        Ok(value) => {
            on_backend!(conn, c => AnsiTransactionManager::commit_transaction(c))?;
            Ok(value)
        }
        Err(error) => {
            on_backend!(conn, c => AnsiTransactionManager::rollback_transaction(c))?;
            Err(error)
        }
    }
}
