//! The seeds: they obey every rule, say what they are, and add up to the founding report.

use crate::support::TestApp;
use serde_json::{Value, json};

const DAY: &str = "as_of=2016-12-31";

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

#[actix_web::test]
async fn the_seeds_add_up_to_the_report_at_every_level_and_in_every_division() {
    let app = TestApp::sqlite().await;
    app.seed();
    for (query, areas) in [
        ("level=district", 8),
        ("level=province", 1),
        ("level=commune", 106),
        ("level=commune&division_on=2025-07-01", 38),
    ] {
        let summary = app.ask(&format!("/api/v1/summary?{query}&{DAY}")).await;
        assert_eq!(summary["areas"].as_array().unwrap().len(), areas, "{query}");
        let sites = json!({"switching_station": 27, "satellite_exchange": 26, "bts": 440, "radios": {"2g": 410, "3g": 269, "4g": 0, "5g": 0, "total": 679}});
        assert_eq!(summary["total"]["sites"], sites, "{query}");
        assert_eq!(summary["unlocated"]["sites"]["bts"], 0, "{query}");
        assert_eq!(
            (
                &summary["total"]["subscribers"]["fixed"]["total"],
                &summary["total"]["subscribers"]["mobile"]["total"]
            ),
            (&json!(7665), &json!(364_742))
        );
    }
    let city = app
        .ask(&format!("/api/v1/districts/105/summary?{DAY}"))
        .await;
    assert_eq!(
        (&city["sites"]["switching_station"], &city["sites"]["bts"]),
        (&json!(5), &json!(60))
    );
}

#[actix_web::test]
async fn the_seeds_say_that_they_are_generated() {
    let app = TestApp::sqlite().await;
    app.seed();
    let sites = app.ask("/api/v1/sites?limit=10000").await;
    assert!(
        sites["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|s| text(s, "source").starts_with("generated"))
    );
    let counts = app.ask("/api/v1/subscribers?limit=10000").await;
    assert!(
        counts["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|c| text(c, "source").contains("generated"))
    );
    let areas = app.ask("/api/v1/areas").await;
    assert!(
        areas["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|a| text(a, "boundary_kind") == "schematic"
                && text(a, "source").contains("schematic"))
    );
}

#[actix_web::test]
async fn the_seeds_obey_the_rules() {
    let app = TestApp::sqlite().await;
    app.seed();
    let districts = app.ask("/api/v1/districts").await;
    for district in districts["items"].as_array().unwrap() {
        let ratio = district["boundary_area_km2"].as_f64().unwrap()
            / district["stated_area_km2"].as_f64().unwrap();
        assert!(
            (0.9..=1.1).contains(&ratio),
            "{}: {ratio}",
            district["code"]
        );
        assert!(
            district["seat"].is_array(),
            "the import holds the boundary against it"
        );
    }
    // Sites no nearer to each other than a warning allows: each is asked for its neighbours.
    let sites = app.ask("/api/v1/sites?limit=10000").await["items"].clone();
    for site in sites.as_array().unwrap().iter().step_by(7) {
        let near = app
            .ask(&format!(
                "/api/v1/sites?near={},{}&radius_m=10",
                site["longitude"], site["latitude"]
            ))
            .await;
        assert_eq!(
            near["items"].as_array().unwrap().len(),
            1,
            "{}",
            site["code"]
        );
    }
    let change = app.register.change(
        telecom_inventory::domain::Caller::CommandLine,
        "2026-11-24T00:00:00Z".parse().unwrap(),
        None,
    );
    let again = app
        .register
        .db
        .write_here(|conn| app.register.seed_all(conn, &change, &mut |_, _| ()))
        .unwrap();
    assert_eq!(
        (again.areas, again.sites, again.subscriber_counts),
        (0, 0, 0),
        "seeding twice adds nothing"
    );
}
