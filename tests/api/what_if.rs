//! What coverage would be: with sites added, taken away, and given other radios; and that nothing of it is stored.

use std::f64::consts::PI;

use serde_json::{Value, json};

use crate::settlements::village;
use crate::support::{TestApp, bts, with};

const WHAT_IF: &str = "/api/v1/coverage/what-if?as_of=2016-12-31";

/// A site of one technology with a declared radius.
pub fn site(
    operator: &str,
    code: &str,
    (longitude, latitude): (f64, f64),
    radio: (&str, f64),
) -> Value {
    let radios = json!([{"technology": radio.0, "declared_radius_m": radio.1}]);
    with(
        &bts(code),
        &json!({"operator": operator, "longitude": longitude, "latitude": latitude, "radios": radios}),
    )
}

pub fn number(value: &Value, pointer: &str) -> f64 {
    let found = value.pointer(pointer).and_then(Value::as_f64);
    found.unwrap_or_else(|| panic!("{pointer} in {value}"))
}

pub fn is_near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= expected.abs() * 5e-3 + 1e-3
}

/// A settlement without clusters.
pub fn hamlet(code: &str, (longitude, latitude): (f64, f64), population: u32) -> Value {
    with(
        &village(code),
        &json!({"longitude": longitude, "latitude": latitude, "population": population, "clusters": []}),
    )
}

