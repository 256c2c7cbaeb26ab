//! Time: what was in service on a day, and what the register said at an instant.

use crate::support::{TestApp, bts, with};
use serde_json::{Value, json};

fn uri(site: &Value) -> String {
    format!("/api/v1/sites/{}", site["id"].as_str().unwrap())
}

async fn patch(app: &TestApp, site: &Value, patch: &Value) -> Value {
    app.send_json("viettel", "PATCH", &uri(site), &[("if-match", "*")], patch)
        .await
        .expect(200)
        .json()
}

/// Radios of the district 105 and of the district 106.
async fn radios(app: &TestApp, query: &str) -> (i64, i64) {
    let of = async |code: &str| {
        app.ask(&format!("/api/v1/districts/{code}/summary?{query}"))
            .await["sites"]["radios"]["total"]
            .as_i64()
            .unwrap()
    };
    (of("105").await, of("106").await)
}

both_backends! {
    async fn what_was_known_then_is_answered_still(app: TestApp) {
        app.with_division().await;
        let start = TestApp::now();
        let site = app.site("viettel", &bts("A-1")).await;
        let created = TestApp::now();
        patch(&app, &site, &json!({"longitude": 103.15})).await;
        let moved = TestApp::now();
        patch(&app, &site, &json!({"status": "decommissioned", "decommissioned_on": "2018-01-01"})).await;
        let ended = TestApp::now();
        app.send("viettel", "DELETE", &uri(&site), &[("if-match", "*")], None).await.expect(204);
        for (known_at, as_of, expected) in [
            (&start, "2016-12-31", (0, 0)),
            (&created, "2016-12-31", (2, 0)),
            (&created, "2013-12-31", (1, 0)),
            (&created, "2012-04-30", (0, 0)),
            (&moved, "2016-12-31", (0, 2)),
            (&moved, "2020-12-31", (0, 2)),
            (&ended, "2017-12-31", (0, 2)),
            (&ended, "2018-01-01", (0, 0)),
        ] {
            assert_eq!(radios(&app, &format!("as_of={as_of}&known_at={known_at}")).await, expected, "{as_of} as known at {known_at}");
        }
        assert_eq!(radios(&app, "as_of=2016-12-31").await, (0, 0), "deleted: it is as if it had never been");
        let listed = app.ask(&format!("/api/v1/sites?known_at={moved}&district=106&as_of=2016-12-31")).await;
        assert_eq!(listed["items"][0]["longitude"], 103.15);
        let listed = app.ask(&format!("/api/v1/sites?known_at={created}&district=106")).await;
        assert_eq!(listed["items"], json!([]));
        assert_eq!(app.ask(&format!("{}?known_at={created}", uri(&site))).await["version"], 1);
        app.get(&format!("{}?known_at={start}", uri(&site))).await.expect(404);
        let report = app.ask(&format!("/api/v1/reports/annual?year=2016&known_at={created}")).await;
        assert_eq!(report["total"]["current"]["sites"]["radios"]["total"], 2);
        let versions = app.ask(&format!("{}/versions", uri(&site))).await["items"].clone();
        let told: Vec<(i64, String)> = versions.as_array().unwrap().iter().map(|v| (v["version"].as_i64().unwrap(), v["changed_fields"].to_string())).collect();
        assert_eq!(told, [(4, "[]".into()), (3, "[\"decommissioned_on\",\"status\"]".into()), (2, "[\"longitude\"]".into()), (1, "[]".into())]);
    }

    async fn every_version_tells_who_when_and_why(app: TestApp) {
        app.with_division().await;
        let site = app.site("viettel", &bts("A-1")).await;
        let uri = uri(&site);
        let any = [("if-match", "*")];
        let send = async |who: &str, method: &str, query: &str, body: Value| {
            app.send_json(who, method, &format!("{uri}{query}"), &any, &body).await
        };
        let mut seen: Vec<Value> = app.ask(&format!("{uri}/versions")).await["items"].as_array().unwrap().clone();
        let steps = [
            ("viettel", "PATCH", "?reason=renamed", json!({"name": "Khác", "address": "bản Một"})),
            ("department", "PUT", "?reason=checked%20on%20the%20spot", with(&bts("A-1"), &json!({"longitude": 103.15, "name": "Khác"}))),
            ("viettel", "PATCH", "", json!({"radios": [{"technology": "2g"}]})),
            ("viettel", "PATCH", "?reason=nothing", json!({"status": "active"})),
            ("viettel", "PATCH", "", json!({"status": "decommissioned", "decommissioned_on": "2020-01-01"})),
            ("viettel", "PATCH", "", json!({"status": "no such"})),
        ];
        for (who, method, query, body) in steps {
            send(who, method, query, body).await;
            let now: Vec<Value> = app.ask(&format!("{uri}/versions")).await["items"].as_array().unwrap().clone();
            assert!(now.len() >= seen.len(), "versions only grow");
            for (old, kept) in seen.iter().rev().zip(now.iter().rev()) {
                let (old, kept) = (with(old, &json!({"superseded_at": null})), with(kept, &json!({"superseded_at": null})));
                assert_eq!(old, kept, "what was recorded stays as it was");
            }
            seen = now;
        }
        app.send("department", "DELETE", &format!("{uri}?reason=double"), &any, None).await.expect(204);
        app.get(&uri).await.expect(404);
        let now = app.ask(&format!("{uri}/versions")).await["items"].clone();
        let now = now.as_array().unwrap();
        let told: Vec<String> = now.iter().rev().map(|v| format!("{} {} {} {} {}", v["version"], v["changed_by"], v["reason"], v["changed_fields"], v["deleted"])).collect();
        assert_eq!(told, [
            r#"1 "viettel" null [] false"#,
            r#"2 "viettel" "renamed" ["address","name"] false"#,
            r#"3 "department" "checked on the spot" ["address","longitude"] false"#,
            r#"4 "viettel" null ["radios"] false"#,
            r#"5 "viettel" null ["decommissioned_on","status"] false"#,
            r#"6 "department" "double" [] true"#,
        ]);
        for pair in now.windows(2) {
            assert_eq!(pair[0]["recorded_at"], pair[1]["superseded_at"], "one version ends where the next begins");
        }
        assert_eq!(now[0]["superseded_at"], now[0]["recorded_at"], "a deletion holds at no instant");
        for version in now.iter().filter(|v| v["deleted"] == false) {
            let at = version["recorded_at"].as_str().unwrap();
            let then = app.ask(&format!("{uri}?known_at={at}")).await;
            assert_eq!(then, version["site"], "the register answers what it said from {at} on");
        }
        let again = app.site("viettel", &bts("A-1")).await;
        assert_ne!(again["id"], site["id"], "a deleted site is not brought back to life");
        assert_eq!(app.ask(&format!("{uri}/versions")).await["items"].as_array().unwrap().len(), 6);
    }

    async fn counts_that_are_corrected_are_answered_as_they_were_known(app: TestApp) {
        app.with_division().await;
        let count = |area: &str, day: &str, subscribers: i64| json!({"operator": "viettel", "service": "mobile", "area": area, "period_end": day, "subscribers": subscribers});
        let put = async |list: Value| {
            app.put("viettel", "/api/v1/subscribers", &list).await.expect(200);
            TestApp::now()
        };
        let start = TestApp::now();
        let first = put(json!([count("105", "2016-12-31", 100), count("106", "2016-12-31", 10), count("105", "2015-12-31", 50)])).await;
        let second = put(json!([count("105", "2016-12-31", 120)])).await;
        let third = put(json!([count("105", "2016-12-31", 110), count("105", "2017-06-30", 200)])).await;
        for (known_at, as_of, expected) in [
            (&start, "2016-12-31", [0, 0]),
            (&first, "2016-12-31", [100, 10]),
            (&first, "2016-12-30", [50, 0]),
            (&second, "2016-12-31", [120, 10]),
            (&second, "2017-12-31", [120, 10]),
            (&third, "2016-12-31", [110, 10]),
            (&third, "2017-12-31", [200, 10]),
        ] {
            let summary = app.ask(&format!("/api/v1/summary?as_of={as_of}&known_at={known_at}")).await;
            let of = |i: usize| summary["areas"][i]["subscribers"]["mobile"]["total"].as_i64().unwrap();
            assert_eq!([of(0), of(1)], expected, "{as_of} as known at {known_at}");
            let alone = app.ask(&format!("/api/v1/districts/105/summary?as_of={as_of}&known_at={known_at}")).await;
            assert_eq!(alone["subscribers"]["mobile"]["total"], expected[0]);
        }
        for (known_at, current, previous) in [(&start, 0, 0), (&first, 110, 50), (&second, 130, 50), (&third, 120, 50)] {
            let report = app.ask(&format!("/api/v1/reports/annual?year=2016&known_at={known_at}")).await;
            let of = |year: &str| report["total"][year]["subscribers"]["mobile"]["total"].as_i64().unwrap();
            assert_eq!((of("current"), of("previous")), (current, previous), "as known at {known_at}");
        }
        let versions: Vec<Value> = app.ask("/api/v1/subscribers").await["items"].as_array().unwrap().iter().map(|c| c["version"].clone()).collect();
        let mut versions: Vec<i64> = versions.iter().map(|v| v.as_i64().unwrap()).collect();
        versions.sort_unstable();
        assert_eq!(versions, [1, 1, 1, 3]);
    }

    async fn the_report_of_a_year_follows_what_was_known(app: TestApp) {
        app.with_division().await;
        let start = TestApp::now();
        let site = app.site("viettel", &bts("A-1")).await;
        let created = TestApp::now();
        patch(&app, &site, &json!({"longitude": 103.15})).await;
        let moved = TestApp::now();
        patch(&app, &site, &json!({"status": "decommissioned", "decommissioned_on": "2016-06-01"})).await;
        let ended = TestApp::now();
        app.send("viettel", "DELETE", &uri(&site), &[("if-match", "*")], None).await.expect(204);
        let deleted = TestApp::now();
        for (known_at, expected) in [(&start, [[0, 0], [0, 0]]), (&created, [[2, 2], [0, 0]]), (&moved, [[0, 0], [2, 2]]), (&ended, [[0, 0], [0, 2]]), (&deleted, [[0, 0], [0, 0]])] {
            let report = app.ask(&format!("/api/v1/reports/annual?year=2016&known_at={known_at}")).await;
            for (code, expected) in ["105", "106"].iter().zip(expected) {
                let district = report["by_district"].as_array().unwrap().iter().find(|d| d["area"]["code"] == *code).unwrap();
                let of = |year: &str| district[year]["sites"]["radios"]["total"].as_i64().unwrap();
                assert_eq!([of("current"), of("previous")], expected, "{code} as known at {known_at}");
            }
            let listed = app.ask(&format!("/api/v1/sites?as_of=2015-12-31&known_at={known_at}&count=true")).await;
            assert_eq!(listed["total"].as_i64().unwrap() * 2, expected[0][1] + expected[1][1], "the list agrees");
        }
    }

    async fn only_what_serves_on_the_day_counts(app: TestApp) {
        app.with_division().await;
        let cases = [
            ("P", json!({"status": "planned"})),
            ("S", json!({"status": "suspended"})),
            ("D", json!({"status": "decommissioned"})),
            ("E", json!({"status": "active", "decommissioned_on": "2015-01-01"})),
            ("N", json!({"commissioned_on": null, "radios": [{"technology": "2g"}]})),
            ("R", json!({"radios": [{"technology": "2g", "decommissioned_on": "2014-06-01"}, {"technology": "4g", "commissioned_on": "2017-01-01"}]})),
        ];
        for (i, (code, patch)) in cases.iter().enumerate() {
            let place = json!({"longitude": 103.01 + 0.01 * i as f64});
            app.site("viettel", &with(&with(&bts(code), &place), patch)).await;
        }
        for (day, sites, radios) in [("2010-01-01", 1, 1), ("2014-05-31", 3, 4), ("2014-06-01", 3, 3), ("2016-12-31", 2, 1), ("2017-01-01", 2, 2)] {
            let summary = app.ask(&format!("/api/v1/districts/105/summary?as_of={day}")).await;
            assert_eq!((&summary["sites"]["bts"], &summary["sites"]["radios"]["total"]), (&json!(sites), &json!(radios)), "{day}");
        }
    }
}
