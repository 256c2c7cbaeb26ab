//! The import of a division: what is refused, what is mended, and real boundaries where they are at hand.

use crate::support::{Reply, TestApp, area, bts, division, square, with};
use serde_json::{Value, json};

const OLD: (&str, Option<&str>) = ("2013-01-01", None);

fn collection(features: &[Value]) -> Value {
    json!({"type": "FeatureCollection", "features": features})
}

fn polygon(ring: &Value) -> Value {
    json!({"type": "Polygon", "coordinates": [ring]})
}

fn props(feature: &Value, patch: &Value) -> Value {
    with(feature, &json!({"properties": patch}))
}

fn two() -> [Value; 2] {
    [
        area("district", "1", "Một", OLD, &square(103.0, 22.0, 0.1)),
        area("district", "2", "Hai", OLD, &square(103.1, 22.0, 0.1)),
    ]
}

fn codes_of(reply: &Reply) -> Vec<String> {
    reply.faults().into_iter().map(|(_, code)| code).collect()
}

both_backends! {
    async fn what_cannot_be_a_division_is_refused_whole(app: TestApp) {
        let [a, b] = two();
        let bow_tie = polygon(&json!([[103.1, 22.0], [103.2, 22.1], [103.2, 22.0], [103.1, 22.1], [103.1, 22.0]]));
        let open = polygon(&json!([[103.1, 22.0], [103.2, 22.0], [103.2, 22.1], [103.1, 22.1]]));
        let cases = [
            (vec![a.clone(), area("district", "2", "Hai", OLD, &bow_tie)], "invalid_ring"),
            (vec![a.clone(), area("district", "2", "Hai", OLD, &open)], "bad_geometry"),
            (vec![a.clone(), area("district", "2", "Hai", OLD, &square(103.05, 22.0, 0.1))], "overlap"),
            (vec![a.clone(), props(&b, &json!({"stated_area_km2": 200.0}))], "area_mismatch"),
            (vec![a.clone(), props(&b, &json!({"seat": [103.5, 22.05]}))], "seat_elsewhere"),
            (vec![props(&a, &json!({"seat": [103.15, 22.05]})), props(&b, &json!({"seat": [103.05, 22.05]}))], "swapped_boundaries"),
            (vec![a.clone(), area("district", "2", "Hai", OLD, &json!({"type": "Point", "coordinates": [103.0, 22.0]}))], "bad_geometry"),
            (vec![a.clone(), area("district", "2", "Hai", OLD, &square(1.0e9, 22.0, 0.1))], "bad_geometry"),
            (vec![a.clone(), props(&b, &json!({"name": "", "level": "village", "valid_from": null}))], "unknown_level"),
            (vec![a.clone(), props(&b, &json!({"code": "1"}))], "duplicate_code"),
        ];
        for (features, code) in cases {
            let reply = app.import("", &collection(&features)).await.expect(400);
            assert!(codes_of(&reply).contains(&code.to_owned()), "{code}: {}", reply.text());
            assert_eq!(app.ask("/api/v1/areas").await["items"], json!([]), "nothing of it is stored");
        }
        let overlap = [a.clone(), area("district", "2", "Hai", OLD, &square(103.05, 22.0, 0.1))];
        let text = app.import("", &collection(&overlap)).await.expect(400).text();
        assert!(text.contains("km²") && text.contains("57."), "half of 114 km² overlaps: {text}");
        for body in [json!({}), json!([]), json!({"type": "Feature"}), json!({"type": "FeatureCollection", "features": 5})] {
            app.import("", &body).await.expect(400);
        }
    }

    async fn what_can_be_mended_is_mended_and_told(app: TestApp) {
        let [a, _] = two();
        let open = polygon(&json!([[103.1, 22.0], [103.2, 22.0], [103.2, 22.1], [103.1, 22.1]]));
        let slightly_over = polygon(&json!([[103.0995, 22.0], [103.2, 22.0], [103.2, 22.1], [103.0995, 22.1], [103.0995, 22.0]]));
        for (geometry, code) in [(open, "invalid_ring"), (slightly_over, "overlap")] {
            let features = collection(&[a.clone(), area("district", "2", "Hai", OLD, &geometry)]);
            app.import("dry_run=true", &features).await.expect(400);
            let outcome = app.import("repair=true&dry_run=true", &features).await.expect(200).json();
            let told = outcome["findings"].as_array().unwrap().iter().find(|f| f["code"] == code).unwrap_or_else(|| panic!("{outcome}"));
            assert_eq!(told["severity"], "repaired");
        }
    }

    async fn a_gap_is_a_warning_with_its_size(app: TestApp) {
        let ring = |west: f64, east: f64, notch: f64| polygon(&json!([[west, 22.0], [east, 22.0], [east, 22.04], [notch, 22.05], [east, 22.06], [east, 22.1], [west, 22.1], [west, 22.0]]));
        let mirrored = polygon(&json!([[103.1, 22.0], [103.2, 22.0], [103.2, 22.1], [103.1, 22.1], [103.1, 22.06], [103.1, 22.04], [103.1, 22.0]]));
        let features = collection(&[area("district", "1", "Một", OLD, &ring(103.0, 103.1, 103.09)), area("district", "2", "Hai", OLD, &mirrored)]);
        let outcome = app.import("", &features).await.expect(200).json();
        let gap = outcome["findings"].as_array().unwrap().iter().find(|f| f["code"] == "gap").unwrap_or_else(|| panic!("{outcome}"));
        let km2 = gap["area_km2"].as_f64().unwrap();
        assert!(gap["severity"] == "warning" && (1.13..1.16).contains(&km2), "half of 2.2 km by 1.03 km: {gap}");
    }

    async fn a_dry_run_is_a_forecast_and_stores_nothing(app: TestApp) {
        app.site("viettel", &bts("A-1")).await;
        let forecast = app.import("dry_run=true", &division()).await.expect(200).json();
        assert_eq!(app.ask("/api/v1/areas").await["items"], json!([]));
        let mut done = app.import("", &division()).await.expect(200).json();
        assert_eq!((&forecast["dry_run"], &done["dry_run"]), (&json!(true), &json!(false)));
        done["dry_run"] = json!(true);
        assert_eq!(forecast, done);
        assert_eq!((&done["created"], &done["sites"]["sites_reassigned"]), (&json!(17), &json!(1)));
        let again = app.import("", &division()).await.expect(200).json();
        assert_eq!((&again["unchanged"], &again["created"], &again["updated"]), (&json!(17), &json!(0), &json!(0)));
    }

    async fn what_a_new_division_replaces_is_ended(app: TestApp) {
        let [a, b] = two();
        app.import("", &collection(&[a, b])).await.expect(200);
        let merged = polygon(&json!([[103.0, 22.0], [103.1, 22.0], [103.2, 22.0], [103.2, 22.1], [103.1, 22.1], [103.0, 22.1], [103.0, 22.0]]));
        let features = collection(&[area("district", "1", "Mới", ("2025-07-01", None), &merged)]);
        let reply = app.import("", &features).await.expect(400);
        assert!(codes_of(&reply).contains(&"overlapping_validity".to_owned()), "{}", reply.text());
        let outcome = app.import("end_previous=true", &features).await.expect(200).json();
        assert_eq!((&outcome["ended"], &outcome["created"]), (&json!(["1", "2"]), &json!(1)));
        assert_eq!(app.ask("/api/v1/areas/2").await["valid_to"], "2025-07-01");
        assert_eq!(app.ask("/api/v1/areas/1?valid_on=2025-06-30").await["name"], "Một");
        assert_eq!(app.ask("/api/v1/areas/1?valid_on=2025-07-01").await["name"], "Mới");
    }

    async fn properties_are_read_by_the_names_that_are_told(app: TestApp) {
        let feature = json!({"type": "Feature", "geometry": square(103.0, 22.0, 0.1), "properties": {"gso_code": "07", "ten": "Huyện Bảy", "dt": 114.0, "tinh": "12", "colour": "red"}});
        let query = "level=district&valid_from=2013-01-01&code_property=gso_code&name_property=ten&area_property=dt&parent_property=tinh&boundary_kind=official&source=test";
        let outcome = app.import(query, &collection(&[feature])).await.expect(200).json();
        assert_eq!(outcome["findings"][0]["code"], "unknown_parent");
        let stored = app.ask("/api/v1/areas/07").await;
        assert_eq!((&stored["name"], &stored["stated_area_km2"], &stored["parent"], &stored["boundary_kind"], &stored["source"]),
            (&json!("Huyện Bảy"), &json!(114.0), &json!("12"), &json!("official"), &json!("test")));
        app.import("level=village", &collection(&[])).await.expect(400);
        let wrong = app.send("department", "POST", "/api/v1/areas/import", &[("content-type", "text/plain")], Some(vec![])).await;
        assert_eq!(wrong.status, 415);
    }
}

