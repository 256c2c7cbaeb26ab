//! The signal at settlements: its status, how that is known, and what is missing to it.

use serde_json::{Value, json};

use crate::elevation::tile;
use crate::settlements::{SETTLEMENTS, at, village};
use crate::support::{TestApp, bts, with};

/// A settlement at a place, with a cluster of homes at another.
fn place(code: &str, centre: (f64, f64), cluster: (f64, f64)) -> Value {
    let clusters = json!([{"longitude": cluster.0, "latitude": cluster.1, "households": 10}]);
    with(
        &village(code),
        &json!({"longitude": centre.0, "latitude": centre.1, "clusters": clusters}),
    )
}

/// A site with one radio.
fn site(code: &str, (longitude, latitude): (f64, f64), radio: &Value) -> Value {
    with(
        &bts(code),
        &json!({"longitude": longitude, "latitude": latitude, "radios": [radio]}),
    )
}

fn round(technology: &str, radius_m: f64) -> Value {
    json!({"technology": technology, "declared_radius_m": radius_m})
}

/// A radio that is computed: a sector to the north.
fn sector(technology: &str, frequency_mhz: f64, eirp_dbm: f64) -> Value {
    json!({"technology": technology, "antenna_height_m": 30.0, "sectors": [
        {"azimuth_deg": 0.0, "beamwidth_deg": 360.0, "frequency_mhz": frequency_mhz, "eirp_dbm": eirp_dbm}]})
}

fn statuses(page: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|it| {
            (
                text(&it["code"]),
                text(&it["status"]),
                text(&it["status_basis"]["source"]),
            )
        })
        .collect()
}

fn codes(page: &Value) -> Vec<String> {
    statuses(page).into_iter().map(|(code, ..)| code).collect()
}

/// One covered, one with a cluster without signal, one without signal, and one without signal where somebody found one.
async fn four(app: &TestApp) {
    app.with_division().await;
    let near = (103.05, 22.05);
    let far = (103.15, 22.15);
    let list = json!([
        place("B-1", near, (103.055, 22.05)),
        place("B-2", near, far),
        place("B-3", far, near),
        place("B-4", (103.16, 22.15), far),
    ]);
    app.put("department", SETTLEMENTS, &list).await.expect(200);
    let found = json!({"observed_on": "2016-11-20", "status": "covered"});
    app.post("department", &format!("{}/reports", at("B-4")), &found)
        .await
        .expect(201);
    app.site("viettel", &site("S-1", near, &round("3g", 2_000.0)))
        .await;
}

fn of(expected: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    let expected = expected.iter();
    expected
        .map(|(code, status, basis)| ((*code).into(), (*status).into(), (*basis).into()))
        .collect()
}

