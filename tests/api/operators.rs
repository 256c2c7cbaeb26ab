//! Operators.

use crate::support::TestApp;
use serde_json::json;

const OPERATORS: &str = "/api/v1/operators";

both_backends! {
    async fn an_operator_is_recorded_replaced_and_read(app: TestApp) {
        let body = json!({"code": "gmobile", "name": "Gmobile", "plmns": ["45207"]});
        let made = app.post("department", OPERATORS, &body).await.expect(201);
        assert_eq!(made.header("location"), "/api/v1/operators/gmobile");
        app.post("department", OPERATORS, &body).await.expect(409);
        let uri = "/api/v1/operators/gmobile";
        let same = app.put("department", uri, &body).await.expect(200);
        assert_eq!(same.json()["version"], 1);
        let closed = json!({"name": "Gmobile", "plmns": ["45207"], "active": false, "contact": "Hà Nội"});
        let changed = app.send_json("department", "PUT", uri, &[("if-match", &same.header("etag"))], &closed).await.expect(200);
        assert_eq!((&changed.json()["version"], &changed.json()["active"]), (&json!(2), &json!(false)));
        app.send_json("department", "PUT", uri, &[("if-match", &same.header("etag"))], &closed).await.expect(412);
        assert_eq!(app.ask(uri).await, changed.json());
        app.get("/api/v1/operators/nobody").await.expect(404);
        assert_eq!(app.put("department", "/api/v1/operators/newone", &json!({"name": "New"})).await.expect(201).json()["code"], "newone");
    }

    async fn operators_are_listed_by_code(app: TestApp) {
        let list = app.ask(OPERATORS).await;
        let codes: Vec<&str> = list["items"].as_array().unwrap().iter().map(|o| o["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["mobifone", "viettel", "vnpt"]);
        assert!(app.get(&format!("{OPERATORS}?f=csv")).await.expect(200).text().starts_with("code,name,plmns"));
    }

    async fn a_code_of_the_address_obeys_the_rules_too(app: TestApp) {
        for code in ["%0F", "%20a", "Viettel", "%C4%91", "a%2Fb"] {
            let reply = app.put("department", &format!("{OPERATORS}/{code}"), &json!({"name": "x"})).await;
            assert_eq!(reply.status, 400, "{code}: {}", reply.text());
            let area = json!({"level": "district", "name": "x", "valid_from": "2013-01-01"});
            let reply = app.put("department", &format!("/api/v1/areas/{}", code.replace("Viettel", "1_2")), &area).await;
            assert_eq!(reply.status, 400, "{code}: {}", reply.text());
        }
    }

    async fn what_is_wrong_with_an_operator_is_told(app: TestApp) {
        let body = json!({"code": "Viettel Mobile", "plmns": ["452", 7], "active": "yes", "colour": 1});
        let mut found = app.post("department", OPERATORS, &body).await.expect(400).faults();
        found.sort();
        let expected = [("/active", "wrong_type"), ("/code", "bad_format"), ("/colour", "unknown_field"), ("/name", "required"), ("/plmns/0", "bad_format"), ("/plmns/1", "bad_format")];
        assert_eq!(found, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    }
}
