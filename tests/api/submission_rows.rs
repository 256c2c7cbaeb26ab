//! The report of a submission's rows: page by page, as a table, and in the operator's own file.

use crate::submissions::{CSV, at, counts, rows};
use crate::support::TestApp;

both_backends! {
    async fn a_report_can_be_had_as_a_table_and_page_by_page(app: TestApp) {
        app.with_division().await;
        let lines = (0..25).fold("operator,code,kind,name,longitude,latitude\n".to_owned(), |text, i| {
            let longitude = if i % 5 == 0 { "east" } else { "103.05" };
            text + &format!("viettel,A-{i},bts,Trạm {i},{longitude},22.05\n")
        });
        let submission = app.submit("viettel", "mode=partial&file_name=s%E1%BB%95.csv", CSV, lines.as_bytes()).await;
        assert_eq!((counts(&submission), submission["file_name"].as_str()), ([20, 0, 0, 0, 5, 0], Some("sổ.csv")));
        let (mut uri, mut all) = (format!("{}/rows?limit=7", at(&submission)), Vec::new());
        loop {
            let page = app.send("viettel", "GET", &uri, &[], None).await.expect(200).json();
            all.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            uri = format!("{}/rows?limit=7&cursor={next}", at(&submission));
        }
        assert_eq!(all, rows(&app, &submission, "").await);
        let vi = [("accept-language", "vi")];
        let table = app.send("viettel", "GET", &format!("{}/rows?outcome=rejected&f=csv", at(&submission)), &vi, None).await.expect(200).text();
        assert!(table.starts_with("row,outcome,key,severity,column,pointer,code,detail,value") && table.lines().count() == 6, "{table}");
        let back = app.send("viettel", "GET", &format!("{}/file", at(&submission)), &[], None).await.expect(200);
        assert_eq!(back.body, lines.as_bytes());
        let own = app.send("viettel", "GET", &format!("{}/annotated", at(&submission)), &vi, None).await.expect(200).text();
        let told: Vec<&str> = own.lines().collect();
        assert_eq!((told[0], told[2]), ("operator,code,kind,name,longitude,latitude,lỗi", "viettel,A-1,bts,Trạm 1,103.05,22.05,"));
        assert!(told[1].starts_with("viettel,A-0,bts,Trạm 0,east,22.05,") && told[1].contains("longitude: "), "{}", told[1]);
    }
}
