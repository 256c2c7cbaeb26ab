//! One area's boundary: its faults and their repair. Neighbours are looked at in `division`.
//!
//! A sound boundary is what OGC Simple Features calls valid: rings simple, shells counter-clockwise
//! and holes clockwise, holes inside their shells, parts apart from one another.

mod ring;
mod rings;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::effort::{Effort, TooIntricate};
use super::meetings::{self, Ring, Role};
use super::{Position, measure, overlay};

/// Most change of area that a repair may make, in percent of the area stated by the rings.
pub const MAX_CHANGE_PERCENT: f64 = 1.0;

/// How often a boundary is rebuilt before it is given up; rounding can call for a second round.
const MOST_ROUNDS: usize = 5;

/// What can be wrong with a boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// A position follows itself.
    RepeatedPoint,
    /// A shell runs clockwise or a hole counter-clockwise.
    WrongOrientation,
    /// The ring runs out and back on the same line.
    Spike,
    /// The ring encloses nothing.
    CollapsedRing,
    /// The ring crosses or touches itself.
    SelfIntersection,
    /// A hole is not inside its shell.
    HoleOutsideShell,
    /// Two rings of one part run along each other, or two holes overlap.
    TouchingRings,
    /// Two parts overlap or share a line.
    OverlappingParts,
}

impl FaultKind {
    /// Whether mending it leaves the same points inside, so that nobody need be asked.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::RepeatedPoint | Self::WrongOrientation)
    }

    /// The fault in a few words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::RepeatedPoint => "a point is repeated",
            Self::WrongOrientation => "a ring runs the wrong way round",
            Self::Spike => "a ring has a spike",
            Self::CollapsedRing => "a ring encloses nothing",
            Self::SelfIntersection => "a ring crosses or touches itself",
            Self::HoleOutsideShell => "a hole is not inside its shell",
            Self::TouchingRings => "two rings of one part run along each other or overlap",
            Self::OverlappingParts => "two parts overlap or share a line",
        }
    }
}

/// One fault and where it was met first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where.
    pub position: Position,
}

/// One mended fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repair {
    /// What was wrong.
    pub kind: FaultKind,
    /// Where.
    pub position: Position,
    /// By how many km² the boundary's area changed in the round that mended the fault.
    pub changed_km2: f64,
}

/// A sound boundary and what was done to make it so.
#[derive(Clone, Debug, PartialEq)]
pub struct Repaired {
    /// The sound boundary.
    pub geometry: MultiPolygon<f64>,
    /// What was mended, in order; empty when the boundary was sound.
    pub repairs: Vec<Repair>,
    /// Area stated by the rings as they came, in km².
    pub before_km2: f64,
    /// Area of the sound boundary, in km².
    pub after_km2: f64,
}

/// Why a boundary cannot be repaired.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// A coordinate is infinite, not a number or off the Earth.
    #[error("a coordinate is not finite or out of range")]
    NotAPosition,
    /// Nothing is left of the boundary.
    #[error("the boundary encloses no area")]
    Empty,
    /// The boundary was not compared with itself, as that would take too long.
    #[error(transparent)]
    TooIntricate(#[from] TooIntricate),
    /// The repair would change the area by more than [`MAX_CHANGE_PERCENT`].
    #[error(
        "repair would change the area from {before_km2:.3} to {after_km2:.3} km², more than {MAX_CHANGE_PERCENT} %"
    )]
    ChangesTooMuch {
        /// Area stated by the rings, in km².
        before_km2: f64,
        /// Area after the repair, in km².
        after_km2: f64,
        /// The faults that call for the repair.
        faults: Vec<Fault>,
    },
    /// The boundary is still faulty after several rounds.
    #[error("the boundary cannot be untangled")]
    Tangled {
        /// The faults that remain.
        faults: Vec<Fault>,
    },
}

/// The faults of a boundary: of its single rings, and when those are sound, of the rings to each other.
///
/// # Errors
/// When the lines come near each other too often for all faults to be found.
pub fn faults(boundary: &MultiPolygon<f64>) -> Result<Vec<Fault>, TooIntricate> {
    let (tidied, mut found) = tidied(boundary);
    found.extend(tangles(&tidied)?);
    Ok(found)
}

