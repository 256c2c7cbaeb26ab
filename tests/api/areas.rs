//! Areas: what a code means on a day, and one boundary replaced.

use crate::support::{TestApp, area, bts, square, with};
use serde_json::{Value, json};

fn codes(list: &Value) -> Vec<String> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["code"].as_str().unwrap().to_owned())
        .collect()
}

both_backends! {
    async fn areas_are_listed_by_level_parent_and_day(app: TestApp) {
        app.with_division().await;
        assert_eq!(codes(&app.ask("/api/v1/districts").await), ["105", "106", "107", "108"]);
        assert_eq!(codes(&app.ask("/api/v1/areas?level=commune&parent=106").await), ["01060", "01061"]);
        assert_eq!(codes(&app.ask("/api/v1/areas?level=commune&valid_on=2026-01-01").await), ["01050", "01080", "01081", "01099"]);
        assert_eq!(codes(&app.ask("/api/v1/districts?valid_on=2026-01-01").await), Vec::<String>::new());
        let district = app.ask("/api/v1/districts/105").await;
        assert!(district.get("boundary").is_none());
        let drawn = app.ask("/api/v1/districts/105?geometry=true").await;
        assert_eq!(drawn["boundary"]["type"], "Polygon");
        let feature = app.get("/api/v1/areas/105?f=geojson").await.expect(200).json();
        assert_eq!((&feature["geometry"], &feature["id"]), (&drawn["boundary"], &json!("105@2013-01-01")));
        // A hundredth of a square degree at 22.05° N, by WGS 84's own radii: 110.74 × 103.27 km² to half a part in a thousand.
        let km2 = district["boundary_area_km2"].as_f64().unwrap();
        assert!((km2 / (1.1074 * 1.0327 * 100.0) - 1.0).abs() < 0.002, "{km2}");
        app.get("/api/v1/areas/999").await.expect(404);
        app.get("/api/v1/districts/01060").await.expect(404);
        assert_eq!(app.get("/api/v1/areas?f=csv").await.expect(200).text().lines().count(), 1 + 1 + 4 + 8 + 4);
    }

    async fn lists_come_with_boundaries_and_as_tables(app: TestApp) {
        app.with_division().await;
        let plain = app.ask("/api/v1/districts").await;
        let drawn = app.ask("/api/v1/areas?level=district&geometry=true").await;
        let features = app.get("/api/v1/districts?f=geojson").await.expect(200).json();
        assert_eq!(features["type"], "FeatureCollection");
        for (i, item) in drawn["items"].as_array().unwrap().iter().enumerate() {
            assert_eq!(with(item, &json!({"boundary": null})), plain["items"][i], "only the boundary is added");
            let feature = &features["features"][i];
            assert_eq!((&feature["geometry"], &feature["properties"]["code"]), (&item["boundary"], &item["code"]));
            assert_eq!(feature["id"], format!("{}@2013-01-01", item["code"].as_str().unwrap()));
        }
        let by_accept = app.send("reader", "GET", "/api/v1/districts", &[("accept", "application/geo+json")], None).await.expect(200);
        assert_eq!(by_accept.json(), features);
        let csv = app.get("/api/v1/districts?f=csv").await.expect(200).text();
        let rows: Vec<&str> = csv.trim_start_matches('\u{FEFF}').lines().collect();
        assert!(rows[0].starts_with("level,code,valid_from,valid_to,name,parent"), "{}", rows[0]);
        assert!(rows[1].starts_with("district,105,2013-01-01,2025-07-01,Thành phố Một,12"), "{}", rows[1]);
        assert!(app.get("/api/v1/districts?f=xlsx").await.expect(200).body.starts_with(b"PK"));
        assert_eq!(app.ask("/api/v1/areas?parent=12&level=district&valid_on=2025-06-30").await["items"].as_array().unwrap().len(), 4);
        assert_eq!(app.ask("/api/v1/areas?parent=12&level=district&valid_on=2025-07-01").await["items"], json!([]));
        for wrong in ["areas?level=village", "areas?valid_on=2016-02-30", "areas?colour=red", "districts?level=commune", "areas?geometry=perhaps", "districts/105?f=csv2"] {
            assert!(matches!(app.get(&format!("/api/v1/{wrong}")).await.status, 400 | 406), "{wrong}");
        }
    }

    async fn what_an_area_must_not_be_is_told(app: TestApp) {
        app.with_division().await;
        let before = app.ask("/api/v1/areas?geometry=true").await;
        let old = json!({"level": "district", "name": "Thành phố Một", "valid_from": "2013-01-01", "valid_to": "2025-07-01"});
        let wide = square(103.0, 22.0, 0.15);
        for (patch, fault) in [
            (json!({"code": "106"}), ("/code", "contradicts_path")),
            (json!({"valid_to": "2012-01-01"}), ("/valid_to", "valid_to_before_valid_from")),
            (json!({"boundary": {"type": "Point", "coordinates": [103.0, 22.0]}}), ("/boundary", "bad_geometry")),
            (json!({"boundary": wide}), ("/geometry", "overlap")),
            (json!({"boundary": square(103.0, 22.0, 0.1), "stated_area_km2": 300.0}), ("/geometry", "area_mismatch")),
            (json!({"boundary": square(103.0, 22.0, 0.1), "seat": [103.15, 22.05]}), ("/geometry", "seat_elsewhere")),
            (json!({"name": null}), ("/name", "required")),
            (json!({"colour": "red"}), ("/colour", "unknown_field")),
            (json!({"valid_from": "2020-01-01", "valid_to": null}), ("/code", "overlapping_validity")),
        ] {
            let reply = app.put("department", "/api/v1/areas/105", &with(&old, &patch)).await.expect(400);
            let faults = reply.faults();
            assert!(faults.iter().any(|(place, code)| (place.as_str(), code.as_str()) == fault), "{patch}: {}", reply.text());
        }
        let text = app.put("department", "/api/v1/areas/105", &with(&old, &json!({"boundary": wide}))).await.expect(400).text();
        assert!(text.contains("km²") && text.contains("106"), "{text}");
        app.put("viettel", "/api/v1/areas/105", &old).await.expect(403);
        assert_eq!(app.ask("/api/v1/areas?geometry=true").await, before, "nothing of it was stored");
    }

    async fn an_area_without_a_new_boundary_keeps_its_own(app: TestApp) {
        app.with_division().await;
        let before = app.ask("/api/v1/areas/105?geometry=true").await;
        let renamed = json!({"level": "district", "name": "Thành phố Mới", "valid_from": "2013-01-01", "valid_to": "2025-07-01", "population": [{"year": 2019, "persons": 41771}]});
        let outcome = app.put("department", "/api/v1/areas/105", &renamed).await.expect(200).json();
        assert_eq!((&outcome["updated"], &outcome["sites"]["sites_reassigned"]), (&json!(1), &json!(0)));
        let after = app.ask("/api/v1/areas/105?geometry=true").await;
        assert_eq!((&after["boundary"], &after["boundary_area_km2"]), (&before["boundary"], &before["boundary_area_km2"]));
        assert_eq!((&after["name"], &after["version"]), (&json!("Thành phố Mới"), &json!(2)));
        // Its days may grow only where no other area has the land then.
        let longer = json!({"level": "commune", "name": "Xã 106-0", "valid_from": "2013-01-01"});
        let reply = app.put("department", "/api/v1/areas/01060", &longer).await.expect(400);
        assert!(reply.faults().iter().all(|(_, code)| code == "overlap"), "{}", reply.text());
        let shorter = with(&longer, &json!({"valid_to": "2020-01-01"}));
        app.put("department", "/api/v1/areas/01060", &shorter).await.expect(200);
        app.put("department", "/api/v1/areas/01060", &with(&longer, &json!({"valid_to": "2025-07-01"}))).await.expect(200);
    }

    async fn a_code_that_was_used_again_is_told_apart_by_the_day(app: TestApp) {
        app.with_division().await;
        let name = async |uri: &str| app.ask(uri).await["name"].as_str().unwrap().to_owned();
        assert_eq!(name("/api/v1/areas/01050?valid_on=2016-12-31").await, "Xã 105-0");
        assert_eq!(name("/api/v1/areas/01050").await, "Xã mới 2");
        app.get("/api/v1/areas/01060?valid_on=2026-01-01").await.expect(404);
        assert_eq!(name("/api/v1/areas/01060").await, "Xã 106-0");
        let body = json!({"level": "commune", "name": "Khác", "valid_from": "2020-01-01"});
        let reply = app.put("department", "/api/v1/areas/01050", &body).await.expect(400);
        assert_eq!(reply.faults(), [("/code".into(), "overlapping_validity".into())]);
    }

    async fn a_boundary_that_is_replaced_files_its_sites_anew(app: TestApp) {
        app.with_division().await;
        let near_border = with(&bts("A-1"), &json!({"longitude": 103.095}));
        let site = app.site("viettel", &near_border).await;
        assert_eq!(site["district"], "105");
        let narrow = json!({"type": "Polygon", "coordinates": [[[103.0, 22.0], [103.09, 22.0], [103.09, 22.1], [103.0, 22.1], [103.0, 22.0]]]});
        let body = json!({"level": "district", "name": "Thành phố Một", "valid_from": "2013-01-01", "valid_to": "2025-07-01", "boundary": narrow});
        let outcome = app.put("department", "/api/v1/areas/105", &body).await.expect(200).json();
        assert_eq!((&outcome["updated"], &outcome["sites"]["sites_checked"], &outcome["sites"]["sites_reassigned"]), (&json!(1), &json!(1), &json!(1)));
        let again = app.put("department", "/api/v1/areas/105", &body).await.expect(200).json();
        assert_eq!((&again["unchanged"], &again["updated"]), (&json!(1), &json!(0)));
        let uri = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        assert_eq!(app.ask(&uri).await["district"], Value::Null);
        let summary = app.ask("/api/v1/summary?as_of=2016-12-31").await;
        assert_eq!((&summary["unlocated"]["sites"]["bts"], &summary["total"]["sites"]["bts"]), (&json!(1), &json!(1)));
        let wide = json!({"type": "Polygon", "coordinates": [[[103.09, 22.0], [103.2, 22.0], [103.2, 22.1], [103.09, 22.1], [103.09, 22.0]]]});
        let body = json!({"level": "district", "name": "Huyện Đường", "valid_from": "2013-01-01", "valid_to": "2025-07-01", "boundary": wide});
        app.put("department", "/api/v1/areas/106", &body).await.expect(200);
        assert_eq!(app.ask(&uri).await["district"], "106");
        assert_eq!(app.ask(&format!("{uri}/versions")).await["items"].as_array().unwrap().len(), 1, "filing is no change of the site");
    }

    async fn a_site_on_a_border_is_in_exactly_one_area(app: TestApp) {
        app.with_division().await;
        for (i, (longitude, latitude)) in [(103.1, 22.05), (103.1, 22.1), (103.05, 22.1), (103.0, 22.0), (103.2, 22.2), (103.1, 22.0)].iter().enumerate() {
            let body = with(&bts(&format!("A-{i}")), &json!({"longitude": longitude, "latitude": latitude}));
            let site = app.site("viettel", &body).await;
            assert!(site["district"].is_string() && site["commune"].is_string(), "{longitude} {latitude}");
        }
        let summary = app.ask("/api/v1/summary?as_of=2016-12-31").await;
        let sum: i64 = summary["areas"].as_array().unwrap().iter().map(|a| a["sites"]["bts"].as_i64().unwrap()).sum();
        assert_eq!((sum, &summary["total"]["sites"]["bts"]), (6, &json!(6)));
        let mut listed = Vec::new();
        for code in ["105", "106", "107", "108"] {
            let found = app.ask(&format!("/api/v1/sites?district={code}&as_of=2016-12-31")).await;
            listed.extend(codes(&found));
        }
        listed.sort();
        assert_eq!(listed, ["A-0", "A-1", "A-2", "A-3", "A-4", "A-5"], "each in one list, and in one only");
    }

    async fn without_boundaries_sites_are_taken_and_told_unlocated(app: TestApp) {
        let site = app.site("viettel", &bts("A-1")).await;
        assert_eq!(site["district"], Value::Null);
        let bare = json!({"type": "FeatureCollection", "features": [with(&area("district", "105", "Một", ("2013-01-01", None), &square(103.0, 22.0, 0.1)), &json!({"geometry": null}))]});
        app.import("", &bare).await.expect(200);
        let summary = app.ask("/api/v1/districts/105/summary?as_of=2016-12-31").await;
        assert_eq!((&summary["sites"]["bts"], &summary["per_100_inhabitants"]["mobile"]), (&json!(0), &Value::Null));
    }
}
