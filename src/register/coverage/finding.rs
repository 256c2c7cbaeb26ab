//! What is found of areas: how much of each is covered, by how many, with which models.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Coverage;
use super::grounds::Ground;
use super::network::{Network, ServingCell};
use super::question::{OperatorRule, Question};
use crate::coverage::footprint::{Footprint, Model, SignalLevel};
use crate::coverage::partition::Cells;
use crate::coverage::sums::{self, OperatorsCover, UnitCover};
use crate::coverage::window::Window;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::register::Geography;

/// The set of cells that a question is about, in the order of their names, so that nothing depends on any other order.
pub struct Asked<'a> {
    /// What is asked.
    pub question: &'a Question,
    /// Operators that have a cell that counts anywhere, by code.
    pub operators: Vec<Arc<str>>,
    /// The cells that count, of the operators that are meant.
    pub cells: Vec<&'a ServingCell>,
}

impl<'a> Asked<'a> {
    /// The cells of a network, and others that are only asked about.
    pub fn of(question: &'a Question, network: &'a Network, others: &'a [ServingCell]) -> Self {
        let all = network.cells().chain(others);
        let mut cells: Vec<&ServingCell> = all.filter(|cell| question.takes(cell)).collect();
        if let OperatorRule::One(code) = &question.operator {
            cells.retain(|cell| *cell.operator == **code);
        }
        let mut operators: Vec<Arc<str>> = cells
            .iter()
            .map(|cell| Arc::clone(&cell.operator))
            .collect();
        operators.sort_unstable();
        operators.dedup();
        Self {
            question,
            operators,
            cells,
        }
    }

    /// The cells that may reach into a window.
    pub fn near(&self, window: &Window) -> Vec<&'a ServingCell> {
        let lattice = window.lattice;
        let rows = lattice.lat_deg(window.rows.start)..lattice.lat_deg(window.rows.end);
        let columns = lattice.lon_deg(window.columns.start)..lattice.lon_deg(window.columns.end);
        let reaches = |cell: &&&ServingCell| {
            let position = cell.cell.position;
            // A degree of latitude has at least 110.5 km anywhere, a degree of longitude that much at the equator.
            let up_deg = cell.way.reach_m() / 110_500.0;
            let across_deg = up_deg / position.latitude.abs().min(89.0).to_radians().cos();
            // The lattice ends at the antimeridian; cells near it are taken whatever side they are on.
            let is_at_end = position.longitude.abs() + across_deg > 180.0;
            (rows.start - up_deg..rows.end + up_deg).contains(&position.latitude)
                && (is_at_end
                    || (columns.start - across_deg..columns.end + across_deg)
                        .contains(&position.longitude))
        };
        self.cells.iter().filter(reaches).copied().collect()
    }

    /// Footprints side by side by operator.
    pub fn by_operator<'f>(
        &self,
        cells: &[&ServingCell],
        footprints: &'f [Arc<Footprint>],
    ) -> Vec<Vec<&'f Footprint>> {
        let mut sides: Vec<Vec<&Footprint>> = vec![Vec::new(); self.operators.len()];
        for (cell, footprint) in cells.iter().zip(footprints) {
            if let Ok(at) = self.operators.binary_search(&cell.operator)
                && let Some(side) = sides.get_mut(at)
            {
                side.push(footprint);
            }
        }
        sides
    }
}

/// What was found for one area.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// At the level that is asked for.
    pub at_level: UnitCover,
    /// At the next weaker and the next stronger level.
    pub range: [UnitCover; 2],
    /// By number of operators.
    pub by_number: Vec<Cells>,
    /// What cells with an assumed radius alone cover.
    pub assumed_only: Cells,
    /// Cells that cover something of it, by model.
    pub by_model: BTreeMap<Model, usize>,
    /// Cells that cover something of it and stand outside.
    pub from_outside: usize,
    /// Those of them whose terrain is not computed yet.
    pub pending: usize,
    /// Those of them whose elevation data have holes or end.
    pub elevation_gaps: usize,
    /// Side of the lattice's cells, seconds of arc.
    pub grid_arcsec: u32,
}

/// Finds the coverage of areas.
pub fn find(
    conn: &mut DbConn,
    coverage: &Coverage,
    geography: &Geography,
    asked: &Asked,
    area_ids: Vec<i32>,
) -> Result<HashMap<i32, Found>> {
    let mut found = HashMap::new();
    for ground in coverage.grounds.of(geography, area_ids)?.iter() {
        on_ground(conn, coverage, geography, asked, ground, &mut found)?;
    }
    Ok(found)
}

