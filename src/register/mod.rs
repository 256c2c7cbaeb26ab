//! What the register does: it records, files under areas, imports, sums up and reports. HTTP and the command line both
//! call this room; it calls storage and geometry.

mod area_store;
pub mod areas;
pub mod bulk;
pub mod filing;
pub mod geography;
pub mod keys;
pub mod operators;
pub mod report;
pub mod seed;
pub mod site_checks;
pub mod sites;
pub mod subscribers;
pub mod summary;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};

use crate::db::{Db, DbConn, areas as area_rows, changes, stored};
use crate::domain::Caller;
use crate::error::Result;

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
}

/// The register: its storage, its settings, and a copy of its areas in memory.
pub struct Register {
    /// Where everything is kept.
    pub db: Db,
    /// What answers depend on.
    pub settings: Settings,
    geography: RwLock<Arc<Geography>>,
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
    /// A register over `db`.
    #[must_use]
    pub fn new(db: Db, settings: Settings) -> Self {
        Self {
            db,
            settings,
            geography: RwLock::new(Arc::new(Geography::empty())),
        }
    }

    /// The areas, as they are now: the copy in memory, made anew when any process has changed them.
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
        let records = area_rows::all(conn)?;
        let boundaries = area_rows::all_boundaries(conn)?;
        let fresh = Arc::new(Geography::new(revision, records, boundaries)?);
        *self
            .geography
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }

    /// Makes the copy in memory anew, without asking whether it is fresh.
    pub fn forget_geography(&self) {
        *self
            .geography
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(Geography::empty());
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
