//! The annual report: the founding figures, beside the year before, as JSON, tables and a page.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::summary::{assert_same_cell, sheet};
use crate::support::TestApp;

const REPORT: &str = "/api/v1/reports/annual?year=2016";

/// Adds every number below `value` to `out`, by its path.
fn add(value: &Value, path: &str, out: &mut BTreeMap<String, f64>) {
    if let Some(fields) = value.as_object() {
        for (name, value) in fields {
            add(value, &format!("{path}/{name}"), out);
        }
    } else if let Some(number) = value.as_f64() {
        *out.entry(path.to_owned()).or_default() += number;
    }
}

/// The sums of both years' figures over `rows`.
fn summed<'a>(rows: impl IntoIterator<Item = &'a Value>) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for row in rows {
        add(&row["current"], "current", &mut sums);
        add(&row["previous"], "previous", &mut sums);
    }
    sums
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The figures of a day, read from the files of the seeds.
fn from_the_seeds(day: &str) -> Value {
    let within = |thing: &Value| {
        let date = |name: &str| thing[name].as_str().unwrap_or_default().to_owned();
        let (start, end) = (date("commissioned_on"), date("decommissioned_on"));
        start.as_str() <= day && (end.is_empty() || day < end.as_str())
    };
    let sites = lines(include_str!("../../seeds/sites.ndjson"));
    let serving: Vec<&Value> = sites
        .iter()
        .filter(|site| matches!(site["status"].as_str(), Some("active" | "decommissioned")))
        .filter(|site| site["status"] == "active" || !site["decommissioned_on"].is_null())
        .filter(|site| within(site))
        .collect();
    let kind = |kind: &str| serving.iter().filter(|site| site["kind"] == kind).count();
    let radio = |technology: &str| {
        serving
            .iter()
            .flat_map(|site| site["radios"].as_array().into_iter().flatten())
            .filter(|radio| radio["technology"] == technology && within(radio))
            .count()
    };
    let counts = lines(include_str!("../../seeds/subscribers.ndjson"));
    let service = |service: &str| -> i64 {
        counts
            .iter()
            .filter(|count| count["service"] == service && count["period_end"] == day)
            .map(|count| count["subscribers"].as_i64().unwrap())
            .sum()
    };
    let (wired, wireless, local) = (
        service("fixed_wired"),
        service("fixed_wireless"),
        service("local_wireless"),
    );
    json!({
        "sites": {"switching_station": kind("switching_station"), "satellite_exchange": kind("satellite_exchange"), "bts": kind("bts"),
            "radios": {"2g": radio("2g"), "3g": radio("3g"), "4g": radio("4g"), "5g": radio("5g"),
                "total": radio("2g") + radio("3g") + radio("4g") + radio("5g")}},
        "subscribers": {"fixed": {"fixed_wired": wired, "fixed_wireless": wireless, "local_wireless": local, "total": wired + wireless + local},
            "mobile": {"total": service("mobile")}, "period_end": day},
    })
}

