//! Boundaries that change: every version of every site is filed anew, those that are past and those of deleted sites too.

use crate::support::{TestApp, bts, division, with};
use serde_json::{Value, json};

fn rectangle(west: f64, east: f64) -> Value {
    json!({"type": "Polygon", "coordinates": [[[west, 22.0], [east, 22.0], [east, 22.1], [west, 22.1], [west, 22.0]]]})
}

/// Puts one of the two southern districts between two meridians.
async fn redraw(app: &TestApp, code: &str, name: &str, (west, east): (f64, f64)) -> Value {
    let body = json!({"level": "district", "name": name, "valid_from": "2013-01-01", "valid_to": "2025-07-01", "boundary": rectangle(west, east)});
    app.put("department", &format!("/api/v1/areas/{code}"), &body)
        .await
        .expect(200)
        .json()
}

/// BTS sites of the districts 105 and 106, of none, and of all, as three questions tell them.
async fn told(app: &TestApp, query: &str) -> [i64; 4] {
    let summary = app.ask(&format!("/api/v1/summary?{query}")).await;
    let of = |figures: &Value| figures["sites"]["bts"].as_i64().unwrap();
    let row = |code: &str| {
        summary["areas"]
            .as_array()
            .unwrap()
            .iter()
            .find(|a| a["area"]["code"] == code)
            .map(of)
            .unwrap()
    };
    for code in ["105", "106"] {
        let alone = app
            .ask(&format!("/api/v1/districts/{code}/summary?{query}"))
            .await;
        assert_eq!(of(&alone), row(code), "{code} alone: {query}");
        let listed = app
            .ask(&format!("/api/v1/sites?district={code}&count=true&{query}"))
            .await;
        assert_eq!(listed["total"], row(code), "{code} listed: {query}");
    }
    [
        row("105"),
        row("106"),
        of(&summary["unlocated"]),
        of(&summary["total"]),
    ]
}

both_backends! {
    async fn past_and_deleted_versions_are_filed_anew_too(app: TestApp) {
        app.with_division().await;
        let near = |code: &str, longitude: f64| with(&bts(code), &json!({"longitude": longitude}));
        let moved = app.site("viettel", &near("A-1", 103.095)).await;
        let deleted = app.site("viettel", &near("A-2", 103.094)).await;
        app.site("viettel", &near("A-3", 103.02)).await;
        let first = TestApp::now();
        let uri = |site: &Value| format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        let any = [("if-match", "*")];
        app.send_json("viettel", "PATCH", &uri(&moved), &any, &json!({"longitude": 103.15})).await.expect(200);
        app.send("viettel", "DELETE", &uri(&deleted), &any, None).await.expect(204);
        let (then, now) = (format!("as_of=2016-12-31&known_at={first}"), "as_of=2016-12-31");
        assert_eq!((told(&app, &then).await, told(&app, now).await), ([3, 0, 0, 3], [1, 1, 0, 2]));

        // The border goes 1 km to the west: for a while nobody has the strip.
        let outcome = redraw(&app, "105", "Thành phố Một", (103.0, 103.09)).await;
        assert_eq!(outcome["sites"], json!({"sites_checked": 2, "sites_reassigned": 0, "sites_unlocated": 0}), "of current sites none was in the strip");
        assert_eq!((told(&app, &then).await, told(&app, now).await), ([1, 0, 2, 3], [1, 1, 0, 2]));
        redraw(&app, "106", "Huyện Đường", (103.09, 103.2)).await;
        assert_eq!((told(&app, &then).await, told(&app, now).await), ([1, 2, 0, 3], [1, 1, 0, 2]));
        let read = app.ask(&format!("{}?{then}", uri(&deleted))).await;
        assert_eq!((&read["district"], &read["commune"], &read["version"]), (&json!("106"), &json!("01051"), &json!(1)));
        let report = app.ask(&format!("/api/v1/reports/annual?year=2016&known_at={first}")).await;
        let rows: Vec<&Value> = report["by_district"].as_array().unwrap().iter().map(|d| &d["current"]["sites"]["bts"]).collect();
        assert_eq!(rows, [1, 2, 0, 0]);

        // And back again.
        redraw(&app, "106", "Huyện Đường", (103.1, 103.2)).await;
        redraw(&app, "105", "Thành phố Một", (103.0, 103.1)).await;
        assert_eq!((told(&app, &then).await, told(&app, now).await), ([3, 0, 0, 3], [1, 1, 0, 2]));
    }

    async fn a_division_that_comes_later_answers_for_what_was_before(app: TestApp) {
        let deleted = app.site("viettel", &bts("A-1")).await;
        let known = TestApp::now();
        let uri = format!("/api/v1/sites/{}", deleted["id"].as_str().unwrap());
        app.send("viettel", "DELETE", &uri, &[("if-match", "*")], None).await.expect(204);
        let moved = app.site("viettel", &with(&bts("A-2"), &json!({"longitude": 103.12}))).await;
        let before = app.ask("/api/v1/summary?as_of=2016-12-31").await;
        assert_eq!((&before["areas"], &before["unlocated"]["sites"]["bts"]), (&json!([]), &json!(1)));
        app.import("", &division()).await.expect(200);
        assert_eq!(told(&app, &format!("as_of=2016-12-31&known_at={known}")).await, [1, 0, 0, 1]);
        assert_eq!(told(&app, "as_of=2016-12-31").await, [0, 1, 0, 1]);
        // Each day's own division, and any other that is asked for.
        let uri = format!("/api/v1/sites/{}", moved["id"].as_str().unwrap());
        for (day, commune) in [("2016-12-31", "01060"), ("2025-06-30", "01060"), ("2025-07-01", "01050"), ("2026-01-01", "01050")] {
            assert_eq!(app.ask(&format!("{uri}?as_of={day}")).await["commune"], commune, "{day}");
            for as_of in ["2016-12-31", "2026-01-01"] {
                let summary = app.ask(&format!("/api/v1/summary?level=commune&as_of={as_of}&division_on={day}")).await;
                let held: Vec<&str> = summary["areas"].as_array().unwrap().iter().filter(|a| a["sites"]["bts"] == 1).map(|a| a["area"]["code"].as_str().unwrap()).collect();
                assert_eq!((held, &summary["division_on"]), (vec![commune], &json!(day)), "{as_of} in the division of {day}");
            }
        }
    }
}
