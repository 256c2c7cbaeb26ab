//! Failures of reading a file: over a limit, unreadable, or carried through readers that know only `io::Error`.

use std::fmt::Display;
use std::io;

use crate::error::{Error, Result};
use crate::import::malformed;

/// Most bytes of one record, as UTF-8. A quotation mark that is never closed must not take the rest of the file into memory.
pub const RECORD_BYTES: u64 = 4 * 1024 * 1024;

/// The failure of a file that is over `limit`, in the words "123 rows, the file has 124".
pub fn over(limit: impl Display, what: &str, found: impl Display) -> Error {
    Error::TooLarge(format!("the limit of {limit} {what}: {found}"))
}

/// The failure of a record that is over [`RECORD_BYTES`].
pub fn record_over(number: usize) -> Error {
    let found = format!("record {number} has more; is a quotation mark or a bracket not closed?");
    over(RECORD_BYTES, "bytes in one record", found)
}

/// Puts a failure into an `io::Error`.
pub fn carry(error: Error) -> io::Error {
    io::Error::other(error)
}

/// Takes a failure out of an `io::Error` again; any other error of reading is of the environment.
pub fn carried(error: io::Error) -> Error {
    error
        .downcast::<Error>()
        .unwrap_or_else(|error| Error::Internal(Box::new(error)))
}

/// Runs `work` so that a panic of a parser, which a hostile file may cause, is a fault of that file.
pub fn contained<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| Err(gave_up()))
}

/// The fault of a file that a parser gave up on.
pub fn gave_up() -> Error {
    malformed("the file is broken in a way that its reader cannot name".to_owned())
}
