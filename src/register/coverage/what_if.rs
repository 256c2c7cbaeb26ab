//! What coverage would be with sites added, taken away, or given other radios. Nothing of it is stored.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Coverage;
use super::answer::definition;
use super::comparison::{AreaComparison, TotalComparison, compared};
use super::figures::{Definition, ModelInfo};
use super::network::{ServingCell, cells};
use super::question::Question;
use super::store::is_slow;
use crate::coverage::lattice::Lattice;
use crate::db::network::SiteRadios;
use crate::db::{DbConn, changes, sites};
use crate::domain::what_if::WhatIf;
use crate::domain::{Equipment, Faults, Kind, Level, Rule, Site};
use crate::error::{Error, Result};
use crate::register::geography::AreaInfo;
use crate::register::{Geography, Register, site_checks};

/// Most cells that a question may bring.
const CELLS_MAX: usize = 2_000;
/// How long a question waits for the terrain of the cells that it brings.
const TERRAIN_MAX: Duration = Duration::from_secs(20);
/// Cells whose terrain is computed before the clock is looked at again.
const BATCH: usize = 16;

/// Coverage before and after a change that is only asked about.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WhatIfAnswer {
    /// The day of service.
    pub as_of: NaiveDate,
    /// The instant whose knowledge was used.
    pub known_at: DateTime<Utc>,
    /// The revision of the register.
    pub data_revision: i64,
    /// The level of the areas.
    pub level: Level,
    /// The day whose division was used.
    pub division_on: NaiveDate,
    /// What the figures mean.
    pub definition: Definition,
    /// Cells of the sites that were added or given other radios which count in this question.
    pub cells_added: usize,
    /// Each area before and after, by code.
    pub areas: Vec<AreaComparison>,
    /// All of them together.
    pub total: TotalComparison,
    /// What they were computed with.
    pub model: ModelInfo,
}

