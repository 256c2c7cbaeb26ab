//! Answers that are kept: the same bytes while nothing changes, and never an old answer after a change.

use crate::support::{Reply, TestApp, bts};
use serde_json::{Value, json};

const DAY: &str = "as_of=2016-12-31";

async fn known_at(app: &TestApp) -> String {
    let summary = app.ask(&format!("/api/v1/summary?{DAY}")).await;
    summary["known_at"].as_str().unwrap().to_owned()
}

async fn told(app: &TestApp, headers: &[(&str, &str)]) -> Reply {
    let uri = "/api/v1/reports/annual?year=2016&f=html";
    app.send("reader", "GET", uri, headers, None)
        .await
        .expect(200)
}

both_backends! {
    async fn an_answer_is_kept_until_something_changes(app: TestApp) {
        app.with_division().await;
        let site = app.site("viettel", &bts("A-1")).await;
        let first = known_at(&app).await;
        assert_eq!(known_at(&app).await, first, "nothing changed: the answer is the one that was made before");
        let uri = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        app.send_json("viettel", "PATCH", &uri, &[("if-match", "*")], &json!({"name": "Other"})).await.expect(200);
        assert_ne!(known_at(&app).await, first);
        let named = |list: Value| list["items"][0]["name"].clone();
        assert_eq!(named(app.ask("/api/v1/sites?limit=7").await), "Other");
        app.send("viettel", "DELETE", &uri, &[("if-match", "*")], None).await.expect(204);
        assert_eq!(app.ask("/api/v1/sites?limit=7").await["items"], json!([]));
        let refused = app.get("/api/v1/sites?limit=0").await.expect(400);
        assert_ne!(app.get("/api/v1/sites?limit=0").await.expect(400).text(), refused.text(), "each refusal has its own id");
    }

    async fn each_day_language_and_encoding_has_its_own(app: TestApp) {
        app.with_division().await;
        app.site("viettel", &bts("A-1")).await;
        let today = |summary: Value| summary["as_of"].as_str().unwrap().to_owned();
        let before = today(app.ask("/api/v1/summary").await);
        TestApp::forward_days(1);
        assert!(today(app.ask("/api/v1/summary").await) > before);
        let english = told(&app, &[]).await;
        let vietnamese = told(&app, &[("accept-language", "vi")]).await;
        assert!(vietnamese.text().contains("Tổng cộng") && english.text().contains("Total"));
        assert_eq!(told(&app, &[]).await.text(), english.text());
        let packed = told(&app, &[("accept-encoding", "gzip")]).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert!(packed.body.len() < english.body.len());
        assert_eq!(told(&app, &[("accept-encoding", "gzip")]).await.body, packed.body);
        assert_eq!(told(&app, &[]).await.header("content-encoding"), "");
    }
}

#[actix_web::test]
async fn nobody_gets_an_answer_that_was_kept_for_another_who_may_read() {
    let app = TestApp::with_flags(&[]).await;
    app.with_division().await;
    let uri = format!("/api/v1/summary?{DAY}");
    app.send("reader", "GET", &uri, &[], None).await.expect(200);
    app.send("", "GET", &uri, &[], None).await.expect(401);
}
