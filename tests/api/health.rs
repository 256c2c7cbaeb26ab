//! Health.

use crate::support::TestApp;

both_backends! {
    async fn it_lives_and_can_answer_without_a_key(app: TestApp) {
        for uri in ["/healthz", "/readyz"] {
            assert_eq!(app.send("", "GET", uri, &[], None).await.expect(200).json()["status"], "ok");
        }
    }

    async fn it_is_not_ready_without_its_tables(app: TestApp) {
        app.register.db.migrate_down().unwrap();
        let reply = app.send("", "GET", "/readyz", &[], None).await.expect(503);
        assert_eq!(reply.header("retry-after"), "2");
        app.send("", "GET", "/healthz", &[], None).await.expect(200);
        app.register.db.migrate().unwrap();
        app.send("", "GET", "/readyz", &[], None).await.expect(200);
    }
}
