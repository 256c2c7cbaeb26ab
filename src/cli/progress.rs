//! Progress of long work: a bar on a terminal, a plain line now and then elsewhere.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Shows how far one piece of work is.
pub struct Bar {
    drawn: Option<ProgressBar>,
    title: &'static str,
    last: Cell<Instant>,
}

impl Bar {
    /// A bar that stands at nothing.
    pub fn new(title: &'static str) -> Self {
        let drawn = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0).with_message(title);
            match ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self {
            drawn,
            title,
            last: Cell::new(Instant::now()),
        }
    }

    /// Shows that `done` of `all` is done.
    pub fn show(&self, done: u64, all: u64) {
        const PAUSE: Duration = Duration::from_secs(2);
        if let Some(bar) = &self.drawn {
            bar.set_length(all);
            bar.set_position(done);
        } else if self.last.get().elapsed() >= PAUSE {
            self.last.set(Instant::now());
            let _ = writeln!(std::io::stderr(), "{}: {done} of {all}", self.title);
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.drawn {
            bar.finish_and_clear();
        }
    }
}
