//! What the atlas promises: one area per layer and day, and the same answer as asking every area.

use geo::{Coord, Intersects, Point};
use proptest::prelude::*;

use super::super::tests::{area, real, square, tessellation, year};
use super::*;

fn at(longitude: f64, latitude: f64) -> Position {
    Position::new(longitude, latitude).unwrap()
}

fn between(mut shape: AreaShape, from: i32, to: i32) -> AreaShape {
    shape.valid_from = year(from);
    shape.valid_to = Some(year(to));
    shape
}

#[test]
fn a_shared_border_goes_to_the_lowest_code() {
    let shapes = vec![
        area(1, "109", square(1.0, 0.0, 1.0)),
        area(2, "108", square(0.0, 0.0, 1.0)),
    ];
    let atlas = Atlas::new(shapes);
    assert_eq!(atlas.locate(at(1.0, 0.5)), [2]);
    assert_eq!(atlas.locate(at(1.5, 0.5)), [1]);
    assert_eq!(atlas.locate(at(3.0, 0.5)), Vec::<i32>::new());
}

#[test]
fn layers_and_successive_versions_all_answer() {
    let mut province = area(9, "12", square(0.0, 0.0, 4.0));
    province.layer = 0;
    let old = between(area(2, "108", square(0.0, 0.0, 1.0)), 2004, 2013);
    let new = area(1, "108", square(0.0, 0.0, 2.0));
    let atlas = Atlas::new(vec![province, old, new]);
    assert_eq!(atlas.locate(at(0.5, 0.5)), [1, 2, 9]);
    assert_eq!(atlas.locate(at(1.5, 0.5)), [1, 9]);
}

/// 105 leaves the border in 2020 while 107 does not change: 107 must not be lost from then on.
#[test]
fn a_border_position_keeps_an_area_when_one_neighbour_changes() {
    let leaving = between(area(1, "105", square(0.0, 0.0, 1.0)), 2013, 2020);
    let staying = between(area(2, "107", square(1.0, 0.0, 1.0)), 2013, 2025);
    let atlas = Atlas::new(vec![leaving.clone(), staying.clone()]);
    assert_eq!(atlas.locate(at(1.0, 0.5)), [2]);
    let mut renewed = area(3, "105", square(0.0, 0.0, 1.0));
    renewed = between(renewed, 2020, 2025);
    let atlas = Atlas::new(vec![leaving, staying, renewed]);
    assert_eq!(atlas.locate(at(1.0, 0.5)), [1, 3]);
}

#[test]
fn the_nearest_area_is_found_within_its_limit() {
    let shapes = vec![
        area(1, "109", square(0.0, 0.0, 1.0)),
        area(2, "108", square(1.02, 0.0, 1.0)),
    ];
    let atlas = Atlas::new(shapes);
    let (id, metres) = atlas.nearest(at(1.005, 0.5), 5000.0, |_| true).unwrap();
    assert_eq!(id, 1);
    assert!((metres - 556.6).abs() < 0.1, "{metres}");
    let other = atlas.nearest(at(1.005, 0.5), 5000.0, |shape| shape.code == "108");
    assert_eq!(other.map(|(id, _)| id), Some(2));
    assert_eq!(atlas.nearest(at(1.005, 0.5), 500.0, |_| true), None);
    assert_eq!(atlas.distance_m(2, at(1.5, 0.5)), Some(0.0));
    assert_eq!(atlas.distance_m(7, at(1.5, 0.5)), None);
}

#[test]
fn an_empty_atlas_answers_nothing() {
    let atlas = Atlas::new(vec![area(1, "1", MultiPolygon::new(vec![]))]);
    assert!(atlas.locate(at(0.0, 0.0)).is_empty() && atlas.bbox().is_none());
    assert_eq!(atlas.distance_m(1, at(0.0, 0.0)), None);
}