both_backends! {
    async fn the_model_answers_where_nobody_was(app: TestApp) {
        four(&app).await;
        let page = app.ask(SETTLEMENTS).await;
        let all = of(&[("B-1", "covered", "model"), ("B-2", "lom_song", "model"), ("B-3", "trang_song", "model"), ("B-4", "covered", "report")]);
        assert_eq!(statuses(&page), all);
        assert_eq!(page["items"][3]["status_basis"], json!({"source": "report", "observed_on": "2016-11-20", "recorded_by": "department"}));
        assert_eq!(page["items"][0]["short_db"], Value::Null);
        for (query, expected) in [
            ("status=covered", &["B-1", "B-4"][..]),
            ("status=lom_song,trang_song", &["B-2", "B-3"]),
            ("status=unknown", &[]),
            ("status=trang_song&district=108", &["B-3"]),
            ("status=trang_song&district=105", &[]),
            ("status=trang_song&technology=4g", &["B-1", "B-2", "B-3"]),
            ("status=covered&technology=2g", &["B-4"]),
            ("status=covered&technology=2g&at_least=true", &["B-1", "B-4"]),
            ("status=covered&operator=vnpt", &["B-4"]),
            ("status=covered&operator=viettel", &["B-1", "B-4"]),
            ("status=covered&as_of=2016-11-19", &["B-1"]),
            ("status=covered&as_of=2011-01-01", &[]),
        ] {
            let page = app.ask(&format!("{SETTLEMENTS}?count=true&{query}")).await;
            assert_eq!(codes(&page), expected, "{query}");
            assert_eq!(page["total"], json!(expected.len()), "{query}");
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = app.ask(&format!("{SETTLEMENTS}?limit=1&{query}{cursor}")).await;
                seen.extend(codes(&page));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, expected, "{query}");
        }
        for (code, status, basis) in all {
            let one = app.ask(&at(&code)).await;
            assert_eq!((&one["status"], &one["status_basis"]["source"]), (&json!(status), &json!(basis)));
        }
        app.get(&format!("{}?operator=max", at("B-1"))).await.expect(400);
    }

    async fn what_is_read_can_be_sent_back(app: TestApp) {
        four(&app).await;
        let unchanged = json!({"created": 0, "updated": 0, "unchanged": 4});
        let page = app.ask(&format!("{SETTLEMENTS}?detail=true")).await;
        assert_eq!(app.put("department", SETTLEMENTS, &page["items"]).await.expect(200).json(), unchanged);
        let one = app.ask(&format!("{}?detail=true", at("B-2"))).await;
        app.put("department", &at("B-2"), &one).await.expect(200);
        for (f, media_type) in [("csv", "text/csv"), ("geojson", "application/geo+json"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")] {
            for query in ["", "&detail=true"] {
                let file = app.get(&format!("{SETTLEMENTS}?f={f}{query}")).await.expect(200).body.to_vec();
                let reply = app.send("department", "POST", &format!("{SETTLEMENTS}/import"), &[("content-type", media_type)], Some(file)).await;
                assert_eq!(reply.expect(200).json(), unchanged, "{f}{query}");
            }
        }
    }

    async fn what_is_missing_is_told_in_decibels(app: TestApp) {
        app.with_division().await;
        let mast = (103.05, 22.05);
        // Some 1, 4, 9 and 55 km north.
        let list: Vec<Value> = [0.009, 0.036, 0.081, 0.5].iter().enumerate().map(|(at, up)| {
            let centre = (mast.0, mast.1 + up);
            with(&place(&format!("B-{at}"), centre, centre), &json!({"clusters": []}))
        }).collect();
        app.put("department", SETTLEMENTS, &json!(list[..3])).await.expect(200);
        app.site("viettel", &site("S-1", mast, &sector("4g", 1800.0, 60.0))).await;
        let page = app.ask(&format!("{SETTLEMENTS}?detail=true")).await;
        let items = page["items"].as_array().unwrap();
        let number = |item: &Value, name: &str| item[name].as_f64().unwrap_or_else(|| panic!("{name} in {item}"));
        let mut before = -1.0;
        for item in items {
            let (level, short) = (number(item, "best_level_dbm"), number(item, "short_db"));
            assert!((short - (-110.0 - level).max(0.0)).abs() < 0.11, "{item}");
            assert_eq!(item["status"] == "covered", short <= 0.0, "{item}");
            assert!(short >= before, "{item}");
            before = short;
            assert_eq!(item["line_of_sight"], Value::Null);
            assert_eq!(item["nearest_cell"]["site_code"], "S-1");
            assert_eq!(item["sites_seen"], json!(u8::from(item["status"] == "covered")));
            assert_eq!(item["single_point_of_failure"], item["status"] == "covered");
        }
        assert!(number(&items[2], "short_db") > 0.0 && items[0]["status"] == "covered");
        let far = number(&items[0]["nearest_cell"], "distance_m");
        assert!((far - 996.5).abs() < 2.0, "{far}");
        let id = items[0]["nearest_cell"]["id"].as_str().unwrap();
        assert!(id.ends_with(":4g:1"), "{id}");
        // A second site, of which nothing is known but its radius.
        app.site("viettel", &site("S-2", mast, &round("2g", 1_500.0))).await;
        let one = app.ask(&format!("{}?detail=true", at("B-0"))).await;
        assert_eq!((&one["sites_seen"], &one["single_point_of_failure"]), (&json!(2), &json!(false)));
        let alone = app.ask(&format!("{}?detail=true&technology=2g", at("B-0"))).await;
        assert_eq!((&alone["sites_seen"], &alone["best_level_dbm"], &alone["short_db"]), (&json!(1), &Value::Null, &Value::Null));
        let nobody = app.ask(&format!("{}?detail=true&technology=5g", at("B-0"))).await;
        assert_eq!((&nobody["nearest_cell"], &nobody["sites_seen"], &nobody["status"]), (&Value::Null, &json!(0), &json!("trang_song")));
    }

    async fn the_fewest_decibels_short_come_first(app: TestApp) {
        app.with_division().await;
        let mast = (103.05, 22.02);
        let list: Vec<Value> = [("B-1", 0.16), ("B-2", 0.12), ("B-3", 0.01), ("B-4", 0.08)].iter().map(|(code, up)| {
            let centre = (mast.0, mast.1 + up);
            with(&place(code, centre, centre), &json!({"clusters": []}))
        }).collect();
        app.put("department", SETTLEMENTS, &json!(list)).await.expect(200);
        app.site("viettel", &site("S-1", mast, &sector("4g", 1800.0, 55.0))).await;
        for (query, expected) in [("", &["B-3", "B-4", "B-2", "B-1"][..]), ("&status=trang_song", &["B-4", "B-2", "B-1"]), ("&technology=2g", &["B-1", "B-2", "B-3", "B-4"])] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = app.ask(&format!("{SETTLEMENTS}?sort=short_db&limit=2{query}{cursor}")).await;
                seen.extend(codes(&page));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, expected, "{query}");
        }
        let by_code = app.ask(&format!("{SETTLEMENTS}?limit=1")).await["next"].as_str().unwrap().to_owned();
        app.get(&format!("{SETTLEMENTS}?sort=short_db&cursor={by_code}")).await.expect(400);
    }
}

