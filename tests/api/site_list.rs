//! The list of sites: filters against a plain count, search, order, pages, formats.

use std::collections::BTreeSet;

use crate::support::{Reply, TestApp, bts, switching_station, with};
use serde_json::{Value, json};

const SITES: &str = "/api/v1/sites";

/// Forty sites that differ in everything that can be asked about.
async fn many(app: &TestApp) -> Vec<Value> {
    app.with_division().await;
    let mut sites = Vec::new();
    for i in 0..40_i32 {
        let operator = ["viettel", "vnpt"][(i % 2) as usize];
        let place = json!({"operator": operator, "longitude": 103.005 + 0.0048 * f64::from(i), "latitude": 22.01 + 0.0137 * f64::from(i % 13),
            "name": format!("{} {i}", ["Mường Tè", "Phong Thổ", "Đường 4D"][(i % 3) as usize])});
        let body = if i % 5 == 0 {
            with(&switching_station(&format!("S-{i:02}")), &place)
        } else {
            let radios = [
                json!([{"technology": "2g"}]),
                json!([{"technology": "2g"}, {"technology": "3g"}]),
                json!([{"technology": "4g"}]),
            ];
            let status = ["active", "active", "planned", "suspended"][(i % 4) as usize];
            let more = json!({"radios": radios[(i % 3) as usize], "status": status, "commissioned_on": format!("20{:02}-06-01", i % 20)});
            with(&with(&bts(&format!("B-{i:02}")), &place), &more)
        };
        sites.push(app.site(operator, &body).await);
    }
    sites
}

fn codes(items: &Value) -> BTreeSet<String> {
    items
        .as_array()
        .unwrap()
        .iter()
        .map(|site| site["code"].as_str().unwrap().to_owned())
        .collect()
}

fn has(site: &Value, technology: &str) -> bool {
    site["radios"]
        .as_array()
        .is_some_and(|radios| radios.iter().any(|radio| radio["technology"] == technology))
}

type Wanted = Box<dyn Fn(&Value) -> bool>;