both_backends! {
    async fn the_founding_figures_are_reported_exactly(app: TestApp) {
        app.seed();
        let report = app.ask(REPORT).await;
        let current = &report["total"]["current"];
        assert_eq!(current["sites"]["switching_station"], 27);
        assert_eq!(current["sites"]["satellite_exchange"], 26);
        assert_eq!(current["sites"]["radios"], json!({"2g": 410, "3g": 269, "4g": 0, "5g": 0, "total": 679}));
        let fixed = &current["subscribers"]["fixed"];
        let services = ["fixed_wired", "fixed_wireless", "local_wireless"].map(|service| fixed[service].as_i64().unwrap());
        assert_eq!((services.iter().sum::<i64>(), &fixed["total"]), (7_665, &json!(7_665)));
        assert_eq!(current["subscribers"]["mobile"]["total"], 364_742);
        assert_eq!((&report["year"], &report["as_of"], &report["previous_as_of"]), (&json!(2016), &json!("2016-12-31"), &json!("2015-12-31")));
        assert_eq!(report["division_on"], "2016-12-31");

        assert_eq!(*current, from_the_seeds("2016-12-31"));
        assert_eq!(report["total"]["previous"], from_the_seeds("2015-12-31"));
        assert_eq!(report["total"]["previous"]["sites"]["radios"]["total"], 600);
    }

    async fn districts_and_operators_add_up_to_the_total(app: TestApp) {
        app.seed();
        let report = app.ask(REPORT).await;
        let total = summed([&report["total"]]);
        let districts = report["by_district"].as_array().unwrap();
        assert_eq!(summed(districts.iter().chain([&report["unlocated"]])), total);
        assert_eq!(summed(report["by_operator"].as_array().unwrap()), total);
        for district in districts {
            assert_eq!(summed(district["by_operator"].as_array().unwrap()), summed([district]), "{}", district["area"]["code"]);
        }
        // As seeds/README.md has them.
        let expected = [
            ("105", 5, 2, 60, 55, 47), ("106", 3, 3, 54, 50, 32), ("107", 4, 4, 64, 60, 36), ("108", 3, 5, 70, 66, 40),
            ("109", 4, 4, 64, 60, 37), ("110", 3, 3, 51, 47, 31), ("111", 3, 3, 45, 42, 28), ("112", 2, 2, 32, 30, 18),
        ];
        assert_eq!(districts.len(), expected.len());
        for (district, (code, switching, satellite, bts, second, third)) in districts.iter().zip(expected) {
            let sites = json!({"switching_station": switching, "satellite_exchange": satellite, "bts": bts,
                "radios": {"2g": second, "3g": third, "4g": 0, "5g": 0, "total": second + third}});
            assert_eq!((&district["area"]["code"], &district["current"]["sites"]), (&json!(code), &sites));
        }
        let names: Vec<&str> = report["by_operator"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"VNPT (VinaPhone)"), "{names:?}");
    }

    async fn the_report_tells_where_its_figures_come_from(app: TestApp) {
        app.seed();
        let report = app.ask(REPORT).await;
        let sources = report["sources"].as_array().unwrap();
        for (about, records) in [("sites", 27 + 26 + 440), ("areas", 8)] {
            let own: Vec<&Value> = sources.iter().filter(|source| source["about"] == about).collect();
            assert_eq!(own.iter().map(|source| source["records"].as_i64().unwrap()).sum::<i64>(), records, "{about}");
            assert!(own.iter().all(|source| source["source"].as_str().is_some_and(|text| !text.is_empty())), "{own:?}");
        }
        for about in ["sites", "subscribers"] {
            let all = sources.iter().filter(|source| source["about"] == about);
            assert!(all.clone().count() > 0 && all.clone().all(|source| source["source"].as_str().unwrap().contains("generated")), "{sources:?}");
        }
        let notes = report["notes"].to_string();
        assert!(notes.contains("schematic"), "{notes}");
        let page = app.get(&format!("{REPORT}&f=html")).await.expect(200).text();
        assert!(page.contains("schematic") && page.contains("generated"));
    }

    async fn the_page_speaks_both_languages(app: TestApp) {
        app.seed();
        let ask = async |language: &str| app.send("reader", "GET", REPORT, &[("accept", "text/html"), ("accept-language", language)], None).await.expect(200);
        let english = ask("en-GB,vi;q=0.5").await;
        assert!(english.header("content-type").starts_with("text/html"));
        assert!(english.header("vary").contains("Accept-Language"));
        let english = english.text();
        let vietnamese = ask("vi").await.text();
        for part in ["<html lang=\"en\">", "364,742", "347,518", "7,665", "Thành phố Lai Châu", "By district", "Total"] {
            assert!(english.contains(part), "{part}");
        }
        for part in ["<html lang=\"vi\">", "364.742", "347.518", "7.665", "Thành phố Lai Châu", "Theo huyện, thành phố", "Tổng cộng", "Nguồn số liệu"] {
            assert!(vietnamese.contains(part), "{part}");
        }
        for part in ["src=", "href=", "@import", "url("] {
            assert!(!english.contains(part), "the page loads {part}");
        }
    }

    async fn names_of_operators_are_escaped(app: TestApp) {
        app.seed();
        let name = "<script>alert(1)</script>";
        app.post("department", "/api/v1/operators", &json!({"code": "evil", "name": name})).await.expect(201);
        let site = json!({"operator": "evil", "code": "E-1", "kind": "bts", "name": "E", "status": "active", "longitude": 103.45, "latitude": 22.39,
            "commissioned_on": "2016-01-01", "source": "<img src=x onerror=alert(2)>", "radios": [{"technology": "2g"}]});
        app.post("department", "/api/v1/sites", &site).await.expect(201);
        let report = app.ask(REPORT).await;
        let own = report["by_operator"].as_array().unwrap().iter().find(|row| row["operator"] == "evil").unwrap();
        assert_eq!((&own["name"], &own["current"]["sites"]["bts"], &own["previous"]["sites"]["bts"]), (&json!(name), &json!(1), &json!(0)));
        for language in ["en", "vi"] {
            let page = app.send("reader", "GET", &format!("{REPORT}&f=html"), &[("accept-language", language)], None).await.expect(200).text();
            assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
            assert!(!page.contains("<script") && !page.contains("<img"), "unescaped");
        }
    }

    async fn tables_carry_the_same_values(app: TestApp) {
        app.seed();
        let report = app.ask(REPORT).await;
        let reply = app.get(&format!("{REPORT}&f=csv")).await.expect(200);
        assert!(reply.header("content-disposition").contains("annual-report-2016.csv"));
        let mut reader = csv::Reader::from_reader(&reply.body[..]);
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let reply = app.get(&format!("{REPORT}&f=xlsx")).await.expect(200);
        let sheet = sheet(&reply.body);
        assert_eq!(sheet[0].iter().map(ToString::to_string).collect::<Vec<_>>(), header);

        // District, operator and its figures of both years, as the JSON has them.
        let mut expected: Vec<(Value, Value, String, i64, &Value)> = Vec::new();
        let mut add = |code: &Value, name: &Value, operator: &str, row: &'static str, year, figures: &Value| {
            let _ = row;
            expected.push((code.clone(), name.clone(), operator.to_owned(), year, Box::leak(Box::new(figures.clone()))));
        };
        for district in report["by_district"].as_array().unwrap() {
            let (code, name) = (&district["area"]["code"], &district["area"]["name"]);
            for (row, year) in [("current", 2016), ("previous", 2015)] {
                add(code, name, "all", row, year, &district[row]);
                for own in district["by_operator"].as_array().unwrap() {
                    add(code, name, own["operator"].as_str().unwrap(), row, year, &own[row]);
                }
            }
        }
        for (row, year) in [("current", 2016), ("previous", 2015)] {
            add(&json!(""), &json!("unlocated"), "all", row, year, &report["unlocated"][row]);
            add(&json!(""), &json!("total"), "all", row, year, &report["total"][row]);
            for own in report["by_operator"].as_array().unwrap() {
                add(&json!(""), &json!("total"), own["operator"].as_str().unwrap(), row, year, &own[row]);
            }
        }
        assert_eq!((records.len(), sheet.len()), (expected.len(), expected.len() + 1));
        for (code, name, operator, year, figures) in expected {
            let is_it = |record: &&csv::StringRecord| {
                Some(&record[0]) == code.as_str() && Some(&record[1]) == name.as_str() && record[2] == operator && record[3] == year.to_string()
            };
            let place = records.iter().position(|record| is_it(&record)).unwrap_or_else(|| panic!("no row {code} {name} {operator} {year}"));
            for (i, column) in header.iter().enumerate().skip(4) {
                let value = column.split('.').fold(figures.clone(), |value, part| value[part].clone());
                assert!(value.is_number(), "{column}");
                assert_eq!(records[place][i], value.to_string(), "{code} {operator} {year} {column}");
                assert_same_cell(&sheet[place + 1][i], &value, column);
            }
            assert_eq!(sheet[place + 1][2].to_string(), operator);
            assert_same_cell(&sheet[place + 1][3], &json!(year), "year");
            if code != "" {
                assert_same_cell(&sheet[place + 1][0], &code, "district");
            }
        }
    }

    async fn a_year_without_data_is_zeros(app: TestApp) {
        app.seed();
        let empty = json!({"sites": {"switching_station": 0, "satellite_exchange": 0, "bts": 0, "radios": {"2g": 0, "3g": 0, "4g": 0, "5g": 0, "total": 0}},
            "subscribers": {"fixed": {"fixed_wired": 0, "fixed_wireless": 0, "local_wireless": 0, "total": 0}, "mobile": {"total": 0}, "period_end": null}});
        for uri in ["/api/v1/reports/annual?year=1950", "/api/v1/reports/annual?year=2016&known_at=2020-01-01T00:00:00Z"] {
            let report = app.ask(uri).await;
            for row in [&report["total"], &report["unlocated"]].into_iter().chain(report["by_district"].as_array().unwrap()) {
                assert_eq!((&row["current"], &row["previous"]), (&empty, &empty), "{uri}");
            }
            assert_eq!(report["by_district"].as_array().unwrap().len(), 8);
            assert_eq!(report["by_operator"], json!([]));
            app.get(&format!("{uri}&f=html")).await.expect(200);
            app.get(&format!("{uri}&f=xlsx")).await.expect(200);
        }
        let now = app.ask("/api/v1/reports/annual").await;
        assert_eq!(now["year"], 2025, "the last whole year where none is asked for");
        let notes = now["notes"].to_string();
        assert!(notes.contains("2025-06-30"), "{notes}");
    }

    async fn a_bad_year_is_refused(app: TestApp) {
        for year in ["1800", "2201", "99999999999999999999", "-2016", "2016.5", "abc", "%D9%A2%D9%A0%D9%A1%D9%A6"] {
            let reply = app.get(&format!("/api/v1/reports/annual?year={year}")).await.expect(400);
            let faults = reply.faults();
            assert_eq!((faults.len(), faults[0].0.as_str()), (1, "year"), "{year}: {faults:?}");
        }
        let both = app.get("/api/v1/reports/annual?year=x&month=3").await.expect(400);
        assert_eq!(both.faults().len(), 2);
        app.get("/api/v1/reports/annual?year=2016&f=geojson").await.expect(406);
    }
}
