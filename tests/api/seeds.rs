//! The seeds: they obey every rule, say what they are, and add up to the founding report.

use crate::support::TestApp;
use serde_json::{Value, json};

const DAY: &str = "as_of=2016-12-31";

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The distance of two sites on a plane of degrees, fit for metres.
fn distance_m(one: &Value, other: &Value) -> f64 {
    let of = |site: &Value, name: &str| site[name].as_f64().unwrap();
    let latitude = of(one, "latitude");
    let north = (latitude - of(other, "latitude")) * 110_740.0;
    let east =
        (of(one, "longitude") - of(other, "longitude")) * 111_320.0 * latitude.to_radians().cos();
    east.hypot(north)
}

/// How many edges of rings, however nested, a ray from a position to the east crosses.
fn crossings(coordinates: &Value, position: &Value) -> usize {
    let number = |position: &Value, i: usize| position[i].as_f64().unwrap();
    let (longitude, latitude) = (number(position, 0), number(position, 1));
    let parts = coordinates.as_array().unwrap();
    if parts[0][0].is_array() {
        return parts.iter().map(|part| crossings(part, position)).sum();
    }
    let crosses = |pair: &&[Value]| {
        let (x1, y1) = (number(&pair[0], 0), number(&pair[0], 1));
        let (x2, y2) = (number(&pair[1], 0), number(&pair[1], 1));
        (y1 > latitude) != (y2 > latitude)
            && longitude < x1 + (latitude - y1) * (x2 - x1) / (y2 - y1)
    };
    parts.windows(2).filter(crosses).count()
}

/// Answers about a seeded register, as known at one instant after its seeding.
async fn answers(app: &TestApp) -> Vec<String> {
    let known = "known_at=2026-11-23T12:00:00Z";
    let mut list = Vec::new();
    for question in [
        format!("/api/v1/summary?level=district&{DAY}&{known}"),
        format!("/api/v1/summary?level=commune&division_on=2025-07-01&{DAY}&{known}"),
        format!("/api/v1/districts/105/summary?{DAY}&{known}"),
        format!("/api/v1/reports/annual?year=2016&{known}"),
        format!("/api/v1/subscribers?limit=10000&{known}"),
        "/api/v1/operators".to_owned(),
        "/api/v1/areas?geometry=true".to_owned(),
    ] {
        list.push(app.get(&question).await.expect(200).text());
    }
    let mut sites = app
        .ask(&format!("/api/v1/sites?sort=code&limit=10000&{known}"))
        .await["items"]
        .clone();
    for site in sites.as_array_mut().unwrap() {
        let id = site.as_object_mut().unwrap().remove("id").unwrap();
        assert_eq!(id.as_str().unwrap().len(), 36);
    }
    // Ids are made at random, and order sites of the same code.
    let mut sites: Vec<String> = sites
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    sites.sort();
    list.extend(sites);
    list
}

#[actix_web::test]
async fn the_seeds_give_the_same_answers_every_time() {
    let app = TestApp::sqlite().await;
    app.seed();
    let first = answers(&app).await;
    assert!(first.len() > 400);
    app.seed();
    assert_eq!(answers(&app).await, first, "seeded again");
    let other = TestApp::sqlite().await;
    other.seed();
    assert_eq!(answers(&other).await, first, "another register");
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
        let nothing = json!({"switching_station": 0, "satellite_exchange": 0, "bts": 0, "radios": {"2g": 0, "3g": 0, "4g": 0, "5g": 0, "total": 0}});
        assert_eq!(summary["unlocated"]["sites"], nothing, "{query}");
        for kind in [
            "/switching_station",
            "/satellite_exchange",
            "/bts",
            "/radios/2g",
            "/radios/3g",
            "/radios/total",
        ] {
            let of = |row: &Value| row["sites"].pointer(kind).unwrap().as_i64().unwrap();
            let sum: i64 = summary["areas"].as_array().unwrap().iter().map(of).sum();
            assert_eq!(sum, of(&summary["total"]), "{kind} {query}");
        }
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
    let settlements = app.ask("/api/v1/settlements?limit=10000").await;
    assert!(
        settlements["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|s| text(s, "source").starts_with("generated"))
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
async fn the_people_of_the_villages_are_those_of_their_district() {
    let app = TestApp::sqlite().await;
    app.seed();
    let districts = app.ask("/api/v1/districts").await;
    let mut villages = 0;
    for district in districts["items"].as_array().unwrap() {
        let code = text(district, "code");
        let uri = format!("/api/v1/settlements?limit=1000&division_on=2016-12-31&district={code}");
        let list = app.ask(&uri).await["items"].as_array().unwrap().clone();
        let of = |s: &Value| s["population"].as_i64().unwrap();
        let persons: i64 = list.iter().map(of).sum();
        let figures = district["population"].as_array().unwrap();
        let figure = figures.iter().find(|f| f["year"] == 2016).unwrap();
        assert_eq!(persons, figure["persons"].as_i64().unwrap(), "{code}");
        let named = |s: &Value| text(s, "code").starts_with(&format!("B-{}-", text(s, "commune")));
        assert!(
            list.iter().all(named),
            "{code}: each lies in the commune of its code"
        );
        villages += list.len();
    }
    assert_eq!(villages, 950);
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
        let boundary = app
            .ask(&format!(
                "/api/v1/districts/{}?geometry=true",
                text(district, "code")
            ))
            .await["boundary"]
            .clone();
        assert!(
            crossings(&boundary["coordinates"], &district["seat"]) % 2 == 1,
            "{} does not hold its seat",
            district["code"]
        );
    }
    // Sites no nearer to each other than a warning allows: 10 m to the same operator's, 5 m to another's.
    let sites = app.ask("/api/v1/sites?limit=10000").await["items"].clone();
    let sites = sites.as_array().unwrap();
    for (i, one) in sites.iter().enumerate() {
        for other in &sites[i + 1..] {
            let least_m = if one["operator"] == other["operator"] {
                10.0
            } else {
                5.0
            };
            let apart = distance_m(one, other);
            assert!(
                apart > least_m,
                "{} and {}: {apart} m",
                one["code"],
                other["code"]
            );
        }
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
        (
            again.areas,
            again.sites,
            again.subscriber_counts,
            again.settlements
        ),
        (0, 0, 0, 0),
        "seeding twice adds nothing"
    );
}
