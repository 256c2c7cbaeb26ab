//! What happens to a submission after it was handed in: decisions, and taking back.

use crate::submissions::{JSON, again, counts, decide, file, names, rows};
use crate::support::{TestApp, bts, with};
use serde_json::json;

both_backends! {
    async fn what_a_submission_did_can_be_taken_back(app: TestApp) {
        app.with_division().await;
        app.site("viettel", &with(&bts("A-1"), &json!({"name": "Cũ"}))).await;
        let sites = [with(&bts("A-1"), &json!({"name": "Mới"})), bts("A-2"), bts("A-3")];
        let submission = app.submit("department", "operator=viettel", JSON, &file(&sites)).await;
        decide(&app, "department", &submission, "revert", json!({})).await.expect(403);
        decide(&app, "viettel", &submission, "revert", json!({})).await.expect(403);
        let third = app.ask("/api/v1/sites?q=A-3").await["items"][0]["id"].as_str().unwrap().to_owned();
        app.send_json("viettel", "PATCH", &format!("/api/v1/sites/{third}"), &[("if-match", "*")], &json!({"name": "Ba"})).await.expect(200);
        decide(&app, "reviewer", &submission, "revert", json!({"comment": "wrong file"})).await.expect(409);
        assert_eq!(names(&app).await.len(), 3);
        let reverted = decide(&app, "reviewer", &submission, "revert", json!({"keep_changed": true})).await.expect(200).json();
        assert_eq!(reverted["state"], "reverted");
        assert_eq!(names(&app).await, ["A-1 Cũ", "A-3 Ba"]);
        decide(&app, "reviewer", &submission, "revert", json!({})).await.expect(409);
        let count = |n: i32| serde_json::to_vec(&json!([{"operator": "viettel", "service": "mobile", "area": "105", "period_end": "2016-12-31", "subscribers": n}])).unwrap();
        app.submit("viettel", "kind=subscribers", JSON, &count(5)).await;
        let wrong = app.submit("viettel", "kind=subscribers", JSON, &count(50)).await;
        assert_eq!(counts(&wrong), [0, 1, 0, 0, 0, 0]);
        let told = async || app.ask("/api/v1/summary?as_of=2016-12-31").await["total"]["subscribers"]["mobile"]["total"].clone();
        assert_eq!(told().await, 50);
        decide(&app, "reviewer", &wrong, "revert", json!({})).await.expect(200);
        assert_eq!(told().await, 5);
    }
}

#[actix_web::test]
async fn a_submission_waits_for_its_approval() {
    let app = TestApp::with_flags(&["--submissions-need-approval"]).await;
    app.with_division().await;
    app.site("viettel", &bts("A-1")).await;
    let sites = [
        with(&bts("A-1"), &json!({"name": "Một"})),
        bts("A-2"),
        bts("A-3"),
    ];
    let submission = app.submit("viettel", "", JSON, &file(&sites)).await;
    assert_eq!(
        (submission["state"].as_str(), counts(&submission)),
        (Some("submitted"), [2, 1, 0, 0, 0, 0])
    );
    assert_eq!(names(&app).await.len(), 1);
    let approve = json!({"comment": "A-3 belongs elsewhere", "excluded_rows": [3]});
    decide(&app, "viettel", &submission, "approve", approve.clone())
        .await
        .expect(403);
    let done = decide(&app, "department", &submission, "approve", approve)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (done["state"].as_str(), counts(&done)),
        (Some("approved"), [1, 1, 0, 0, 1, 0])
    );
    assert_eq!(
        (&done["decided_by"], &done["excluded_rows"]),
        (&json!("department"), &json!([3]))
    );
    assert_eq!(
        rows(&app, &done, "").await[2]["errors"][0]["code"],
        "left_out"
    );
    assert_eq!(names(&app).await.len(), 2);

    let own = app
        .submit("department", "operator=viettel", JSON, &file(&[bts("A-4")]))
        .await;
    decide(&app, "department", &own, "approve", json!({}))
        .await
        .expect(403);
    let rejected = decide(&app, "reviewer", &own, "reject", json!({"comment": "no"})).await;
    assert_eq!(rejected.expect(200).json()["state"], "rejected");

    let stale = app
        .submit(
            "viettel",
            "",
            JSON,
            &file(&[with(&bts("A-1"), &json!({"name": "Hai"}))]),
        )
        .await;
    let id = app.ask("/api/v1/sites?q=A-1").await["items"][0]["id"].clone();
    let uri = format!("/api/v1/sites/{}", id.as_str().unwrap());
    app.send_json(
        "viettel",
        "PATCH",
        &uri,
        &[("if-match", "*")],
        &json!({"name": "Ba"}),
    )
    .await
    .expect(200);
    decide(&app, "department", &stale, "approve", json!({}))
        .await
        .expect(409);
    assert_eq!(
        names(&app).await[0],
        "A-1 Ba",
        "nobody's change is overwritten unseen"
    );
    let anew = again(&app, &stale, "validate").await;
    assert_eq!(anew.expect(200).json()["state"], "submitted");
    decide(&app, "department", &stale, "approve", json!({}))
        .await
        .expect(200);
    assert_eq!(names(&app).await[0], "A-1 Hai");
}
