//! Land that areas enclose and none of them holds: reported, or given to a neighbour when small.

use geo::algorithm::line_measures::{Distance, Euclidean};
use geo::orient::Direction;
use geo::{Coord, Line, LinesIter, MultiPolygon, Orient, Point, Polygon};

use super::super::{AreaShape, BBox, measure, overlay};
use super::overlaps::NOISE_KM2;
use super::parcels::{Parcel, Plot, plots};
use super::{Finding, Options, Severity, Slivers};

/// Degrees by which the frame stands off from the areas, so that the outside is one piece.
const MARGIN_DEG: f64 = 0.01;

/// Degrees within which a gap's edge lies on an area's: twice the last stored digit.
const ON_EDGE_DEG: f64 = 2e-7;

/// Finds gaps that border on a candidate.
pub(super) fn check(
    parcels: &mut [Parcel],
    neighbours: &[&AreaShape],
    options: &Options,
    slivers: &mut Slivers,
    findings: &mut Vec<Finding>,
) {
    for gap in gaps(&plots(parcels, neighbours)) {
        let area_km2 = measure::area_km2(&gap);
        let contacts = contacts(&gap, &plots(parcels, neighbours));
        let Some(heir) = contacts
            .iter()
            .filter(|contact| contact.place < parcels.len())
            .fold(None, |best: Option<&Contact>, contact| match best {
                Some(best) if best.length >= contact.length => Some(best),
                _ => Some(contact),
            })
        else {
            continue;
        };
        let is_small = options.repair && area_km2 < options.gap_fill_limit_km2;
        let filled = is_small.then(|| fill(parcels, heir.place, &gap)).flatten();
        if filled.is_none() && area_km2 <= options.gap_tolerance_km2 {
            if area_km2 > NOISE_KM2 {
                slivers.gaps += 1;
                slivers.area_km2 += area_km2;
            }
            continue;
        }
        findings.push(finding(
            &gap,
            &contacts,
            &plots(parcels, neighbours),
            filled,
        ));
    }
}

/// The pieces that the union of all areas leaves out of a frame, but for the one that meets the frame.
fn gaps(plots: &[Plot]) -> Vec<MultiPolygon<f64>> {
    let Some(bbox) = plots
        .iter()
        .map(|plot| plot.bbox)
        .reduce(|a, b| a.joined(b))
    else {
        return Vec::new();
    };
    let ordered: Vec<_> = plots
        .iter()
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

fn contacts(gap: &MultiPolygon<f64>, plots: &[Plot]) -> Vec<Contact> {
    let Some(bbox) = BBox::of(gap) else {
        return Vec::new();
    };
    let near = plots
        .iter()
        .enumerate()
        .filter(|(_, plot)| plot.bbox.meets(bbox));
    let measured = near.map(|(place, plot)| {
        let edges = plot.boundary.lines_iter().filter(|line| meets(*line, bbox));
        let edges: Vec<Line<f64>> = edges.collect();
        let shared = gap.lines_iter().filter(|line| {
            let middle = Point((line.start + line.end) / 2.0);
            edges
                .iter()
                .any(|edge| Euclidean.distance(&middle, edge) < ON_EDGE_DEG)
        });
        let length = shared
            .map(|line| line.delta().x.hypot(line.delta().y))
            .sum();
        Contact { place, length }
    });
    measured.filter(|contact| contact.length > 0.0).collect()
}

fn meets(line: Line<f64>, bbox: BBox) -> bool {
    line.start.x.max(line.end.x) >= bbox.west
        && line.start.x.min(line.end.x) <= bbox.east
        && line.start.y.max(line.end.y) >= bbox.south
        && line.start.y.min(line.end.y) <= bbox.north
}

/// Gives a gap to a candidate; answers its code.
fn fill(parcels: &mut [Parcel], place: usize, gap: &MultiPolygon<f64>) -> Option<String> {
    let parcel = parcels.get_mut(place)?;
    let whole = overlay::union([parcel.boundary(), gap].into_iter());
    parcel.reshape(&whole)?;
    Some(parcel.candidate.code.clone())
}

fn finding(
    gap: &MultiPolygon<f64>,
    contacts: &[Contact],
    plots: &[Plot],
    filled: Option<String>,
) -> Finding {
    let area_km2 = measure::area_km2(gap);
    let around = || {
        contacts
            .iter()
            .filter_map(|contact| plots.get(contact.place))
    };
    let areas: Vec<String> = around().map(|plot| plot.code.to_owned()).collect();
    let severity = filled
        .as_ref()
        .map_or(Severity::Warning, |_| Severity::Repaired);
    let end = filled.map_or_else(String::new, |code| format!(" It was added to area {code}."));
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
        position: measure::interior_position(gap),
        detail,
    }
}
