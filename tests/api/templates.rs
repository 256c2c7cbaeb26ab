//! Templates: what is downloaded, filled in and handed in is taken.

use std::io::Cursor;

use calamine::Reader;
use rust_xlsxwriter::Workbook;
use serde_json::json;

use crate::submissions::CSV;
use crate::support::TestApp;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A row under the header of a template: what is known of its columns, by their titles.
fn filled(header: &[String]) -> Vec<String> {
    let value = |title: &String| match title.as_str() {
        "Site code" | "Mã trạm" => "0012",
        "Kind" | "Loại trạm" => "bts",
        "Site name" | "Tên trạm" => "Sìn Hồ 1",
        "Longitude" | "Kinh độ" => "103.05",
        "Latitude" | "Vĩ độ" => "22.05",
        "Technologies" | "Công nghệ" => "2G, 3G",
        _ => "",
    };
    header.iter().map(|title| value(title).to_owned()).collect()
}

both_backends! {
    async fn a_template_that_is_filled_in_is_taken(app: TestApp) {
        app.with_division().await;
        for (language, outcome) in [("en", "created"), ("vi", "unchanged")] {
            let headers = [("accept-language", language)];
            let template = app.send("reader", "GET", "/api/v1/submissions/templates/sites.csv", &headers, None).await.expect(200).text();
            let header: Vec<String> = template.trim_start_matches('\u{feff}').trim_end().split(',').map(str::to_owned).collect();
            let row: Vec<String> = filled(&header).iter().map(|cell| format!("\"{cell}\"")).collect();
            let file = format!("{}{}\n", template, row.join(","));
            let submission = app.submit("viettel", "", CSV, file.as_bytes()).await;
            assert_eq!(submission["counts"][outcome], 1, "{submission}");

            let book = app.send("reader", "GET", "/api/v1/submissions/templates/sites.xlsx", &headers, None).await.expect(200).body;
            let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book.to_vec())).unwrap();
            assert_eq!(book.sheet_names().len(), 3);
            let data = book.worksheet_range_at(0).unwrap().unwrap();
            let header: Vec<String> = data.rows().next().unwrap().iter().map(ToString::to_string).collect();
            let mut own = Workbook::new();
            let sheet = own.add_worksheet();
            sheet.write_row(0, 0, &header).unwrap();
            sheet.write_row(1, 0, filled(&header)).unwrap();
            let submission = app.submit("viettel", "", XLSX, &own.save_to_buffer().unwrap()).await;
            assert_eq!(submission["counts"]["unchanged"], 1, "{submission}");
        }
        let radios = app.ask("/api/v1/sites?q=0012").await["items"][0]["radios"].clone();
        assert_eq!(json!([radios[0]["technology"], radios[1]["technology"]]), json!(["2g", "3g"]));
        for unknown in ["sites.pdf", "towers.csv", "sites"] {
            app.get(&format!("/api/v1/submissions/templates/{unknown}")).await.expect(404);
        }
        app.get("/api/v1/submissions/templates/subscribers.xlsx").await.expect(200);
    }
}
