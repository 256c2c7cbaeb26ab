//! Coverage against the exact geodesic union of circles, clipped to the boundaries, for every operator, technology and area.

use std::collections::HashMap;

use geo::{
    Area as _, BooleanOps, Destination, Geodesic, GeodesicArea, LineString, MultiPolygon, Point,
    Polygon,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{TestApp, bts, division, with};

/// Corners of a circle.
const CORNERS: u32 = 360;

/// A circle with the area of the true one.
fn circle(longitude: f64, latitude: f64, radius_m: f64) -> MultiPolygon<f64> {
    let step = std::f64::consts::TAU / f64::from(CORNERS);
    let radius_m = radius_m * (step / step.sin()).sqrt();
    let centre = Point::new(longitude, latitude);
    let corner = |at: u32| {
        let bearing = f64::from(at) * 360.0 / f64::from(CORNERS);
        Geodesic.destination(centre, bearing, radius_m).0
    };
    let ring: Vec<_> = (0..CORNERS).rev().map(corner).collect();
    Polygon::new(LineString::new(ring), vec![]).into()
}

fn polygon(geometry: &Value) -> MultiPolygon<f64> {
    let ring = geometry["coordinates"][0].as_array().unwrap();
    let corner = |pair: &Value| (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap());
    Polygon::new(ring.iter().map(corner).collect(), vec![]).into()
}

fn percent(union: &MultiPolygon<f64>, area: &MultiPolygon<f64>) -> f64 {
    let inside = union.intersection(area);
    if inside.unsigned_area() == 0.0 {
        return 0.0;
    }
    inside.geodesic_area_unsigned() / area.geodesic_area_unsigned() * 100.0
}

both_backends! {
    async fn shares_are_those_of_exact_geometry(app: TestApp) {
        app.with_division().await;
        let mut runner = TestRunner::deterministic();
        let mut draw = |range: std::ops::Range<f64>| range.new_tree(&mut runner).unwrap().current();
        let operators = ["viettel", "vnpt", "mobifone"];
        let technologies = ["2g", "3g", "4g"];
        let mut unions: HashMap<(&str, &str), MultiPolygon<f64>> = HashMap::new();
        for number in 0..45 {
            let operator = operators[number % 3];
            let (longitude, latitude) = (draw(102.98..103.22), draw(21.98..22.22));
            let (longitude, latitude) = ((longitude * 1e5).round() / 1e5, (latitude * 1e5).round() / 1e5);
            let technology = technologies[number / 3 % 3];
            let radius_m = draw(300.0..4_000.0).round();
            let body = with(&bts(&format!("X-{number}")), &json!({"operator": operator, "longitude": longitude, "latitude": latitude,
                "radios": [{"technology": technology, "declared_radius_m": radius_m}]}));
            app.post("department", "/api/v1/sites", &body).await.expect(201);
            let union = unions.entry((operator, technology)).or_insert_with(|| MultiPolygon::new(vec![]));
            *union = union.union(&circle(longitude, latitude, radius_m));
        }
        for level in ["province", "district", "commune"] {
            let boundaries: HashMap<String, MultiPolygon<f64>> = division()["features"].as_array().unwrap().iter()
                .filter(|feature| feature["properties"]["level"] == level && feature["properties"]["valid_from"] == "2013-01-01")
                .map(|feature| (feature["properties"]["code"].as_str().unwrap().to_owned(), polygon(&feature["geometry"])))
                .collect();
            let uri = format!("/api/v1/coverage?level={level}&group_by=technology,operator&as_of=2016-12-31");
            let answer = app.get(&uri).await.expect(200).json();
            let rows = answer["areas"].as_array().unwrap();
            assert_eq!(rows.len(), boundaries.len() * 4 * 3, "5g too");
            for row in rows {
                let key = (row["operator"].as_str().unwrap(), row["technology"].as_str().unwrap());
                let area = &boundaries[row["unit"]["code"].as_str().unwrap()];
                let exact = unions.get(&key).map_or(0.0, |union| percent(union, area));
                let found = row["area"]["percent"].as_f64().unwrap();
                let allowed = if level == "commune" { 0.3 } else { 0.1 };
                assert!((found - exact).abs() <= allowed, "{key:?} {}: {found} for {exact}", row["unit"]);
                let [covered, uncovered] = ["covered_km2", "uncovered_km2"].map(|name| row["area"][name].as_f64().unwrap());
                let whole_km2 = area.geodesic_area_unsigned() / 1e6;
                assert!(((covered + uncovered) / whole_km2 - 1.0).abs() < 2e-3, "{covered} {uncovered} {whole_km2}");
            }
        }
    }
}
