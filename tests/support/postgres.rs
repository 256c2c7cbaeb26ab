//! Real PostgreSQL for tests: one throw-away cluster per test process, one schema per test.
//!
//! Not here: migrations. A [`Database`] is empty; the test fills it.
//!
//! The cluster is found by `pg_config`, on `PATH` or under `/usr/lib/postgresql` (15 or newer), and
//! ends with the test process however that process ends. `TEST_POSTGRES_URL` names a running server
//! to use instead (its user must be allowed to create schemas). Without either a test is skipped,
//! but where `CI` is set it fails.
//!
//! A schema isolates tables, types and sequences. Shared by all tests: roles, advisory locks, and
//! `information_schema`, so ask that `WHERE table_schema = current_schema()`.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use uuid::Uuid;

/// An empty place in PostgreSQL that belongs to one test and is removed when dropped.
#[derive(Debug)]
pub struct Database {
    /// What the service takes as `--database-url`.
    pub url: String,
    schema: String,
}

/// A fresh database, or `None` (said once on standard error) where there is no PostgreSQL.
///
/// # Panics
/// Where `CI` is set and there is no PostgreSQL, and where PostgreSQL is there but does not work.
pub fn database() -> Option<Database> {
    let server = server()?;
    let schema = format!("t_{}", Uuid::now_v7().simple());
    connect(&server.url)
        .and_then(|mut connection| {
            connection
                .batch_execute(&format!("CREATE SCHEMA {schema}"))
                .map_err(|error| error.to_string())
        })
        .unwrap_or_else(|error| panic!("cannot create a schema for the test: {error}"));
    let join = if server.url.contains('?') { '&' } else { '?' };
    let url = format!("{}{join}options=-csearch_path%3D{schema}", server.url);
    Some(Database { url, schema })
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(server) = server() else { return };
        // A connection left open in a transaction must not hold the whole run.
        let sql = format!(
            "SET lock_timeout = '5s'; DROP SCHEMA {} CASCADE",
            self.schema
        );
        let dropped = connect(&server.url)
            .and_then(|mut c| c.batch_execute(&sql).map_err(|error| error.to_string()));
        if let Err(error) = dropped {
            eprintln!("schema {} is left behind: {error}", self.schema);
        }
    }
}

/// The server of this process. Its cluster lives until `lifeline` is closed, at the latest by the
/// end of the process.
#[derive(Debug)]
struct Server {
    url: String,
    #[expect(dead_code, reason = "held open, never written")]
    lifeline: Option<ChildStdin>,
}

fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(find_or_start).as_ref()
}

fn find_or_start() -> Option<Server> {
    if let Some(url) = variable("TEST_POSTGRES_URL") {
        return Some(Server {
            url,
            lifeline: None,
        });
    }
    if let Some(bin) = binaries() {
        return Some(start(&bin));
    }
    let reason = "found neither initdb and postgres nor TEST_POSTGRES_URL";
    assert!(
        variable("CI").is_none(),
        "{reason}, and CI must not skip PostgreSQL"
    );
    // Not eprintln!, which the test harness shows only for a test that fails.
    let _ = writeln!(io::stderr(), "tests on PostgreSQL are skipped: {reason}");
    None
}

/// The folder that holds `initdb` and `postgres`.
fn binaries() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let told = told.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let path = env::var_os("PATH").unwrap_or_default();
    let mut packaged: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .collect();
    packaged.sort_by_key(|(major, _)| std::cmp::Reverse(*major));

    told.into_iter()
        .chain(env::split_paths(&path))
        .chain(packaged.into_iter().map(|(_, bin)| bin))
        .find(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
}

/// Makes a cluster, runs it, and when its standard input ends stops it and removes every trace.
///
/// The folder is in `/tmp` and not in `TMPDIR`: the path of a socket may have 107 bytes, and the
/// user that runs PostgreSQL for root must be able to write there. The first line printed is the
/// folder; anything after it is why the start failed.
///
/// The default collation is that of a real installation, not of bytes, so that a text key without
/// `COLLATE "C"` is noticed. TERM comes before QUIT because a shell starts its background jobs with
/// QUIT ignored, and PostgreSQL may not have come so far as to change that.
const KEEPER: &str = r#"
dir=$(mktemp -d /tmp/pgtest-XXXXXX) || exit 1
echo "$dir"
cd "$dir"
if ! "$1/initdb" -D data -U postgres --auth=trust --encoding=UTF8 --no-sync \
    --locale=C.UTF-8 --locale-provider=icu --icu-locale=vi >log 2>&1
