//! Coverage by area: what counts, whose, when, and that it follows every change.

use std::f64::consts::PI;

use serde_json::{Value, json};

use crate::support::{TestApp, bts, with};

const DISTRICT: &str = "/api/v1/districts/105/coverage";

/// A site of one technology with a declared radius.
fn site(
    operator: &str,
    code: &str,
    (longitude, latitude): (f64, f64),
    technology: &str,
    radius_m: f64,
) -> Value {
    with(
        &bts(code),
        &json!({"operator": operator, "longitude": longitude, "latitude": latitude,
        "radios": [{"technology": technology, "declared_radius_m": radius_m}]}),
    )
}

fn number(value: &Value, pointer: &str) -> f64 {
    value
        .pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("{pointer} in {value}"))
}

async fn covered_km2(app: &TestApp, query: &str) -> f64 {
    let answer = app
        .get(&format!("{DISTRICT}?as_of=2016-12-31&{query}"))
        .await
        .expect(200)
        .json();
    number(&answer, "/area/covered_km2")
}

fn is_near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= expected * 5e-3
}

both_backends! {
    async fn operators_and_technologies_count_as_they_are_asked_for(app: TestApp) {
        app.with_division().await;
        // In the district 105 of 103.0 to 103.1 and 22.0 to 22.1 degrees, far enough from its border and from each other.
        for (operator, code, at, technology, radius_m) in [
            ("viettel", "A", (103.03, 22.03), "2g", 2_000.0),
            ("vnpt", "B", (103.03, 22.03), "3g", 1_000.0),
            ("vnpt", "C", (103.075, 22.075), "4g", 1_500.0),
        ] {
            app.post("department", "/api/v1/sites", &site(operator, code, at, technology, radius_m)).await.expect(201);
        }
        let disc = |km: f64| PI * km * km;
        for (query, expected_km2) in [
            ("", disc(2.0) + disc(1.5)),
            ("operator=viettel", disc(2.0)),
            ("operator=vnpt", disc(1.0) + disc(1.5)),
            ("operator=all", disc(1.0)),
            ("operator=max", disc(2.0)),
            ("technology=2g", disc(2.0)),
            ("technology=3g", disc(1.0)),
            ("technology=3g&at_least=true", disc(1.0) + disc(1.5)),
            ("technology=2g&at_least=true", disc(2.0) + disc(1.5)),
            ("technology=2g&operator=all", disc(2.0)),
        ] {
            let found = covered_km2(&app, query).await;
            assert!(is_near(found, expected_km2), "{query}: {found} for {expected_km2}");
        }
        assert!(covered_km2(&app, "technology=5g").await < 1e-9);
        assert!(covered_km2(&app, "operator=mobifone").await < 1e-9);
        let answer = app.get(&format!("{DISTRICT}?as_of=2016-12-31")).await.expect(200).json();
        let shares: f64 = answer["by_operators"].as_object().unwrap().values().map(|it| it.as_f64().unwrap()).sum();
        assert!((shares - 100.0).abs() < 0.01, "{answer}");
        let both = number(&answer, "/by_operators/2") / 100.0 * (number(&answer, "/area/covered_km2") + number(&answer, "/area/uncovered_km2"));
        assert!(is_near(both, disc(1.0)), "{both}");
        assert_eq!(answer["cells"], json!({"used": 3, "by_model": {"declared_radius": 3}, "outside_area": 0}));
        assert_eq!(answer["confidence"]["class"], "low");
        assert_eq!(answer["district"]["code"], "105");
    }

    async fn a_cell_without_any_figure_has_an_assumed_radius_and_says_so(app: TestApp) {
        app.with_division().await;
        let body = with(&bts("A"), &json!({"longitude": 103.05, "latitude": 22.05, "radios": [{"technology": "4g"}]}));
        app.site("viettel", &body).await;
        let answer = app.get(&format!("{DISTRICT}?as_of=2016-12-31")).await.expect(200).json();
        assert!(is_near(number(&answer, "/area/covered_km2"), PI * 4.0), "{answer}");
        assert_eq!(answer["cells"]["by_model"], json!({"assumed_radius": 1}));
        assert_eq!(answer["confidence"]["class"], "very_low");
        assert!(answer["confidence"]["reasons"][0].as_str().unwrap().starts_with("1 of 1 cells"));
    }

    async fn a_sector_serves_its_directions_only(app: TestApp) {
        app.with_division().await;
        let body = with(&bts("A"), &json!({"longitude": 103.05, "latitude": 22.05,
            "radios": [{"technology": "4g", "declared_radius_m": 3000.0, "sectors": [{"azimuth_deg": 0.0, "beamwidth_deg": 90.0}]}]}));
        app.site("viettel", &body).await;
        assert!(is_near(covered_km2(&app, "").await, PI * 9.0 / 4.0));
    }

    async fn days_and_instants_and_planned_sites_are_told_apart(app: TestApp) {
        app.with_division().await;
        let one = with(&site("viettel", "A", (103.05, 22.05), "2g", 2_000.0), &json!({"commissioned_on": "2015-06-01"}));
        let made = app.site("viettel", &one).await;
        let before = TestApp::now();
        let at = |day: &str, more: &str| format!("{DISTRICT}?as_of={day}{more}");
        let km2 = async |uri: String| number(&app.get(&uri).await.expect(200).json(), "/area/covered_km2");
        assert!(km2(at("2015-05-31", "")).await < 1e-9);
        assert!(is_near(km2(at("2015-06-01", "")).await, PI * 4.0));
        let id = made["id"].as_str().unwrap();
        assert!(km2(at("2016-12-31", &format!("&exclude_sites={id}"))).await < 1e-9);
        let larger = with(&one, &json!({"radios": [{"technology": "2g", "declared_radius_m": 3000.0}]}));
        app.put("viettel", "/api/v1/operators/viettel/sites/A", &larger).await.expect(200);
        assert!(is_near(km2(at("2016-12-31", "")).await, PI * 9.0), "a change is seen at once");
        assert!(is_near(km2(at("2016-12-31", &format!("&known_at={before}"))).await, PI * 4.0));
        let planned = with(&site("viettel", "B", (103.03, 22.02), "2g", 1_000.0), &json!({"status": "planned", "commissioned_on": "2016-01-01"}));
        app.site("viettel", &planned).await;
        assert!(is_near(km2(at("2016-12-31", "")).await, PI * 9.0));
        let with_planned = km2(at("2016-12-31", "&include_planned=true")).await;
        assert!(with_planned > PI * 9.0 + 1.0, "{with_planned}");
        assert!(is_near(km2(at("2015-12-31", "&include_planned=true")).await, PI * 9.0), "not before its day");
        // The same sites in a division of another day.
        let uri = "/api/v1/coverage?level=commune&as_of=2016-12-31&division_on=2025-07-01";
        let answer = app.get(uri).await.expect(200).json();
        assert_eq!(answer["areas"].as_array().unwrap().len(), 4);
        assert!(is_near(number(&answer, "/total/0/covered_km2"), PI * 9.0));
    }

    async fn what_is_kept_in_memory_is_what_a_fresh_service_finds(app: TestApp) {
        app.with_division().await;
        let uri = "/api/v1/coverage?level=commune&group_by=technology,operator&as_of=2016-12-31";
        let mut previous = 0.0;
        for number in 0..12_u32 {
            let at = (103.01 + 0.015 * f64::from(number), 22.02 + 0.01 * f64::from(number));
            let body = with(&bts(&format!("N-{number}")), &json!({"longitude": at.0, "latitude": at.1, "radios": [
                {"technology": "2g", "antenna_height_m": 30.0, "sectors": [
                    {"azimuth_deg": 30.0 * f64::from(number), "beamwidth_deg": 65.0, "frequency_mhz": 942.5, "eirp_dbm": 45.0, "downtilt_deg": 4.0}]},
                {"technology": "4g", "declared_radius_m": 800.0}]}));
            app.site("viettel", &body).await;
            let answer = app.get(uri).await.expect(200).json();
            let covered: f64 = answer["areas"].as_array().unwrap().iter().map(|row| row["area"]["covered_km2"].as_f64().unwrap()).sum();
            assert!(covered >= previous, "a new site lowers nothing");
            previous = covered;
        }
        let kept = app.get(uri).await.expect(200).json();
        // A service without anything in memory, and then one that reads what the survey has stored.
        for is_stored in [false, true] {
            if is_stored {
                let stop = std::sync::atomic::AtomicBool::new(false);
                assert_eq!(app.register.survey(telecom_inventory::server::now, &stop).unwrap(), 12);
                assert_eq!(app.register.survey(telecom_inventory::server::now, &stop).unwrap(), 0, "nothing is made twice");
            }
            let fresh = app.again().await.get(uri).await.expect(200).json();
            assert_eq!((&fresh["areas"], &fresh["total"]), (&kept["areas"], &kept["total"]));
        }
    }

    async fn people_are_those_of_settlements_or_spread_evenly(app: TestApp) {
        app.with_division().await;
        app.site("viettel", &site("viettel", "A", (103.05, 22.05), "2g", 2_000.0)).await;
        let answer = app.get(&format!("{DISTRICT}?as_of=2016-12-31")).await.expect(200).json();
        assert_eq!(answer["population"]["basis"], "unknown");
        for (code, at, population, clusters) in [
            ("B-1", (103.05, 22.05), 300, json!([])),
            ("B-2", (103.055, 22.05), 100, json!([{"longitude": 103.055, "latitude": 22.051, "households": 10}, {"longitude": 103.09, "latitude": 22.09, "households": 30}])),
            ("B-3", (103.01, 22.01), 50, json!([])),
        ] {
            let body = json!({"name": code, "longitude": at.0, "latitude": at.1, "population": population, "clusters": clusters});
            app.put("department", &format!("/api/v1/settlements/{code}"), &body).await.expect(201);
        }
        let answer = app.get(&format!("{DISTRICT}?as_of=2016-12-31")).await.expect(200).json();
        assert_eq!(answer["settlements"], json!({"total": 3, "covered": 1, "lom_song": 1, "trang_song": 1, "unknown": 0}));
        assert_eq!((&answer["population"]["basis"], &answer["population"]["covered"]), (&json!("settlements"), &json!(325)));
        // What somebody found there counts more than the model.
        let report = json!({"observed_on": "2016-11-01", "status": "covered", "technology": "2g", "operator": "viettel"});
        app.post("department", "/api/v1/settlements/B-3/reports", &report).await.expect(201);
        let answer = app.get(&format!("{DISTRICT}?as_of=2016-12-31")).await.expect(200).json();
        assert_eq!((&answer["settlements"]["covered"], &answer["population"]["covered"]), (&json!(2), &json!(375)));
        let earlier = app.get(&format!("{DISTRICT}?as_of=2016-10-31")).await.expect(200).json();
        assert_eq!(earlier["settlements"]["covered"], 1);
    }

    async fn bad_questions_are_refused_with_every_fault(app: TestApp) {
        app.with_division().await;
        let uri = format!("{DISTRICT}?technology=6g&operator=A%20B&signal_level=loud&as_of=2016-02-30&exclude_sites=x&colour=red");
        let faults = app.get(&uri).await.expect(400).faults();
        let names: Vec<&str> = faults.iter().map(|(name, _)| name.as_str()).collect();
        for name in ["technology", "operator", "signal_level", "as_of", "exclude_sites", "colour"] {
            assert!(names.contains(&name), "{name} in {faults:?}");
        }
        app.get("/api/v1/districts/999/coverage").await.expect(404);
        app.get("/api/v1/coverage?level=street").await.expect(400);
        app.get("/api/v1/coverage?group_by=colour").await.expect(400);
        app.send("", "GET", DISTRICT, &[], None).await.expect(401);
    }

    async fn tables_have_a_row_for_each_area(app: TestApp) {
        app.with_division().await;
        app.site("viettel", &site("viettel", "A", (103.05, 22.05), "2g", 2_000.0)).await;
        let csv = app.get("/api/v1/coverage?as_of=2016-12-31&f=csv").await.expect(200).text();
        assert_eq!(csv.lines().count(), 5, "{csv}");
        app.get("/api/v1/coverage?as_of=2016-12-31&f=xlsx").await.expect(200);
        let csv = app.get(&format!("{DISTRICT}?as_of=2016-12-31&f=csv")).await.expect(200).text();
        assert_eq!(csv.lines().count(), 2, "{csv}");
    }
}
