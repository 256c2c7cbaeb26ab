//! Webhooks: who makes and sees them, and what they are sent.

use crate::contract;
use crate::receiver::Receiver;
use crate::support::{TestApp, bts, switching_station, with};
use serde_json::{Value, json};

const WEBHOOKS: &str = "/api/v1/webhooks";

/// Makes a webhook and gives its address and its secret.
pub async fn webhook(app: &TestApp, who: &str, body: &Value) -> (String, String) {
    let made = app.post(who, WEBHOOKS, body).await.expect(201);
    let (uri, made) = (made.header("location"), made.json());
    (uri, made["secret"].as_str().unwrap().to_owned())
}

/// The webhook at `uri`, as the department sees it.
pub async fn read(app: &TestApp, uri: &str) -> Value {
    app.send("department", "GET", uri, &[], None)
        .await
        .expect(200)
        .json()
}

/// Replaces some fields of a webhook.
pub async fn change(app: &TestApp, uri: &str, patch: &Value) -> Value {
    let body = with(&read(app, uri).await, patch);
    app.send_json("department", "PUT", uri, &[("if-match", "*")], &body)
        .await
        .expect(200)
        .json()
}

/// Type and subject of everything that came since last.
fn types(receiver: &Receiver, secret: &str) -> Vec<String> {
    let events = receiver.take().into_iter().map(|got| got.event(secret));
    let kind = |event: Value| {
        let kind = event["type"].as_str().unwrap();
        kind.trim_start_matches("telecom-inventory.").to_owned()
    };
    events.map(kind).collect()
}

