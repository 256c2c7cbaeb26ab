//! What of an area has no signal, as shapes and as a list.

use serde_json::{Value, json};

use crate::cells::size_km2;
use crate::settlements::{SETTLEMENTS, village};
use crate::support::{TestApp, bts, with};

const GAPS: &str = "/api/v1/districts/105/gaps";
const COVERAGE: &str = "/api/v1/districts/105/coverage";

fn number(value: &Value, pointer: &str) -> f64 {
    value
        .pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("{pointer} in {value}"))
}

async fn site(app: &TestApp, operator: &str, code: &str, at: (f64, f64), radius_m: f64) {
    let body = with(
        &bts(code),
        &json!({"operator": operator, "longitude": at.0, "latitude": at.1,
            "radios": [{"technology": "4g", "declared_radius_m": radius_m}]}),
    );
    app.site(operator, &body).await;
}

both_backends! {
    async fn gaps_are_told_with_people_and_settlements(app: TestApp) {
        app.with_division().await;
        // A circle across the middle of the district's 10.3 by 11.1 km parts it into two gaps.
        for (at, longitude) in [103.0, 103.03, 103.06, 103.1].iter().enumerate() {
            site(&app, "viettel", &format!("S-{at}"), (*longitude, 22.04), 2_500.0).await;
        }
        let homes = |code: &str, latitude: f64, population: Value| with(&village(code),
            &json!({"longitude": 103.05, "latitude": latitude, "population": population, "clusters": []}));
        let list = json!([homes("B-1", 22.005, json!(100)), homes("B-2", 22.09, json!(200)), homes("B-3", 22.095, Value::Null), homes("B-4", 22.04, json!(400))]);
        app.put("department", SETTLEMENTS, &list).await.expect(200);
        let gaps = app.ask(&format!("{GAPS}?as_of=2016-12-31")).await;
        assert_eq!(gaps["total"], 2, "{gaps}");
        let codes = |gap: &Value| -> Vec<String> {
            let own = gap["settlements"].as_array().unwrap().iter();
            own.map(|it| it["code"].as_str().unwrap().to_owned()).collect()
        };
        let (north, south) = (&gaps["items"][0], &gaps["items"][1]);
        assert_eq!((codes(north), codes(south)), (vec!["B-2".to_owned(), "B-3".to_owned()], vec!["B-1".to_owned()]));
        assert_eq!((&north["population"], &south["population"], &north["number"]), (&json!(200), &json!(100), &json!(1)));
        assert!(number(north, "/latitude") > 22.05 && number(south, "/latitude") < 22.03);
        let coverage = app.ask(&format!("{COVERAGE}?as_of=2016-12-31")).await;
        let uncovered = number(&coverage, "/area/uncovered_km2");
        let sum = number(north, "/area_km2") + number(south, "/area_km2");
        assert!((sum - uncovered).abs() < 0.01, "{sum} {uncovered}");
        let larger = app.ask(&format!("{GAPS}?as_of=2016-12-31&min_km2=30")).await;
        assert_eq!(larger["total"], 1, "{larger}");
        let shapes = app.ask(&format!("{GAPS}?as_of=2016-12-31&f=geojson")).await;
        for (feature, gap) in shapes["features"].as_array().unwrap().iter().zip([north, south]) {
            assert_eq!(&feature["properties"], gap);
            assert!((size_km2(&feature["geometry"]) / number(gap, "/area_km2") - 1.0).abs() < 0.01);
        }
        let table = app.get(&format!("{GAPS}?as_of=2016-12-31&f=csv")).await.expect(200).text();
        assert_eq!(table.lines().count(), 3, "{table}");
        assert_eq!(app.ask(&format!("{GAPS}?as_of=2011-12-31")).await["items"][0]["population"], 700);
        app.get("/api/v1/districts/999/gaps").await.expect(404);
        for wrong in ["min_km2=-1", "min_km2=x", "min_km2=NaN", "operator=A%20B", "f=html", "invert=true"] {
            app.get(&format!("{GAPS}?{wrong}")).await.expect(400);
        }
    }

    async fn shapes_of_coverage_have_the_size_of_the_figures(app: TestApp) {
        app.with_division().await;
        site(&app, "viettel", "A", (103.04, 22.05), 2_500.0).await;
        site(&app, "vnpt", "B", (103.06, 22.05), 2_000.0).await;
        site(&app, "vnpt", "C", (103.1, 22.1), 1_500.0).await;
        for operator in ["any", "all", "max", "vnpt", "mobifone"] {
            let query = format!("as_of=2016-12-31&operator={operator}");
            let figures = app.ask(&format!("{COVERAGE}?{query}")).await;
            for (invert, pointer) in [(false, "/area/covered_km2"), (true, "/area/uncovered_km2")] {
                let shape = app.ask(&format!("{COVERAGE}?{query}&f=geojson&invert={invert}")).await;
                assert_eq!(shape["properties"]["purpose"], "display");
                assert_eq!(shape["properties"]["shows"], if invert { "uncovered" } else { "covered" });
                assert_eq!(shape["properties"]["area"], figures["area"]);
                let (found, expected) = (size_km2(&shape["geometry"]), number(&figures, pointer));
                assert!((found - expected).abs() <= expected * 5e-3, "{operator} {invert}: {found} for {expected}");
            }
        }
        let commune = app.ask("/api/v1/areas/01050/coverage?f=geojson&as_of=2026-01-01").await;
        assert!(size_km2(&commune["geometry"]) > 1.0);
        app.get(&format!("{COVERAGE}?invert=true")).await.expect(400);
    }
}
