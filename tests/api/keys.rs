//! Keys: made by the department, shown once, kept as a hash; they expire and are revoked at once.

use crate::support::TestApp;
use serde_json::json;

const KEYS: &str = "/api/v1/keys";

both_backends! {
    async fn a_key_is_shown_once_and_kept_as_a_hash(app: TestApp) {
        let made = app.post("department", KEYS, &json!({"name": "GIS", "role": "reader"})).await.expect(201);
        assert_eq!(made.header("cache-control"), "no-store");
        let key = made.json()["key"].as_str().unwrap().to_owned();
        let secret = key.split('.').nth(2).unwrap();
        let list = app.send("department", "GET", KEYS, &[], None).await.expect(200);
        assert!(list.text().contains("GIS") && !list.text().contains(secret));
        let kept = app.register.db.read_here(telecom_inventory::db::keys::all).unwrap();
        assert!(kept.iter().all(|record| record.secret_sha256.len() == 64 && !record.secret_sha256.contains(secret)));
        let bearer = format!("Bearer {key}");
        app.send("", "GET", "/api/v1/sites", &[("authorization", &bearer)], None).await.expect(200);
        let id = made.json()["record"]["id"].as_str().unwrap().to_owned();
        app.send("department", "DELETE", &format!("{KEYS}/{id}"), &[], None).await.expect(204);
        app.send("", "GET", "/api/v1/sites", &[("authorization", &bearer)], None).await.expect(401);
        app.send("department", "DELETE", &format!("{KEYS}/nobody"), &[], None).await.expect(404);
    }

    async fn a_key_expires(app: TestApp) {
        let body = json!({"name": "visitor", "role": "operator", "operator": "vnpt", "expires_at": "2026-11-25T00:00:00Z"});
        let key = app.post("department", KEYS, &body).await.expect(201).json()["key"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {key}");
        app.send("", "GET", "/api/v1/sites", &[("authorization", &bearer)], None).await.expect(200);
        TestApp::forward_days(2);
        app.send("", "GET", "/api/v1/sites", &[("authorization", &bearer)], None).await.expect(401);
    }

    async fn what_a_key_needs_is_told(app: TestApp) {
        for (body, fault) in [
            (json!({"role": "reader"}), ("/name", "required")),
            (json!({"name": "x", "role": "king"}), ("/role", "unknown_role")),
            (json!({"name": "x", "role": "operator"}), ("/operator", "required")),
            (json!({"name": "x", "role": "operator", "operator": "nobody"}), ("/operator", "unknown_operator")),
            (json!({"name": "x", "role": "reader", "operator": "vnpt"}), ("/operator", "not_for_kind")),
            (json!({"name": "x", "role": "reader", "expires_at": "soon"}), ("/expires_at", "bad_format")),
            (json!({"name": "x", "role": "reader", "secret": "mine"}), ("/secret", "unknown_field")),
        ] {
            assert_eq!(app.post("department", KEYS, &body).await.expect(400).faults(), [(fault.0.to_owned(), fault.1.to_owned())], "{body}");
        }
    }
}