then
    cat log
    cd / && rm -rf "$dir"
    exit 1
fi
"$1/postgres" -D data -k "$dir" -c listen_addresses= -c max_connections=200 \
    -c shared_buffers=32MB -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c autovacuum=off -c jit=off >log 2>&1 &
exec >/dev/null
read -r _
kill -TERM $!
kill -QUIT $!
wait $!
cd / && rm -rf "$dir"
"#;

#[expect(
    clippy::zombie_processes,
    reason = "the keeper ends after this process, by its standard input"
)]
fn start(bin: &Path) -> Server {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", KEEPER, "keep-postgres"])
        .arg(bin)
        .current_dir("/") // the other user may not be able to read ours
        .env_remove("PGDATA")
        .env_remove("PGPORT")
        .process_group(0) // so that Ctrl-C ends the tests, and they the cluster
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    // PostgreSQL refuses to run as root.
    if fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        let (uid, gid) = unprivileged_user();
        command.uid(uid).gid(gid);
    }
    let mut keeper = command.spawn().expect("/bin/sh starts");

    let mut said = String::new();
    let mut stdout = keeper.stdout.take().expect("standard output is piped");
    stdout
        .read_to_string(&mut said)
        .expect("the keeper speaks UTF-8");
    let (dir, trouble) = said.split_once('\n').unwrap_or((&said, "mktemp failed"));
    assert!(
        trouble.is_empty(),
        "cannot make a PostgreSQL cluster: {trouble}"
    );

    let url = format!("postgres://postgres@{}/postgres", dir.replace('/', "%2F"));
    let deadline = Instant::now() + Duration::from_mins(1);
    while let Err(error) = connect(&url) {
        if Instant::now() > deadline {
            let log = fs::read_to_string(Path::new(dir).join("log")).unwrap_or_default();
            panic!("PostgreSQL does not answer: {error}\n{log}");
        }
        thread::sleep(Duration::from_millis(20));
    }
    Server {
        url,
        lifeline: keeper.stdin.take(),
    }
}

/// The user and group to run PostgreSQL as when the tests run as root.
fn unprivileged_user() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| user_ids(&users, name))
        .expect("root needs a user `postgres` or `nobody` to run PostgreSQL as")
}

/// User and group of `name` in the text of `/etc/passwd`.
fn user_ids(users: &str, name: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let [user, _, uid, gid, ..] = fields[..] else {
            return None;
        };
        (user == name).then_some((uid.parse().ok()?, gid.parse().ok()?))
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "no `Db` here: the server itself is looked after"
)]
fn connect(url: &str) -> Result<PgConnection, String> {
    PgConnection::establish(url).map_err(|error| error.to_string())
}

/// The variable's value, where it is set to something.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_empty_apart_from_the_others_and_gone_when_dropped() {
        let (Some(one), Some(other)) = (database(), database()) else {
            return;
        };
        for place in [&one, &other] {
            let mut connection = connect(&place.url).expect("the URL is good");
            connection
                .batch_execute("CREATE TABLE sites (code TEXT)")
                .expect("no such table is seen yet");
        }

        let url = one.url.clone();
        drop(one);

        let mut gone = connect(&url).expect("the server is still there");
        assert!(gone.batch_execute("SELECT code FROM sites").is_err());
        let mut kept = connect(&other.url).expect("the URL is good");
        assert!(kept.batch_execute("SELECT code FROM sites").is_ok());
    }

    #[test]
    fn the_ids_of_a_user_are_read_by_its_whole_name() {
        let users = "root:x:0:0::/root:/bin/sh\npostgres2:x:7:7:::\npostgres:x:105:113:::\n";
        assert_eq!(user_ids(users, "postgres"), Some((105, 113)));
        assert_eq!(user_ids(users, "nobody"), None);
    }
}
