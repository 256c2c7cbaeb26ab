//! The list of settlements: filters, pages and formats.

use crate::settlements::{SETTLEMENTS, village};
use crate::support::{TestApp, with};
use serde_json::{Value, json};

fn codes(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["code"].as_str().unwrap().to_owned())
        .collect()
}

/// One settlement in each half of each district, and its name.
fn spread() -> Value {
    let mut list = Vec::new();
    for column in 0..4 {
        for row in 0..2 {
            let (longitude, latitude) = (
                103.025 + 0.05 * f64::from(column),
                22.05 + 0.1 * f64::from(row),
            );
            let name = ["Bản Đường Lạn", "Bản Nà Ỏ"][row as usize];
            list.push(with(
                &village(&format!("B-{column}{row}")),
                &json!({"longitude": longitude, "latitude": latitude, "name": name}),
            ));
        }
    }
    json!(list)
}

both_backends! {
    async fn filters_combine(app: TestApp) {
        app.with_division().await;
        app.put("department", SETTLEMENTS, &spread()).await.expect(200);
        for (query, expected) in [
            ("", &["B-00", "B-01", "B-10", "B-11", "B-20", "B-21", "B-30", "B-31"][..]),
            ("district=105", &["B-00", "B-10"]),
            ("district=105,108", &["B-00", "B-10", "B-21", "B-31"]),
            ("commune=01080", &["B-00", "B-01"]),
            ("commune=01051&division_on=2016-12-31", &["B-10"]),
            ("district=105&commune=01081", &["B-10"]),
            ("district=105&commune=01099", &[]),
            ("bbox=103.0,22.0,103.1,22.1", &["B-00", "B-10"]),
            ("bbox=103.0,22.0,103.1,22.1&commune=01080", &["B-00"]),
            ("q=duong%20lan", &["B-00", "B-10", "B-20", "B-30"]),
            ("q=na%20o&district=107", &["B-01", "B-11"]),
            ("q=khu%20suoi&bbox=103.15,22.1,103.2,22.2", &["B-31"]),
            ("q=b-3", &["B-30", "B-31"]),
            ("q=100%25", &[]),
        ] {
            let page = app.ask(&format!("{SETTLEMENTS}?count=true&{query}")).await;
            assert_eq!(codes(&page), expected, "{query}");
            assert_eq!((&page["total"], &page["next"]), (&json!(expected.len()), &Value::Null), "{query}");
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = app.ask(&format!("{SETTLEMENTS}?limit=3&{query}{cursor}")).await;
                seen.extend(codes(&page));
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, expected, "{query}");
        }
        for wrong in ["district=999", "commune=x_", "bbox=1,2,3", "cursor=abc", "limit=0", "limit=10001", "division_on=2016", "status=white", "sort=name", "operator=max", "detail=true&limit=1001", "signal_level=x", "known_at=2016-12-31T00:00:00Z", "f=html"] {
            app.get(&format!("{SETTLEMENTS}?{wrong}")).await.expect(400);
        }
    }

    async fn every_format_says_the_same(app: TestApp) {
        app.with_division().await;
        app.put("department", SETTLEMENTS, &spread()).await.expect(200);
        let page = app.ask(&format!("{SETTLEMENTS}?limit=2")).await;
        let reply = app.get(&format!("{SETTLEMENTS}?limit=2&f=geojson")).await.expect(200);
        assert!(reply.header("link").contains("rel=\"next\""));
        let features = reply.json();
        assert_eq!(features["next"], page["next"]);
        for (i, feature) in features["features"].as_array().unwrap().iter().enumerate() {
            assert_eq!(feature["properties"], page["items"][i]);
            assert_eq!(feature["geometry"]["coordinates"], json!([page["items"][i]["longitude"], page["items"][i]["latitude"]]));
        }
        let table = app.get(&format!("{SETTLEMENTS}?limit=2&f=csv")).await.expect(200).text();
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].starts_with("code,name,district,commune,longitude,latitude,population,households,has_grid_power,clusters"));
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("B-00,Bản Đường Lạn,105,01080,103.025,22.05,412,90,true,\"[{"), "{}", lines[1]);
        let book = app.get(&format!("{SETTLEMENTS}?f=xlsx")).await.expect(200);
        assert!(book.body.starts_with(b"PK") && book.header("content-disposition").contains("settlements.xlsx"));
    }

    async fn a_kept_list_is_never_old(app: TestApp) {
        app.with_division().await;
        app.put("department", SETTLEMENTS, &spread()).await.expect(200);
        assert_eq!(codes(&app.ask(SETTLEMENTS).await).len(), 8);
        app.send("department", "DELETE", &format!("{SETTLEMENTS}/B-00"), &[], None).await.expect(204);
        assert_eq!(codes(&app.ask(SETTLEMENTS).await).len(), 7);
    }
}