#[actix_web::test]
async fn a_ridge_takes_the_sight_and_the_signal() {
    let folder = tempfile::TempDir::new().unwrap();
    // Flat but for a wall along 22.1° N.
    let bytes = tile(|row, _| {
        if (1078..=1082).contains(&row) {
            900
        } else {
            100
        }
    });
    std::fs::write(folder.path().join("N22E103.hgt"), bytes).unwrap();
    let path = folder.path().display().to_string();
    let app = TestApp::with_flags(&["--elevation-dir", &path]).await;
    app.with_division().await;
    let list = json!([
        place("B-1", (103.05, 22.09), (103.05, 22.09)),
        place("B-2", (103.05, 22.11), (103.05, 22.11)),
    ]);
    app.put("department", SETTLEMENTS, &list).await.expect(200);
    app.site(
        "viettel",
        &site("S-1", (103.05, 22.05), &sector("2g", 900.0, 50.0)),
    )
    .await;
    let reply = app.get(&format!("{SETTLEMENTS}?detail=true")).await;
    assert_eq!(
        reply.header("cache-control"),
        "no-store",
        "terrain is pending"
    );
    let stop = std::sync::atomic::AtomicBool::new(false);
    assert_eq!(
        app.register
            .survey(|| chrono::DateTime::UNIX_EPOCH, &stop)
            .unwrap(),
        1
    );
    let reply = app
        .get(&format!("{SETTLEMENTS}?detail=true"))
        .await
        .expect(200);
    assert_ne!(reply.header("cache-control"), "no-store");
    let page = reply.json();
    let (open, hidden) = (&page["items"][0], &page["items"][1]);
    assert_eq!(
        (&open["line_of_sight"], &hidden["line_of_sight"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        (&open["status"], &hidden["status"]),
        (&json!("covered"), &json!("trang_song"))
    );
    let level = |item: &Value| item["best_level_dbm"].as_f64().unwrap();
    assert!(level(open) > level(hidden) + 20.0, "{page}");
    assert_eq!(open["short_db"], json!(0.0));
    assert!(hidden["short_db"].as_f64().unwrap() > 1.0, "{hidden}");
    let none = app.ask("/api/v1/elevation").await;
    assert_eq!(
        (&none["footprints"], &none["survey"]["made"]),
        (&json!(1), &json!(1))
    );
}