both_backends! {
    async fn filters_agree_with_a_plain_count(app: TestApp) {
        let sites = many(&app).await;
        let number = |site: &Value, name: &str| site[name].as_f64().unwrap();
        let cases: Vec<(&str, Wanted)> = vec![
            ("operator=vnpt", Box::new(|s| s["operator"] == "vnpt")),
            ("kind=switching_station", Box::new(|s| s["kind"] == "switching_station")),
            ("status=planned,suspended", Box::new(|s| s["status"] == "planned" || s["status"] == "suspended")),
            ("technology=3g", Box::new(|s| has(s, "3g"))),
            ("technology=3g,4g", Box::new(|s| has(s, "3g") || has(s, "4g"))),
            ("technology=2g,3g,4g", Box::new(|s| has(s, "2g") || has(s, "4g"))),
            ("technology=2g,3g,4g,5g", Box::new(|s| s["kind"] == "bts" )),
            ("district=105", Box::new(|s| s["district"] == "105")),
            ("district=105,108", Box::new(|s| s["district"] == "105" || s["district"] == "108")),
            ("commune=01080", Box::new(|s| s["commune"] == "01080")),
            ("bbox=103.05,22.02,103.15,22.1", Box::new(move |s| (103.05..=103.15).contains(&number(s, "longitude")) && (22.02..=22.1).contains(&number(s, "latitude")))),
            ("bbox=179,22,103.1,22.2", Box::new(move |s| number(s, "longitude") <= 103.1)),
            ("q=muong%20te", Box::new(|s| s["name"].as_str().unwrap().starts_with("Mường"))),
            ("q=DUONG", Box::new(|s| s["name"].as_str().unwrap().starts_with("Đường"))),
            ("q=4d%20b-0", Box::new(|s| s["name"].as_str().unwrap().starts_with("Đường") && s["code"].as_str().unwrap().starts_with("B-0"))),
            ("q=%25", Box::new(|_| false)),
            ("q=!", Box::new(|_| false)),
            ("operator=viettel&kind=bts&technology=2g&district=106&status=active", Box::new(|s| s["operator"] == "viettel" && s["kind"] == "bts" && has(s, "2g") && s["district"] == "106" && s["status"] == "active")),
        ];
        for (query, wanted) in cases {
            let expected: BTreeSet<String> = sites.iter().filter(|s| wanted(s)).map(|s| s["code"].as_str().unwrap().to_owned()).collect();
            let answer = app.ask(&format!("{SITES}?{query}&limit=1000&count=true")).await;
            assert_eq!(codes(&answer["items"]), expected, "{query}");
            assert_eq!(answer["total"], expected.len(), "{query}");
        }
    }

    async fn as_of_lists_what_was_in_service(app: TestApp) {
        let sites = many(&app).await;
        for day in ["2004-12-31", "2012-06-01", "2030-01-01"] {
            let was = |s: &&Value| s["status"].as_str().is_none_or(|status| status == "active") && s["commissioned_on"].as_str().is_none_or(|date| date <= day);
            let expected: BTreeSet<String> = sites.iter().filter(was).map(|s| s["code"].as_str().unwrap().to_owned()).collect();
            assert_eq!(codes(&app.ask(&format!("{SITES}?as_of={day}&limit=1000")).await["items"]), expected, "{day}");
            let expected: BTreeSet<String> = sites.iter().filter(was).filter(|s| has(s, "2g")).map(|s| s["code"].as_str().unwrap().to_owned()).collect();
            assert_eq!(codes(&app.ask(&format!("{SITES}?as_of={day}&technology=2g&limit=1000")).await["items"]), expected, "{day}");
        }
    }

    async fn pages_visit_every_site_once_in_every_order(app: TestApp) {
        let sites = many(&app).await;
        for sort in ["id", "-id", "code", "-code", "name", "-name", "updated_at", "-updated_at"] {
            let (mut seen, mut uri) = (Vec::new(), format!("{SITES}?sort={sort}&limit=7"));
            loop {
                let reply = app.get(&uri).await.expect(200);
                let page = reply.json();
                seen.extend(page["items"].as_array().unwrap().clone());
                let Some(next) = page["next"].as_str() else { break };
                assert!(reply.header("link").contains(next));
                uri = format!("{SITES}?sort={sort}&limit=7&cursor={next}");
            }
            assert_eq!(seen.len(), sites.len(), "{sort}");
            let key = |site: &Value| {
                let text = |name: &str| site[name].as_str().unwrap().to_owned();
                match sort.trim_start_matches('-') {
                    "code" => (text("operator"), text("code")),
                    "name" => (text("name"), text("id")),
                    "updated_at" => (text("updated_at"), text("id")),
                    _ => (text("id"), String::new()),
                }
            };
            let mut sorted = seen.clone();
            sorted.sort_by_key(key);
            if sort.starts_with('-') {
                sorted.reverse();
            }
            assert_eq!(seen, sorted, "{sort}");
        }
    }

    async fn a_page_does_not_move_when_sites_come_in(app: TestApp) {
        many(&app).await;
        let first = app.ask(&format!("{SITES}?limit=20")).await;
        app.site("viettel", &with(&bts("LATE"), &json!({"longitude": 103.199}))).await;
        let rest = app.ask(&format!("{SITES}?limit=100&cursor={}", first["next"].as_str().unwrap())).await;
        assert!(codes(&first["items"]).is_disjoint(&codes(&rest["items"])));
        assert_eq!(codes(&first["items"]).len() + codes(&rest["items"]).len(), 41);
    }

    async fn a_cursor_of_another_list_is_refused(app: TestApp) {
        many(&app).await;
        let next = app.ask(&format!("{SITES}?limit=5&sort=name")).await["next"].as_str().unwrap().to_owned();
        for query in [format!("sort=code&cursor={next}"), "cursor=abc".into(), "cursor=WyJpZCJd".into()] {
            assert_eq!(app.get(&format!("{SITES}?{query}")).await.expect(400).faults(), [("cursor".into(), "bad_cursor".into())], "{query}");
        }
    }

    async fn the_nearest_come_first(app: TestApp) {
        let sites = many(&app).await;
        let answer = app.ask(&format!("{SITES}?near=103.1,22.1&radius_m=4000&count=true")).await;
        let distances: Vec<f64> = answer["items"].as_array().unwrap().iter().map(|s| s["distance_m"].as_f64().unwrap()).collect();
        assert!(!distances.is_empty() && distances.is_sorted() && distances.iter().all(|d| *d <= 4000.0), "{distances:?}");
        // A plain flat-earth count with room for its own error.
        let metres = |s: &&Value| {
            let (x, y) = ((s["longitude"].as_f64().unwrap() - 103.1) * 103_220.0, (s["latitude"].as_f64().unwrap() - 22.1) * 110_740.0);
            x.hypot(y)
        };
        let within = |limit: f64| sites.iter().filter(|s| metres(s) <= limit).count();
        assert!((within(3980.0)..=within(4020.0)).contains(&distances.len()));
        assert_eq!(answer["total"], distances.len());
        app.get(&format!("{SITES}?near=103.1,22.1&sort=name")).await.expect(400);
        app.get(&format!("{SITES}?radius_m=10")).await.expect(400);
    }

    async fn every_format_carries_the_same_values(app: TestApp) {
        many(&app).await;
        let items = app.ask(&format!("{SITES}?sort=code&limit=1000")).await["items"].clone();
        let collection = app.ask(&format!("{SITES}?sort=code&limit=1000&f=geojson")).await;
        for (site, feature) in items.as_array().unwrap().iter().zip(collection["features"].as_array().unwrap()) {
            assert_eq!(&feature["properties"], site);
            assert_eq!(feature["id"], site["id"]);
            assert_eq!(feature["geometry"]["coordinates"], json!([site["longitude"], site["latitude"]]));
        }
        let reply = app.get(&format!("{SITES}?sort=code&f=csv")).await.expect(200);
        assert!(reply.header("content-disposition").contains("sites.csv"));
        let mut table = csv::Reader::from_reader(&reply.body[..]);
        let header = table.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 40);
        for (site, row) in items.as_array().unwrap().iter().zip(&rows) {
            for (name, cell) in header.iter().zip(row) {
                let value = name.split('.').fold(site, |value, part| &value[part]);
                let text = match value { Value::Null => String::new(), Value::String(text) => text.clone(), other => other.to_string() };
                assert_eq!(cell, text, "{name}");
            }
        }
        let sheet = app.get(&format!("{SITES}?sort=code&f=xlsx")).await.expect(200);
        xlsx_agrees(&sheet, &items);
    }

    async fn the_representation_is_negotiated(app: TestApp) {
        for (accept, f, expected) in [
            ("application/geo+json", "", "application/geo+json"),
            ("text/csv;q=0.9, application/json;q=0.1", "", "text/csv"),
            ("text/html, */*;q=0.8", "", "application/json"),
            ("application/*", "", "application/json"),
            ("application/json", "?f=csv", "text/csv"),
        ] {
            let reply = app.send("reader", "GET", &format!("{SITES}{f}"), &[("accept", accept)], None).await.expect(200);
            assert!(reply.header("content-type").starts_with(expected), "{accept}: {}", reply.header("content-type"));
            assert!(reply.header("vary").to_lowercase().contains("accept"));
        }
        app.send("reader", "GET", SITES, &[("accept", "image/png")], None).await.expect(406);
        app.get(&format!("{SITES}?f=pdf")).await.expect(400);
    }

    async fn a_mistyped_filter_is_refused(app: TestApp) {
        let reply = app.get(&format!("{SITES}?disctrict=105&limit=0&near=1&as_of=2016&technology=2g,6g&sort=colour&count=maybe&limit=5")).await.expect(400);
        let mut found = reply.faults();
        found.sort();
        let expected = [("as_of", "bad_date"), ("count", "wrong_type"), ("disctrict", "unknown_parameter"), ("limit", "duplicate"), ("limit", "out_of_range"),
            ("near", "bad_format"), ("sort", "unknown_value"), ("technology", "unknown_technology")];
        assert_eq!(found, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
        app.get(&format!("{SITES}?limit=10001")).await.expect(400);
        app.get(&format!("{SITES}?limit=10001&f=csv")).await.expect(200);
        app.get(&format!("{SITES}?district=999")).await.expect(400);
    }
}