/// Makes a boundary sound.
///
/// Repeated points, spikes, collapsed rings and orientation are mended in place and change no
/// other point. A crossing ring is rebuilt by the even-odd rule: what an odd number of loops
/// enclose is inside. A part is its shell less its holes, and overlapping parts become one. What is
/// rebuilt is rounded to the digits that are stored. A sound boundary comes back as it is.
///
/// # Errors
/// Any [`Refusal`]; above all when the area would change by more than [`MAX_CHANGE_PERCENT`].
pub fn repair(boundary: &MultiPolygon<f64>) -> Result<Repaired, Refusal> {
    if !rings::are_positions(boundary) {
        return Err(Refusal::NotAPosition);
    }
    let before_km2 = measure::area_km2(boundary);
    let mut geometry = boundary.clone();
    let mut repairs = Vec::new();
    let mut last_km2 = before_km2;
    for _ in 0..MOST_ROUNDS {
        let (clean, mut found) = tidied(&geometry);
        let tangles = tangles(&clean)?;
        let is_sound = tangles.is_empty();
        geometry = if is_sound { clean } else { rebuilt(&clean) };
        found.extend(tangles);
        let after_km2 = if found.is_empty() {
            last_km2
        } else {
            measure::area_km2(&geometry)
        };
        let changed_km2 = (after_km2 - last_km2).abs();
        last_km2 = after_km2;
        repairs.extend(found.into_iter().map(|Fault { kind, position }| Repair {
            kind,
            position,
            changed_km2,
        }));
        if is_sound {
            return judged(Repaired {
                geometry,
                repairs,
                before_km2,
                after_km2,
            });
        }
    }
    Err(Refusal::Tangled {
        faults: faults(&geometry)?,
    })
}

fn judged(repaired: Repaired) -> Result<Repaired, Refusal> {
    let Repaired {
        before_km2,
        after_km2,
        ..
    } = repaired;
    if repaired.geometry.0.is_empty() {
        return Err(Refusal::Empty);
    }
    let changed_km2 = (after_km2 - before_km2).abs();
    if changed_km2 > before_km2 * MAX_CHANGE_PERCENT / 100.0 {
        let faults = repaired.repairs.iter().map(|repair| Fault {
            kind: repair.kind,
            position: repair.position,
        });
        return Err(Refusal::ChangesTooMuch {
            before_km2,
            after_km2,
            faults: faults.collect(),
        });
    }
    Ok(repaired)
}

/// The boundary with each ring tidied and turned the right way, and the faults that went with it.
fn tidied(boundary: &MultiPolygon<f64>) -> (MultiPolygon<f64>, Vec<Fault>) {
    let mut found = Vec::new();
    let parts = boundary.iter().filter_map(|part| {
        let shell = ring::tidied(part.exterior(), Role::Shell, &mut found)?;
        let holes = part.interiors().iter();
        let holes = holes.filter_map(|hole| ring::tidied(hole, Role::Hole, &mut found));
        Some(Polygon::new(shell, holes.collect()))
    });
    (parts.collect(), found)
}

/// Faults that only rebuilding mends. Rings are compared with each other once each is simple.
///
/// What passes here can be rebuilt: the crossings of its lines have been counted.
fn tangles(boundary: &MultiPolygon<f64>) -> Result<Vec<Fault>, TooIntricate> {
    let rings: Vec<Ring> = meetings::rings(boundary, 0, 0).collect();
    let effort = Effort::for_lines(meetings::count_lines(&rings));
    let survey = meetings::survey(&rings, |_, _| true, &effort)?;
    let fault = |kind, at: Coord<f64>| Fault {
        kind,
        position: at.into(),
    };
    if !survey.tangled.is_empty() {
        let places = survey.tangled.into_values();
        return Ok(places
            .map(|at| fault(FaultKind::SelfIntersection, at))
            .collect());
    }
    let conflicts = rings::conflicts(&rings, &survey, &effort)?;
    let told = conflicts.into_iter().map(|((kind, _), at)| fault(kind, at));
    Ok(told.collect())
}

fn rings_of(part: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(part.exterior()).chain(part.interiors())
}

/// The boundary made anew by overlay: shells less holes, parts joined.
fn rebuilt(boundary: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let parts: Vec<MultiPolygon<f64>> = boundary
        .iter()
        .map(|part| {
            let shell = overlay::untangled(part.exterior());
            let holes: Vec<_> = part.interiors().iter().map(overlay::untangled).collect();
            overlay::difference(&shell, &overlay::union(holes.iter()))
        })
        .collect();
    overlay::union(parts.iter())
}

#[cfg(test)]
mod tests;
