//! Who may do what: every route of the contract, asked with no key, with each role, and with another operator's key.

use crate::contract::document;
use crate::support::{TestApp, bts, with};
use base64::Engine;
use serde_json::{Value, json};

/// Every operation of the contract: method, pattern, the role that it states.
fn operations() -> Vec<(String, String, Option<String>)> {
    let paths = document()["paths"].as_object().unwrap();
    let mut list = Vec::new();
    for (pattern, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let security = operation["security"]
                .as_array()
                .unwrap_or_else(|| panic!("{method} {pattern} states no security"));
            let role = security
                .first()
                .and_then(|s| s.pointer("/key/0"))
                .and_then(Value::as_str)
                .map(str::to_owned);
            list.push((method.to_uppercase(), pattern.clone(), role));
        }
    }
    assert!(list.len() >= 30, "{}", list.len());
    list
}

fn address(pattern: &str) -> String {
    pattern
        .replace("{id}", "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77")
        .replace("{delivery}", "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a78")
        .replace("{operator}", "viettel")
        .replace("{code}", "105")
        .replace("{slug}", "invalid")
}

fn rank(who: &str) -> usize {
    ["", "reader", "operator", "department"]
        .iter()
        .position(|role| *role == who)
        .unwrap()
}

async fn ask_all(app: &TestApp, open_reading: bool) {
    for (method, pattern, role) in operations() {
        let needed = match role.as_deref() {
            Some("reader") if open_reading => 0,
            Some(role) => rank(role),
            None => 0,
        };
        for who in ["", "reader", "viettel", "department"] {
            let has = rank(if who == "viettel" { "operator" } else { who });
            let status = app
                .send(
                    who,
                    &method,
                    &address(&pattern),
                    &[("content-type", "application/json")],
                    Some(b"x".to_vec()),
                )
                .await
                .status;
            let expected = if has >= needed {
                "let through"
            } else if who.is_empty() {
                "401"
            } else {
                "403"
            };
            let got = match status {
                401 => "401",
                403 => "403",
                _ => "let through",
            };
            assert_eq!(got, expected, "{method} {pattern} as `{who}`: {status}");
        }
    }
}

both_backends! {
    async fn every_route_asks_for_its_role(app: TestApp) {
        ask_all(&app, false).await;
    }

    async fn an_operator_writes_its_own_records_only(app: TestApp) {
        app.with_division().await;
        let site = app.site("viettel", &bts("A-1")).await;
        let uri = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        let any = [("if-match", "*")];
        app.post("vnpt", "/api/v1/sites", &bts("A-2")).await.expect(403);
        app.send_json("vnpt", "PUT", &uri, &any, &bts("A-1")).await.expect(403);
        app.send_json("vnpt", "PATCH", &uri, &any, &json!({"name": "x"})).await.expect(403);
        app.send("vnpt", "DELETE", &uri, &any, None).await.expect(403);
        app.put("vnpt", "/api/v1/operators/viettel/sites/A-1", &bts("A-1")).await.expect(403);
        let count = json!([{"operator": "viettel", "service": "mobile", "area": "105", "period_end": "2016-12-31", "subscribers": 1}]);
        app.put("vnpt", "/api/v1/subscribers", &count).await.expect(403);
        // Nor may a site be given away, or taken.
        app.send_json("viettel", "PATCH", &uri, &any, &json!({"operator": "vnpt"})).await.expect(403);
        app.send_json("department", "PATCH", &uri, &any, &json!({"operator": "vnpt"})).await.expect(200);
        app.send_json("viettel", "PATCH", &uri, &any, &json!({"name": "x"})).await.expect(403);
        app.put("viettel", "/api/v1/subscribers", &count).await.expect(200);
    }
}

#[actix_web::test]
async fn open_reading_opens_reading_and_nothing_else() {
    ask_all(&TestApp::with_flags(&["--open-reading"]).await, true).await;
}

#[actix_web::test]
async fn a_key_that_does_not_hold_is_refused_even_where_none_is_needed() {
    let app = TestApp::with_flags(&["--open-reading"]).await;
    let good = app.key("reader").to_owned();
    let (id, secret) = (
        good.split('.').nth(1).unwrap(),
        good.split('.').nth(2).unwrap(),
    );
    let long = format!("Bearer {}", "k".repeat(5_000));
    for value in [
        "Bearer nonsense".to_owned(),
        "Bearer ".to_owned(),
        "Digest abc".to_owned(),
        format!("Bearer tik.{id}.{}", secret.to_lowercase()),
        format!("Bearer tik.other.{secret}"),
        format!("Bearer {good}.more"),
        "Basic !!!".to_owned(),
        long,
    ] {
        let reply = app
            .send(
                "",
                "GET",
                "/api/v1/sites",
                &[("authorization", &value)],
                None,
            )
            .await
            .expect(401);
        assert!(
            reply.header("www-authenticate").contains("Bearer"),
            "{value}"
        );
    }
    app.send(
        "",
        "GET",
        "/api/v1/sites",
        &[("authorization", &format!("bearer {good}"))],
        None,
    )
    .await
    .expect(200);
}

#[actix_web::test]
async fn the_key_may_be_the_password_of_http_basic() {
    let app = TestApp::sqlite().await;
    let pair =
        base64::engine::general_purpose::STANDARD.encode(format!("qgis:{}", app.key("viettel")));
    let basic = format!("Basic {pair}");
    app.send(
        "",
        "GET",
        "/api/v1/sites",
        &[("authorization", &basic)],
        None,
    )
    .await
    .expect(200);
    let body = serde_json::to_vec(&with(&bts("A-1"), &json!({}))).unwrap();
    let headers = [
        ("authorization", basic.as_str()),
        ("content-type", "application/json"),
    ];
    app.send("", "POST", "/api/v1/sites", &headers, Some(body))
        .await
        .expect(201);
}
