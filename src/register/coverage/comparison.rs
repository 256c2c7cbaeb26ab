//! Figures before and after a change, and the difference.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Statuses, covered_area, sum};
use super::figures::{CoverageFigures, CoveredArea, TotalRow};
use super::finding::rounded;
use super::question::Question;
use crate::domain::SettlementStatus;
use crate::register::geography::AreaInfo;

/// A settlement whose signal is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettlementChange {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its signal before.
    pub before: SettlementStatus,
    /// Its signal after.
    pub after: SettlementStatus,
}

/// What is more or less than before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct CoverageDelta {
    /// Covered area, km².
    pub covered_km2: f64,
    /// Covered share of the area, percentage points.
    pub percent_points: Option<f64>,
    /// Covered people.
    pub population: Option<i64>,
    /// Covered share of the people, percentage points.
    pub population_percent_points: Option<f64>,
    /// Settlements whose signal is better, by code.
    pub settlements_gained: Vec<SettlementChange>,
    /// Settlements whose signal is worse, by code.
    pub settlements_lost: Vec<SettlementChange>,
}

/// One area before and after.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaComparison {
    /// The area.
    pub unit: CoveredArea,
    /// The figures before.
    pub before: CoverageFigures,
    /// The figures after.
    pub after: CoverageFigures,
    /// What is more or less.
    pub delta: CoverageDelta,
}

/// All areas together, before and after.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TotalComparison {
    /// The figures before.
    pub before: TotalRow,
    /// The figures after.
    pub after: TotalRow,
    /// What is more or less.
    pub delta: CoverageDelta,
}

/// The figures and settlements of areas, in their order.
type Sides<'v> = Vec<(CoverageFigures, Statuses<'v>)>;

/// Compares the answers to two questions about the same areas.
#[must_use]
pub fn compared(
    infos: &[&AreaInfo],
    division_on: NaiveDate,
    (asked_before, before): (&Question, Sides),
    (asked_after, after): (&Question, Sides),
) -> (Vec<AreaComparison>, TotalComparison) {
    let asked = Question {
        division_on: Some(division_on),
        ..asked_after.clone()
    };
    let mut areas = Vec::with_capacity(infos.len());
    let (mut gained, mut lost) = (Vec::new(), Vec::new());
    for ((info, before), after) in infos.iter().zip(before).zip(after) {
        let delta = delta(&before, &after);
        gained.extend_from_slice(&delta.settlements_gained);
        lost.extend_from_slice(&delta.settlements_lost);
        areas.push(AreaComparison {
            unit: covered_area(info, &asked),
            before: before.0,
            after: after.0,
            delta,
        });
    }
    let figures = |of: fn(&AreaComparison) -> &CoverageFigures| -> Vec<CoverageFigures> {
        areas.iter().map(|area| of(area).clone()).collect()
    };
    let before = sum(asked_before, &figures(|area| &area.before));
    let after = sum(asked_after, &figures(|area| &area.after));
    let share = |total: &TotalRow| share(total.population_covered, total.population_total);
    let delta = CoverageDelta {
        covered_km2: rounded(after.covered_km2 - before.covered_km2),
        percent_points: points(before.percent, after.percent),
        population: Some(after.population_covered - before.population_covered),
        population_percent_points: points(share(&before), share(&after)),
        settlements_gained: by_code(gained),
        settlements_lost: by_code(lost),
    };
    let total = TotalComparison {
        before,
        after,
        delta,
    };
    (areas, total)
}

fn delta(
    (before, old): &(CoverageFigures, Statuses),
    (after, new): &(CoverageFigures, Statuses),
) -> CoverageDelta {
    // The same areas hold the same settlements, in the same order.
    let changed = old.iter().zip(new).filter(|(old, new)| old.1 != new.1);
    let (lost, gained) = changed
        .map(|((settlement, before), (_, after))| SettlementChange {
            code: settlement.code.clone(),
            name: settlement.name.clone(),
            before: *before,
            after: *after,
        })
        .partition(|change| rank(change.after) < rank(change.before));
    CoverageDelta {
        covered_km2: rounded(after.area.covered_km2 - before.area.covered_km2),
        percent_points: points(before.area.percent, after.area.percent),
        population: after
            .population
            .covered
            .zip(before.population.covered)
            .map(|(after, before)| after - before),
        population_percent_points: points(before.population.percent, after.population.percent),
        settlements_gained: by_code(gained),
        settlements_lost: by_code(lost),
    }
}

/// How good a signal is.
fn rank(status: SettlementStatus) -> u8 {
    match status {
        SettlementStatus::Unknown => 0,
        SettlementStatus::TrangSong => 1,
        SettlementStatus::LomSong => 2,
        SettlementStatus::Covered => 3,
    }
}

fn by_code(mut changes: Vec<SettlementChange>) -> Vec<SettlementChange> {
    changes.sort_by(|one, other| one.code.cmp(&other.code));
    changes.dedup();
    changes
}

fn points(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    Some(rounded(after? - before?))
}

#[expect(clippy::cast_precision_loss, reason = "persons")]
fn share(covered: i64, total: i64) -> Option<f64> {
    (total > 0).then(|| covered as f64 / total as f64 * 100.0)
}
