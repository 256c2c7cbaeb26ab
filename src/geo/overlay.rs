//! Set operations on boundaries, done on the grid of stored digits so that results need no rounding.
//!
//! The overlay of `geo` works on a grid of 32-bit integers which it lays over the box of its input.
//! Rounding its results afterwards to stored digits can make rings touch or cross again. Here the
//! grid is chosen instead: coordinates are whole numbers of the last stored digit, and two rings
//! of one point each stretch the box until the overlay's own grid has just that width.

mod loops;
mod near;

use geo::algorithm::bool_ops::unary_union;
use geo::{BooleanOps, BoundingRect, Coord, LineString, MapCoords, MultiPolygon, Polygon};

use super::geometry::DECIMALS;
pub(super) use near::{Common, common};

/// Half the width of a box, in grid steps, at which the overlay's grid has a step of one.
///
/// `i_overlay` scales by 2^(29 − ⌊log₂ half width⌋); wider inputs get a step of two or four.
const REACH: f64 = 536_870_912.0;

/// What at least one of the boundaries holds. Each must be sound.
pub(super) fn union<'a>(shapes: impl Iterator<Item = &'a MultiPolygon<f64>>) -> MultiPolygon<f64> {
    let mut parts: Vec<Polygon<f64>> = shapes
        .flatten()
        .map(|part| part.map_coords(enlarged))
        .collect();
    parts.extend(frame(&parts));
    stored(&unary_union(&parts))
}

/// What both of two boundaries hold.
pub(super) fn intersection(common: &Common) -> MultiPolygon<f64> {
    let (a, b) = framed(&common.a, &common.b);
    stored(&a.intersection(&b))
}

/// What the first boundary holds and the second does not.
pub(super) fn difference(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let (a, b) = framed(a, b);
    stored(&a.difference(&b))
}

/// What an odd number of loops of a ring enclose.
pub(super) fn untangled(ring: &LineString<f64>) -> MultiPolygon<f64> {
    let tangled = MultiPolygon::new(vec![Polygon::new(ring.clone(), vec![])]);
    let (tangled, nothing) = framed(&tangled, &MultiPolygon::new(vec![]));
    // The even-odd rule is the default of all operations of `BooleanOps`.
    stored(&tangled.union(&nothing))
}

fn framed(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> (MultiPolygon<f64>, MultiPolygon<f64>) {
    let (mut a, b) = (a.map_coords(enlarged), b.map_coords(enlarged));
    let both: Vec<Polygon<f64>> = a.iter().chain(&b).cloned().collect();
    a.0.extend(frame(&both));
    (a, b)
}

/// Two rings of one point each, which enclose nothing and only widen the box.
fn frame(parts: &[Polygon<f64>]) -> Vec<Polygon<f64>> {
    let boxes = parts.iter().filter_map(BoundingRect::bounding_rect);
    let Some((low, high)) = boxes
        .map(|rect| (rect.min(), rect.max()))
        .reduce(|(a, b), (c, d)| {
            let low = Coord {
                x: a.x.min(c.x),
                y: a.y.min(c.y),
            };
            let high = Coord {
                x: b.x.max(d.x),
                y: b.y.max(d.y),
            };
            (low, high)
        })
    else {
        return Vec::new();
    };
    let centre = Coord {
        x: f64::midpoint(low.x, high.x).round(),
        y: f64::midpoint(low.y, high.y).round(),
    };
    let needed = (high.x - centre.x).max(high.y - centre.y) + 1.0;
    let mut reach = REACH;
    while reach < needed {
        reach *= 2.0;
    }
    let corner = Coord { x: reach, y: reach };
    let dot = |coord| Polygon::new(LineString::new(vec![coord; 4]), vec![]);
    vec![dot(centre - corner), dot(centre + corner)]
}

/// Degrees to grid steps.
fn enlarged(coord: Coord<f64>) -> Coord<f64> {
    let scale = 10_f64.powi(DECIMALS);
    Coord {
        x: (coord.x * scale).round(),
        y: (coord.y * scale).round(),
    }
}

/// Grid steps to degrees, with rings that touch themselves split.
fn stored(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let scale = 10_f64.powi(DECIMALS);
    loops::split(shape.map_coords(|coord| Coord {
        x: coord.x / scale + 0.0,
        y: coord.y / scale + 0.0,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{shape, square};
    use super::super::{geometry, measure};
    use super::*;

    fn common_land(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> MultiPolygon<f64> {
        common(a, b).map_or_else(|| MultiPolygon::new(vec![]), |common| intersection(&common))
    }

    #[test]
    fn neighbours_on_the_grid_share_nothing() {
        let (west, east) = (square(103.1, 22.1, 0.1), square(103.2, 22.1, 0.1));
        assert!(common_land(&west, &east).0.is_empty());
        assert_eq!(union([&west, &east].into_iter()).0.len(), 1);
        assert!(difference(&west, &west).0.is_empty());
    }

    #[test]
    fn half_the_globe_can_be_handled() {
        let world = square(-90.0, -90.0, 180.0);
        let rest = difference(&world, &square(0.0, 0.0, 1.0));
        let lost = measure::area_km2(&square(0.0, 0.0, 1.0));
        assert_eq!(rest.0[0].interiors().len(), 1);
        assert!((measure::area_km2(&world) - measure::area_km2(&rest) - lost).abs() < 1.0);
    }

    proptest! {
        #[test]
        fn results_have_stored_digits_and_do_not_depend_on_order(
            corners in prop::collection::vec((102.0..104.0f64, 21.0..23.0f64), 6),
        ) {
            let triangle = |range| shape(corners.get(range).unwrap());
            let round = |shape: MultiPolygon<f64>| shape.map_coords(geometry::rounded);
            let (a, b) = (round(triangle(0..3)), round(triangle(3..6)));
            let (there, back) = (common_land(&a, &b), common_land(&b, &a));
            prop_assert_eq!(there.map_coords(geometry::rounded), there.clone());
            let (there, back) = (measure::area_km2(&there), measure::area_km2(&back));
            prop_assert!((there - back).abs() < 1e-6, "{} {}", there, back);
        }

        #[test]
        fn what_is_far_from_the_other_boundary_does_not_count(
            reaches in prop::collection::vec(0.1..1.0f64, 48),
            east in 0.0..2.5f64, north in 0.0..2.5f64,
        ) {
            let star = |reaches: &[f64], east: f64, north: f64| {
                let turn = std::f64::consts::TAU / f64::from(u32::try_from(reaches.len()).unwrap());
                let numbered = (0..).map(f64::from).zip(reaches);
                let corners = numbered.map(|(place, reach)| {
                    let (sine, cosine) = (turn * place).sin_cos();
                    (103.0 + east + reach * cosine, 21.0 + north + reach * sine)
                });
                shape(&corners.collect::<Vec<_>>()).map_coords(geometry::rounded)
            };
            let (a, b) = (star(&reaches[..32], 0.0, 0.0), star(&reaches[32..], east, north));
            let (whole, other) = framed(&a, &b);
            let exact = measure::area_km2(&stored(&whole.intersection(&other)));
            let found = measure::area_km2(&common_land(&a, &b));
            prop_assert!((exact - found).abs() < 1e-6, "{} {}", exact, found);
        }
    }
}
