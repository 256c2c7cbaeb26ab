//! Areas that should tile a territory: overlaps, gaps, wrong areas, seats elsewhere and swapped boundaries.
//!
//! One boundary by itself is judged in `boundary`; here areas are judged beside each other.

mod gaps;
mod labels;
mod overlaps;
mod parcels;

use geo::MultiPolygon;

use super::effort::{Effort, TooIntricate};
use super::{AreaShape, Position, measure, meetings, overlay};
use parcels::{Ground, Parcel};

/// An area that is to become part of a division.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The row or feature of the import, for messages.
    pub row: usize,
    /// The official code.
    pub code: String,
    /// The official name.
    pub name: String,
    /// The boundary, with stored digits as [`super::geometry::parse`] gives them.
    pub boundary: MultiPolygon<f64>,
    /// The area that the source states, in km².
    pub stated_area_km2: Option<f64>,
    /// Where the administration sits; it must lie inside.
    pub seat: Option<Position>,
    /// The code of the area above.
    pub parent: Option<String>,
}

/// What [`check`] tolerates and mends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Mend faults, overlaps and small gaps instead of refusing or reporting them.
    pub repair: bool,
    /// Most difference between measured and stated area, in percent of the stated one.
    pub area_tolerance_percent: f64,
    /// Overlaps up to this size, in km², are only counted.
    pub overlap_tolerance_km2: f64,
    /// Gaps up to this size, in km², are only counted.
    pub gap_tolerance_km2: f64,
    /// Gaps below this size, in km², are filled when `repair` is set.
    pub gap_fill_limit_km2: f64,
    /// Most of an area that may be cut off for overlaps, in percent.
    pub cut_limit_percent: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            repair: false,
            area_tolerance_percent: 10.0,
            overlap_tolerance_km2: 0.01,
            gap_tolerance_km2: 0.01,
            gap_fill_limit_km2: 1.0,
            cut_limit_percent: 1.0,
        }
    }
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; nothing was changed.
    Warning,
    /// Mended; the boundary differs from the one handed in.
    Repaired,
    /// The set cannot be stored.
    Refused,
}

/// One thing that was found about one or several areas.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// The rule: `empty`, `duplicate_code`, `invalid_ring`, `too_intricate`, `overlap`, `gap`,
    /// `slivers`, `area_mismatch`, `seat_elsewhere` or `swapped_boundaries`.
    pub rule: &'static str,
    /// The codes of the areas concerned.
    pub areas: Vec<String>,
    /// The rows of the candidates among them.
    pub rows: Vec<usize>,
    /// The size of what was found, in km².
    pub area_km2: Option<f64>,
    /// Where it is.
    pub position: Option<Position>,
    /// An English sentence with the figures.
    pub detail: String,
}

/// What came out of [`check`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checked {
    /// The candidates whose boundaries are sound, mended where that was asked for, and their areas in km².
    pub accepted: Vec<(Candidate, f64)>,
    /// What was found, the gravest first.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether any finding forbids storing the set.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Refused)
    }
}

/// Judges areas that should tile a territory, each by itself, beside each other and beside what is registered.
///
/// `neighbours` are registered areas of the same layer whose days overlap; they are never changed.
/// An overlap is cut from the area with the higher code, or from the candidate when the other area
/// is registered. A gap is whatever the areas enclose and none of them holds, even if they meet
/// only at points; it goes to the candidate that has the longest line in common with it, and is
/// never a reason to refuse. Overlaps and gaps within tolerance make one `slivers` warning together.
/// Boundaries that would take more time and memory than their lines give reason for are refused as
/// `too_intricate` before they are compared.
#[must_use]
pub fn check(candidates: Vec<Candidate>, neighbours: &[&AreaShape], options: &Options) -> Checked {
    let mut findings = Vec::new();
    let parcels = parcels::prepared(candidates, options, &mut findings);
    let mut ground = Ground::new(parcels, neighbours);
    let mut slivers = Slivers::default();
    match overlaps::check(&mut ground, options, &mut slivers, &mut findings) {
        Ok(()) => {
            gaps::check(&mut ground, options, &mut slivers, &mut findings);
            labels::check(&ground.parcels, options, &mut findings);
        }
        Err(intricate) => findings.push(overlaps::too_intricate(&ground, &intricate)),
    }
    findings.extend(slivers.finding());
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let accepted = ground.parcels.into_iter().map(Parcel::into_accepted);
    Checked {
        accepted: accepted.collect(),
        findings,
    }
}

/// The area above that holds most of a boundary, and the share (0 to 1) of the boundary that it holds.
///
/// Nothing when no area above meets the boundary. Of equals the first is taken.
///
/// # Errors
/// As [`covered_share`].
pub fn parent_of<'a>(
    boundary: &MultiPolygon<f64>,
    above: impl IntoIterator<Item = &'a AreaShape>,
) -> Result<Option<(&'a AreaShape, f64)>, TooIntricate> {
    let mut best: Option<(&AreaShape, f64)> = None;
    for shape in above {
        let share = covered_share(boundary, &shape.boundary)?;
        if share > best.map_or(0.0, |(_, most)| most) {
            best = Some((shape, share));
        }
    }
    Ok(best)
}

/// The share (0 to 1) of the area of `a` that lies in `b`; 0 when `a` is empty. Both must be sound.
///
/// # Errors
/// When the lines of the two come near each other too often.
pub fn covered_share(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> Result<f64, TooIntricate> {
    let common_km2 = overlap_km2(a, b)?;
    let whole_km2 = if common_km2 > 0.0 {
        measure::area_km2(a)
    } else {
        0.0
    };
    let share = (whole_km2 > 0.0).then(|| common_km2 / whole_km2);
    Ok(share.unwrap_or(0.0).clamp(0.0, 1.0))
}

/// The area that two boundaries have in common, in km². Both must be sound.
///
/// # Errors
/// When the lines of the two come near each other too often.
pub fn overlap_km2(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> Result<f64, TooIntricate> {
    let Some(common) = overlay::common(a, b) else {
        return Ok(0.0);
    };
    meetings::count(&common.a, &common.b, &Effort::for_lines(common.lines()))?;
    Ok(measure::area_km2(&overlay::intersection(&common)))
}

/// Overlaps and gaps too small to be told one by one.
#[derive(Default)]
struct Slivers {
    overlaps: usize,
    gaps: usize,
    area_km2: f64,
}

impl Slivers {
    fn finding(&self) -> Option<Finding> {
        let Self {
            overlaps,
            gaps,
            area_km2,
        } = self;
        (overlaps + gaps > 0).then(|| Finding {
            severity: Severity::Warning,
            rule: "slivers",
            areas: Vec::new(),
            rows: Vec::new(),
            area_km2: Some(*area_km2),
            position: None,
            detail: format!(
                "{overlaps} overlaps and {gaps} gaps are within tolerance, {area_km2:.4} km² in all."
            ),
        })
    }
}

#[cfg(test)]
mod tests;
