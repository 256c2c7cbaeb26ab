//! The sides on which rings meet, against what the full relation of two polygons says.

use geo::coordinate_position::CoordPos;
use geo::dimensions::Dimensions;
use geo::{Polygon, Relate};
use proptest::prelude::*;

use super::super::tests::shape;
use super::*;

fn meeting(one: &[(f64, f64)], other: &[(f64, f64)]) -> Option<Meeting> {
    let both: MultiPolygon<f64> = [shape(one), shape(other)].into_iter().flatten().collect();
    let rings: Vec<Ring> = rings(&both, 0, 0).collect();
    let survey = survey(&rings, |_, _| true, &Effort::for_lines(8)).unwrap();
    survey.meetings.get(&(0, 1)).copied()
}

const SQUARE: [(f64, f64); 4] = [(0., 0.), (2., 0.), (2., 2.), (0., 2.)];

#[test]
fn rings_apart_do_not_meet() {
    assert!(meeting(&SQUARE, &[(3., 0.), (4., 0.), (4., 1.)]).is_none());
    assert!(meeting(&SQUARE, &[(0.5, 0.5), (1., 0.5), (1., 1.)]).is_none());
}

#[test]
fn a_ring_that_touches_from_inside_is_within() {
    let inner = meeting(&SQUARE, &[(1., 0.), (1.5, 1.), (0.5, 1.)]).unwrap();
    assert!(inner.is_second_within() && !inner.is_first_within());
    assert!(!inner.is_along && !inner.is_crossing() && inner.is_overlap());
}

#[test]
fn neighbours_run_along_each_other_and_overlap_nowhere() {
    let beside = meeting(&SQUARE, &[(2., 0.), (4., 0.), (4., 2.), (2., 2.)]).unwrap();
    assert!(beside.is_along && !beside.is_overlap());
    let twin = meeting(&SQUARE, &[(2., 0.), (2., 2.), (0., 2.), (0., 0.)]).unwrap();
    assert!(twin.is_along && twin.is_overlap());
    assert!(twin.is_first_within() && twin.is_second_within());
}

#[test]
fn a_ring_that_passes_through_corners_crosses() {
    let diagonal = [(-1., -1.), (3., 3.), (3., 4.), (-1., 0.)];
    assert!(meeting(&SQUARE, &diagonal).unwrap().is_crossing());
}

#[test]
fn crossings_use_up_the_allowance() {
    let teeth = |turned: bool| {
        let tooth = |step: i32| {
            let (at, high) = (f64::from(step), f64::from(step % 4 / 2));
            let (x, y) = (at * 1e-4, high);
            if turned { (y, x + 1e-5) } else { (x + 1e-5, y) }
        };
        let mut corners: Vec<_> = (0..10_000).map(tooth).collect();
        corners.push(if turned { (-1., 0.5) } else { (0.5, -1.) });
        shape(&corners)
    };
    let (comb, other) = (teeth(false), teeth(true));
    let effort = Effort::for_lines(20_000);
    assert!(count(&comb, &other, &effort).is_err());
    assert!(count(&comb, &shape(&SQUARE), &Effort::for_lines(10_000)).is_ok());
}

/// Rings on a coarse lattice, so that they touch, run along each other and share corners often.
fn lattice_ring() -> impl Strategy<Value = Vec<(i32, i32)>> {
    prop::collection::vec((0..7i32, 0..7i32), 3..7)
}

fn simple(corners: &[(i32, i32)]) -> Option<Polygon<f64>> {
    let corners: Vec<_> = corners
        .iter()
        .map(|(x, y)| (f64::from(*x) / 7.0, f64::from(*y) / 7.0))
        .collect();
    let repaired = super::super::boundary::repair(&shape(&corners)).ok()?;
    let [part] = repaired.geometry.0.as_slice() else {
        return None;
    };
    part.interiors().is_empty().then(|| part.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn sides_agree_with_the_relation_of_the_polygons(one in lattice_ring(), other in lattice_ring()) {
        let (one, other) = (simple(&one), simple(&other));
        prop_assume!(one.is_some() && other.is_some());
        let both = MultiPolygon::new(vec![one.unwrap(), other.unwrap()]);
        let rings: Vec<Ring> = rings(&both, 0, 0).collect();
        let survey = survey(&rings, |_, _| true, &Effort::for_lines(20)).unwrap();
        let matrix = both.0[0].relate(&both.0[1]);
        let dimension = |a, b| matrix.get(a, b);
        let (inside, edge) = (CoordPos::Inside, CoordPos::OnBoundary);
        let is_met = dimension(edge, edge) != Dimensions::Empty;
        prop_assert_eq!(is_met, survey.meetings.contains_key(&(0, 1)));
        if let Some(meeting) = survey.meetings.get(&(0, 1)) {
            let is_along = dimension(edge, edge) == Dimensions::OneDimensional;
            prop_assert_eq!(meeting.is_along, is_along);
            let is_overlap = dimension(inside, inside) == Dimensions::TwoDimensional;
            prop_assert_eq!(meeting.is_overlap(), is_overlap);
            prop_assert_eq!(meeting.is_first_within(), matrix.is_within());
            prop_assert_eq!(meeting.is_second_within(), matrix.is_contains());
            let is_crossing = is_overlap && !matrix.is_within() && !matrix.is_contains();
            prop_assert_eq!(meeting.is_crossing(), is_crossing);
        }
    }
}