fn on_ground(
    conn: &mut DbConn,
    coverage: &Coverage,
    geography: &Geography,
    asked: &Asked,
    ground: &Ground,
    found: &mut HashMap<i32, Found>,
) -> Result<()> {
    let cells = asked.near(ground.partition.window());
    let known = coverage.footprints(conn, ground.lattice, &cells)?;
    let footprints: Vec<Arc<Footprint>> =
        known.iter().map(|it| Arc::clone(&it.footprint)).collect();
    let sides = asked.by_operator(&cells, &footprints);
    let cover = |level| cover(ground, level, &sides);
    let at_level = cover(asked.question.signal_level)?;
    let picked = picked(&asked.question.operator, &at_level);
    let is_uniform = footprints.iter().all(|footprint| footprint.is_uniform());
    let [weaker, stronger] = if is_uniform {
        [picked.clone(), picked.clone()]
    } else {
        let [weaker, stronger] = asked.question.range().map(cover);
        [weaker?, stronger?].map(|it| self::picked(&asked.question.operator, &it))
    };
    let assumed_only = assumed_only(ground, asked.question.signal_level, &footprints)?;
    for (at, id) in ground.area_ids.iter().enumerate() {
        let of = |list: &[UnitCover]| list.get(at).copied().unwrap_or_default();
        let by_number = at_level.by_number.iter();
        let own = Found {
            at_level: of(&picked),
            range: [of(&weaker), of(&stronger)],
            by_number: by_number
                .map(|units| units.get(at).copied().unwrap_or_default())
                .collect(),
            assumed_only: assumed_only.get(at).copied().unwrap_or_default(),
            grid_arcsec: 3_600 / ground.lattice.cells_per_degree(),
            ..Found::default()
        };
        found.insert(*id, own);
    }
    let levels: Vec<_> = footprints
        .iter()
        .map(|it| it.level(asked.question.signal_level))
        .collect();
    let met = ground.partition.met(&levels);
    for ((cell, known), units) in cells.iter().zip(&known).zip(met) {
        let home = geography.locate(cell.cell.position);
        for id in units.iter().filter_map(|at| ground.area_ids.get(*at)) {
            let own = found.entry(*id).or_default();
            let origin = known.footprint.origin();
            *own.by_model.entry(origin.model).or_default() += 1;
            own.from_outside += usize::from(!home.contains(id));
            own.pending += usize::from(known.is_pending);
            own.elevation_gaps +=
                usize::from(origin.has_void_elevations || origin.is_elevation_incomplete);
        }
    }
    Ok(())
}

fn cover(ground: &Ground, level: SignalLevel, sides: &[Vec<&Footprint>]) -> Result<OperatorsCover> {
    sums::by_operators(&ground.partition, level, sides)
        .map_err(|error| Error::Internal(Box::new(error)))
}

/// The coverage that a rule means.
fn picked(rule: &OperatorRule, cover: &OperatorsCover) -> Vec<UnitCover> {
    match rule {
        OperatorRule::Any | OperatorRule::One(_) => cover.any(),
        OperatorRule::All => cover.all(),
        OperatorRule::Max => cover.max(),
    }
}

/// By unit, what no footprint but those of assumed radii covers.
fn assumed_only(
    ground: &Ground,
    level: SignalLevel,
    footprints: &[Arc<Footprint>],
) -> Result<Vec<Cells>> {
    let is_assumed = |it: &&Footprint| it.origin().model == Model::AssumedRadius;
    let all: Vec<&Footprint> = footprints.iter().map(|it| &**it).collect();
    if !all.iter().any(is_assumed) {
        return Ok(Vec::new());
    }
    let known: Vec<&Footprint> = all.iter().copied().filter(|it| !is_assumed(it)).collect();
    let union = |footprints: &[&Footprint]| {
        sums::union(&ground.partition, level, footprints)
            .map_err(|error| Error::Internal(Box::new(error)))
    };
    let (with, without) = (union(&all)?, union(&known)?);
    let difference = |(with, without): (UnitCover, UnitCover)| Cells {
        count: with.covered.count - without.covered.count,
        area_mm2: with.covered.area_mm2 - without.covered.area_mm2,
    };
    Ok(with.into_iter().zip(without).map(difference).collect())
}

/// A percentage to a thousandth of a point.
pub fn rounded(percent: f64) -> f64 {
    (percent * 1e3).round() / 1e3
}

pub fn km2(cells: Cells) -> f64 {
    (cells.area_m2() / 1e3).round() / 1e3
}
