//! The survey: makes the footprints that are missing and stores them, in the background. It may stop at any moment: what
//! is stored stays, and what is stored is never made again.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tracing::{error, info};
use utoipa::ToSchema;

use super::network::ServingCell;
use super::store::is_stored;
use crate::coverage::footprint::FootprintKey;
use crate::coverage::lattice::Lattice;
use crate::db::footprints::{self, Record};
use crate::db::stored;
use crate::error::{Error, Result};
use crate::register::Register;

/// Footprints that are made before they are stored together.
const BATCH: usize = 32;
/// How long the thread waits before it looks for changed sites again.
const PATROL: Duration = Duration::from_secs(2);

/// How far the survey is.
#[derive(Debug, Default)]
pub struct Progress {
    missing: AtomicUsize,
    made: AtomicUsize,
}

/// How far the survey is, in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SurveyProgress {
    /// Footprints that the current pass found missing.
    pub missing: usize,
    /// Those of them that are made.
    pub made: usize,
}

impl Progress {
    /// How far it is now.
    #[must_use]
    pub fn now(&self) -> SurveyProgress {
        SurveyProgress {
            missing: self.missing.load(Ordering::Relaxed),
            made: self.made.load(Ordering::Relaxed),
        }
    }
}

impl Register {
    /// Makes and stores the footprints of all cells that are not stored yet, until `stop` says that it is enough. Says how
    /// many it made.
    ///
    /// # Errors
    /// Those of the database, and `Internal` when a footprint cannot be made.
    pub fn survey(&self, now: fn() -> DateTime<Utc>, stop: &AtomicBool) -> Result<usize> {
        let coverage = &self.coverage;
        let network = self.db.snapshot_here(|conn| coverage.network(conn))?;
        let elevation = coverage.elevation.as_ref();
        let mut seen = HashSet::new();
        let mut cells: Vec<(FootprintKey, &ServingCell)> = Vec::new();
        for cell in network.cells().filter(|cell| is_stored(&cell.way)) {
            let key = cell.key(Lattice::ARCSEC_3, &coverage.rules, elevation)?;
            if seen.insert(key) {
                cells.push((key, cell));
            }
        }
        let keys: Vec<String> = cells.iter().map(|(key, _)| key.to_string()).collect();
        let known = self.db.read_here(|conn| footprints::known(conn, &keys))?;
        cells.retain(|(key, _)| !known.contains(&key.to_string()));
        // Cells of one antenna place side by side: they share the losses around it.
        cells.sort_by(|(_, one), (_, other)| one.site_id.cmp(&other.site_id));
        coverage.progress.made.store(0, Ordering::Relaxed);
        coverage
            .progress
            .missing
            .store(cells.len(), Ordering::Relaxed);
        let mut made = 0;
        for batch in cells.chunks(BATCH) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let made_at = stored(now());
            let records: Vec<Record> = coverage
                .made(batch)?
                .into_iter()
                .map(|(key, footprint)| Record {
                    key: key.to_string(),
                    bytes: footprint.to_bytes(),
                    made_at,
                })
                .collect();
            self.db
                .write_here(|conn| footprints::keep(conn, &records))?;
            made += records.len();
            coverage.progress.made.store(made, Ordering::Relaxed);
        }
        Ok(made)
    }
}

/// The thread that surveys. Dropping it ends the thread after the batch that is under way.
pub struct Surveyor {
    stop: Arc<(AtomicBool, Mutex<()>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Surveyor {
    /// Starts the thread over `register`.
    ///
    /// # Errors
    /// `Internal` when the system gives no thread.
    pub fn start(register: Arc<Register>, now: fn() -> DateTime<Utc>) -> Result<Self> {
        let stop = Arc::new((AtomicBool::new(false), Mutex::new(()), Condvar::new()));
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("survey".to_owned())
            .spawn(move || patrol(&register, now, &told))
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Surveyor {
    fn drop(&mut self) {
        let (stop, _, wake) = &*self.stop;
        stop.store(true, Ordering::Relaxed);
        wake.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn patrol(
    register: &Register,
    now: fn() -> DateTime<Utc>,
    (stop, lock, wake): &(AtomicBool, Mutex<()>, Condvar),
) {
    let mut surveyed = None;
    while !stop.load(Ordering::Relaxed) {
        let newest = register.db.read_here(crate::db::network::newest_row);
        match newest {
            Ok(newest) if surveyed != Some(newest) => match register.survey(now, stop) {
                Ok(made) => {
                    surveyed = Some(newest);
                    if made > 0 {
                        info!("Made {made} footprints of cells");
                    }
                }
                Err(failure) => error!("The survey of coverage failed: {failure}"),
            },
            Ok(_) => {}
            Err(failure) => error!("The survey of coverage cannot read the register: {failure}"),
        }
        let guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = wake.wait_timeout(guard, PATROL);
    }
}
