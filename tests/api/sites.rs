//! Single sites: record, read, replace, change, delete, and every rule on the way.

use crate::support::{TestApp, bts, switching_station, with};
use serde_json::{Value, json};

const SITES: &str = "/api/v1/sites";

fn at(site: &Value) -> String {
    format!("{SITES}/{}", site["id"].as_str().unwrap())
}

both_backends! {
    async fn a_site_is_recorded_and_read_back(app: TestApp) {
        app.with_division().await;
        let reply = app.post("viettel", SITES, &bts("A-1")).await.expect(201);
        let site = reply.json();
        assert_eq!(reply.header("location"), at(&site));
        assert_eq!((&site["district"], &site["commune"], &site["version"]), (&json!("105"), &json!("01080"), &json!(1)));
        assert_eq!(site["warnings"], json!([]));
        let read = app.get(&at(&site)).await.expect(200);
        assert_eq!(read.header("etag"), reply.header("etag"));
        let mut expected = site.clone();
        expected.as_object_mut().unwrap().remove("warnings");
        assert_eq!(read.json(), expected);
        assert_eq!(app.ask(&format!("{}?as_of=2016-12-31", at(&site))).await["commune"], "01050");
        let known = app.send("reader", "GET", &at(&site), &[("if-none-match", &read.header("etag"))], None).await;
        assert_eq!((known.status, known.body.len()), (304, 0));
        let head = app.send("reader", "HEAD", &at(&site), &[], None).await;
        assert_eq!((head.status, head.header("etag")), (200, read.header("etag")));
    }

    async fn a_change_names_the_version_it_is_based_on(app: TestApp) {
        let site = app.site("viettel", &bts("A-1")).await;
        let uri = at(&site);
        app.put("viettel", &uri, &bts("A-1")).await.expect(428);
        app.send("viettel", "DELETE", &uri, &[], None).await.expect(428);
        let renamed = with(&bts("A-1"), &json!({"name": "Tên mới"}));
        let reply = app.send_json("viettel", "PUT", &uri, &[("if-match", "\"1\"")], &renamed).await.expect(200);
        assert_eq!(reply.json()["version"], 2);
        app.send_json("viettel", "PUT", &uri, &[("if-match", "\"1\"")], &bts("A-1")).await.expect(412);
        app.send_json("viettel", "PUT", &uri, &[("if-match", "\"of somebody else\"")], &renamed).await.expect(412);
        let same = app.send_json("viettel", "PUT", &uri, &[("if-match", &reply.header("etag"))], &renamed).await.expect(200);
        assert_eq!(same.json()["version"], 2, "a body that changes nothing makes no version");
    }

    async fn what_is_read_can_be_sent_back(app: TestApp) {
        app.with_division().await;
        let site = app.site("viettel", &bts("A-1")).await;
        let read = app.ask(&at(&site)).await;
        let reply = app.send_json("viettel", "PUT", &at(&site), &[("if-match", "*")], &read).await.expect(200);
        assert_eq!(reply.json()["version"], 1);
    }

    async fn a_merge_patch_changes_only_what_it_names(app: TestApp) {
        let body = with(&bts("A-1"), &json!({"address": "bản Nậm Loỏng", "structure": {"type": "monopole", "height_m": 42.0}}));
        let site = app.site("viettel", &body).await;
        let patch = json!({"address": null, "structure": {"height_m": 45.5}});
        let reply = app.send_json("viettel", "PATCH", &format!("{}?reason=survey", at(&site)), &[("if-match", "\"1\"")], &patch).await.expect(200);
        let changed = reply.json();
        assert_eq!((&changed["address"], &changed["structure"]["type"], &changed["structure"]["height_m"]), (&Value::Null, &json!("monopole"), &json!(45.5)));
        assert_eq!(changed["radios"], site["radios"]);
        let versions = app.ask(&format!("{}/versions", at(&site))).await;
        let newest = &versions["items"][0];
        assert_eq!((&newest["changed_by"], &newest["reason"]), (&json!("viettel"), &json!("survey")));
        assert_eq!(newest["changed_fields"], json!(["address", "structure"]));
        let kind = json!({"kind": "switching_station"});
        let reply = app.send_json("viettel", "PATCH", &at(&site), &[("if-match", "*")], &kind).await.expect(200);
        assert!(reply.json().get("radios").is_none());
        app.send_json("viettel", "PATCH", &at(&site), &[("if-match", "*")], &json!([1])).await.expect(400);
        app.send_json("viettel", "PATCH", &at(&site), &[("if-match", "*")], &json!({"name": null})).await.expect(400);
    }

    async fn a_deleted_site_leaves_its_history(app: TestApp) {
        let site = app.site("viettel", &bts("A-1")).await;
        let before = TestApp::now();
        app.send("viettel", "DELETE", &format!("{}?reason=gone", at(&site)), &[("if-match", "\"1\"")], None).await.expect(204);
        app.get(&at(&site)).await.expect(404);
        let versions = app.ask(&format!("{}/versions", at(&site))).await;
        assert_eq!((&versions["items"][0]["deleted"], &versions["items"][0]["reason"]), (&json!(true), &json!("gone")));
        assert_eq!(versions["items"].as_array().unwrap().len(), 2);
        assert_eq!(app.ask(&format!("{}?known_at={before}", at(&site))).await["name"], site["name"]);
        let again = app.site("viettel", &bts("A-1")).await;
        assert_ne!(again["id"], site["id"]);
    }

    async fn a_site_is_put_by_its_own_code(app: TestApp) {
        let uri = "/api/v1/operators/viettel/sites/A%2F1";
        let mut body = bts("A/1");
        let first = app.put("viettel", uri, &body).await.expect(201).json();
        assert_eq!((&first["code"], &first["version"]), (&json!("A/1"), &json!(1)));
        assert_eq!(app.put("viettel", uri, &body).await.expect(200).json()["version"], 1);
        body["name"] = json!("Tên khác");
        assert_eq!(app.put("viettel", uri, &body).await.expect(200).json()["version"], 2);
        body["code"] = json!("A-2");
        assert_eq!(app.put("viettel", uri, &body).await.expect(400).faults(), [("/code".into(), "contradicts_path".into())]);
        let stale = app.send_json("viettel", "PUT", uri, &[("if-match", "\"1\"")], &bts("A/1")).await;
        assert_eq!(stale.status, 412);
        let missing = "/api/v1/operators/viettel/sites/A-9";
        assert_eq!(app.send_json("viettel", "PUT", missing, &[("if-match", "*")], &bts("A-9")).await.status, 412);
    }

    async fn a_key_is_taken_once(app: TestApp) {
        let site = app.site("viettel", &bts("A-1")).await;
        app.post("viettel", SITES, &bts("A-1")).await.expect(409);
        let other = app.site("viettel", &with(&bts("A-2"), &json!({"longitude": 103.09}))).await;
        let patch = json!({"code": "A-1"});
        app.send_json("viettel", "PATCH", &at(&other), &[("if-match", "*")], &patch).await.expect(409);
        assert_eq!(app.ask(&at(&site)).await["version"], 1);
    }

    async fn of_changes_at_the_same_time_one_wins(app: TestApp) {
        let creations = futures_util::future::join_all((0..8).map(|_| {
            let app = &app;
            async move { app.post("viettel", SITES, &bts("A-1")).await.status }
        })).await;
        assert_eq!(creations.iter().filter(|status| **status == 201).count(), 1, "{creations:?}");
        assert_eq!(creations.iter().filter(|status| **status == 409).count(), 7, "{creations:?}");
        let site = app.ask(&format!("{SITES}?operator=viettel")).await["items"][0].clone();
        let changes = futures_util::future::join_all((0..8).map(|i| {
            let (app, uri) = (&app, at(&site));
            async move {
                let body = with(&bts("A-1"), &json!({"name": format!("Tên {i}")}));
                app.send_json("viettel", "PUT", &uri, &[("if-match", "\"1\"")], &body).await.status
            }
        })).await;
        assert_eq!(changes.iter().filter(|status| **status == 200).count(), 1, "{changes:?}");
        assert_eq!(changes.iter().filter(|status| **status == 412).count(), 7, "{changes:?}");
        assert_eq!(app.ask(&at(&site)).await["version"], 2);
    }

    async fn every_rule_is_told_by_its_code_and_place(app: TestApp) {
        app.with_division().await;
        let (long, radio) = ("x".repeat(201), |patch: Value| json!({"radios": [with(&json!({"technology": "2g"}), &patch)]}));
        let cases = [
            (json!({"operator": null}), "/operator", "required"),
            (json!({"name": " "}), "/name", "empty"),
            (json!({"name": long}), "/name", "too_long"),
            (json!({"name": "a\u{0}b"}), "/name", "control_character"),
            (json!({"name": "a\u{202E}b"}), "/name", "control_character"),
            (json!({"name": 7}), "/name", "wrong_type"),
            (json!({"colour": "red"}), "/colour", "unknown_field"),
            (json!({"kind": "tower"}), "/kind", "unknown_kind"),
            (json!({"status": "broken"}), "/status", "unknown_status"),
            (json!({"longitude": 181.0}), "/longitude", "out_of_range"),
            (json!({"longitude": 22.03, "latitude": 103.02}), "/longitude", "coordinates_swapped"),
            (json!({"longitude": 546_000.0, "latitude": 2_477_000.0}), "/latitude", "coordinates_in_metres"),
            (json!({"longitude": 10_324.07}), "/longitude", "coordinates_degrees_minutes"),
            (json!({"longitude": 110.0}), "/longitude", "outside_territory"),
            (json!({"commissioned_on": "2012-02-30"}), "/commissioned_on", "bad_date"),
            (json!({"decommissioned_on": "2011-01-01"}), "/decommissioned_on", "decommissioned_before_commissioned"),
            (json!({"elevation_m": 9_001}), "/elevation_m", "out_of_range"),
            (json!({"structure": {"height_m": 10}}), "/structure/type", "required"),
            (json!({"structure": {"type": "castle"}}), "/structure/type", "unknown_value"),
            (json!({"structure": {"type": "monopole", "height_m": -1}}), "/structure/height_m", "out_of_range"),
            (json!({"structure": {"type": "monopole", "shared_with": ["nobody"]}}), "/structure/shared_with/0", "unknown_operator"),
            (radio(json!({"technology": "6g"})), "/radios/0/technology", "unknown_technology"),
            (radio(json!({"antenna_height_m": 701})), "/radios/0/antenna_height_m", "out_of_range"),
            (radio(json!({"declared_radius_m": 0})), "/radios/0/declared_radius_m", "out_of_range"),
            (radio(json!({"sectors": [{"azimuth_deg": 361}]})), "/radios/0/sectors/0/azimuth_deg", "out_of_range"),
            (radio(json!({"sectors": [{"azimuth_deg": 1, "eirp_dbm": 101}]})), "/radios/0/sectors/0/eirp_dbm", "out_of_range"),
            (radio(json!({"sectors": [{"beamwidth_deg": 65}]})), "/radios/0/sectors/0/azimuth_deg", "required"),
            (json!({"radios": [{"technology": "2g"}, {"technology": "2g"}]}), "/radios/1/technology", "duplicate_technology"),
            (json!({"line_capacity": 5}), "/line_capacity", "not_for_kind"),
            (json!({"district": "999"}), "/district", "unknown_area"),
            (json!({"district": "108"}), "/district", "district_contradiction"),
            (json!({"commune": "01051"}), "/commune", "commune_contradiction"),
        ];
        for (patch, pointer, code) in cases {
            let reply = app.post("department", SITES, &with(&bts("A-1"), &patch)).await.expect(400);
            let found = reply.faults();
            assert!(found.contains(&(pointer.into(), code.into())), "{patch}: {found:?}");
        }
        let exchange = with(&switching_station("X-1"), &json!({"lines_in_use": 600}));
        assert_eq!(app.post("viettel", SITES, &exchange).await.expect(400).faults(), [("/lines_in_use".into(), "lines_exceed_capacity".into())]);
        let satellite = with(&switching_station("X-2"), &json!({"kind": "satellite_exchange", "host": "nowhere"}));
        assert_eq!(app.post("viettel", SITES, &satellite).await.expect(400).faults(), [("/host".into(), "unknown_host".into())]);
        app.site("viettel", &switching_station("X-1")).await;
        app.site("viettel", &with(&satellite, &json!({"host": "X-1", "longitude": 103.035}))).await;
        let unknown = with(&bts("A-1"), &json!({"operator": "nobody"}));
        assert_eq!(app.post("department", SITES, &unknown).await.expect(400).faults(), [("/operator".into(), "unknown_operator".into())]);
        assert_eq!(app.ask(&format!("{SITES}?count=true&kind=bts")).await["total"], 0);
    }

    async fn all_faults_of_a_site_are_told_at_once(app: TestApp) {
        let wrong = json!({"name": "", "status": "x", "longitude": "east", "radios": [{"technology": "9g"}], "extra": 1});
        let mut found = app.post("viettel", SITES, &with(&bts("A-1"), &wrong)).await.expect(400).faults();
        found.sort();
        let expected = [("/extra", "unknown_field"), ("/longitude", "wrong_type"), ("/name", "empty"),
            ("/radios/0/technology", "unknown_technology"), ("/status", "unknown_status")];
        assert_eq!(found, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    }

    async fn a_contradiction_names_both_areas_and_the_distance(app: TestApp) {
        app.with_division().await;
        let body = with(&bts("A-1"), &json!({"district": "106"}));
        let error = app.post("viettel", SITES, &body).await.expect(400).json()["errors"][0].clone();
        let text = error["detail"].as_str().unwrap();
        assert!(text.contains("105 Thành phố Một") && text.contains("district"), "{text}");
        let metres: f64 = text.split(", ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!((8_240.0..8_260.0).contains(&metres), "0.08° of longitude at 22.03° N: {text}");
        let near_the_border = with(&bts("A-1"), &json!({"district": "106", "longitude": 103.0985}));
        let site = app.site("viettel", &near_the_border).await;
        assert_eq!(site["district"], "105", "within the tolerance the position decides");
    }

    async fn what_is_allowed_but_odd_is_told(app: TestApp) {
        app.with_division().await;
        let code = |site: &Value| site["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let first = app.site("viettel", &bts("A-1")).await;
        assert!(code(&first).is_empty());
        let beside = with(&bts("A-2"), &json!({"longitude": 103.02005}));
        assert_eq!(code(&app.site("viettel", &beside).await), ["near_own_site"]);
        let shared = with(&bts("V-1"), &json!({"operator": "vnpt", "longitude": 103.01998}));
        assert_eq!(code(&app.site("vnpt", &shared).await), ["near_other_operator"]);
        let future = with(&bts("A-3"), &json!({"longitude": 103.07, "commissioned_on": "2030-01-01", "radios": []}));
        assert_eq!(code(&app.site("viettel", &future).await), ["future_commissioning"]);
        let nowhere = with(&bts("A-4"), &json!({"longitude": 103.22}));
        assert_eq!(code(&app.site("viettel", &nowhere).await), ["unlocated"]);
        let dead = with(&bts("A-5"), &json!({"longitude": 103.06, "status": "decommissioned"}));
        assert_eq!(code(&app.site("viettel", &dead).await), ["no_decommissioning_date"]);
        let moved = json!({"longitude": 103.05});
        let reply = app.send_json("viettel", "PATCH", &at(&first), &[("if-match", "*")], &moved).await.expect(200);
        assert_eq!(code(&reply.json()), ["moved"]);
    }

    async fn text_is_kept_in_one_form(app: TestApp) {
        let site = app.site("viettel", &with(&bts("A-1"), &json!({"name": "  Mu\u{031B}\u{01A1}\u{0300}ng Te\u{0300} "}))).await;
        let name = site["name"].as_str().unwrap();
        assert!(name.starts_with('M') && name.ends_with("Tè") && !name.contains('\u{0300}'), "{name:?}");
    }
}
