//! The rings of a boundary to each other, each of them simple already.

use std::collections::BTreeMap;

use geo::{Coord, LineString, MultiPolygon};

use super::super::Position;
use super::super::effort::{Effort, Exhausted};
use super::super::meetings::{Meeting, Ring, Role, Survey};
use super::super::nesting::Nesting;
use super::{FaultKind, rings_of};

/// What is wrong with which ring, and where.
pub(super) type Conflicts = BTreeMap<(FaultKind, usize), Coord<f64>>;

/// Whether all coordinates are finite and on the Earth.
pub(super) fn are_positions(boundary: &MultiPolygon<f64>) -> bool {
    let mut coords = boundary
        .iter()
        .flat_map(rings_of)
        .flat_map(LineString::coords);
    coords.all(|coord| Position::new(coord.x, coord.y).is_some())
}

/// Holes outside their shells, rings along each other, parts over each other.
///
/// Each is told of the later one of two rings, and of a ring once. Rings that meet are judged by
/// the corners where they do, and those that do not by one point.
pub(super) fn conflicts(
    rings: &[Ring],
    survey: &Survey,
    effort: &Effort,
) -> Result<Conflicts, Exhausted> {
    let mut found = Conflicts::new();
    for ((first, second), meeting) in &survey.meetings {
        let pair = rings.get(*first).zip(rings.get(*second));
        if let Some(kind) = pair.and_then(|(one, other)| at_meeting(one, other, meeting)) {
            found.entry((kind, *second)).or_insert(meeting.at);
        }
    }
    let shells = shells(rings);
    let mut nesting = Nesting::new(rings, survey, effort);
    for (place, hole) in rings.iter().enumerate() {
        if let (Role::Hole, Some(shell)) = (hole.role, shells.get(&hole.part)) {
            let around = nesting.around(place, |ring| ring.part == hole.part)?;
            let at = hole.line.0.first().copied().unwrap_or_default();
            for (kind, ring) in misplaced(place, *shell, &around, survey) {
                found.entry((kind, ring)).or_insert(at);
            }
        }
    }
    for ((_, later), at) in nesting.overlaps(|_, _| true)? {
        if let Some(shell) = shells.get(&later) {
            let fault = (FaultKind::OverlappingParts, *shell);
            found.entry(fault).or_insert(at);
        }
    }
    Ok(found)
}

/// The fault of two rings whose lines meet, where that is one by itself.
fn at_meeting(one: &Ring, other: &Ring, meeting: &Meeting) -> Option<FaultKind> {
    if one.part != other.part {
        return meeting.is_along.then_some(FaultKind::OverlappingParts);
    }
    let is_outside = one.role == Role::Shell && !meeting.is_second_within();
    if is_outside {
        return Some(FaultKind::HoleOutsideShell);
    }
    let is_overlap = one.role == Role::Hole && meeting.is_overlap();
    (meeting.is_along || is_overlap).then_some(FaultKind::TouchingRings)
}

/// Whether a hole that meets neither lies outside its shell or in another hole, by the rings of its part around it.
fn misplaced<'a>(
    hole: usize,
    shell: usize,
    around: &'a [usize],
    survey: &'a Survey,
) -> impl Iterator<Item = (FaultKind, usize)> + 'a {
    let is_apart = move |other: usize| {
        let pair = (hole.min(other), hole.max(other));
        !survey.meetings.contains_key(&pair)
    };
    let is_outside = !around.contains(&shell) && is_apart(shell);
    let others = around.iter().filter(move |other| **other != shell);
    let in_hole = others.filter(move |other| is_apart(**other));
    is_outside
        .then_some((FaultKind::HoleOutsideShell, hole))
        .into_iter()
        .chain(in_hole.map(move |other| (FaultKind::TouchingRings, hole.max(*other))))
}

/// The place of each part's shell.
fn shells(rings: &[Ring]) -> BTreeMap<usize, usize> {
    let numbered = rings.iter().enumerate();
    let shells = numbered.filter(|(_, ring)| ring.role == Role::Shell);
    shells.map(|(place, ring)| (ring.part, place)).collect()
}
