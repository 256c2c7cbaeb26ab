//! Land that areas enclose and none of them holds: reported, or given to a neighbour when small.

use std::collections::{BTreeMap, BTreeSet};

use geo::orient::Direction;
use geo::{Coord, LinesIter, MultiPolygon, Orient, Polygon};
use rstar::RTree;
use rstar::primitives::{self, GeomWithData};

use super::super::{BBox, measure, overlay};
use super::overlaps::NOISE_KM2;
use super::parcels::Ground;
use super::{Finding, Options, Severity, Slivers};

/// Degrees by which the frame stands off from the areas, so that the outside is one piece.
const MARGIN_DEG: f64 = 0.01;

/// Degrees within which a gap's edge lies on an area's: twice the last stored digit.
const ON_EDGE_DEG: f64 = 2e-7;

/// A piece of land that no area holds.
struct Gap {
    shape: MultiPolygon<f64>,
    area_km2: f64,
    /// The areas around it, by place.
    contacts: Vec<Contact>,
    /// The candidate that has the longest line in common with it.
    heir: usize,
}

/// Finds gaps that border on a candidate.
pub(super) fn check(
    ground: &mut Ground,
    options: &Options,
    slivers: &mut Slivers,
    findings: &mut Vec<Finding>,
) {
    let gaps = beside_candidates(ground);
    let filled = if options.repair {
        fill(ground, &gaps, options)
    } else {
        BTreeSet::new()
    };
    for gap in gaps {
        let is_filled = is_fillable(&gap, options) && filled.contains(&gap.heir);
        if !is_filled && gap.area_km2 <= options.gap_tolerance_km2 {
            if gap.area_km2 > NOISE_KM2 {
                slivers.gaps += 1;
                slivers.area_km2 += gap.area_km2;
            }
            continue;
        }
        findings.push(finding(&gap, ground, is_filled));
    }
}

fn beside_candidates(ground: &Ground) -> Vec<Gap> {
    let shapes = gaps(ground);
    if shapes.is_empty() {
        return Vec::new();
    }
    let edges = Edges::new(ground);
    let gap = |shape: MultiPolygon<f64>| {
        let contacts = edges.contacts(&shape);
        let own = contacts
            .iter()
            .filter(|contact| contact.place < ground.parcels.len());
        let heir = own.reduce(|best, contact| {
            if contact.length > best.length {
                contact
            } else {
                best
            }
        });
        Some(Gap {
            heir: heir?.place,
            area_km2: measure::area_km2(&shape),
            contacts,
            shape,
        })
    };
    shapes.into_iter().filter_map(gap).collect()
}

/// The pieces that the union of all areas leaves out of a frame, but for the one that meets the frame.
fn gaps(ground: &Ground) -> Vec<MultiPolygon<f64>> {
    let boxes = ground.plots().map(|plot| plot.bbox);
    let Some(bbox) = boxes.reduce(|a, b| a.joined(b)) else {
        return Vec::new();
    };
    let ordered: Vec<_> = ground
        .plots()
        .map(|plot| plot.boundary.orient(Direction::Default))
        .collect();
    let union = overlay::union(ordered.iter());
    let frame = frame(bbox);
    let left_out = overlay::difference(&MultiPolygon::new(vec![frame]), &union);
    let enclosed = left_out.into_iter().filter(|piece| {
        BBox::of(&MultiPolygon::new(vec![piece.clone()])).is_some_and(|piece| {
            bbox.west <= piece.west
                && bbox.south <= piece.south
                && piece.east <= bbox.east
                && piece.north <= bbox.north
        })
    });
    enclosed
        .map(|piece| MultiPolygon::new(vec![piece]))
        .collect()
}

fn frame(bbox: BBox) -> Polygon<f64> {
    let low = Coord {
        x: bbox.west - MARGIN_DEG,
        y: bbox.south - MARGIN_DEG,
    };
    let high = Coord {
        x: bbox.east + MARGIN_DEG,
        y: bbox.north + MARGIN_DEG,
    };
    geo::Rect::new(low, high)
        .to_polygon()
        .orient(Direction::Default)
}

/// An area, by its place in the list of plots, and the length in degrees that it shares with a gap.
struct Contact {
    place: usize,
    length: f64,
}

/// The lines of all areas, each with the place of its area.
struct Edges {
    tree: RTree<GeomWithData<primitives::Line<[f64; 2]>, usize>>,
}

impl Edges {
    fn new(ground: &Ground) -> Self {
        let edges = ground.plots().enumerate().flat_map(|(place, plot)| {
            let lines = plot.boundary.lines_iter();
            lines.map(move |line| {
                let ends = primitives::Line::new(line.start.into(), line.end.into());
                GeomWithData::new(ends, place)
            })
        });
        Self {
            tree: RTree::bulk_load(edges.collect()),
        }
    }

    /// The areas on whose lines the middles of a gap's lines lie.
    fn contacts(&self, gap: &MultiPolygon<f64>) -> Vec<Contact> {
        let mut lengths: BTreeMap<usize, f64> = BTreeMap::new();
        for line in gap.lines_iter() {
            let middle = (line.start + line.end) / 2.0;
            let near = self
                .tree
                .locate_within_distance(middle.into(), ON_EDGE_DEG * ON_EDGE_DEG);
            let areas: BTreeSet<usize> = near.map(|edge| edge.data).collect();
            for place in areas {
                *lengths.entry(place).or_default() += line.delta().x.hypot(line.delta().y);
            }
        }
        let contacts = lengths.into_iter();
        contacts
            .map(|(place, length)| Contact { place, length })
            .collect()
    }
}

fn is_fillable(gap: &Gap, options: &Options) -> bool {
    options.repair && gap.area_km2 < options.gap_fill_limit_km2
}

/// Gives the small gaps to their heirs, all of an heir at once; answers the heirs that took them.
fn fill(ground: &mut Ground, gaps: &[Gap], options: &Options) -> BTreeSet<usize> {
    let mut gifts: BTreeMap<usize, Vec<&MultiPolygon<f64>>> = BTreeMap::new();
    for gap in gaps.iter().filter(|gap| is_fillable(gap, options)) {
        gifts.entry(gap.heir).or_default().push(&gap.shape);
    }
    let take = |(heir, gaps): (usize, Vec<&MultiPolygon<f64>>)| {
        let parcel = ground.parcels.get_mut(heir)?;
        let own = std::iter::once(parcel.boundary());
        let whole = overlay::union(own.chain(gaps));
        parcel.reshape(&whole)?;
        Some(heir)
    };
    gifts.into_iter().filter_map(take).collect()
}

fn finding(gap: &Gap, ground: &Ground, is_filled: bool) -> Finding {
    let area_km2 = gap.area_km2;
    let around = || {
        let contacts = gap.contacts.iter();
        contacts.filter_map(|contact| ground.plot(contact.place))
    };
    let areas: Vec<String> = around().map(|plot| plot.code.to_owned()).collect();
    let heir = ground.plot(gap.heir).filter(|_| is_filled);
    let severity = heir.map_or(Severity::Warning, |_| Severity::Repaired);
    let end = heir.map_or_else(String::new, |plot| {
        format!(" It was added to area {}.", plot.code)
    });
    let detail = format!(
        "A gap of {area_km2:.6} km² lies between areas {}.{end}",
        areas.join(", ")
    );
    Finding {
        severity,
        rule: "gap",
        rows: around().filter_map(|plot| plot.row).collect(),
        areas,
        area_km2: Some(area_km2),
        position: measure::interior_position(&gap.shape),
        detail,
    }
}