/// A file of real boundaries, where it is at hand.
fn real(name: &str) -> Option<Value> {
    let folder = std::env::var("TELECOM_INVENTORY_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").to_owned());
    let path = std::path::Path::new(&folder).join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!(
            "skipped: {name} is not at hand (TELECOM_INVENTORY_DATA names the folder of real boundaries)"
        );
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

const DISTRICTS: &str = "level=district&code_property=gso_code&valid_from=2013-12-27&valid_to=2025-07-01&area_property=area_km2";

#[actix_web::test]
async fn the_real_divisions_of_lai_chau_are_taken() {
    let (Some(districts), Some(old), Some(new)) = (
        real("laichau/laichau_districts.geojson"),
        real("laichau/laichau_communes_2013.geojson"),
        real("laichau/laichau_communes_2025.geojson"),
    ) else {
        return;
    };
    let app = TestApp::sqlite().await;
    let then_sin = with(
        &bts("OLD"),
        &json!({"longitude": 103.47, "latitude": 22.45}),
    );
    app.site("viettel", &then_sin).await;
    assert_eq!(
        app.import(DISTRICTS, &districts).await.expect(200).json()["created"],
        8
    );
    let communes = "level=commune&code_property=gso_code";
    assert_eq!(
        app.import(&format!("{communes}&valid_from=2013-12-27"), &old)
            .await
            .expect(200)
            .json()["created"],
        108
    );
    for feature in old["features"].as_array().unwrap() {
        let code = feature["properties"]["gso_code"].as_str().unwrap();
        assert_eq!(
            app.ask(&format!("/api/v1/areas/{code}")).await["parent"],
            feature["properties"]["district_code"],
            "{code}"
        );
    }
    let outcome = app
        .import(
            &format!(
                "{communes}&valid_from=2025-07-01&area_property=official_area_km2&end_previous=true"
            ),
            &new,
        )
        .await
        .expect(200)
        .json();
    assert_eq!(
        (
            &outcome["created"],
            outcome["ended"].as_array().unwrap().len()
        ),
        (&json!(38), 108)
    );
    // 03394 was Thèn Sin and is Sin Suối Hồ, which lies elsewhere.
    assert_eq!(
        app.ask("/api/v1/areas/03394?valid_on=2016-12-31").await["name"],
        "Xã Thèn Sin"
    );
    assert_eq!(
        app.ask("/api/v1/areas/03394").await["name"],
        "Xã Sin Suối Hồ"
    );
    for (feature, day) in old["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f, "2016-12-31"))
        .chain(
            new["features"]
                .as_array()
                .unwrap()
                .iter()
                .map(|f| (f, "2026-01-01")),
        )
    {
        let code = feature["properties"]["gso_code"].as_str().unwrap();
        app.ask(&format!("/api/v1/areas/{code}?valid_on={day}"))
            .await;
    }
}

#[actix_web::test]
async fn two_districts_whose_shapes_were_swapped_are_caught() {
    let Some(mut districts) = real("laichau/laichau_districts.geojson") else {
        return;
    };
    let features = districts["features"].as_array_mut().unwrap();
    let at = |features: &[Value], code: &str| {
        features
            .iter()
            .position(|f| f["properties"]["gso_code"] == code)
            .unwrap()
    };
    let (a, b) = (at(features, "108"), at(features, "109"));
    let geometry = features[a]["geometry"].clone();
    features[a]["geometry"] = features[b]["geometry"].clone();
    features[b]["geometry"] = geometry;
    let app = TestApp::sqlite().await;
    let reply = app.import(DISTRICTS, &districts).await.expect(400);
    assert_eq!(codes_of(&reply), ["swapped_boundaries"], "{}", reply.text());
    assert!(reply.text().contains("108") && reply.text().contains("109"));
}

#[actix_web::test]
async fn the_districts_of_viet_nam_are_taken() {
    let Some(districts) = real("vietnam/vietnam_districts_simplified.geojson") else {
        return;
    };
    let app = TestApp::sqlite().await;
    let query = "level=district&code_property=gso_code&valid_from=2013-12-27&area_property=area_km2&area_tolerance_percent=50";
    let outcome = app.import(query, &districts).await.expect(200).json();
    assert_eq!(outcome["created"], 692);
    let gaps = outcome["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["code"] == "gap")
        .count();
    assert!(
        gaps >= 5,
        "units are missing in the source, and that is told: {gaps}"
    );
}
