//! The journal: every accepted change, in order.

use crate::support::{TestApp, bts, with};
use serde_json::json;

both_backends! {
    async fn another_system_can_follow(app: TestApp) {
        let start = app.ask("/api/v1/changes?limit=10000").await["next_since"].as_i64().unwrap();
        let site = app.site("viettel", &bts("A-1")).await;
        let uri = format!("/api/v1/sites/{}", site["id"].as_str().unwrap());
        app.post("viettel", "/api/v1/sites", &with(&bts("A-2"), &json!({"kind": "x"}))).await.expect(400);
        app.send_json("viettel", "PATCH", &uri, &[("if-match", "*")], &json!({"name": "Tên"})).await.expect(200);
        app.send("viettel", "DELETE", &uri, &[("if-match", "*")], None).await.expect(204);
        let (mut since, mut seen) = (start, Vec::new());
        loop {
            let part = app.ask(&format!("/api/v1/changes?since={since}&limit=2")).await;
            let items = part["items"].as_array().unwrap().clone();
            if items.is_empty() {
                assert_eq!(part["next_since"], since);
                break;
            }
            since = part["next_since"].as_i64().unwrap();
            seen.extend(items);
        }
        let actions: Vec<_> = seen.iter().map(|c| (c["action"].as_str().unwrap(), c["actor"].as_str().unwrap(), c["version"].as_i64().unwrap())).collect();
        assert_eq!(actions, [("create", "viettel", 1), ("update", "viettel", 2), ("delete", "viettel", 3)]);
        assert!(seen.iter().all(|c| c["key"] == site["id"]));
        assert_eq!(seen[1]["fields"], json!(["name"]));
        app.get("/api/v1/changes?since=-1").await.expect(400);
        app.get("/api/v1/changes?since=99999999999999999999").await.expect(400);
    }
}
