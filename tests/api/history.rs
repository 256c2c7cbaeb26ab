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
