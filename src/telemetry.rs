//! The log: to standard error, as text or JSON. Never keys, bodies or personal data.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Logging};
use crate::error::{Error, Result};

/// Starts the log; a second start is passed over.
///
/// # Errors
/// `Internal` for a filter that cannot be read.
pub fn start(logging: &Logging) -> Result<()> {
    let filter = EnvFilter::try_new(&logging.log)
        .map_err(|error| Error::internal(format!("--log: {error}")))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second start only happens in tests, where the first log serves.
    let _ = match logging.log_format {
        LogFormat::Text => builder.compact().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
