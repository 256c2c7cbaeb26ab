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
        let stated = [a.clone(), props(&b, &json!({"stated_area_km2": 200.0}))];
        let text = app.import("", &collection(&stated)).await.expect(400).text();
        assert!(text.contains("measures 114.") && text.contains("200.000 km²"), "{text}");
        app.import("area_tolerance_percent=50&dry_run=true", &collection(&stated)).await.expect(200);
        let tied = area("district", "2", "Hai", OLD, &bow_tie);
        let text = app.import("", &collection(&[a.clone(), tied.clone()])).await.expect(400).text();
        assert!(text.contains("area 2") && text.contains("km²"), "{text}");
        // Everything wrong with a file is told at once, each fault with the row of its feature.
        let seat = props(&b, &json!({"seat": [103.5, 22.05]}));
        let far = area("district", "3", "Ba", OLD, &square(103.3, 22.0, 0.1));
        let reply = app.import("", &collection(&[a.clone(), seat, props(&far, &json!({"stated_area_km2": 1.0}))])).await.expect(400);
        let mut rows: Vec<(i64, String)> = reply.json()["errors"].as_array().unwrap().iter().map(|e| (e["row"].as_i64().unwrap(), e["code"].as_str().unwrap().to_owned())).collect();
        rows.sort();
        assert_eq!(rows, [(2, "seat_elsewhere".into()), (3, "area_mismatch".into())]);
        for body in [json!({}), json!([]), json!({"type": "Feature"}), json!({"type": "FeatureCollection", "features": 5})] {
            app.import("", &body).await.expect(400);
        }
    }

    async fn what_can_be_mended_is_mended_and_told(app: TestApp) {
        let [a, _] = two();
        let open = polygon(&json!([[103.1, 22.0], [103.2, 22.0], [103.2, 22.1], [103.1, 22.1]]));
        let slightly_over = polygon(&json!([[103.0995, 22.0], [103.2, 22.0], [103.2, 22.1], [103.0995, 22.1], [103.0995, 22.0]]));
        for (geometry, code) in [(open, "invalid_ring"), (slightly_over.clone(), "overlap")] {
            let features = collection(&[a.clone(), area("district", "2", "Hai", OLD, &geometry)]);
            app.import("dry_run=true", &features).await.expect(400);
            let outcome = app.import("repair=true&dry_run=true", &features).await.expect(200).json();
            let told = outcome["findings"].as_array().unwrap().iter().find(|f| f["code"] == code).unwrap_or_else(|| panic!("{outcome}"));
            assert_eq!(told["severity"], "repaired");
            assert!(told["detail"].as_str().unwrap().contains('2'), "{told}");
        }
        // What is stored is what was mended: the two areas measure together what they cover.
        let features = collection(&[a, area("district", "2", "Hai", OLD, &slightly_over)]);
        let outcome = app.import("repair=true", &features).await.expect(200).json();
        let overlap = outcome["findings"].as_array().unwrap().iter().find(|f| f["code"] == "overlap").unwrap().clone();
        let km2 = overlap["area_km2"].as_f64().unwrap();
        assert!((0.56..0.59).contains(&km2) && overlap["detail"].as_str().unwrap().contains("km²"), "52 m by 11.07 km: {overlap}");
        let sizes: Vec<f64> = app.ask("/api/v1/districts").await["items"].as_array().unwrap().iter().map(|a| a["boundary_area_km2"].as_f64().unwrap()).collect();
        assert!((sizes[0] - sizes[1]).abs() < 1e-3, "cut back to the common border: {sizes:?}");
    }

    async fn what_is_no_file_of_areas_is_refused(app: TestApp) {
        let geojson = [("content-type", "application/geo+json")];
        let send = async |body: &str| app.send("department", "POST", "/api/v1/areas/import", &geojson, Some(body.as_bytes().to_vec())).await;
        for body in ["", " ", "{", "null", "5", "{\"type\":\"FeatureCollection\"", "{\"type\":\"FeatureCollection\"}", "code,name\n1,a", "\u{0}", "{\"type\":\"FeatureCollection\",\"features\":[null]}"] {
            let reply = send(body).await.expect(400);
            assert_eq!(reply.header("content-type").split(';').next(), Some("application/problem+json"), "{body}");
        }
        let with_mark = format!("\u{FEFF}{}", collection(&two()));
        assert_eq!(send(&with_mark).await.expect(200).json()["created"], 2, "a byte order mark is no fault");
        assert_eq!(send(&collection(&[]).to_string()).await.expect(200).json()["created"], 0);
        let no_type = app.send("department", "POST", "/api/v1/areas/import", &[], Some(b"{}".to_vec())).await;
        assert_eq!(no_type.status, 415);
        for who in ["reader", "viettel"] {
            app.send(who, "POST", "/api/v1/areas/import", &geojson, Some(collection(&two()).to_string().into_bytes())).await.expect(403);
        }
        for query in ["repair=1", "dry_run=yes", "area_tolerance_percent=-1", "area_tolerance_percent=101", "valid_from=2025-13-01", "boundary_kind=rough", "colour=red"] {
            app.import(query, &collection(&two())).await.expect(400);
        }
    }

    async fn areas_of_one_file_are_judged_beside_each_other_on_every_day(app: TestApp) {
        // The days of the two overlap without being the same; so do their boundaries.
        let later = ("2014-01-01", None);
        let over = area("district", "2", "Hai", later, &square(103.05, 22.0, 0.1));
        let [a, _] = two();
        for features in [[a.clone(), over.clone()], [over.clone(), a.clone()]] {
            let reply = app.import("", &collection(&features)).await.expect(400);
            assert_eq!(codes_of(&reply), ["overlap"], "{}", reply.text());
        }
        // Beside what is registered the same, with and without a boundary sent again.
        app.import("", &collection(std::slice::from_ref(&a))).await.expect(200);
        let bare = with(&a, &json!({"geometry": null}));
        for features in [vec![over.clone()], vec![bare.clone(), over.clone()], vec![over.clone(), bare.clone()]] {
            let reply = app.import("", &collection(&features)).await.expect(400);
            assert_eq!(codes_of(&reply), ["overlap"], "{}", reply.text());
        }
        // A file that ends what is registered, and brings what follows, is one story.
        let ended = |feature: &Value| props(feature, &json!({"valid_to": "2014-01-01"}));
        for (old, again) in [(bare, "bare"), (a, "with its boundary")] {
            let features = collection(&[over.clone(), area("district", "1", "Mới", later, &square(103.15, 22.0, 0.1)), ended(&old)]);
            let outcome = app.import("dry_run=true", &features).await.expect(200).json();
            assert_eq!((&outcome["created"], &outcome["updated"]), (&json!(2), &json!(1)), "{again}");
        }
    }

    async fn each_area_ends_when_its_own_successor_begins(app: TestApp) {
        let [a, b] = two();
        let late = props(&b, &json!({"valid_from": "2018-01-01"}));
        app.import("", &collection(&[a, late])).await.expect(200);
        let features = collection(&[
            area("district", "8", "Tám", ("2015-01-01", None), &square(103.0, 22.0, 0.1)),
            area("district", "9", "Chín", ("2025-07-01", None), &square(103.1, 22.0, 0.1)),
        ]);
        let outcome = app.import("end_previous=true", &features).await.expect(200).json();
        assert_eq!(outcome["ended"], json!(["1", "2"]));
        for (code, from, to) in [("1", "2013-01-01", json!("2015-01-01")), ("2", "2018-01-01", json!("2025-07-01")), ("8", "2015-01-01", json!(null)), ("9", "2025-07-01", json!(null))] {
            let stored = app.ask(&format!("/api/v1/areas/{code}")).await;
            assert_eq!((&stored["valid_from"], &stored["valid_to"]), (&json!(from), &to), "{code}");
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
        let site = app.site("viettel", &bts("A-1")).await;
        let journal = app.ask("/api/v1/changes?since=0").await;
        let forecast = app.import("dry_run=true", &division()).await.expect(200).json();
        assert_eq!(app.ask("/api/v1/areas").await["items"], json!([]));
        assert_eq!(app.ask("/api/v1/changes?since=0").await, journal);
        let uri = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        assert_eq!(app.ask(&uri).await["district"], Value::Null);
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
    // 03394 was Thèn Sin and is Sin Suối Hồ: Thèn Sin with two communes of another district.
    assert_eq!(
        app.ask("/api/v1/areas/03394?valid_on=2016-12-31").await["name"],
        "Xã Thèn Sin"
    );
    assert_eq!(
        app.ask("/api/v1/areas/03394").await["name"],
        "Xã Sin Suối Hồ"
    );
    // Positions all over the province, against a plain count of crossings on the files themselves.
    let (mut moved, mut kept) = (0, 0);
    for i in 0..60 {
        let (longitude, latitude) = (
            102.4 + 0.1 * f64::from(i % 12) + 0.013,
            21.8 + 0.2 * f64::from(i / 12) + 0.017,
        );
        let (before, after) = (
            holder(&old, longitude, latitude),
            holder(&new, longitude, latitude),
        );
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        let place = json!({"longitude": longitude, "latitude": latitude});
        let site = app
            .site("viettel", &with(&bts(&format!("G-{i}")), &place))
            .await;
        let uri = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        let then = app.ask(&format!("{uri}?as_of=2016-12-31")).await;
        let now = app.ask(&uri).await;
        let district = holder(&districts, longitude, latitude).unwrap();
        assert_eq!(
            (&then["commune"], &then["district"], &now["commune"]),
            (&json!(before), &json!(district), &json!(after)),
            "{longitude} {latitude}"
        );
        moved += usize::from(before != after);
        kept += usize::from(before == after);
    }
    assert!(moved >= 10 && kept >= 1, "{moved} {kept}");
    // One code, two areas: in old Thèn Sin it means the same on both days, in old Nậm Xe only today.
    for (code, longitude, latitude, then) in [
        ("TS", 103.4627, 22.4676, "03394"),
        ("NX", 103.45, 22.55, "03586"),
    ] {
        assert_eq!(holder(&old, longitude, latitude).as_deref(), Some(then));
        let place = json!({"longitude": longitude, "latitude": latitude});
        let site = app.site("viettel", &with(&bts(code), &place)).await;
        let uri = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        assert_eq!(
            app.ask(&format!("{uri}?as_of=2016-12-31")).await["commune"],
            then
        );
        assert_eq!(app.ask(&uri).await["commune"], "03394");
    }
}

/// Code of the feature that holds a position, by the number of its edges that a ray to the east crosses.
fn holder(collection: &Value, longitude: f64, latitude: f64) -> Option<String> {
    let number = |position: &Value, i: usize| position[i].as_f64().unwrap();
    let crossings = |ring: &Value| {
        let points = ring.as_array().unwrap();
        let crosses = |pair: &&[Value]| {
            let (x1, y1) = (number(&pair[0], 0), number(&pair[0], 1));
            let (x2, y2) = (number(&pair[1], 0), number(&pair[1], 1));
            (y1 > latitude) != (y2 > latitude)
                && longitude < x1 + (latitude - y1) * (x2 - x1) / (y2 - y1)
        };
        points.windows(2).filter(crosses).count()
    };
    let holds = |feature: &&Value| {
        let coordinates = feature["geometry"]["coordinates"].as_array().unwrap();
        let rings: Vec<&Value> = if feature["geometry"]["type"] == "Polygon" {
            coordinates.iter().collect()
        } else {
            coordinates
                .iter()
                .flat_map(|p| p.as_array().unwrap())
                .collect()
        };
        rings.into_iter().map(crossings).sum::<usize>() % 2 == 1
    };
    let found = collection["features"]
        .as_array()
        .unwrap()
        .iter()
        .find(holds);
    found.map(|f| f["properties"]["gso_code"].as_str().unwrap().to_owned())
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
    let text = reply.text();
    assert!(
        ["108", "109", "1524.", "1035.", "km²"]
            .iter()
            .all(|part| text.contains(part)),
        "{text}"
    );
    assert_eq!(app.ask("/api/v1/areas").await["items"], json!([]));
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
