//! The annual report: the founding figures, beside the year before, in every representation.

use calamine::{Data, Reader};
use serde_json::{Value, json};

use crate::support::{TestApp, bts, with};

const REPORT: &str = "/api/v1/reports/annual";

/// The figures of one year as a flat list, in the order of the table's columns.
fn flat(year: &Value) -> Vec<i64> {
    let paths = [
        "/sites/switching_station",
        "/sites/satellite_exchange",
        "/sites/bts",
        "/sites/radios/2g",
        "/sites/radios/3g",
        "/sites/radios/4g",
        "/sites/radios/5g",
        "/sites/radios/total",
        "/subscribers/fixed/fixed_wired",
        "/subscribers/fixed/fixed_wireless",
        "/subscribers/fixed/local_wireless",
        "/subscribers/fixed/total",
        "/subscribers/mobile/total",
    ];
    paths
        .iter()
        .map(|path| year.pointer(path).unwrap().as_i64().unwrap())
        .collect()
}

fn sum<'v>(rows: impl Iterator<Item = &'v Value>, year: &str) -> Vec<i64> {
    rows.fold(vec![0; 13], |total, row| {
        total
            .iter()
            .zip(flat(&row[year]))
            .map(|(a, b)| a + b)
            .collect()
    })
}

both_backends! {
    async fn the_founding_figures_are_answered(app: TestApp) {
        app.seed();
        let report = app.ask(&format!("{REPORT}?year=2016")).await;
        let total = flat(&report["total"]["current"]);
        assert_eq!((total[0], total[1], total[3], total[4], total[7]), (27, 26, 410, 269, 679));
        assert_eq!((total[8] + total[9] + total[10], total[11], total[12]), (7_665, 7_665, 364_742));
        assert!(total[8] > 0 && total[9] > 0 && total[10] > 0);
        let districts = report["by_district"].as_array().unwrap();
        let codes: Vec<&str> = districts.iter().map(|d| d["area"]["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["105", "106", "107", "108", "109", "110", "111", "112"]);
        for year in ["current", "previous"] {
            assert_eq!(flat(&report["unlocated"][year]), vec![0; 13]);
            assert_eq!(sum(districts.iter(), year), flat(&report["total"][year]), "{year}");
            assert_eq!(sum(report["by_operator"].as_array().unwrap().iter(), year), flat(&report["total"][year]), "{year}");
            for district in districts {
                assert_eq!(sum(district["by_operator"].as_array().unwrap().iter(), year), flat(&district[year]), "{}", district["area"]["code"]);
            }
        }
        let before = flat(&report["total"]["previous"]);
        assert_eq!((before[0], before[1], before[3], before[4]), (26, 27, 390, 210));
        let alone = app.ask(&format!("{REPORT}?year=2015")).await;
        assert_eq!(flat(&alone["total"]["current"]), before, "2015 is the same beside 2016 and by itself");
        let notes = report["notes"].to_string();
        assert!(notes.contains("schematic"), "{notes}");
        let vietnamese = app.send("reader", "GET", "/api/v1/reports/annual?year=2016", &[("accept-language", "vi")], None).await;
        assert!(vietnamese.json()["notes"].to_string().contains("sơ đồ"));
        let sources = report["sources"].as_array().unwrap();
        assert!(["sites", "subscribers", "areas"].iter().all(|about| sources.iter().any(|s| s["about"] == *about)));
        assert!(sources.iter().all(|s| { let text = s["source"].as_str().unwrap(); text.contains("generated") || text.contains("schematic") }));
    }

    async fn a_year_without_records_is_zeros(app: TestApp) {
        app.with_division().await;
        let report = app.ask(&format!("{REPORT}?year=1990")).await;
        assert_eq!(flat(&report["total"]["current"]), vec![0; 13]);
        for year in ["1900", "2201", "x", ""] {
            app.get(&format!("{REPORT}?year={year}")).await.expect(400);
        }
        assert_eq!(app.ask(REPORT).await["year"], 2025, "the last whole year of the test's clock");
    }
}

#[actix_web::test]
async fn every_representation_carries_the_same_figures() {
    let app = TestApp::sqlite().await;
    app.seed();
    let report = app.ask(&format!("{REPORT}?year=2016")).await;
    let reply = app
        .get(&format!("{REPORT}?year=2016&f=csv"))
        .await
        .expect(200);
    let mut table = csv::Reader::from_reader(&reply.body[..]);
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let figures = |row: &csv::StringRecord| {
        row.iter()
            .skip(4)
            .map(|cell| cell.parse().unwrap())
            .collect::<Vec<i64>>()
    };
    let row = |district: &str, operator: &str, year: &str| {
        figures(
            rows.iter()
                .find(|r| {
                    &r[0] == district
                        && (&r[1] != "unlocated")
                        && &r[2] == operator
                        && &r[3] == year
                })
                .unwrap(),
        )
    };
    assert_eq!(row("", "all", "2016"), flat(&report["total"]["current"]));
    for district in report["by_district"].as_array().unwrap() {
        let code = district["area"]["code"].as_str().unwrap();
        assert_eq!(row(code, "all", "2016"), flat(&district["current"]));
        assert_eq!(row(code, "all", "2015"), flat(&district["previous"]));
        for own in district["by_operator"].as_array().unwrap() {
            assert_eq!(
                row(code, own["operator"].as_str().unwrap(), "2016"),
                flat(&own["current"])
            );
        }
    }
    let sheet = app
        .get(&format!("{REPORT}?year=2016&f=xlsx"))
        .await
        .expect(200);
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(sheet.body.to_vec())).unwrap();
    let range = book.worksheet_range("annual-report-2016").unwrap();
    for (row, cells) in rows.iter().zip(range.rows().skip(1)) {
        let numbers: Vec<i64> = cells
            .iter()
            .skip(4)
            .map(|cell| match cell {
                Data::Float(n) => *n as i64,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(numbers, figures(row));
    }
}

#[actix_web::test]
async fn the_page_is_in_both_languages_and_escapes_what_it_shows() {
    let app = TestApp::sqlite().await;
    app.seed();
    let operator = json!({"code": "evil", "name": "<script>alert(1)</script>"});
    app.post("department", "/api/v1/operators", &operator)
        .await
        .expect(201);
    app.site(
        "department",
        &with(
            &bts("E-1"),
            &json!({"operator": "evil", "longitude": 103.4586, "latitude": 22.3964}),
        ),
    )
    .await;
    let uri = format!("{REPORT}?year=2016&f=html");
    let english = app.send("reader", "GET", &uri, &[], None).await.expect(200);
    assert!(english.header("vary").contains("Accept-Language"));
    let text = english.text();
    assert!(
        text.contains("&lt;script&gt;") && !text.contains("<script>"),
        "{text}"
    );
    assert!(
        text.contains("364,742") && text.contains("7,665") && text.contains("Switching stations")
    );
    let vietnamese = app
        .send("reader", "GET", &uri, &[("accept-language", "vi")], None)
        .await
        .expect(200)
        .text();
    assert!(vietnamese.contains("364.742") && vietnamese.contains("Trạm chuyển mạch"));
    assert!(
        !text.contains("http://") && !text.contains("https://"),
        "the page loads nothing"
    );
}
