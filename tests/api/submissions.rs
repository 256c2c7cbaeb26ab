//! Submissions: files in, a report for each row, what takes effect, what is decided and taken back.

use crate::support::{TestApp, bts, switching_station, with};
use serde_json::{Value, json};

pub const CSV: &str = "text/csv";
pub const JSON: &str = "application/json";

pub fn file(sites: &[Value]) -> Vec<u8> {
    serde_json::to_vec(sites).unwrap()
}

pub fn at(submission: &Value) -> String {
    format!("/api/v1/submissions/{}", submission["id"].as_str().unwrap())
}

pub async fn rows(app: &TestApp, submission: &Value, query: &str) -> Vec<Value> {
    let uri = format!("{}/rows?limit=1000{query}", at(submission));
    let page = app.send("department", "GET", &uri, &[], None).await;
    let page = page.expect(200).json();
    assert_eq!(page["next"], Value::Null);
    page["items"].as_array().unwrap().clone()
}

pub async fn decide(
    app: &TestApp,
    who: &str,
    submission: &Value,
    what: &str,
    body: Value,
) -> crate::support::Reply {
    let uri = format!("{}/{what}", at(submission));
    app.send_json(who, "POST", &uri, &[], &body).await
}

/// Puts a submission of viettel's back into the queue.
pub async fn again(app: &TestApp, submission: &Value, what: &str) -> crate::support::Reply {
    let uri = format!("{}/{what}", at(submission));
    app.send("viettel", "POST", &uri, &[], None).await
}

pub fn counts(submission: &Value) -> [i64; 6] {
    [
        "created",
        "updated",
        "unchanged",
        "skipped",
        "rejected",
        "decommissioned",
    ]
    .map(|name| submission["counts"][name].as_i64().unwrap())
}

pub async fn names(app: &TestApp) -> Vec<String> {
    let list = app.ask("/api/v1/sites?sort=code&limit=1000").await;
    let name = |site: &Value| {
        format!(
            "{} {}",
            site["code"].as_str().unwrap(),
            site["name"].as_str().unwrap()
        )
    };
    list["items"].as_array().unwrap().iter().map(name).collect()
}

