//! What the service gives in each format, it takes back; what goes over a limit is said.

use crate::submissions::{CSV, JSON, at, counts, file, rows};
use crate::support::{TestApp, bts};

both_backends! {
    async fn what_is_read_in_any_format_is_taken_back_unchanged(app: TestApp) {
        app.seed();
        let sites = app.ask("/api/v1/sites?limit=1").await["total"].as_i64();
        for (kind, formats) in [("sites", &["csv", "xlsx", "json", "geojson"][..]), ("subscribers", &["csv", "xlsx", "json"])] {
            for format in formats {
                let uri = format!("/api/v1/{kind}?limit=1000&f={format}");
                let reply = app.get(&uri).await.expect(200);
                // A page of JSON has its records under `items`, a file is the list of them.
                let body = if *format == "json" { reply.json()["items"].to_string().into_bytes() } else { reply.body.to_vec() };
                let submission = app.submit("department", &format!("kind={kind}"), &reply.header("content-type"), &body).await;
                let [created, updated, unchanged, skipped, rejected, decommissioned] = counts(&submission);
                let changes = [created, updated, skipped, rejected, decommissioned];
                assert_eq!(changes, [0; 5], "{uri}: {submission} {:?}", rows(&app, &submission, "&outcome=rejected").await.first());
                assert!(unchanged > 100 && (kind != "sites" || sites.is_none_or(|sites| sites == unchanged)), "{uri}: {unchanged}");
            }
        }
    }
}

#[actix_web::test]
async fn work_on_rows_is_bounded() {
    let app = TestApp::with_flags(&["--submission-max-rows=2"]).await;
    app.with_division().await;
    let three = file(&[bts("A-1"), bts("A-2"), bts("A-3")]);
    for (media_type, body) in [
        (JSON, three),
        (
            CSV,
            b"code,kind,name,longitude,latitude\na,b,c,1,2\na,b,c,1,2\na,b,c,1,2\n".to_vec(),
        ),
    ] {
        let refused = app
            .submit("viettel", "operator=viettel", media_type, &body)
            .await;
        assert_eq!(refused["state"], "failed", "{refused}");
        let problem = refused["problem"][0]["detail"].as_str().unwrap();
        assert!(problem.contains('2'), "{problem}");
    }
    let taken = app
        .submit("viettel", "", JSON, &file(&[bts("A-1"), bts("A-2")]))
        .await;
    assert_eq!(taken["state"], "approved", "{}", at(&taken));
}
