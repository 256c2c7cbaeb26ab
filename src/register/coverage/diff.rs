//! How coverage changed from one day to another, and which sites made the difference.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::definition;
use super::comparison::{AreaComparison, TotalComparison, compared};
use super::figures::{Definition, ModelInfo};
use super::network::{Network, ServingCell};
use super::question::{OperatorRule, Question};
use crate::db::{DbConn, changes};
use crate::domain::{Level, Technology};
use crate::error::Result;
use crate::register::Register;

/// Most sites that an answer names.
const SITES_MAX: usize = 1_000;

/// What became of a site between two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiteFate {
    /// No cell of it counted on the first day.
    Added,
    /// No cell of it counts on the second day.
    Removed,
    /// Other cells of it count.
    Changed,
}

/// A site that made a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangedSite {
    /// Its id.
    pub id: String,
    /// Its operator's code of it.
    pub code: String,
    /// Code of its operator.
    pub operator: String,
    /// What became of it.
    pub what: SiteFate,
}

/// Coverage on two days.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CoverageDiff {
    /// The first day of service.
    pub from: NaiveDate,
    /// The second day of service.
    pub to: NaiveDate,
    /// The instant whose knowledge was used.
    pub known_at: DateTime<Utc>,
    /// The revision of the register.
    pub data_revision: i64,
    /// The level of the areas.
    pub level: Level,
    /// The day whose division was used, for both days.
    pub division_on: NaiveDate,
    /// What the figures mean.
    pub definition: Definition,
    /// Each area on both days, by code.
    pub areas: Vec<AreaComparison>,
    /// All of them together.
    pub total: TotalComparison,
    /// How many sites made the difference.
    pub site_count: usize,
    /// The first 1,000 of them by operator and code.
    pub sites: Vec<ChangedSite>,
    /// What the figures were computed with.
    pub model: ModelInfo,
}

impl Register {
    /// The coverage of a level on the day `from` and on the day of a question.
    ///
    /// # Errors
    /// Those of the database.
    pub fn coverage_diff(
        &self,
        conn: &mut DbConn,
        question: &Question,
        from: NaiveDate,
        level: Level,
        now: DateTime<Utc>,
    ) -> Result<CoverageDiff> {
        let coverage = &self.coverage;
        let geography = self.geography(conn)?;
        let day = question.division_on.unwrap_or(question.as_of);
        let division = geography.division(level, day);
        let mut infos = division.areas;
        infos.sort_by(|one, other| one.area.code.cmp(&other.area.code));
        let after = Question {
            division_on: Some(day),
            ..question.clone()
        };
        let before = Question {
            as_of: from,
            ..after.clone()
        };
        let network = coverage.asked_network(conn, question)?;
        let villages = coverage.villages(conn, &geography)?;
        let mut side = |question: &Question| {
            let known = (&mut *conn, &*geography, &*villages);
            coverage.with_settlements(known, question, &network, &[], &infos)
        };
        let sides = (side(&before)?, side(&after)?);
        let on = division.on;
        let (areas, total) = compared(&infos, on, (&before, sides.0), (&after, sides.1));
        let mut moved = changed_sites(&network, &before, &after);
        let site_count = moved.len();
        moved.truncate(SITES_MAX);
        Ok(CoverageDiff {
            from,
            to: question.as_of,
            known_at: question.known_at.map_or(now, |at| at.and_utc()),
            data_revision: changes::newest(conn)?,
            level,
            division_on: on,
            definition: definition(question),
            areas,
            total,
            site_count,
            sites: moved,
            model: coverage.model_info(),
        })
    }
}

/// The sites of which other cells count in the second question than in the first, by operator and code.
fn changed_sites(network: &Network, before: &Question, after: &Question) -> Vec<ChangedSite> {
    type Cells = BTreeSet<(Technology, u8)>;
    let mut sites: BTreeMap<[&str; 3], [Cells; 2]> = BTreeMap::new();
    for (side, question) in [before, after].into_iter().enumerate() {
        let counts = |cell: &&ServingCell| {
            question.takes(cell)
                && match &question.operator {
                    OperatorRule::One(code) => *cell.operator == **code,
                    OperatorRule::Any | OperatorRule::All | OperatorRule::Max => true,
                }
        };
        for cell in network.cells().filter(counts) {
            let key = [&*cell.operator, &*cell.site_code, &*cell.site_id];
            if let Some(cells) = sites.entry(key).or_default().get_mut(side) {
                cells.insert((cell.cell.technology, cell.cell.sector));
            }
        }
    }
    let changed = sites.into_iter().filter(|(_, [old, new])| old != new);
    let changed = changed.map(|([operator, code, id], [old, new])| ChangedSite {
        id: id.to_owned(),
        code: code.to_owned(),
        operator: operator.to_owned(),
        what: if old.is_empty() {
            SiteFate::Added
        } else if new.is_empty() {
            SiteFate::Removed
        } else {
            SiteFate::Changed
        },
    });
    changed.collect()
}
