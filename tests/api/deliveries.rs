//! Deliveries that fail: attempted again, in order, given up, sent again; never by two at once.

use crate::receiver::Receiver;
use crate::support::{TestApp, bts};
use crate::webhooks::{change, read, webhook};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use telecom_inventory::db::{stored, webhooks as rows};
use telecom_inventory::register::delivery::WAITS_S;
use telecom_inventory::register::rounds::Attempt;

/// Records so many sites and gives the revisions of their changes.
async fn sites(app: &TestApp, prefix: &str, count: usize) -> Vec<i64> {
    let changes = "/api/v1/changes?limit=10000";
    let before = app.ask(changes).await["next_since"].as_i64().unwrap();
    for n in 0..count {
        app.site("viettel", &bts(&format!("{prefix}-{n}"))).await;
    }
    let after = app.ask(&format!("{changes}&since={before}")).await;
    let items = after["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["revision"].as_i64().unwrap())
        .collect()
}

/// The revisions that came since last.
fn revisions(receiver: &Receiver, secret: &str) -> Vec<i64> {
    let got = receiver.take();
    let revision = |event: Value| event["data"]["revision"].as_i64().unwrap();
    got.iter().map(|got| revision(got.event(secret))).collect()
}

async fn deliveries(app: &TestApp, uri: &str, query: &str) -> Vec<Value> {
    let list = read(app, &format!("{uri}/deliveries{query}")).await;
    list["items"].as_array().unwrap().clone()
}

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

both_backends! {
    async fn what_fails_is_attempted_again_and_nothing_overtakes_it(app: TestApp) {
        let receiver = Receiver::start();
        let (uri, secret) = webhook(&app, "department", &json!({"name": "Map", "url": receiver.url, "resources": ["site"]})).await;
        let made = sites(&app, "A", 3).await;
        receiver.answer(&[204, 503, 500, 302]);
        app.deliver();
        assert_eq!(revisions(&receiver, &secret), made[..2]);
        let first = deliveries(&app, &uri, "").await;
        assert_eq!(first.len(), 1);
        assert_eq!((&first[0]["revision"], &first[0]["state"], &first[0]["attempts"], &first[0]["status"]), (&json!(made[1]), &json!("pending"), &json!(1), &json!(503)));
        let wait = instant(&first[0]["next_attempt_at"]) - instant(&first[0]["attempted_at"]);
        assert!(wait >= TimeDelta::seconds(4) && wait <= TimeDelta::seconds(5), "{wait}");
        let failing = read(&app, &uri).await;
        assert_eq!((&failing["state"], &failing["delivered_revision"], &failing["next_attempt_at"]), (&json!("failing"), &json!(made[0]), &first[0]["next_attempt_at"]));
        app.deliver();
        assert!(receiver.got().is_empty(), "not before its time");
        for wait_s in &WAITS_S[..2] {
            TestApp::forward_seconds(i64::from(*wait_s));
            app.deliver();
            assert_eq!(revisions(&receiver, &secret), made[1..2]);
        }
        assert_eq!(read(&app, &uri).await["failing_since"], failing["failing_since"]);
        sites(&app, "B", 1).await;
        TestApp::forward_seconds(i64::from(WAITS_S[2]));
        app.deliver();
        let after = revisions(&receiver, &secret);
        assert_eq!(after[..2], made[1..]);
        assert_eq!(after.len(), 3);
        let last = read(&app, &uri).await;
        assert_eq!((&last["state"], &last["delivered_revision"], &last["failing_since"]), (&json!("active"), &json!(after[2]), &Value::Null));
        let row = &deliveries(&app, &uri, "?state=delivered").await[0];
        assert_eq!((&row["attempts"], &row["status"], &row["error"], &row["next_attempt_at"]), (&json!(4), &json!(204), &Value::Null, &Value::Null));
        TestApp::forward_days(31);
        sites(&app, "C", 1).await;
        app.deliver();
        assert!(deliveries(&app, &uri, "").await.is_empty(), "it is forgotten after a month");
    }

    async fn what_never_arrives_is_given_up_and_can_be_sent_again(app: TestApp) {
        let receiver = Receiver::start();
        let (uri, secret) = webhook(&app, "viettel", &json!({"name": "Map", "url": receiver.url})).await;
        let made = sites(&app, "A", 2).await;
        receiver.answer(&[400; 11]);
        app.deliver();
        for wait_s in WAITS_S {
            TestApp::forward_seconds(i64::from(wait_s));
            app.deliver();
        }
        let sent = revisions(&receiver, &secret);
        assert_eq!(sent, [vec![made[0]; 11], vec![made[1]]].concat(), "the next one goes on at once");
        let now = read(&app, &uri).await;
        assert_eq!((&now["state"], &now["dead"], &now["delivered_revision"]), (&json!("active"), &json!(1), &json!(made[1])));
        let dead = deliveries(&app, &uri, "?state=dead").await;
        assert_eq!((dead.len(), &dead[0]["revision"], &dead[0]["attempts"], &dead[0]["next_attempt_at"]), (1, &json!(made[0]), &json!(11), &Value::Null));
        let retry = format!("{uri}/deliveries/{}/retry", dead[0]["id"].as_str().unwrap());
        receiver.answer(&[500]);
        for (state, attempts) in [("dead", 12), ("delivered", 13)] {
            let ordered = app.send("viettel", "POST", &retry, &[], None).await.expect(202).json();
            assert_eq!(ordered["state"], "pending");
            app.deliver();
            assert_eq!(revisions(&receiver, &secret), [made[0]]);
            let row = &deliveries(&app, &uri, "").await[0];
            assert_eq!((&row["state"], &row["attempts"]), (&json!(state), &json!(attempts)));
        }
        app.send("viettel", "POST", &retry, &[], None).await.expect(409);
        app.send("viettel", "POST", &retry.replace("retry", "again"), &[], None).await.expect(404);
        app.send("viettel", "POST", &format!("{uri}/deliveries/none/retry"), &[], None).await.expect(404);
        let now = read(&app, &uri).await;
        assert_eq!((&now["dead"], &now["delivered_revision"], &now["state"]), (&json!(0), &json!(made[1]), &json!("active")));
        let metrics = app.send("", "GET", "/metrics", &[], None).await.text();
        for line in ["webhook_deliveries_total{outcome=\"dead\"} 1", "webhook_deliveries_total{outcome=\"delivered\"} 2", "webhook_deliveries_total{outcome=\"failed\"} 12", "webhooks{state=\"active\"} 1"] {
            assert!(metrics.contains(line), "{line}\n{metrics}");
        }
    }

    async fn a_waiting_delivery_can_be_hurried_and_a_change_of_the_webhook_begins_anew(app: TestApp) {
        let receiver = Receiver::start();
        let away = "http://127.0.0.1:9/hooks";
        let (uri, secret) = webhook(&app, "department", &json!({"name": "Map", "url": away, "resources": ["site"]})).await;
        let made = sites(&app, "A", 2).await;
        app.deliver();
        let waiting = deliveries(&app, &uri, "?state=pending").await;
        assert_eq!((waiting.len(), &waiting[0]["status"]), (1, &Value::Null));
        assert!(!waiting[0]["error"].as_str().unwrap().is_empty());
        let retry = format!("{uri}/deliveries/{}/retry", waiting[0]["id"].as_str().unwrap());
        app.send("department", "POST", &retry, &[], None).await.expect(202);
        app.deliver();
        assert_eq!(deliveries(&app, &uri, "").await[0]["attempts"], 2);
        change(&app, &uri, &json!({"url": receiver.url, "paused": true})).await;
        app.deliver();
        assert!(receiver.got().is_empty());
        change(&app, &uri, &json!({"paused": false})).await;
        app.deliver();
        assert_eq!(revisions(&receiver, &secret), made);
    }

    async fn a_ping_is_one_attempt_beside_the_rest(app: TestApp) {
        let receiver = Receiver::start();
        let (uri, secret) = webhook(&app, "viettel", &json!({"name": "Map", "url": receiver.url, "paused": true})).await;
        sites(&app, "A", 1).await;
        let ping = app.send("viettel", "POST", &format!("{uri}/ping"), &[], None).await.expect(202).json();
        assert_eq!((&ping["state"], &ping["attempts"], &ping["revision"]), (&json!("pending"), &json!(0), &Value::Null));
        app.send("viettel", "POST", &format!("{uri}/ping"), &[], None).await.expect(409);
        app.deliver();
        let got = receiver.take();
        assert_eq!(got.len(), 1);
        let event = got[0].event(&secret);
        let id = uri.rsplit('/').next().unwrap();
        assert_eq!((&event["type"], &event["id"], &event["data"]), (&json!("telecom-inventory.webhook.ping"), &ping["id"], &json!({"webhook": id})));
        assert_eq!(deliveries(&app, &uri, "").await[0]["state"], "delivered");
        receiver.answer(&[500]);
        app.send("viettel", "POST", &format!("{uri}/ping"), &[], None).await.expect(202);
        app.deliver();
        let rows = deliveries(&app, &uri, "").await;
        assert_eq!((&rows[0]["state"], &rows[0]["status"]), (&json!("dead"), &json!(500)));
        let now = read(&app, &uri).await;
        assert_eq!((&now["dead"], &now["failing_since"], &now["state"]), (&json!(0), &Value::Null, &json!("paused")));
    }

    async fn a_receiver_that_is_gone_is_sent_nothing_more(app: TestApp) {
        let receiver = Receiver::start();
        let (uri, secret) = webhook(&app, "department", &json!({"name": "Map", "url": receiver.url, "resources": ["site"]})).await;
        let made = sites(&app, "A", 2).await;
        receiver.answer(&[410]);
        app.deliver();
        TestApp::forward_days(2);
        app.deliver();
        assert_eq!(revisions(&receiver, &secret), made[..1]);
        let now = read(&app, &uri).await;
        assert_eq!((&now["state"], &now["version"]), (&json!("paused"), &json!(2)));
        let journal = app.send("department", "GET", "/api/v1/changes?limit=10000", &[], None).await.json();
        let line = journal["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&line["actor"], &line["action"], &line["reason"]), (&json!("service"), &json!("replace"), &json!("the receiver answered 410 Gone")));
        change(&app, &uri, &json!({"paused": false})).await;
        app.deliver();
        assert_eq!(revisions(&receiver, &secret), made);
    }

    async fn the_list_has_pages_and_a_filter(app: TestApp) {
        let receiver = Receiver::start();
        let (uri, _) = webhook(&app, "department", &json!({"name": "Map", "url": receiver.url, "resources": ["site"]})).await;
        receiver.answer(&[500, 200, 500, 200, 500]);
        for _ in 0..5 {
            app.send("department", "POST", &format!("{uri}/ping"), &[], None).await.expect(202);
            app.deliver();
        }
        let all = deliveries(&app, &uri, "").await;
        let times: Vec<_> = all.iter().map(|row| instant(&row["created_at"])).collect();
        assert!(all.len() == 5 && times.is_sorted_by(|a, b| a > b));
        assert_eq!(deliveries(&app, &uri, "?state=dead").await.len(), 3);
        assert_eq!(deliveries(&app, &uri, "?state=dead,delivered").await.len(), 5);
        let (mut seen, mut next) = (Vec::new(), format!("{uri}/deliveries?limit=2"));
        loop {
            let page = app.send("department", "GET", &next, &[], None).await.expect(200);
            seen.extend(page.json()["items"].as_array().unwrap().clone());
            let link = page.header("link");
            assert_eq!(link.is_empty(), page.json()["next"].is_null());
            let Some(address) = link.strip_prefix('<').and_then(|rest| rest.split_once('>')) else { break };
            address.0.clone_into(&mut next);
        }
        assert_eq!(seen, all);
        for (query, fault) in [("state=lost", ("state", "unknown_value")), ("cursor=x", ("cursor", "bad_cursor")), ("limit=0", ("limit", "out_of_range"))] {
            let reply = app.send("department", "GET", &format!("{uri}/deliveries?{query}"), &[], None).await.expect(400);
            assert_eq!(reply.faults(), [(fault.0.to_owned(), fault.1.to_owned())]);
        }
    }

    async fn a_claimed_webhook_is_left_alone_until_the_claim_runs_out(app: TestApp) {
        let receiver = Receiver::start();
        let (uri, secret) = webhook(&app, "department", &json!({"name": "Map", "url": receiver.url, "resources": ["site"]})).await;
        let made = sites(&app, "A", 2).await;
        let (db, id) = (&app.register.db, uri.rsplit('/').next().unwrap());
        let now: DateTime<Utc> = TestApp::now().parse().unwrap();
        let until = stored(now + TimeDelta::seconds(30));
        assert!(db.write_here(|conn| rows::claim(conn, id, "another", stored(now), until)).unwrap());
        assert!(!db.write_here(|conn| rows::claim(conn, id, "a third", stored(now), until)).unwrap());
        let round = db.read_here(|conn| app.register.round(conn, id, "another", stored(now))).unwrap().unwrap();
        assert_eq!(round.messages.len(), 2);
        app.deliver();
        assert!(receiver.got().is_empty());
        TestApp::forward_seconds(31);
        app.deliver();
        assert_eq!(revisions(&receiver, &secret), made);
        // The other comes back late, and says that nothing has arrived: nobody listens.
        let failed = Attempt { at: stored(now), status: Some(500), error: Some("late".into()) };
        let settled = db.write_here(|conn| app.register.settle(conn, &round, &[failed], 0.0, now)).unwrap();
        assert_eq!((settled.dead, settled.has_more), (0, false));
        let after = read(&app, &uri).await;
        assert_eq!((&after["state"], &after["delivered_revision"]), (&json!("active"), &json!(made[1])));
        assert!(deliveries(&app, &uri, "").await.is_empty());
    }

    async fn several_couriers_deliver_everything_once_and_in_order(app: TestApp) {
        let receivers = [Receiver::start(), Receiver::start(), Receiver::start()];
        let mut secrets = Vec::new();
        for receiver in &receivers {
            secrets.push(webhook(&app, "viettel", &json!({"name": "Map", "url": receiver.url})).await.1);
        }
        let made = sites(&app, "A", 150).await;
        let couriers = [app.courier(), app.courier(), app.courier()];
        std::thread::scope(|scope| {
            for courier in &couriers {
                scope.spawn(move || {
                    for _ in 0..20 {
                        for id in courier.due().unwrap() {
                            while courier.visit(&id).unwrap() {}
                        }
                    }
                });
            }
        });
        for (receiver, secret) in receivers.iter().zip(&secrets) {
            assert_eq!(revisions(receiver, secret), made);
        }
    }
}
