//! Footprints of cells as shapes.

use std::f64::consts::PI;

use serde_json::{Value, json};

use crate::support::{TestApp, bts, with};

fn footprint(id: &str) -> String {
    format!("/api/v1/cells/{id}/footprint")
}

/// Size of a `MultiPolygon` near 22° N, km², to some thousandths.
pub fn size_km2(geometry: &Value) -> f64 {
    assert_eq!(geometry["type"], "MultiPolygon", "{geometry}");
    let ring_deg2 = |ring: &Value| -> f64 {
        let at = |corner: &Value, axis: usize| corner[axis].as_f64().unwrap();
        let corners = ring.as_array().unwrap();
        let pairs = corners.iter().zip(corners.iter().skip(1));
        pairs
            .map(|(a, b)| at(a, 0) * at(b, 1) - at(b, 0) * at(a, 1))
            .sum::<f64>()
            / 2.0
    };
    let parts = geometry["coordinates"].as_array().unwrap().iter();
    // Outer rings run counter-clockwise and holes clockwise.
    let rings = parts.flat_map(|part| part.as_array().unwrap());
    let degrees2: f64 = rings.map(ring_deg2).sum();
    degrees2 * 110.73 * 111.32 * 22.05_f64.to_radians().cos()
}

both_backends! {
    async fn a_cell_shows_what_it_covers(app: TestApp) {
        app.with_division().await;
        let body = with(&bts("A"), &json!({"longitude": 103.05, "latitude": 22.05, "radios": [
            {"technology": "2g", "declared_radius_m": 2000.0},
            {"technology": "4g", "antenna_height_m": 30.0, "sectors": [
                {"azimuth_deg": 90.0, "beamwidth_deg": 65.0, "frequency_mhz": 1800.0, "eirp_dbm": 60.0},
                {"azimuth_deg": 270.0, "beamwidth_deg": 65.0, "frequency_mhz": 1800.0, "eirp_dbm": 60.0}]}]}));
        let site = app.site("viettel", &body).await;
        let site = site["id"].as_str().unwrap();
        let round = app.get(&footprint(&format!("{site}:2g:0"))).await.expect(200);
        assert_eq!(round.header("content-type"), "application/geo+json");
        let round = round.json();
        assert_eq!((&round["type"], &round["id"]), (&json!("Feature"), &json!(format!("{site}:2g:0"))));
        let properties = &round["properties"];
        let expected = PI * 4.0;
        assert!((size_km2(&round["geometry"]) - expected).abs() < 0.1, "{}", size_km2(&round["geometry"]));
        assert!((properties["area_km2"].as_f64().unwrap() - expected).abs() < 0.05);
        for (name, value) in [("model", json!("declared_radius")), ("purpose", json!("display")), ("radius_m", json!(2000.0)),
            ("threshold_dbm", Value::Null), ("signal_level", json!("covered")), ("since", json!("2012-05-01")), ("until", Value::Null),
            ("is_pending", json!(false)), ("operator", json!("viettel")), ("site_code", json!("A"))] {
            assert_eq!(properties[name], value, "{name}");
        }
        let mut before = f64::INFINITY;
        for (level, threshold) in [("possible", -116.0), ("covered", -110.0), ("robust", -104.0), ("indoor", -95.0)] {
            let shape = app.ask(&format!("{}?signal_level={level}", footprint(&format!("{site}:4g:2")))).await;
            assert_eq!((&shape["properties"]["model"], &shape["properties"]["threshold_dbm"]), (&json!("extended_hata"), &json!(threshold)));
            let found_km2 = size_km2(&shape["geometry"]);
            assert!(0.0 < found_km2 && found_km2 < before, "{level}: {found_km2}");
            before = found_km2;
        }
        for unknown in [format!("{site}:3g:0"), format!("{site}:4g:3"), format!("{site}:4g"), site.to_owned(), "x".to_owned(), format!("{site}:4g:1:")] {
            app.get(&footprint(&unknown)).await.expect(404);
        }
        for wrong in ["signal_level=weak", "f=json", "as_of=2016-12-31"] {
            app.get(&format!("{}?{wrong}", footprint(&format!("{site}:2g:0")))).await.expect(400);
        }
    }
}
