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

    async fn a_list_is_taken_whole_or_not_at_all(app: TestApp) {
        app.with_division().await;
        let good = count(&json!({"subscribers": 7}));
        app.put("viettel", SUBSCRIBERS, &json!([good])).await.expect(200);
        let journal = app.ask("/api/v1/changes?since=0").await;
        for (bad, status) in [
            (count(&json!({"area": "999"})), 400),
            (count(&json!({"subscribers": -1, "area": "106"})), 400),
            (count(&json!({"operator": "vnpt", "area": "106"})), 403),
            (good.clone(), 400),
        ] {
            let list = json!([count(&json!({"area": "107"})), with(&good, &json!({"subscribers": 8})), bad]);
            let list = if bad == good { json!([good, good]) } else { list };
            let reply = app.put("viettel", SUBSCRIBERS, &list).await;
            assert_eq!(reply.status, status, "{}", reply.text());
            let held = app.ask(&format!("{SUBSCRIBERS}?count=true")).await;
            assert_eq!((&held["total"], &held["items"][0]["subscribers"]), (&json!(1), &json!(7)));
        }
        app.put("reader", SUBSCRIBERS, &json!([good])).await.expect(403);
        let unchanged = app.put("viettel", SUBSCRIBERS, &json!([good])).await.expect(200).json();
        assert_eq!(unchanged["unchanged"], 1);
        assert_eq!(app.put("viettel", SUBSCRIBERS, &json!([])).await.expect(200).json(), json!({"created": 0, "updated": 0, "unchanged": 0}));
        assert_eq!(app.ask("/api/v1/changes?since=0").await, journal, "none of it left a trace");
        for text in ["", "[", "[1,]", "null"] {
            app.send("viettel", "PUT", SUBSCRIBERS, &[("content-type", "application/json")], Some(text.as_bytes().to_vec())).await.expect(400);
        }
        app.send("viettel", "PUT", SUBSCRIBERS, &[("content-type", "text/csv")], Some(b"[]".to_vec())).await.expect(415);
    }

    async fn every_part_of_the_key_tells_counts_apart(app: TestApp) {
        app.with_division().await;
        app.site("viettel", &bts("A-1")).await;
        let patches = [json!({}), json!({"service": "local_wireless"}), json!({"area": "106"}), json!({"technology": "2g"}), json!({"technology": "3g"}), json!({"site": "A-1"}), json!({"site": "A-1", "technology": "2g"}), json!({"period_end": "2015-12-31"}), json!({"operator": "vnpt"}), json!({"area": "01050"})];
        let list: Vec<Value> = patches.iter().enumerate().map(|(i, patch)| with(&count(patch), &json!({"subscribers": i}))).collect();
        assert_eq!(app.put("department", SUBSCRIBERS, &json!(list)).await.expect(200).json()["created"], 10);
        let raised: Vec<Value> = list.iter().map(|c| with(c, &json!({"subscribers": c["subscribers"].as_i64().unwrap() + 100}))).collect();
        assert_eq!(app.put("department", SUBSCRIBERS, &json!(raised)).await.expect(200).json(), json!({"created": 0, "updated": 10, "unchanged": 0}));
        let now = app.ask(SUBSCRIBERS).await;
        let strip = |c: &Value| with(&json!({}), &with(c, &json!({"version": null, "recorded_at": null, "definition": null, "source": null})));
        let mut held: Vec<String> = now["items"].as_array().unwrap().iter().map(|c| strip(c).to_string()).collect();
        let mut sent: Vec<String> = raised.iter().map(|c| strip(c).to_string()).collect();
        held.sort();
        sent.sort();
        assert_eq!(held, sent);
        // A definition or a source of its own makes a count another one under the same key.
        let told = json!([with(&raised[0], &json!({"definition": "ITU"}))]);
        assert_eq!(app.put("department", SUBSCRIBERS, &told).await.expect(200).json()["updated"], 1);
        // What was read may be sent back.
        let read = app.ask(SUBSCRIBERS).await["items"].clone();
        assert_eq!(app.put("department", SUBSCRIBERS, &read).await.expect(200).json(), json!({"created": 0, "updated": 0, "unchanged": 10}));
    }

    async fn filters_agree_with_a_plain_count(app: TestApp) {
        app.with_division().await;
        let mut list = Vec::new();
        for i in 0..48_usize {
            let fixed = i % 3 == 0;
            let technology = (!fixed && i % 4 == 1).then_some("4g");
            let service = if fixed { "fixed_wired" } else { "mobile" };
            let (operator, area) = (["viettel", "vnpt", "mobifone"][i / 16], ["105", "106", "107", "108"][i % 4]);
            let period_end = format!("{}-12-31", 2012 + i % 16 / 4);
            list.push(json!({"operator": operator, "service": service, "area": area, "period_end": period_end, "subscribers": i, "technology": technology}));
        }
        app.put("department", SUBSCRIBERS, &json!(list)).await.expect(200);
        for operators in ["", "viettel", "vnpt,mobifone"] {
            for services in ["", "mobile", "fixed_wired,fixed_wireless"] {
                for areas in ["", "105", "106,108"] {
                    for (technology, period_end) in [("", ""), ("4g", ""), ("", "2013-12-31")] {
                        let pairs = [("operator", operators), ("service", services), ("area", areas), ("technology", technology), ("period_end", period_end)];
                        let fits = |c: &&Value| pairs.iter().all(|(name, wanted)| wanted.is_empty() || wanted.split(',').any(|w| c[*name] == w));
                        let mut expected: Vec<i64> = list.iter().filter(fits).map(|c| c["subscribers"].as_i64().unwrap()).collect();
                        expected.sort_unstable();
                        let query: Vec<String> = pairs.iter().filter(|(_, w)| !w.is_empty()).map(|(name, w)| format!("{name}={w}")).collect();
                        let (mut found, mut cursor) = (Vec::new(), String::new());
                        loop {
                            let page = app.ask(&format!("{SUBSCRIBERS}?limit=7&count=true&{}{cursor}", query.join("&"))).await;
                            assert_eq!(page["total"], expected.len(), "{query:?}");
                            found.extend(page["items"].as_array().unwrap().iter().map(|c| c["subscribers"].as_i64().unwrap()));
                            let Some(next) = page["next"].as_str() else { break };
                            cursor = format!("&cursor={next}");
                        }
                        found.sort_unstable();
                        assert_eq!(found, expected, "{query:?}");
                    }
                }
            }
        }
        for wrong in ["service=telex", "technology=6g", "operator=A%20B", "period_end=2016", "known_at=yesterday", "colour=red", "f=geojson"] {
            assert!(matches!(app.get(&format!("{SUBSCRIBERS}?{wrong}")).await.status, 400 | 406), "{wrong}");
        }
    }

    async fn a_table_carries_the_same_values(app: TestApp) {
        app.with_division().await;
        let list = json!([count(&json!({"definition": "a, \"b\"; =c"})), count(&json!({"area": "106", "technology": "3g", "source": "Sở TT&TT"}))]);
        app.put("viettel", SUBSCRIBERS, &list).await.expect(200);
        let items = app.ask(SUBSCRIBERS).await["items"].clone();
        let text = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let csv = app.get(&format!("{SUBSCRIBERS}?f=csv")).await.expect(200).text();
        let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{FEFF}').as_bytes());
        let columns = reader.headers().unwrap().clone();
        assert_eq!(columns.len(), 11);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let bytes = app.get(&format!("{SUBSCRIBERS}?f=xlsx")).await.expect(200).body;
        let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(bytes)).unwrap();
        let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
        assert_eq!((rows.len(), sheet.height()), (2, 3));
        for (i, row) in rows.iter().enumerate() {
            for (column, cell) in columns.iter().zip(row) {
                assert_eq!(cell, text(&items[i][column]), "{column}");
                let at = columns.iter().position(|c| c == column).unwrap();
                let cell = sheet.get((i + 1, at)).map(ToString::to_string).unwrap_or_default();
                if ["area", "operator", "subscribers", "technology", "source"].contains(&column) {
                    assert_eq!(cell, text(&items[i][column]), "{column} of the sheet");
                }
            }
        }
    }
}
