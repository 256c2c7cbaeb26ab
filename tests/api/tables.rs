//! Summaries as tables: what CSV and the spreadsheet say is what JSON says, cell by cell.

use calamine::{Data, Reader};
use serde_json::{Value, json};

use crate::support::{TestApp, with};

/// The value that a column names.
fn value<'v>(row: &'v Value, column: &str) -> &'v Value {
    column.split('.').fold(row, |value, name| &value[name])
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a cell of a spreadsheet says `value`.
fn says(cell: &Data, value: &Value) -> bool {
    match (cell, value) {
        (Data::Empty, Value::Null) => true,
        (Data::String(text), Value::String(expected)) => text == expected,
        (Data::Float(number), Value::Number(_)) => value.as_f64() == Some(*number),
        (Data::Int(number), Value::Number(_)) => value.as_i64() == Some(*number),
        (Data::DateTime(day), Value::String(expected)) => {
            let start = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
            let day = start + chrono::Days::new(day.as_f64() as u64);
            day.to_string() == *expected
        }
        (Data::Empty, Value::String(expected)) => expected.is_empty(),
        _ => false,
    }
}

async fn compare(app: &TestApp, uri: &str, rows: &[Value]) {
    let reply = app.get(&format!("{uri}&f=csv")).await.expect(200);
    let mut table = csv::Reader::from_reader(&reply.body[..]);
    let header: Vec<String> = table
        .headers()
        .unwrap()
        .iter()
        .map(|name| name.trim_start_matches('\u{FEFF}').to_owned())
        .collect();
    assert!(
        header.iter().any(|name| name == "sites.radios.total"),
        "{header:?}"
    );
    let records: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), rows.len(), "{uri}");
    for (record, row) in records.iter().zip(rows) {
        for (name, cell) in header.iter().zip(record) {
            assert_eq!(cell, text(value(row, name)), "{uri} {name}");
        }
    }
    let reply = app.get(&format!("{uri}&f=xlsx")).await.expect(200);
    assert!(reply.header("content-disposition").contains(".xlsx"));
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(reply.body.to_vec())).unwrap();
    let sheet = book.sheet_names()[0].clone();
    let range = book.worksheet_range(&sheet).unwrap();
    let mut lines = range.rows();
    let names: Vec<String> = lines
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, header, "{uri}");
    let lines: Vec<&[Data]> = lines.collect();
    assert_eq!(lines.len(), rows.len(), "{uri}");
    for (line, row) in lines.iter().zip(rows) {
        for (name, cell) in header.iter().zip(*line) {
            assert!(
                says(cell, value(row, name)),
                "{uri} {name}: {cell:?} for {}",
                value(row, name)
            );
        }
    }
}

both_backends! {
    async fn a_summary_is_the_same_in_every_table(app: TestApp) {
        app.seed();
        for query in [
            "level=district&as_of=2016-12-31",
            "level=province&as_of=2015-12-31",
            "level=commune&as_of=2018-12-31&division_on=2025-07-01",
            "level=district&as_of=2018-12-31&technology=4g&operator=viettel,mobifone",
        ] {
            let uri = format!("/api/v1/summary?{query}");
            let summary = app.ask(&uri).await;
            let mut rows = summary["areas"].as_array().unwrap().clone();
            for name in ["unlocated", "total"] {
                let mut row = summary[name].clone();
                row["area"] = json!({"level": summary["level"], "name": name});
                rows.push(row);
            }
            compare(&app, &uri, &rows).await;
        }
        for path in ["districts/105", "areas/12", "areas/03394"] {
            let uri = format!("/api/v1/{path}/summary?as_of=2016-12-31");
            let summary = app.ask(&uri).await;
            compare(&app, &uri, std::slice::from_ref(&summary)).await;
            let feature = app.get(&format!("{uri}&f=geojson")).await.expect(200).json();
            // Each answer says by itself when it was given.
            let at_no_instant = |summary: &Value| with(summary, &json!({"known_at": null}));
            assert_eq!(feature["type"], "Feature");
            assert_eq!(at_no_instant(&feature["properties"]), at_no_instant(&summary), "{path}");
        }
    }
}