both_backends! {
    async fn a_file_is_taken_whole_or_not_at_all(app: TestApp) {
        app.with_division().await;
        let bad = with(&bts("A-2"), &json!({"longitude": 22.05, "latitude": 103.05, "radios": [{"technology": "6g"}]}));
        let submission = app.submit("viettel", "operator=viettel", JSON, &file(&[bts("A-1"), bad.clone()])).await;
        assert_eq!((submission["state"].as_str(), counts(&submission)), (Some("rejected"), [1, 0, 0, 0, 1, 0]));
        assert_eq!(names(&app).await, Vec::<String>::new(), "nothing of it");
        let rejected = rows(&app, &submission, "&outcome=rejected").await;
        let codes: Vec<&str> = rejected[0]["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
        assert!(rejected[0]["row"] == 2 && codes.contains(&"unknown_technology") && codes.contains(&"coordinates_swapped"), "{codes:?}");

        let partial = app.submit("viettel", "mode=partial", JSON, &file(&[bts("A-1"), bad])).await;
        assert_eq!((partial["state"].as_str(), counts(&partial)), (Some("approved"), [1, 0, 0, 0, 1, 0]));
        assert_eq!(names(&app).await, [format!("A-1 {}", bts("A-1")["name"].as_str().unwrap())]);

        let again = app.submit("viettel", "", JSON, &file(&[bts("A-1"), with(&bts("A-3"), &json!({"name": "Ba"}))])).await;
        assert_eq!(counts(&again), [1, 0, 1, 0, 0, 0]);
        let changed = with(&bts("A-1"), &json!({"name": "Một", "longitude": 103.07}));
        let updated = app.submit("viettel", "", JSON, &file(std::slice::from_ref(&changed))).await;
        assert_eq!(counts(&updated), [0, 1, 0, 0, 0, 0]);
        let row = &rows(&app, &updated, "").await[0];
        let fields: Vec<&str> = row["changes"].as_array().unwrap().iter().map(|c| c["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["longitude", "name"]);
        assert!(row["moved_m"].as_f64().unwrap() > 1_000.0 && row["warnings"][0]["code"] == "moved", "{row}");
        let skipped = app.submit("viettel", "on_existing=skip", JSON, &file(&[bts("A-1")])).await;
        assert_eq!(counts(&skipped), [0, 0, 0, 1, 0, 0]);
        let refused = app.submit("viettel", "on_existing=error", JSON, &file(&[bts("A-1")])).await;
        assert_eq!(rows(&app, &refused, "").await[0]["errors"][0]["code"], "exists");
        let versions = app.ask("/api/v1/sites?operator=viettel&q=A-1").await["items"][0].clone();
        assert_eq!((versions["version"].as_i64(), versions["name"].as_str()), (Some(2), Some("Một")));
    }

    async fn a_dry_run_reports_what_the_real_run_then_does(app: TestApp) {
        app.with_division().await;
        app.site("viettel", &bts("A-1")).await;
        let sites = [with(&bts("A-1"), &json!({"name": "Một"})), bts("A-2"), switching_station("S-1"),
            json!({"operator": "viettel", "code": "E-1", "kind": "satellite_exchange", "name": "E", "longitude": 103.05, "latitude": 22.05, "host": "S-2"}),
            switching_station("S-2")];
        let dry = app.submit("viettel", "dry_run=true", JSON, &file(&sites)).await;
        assert_eq!((dry["state"].as_str(), counts(&dry)), (Some("validated"), [4, 1, 0, 0, 0, 0]));
        let promised = rows(&app, &dry, "").await;
        assert_eq!(names(&app).await.len(), 1, "a dry run stores nothing");
        let done = again(&app, &dry, "submit").await.expect(200).json();
        assert_eq!((done["state"].as_str(), counts(&done)), (Some("approved"), [4, 1, 0, 0, 0, 0]));
        assert_eq!(rows(&app, &done, "").await, promised);
        assert_eq!(names(&app).await.len(), 5);
        again(&app, &dry, "submit").await.expect(409);
        let other = app.submit("viettel", "dry_run=true", JSON, &file(&[bts("A-2")])).await;
        assert_eq!(counts(&other), [0, 0, 1, 0, 0, 0]);
    }

    async fn a_repeated_request_is_answered_with_the_first_submission(app: TestApp) {
        app.with_division().await;
        let headers = [("content-type", JSON), ("idempotency-key", "2016-q4")];
        let send = async |who: &str, body: Vec<u8>| app.send(who, "POST", "/api/v1/submissions?operator=viettel", &headers, Some(body)).await;
        let first = send("viettel", file(&[bts("A-1")])).await.expect(201).json();
        let second = send("viettel", file(&[bts("A-1")])).await.expect(200).json();
        assert_eq!(first, second);
        send("viettel", file(&[bts("A-2")])).await.expect(409);
        assert_ne!(send("department", file(&[bts("A-1")])).await.expect(201).json()["id"], first["id"], "keys are of their holders");
        assert_eq!(app.ask("/api/v1/sites?count=true").await["total"], 1);
    }

    async fn nobody_hands_in_or_sees_the_records_of_others(app: TestApp) {
        app.with_division().await;
        let headers = [("content-type", JSON)];
        app.send("vnpt", "POST", "/api/v1/submissions?operator=viettel", &headers, Some(file(&[bts("A-1")]))).await.expect(403);
        let foreign = app.submit("vnpt", "", JSON, &file(&[bts("A-1")])).await;
        assert_eq!(rows(&app, &foreign, "").await[0]["errors"][0]["code"], "other_operator");
        let own = app.submit("viettel", "", JSON, &file(&[bts("A-1")])).await;
        for what in ["", "/rows", "/file"] {
            app.send("vnpt", "GET", &format!("{}{what}", at(&own)), &[], None).await.expect(404);
            app.send("viettel", "GET", &format!("{}{what}", at(&own)), &[], None).await.expect(200);
        }
        let list = app.send("vnpt", "GET", "/api/v1/submissions", &[], None).await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        app.send("vnpt", "GET", "/api/v1/submissions?operator=viettel", &[], None).await.expect(403);
        let all = app.send("department", "GET", "/api/v1/submissions", &[], None).await.expect(200).json();
        assert_eq!(all["items"].as_array().unwrap().len(), 2);
        app.send("department", "POST", "/api/v1/submissions", &headers, Some(file(&[bts("A-9")]))).await.expect(201);
        app.send("viettel", "POST", "/api/v1/submissions?mode=some&colour=red", &headers, Some(file(&[]))).await.expect(400);
        app.send("viettel", "POST", "/api/v1/submissions", &[("content-type", "text/html")], Some(vec![])).await.expect(415);
        app.send("viettel", "POST", "/api/v1/submissions?sync_on=2016-01-01&mode=partial", &headers, Some(file(&[]))).await.expect(400);
    }

    async fn what_the_file_does_not_have_is_marked_as_decommissioned(app: TestApp) {
        app.with_division().await;
        let sites: Vec<Value> = (0..10).map(|i| with(&bts(&format!("A-{i}")), &json!({"longitude": 103.05 + f64::from(i) / 1e3}))).collect();
        app.submit("viettel", "", JSON, &file(&sites)).await;
        let too_few = app.submit("viettel", "sync_on=2017-01-01", JSON, &file(&sites[..5])).await;
        assert_eq!((too_few["state"].as_str(), too_few["problem"][0]["code"].as_str()), (Some("rejected"), Some("too_many_missing")));
        let synced = app.submit("viettel", "sync_on=2017-01-01", JSON, &file(&sites[..9])).await;
        assert_eq!((synced["state"].as_str(), counts(&synced)), (Some("approved"), [0, 0, 9, 0, 0, 1]));
        let gone = app.ask("/api/v1/sites?status=decommissioned").await["items"].clone();
        assert_eq!((gone[0]["code"].as_str(), gone[0]["decommissioned_on"].as_str()), (Some("A-9"), Some("2017-01-01")));
        assert_eq!(app.ask("/api/v1/summary?as_of=2016-12-31").await["total"]["sites"]["bts"], 10);
        assert_eq!(app.ask("/api/v1/summary?as_of=2017-01-01").await["total"]["sites"]["bts"], 9);
    }
}
