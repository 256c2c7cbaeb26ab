//! One ring: tidied without moving a point, and searched for crossings.

use geo::kernels::{Kernel, RobustKernel};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::winding_order::{Winding, WindingOrder};
use geo::{BoundingRect, Coord, Intersects, Line, LineString, Orientation};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::{Fault, FaultKind};

/// Which side of a ring is inside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Shell,
    Hole,
}

/// The ring without repeated points and spikes, turned as its role asks; nothing when it collapses.
///
/// Each kind of fault is added to `found` once, with its first position.
pub(super) fn tidied(
    ring: &LineString<f64>,
    role: Role,
    found: &mut Vec<Fault>,
) -> Option<LineString<f64>> {
    let first = *ring.0.first()?;
    let Unspiked {
        mut kept,
        repeated,
        spike,
    } = unspiked(ring);
    let note = |kind, coord: Option<Coord<f64>>| {
        coord.map(|coord| Fault {
            kind,
            position: coord.into(),
        })
    };
    found.extend(note(FaultKind::RepeatedPoint, repeated));
    found.extend(note(FaultKind::Spike, spike));
    if kept.len() < 3 {
        found.extend(note(FaultKind::CollapsedRing, Some(first)));
        return None;
    }
    kept.extend(kept.first().copied());
    let mut tidy = LineString::new(kept);
    let wanted = match role {
        Role::Shell => WindingOrder::CounterClockwise,
        Role::Hole => WindingOrder::Clockwise,
    };
    // No winding order: the ring crosses itself so that the sides cannot be told; left to `rebuilt`.
    if tidy.winding_order().is_some_and(|order| order != wanted) {
        found.extend(note(FaultKind::WrongOrientation, Some(first)));
        tidy.0.reverse();
    }
    Some(tidy)
}

/// The points of a ring, not closed, that are neither repeated nor the tip of a spike.
#[derive(Default)]
struct Unspiked {
    kept: Vec<Coord<f64>>,
    /// The first point that was left out because it was repeated.
    repeated: Option<Coord<f64>>,
    /// The first tip that was cut off.
    spike: Option<Coord<f64>>,
}

fn unspiked(ring: &LineString<f64>) -> Unspiked {
    let open = ring.0.split_last().map_or(&[][..], |(_, open)| open);
    let mut result = Unspiked::default();
    let Unspiked {
        kept,
        repeated,
        spike,
    } = &mut result;
    for next in open {
        let cut = cut_spikes(kept, *next);
        if kept.last() != Some(next) {
            kept.push(*next);
        } else if cut.is_none() {
            // The foot of a spike that was cut is met twice, which is no fault of its own.
            repeated.get_or_insert(*next);
        }
        *spike = spike.or(cut);
    }
    // The seam: the end may repeat the start or form a spike with it, again and again.
    while let Some((place, is_tip)) = seam_fault(kept) {
        let removed = kept.remove(place);
        if is_tip {
            spike.get_or_insert(removed);
        } else if spike.is_none() {
            repeated.get_or_insert(removed);
        }
    }
    result
}

/// The place of a point to leave out where the end meets the start, and whether it is a tip.
fn seam_fault(kept: &[Coord<f64>]) -> Option<(usize, bool)> {
    match kept {
        [first, .., last] if first == last => Some((kept.len() - 1, false)),
        [first, .., before, last] if is_spike(*before, *last, *first) => {
            Some((kept.len() - 1, true))
        }
        [first, second, .., last] if is_spike(*last, *first, *second) => Some((0, true)),
        _ => None,
    }
}

/// Takes back the tips of spikes that `next` would make; answers the first one.
fn cut_spikes(kept: &mut Vec<Coord<f64>>, next: Coord<f64>) -> Option<Coord<f64>> {
    let mut cut = None;
    while let [.., before, tip] = kept.as_slice()
        && is_spike(*before, *tip, next)
    {
        cut = cut.or(Some(*tip));
        kept.pop();
    }
    cut
}

/// Whether the line turns back on itself at `tip`.
fn is_spike(before: Coord<f64>, tip: Coord<f64>, after: Coord<f64>) -> bool {
    let (way, back) = (tip - before, after - tip);
    way.x * back.x + way.y * back.y < 0.0
        && RobustKernel::orient2d(before, tip, after) == Orientation::Collinear
}

/// The first place where a tidy ring crosses or touches itself.
pub(super) fn crossing(ring: &LineString<f64>) -> Option<Fault> {
    let lines: Vec<Line<f64>> = ring.lines().collect();
    let boxed = |(index, line): (usize, &Line<f64>)| {
        GeomWithData::new(Rectangle::from_aabb(envelope(line)), index)
    };
    let tree = RTree::bulk_load(lines.iter().enumerate().map(boxed).collect());
    for (index, line) in lines.iter().enumerate() {
        for near in tree.locate_in_envelope_intersecting(&envelope(line)) {
            let is_next = near.data == index + 1 || (index == 0 && near.data + 1 == lines.len());
            if near.data <= index || is_next {
                continue;
            }
            if let Some(other) = lines.get(near.data).filter(|other| line.intersects(*other)) {
                return Some(Fault {
                    kind: FaultKind::SelfIntersection,
                    position: meeting(*line, *other).into(),
                });
            }
        }
    }
    None
}

/// A point common to two lines that meet.
fn meeting(line: Line<f64>, other: Line<f64>) -> Coord<f64> {
    match line_intersection(line, other) {
        Some(LineIntersection::SinglePoint { intersection, .. }) => intersection,
        Some(LineIntersection::Collinear { intersection }) => intersection.start,
        None => line.start,
    }
}

fn envelope(line: &Line<f64>) -> AABB<[f64; 2]> {
    let rect = line.bounding_rect();
    AABB::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y])
}
