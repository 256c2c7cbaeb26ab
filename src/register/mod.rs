//! What the register does: it records, files under areas, imports, sums up and reports. HTTP and the command line both
//! call this room; it calls storage and geometry.

mod area_store;
mod area_succession;
pub mod areas;
pub mod bulk;
pub mod coverage;
pub mod delivery;
pub mod due;
pub mod filing;
pub mod geography;
pub mod keys;
pub mod operators;
pub mod report;
pub mod rounds;
pub mod seed;
mod settlement_files;
pub mod settlements;
pub mod site_checks;
pub mod sites;
pub mod submissions;
pub mod subscribers;
pub mod summary;
pub mod webhooks;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};

use crate::db::{Db, DbConn, changes, places as place_rows, stored};
use crate::domain::Caller;
use crate::error::Result;

pub use coverage::Coverage;
pub use geography::Geography;

/// What the register's answers depend on besides its records.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How far a position may lie from a submitted area's boundary before that is a contradiction, in metres.
    pub boundary_tolerance_m: f64,
    /// How many days after its period a subscriber count still answers.
    pub subscriber_max_age_days: u64,
    /// The only box in which positions are taken; where none is given, the box of all boundaries and some room.
    pub territory: Option<crate::geo::BBox>,
    /// Name of the authority that runs the register.
    pub department_name: String,
    /// Hours east of Greenwich of the register's calendar days.
    pub utc_offset: FixedOffset,
    /// Whether submissions take effect only when the department approves them.
    pub submissions_need_approval: bool,
    /// Most rows of the file of a submission.
    pub submission_max_rows: usize,
    /// How long the rows of a submission may be worked on.
    pub submission_max_time: Duration,
}

/// The register: its storage, its settings, and a copy of its areas in memory.
pub struct Register {
    /// Where everything is kept.
    pub db: Db,
    /// What answers depend on.
    pub settings: Settings,
    /// Folder of the submissions' files.
    pub files: PathBuf,
    /// What the radios cover.
    pub coverage: Coverage,
    geography: RwLock<Arc<Geography>>,
    places: RwLock<HashMap<i32, Arc<[i32]>>>,
}

/// Who changes something, when and why.
#[derive(Debug, Clone)]
pub struct Change {
    /// Who.
    pub caller: Caller,
    /// When.
    pub at: NaiveDateTime,
    /// The calendar day of `at` where the register is.
    pub today: NaiveDate,
    /// Why, in the words of who does.
    pub reason: Option<String>,
}

impl Register {
    /// A register over `db`, with the files of submissions in the folder `files`.
    #[must_use]
    pub fn new(db: Db, settings: Settings, files: PathBuf, coverage: Coverage) -> Self {
        Self {
            db,
            settings,
            files,
            coverage,
            geography: RwLock::new(Arc::new(Geography::empty())),
            places: RwLock::new(HashMap::new()),
        }
    }

    /// The area versions of the places `ids`. A place never changes, so each is read once. Not for write transactions:
    /// a place that is made in one and taken back must not be remembered.
    ///
    /// # Errors
    /// Those of the database.
    pub fn places(
        &self,
        conn: &mut DbConn,
        ids: impl Iterator<Item = i32>,
    ) -> Result<HashMap<i32, Arc<[i32]>>> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        {
            let held = self.places.read().unwrap_or_else(PoisonError::into_inner);
            for id in ids {
                match held.get(&id) {
                    Some(areas) => {
                        found.entry(id).or_insert_with(|| Arc::clone(areas));
                    }
                    None => missing.push(id),
                }
            }
        }
        if !missing.is_empty() {
            missing.sort_unstable();
            missing.dedup();
            let read = place_rows::of_ids(conn, &missing)?;
            self.places
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(read.iter().map(|(id, areas)| (*id, Arc::clone(areas))));
            found.extend(read);
        }
        Ok(found)
    }

    /// The areas, as they are now: the copy in memory, made anew when any process has changed them. Not after a change of
    /// areas in the same transaction, which may be taken back: then [`Geography::read`].
    ///
    /// # Errors
    /// Those of the database.
    pub fn geography(&self, conn: &mut DbConn) -> Result<Arc<Geography>> {
        let revision = changes::newest_of_areas(conn)?;
        let held = Arc::clone(
            &self
                .geography
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if held.revision == revision {
            return Ok(held);
        }
        let fresh = Arc::new(Geography::read(conn)?);
        *self
            .geography
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }

    /// The calendar day of `instant` where the register is.
    #[must_use]
    pub fn day(&self, instant: DateTime<Utc>) -> NaiveDate {
        instant
            .with_timezone(&self.settings.utc_offset)
            .date_naive()
    }

    /// A change by `caller` at `instant`.
    #[must_use]
    pub fn change(&self, caller: Caller, instant: DateTime<Utc>, reason: Option<String>) -> Change {
        Change {
            caller,
            at: stored(instant),
            today: self.day(instant),
            reason,
        }
    }
}
