//! Failures in the service's own words. What they mean in HTTP is said in `api::problem`, and nowhere else.

use std::fmt;

use crate::domain::Faults;

/// Any failure of the service.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input breaks rules; every one is listed.
    #[error("the input breaks a rule")]
    Invalid(Faults),
    /// There is no valid key.
    #[error("a valid key is needed")]
    Unauthenticated,
    /// The key does not allow this.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such record, or the caller may not see it.
    #[error("there is no {kind} `{key}`")]
    NotFound {
        /// What kind of record.
        kind: &'static str,
        /// The key that was asked for.
        key: String,
    },
    /// The address is none of the service's.
    #[error("nothing is at this address")]
    NoRoute,
    /// The address does not have this method.
    #[error("this address has the methods {0}")]
    MethodNotAllowed(String),
    /// None of the media types that the caller accepts can be made.
    #[error("this can be had as {0}")]
    NotAcceptable(&'static str),
    /// The body's media type cannot be read here.
    #[error("the body must be sent as {0}")]
    UnsupportedMedia(&'static str),
    /// The key is taken, or still in use.
    #[error("{kind} `{key}` {why}")]
    Conflict {
        /// What kind of record.
        kind: &'static str,
        /// The key that is taken.
        key: String,
        /// What stands against it.
        why: &'static str,
    },
    /// A change must say which version it is based on.
    #[error("`If-Match` with the record's ETag is required")]
    PreconditionRequired,
    /// The version that the change is based on is not the newest.
    #[error("the record has changed since")]
    Stale,
    /// What was handed in was judged and refused; its faults were told one by one.
    #[error("{0}")]
    Refused(String),
    /// The body or the result is over a stated limit.
    #[error("this is larger than {0}")]
    TooLarge(String),
    /// The database is busy or away; it is worth trying again.
    #[error("the register is busy or away; try again shortly")]
    Unavailable(#[source] Source),
    /// A bug, or a broken environment. The caller sees no text of it.
    #[error("the service failed")]
    Internal(#[source] Source),
}

/// The cause of a failure, for the log.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// What functions of the service give.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An internal failure with a sentence for the log.
    pub fn internal(why: impl fmt::Display) -> Self {
        Self::Internal(why.to_string().into())
    }
}

impl From<Faults> for Error {
    fn from(faults: Faults) -> Self {
        Self::Invalid(faults)
    }
}

impl From<diesel::result::Error> for Error {
    /// Only knows busy and broken: what an empty answer or a taken key means, the caller of a query says.
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        let busy = match &error {
            Diesel::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::SerializationFailure,
                _,
            ) => true,
            Diesel::DatabaseError(_, info) => {
                let text = info.message();
                text.contains("database is locked")
                    || text.contains("deadlock detected")
                    || text.contains("terminating connection")
            }
            _ => false,
        };
        if busy {
            Self::Unavailable(Box::new(error))
        } else {
            Self::Internal(Box::new(error))
        }
    }
}