#[test]
fn real_districts_agree_with_the_plain_test() {
    let Some(features) = real("vietnam/vietnam_districts_simplified.geojson") else {
        return;
    };
    let ids = 1..;
    let shapes: Vec<_> = ids
        .zip(features)
        .map(|(id, f)| area(id, &f.code, f.boundary))
        .collect();
    let atlas = Atlas::new(shapes.clone());
    let vertices = shapes
        .iter()
        .flat_map(|shape| shape.boundary.0[0].exterior().0[0..1].to_vec());
    let grid = (0..2000).map(|i| Coord {
        x: 102.0 + 0.0038 * f64::from(i),
        y: 8.4 + 15.0 * f64::from(i * 37 % 2000) / 2000.0,
    });
    for coord in vertices.chain(grid) {
        let holding = shapes
            .iter()
            .filter(|shape| shape.boundary.intersects(&Point(coord)));
        let lowest = holding
            .min_by_key(|shape| &shape.code)
            .map(|shape| shape.id);
        assert_eq!(
            atlas.locate(coord.into()),
            Vec::from_iter(lowest),
            "{coord:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_position_of_a_tessellation_has_exactly_one_area(
        shifts in prop::collection::vec((-0.9..0.9f64, -0.9..0.9f64), 7),
        positions in prop::collection::vec((0.0..=1.0f64, 0.0..=1.0f64), 50),
    ) {
        let shapes = tessellation(4, &shifts);
        let atlas = Atlas::new(shapes.clone());
        let corners = shapes.iter().flat_map(|shape| shape.boundary.0[0].exterior().0.clone());
        let inside = positions.iter().map(|(x, y)| Coord { x: 103.0 + 0.4 * x, y: 22.0 + 0.4 * y });
        for coord in corners.chain(inside) {
            let naive = shapes.iter().filter(|shape| shape.boundary.intersects(&Point(coord)));
            let lowest = naive.map(|shape| shape.id).min();
            let located = atlas.locate(coord.into());
            prop_assert_eq!(located.len(), 1, "{:?}", coord);
            prop_assert_eq!(located.first().copied(), lowest);
        }
    }

    /// Layers, versions and overlaps at random; a coarse lattice, so that borders are met often.
    #[test]
    fn each_day_has_at_most_one_area_per_layer(
        areas in prop::collection::vec((0..5i32, 0..5i32, 1..4i32, 0..2u16, 0..6i32, 1..6i32), 1..12),
        x in 0..18i32, y in 0..18i32,
    ) {
        let shapes: Vec<_> = (1..).zip(&areas).map(|(id, (west, south, side, layer, from, days))| {
            let boundary = square(f64::from(*west), f64::from(*south), f64::from(*side));
            let mut shape = area(id, &format!("{id:03}"), boundary);
            shape.layer = *layer;
            between(shape, 2000 + from, 2000 + from + days)
        }).collect();
        let position = at(f64::from(x) / 2.0, f64::from(y) / 2.0);
        let atlas = Atlas::new(shapes.clone());
        let located = atlas.locate(position);
        let holds = |shape: &&AreaShape| shape.boundary.intersects(&Point::from(position));
        let naive: Vec<_> = shapes.iter().filter(holds).collect();
        for shape in &naive {
            let kept = located.contains(&shape.id);
            let beaten = naive.iter().any(|other| located.contains(&other.id) && other.is_beside(shape));
            prop_assert!(kept || beaten, "{} lost", shape.id);
        }
        let chosen: Vec<_> = naive.iter().filter(|shape| located.contains(&shape.id)).collect();
        prop_assert_eq!(chosen.len(), located.len());
        for (i, a) in chosen.iter().enumerate() {
            prop_assert!(chosen.iter().skip(i + 1).all(|b| !a.is_beside(b)));
        }
        let many = atlas.locate_many(&[position, position]);
        prop_assert_eq!((many.sets, many.set_of), (vec![located], vec![0, 0]));
    }
}