both_backends! {
    async fn sites_are_added_taken_away_and_retuned_in_thought_only(app: TestApp) {
        app.with_division().await;
        let made = app.site("viettel", &site("viettel", "A", (103.03, 22.03), ("4g", 2_000.0))).await;
        let id = made["id"].as_str().unwrap();
        for village in [hamlet("B-1", (103.03, 22.03), 100), hamlet("B-2", (103.075, 22.075), 40), hamlet("B-3", (103.15, 22.05), 7)] {
            app.put("department", "/api/v1/settlements", &json!([village])).await.expect(200);
        }
        let revision = app.ask("/api/v1/changes?limit=10000").await["next_since"].clone();
        let ask = async |body: Value| app.post("reader", WHAT_IF, &body).await.expect(200).json();

        let nothing = ask(json!({})).await;
        assert_eq!(nothing["areas"].as_array().unwrap().len(), 4);
        assert_eq!(nothing["total"]["delta"], json!({"covered_km2": 0.0, "percent_points": 0.0, "population": 0,
            "population_percent_points": 0.0, "settlements_gained": [], "settlements_lost": []}));

        let add = site("vnpt", "NEW", (103.075, 22.075), ("4g", 1_000.0));
        let added = ask(json!({"areas": ["105"], "add": [add]})).await;
        assert_eq!((added["cells_added"].as_u64(), added["areas"].as_array().unwrap().len()), (Some(1), 1));
        let area = &added["areas"][0];
        assert!(is_near(number(area, "/before/area/covered_km2"), PI * 4.0), "{area}");
        assert!(is_near(number(area, "/after/area/covered_km2"), PI * 5.0), "{area}");
        assert!(is_near(number(area, "/delta/covered_km2"), PI), "{area}");
        assert!(number(area, "/delta/percent_points") > 0.0);
        assert_eq!(area["delta"]["population"], 40);
        assert_eq!(area["delta"]["settlements_gained"], json!([{"code": "B-2", "name": "Bản B-2", "before": "trang_song", "after": "covered"}]));
        assert_eq!(area["delta"]["settlements_lost"], json!([]));

        let removed = ask(json!({"remove": [id]})).await;
        assert!(is_near(number(&removed, "/total/delta/covered_km2"), -PI * 4.0), "{removed}");
        assert_eq!(removed["total"]["after"]["covered_km2"], 0.0);
        assert_eq!(removed["total"]["delta"]["settlements_lost"][0]["code"], "B-1");
        assert_eq!(removed["total"]["delta"]["population"], -100);

        let radios = json!([{"technology": "4g", "declared_radius_m": 1_000.0}]);
        let retuned = ask(json!({"level": "commune", "retune": [{"site": id, "radios": radios}]})).await;
        assert!(is_near(number(&retuned, "/total/delta/covered_km2"), -PI * 3.0), "{retuned}");
        assert_eq!(retuned["level"], "commune");
        let other = ask(json!({"retune": [{"site": id, "radios": [{"technology": "2g", "declared_radius_m": 1_500.0}]}]})).await;
        assert!(is_near(number(&other, "/total/after/covered_km2"), PI * 2.25), "{other}");

        assert_eq!(app.ask("/api/v1/changes?limit=10000").await["next_since"], revision);
        assert_eq!(app.ask("/api/v1/sites").await["items"].as_array().unwrap().len(), 1);
        assert_eq!(ask(json!({})).await["total"], nothing["total"]);
    }

    async fn a_question_follows_its_parameters(app: TestApp) {
        app.with_division().await;
        let add = json!({"add": [site("vnpt", "NEW", (103.05, 22.05), ("4g", 1_000.0))]});
        let km2 = async |query: &str| {
            let answer = app.post("reader", &format!("{WHAT_IF}&{query}"), &add).await.expect(200).json();
            number(&answer, "/total/delta/covered_km2")
        };
        assert!(is_near(km2("operator=vnpt&technology=4g").await, PI));
        assert!(is_near(km2("technology=3g&at_least=true").await, PI));
        assert!(is_near(km2("technology=3g").await, 0.0));
        assert!(is_near(km2("operator=viettel").await, 0.0));
        app.post("", WHAT_IF, &add).await.expect(401);
    }

    async fn every_fault_of_a_question_is_told(app: TestApp) {
        app.with_division().await;
        let exchange = app.site("viettel", &crate::support::switching_station("S")).await;
        let absent = "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77";
        let body = json!({"areas": ["105", "999"], "remove": [absent],
            "add": [site("nobody", "N", (103.05, 22.05), ("4g", 1_000.0)), site("vnpt", "M", (10.0, 22.05), ("4g", 1_000.0))],
            "retune": [{"site": exchange["id"], "radios": []}]});
        let found = app.post("reader", WHAT_IF, &body).await.expect(400).faults();
        let expected = [
            ("/areas/1", "unknown_area"), ("/add/0/operator", "unknown_operator"), ("/add/1/longitude", "outside_territory"),
            ("/add/1/latitude", "outside_territory"), ("/remove/0", "unknown_site_id"), ("/retune/0/radios", "not_for_kind"),
        ];
        assert_eq!(found, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
        let body = json!({"add": [{"operator": "viettel"}], "remove": ["x"], "colour": 1});
        let found = app.post("reader", WHAT_IF, &body).await.expect(400).faults();
        for expected in [("/add/0/code", "required"), ("/remove/0", "bad_format"), ("/colour", "unknown_field")] {
            assert!(found.contains(&(expected.0.to_owned(), expected.1.to_owned())), "{expected:?} in {found:?}");
        }
        app.post("reader", &format!("{WHAT_IF}&f=csv"), &json!({})).await.expect(400);
        let sector = json!({"azimuth_deg": 0.0, "beamwidth_deg": 15.0});
        let radio = json!({"technology": "4g", "sectors": vec![sector; 24]});
        let many: Vec<Value> = (0..100).map(|i| with(&bts(&format!("N{i}")), &json!({"radios": [radio]}))).collect();
        assert_eq!(app.post("reader", WHAT_IF, &json!({"add": many})).await.expect(400).faults(), [("/add/83".to_owned(), "too_many".to_owned())]);
    }
}

#[actix_web::test]
async fn the_terrain_of_new_cells_is_computed_on_the_spot() {
    let folder = tempfile::TempDir::new().unwrap();
    // A plain 500 m above the sea: SRTM's 3″, big endian.
    let heights = [1_u8, 0xF4].repeat(1_201 * 1_201);
    std::fs::write(folder.path().join("N22E103.hgt"), heights).unwrap();
    let path = folder.path().display().to_string();
    let app = TestApp::with_flags(&["--elevation-dir", &path]).await;
    app.with_division().await;
    let sector = json!({"azimuth_deg": 90.0, "beamwidth_deg": 65.0, "frequency_mhz": 1_800.0, "eirp_dbm": 60.0});
    let radio = json!({"technology": "4g", "antenna_height_m": 30.0, "sectors": [sector]});
    let tower = with(
        &bts("T"),
        &json!({"longitude": 103.05, "latitude": 22.05, "radios": [radio]}),
    );
    let answer = app.post("reader", WHAT_IF, &json!({"add": [tower]})).await;
    let answer = answer.expect(200).json();
    let area = &answer["areas"][0];
    assert_eq!(
        area["after"]["cells"]["by_model"],
        json!({"itu_r_p1812_8": 1}),
        "{area}"
    );
    assert_eq!(area["after"]["pending_footprints"], 0);
    assert!(number(area, "/delta/covered_km2") > 1.0, "{area}");
    // A site of the register waits for the survey.
    app.site("viettel", &tower).await;
    let now = app.ask("/api/v1/coverage?as_of=2016-12-31").await;
    assert_eq!(
        now["areas"][0]["pending_footprints"], 0,
        "the same cell is still in memory"
    );
    let hamlets = json!([crate::what_if::hamlet("B", (103.15, 22.15), 100)]);
    app.put("department", "/api/v1/settlements", &hamlets)
        .await
        .expect(200);
    let wanted = json!({"technology": "4g", "antenna_height_m": 30.0, "frequency_mhz": 1_800.0, "eirp_dbm": 60.0});
    let next = app
        .post(
            "reader",
            "/api/v1/coverage/next-sites?as_of=2016-12-31",
            &wanted,
        )
        .await;
    let next = next.expect(200).json();
    assert_eq!(next["sites"][0]["model"], "itu_r_p1812_8", "{next}");
    assert_eq!(next["gain"], 100.0);
}
