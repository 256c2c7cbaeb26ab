//! Land that two areas claim: found pair by pair, refused, or cut from one of the two.

use std::collections::BTreeSet;

use geo::{CoordsIter, MultiPolygon};

use super::super::effort::{Effort, Exhausted};
use super::super::meetings::{self, Ring};
use super::super::nesting::Nesting;
use super::super::{Position, measure, overlay};
use super::parcels::{Ground, Plot};
use super::{Finding, Options, Severity, Slivers};

/// Overlaps of less, in km², come of rounding and are not mentioned (1 m²).
pub(super) const NOISE_KM2: f64 = 1e-6;

/// Two areas, by their places in the list, that cannot be compared within the allowance.
pub(super) struct Intricate {
    areas: [usize; 2],
    position: Option<Position>,
}

/// Two areas, by their places in the list, and what both claim.
struct Overlap {
    first: usize,
    second: usize,
    shape: MultiPolygon<f64>,
    area_km2: f64,
}

/// Finds overlaps of candidates with each other and with registered neighbours.
pub(super) fn check(
    ground: &mut Ground,
    options: &Options,
    slivers: &mut Slivers,
    findings: &mut Vec<Finding>,
) -> Result<(), Intricate> {
    let plots: Vec<Plot> = ground.plots().collect();
    let lines = plots.iter().map(|plot| plot.boundary.coords_count()).sum();
    let effort = Effort::for_lines(lines);
    for overlap in overlaps(&plots, ground.parcels.len(), &effort)? {
        let cut = if options.repair {
            cut(ground, &overlap, options, &effort)?
        } else {
            None
        };
        if cut.is_none() && overlap.area_km2 <= options.overlap_tolerance_km2 {
            slivers.overlaps += 1;
            slivers.area_km2 += overlap.area_km2;
            continue;
        }
        let pair = ground.plot(overlap.first).zip(ground.plot(overlap.second));
        findings.extend(pair.map(|(one, other)| finding(one, other, &overlap, options, cut)));
    }
    Ok(())
}

/// All overlaps with at least one candidate in them, in the order of the list.
fn overlaps(plots: &[Plot], candidates: usize, effort: &Effort) -> Result<Vec<Overlap>, Intricate> {
    let mut found = Vec::new();
    for (first, second) in claimed_twice(plots, candidates, effort)? {
        let (Some(one), Some(other)) = (plots.get(first), plots.get(second)) else {
            continue;
        };
        let lines = one.boundary.coords_count() + other.boundary.coords_count();
        let Some(common) = overlay::common(one.boundary, other.boundary) else {
            continue;
        };
        if !effort.spend(lines) || !effort.overlay(common.lines()) {
            return Err(Intricate {
                areas: [first, second],
                position: measure::interior_position(one.boundary),
            });
        }
        let shape = overlay::intersection(&common);
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
    Ok(found)
}

/// The pairs of areas with a candidate in them whose insides meet.
fn claimed_twice(
    plots: &[Plot],
    candidates: usize,
    effort: &Effort,
) -> Result<BTreeSet<(usize, usize)>, Intricate> {
    let own = plots.iter().take(candidates).map(|plot| plot.bbox);
    let Some(bbox) = own.reduce(|a, b| a.joined(b)) else {
        return Ok(BTreeSet::new());
    };
    let near = plots.iter().enumerate();
    let mut rings: Vec<Ring> = Vec::new();
    let mut area_of = Vec::new();
    for (place, plot) in near.filter(|(_, plot)| plot.bbox.meets(bbox)) {
        rings.extend(meetings::rings(plot.boundary, place, area_of.len()));
        area_of.resize(area_of.len() + plot.boundary.0.len(), place);
    }
    let matters =
        |one: &Ring, other: &Ring| one.area != other.area && one.area.min(other.area) < candidates;
    let intricate = |Exhausted {
                         rings: pair,
                         position,
                     }: Exhausted| Intricate {
        areas: pair.map(|ring| rings.get(ring).map_or(0, |ring| ring.area)),
        position: Some(position),
    };
    let survey = meetings::survey(&rings, matters, effort).map_err(intricate)?;
    let overlaps = Nesting::new(&rings, &survey, effort).overlaps(matters);
    let parts = overlaps.map_err(intricate)?.into_keys();
    let areas = parts.filter_map(|(one, other)| {
        let pair = area_of.get(one).copied().zip(area_of.get(other).copied());
        pair.map(|(one, other)| (one.min(other), one.max(other)))
    });
    Ok(areas.collect())
}

/// What is said of areas that cannot be compared.
pub(super) fn too_intricate(ground: &Ground, intricate: &Intricate) -> Finding {
    let plots: BTreeSet<usize> = intricate.areas.into_iter().collect();
    let plots: Vec<Plot> = plots
        .into_iter()
        .filter_map(|place| ground.plot(place))
        .collect();
    let areas: Vec<String> = plots.iter().map(|plot| plot.code.to_owned()).collect();
    Finding {
        severity: Severity::Refused,
        rule: "too_intricate",
        detail: format!(
            "The boundaries cannot be compared with each other: their lines come near each other too often. The allowance was used up at area {}.",
            areas.join(" and ")
        ),
        areas,
        rows: plots.iter().filter_map(|plot| plot.row).collect(),
        area_km2: None,
        position: intricate.position,
    }
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
    ground: &mut Ground,
    overlap: &Overlap,
    options: &Options,
    effort: &Effort,
) -> Result<Option<String>, Intricate> {
    let pair = ground.plot(overlap.first).zip(ground.plot(overlap.second));
    let Some((first, second)) = pair else {
        return Ok(None);
    };
    if !effort.overlay(first.boundary.coords_count() + second.boundary.coords_count()) {
        return Err(Intricate {
            areas: [overlap.first, overlap.second],
            position: measure::interior_position(&overlap.shape),
        });
    }
    // The second may be registered, the first never is.
    let first_yields = second.row.is_none() || first.code > second.code;
    let (place, yielding, keeper) = if first_yields {
        (overlap.first, first, second)
    } else {
        (overlap.second, second, first)
    };
    let rest = overlay::difference(yielding.boundary, keeper.boundary);
    Ok(ground.parcels.get_mut(place).and_then(|parcel| {
        let lost_percent = 100.0 * (1.0 - measure::area_km2(&rest) / parcel.first_km2);
        let is_little = lost_percent <= options.cut_limit_percent;
        is_little.then(|| parcel.reshape(&rest)).flatten()?;
        Some(parcel.candidate.code.clone())
    }))
}
