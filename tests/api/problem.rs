//! Bad input: every failure is a problem document, in both languages, and nothing makes the service fail.

use crate::contract::document;
use crate::support::{TestApp, bts, with};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const SITES: &str = "/api/v1/sites";

both_backends! {
    async fn every_failure_is_a_problem_document(app: TestApp) {
        let json_type = [("content-type", "application/json")];
        for (who, method, uri, headers, body, status, slug) in [
            ("reader", "GET", "/nothing/here", &[][..], "", 404, "not-found"),
            ("reader", "GET", "/api/v1/sites/%ff", &[], "", 404, "not-found"),
            ("reader", "GET", "/api/v1/sites/%00", &[], "", 404, "not-found"),
            ("reader", "TRACE", SITES, &[], "", 405, "method-not-allowed"),
            ("reader", "DELETE", SITES, &[], "", 405, "method-not-allowed"),
            ("viettel", "POST", SITES, &json_type, "{oops", 400, "invalid"),
            ("viettel", "POST", SITES, &json_type, "", 400, "invalid"),
            ("viettel", "POST", SITES, &json_type, "[]", 400, "invalid"),
            ("viettel", "POST", SITES, &json_type, "\u{FEFF}{}", 400, "invalid"),
            ("viettel", "POST", SITES, &[("content-type", "text/csv")], "a,b", 415, "unsupported-media-type"),
            ("viettel", "POST", SITES, &[], "{}", 415, "unsupported-media-type"),
            ("", "POST", SITES, &json_type, "{}", 401, "unauthenticated"),
            ("reader", "POST", SITES, &json_type, "{}", 403, "forbidden"),
            ("reader", "GET", "/api/v1/sites?as_of=%zz", &[], "", 400, "invalid"),
            ("reader", "GET", "/api/v1/areas/105/summary?year=5", &[], "", 400, "invalid"),
        ] {
            let reply = app.send(who, method, uri, headers, Some(body.as_bytes().to_vec())).await;
            assert_eq!(reply.status, status, "{method} {uri}: {}", reply.text());
            assert_eq!(reply.header("content-type"), "application/problem+json");
            let problem = reply.json();
            assert_eq!(problem["type"], format!("/problems/{slug}"), "{method} {uri}");
            assert_eq!((problem["status"].as_u64().unwrap(), problem["instance"].as_str().unwrap()), (u64::from(status), uri.split('?').next().unwrap()));
            assert_eq!(problem["request_id"], reply.header("x-request-id"));
        }
    }

    async fn messages_are_in_both_languages_and_codes_in_none(app: TestApp) {
        let uri = format!("{SITES}?technology=6g");
        let english = app.send("reader", "GET", &uri, &[("accept-language", "fr, en;q=0.5")], None).await.expect(400);
        let vietnamese = app.send("reader", "GET", &uri, &[("accept-language", "vi-VN,vi;q=0.9,en;q=0.8")], None).await.expect(400);
        assert_eq!(english.faults(), vietnamese.faults());
        assert_eq!((english.header("content-language"), vietnamese.header("content-language")), ("en".into(), "vi".into()));
        assert!(vietnamese.json()["errors"][0]["detail"].as_str().unwrap().contains("Công nghệ"));
        let page = app.send("", "GET", "/problems/invalid", &[], None).await.expect(200).text();
        assert!(page.contains("The request breaks rules") && page.contains("vi phạm"));
        app.send("", "GET", "/problems/%3Cscript%3E", &[], None).await.expect(404);
    }

    async fn hostile_bodies_do_no_harm(app: TestApp) {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let number = format!("{{\"longitude\": 1e999, \"latitude\": {}}}", "9".repeat(400));
        let twice = r#"{"name": "a", "name": "b"}"#.to_owned();
        let many = format!("{{\"radios\": [{}]}}", vec!["{}"; 10_000].join(","));
        for body in [deep, number, twice, many, "\u{0}".into(), "null".into(), "\"text\"".into(), "1e5".into()] {
            let reply = app.send("viettel", "POST", SITES, &[("content-type", "application/json")], Some(body.into_bytes())).await;
            assert_eq!(reply.status, 400, "{}", reply.text());
            assert!(reply.body.len() < 100_000, "an answer never grows with what was sent");
        }
        assert_eq!(app.ask(&format!("{SITES}?count=true")).await["total"], 0);
    }

    async fn no_input_makes_the_service_fail(app: TestApp) {
        app.with_division().await;
        let mut runner = TestRunner::deterministic();
        let writes: Vec<(String, String)> = document()["paths"].as_object().unwrap().iter()
            .flat_map(|(path, item)| item.as_object().unwrap().iter().filter(|(_, o)| o.get("requestBody").is_some()).map(move |(m, _)| (m.to_uppercase(), path.clone())))
            .collect();
        for _ in 0..25 {
            for (method, pattern) in &writes {
                let body = mutated(&mut runner);
                let uri = pattern.replace("{operator}", "viettel").replace("{code}", "A-1").replace("{id}", "x");
                let media_type = match (method.as_str(), pattern.ends_with("import")) {
                    ("PATCH", _) => "application/merge-patch+json",
                    (_, true) => "application/geo+json",
                    _ => "application/json",
                };
                let headers = [("content-type", media_type), ("if-match", "*")];
                let reply = app.send("department", method, &uri, &headers, Some(serde_json::to_vec(&body).unwrap())).await;
                assert!(reply.status < 500, "{method} {uri} {body}: {}", reply.text());
            }
        }
    }
}