both_backends! {
    async fn a_change_arrives_signed_as_an_event(app: TestApp) {
        let receiver = Receiver::start();
        let (uri, secret) = webhook(&app, "department", &json!({"name": "Map", "url": receiver.url})).await;
        let start = read(&app, &uri).await["delivered_revision"].as_i64().unwrap();
        app.deliver();
        assert!(receiver.got().is_empty(), "what was there before is not sent");
        let site = app.site("viettel", &bts("A-1")).await;
        let site_uri = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        app.send_json("viettel", "PATCH", &site_uri, &[("if-match", "*")], &json!({"name": "Tên"})).await.expect(200);
        app.send("viettel", "DELETE", &site_uri, &[("if-match", "*")], None).await.expect(204);
        app.deliver();
        let journal = app.send("department", "GET", &format!("/api/v1/changes?since={start}"), &[], None).await.expect(200).json();
        let got = receiver.take();
        let events: Vec<Value> = got.iter().map(|got| got.event(&secret)).collect();
        let sent: Vec<&Value> = events.iter().map(|event| &event["data"]).collect();
        assert_eq!(sent, journal["items"].as_array().unwrap().iter().collect::<Vec<_>>());
        assert_eq!(events.iter().map(|event| event["type"].as_str().unwrap()).collect::<Vec<_>>(),
            ["create", "update", "delete"].map(|action| format!("telecom-inventory.site.{action}")));
        for (got, event) in got.iter().zip(&events) {
            assert_eq!(got.headers["content-type"], "application/cloudevents+json; charset=utf-8");
            assert_eq!(event["id"], event["data"]["revision"].to_string());
            assert_eq!(event["time"], event["data"]["recorded_at"]);
            assert_eq!((&event["source"], &event["subject"]), (&json!("/api/v1/changes"), &json!(format!("site/{}", site["id"].as_str().unwrap()))));
            let wrong = contract::component("Event", event);
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
        let after = read(&app, &uri).await;
        assert_eq!((&after["state"], &after["delivered_revision"], &after["dead"]), (&json!("active"), &journal["next_since"], &json!(0)));
        assert!(after["delivered_at"].is_string());
        let list = app.send("department", "GET", &format!("{uri}/deliveries"), &[], None).await.expect(200).json();
        assert_eq!(list["items"], json!([]), "what arrives at once leaves no row");
        app.deliver();
        assert!(receiver.got().is_empty());
    }

    async fn the_secret_is_shown_once(app: TestApp) {
        let body = json!({"name": "Map", "url": "https://map.example/hooks"});
        let made = app.post("department", WEBHOOKS, &body).await.expect(201);
        assert_eq!(made.header("cache-control"), "no-store");
        let secret = made.json()["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
        let uri = made.header("location");
        for uri in [uri.as_str(), WEBHOOKS, "/api/v1/changes?limit=10000"] {
            assert!(!app.send("department", "GET", uri, &[], None).await.expect(200).text().contains("whsec_"), "{uri}");
        }
        let changed = change(&app, &uri, &json!({"paused": true})).await;
        assert!(!changed.to_string().contains("whsec_"));
    }

    async fn a_webhook_is_replaced_and_deleted_as_other_records_are(app: TestApp) {
        let (uri, _) = webhook(&app, "viettel", &json!({"name": "Map", "url": "https://map.example/hooks"})).await;
        let reply = app.send("viettel", "GET", &uri, &[], None).await.expect(200);
        let (tag, body) = (reply.header("etag"), reply.json());
        assert_eq!((&body["owner"], &body["version"], &body["state"]), (&json!("viettel"), &json!(1), &json!("active")));
        app.send_json("viettel", "PUT", &uri, &[], &body).await.expect(428);
        let same = app.send_json("viettel", "PUT", &uri, &[("if-match", &tag)], &body).await.expect(200);
        assert_eq!(same.json(), body);
        let paused = with(&body, &json!({"paused": true, "resources": ["site"], "operator": "vnpt"}));
        let changed = app.send_json("viettel", "PUT", &uri, &[("if-match", &tag)], &paused).await.expect(200).json();
        assert_eq!((&changed["version"], &changed["state"], &changed["operator"]), (&json!(2), &json!("paused"), &json!("vnpt")));
        app.send_json("viettel", "PUT", &uri, &[("if-match", &tag)], &paused).await.expect(412);
        app.send("viettel", "DELETE", &uri, &[("if-match", &tag)], None).await.expect(412);
        app.send("viettel", "DELETE", &uri, &[], None).await.expect(428);
        app.send("viettel", "DELETE", &uri, &[("if-match", "*")], None).await.expect(204);
        app.send("viettel", "GET", &uri, &[], None).await.expect(404);
        let journal = app.send("department", "GET", "/api/v1/changes?limit=10000", &[], None).await.json();
        let lines: Vec<_> = journal["items"].as_array().unwrap().iter().filter(|line| line["resource"] == "webhook").map(|line| line["action"].clone()).collect();
        assert_eq!(lines, ["create", "replace", "delete"]);
        assert!(!app.ask("/api/v1/changes?limit=10000").await.to_string().contains("\"webhook\""));
    }

    async fn an_operator_sees_its_own_and_the_department_all(app: TestApp) {
        let body = json!({"name": "Map", "url": "https://map.example/hooks"});
        let (of_viettel, _) = webhook(&app, "viettel", &body).await;
        let (of_vnpt, _) = webhook(&app, "vnpt", &body).await;
        let (of_department, _) = webhook(&app, "department", &body).await;
        for (who, seen) in [("viettel", vec![&of_viettel]), ("vnpt", vec![&of_vnpt]), ("department", vec![&of_viettel, &of_vnpt, &of_department])] {
            let list = app.send(who, "GET", WEBHOOKS, &[], None).await.expect(200).json();
            let uris: Vec<String> = list["items"].as_array().unwrap().iter().map(|item| format!("{WEBHOOKS}/{}", item["id"].as_str().unwrap())).collect();
            assert_eq!(uris.iter().collect::<Vec<_>>(), seen, "{who}");
        }
        for uri in [&of_vnpt, &of_department] {
            app.send("viettel", "GET", uri, &[], None).await.expect(404);
            app.send_json("viettel", "PUT", uri, &[("if-match", "*")], &body).await.expect(404);
            app.send("viettel", "DELETE", uri, &[("if-match", "*")], None).await.expect(404);
            app.send("viettel", "POST", &format!("{uri}/ping"), &[], None).await.expect(404);
            app.send("viettel", "GET", &format!("{uri}/deliveries"), &[], None).await.expect(404);
            app.send("viettel", "POST", &format!("{uri}/deliveries/x/retry"), &[], None).await.expect(404);
        }
        assert_eq!(change(&app, &of_viettel, &json!({"name": "x"})).await["owner"], "viettel");
    }

    async fn a_webhook_is_sent_what_its_owner_sees(app: TestApp) {
        let (mine, theirs) = (Receiver::start(), Receiver::start());
        let (_, of_department) = webhook(&app, "department", &json!({"name": "Map", "url": mine.url})).await;
        let (uri, of_viettel) = webhook(&app, "viettel", &json!({"name": "Map", "url": theirs.url})).await;
        app.post("department", "/api/v1/keys", &json!({"name": "GIS", "role": "reader"})).await.expect(201);
        app.site("vnpt", &with(&bts("A-1"), &json!({"operator": "vnpt"}))).await;
        change(&app, &uri, &json!({"name": "Map 2"})).await;
        app.deliver();
        assert_eq!(types(&mine, &of_department), ["webhook.create", "key.create", "site.create", "webhook.replace"]);
        assert_eq!(types(&theirs, &of_viettel), ["site.create"]);
        let newest = app.send("department", "GET", "/api/v1/changes?limit=10000", &[], None).await.json()["next_since"].clone();
        app.deliver();
        assert_eq!(read(&app, &uri).await["delivered_revision"], newest);
    }

    async fn filters_choose_what_is_sent(app: TestApp) {
        app.with_division().await;
        let (all, made, own) = (Receiver::start(), Receiver::start(), Receiver::start());
        let (_, all_secret) = webhook(&app, "department", &json!({"name": "1", "url": all.url, "resources": ["site", "subscribers"]})).await;
        let (_, made_secret) = webhook(&app, "department", &json!({"name": "2", "url": made.url, "actions": ["create"], "resources": ["site"]})).await;
        let (_, own_secret) = webhook(&app, "vnpt", &json!({"name": "3", "url": own.url, "operator": "vnpt"})).await;
        let site = app.site("viettel", &bts("A-1")).await;
        let uri = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        let any = [("if-match", "*")];
        app.site("vnpt", &with(&switching_station("A-2"), &json!({"operator": "vnpt"}))).await;
        app.send_json("department", "PATCH", &uri, &any, &json!({"operator": "vnpt"})).await.expect(200);
        app.send_json("department", "PATCH", &uri, &any, &json!({"operator": "viettel"})).await.expect(200);
        app.send_json("viettel", "PATCH", &uri, &any, &json!({"name": "Tên"})).await.expect(200);
        let count = |operator: &str| json!({"operator": operator, "service": "mobile", "area": "105", "period_end": "2016-12-31", "subscribers": 1});
        app.put("department", "/api/v1/subscribers", &json!([count("viettel"), count("vnpt")])).await.expect(200);
        app.put("department", "/api/v1/operators/vnpt", &json!({"name": "VNPT 2"})).await.expect(200);
        app.put("department", "/api/v1/operators/viettel", &json!({"name": "Viettel 2"})).await.expect(200);
        app.deliver();
        assert_eq!(types(&all, &all_secret), ["site.create", "site.create", "site.update", "site.update", "site.update", "subscribers.update"]);
        assert_eq!(types(&made, &made_secret), ["site.create", "site.create"]);
        assert_eq!(types(&own, &own_secret), ["site.create", "site.update", "site.update", "subscribers.update", "operator.replace"]);
    }

    async fn a_webhook_may_begin_in_the_past(app: TestApp) {
        let receiver = Receiver::start();
        for n in 0..230 {
            app.site("viettel", &bts(&format!("A-{n}"))).await;
        }
        let body = json!({"name": "Map", "url": receiver.url, "resources": ["site"], "since": 0});
        let (uri, secret) = webhook(&app, "viettel", &body).await;
        app.deliver();
        let ids: Vec<i64> = receiver.take().iter().map(|got| got.event(&secret)["data"]["revision"].as_i64().unwrap()).collect();
        assert!(ids.len() == 230 && ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        let end = read(&app, &uri).await["delivered_revision"].as_i64().unwrap();
        let late = with(&body, &json!({"since": end + 5}));
        assert_eq!(app.post("viettel", WEBHOOKS, &late).await.expect(400).faults(), [("/since".to_owned(), "out_of_range".to_owned())]);
    }

    async fn an_owner_has_so_many_and_no_more(app: TestApp) {
        let body = json!({"name": "Map", "url": "https://map.example/hooks"});
        for _ in 0..20 {
            app.post("viettel", WEBHOOKS, &body).await.expect(201);
        }
        assert_eq!(app.post("viettel", WEBHOOKS, &body).await.expect(400).faults(), [(String::new(), "too_many".to_owned())]);
        app.post("vnpt", WEBHOOKS, &body).await.expect(201);
        app.post("department", WEBHOOKS, &body).await.expect(201);
    }

    async fn what_is_wrong_with_a_webhook_is_told(app: TestApp) {
        let body = json!({"url": "ftp://map.example", "resources": ["tower"], "operator": "nobody", "colour": 1});
        let expected = [("/name", "required"), ("/url", "bad_format"), ("/resources/0", "unknown_value"), ("/colour", "unknown_field")];
        assert_eq!(app.post("department", WEBHOOKS, &body).await.expect(400).faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
        let body = json!({"name": "x", "url": "https://map.example", "operator": "nobody"});
        assert_eq!(app.post("department", WEBHOOKS, &body).await.expect(400).faults(), [("/operator".to_owned(), "unknown_operator".to_owned())]);
        app.post("reader", WEBHOOKS, &body).await.expect(403);
    }
}

#[actix_web::test]
async fn without_settings_nothing_goes_out_in_the_open_or_into_the_network_inside() {
    let app = TestApp::with_flags(&[]).await;
    let receiver = Receiver::start();
    let body = json!({"name": "Map", "url": receiver.url});
    let refused = app.post("department", WEBHOOKS, &body).await.expect(400);
    assert_eq!(
        refused.faults(),
        [("/url".to_owned(), "bad_format".to_owned())]
    );
    let body = json!({"name": "Map", "url": receiver.url.replace("http:", "https:")});
    let (uri, _) = webhook(&app, "department", &body).await;
    app.site("viettel", &bts("A-1")).await;
    app.deliver();
    let list = read(&app, &format!("{uri}/deliveries")).await;
    let error = list["items"][0]["error"].as_str().unwrap();
    assert!(error.contains("not public"), "{error}");
    assert!(receiver.got().is_empty());
}