impl Register {
    /// The coverage of areas with the network as it is, and as it would be.
    ///
    /// # Errors
    /// `Invalid` when the change cannot be made, and those of the database.
    pub fn coverage_what_if(
        &self,
        conn: &mut DbConn,
        question: &Question,
        what_if: &WhatIf,
        today: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<WhatIfAnswer> {
        let coverage = &self.coverage;
        let geography = self.geography(conn)?;
        let mut faults = Faults::default();
        let division_on = question.division_on.unwrap_or(question.as_of);
        let (on, infos) = areas(
            &geography,
            what_if.level,
            division_on,
            &what_if.areas,
            &mut faults,
        );
        let others = self.others(conn, &geography, question, what_if, today, &mut faults)?;
        if !faults.is_empty() {
            return Err(faults.into());
        }
        let after = Question {
            exclude_sites: [question.exclude_sites.clone(), what_if.left_out()].concat(),
            ..question.clone()
        };
        let counted: Vec<&ServingCell> = others.iter().filter(|it| after.takes(it)).collect();
        let cells_added = counted.len();
        coverage.make_terrain(&counted, Instant::now() + TERRAIN_MAX)?;
        let network = coverage.asked_network(conn, question)?;
        let villages = coverage.villages(conn, &geography)?;
        let mut side = |question: &Question, others: &[ServingCell]| {
            let known = (&mut *conn, &*geography, &*villages);
            coverage.with_settlements(known, question, &network, others, &infos)
        };
        let sides = (side(question, &[])?, side(&after, &others)?);
        let (areas, total) = compared(&infos, on, (question, sides.0), (&after, sides.1));
        Ok(WhatIfAnswer {
            as_of: question.as_of,
            known_at: question.known_at.map_or(now, |at| at.and_utc()),
            data_revision: changes::newest(conn)?,
            level: what_if.level,
            division_on: on,
            definition: definition(question),
            cells_added,
            areas,
            total,
            model: coverage.model_info(),
        })
    }

    /// The cells that a change brings.
    fn others(
        &self,
        conn: &mut DbConn,
        geography: &Geography,
        question: &Question,
        what_if: &WhatIf,
        today: NaiveDate,
        faults: &mut Faults,
    ) -> Result<Vec<ServingCell>> {
        let mut wanted = Vec::new();
        let mut known = site_checks::Known::default();
        for (at, submitted) in what_if.add.iter().enumerate() {
            let pointer = format!("/add/{at}");
            let mut own = Faults::default();
            let settings = &self.settings;
            site_checks::check(
                conn, &mut known, geography, settings, submitted, today, &mut own,
            )?;
            faults.under(&pointer, own);
            wanted.push((pointer, submitted.site.clone()));
        }
        for (at, id) in what_if.remove.iter().enumerate() {
            site(conn, id, question, &format!("/remove/{at}"), faults)?;
        }
        for (at, retuned) in what_if.retune.iter().enumerate() {
            let pointer = format!("/retune/{at}");
            let place = format!("{pointer}/site");
            let Some(mut site) = site(conn, &retuned.site, question, &place, faults)? else {
                continue;
            };
            if let Equipment::Bts { radios, .. } = &mut site.equipment {
                radios.clone_from(&retuned.radios);
                wanted.push((pointer, site));
            } else {
                let kind = site.kind.as_str();
                faults.body(format!("{pointer}/radios"), Rule::NotForKind { kind }, None);
            }
        }
        let mut others = Vec::new();
        for (pointer, site) in wanted.iter().filter(|(_, site)| site.kind == Kind::Bts) {
            // No site of the register has such an id: what is left out by id stays in.
            let id: Arc<str> = format!("what-if{pointer}").into();
            if let Some(radios) = SiteRadios::of(&id, site) {
                let elevation = self.coverage.elevation.as_ref();
                others.extend(cells(&radios, &id, &self.coverage.rules, elevation));
            }
            if others.len() > CELLS_MAX {
                let rule = Rule::TooMany { max: CELLS_MAX };
                faults.body(pointer.clone(), rule, None);
                break;
            }
        }
        Ok(others)
    }
}

fn site(
    conn: &mut DbConn,
    id: &str,
    question: &Question,
    pointer: &str,
    faults: &mut Faults,
) -> Result<Option<Site>> {
    let record = sites::by_id(conn, id, question.known_at)?;
    if let Some(record) = record.filter(|record| !record.deleted) {
        return record.site().map(Some);
    }
    faults.body(pointer, Rule::UnknownSiteId, Some(&Value::from(id)));
    Ok(None)
}

/// The areas with some codes, or all of a level, by code, and the day of their division.
pub fn areas<'g>(
    geography: &'g Geography,
    level: Level,
    day: NaiveDate,
    codes: &[String],
    faults: &mut Faults,
) -> (NaiveDate, Vec<&'g AreaInfo>) {
    let division = geography.division(level, day);
    let mut infos = division.areas;
    infos.sort_by(|one, other| one.area.code.cmp(&other.area.code));
    for (at, code) in codes.iter().enumerate() {
        if !infos.iter().any(|info| info.area.code == *code) {
            let date = division.on.to_string();
            let value = Value::from(code.as_str());
            faults.body(
                format!("/areas/{at}"),
                Rule::UnknownArea { date },
                Some(&value),
            );
        }
    }
    if !codes.is_empty() {
        infos.retain(|info| codes.contains(&info.area.code));
    }
    (division.on, infos)
}

impl Coverage {
    /// Computes the terrain of cells of which nobody else would, until `end`. What is not made by then is answered without
    /// terrain, and counted as pending.
    ///
    /// # Errors
    /// `Internal` when a footprint cannot be made.
    pub fn make_terrain(&self, cells: &[&ServingCell], end: Instant) -> Result<()> {
        let elevation = self.elevation.as_ref();
        let slow: Vec<&&ServingCell> = cells.iter().filter(|it| is_slow(&it.way)).collect();
        for batch in slow.chunks(BATCH) {
            if Instant::now() >= end {
                break;
            }
            let inputs: Vec<_> = batch.iter().map(|it| (&it.cell, &it.way)).collect();
            let made = self.rules.footprints(Lattice::ARCSEC_3, &inputs, elevation);
            for (cell, made) in batch.iter().zip(made) {
                let made = made.map_err(super::store::unmade)?;
                let fine = made
                    .refined(Lattice::ARCSEC_1)
                    .map_err(|refusal| Error::Internal(Box::new(refusal)))?;
                for (lattice, footprint) in [(Lattice::ARCSEC_3, made), (Lattice::ARCSEC_1, fine)] {
                    self.hold(cell.key(lattice, &self.rules, elevation)?, footprint);
                }
            }
        }
        Ok(())
    }
}
