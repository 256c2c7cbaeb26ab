//! Subscriber counts.

use crate::support::{TestApp, bts, with};
use serde_json::{Value, json};

const SUBSCRIBERS: &str = "/api/v1/subscribers";

fn count(patch: &Value) -> Value {
    with(
        &json!({"operator": "viettel", "service": "mobile", "area": "105", "period_end": "2016-12-31", "subscribers": 100}),
        patch,
    )
}

both_backends! {
    async fn a_list_is_taken_by_its_keys(app: TestApp) {
        app.with_division().await;
        let list = json!([count(&json!({})), count(&json!({"area": "106"})), count(&json!({"technology": "3g", "subscribers": 40})), count(&json!({"service": "fixed_wired", "definition": "ITU", "source": "test"}))]);
        assert_eq!(app.put("viettel", SUBSCRIBERS, &list).await.expect(200).json(), json!({"created": 4, "updated": 0, "unchanged": 0}));
        assert_eq!(app.put("viettel", SUBSCRIBERS, &list).await.expect(200).json(), json!({"created": 0, "updated": 0, "unchanged": 4}));
        let before = TestApp::now();
        let changed = json!([count(&json!({"subscribers": 101})), count(&json!({"area": "107"}))]);
        assert_eq!(app.put("viettel", SUBSCRIBERS, &changed).await.expect(200).json(), json!({"created": 1, "updated": 1, "unchanged": 0}));
        let now = app.ask(&format!("{SUBSCRIBERS}?area=105&service=mobile&count=true")).await;
        let numbers: Vec<i64> = now["items"].as_array().unwrap().iter().map(|c| c["subscribers"].as_i64().unwrap()).collect();
        assert_eq!((numbers, &now["total"]), (vec![40, 101], &json!(2)));
        let then = app.ask(&format!("{SUBSCRIBERS}?area=105,107&service=mobile&known_at={before}")).await;
        let numbers: Vec<i64> = then["items"].as_array().unwrap().iter().map(|c| c["subscribers"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [100, 40]);
        let summary = app.ask("/api/v1/districts/105/summary?as_of=2017-03-01").await;
        assert_eq!(summary["subscribers"]["mobile"]["total"], 101, "the total answers, not the part by technology");
        assert_eq!(app.ask("/api/v1/districts/105/summary?as_of=2017-03-01&technology=3g").await["subscribers"]["mobile"]["total"], 40);
        assert_eq!(app.ask(&format!("/api/v1/districts/105/summary?as_of=2017-03-01&known_at={before}")).await["subscribers"]["mobile"]["total"], 100);
    }

    async fn everything_wrong_with_a_list_is_told_and_nothing_stored(app: TestApp) {
        app.with_division().await;
        app.site("viettel", &bts("A-1")).await;
        let list = json!([
            count(&json!({})),
            count(&json!({})),
            count(&json!({"area": "999"})),
            count(&json!({"site": "A-9"})),
            count(&json!({"site": "A-1"})),
            count(&json!({"operator": "nobody"})),
        ]);
        let mut found = app.put("department", SUBSCRIBERS, &list).await.expect(400).faults();
        found.sort();
        let expected = [("/1", "duplicate"), ("/2/area", "unknown_area"), ("/3/site", "unknown_site"), ("/5/operator", "unknown_operator")];
        assert_eq!(found, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
        let list = json!([count(&json!({"service": "telex"})), count(&json!({"subscribers": -1})), count(&json!({"subscribers": 1.5})), count(&json!({"period_end": "2016-13-01"})),
            count(&json!({"service": "fixed_wired", "technology": "3g"})), count(&json!({"extra": 1})), 7]);
        let found = app.put("department", SUBSCRIBERS, &list).await.expect(400).faults();
        let codes: Vec<&str> = found.iter().map(|(_, code)| code.as_str()).collect();
        assert_eq!(codes, ["unknown_service", "out_of_range", "wrong_type", "bad_date", "not_for_kind", "unknown_field", "wrong_type"]);
        app.put("department", SUBSCRIBERS, &json!({"a": 1})).await.expect(400);
        assert_eq!(app.ask(&format!("{SUBSCRIBERS}?count=true")).await["total"], 0);
    }

    async fn the_list_is_walked_by_pages_and_taken_away_as_a_table(app: TestApp) {
        app.with_division().await;
        let list: Vec<Value> = (0..25).map(|i| count(&json!({"period_end": format!("2016-{:02}-01", 1 + i % 12), "area": (105 + i / 12).to_string(), "subscribers": i}))).collect();
        app.put("viettel", SUBSCRIBERS, &json!(list)).await.expect(200);
        let (mut seen, mut uri) = (Vec::new(), format!("{SUBSCRIBERS}?limit=10"));
        loop {
            let page = app.ask(&uri).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(|c| c["subscribers"].as_i64().unwrap()));
            let Some(next) = page["next"].as_str() else { break };
            uri = format!("{SUBSCRIBERS}?limit=10&cursor={next}");
        }
        assert_eq!(seen, (0..25).collect::<Vec<i64>>());
        assert_eq!(app.get(&format!("{SUBSCRIBERS}?f=csv")).await.expect(200).text().lines().count(), 26);
        assert_eq!(app.ask(&format!("{SUBSCRIBERS}?period_end=2016-01-01&count=true")).await["total"], 3);
        app.get(&format!("{SUBSCRIBERS}?cursor=abc")).await.expect(400);
        app.get(&format!("{SUBSCRIBERS}?limit=10001")).await.expect(400);
    }
}
