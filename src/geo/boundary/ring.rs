//! One ring, tidied without moving a point.

use geo::kernels::{Kernel, RobustKernel};
use geo::winding_order::{Winding, WindingOrder};
use geo::{Coord, LineString, Orientation};

use super::super::meetings::Role;
use super::{Fault, FaultKind};

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
    let mut rest = kept.as_slice();
    while let Some(cut) = seam_fault(rest) {
        rest = cut.rest;
        if cut.is_tip {
            spike.get_or_insert(cut.removed);
        } else if spike.is_none() {
            repeated.get_or_insert(cut.removed);
        }
    }
    *kept = rest.to_vec();
    result
}

/// A point to leave out where the end of a ring meets its start.
struct SeamFault<'a> {
    removed: Coord<f64>,
    /// Whether it is the tip of a spike; else it is a repeated point.
    is_tip: bool,
    /// The points without it.
    rest: &'a [Coord<f64>],
}

fn seam_fault(kept: &[Coord<f64>]) -> Option<SeamFault<'_>> {
    let fault = |removed: &Coord<f64>, is_tip, rest| SeamFault {
        removed: *removed,
        is_tip,
        rest,
    };
    match kept {
        [rest @ .., last] if rest.first() == Some(last) => Some(fault(last, false, rest)),
        [rest @ .., last]
            if let [first, .., before] = rest
                && is_spike(*before, *last, *first) =>
        {
            Some(fault(last, true, rest))
        }
        [first, rest @ ..]
            if let [second, .., last] = rest
                && is_spike(*last, *first, *second) =>
        {
            Some(fault(first, true, rest))
        }
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