fn xlsx_agrees(sheet: &Reply, items: &Value) {
    use calamine::{Data, Reader};
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(sheet.body.to_vec())).unwrap();
    let range = book.worksheet_range("sites").unwrap();
    let header: Vec<String> = range
        .rows()
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    for (site, row) in items.as_array().unwrap().iter().zip(range.rows().skip(1)) {
        for (name, cell) in header.iter().zip(row) {
            let value = name.split('.').fold(site, |value, part| &value[part]);
            match (value, cell) {
                (Value::Null, cell) => assert_eq!(cell, &Data::Empty, "{name}"),
                (Value::Number(number), cell) => {
                    assert_eq!(cell, &Data::Float(number.as_f64().unwrap()), "{name}");
                }
                (Value::String(text), Data::String(cell)) => assert_eq!(cell, text, "{name}"),
                (Value::String(text), Data::DateTime(cell)) => {
                    let epoch: chrono::NaiveDate = "1899-12-30".parse().unwrap();
                    let days = chrono::Days::new(cell.as_f64() as u64);
                    assert_eq!(&(epoch + days).to_string(), text, "{name}");
                }
                (Value::Array(_), Data::String(cell)) => {
                    assert_eq!(cell, &value.to_string(), "{name}");
                }
                (value, cell) => panic!("{name}: {value} is {cell:?}"),
            }
        }
    }
    assert_eq!(range.rows().count(), items.as_array().unwrap().len() + 1);
}
