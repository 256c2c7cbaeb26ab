//! Settlements: recorded, replaced, removed, and reported on.

use crate::support::{TestApp, with};
use serde_json::{Value, json};

pub const SETTLEMENTS: &str = "/api/v1/settlements";

/// A settlement in the district 105, with one cluster.
pub fn village(code: &str) -> Value {
    json!({"code": code, "name": format!("Bản {code}"), "longitude": 103.02, "latitude": 22.03, "population": 412, "households": 90,
        "has_grid_power": true, "clusters": [{"name": "Khu Suối", "longitude": 103.03, "latitude": 22.04, "households": 23}], "source": "test"})
}

pub fn at(code: &str) -> String {
    format!("{SETTLEMENTS}/{code}")
}

/// The journal's lines on settlements: resource, action, version and fields.
async fn journal(app: &TestApp) -> Vec<(String, String, Value, Value)> {
    let items = app.ask("/api/v1/changes?limit=10000").await["items"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = items.as_array().unwrap().iter();
    lines
        .filter(|line| text(&line["resource"]).starts_with("settlement"))
        .map(|line| {
            (
                text(&line["resource"]),
                text(&line["action"]),
                line["version"].clone(),
                line["fields"].clone(),
            )
        })
        .collect()
}

fn line(
    resource: &str,
    action: &str,
    version: Value,
    fields: &[&str],
) -> (String, String, Value, Value) {
    (resource.into(), action.into(), version, json!(fields))
}

both_backends! {
    async fn a_settlement_is_recorded_replaced_and_removed(app: TestApp) {
        app.with_division().await;
        let made = app.put("department", &at("B-1"), &village("B-1")).await.expect(201);
        assert_eq!((made.header("location"), made.header("etag")), (at("B-1"), "\"1\"".to_owned()));
        let read = made.json();
        assert_eq!((&read["district"], &read["commune"], &read["version"]), (&json!("105"), &json!("01080"), &json!(1)));
        assert_eq!(app.ask(&format!("{}?division_on=2016-12-31", at("B-1"))).await["commune"], "01050");
        assert_eq!(app.put("department", &at("B-1"), &read).await.expect(200).json(), read, "what was read may be sent back");
        let moved = with(&village("B-1"), &json!({"code": null, "longitude": 103.12, "has_grid_power": false, "clusters": []}));
        let if_match = [("if-match", "\"1\"")];
        let changed = app.send_json("department", "PUT", &at("B-1"), &if_match, &moved).await.expect(200).json();
        assert_eq!((&changed["version"], &changed["district"], &changed["clusters"]), (&json!(2), &json!("106"), &json!([])));
        assert_eq!(changed["created_at"], read["created_at"]);
        app.send_json("department", "PUT", &at("B-1"), &if_match, &moved).await.expect(412);
        app.send("department", "DELETE", &at("B-1"), &if_match, None).await.expect(412);
        app.send("department", "DELETE", &format!("{}?reason=moved", at("B-1")), &[], None).await.expect(204);
        app.get(&at("B-1")).await.expect(404);
        app.send("department", "DELETE", &at("B-1"), &[], None).await.expect(404);
        assert_eq!(app.ask(SETTLEMENTS).await["items"], json!([]));
        app.send_json("department", "PUT", &at("B-1"), &[("if-match", "*")], &moved).await.expect(412);
        let again = app.put("department", &at("B-1"), &moved).await.expect(201).json();
        assert_eq!((&again["version"], &again["created_at"]), (&json!(4), &read["created_at"]));
        let lines = [
            line("settlement", "create", json!(1), &[]),
            line("settlement", "replace", json!(2), &["clusters", "has_grid_power", "longitude"]),
            line("settlement", "delete", json!(3), &[]),
            line("settlement", "create", json!(4), &[]),
        ];
        assert_eq!(journal(&app).await, lines);
    }

    async fn a_list_is_taken_whole_or_not_at_all(app: TestApp) {
        app.with_division().await;
        let list = json!([village("B-1"), village("B-2"), with(&village("B-3"), &json!({"clusters": null}))]);
        assert_eq!(app.put("department", SETTLEMENTS, &list).await.expect(200).json(), json!({"created": 3, "updated": 0, "unchanged": 0}));
        assert_eq!(app.put("department", SETTLEMENTS, &list).await.expect(200).json(), json!({"created": 0, "updated": 0, "unchanged": 3}));
        let list = json!([village("B-1"), with(&village("B-2"), &json!({"population": 413})), village("B-4")]);
        assert_eq!(app.put("department", SETTLEMENTS, &list).await.expect(200).json(), json!({"created": 1, "updated": 1, "unchanged": 1}));
        let before = journal(&app).await;
        assert_eq!(before.len(), 5);
        let wrong = json!([
            with(&village("B-9"), &json!({"population": 1})),
            with(&village("B-1"), &json!({"name": null, "population": -1})),
            village("B-9"),
            with(&village("B-8"), &json!({"longitude": 103.204})),
            with(&village("B-7"), &json!({"longitude": 120.0})),
            with(&village("B-6"), &json!({"clusters": [{"longitude": 103.19, "latitude": 22.21}, {"longitude": 103.0, "latitude": 40.0}]})),
            with(&village("B-5"), &json!({"longitude": 22.03, "latitude": 103.02})),
            7,
        ]);
        let found = app.put("department", SETTLEMENTS, &wrong).await.expect(400).faults();
        let expected = [
            ("/1/name", "required"), ("/1/population", "out_of_range"), ("/2", "duplicate"),
            ("/3/longitude", "unlocated"), ("/3/latitude", "unlocated"),
            ("/4/longitude", "outside_territory"), ("/4/latitude", "outside_territory"),
            ("/5/clusters/1/longitude", "outside_territory"), ("/5/clusters/1/latitude", "outside_territory"),
            ("/6/longitude", "coordinates_swapped"), ("/6/latitude", "coordinates_swapped"), ("/7", "wrong_type"),
        ];
        assert_eq!(found, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
        assert_eq!(journal(&app).await, before, "none of it left a trace");
        app.put("department", SETTLEMENTS, &json!({})).await.expect(400);
        let many: Vec<Value> = (0..10_001).map(|_| json!({})).collect();
        assert_eq!(app.put("department", SETTLEMENTS, &json!(many)).await.expect(400).faults()[0].1, "too_many");
        assert_eq!(app.put("department", SETTLEMENTS, &json!([])).await.expect(200).json()["created"], 0);
    }

    async fn what_is_wrong_with_a_settlement_is_told(app: TestApp) {
        app.with_division().await;
        let body = json!({"name": "x", "longitude": 103.0, "latitude": 22.1, "code": "B-2", "colour": 1, "clusters": [{"longitude": "x", "latitude": 22.1}]});
        let found = app.put("department", &at("B-1"), &body).await.expect(400).faults();
        let expected = [("/code", "contradicts_path"), ("/clusters/0/longitude", "wrong_type"), ("/colour", "unknown_field")];
        assert_eq!(found, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
        for code in ["%C4%91", "a%2Fb", "%20a", "...", "a%20b"] {
            assert_eq!(app.put("department", &at(code), &village("x")).await.status, 400, "{code}");
        }
        let said = app.send_json("department", "PUT", &at("B-1"), &[("accept-language", "vi")], &json!({"name": "x", "longitude": 103.204, "latitude": 22.1})).await.expect(400);
        assert!(said.text().contains("Không có đơn vị hành chính nào"), "{}", said.text());
    }

    async fn reports_are_kept_with_their_settlement_newest_first(app: TestApp) {
        app.with_division().await;
        app.put("department", &at("B-1"), &village("B-1")).await.expect(201);
        let reports = format!("{}/reports", at("B-1"));
        let first = app.post("department", &reports, &json!({"observed_on": "2016-11-20", "status": "trang_song"})).await.expect(201).json();
        let own = json!({"observed_on": "2017-03-01", "status": "covered", "technology": "4g", "operator": "viettel", "level_dbm": -97.5, "remark": "đo tại nhà văn hóa"});
        let second = app.post("viettel", &reports, &own).await.expect(201).json();
        assert_eq!((&second["recorded_by"], &second["level_dbm"]), (&json!("viettel"), &json!(-97.5)));
        let third = app.post("department", &reports, &json!({"observed_on": "2016-11-20", "status": "lom_song", "operator": "vnpt"})).await.expect(201).json();
        let ids = |read: &Value| -> Vec<Value> { read["reports"].as_array().unwrap().iter().map(|r| r["id"].clone()).collect() };
        let read = app.ask(&at("B-1")).await;
        assert_eq!(ids(&read), [second["id"].clone(), third["id"].clone(), first["id"].clone()]);
        assert_eq!(app.put("department", &at("B-1"), &read).await.expect(200).json()["version"], 1, "what was read may be sent back");
        let geojson = app.get(&format!("{}?f=geojson", at("B-1"))).await.expect(200).json();
        assert_eq!((&geojson["id"], &geojson["properties"]["reports"]), (&json!("B-1"), &read["reports"]));

        let one = format!("{reports}/{}", second["id"].as_str().unwrap());
        app.send("viettel", "DELETE", &one, &[], None).await.expect(403);
        app.send("department", "DELETE", &format!("{}/reports/{}", at("B-2"), second["id"].as_str().unwrap()), &[], None).await.expect(404);
        app.send("department", "DELETE", &one, &[], None).await.expect(204);
        app.send("department", "DELETE", &one, &[], None).await.expect(404);
        assert_eq!(ids(&app.ask(&at("B-1")).await), [third["id"].clone(), first["id"].clone()]);
        let all = app.register.db.read_here(|conn| telecom_inventory::db::settlements::reports(conn, None)).unwrap();
        let all: Vec<Value> = all.into_iter().map(|report| json!(report.id)).collect();
        assert_eq!(all, [third["id"].clone(), first["id"].clone()]);
        let lines = journal(&app).await.split_off(1);
        let report = |action| line("settlement_report", action, Value::Null, &[]);
        assert_eq!(lines, [report("create"), report("create"), report("create"), report("withdraw")]);
    }

    async fn what_is_wrong_with_a_report_is_told(app: TestApp) {
        app.with_division().await;
        app.put("department", &at("B-1"), &village("B-1")).await.expect(201);
        let reports = format!("{}/reports", at("B-1"));
        let good = json!({"observed_on": "2016-11-20", "status": "covered"});
        app.post("department", &format!("{}/reports", at("B-9")), &good).await.expect(404);
        for (patch, place, code) in [
            (json!({"observed_on": "2026-11-24"}), "/observed_on", "not_yet"),
            (json!({"observed_on": null}), "/observed_on", "required"),
            (json!({"status": "unknown"}), "/status", "unknown_value"),
            (json!({"operator": "nobody"}), "/operator", "unknown_operator"),
            (json!({"level_dbm": -151}), "/level_dbm", "out_of_range"),
            (json!({"technology": "6g"}), "/technology", "unknown_technology"),
            (json!({"settlement": "B-1"}), "/settlement", "unknown_field"),
        ] {
            let found = app.post("department", &reports, &with(&good, &patch)).await.expect(400).faults();
            assert_eq!(found, [(place.to_owned(), code.to_owned())], "{patch}");
        }
        assert_eq!(app.ask(&at("B-1")).await["reports"], json!([]));
    }

    async fn operators_report_on_their_own_signal_and_write_nothing_else(app: TestApp) {
        app.with_division().await;
        app.put("department", &at("B-1"), &village("B-1")).await.expect(201);
        for who in ["reader", "viettel"] {
            app.put(who, &at("B-1"), &village("B-1")).await.expect(403);
            app.put(who, SETTLEMENTS, &json!([village("B-1")])).await.expect(403);
            app.send(who, "DELETE", &at("B-1"), &[], None).await.expect(403);
            app.send(who, "POST", &format!("{SETTLEMENTS}/import"), &[("content-type", "text/csv")], Some(b"x".to_vec())).await.expect(403);
        }
        let reports = format!("{}/reports", at("B-1"));
        let report = json!({"observed_on": "2016-11-20", "status": "covered"});
        app.post("reader", &reports, &report).await.expect(403);
        app.post("viettel", &reports, &report).await.expect(403);
        app.post("viettel", &reports, &with(&report, &json!({"operator": "vnpt"}))).await.expect(403);
        app.post("viettel", &reports, &with(&report, &json!({"operator": "viettel"}))).await.expect(201);
        app.send("", "GET", SETTLEMENTS, &[], None).await.expect(401);
    }

    async fn without_boundaries_every_position_is_taken(app: TestApp) {
        let read = app.put("department", &at("B-1"), &village("B-1")).await.expect(201).json();
        assert_eq!((&read["district"], &read["commune"]), (&Value::Null, &Value::Null));
    }
}
