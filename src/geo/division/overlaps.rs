//! Land that two areas claim: found pair by pair, refused, or cut from one of the two.

use geo::MultiPolygon;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::super::{AreaShape, measure, overlay};
use super::parcels::{Parcel, Plot, plots};
use super::{Finding, Options, Severity, Slivers};

/// Overlaps of less, in km², come of rounding and are not mentioned (1 m²).
pub(super) const NOISE_KM2: f64 = 1e-6;

/// Two areas, by their places in the list of plots, and what both claim.
struct Overlap {
    first: usize,
    second: usize,
    shape: MultiPolygon<f64>,
    area_km2: f64,
}

/// Finds overlaps of candidates with each other and with registered neighbours.
pub(super) fn check(
    parcels: &mut [Parcel],
    neighbours: &[&AreaShape],
    options: &Options,
    slivers: &mut Slivers,
    findings: &mut Vec<Finding>,
) {
    let found = overlaps(&plots(parcels, neighbours), parcels.len());
    for overlap in found {
        let cut = options
            .repair
            .then(|| cut(parcels, neighbours, &overlap, options))
            .flatten();
        if cut.is_none() && overlap.area_km2 <= options.overlap_tolerance_km2 {
            slivers.overlaps += 1;
            slivers.area_km2 += overlap.area_km2;
            continue;
        }
        let plots = plots(parcels, neighbours);
        let pair = plots.get(overlap.first).zip(plots.get(overlap.second));
        findings.extend(pair.map(|(one, other)| finding(*one, *other, &overlap, options, cut)));
    }
}

/// All overlaps with at least one candidate in them, in the order of the list.
fn overlaps(plots: &[Plot], candidates: usize) -> Vec<Overlap> {
    let leaves = plots.iter().enumerate().map(|(place, plot)| {
        let [low, high] = corners(plot);
        GeomWithData::new(Rectangle::from_corners(low, high), place)
    });
    let tree = RTree::bulk_load(leaves.collect());
    let mut found = Vec::new();
    for (first, plot) in plots.iter().enumerate().take(candidates) {
        let [low, high] = corners(plot);
        let near = tree.locate_in_envelope_intersecting(&AABB::from_corners(low, high));
        let mut near: Vec<usize> = near
            .map(|leaf| leaf.data)
            .filter(|place| *place > first)
            .collect();
        near.sort_unstable();
        for second in near {
            let Some(other) = plots.get(second) else {
                continue;
            };
            let shape = overlay::intersection(plot.boundary, other.boundary);
            let area_km2 = measure::area_km2(&shape);
            if area_km2 > NOISE_KM2 {
                found.push(Overlap {
                    first,
                    second,
                    shape,
                    area_km2,
                });
            }
        }
    }
    found
}

fn corners(plot: &Plot) -> [[f64; 2]; 2] {
    let bbox = plot.bbox;
    [[bbox.west, bbox.south], [bbox.east, bbox.north]]
}

/// What is said of an overlap; `cut` is the code of the area that gave way.
fn finding(
    first: Plot,
    second: Plot,
    overlap: &Overlap,
    options: &Options,
    cut: Option<String>,
) -> Finding {
    let area_km2 = overlap.area_km2;
    let tolerance = options.overlap_tolerance_km2;
    let (severity, end) = cut.map_or_else(
        || {
            (
                Severity::Refused,
                format!("up to {tolerance} km² is tolerated"),
            )
        },
        |code| (Severity::Repaired, format!("it was cut from area {code}")),
    );
    Finding {
        severity,
        rule: "overlap",
        areas: vec![first.code.to_owned(), second.code.to_owned()],
        rows: first.row.into_iter().chain(second.row).collect(),
        area_km2: Some(area_km2),
        position: measure::interior_position(&overlap.shape),
        detail: format!(
            "Areas {} and {} overlap by {area_km2:.6} km²; {end}.",
            first.code, second.code
        ),
    }
}

/// Cuts an overlap from the area that gives way and answers its code; nothing when too much would be lost.
fn cut(
    parcels: &mut [Parcel],
    neighbours: &[&AreaShape],
    overlap: &Overlap,
    options: &Options,
) -> Option<String> {
    let plots = plots(parcels, neighbours);
    let (first, second) = (plots.get(overlap.first)?, plots.get(overlap.second)?);
    // The second may be registered, the first never is.
    let first_yields = second.row.is_none() || first.code > second.code;
    let (place, keeper) = if first_yields {
        (overlap.first, second)
    } else {
        (overlap.second, first)
    };
    let kept = keeper.boundary.clone();
    let parcel = parcels.get_mut(place)?;
    let rest = overlay::difference(parcel.boundary(), &kept);
    let lost_percent = 100.0 * (1.0 - measure::area_km2(&rest) / parcel.first_km2);
    if lost_percent > options.cut_limit_percent {
        return None;
    }
    parcel.reshape(&rest)?;
    Some(parcel.candidate.code.clone())
}
