//! Metrics.

use crate::support::TestApp;

#[actix_web::test]
async fn requests_are_counted_by_route_and_not_by_address() {
    let app = TestApp::sqlite().await;
    for id in ["a", "b", "c"] {
        app.get(&format!("/api/v1/sites/{id}")).await.expect(404);
    }
    app.get("/wp-admin/very/private?key=secret")
        .await
        .expect(404);
    let text = app
        .send("", "GET", "/metrics", &[], None)
        .await
        .expect(200)
        .text();
    assert!(
        text.contains(
            "http_requests_total{method=\"GET\",route=\"/api/v1/sites/{id}\",status=\"404\"} 3"
        ),
        "{text}"
    );
    assert!(!text.contains("secret") && !text.contains("wp-admin"));
}
