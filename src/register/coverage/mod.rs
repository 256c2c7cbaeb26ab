//! Coverage by area, computed from the register: the cells in memory, what each covers, and the answers to questions.
//!
//! An answer is a pure function of a set of footprints: the cells that serve on a day, of some operators and technologies,
//! less those that are left out, plus those that are only planned or asked about.

mod answer;
pub mod comparison;
pub mod diff;
pub mod figures;
mod finding;
mod grounds;
pub mod network;
pub mod next_sites;
mod people;
pub mod places;
mod question;
pub mod shapes;
mod store;
pub mod survey;
mod villages;
pub mod what_if;

use std::sync::{Arc, PoisonError, RwLock};

use crate::coverage::elevation::Elevation;
use crate::coverage::modelling::Rules;
use crate::db::DbConn;
use crate::error::Result;

pub use answer::Groups;
use grounds::Grounds;
use network::Network;
pub use question::{OperatorRule, Question};
use store::Held;
pub use store::Known;
use survey::Progress;
use villages::Villages;

/// What coverage is computed with.
pub struct Coverage {
    /// Thresholds, margins, and what models go by.
    pub rules: Rules,
    /// The folder of elevation tiles, where there is one.
    pub elevation: Option<Elevation>,
    /// How far the background work is.
    pub progress: Progress,
    network: RwLock<Arc<Network>>,
    grounds: Grounds,
    held: Held,
    villages: RwLock<Arc<Villages>>,
}

impl Coverage {
    /// Coverage by `rules`, over the terrain of `elevation`, with footprints of at most so many bytes in memory.
    #[must_use]
    pub fn new(rules: Rules, elevation: Option<Elevation>, footprints_max_bytes: usize) -> Self {
        Self {
            rules,
            elevation,
            progress: Progress::default(),
            network: RwLock::default(),
            grounds: Grounds::default(),
            held: Held::new(footprints_max_bytes),
            villages: RwLock::default(),
        }
    }

    /// The cells as the register says now: the copy in memory, brought up to date where somebody has changed a site.
    ///
    /// # Errors
    /// Those of the database.
    pub fn network(&self, conn: &mut DbConn) -> Result<Arc<Network>> {
        let held = Arc::clone(&self.network.read().unwrap_or_else(PoisonError::into_inner));
        if held.is_current(conn)? {
            return Ok(held);
        }
        drop(held);
        let mut shared = self.network.write().unwrap_or_else(PoisonError::into_inner);
        // In place, where nobody is reading it.
        Arc::make_mut(&mut shared).update(conn, &self.rules, self.elevation.as_ref())?;
        Ok(Arc::clone(&shared))
    }
}