#[actix_web::test]
async fn a_body_over_the_limit_is_refused() {
    let app =
        TestApp::with_flags(&["--body-max-bytes", "2000", "--import-max-bytes", "3000"]).await;
    let body = with(&bts("A-1"), &json!({"address": "x".repeat(2000)}));
    app.post("viettel", SITES, &body).await.expect(413);
    app.import(
        "",
        &json!({"type": "FeatureCollection", "features": [], "x": "x".repeat(3000)}),
    )
    .await
    .expect(413);
    app.post("viettel", SITES, &bts("A-1")).await.expect(201);
}

/// A body that is right but for one field, or something else altogether.
fn mutated(runner: &mut TestRunner) -> Value {
    let any = |runner: &mut TestRunner| arbitrary().new_tree(runner).unwrap().current();
    let seeds = [
        bts("A-1"),
        json!({"level": "district", "code": "105", "name": "x", "valid_from": "2013-01-01", "boundary": crate::support::square(103.0, 22.0, 0.1)}),
        crate::support::division(),
        json!([{"operator": "viettel", "service": "mobile", "area": "105", "period_end": "2016-12-31", "subscribers": 1}]),
        json!({"name": "x", "role": "reader"}),
    ];
    let pick = (0..seeds.len() + 1).new_tree(runner).unwrap().current();
    let Some(mut body) = seeds.get(pick).cloned() else {
        return any(runner);
    };
    let places = pointers(&body);
    let place = &places[(0..places.len()).new_tree(runner).unwrap().current()];
    *body.pointer_mut(place).unwrap() = any(runner);
    body
}

fn pointers(value: &Value) -> Vec<String> {
    let mut list = vec![String::new()];
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, inner)| (name.clone(), inner))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, inner)| (i.to_string(), inner))
            .collect(),
        _ => Vec::new(),
    };
    for (name, inner) in children {
        list.extend(
            pointers(inner)
                .into_iter()
                .map(|rest| format!("/{name}{rest}")),
        );
    }
    list
}

fn arbitrary() -> impl Strategy<Value = Value> {
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        "\\PC{0,30}".prop_map(Value::from),
        ".{0,10}".prop_map(Value::from),
        Just(json!("x".repeat(300))),
        Just(json!("2016-12-31")),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map("[a-z_]{1,12}", inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}
