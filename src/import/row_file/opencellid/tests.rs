//! Cells of each system, and the sites that they make.

use std::path::Path;

use serde_json::{Value, json};

use super::super::tests::{codes, options, read, refused, rows};
use super::super::{FileFormat, Row, RowFile};
use super::*;
use crate::domain::site_input;

const HEADER: &str = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\r\n";

fn of_viettel() -> Options {
    let mut options = options(FileFormat::OpenCellId);
    options.plmns = HashMap::from([("45204".to_owned(), "viettel".to_owned())]);
    options
}

/// A row of `radio,cell` at a position, in location area 10.
fn cell(radio: &str, cell: u64, position: (f64, f64), range_m: f64, changeable: u8) -> String {
    let (x, y) = position;
    format!(
        "{radio},452,4,10,{cell},0,{x},{y},{range_m},5,{changeable},1459000000,1480000000,0\r\n"
    )
}

fn sites(lines: &[String]) -> Vec<Row> {
    let text = format!("{HEADER}{}", lines.concat());
    read(text.as_bytes(), of_viettel()).unwrap().1
}

fn radius(row: &Row) -> &Value {
    &row.body["radios"][0]["declared_radius_m"]
}

#[test]
fn cells_of_a_node_are_one_site_at_their_mean() {
    let rows = sites(&[
        cell("LTE", 359_592 << 8, (103.40, 22.40), 1_000.0, 1),
        cell("LTE", 7 << 8, (103.90, 22.40), 0.0, 1),
        cell("LTE", (359_592 << 8) + 1, (103.41, 22.42), 2_500.5, 1),
    ]);
    let expected = json!({
        "operator": "viettel", "code": "452-04-4g-359592", "name": "452-04-4g-359592", "kind": "bts",
        "longitude": 103.405, "latitude": 22.41, "radios": [{"technology": "4g", "declared_radius_m": 2500.5}],
        "source": "OpenCelliD form: 2 cells, mean position, updated 2016-11-24",
    });
    assert_eq!((rows[0].number, &rows[0].body), (2, &expected));
    assert_eq!((rows[1].number, radius(&rows[1])), (3, &Value::Null));
    for row in &rows {
        assert_eq!(codes(row), []);
        assert!(site_input::read(&row.body).is_ok());
    }
}

#[test]
fn a_table_with_the_header_of_cells_is_a_file_of_cells() {
    let options = Options {
        format: FileFormat::Csv,
        ..of_viettel()
    };
    let text = format!("{HEADER}{}", cell("LTE", 256, (103.4, 22.4), 900.0, 1));
    let (file, rows) = read(text.as_bytes(), options).unwrap();
    assert_eq!(file.read_as().format, FileFormat::OpenCellId);
    assert_eq!(rows[0].body["code"], "452-04-4g-1");
}

#[test]
fn each_system_has_its_own_rule_of_what_a_node_is() {
    let at = (103.4, 22.4);
    let rows = sites(&[
        cell("GSM", 12_341, at, 500.0, 1),
        cell("GSM", 12_349, at, 500.0, 1),
        cell("UMTS", (300 << 16) + 4_501, at, 500.0, 1),
        cell("UMTS", (300 << 16) + 4_506, at, 500.0, 1),
        cell("UMTS", (301 << 16) + 4_506, at, 500.0, 1),
        cell("UMTS", 4_506, at, 500.0, 1),
        cell("NR", (99 << 12) + 4_095, at, 500.0, 1),
        cell("NR", 99 << 12, at, 500.0, 1),
        cell("CDMA", 77, at, 500.0, 1),
    ]);
    let found: Vec<(&str, &str)> = rows
        .iter()
        .filter_map(|row| {
            Some((
                row.body["code"].as_str()?,
                row.body["radios"][0]["technology"].as_str()?,
            ))
        })
        .collect();
    let expected = [
        ("452-04-2g-10-1234", "2g"),
        ("452-04-3g-300-450", "3g"),
        ("452-04-3g-301-450", "3g"),
        ("452-04-3g-10-450", "3g"),
        ("452-04-5g-99", "5g"),
        ("452-04-2g-cdma-10-77", "2g"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_exact_position_is_taken_and_joins_technologies() {
    let at = (103.4, 22.4);
    let rows = sites(&[
        cell("LTE", 256, (103.41, 22.41), 900.0, 1),
        cell("LTE", 257, at, 900.0, 0),
        cell("GSM", 11, at, 3_000.0, 0),
        cell("GSM", 21, at, 3_000.0, 0),
    ]);
    assert_eq!(rows.len(), 2, "two GSM nodes at one place stay two sites");
    assert_eq!(rows[0].body["longitude"], json!(103.4));
    let technologies: Vec<_> = rows[0].body["radios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|radio| &radio["technology"])
        .collect();
    assert_eq!(technologies, ["2g", "4g"]);
    assert_eq!(
        rows[0].body["source"],
        "OpenCelliD form: 3 cells, exact position, updated 2016-11-24"
    );
}

#[test]
fn cells_that_lie_far_apart_are_no_site() {
    let rows = sites(&[
        cell("LTE", 256, (103.4, 22.4), 900.0, 1),
        cell("LTE", 257, (106.7, 10.8), 900.0, 1),
    ]);
    assert_eq!(codes(&rows[0]), [("/longitude".to_owned(), "cells_apart")]);
}

#[test]
fn a_radius_beyond_belief_is_a_fault_and_not_cut() {
    let rows = sites(&[cell("GSM", 11, (103.4, 22.4), 500_000.0, 1)]);
    assert_eq!(radius(&rows[0]), &json!(500_000.0));
    let faults = site_input::read(&rows[0].body).unwrap_err().into_list();
    assert_eq!(
        faults[0].pointer.as_deref(),
        Some("/radios/0/declared_radius_m")
    );
}

#[test]
fn what_is_no_cell_is_a_fault_of_its_row_by_column() {
    let text = "WIMAX,452,4,10,1,0,103.4,22.4,0,1,1,1,1,0\nGSM,452,2,10,1,0,103.4,22.4,0,1,1,1,1,0\nGSM,452,4,10,65536,0,190,x,,1,7,1,1,0\nGSM,452\n\nGSM,452,4,10,1,0,103.4,22.4,0,1,1,1,1,\n";
    let (file, rows) = read(text.as_bytes(), of_viettel()).unwrap();
    let places: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            codes(row)
                .into_iter()
                .map(|(place, code)| format!("{place} {code}"))
                .collect()
        })
        .collect();
    let expected: [&[&str]; 5] = [
        &["/radio unknown_value"],
        &["/net unknown_plmn"],
        &[
            "/cell out_of_range",
            "/lon out_of_range",
            "/lat out_of_range",
            "/range out_of_range",
            "/changeable out_of_range",
        ],
        &[" wrong_cell_count"],
        &[],
    ];
    assert_eq!(places, expected);
    assert_eq!(
        rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(file.column_of("/net"), Some("net"));
    assert!(file.read_as().grouping.is_some());
}

#[test]
fn a_network_code_has_three_digits_where_only_that_is_known() {
    let mut options = of_viettel();
    options.plmns = HashMap::from([("313010".to_owned(), "acme".to_owned())]);
    let (_, rows) = read(b"LTE,313,10,1,256,0,-95.3,35.1,0,1,1,1,1,0\n", options).unwrap();
    assert_eq!(rows[0].body["code"], "313-010-4g-1");
}

#[test]
fn cells_are_sites_and_nothing_else() {
    let mut options = of_viettel();
    options.kind = crate::domain::RecordKind::Subscribers;
    assert_eq!(refused(read(HEADER.as_bytes(), options)), ["unknown_value"]);
}

/// Real exports, where the machine has them: each row is a cell of one site, or has a fault that says why not.
#[test]
fn published_files_are_read_whole() {
    let folder = std::env::var_os("TELECOM_INVENTORY_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(folder.join("cells")) else {
        eprintln!("skipped: no published files of cells are present");
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut options = of_viettel();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            options
                .plmns
                .insert(format!("{}{:0>2}", cells[1], cells[2]), "acme".to_owned());
        }
        let file = RowFile::open(&path, options).unwrap();
        let rows = rows(&file);
        let cells: usize = rows
            .iter()
            .filter_map(|row| {
                row.body["source"]
                    .as_str()?
                    .split(' ')
                    .nth(2)?
                    .parse::<usize>()
                    .ok()
            })
            .sum();
        assert_eq!(cells, text.lines().count() - 1, "{}", path.display());
        let apart = rows.iter().filter(|row| !row.faults.is_empty()).count();
        assert!(
            apart * 10 < rows.len(),
            "{apart} of {} sites lie apart",
            rows.len()
        );
        for row in rows.iter().filter(|row| row.faults.is_empty()) {
            assert!(site_input::read(&row.body).is_ok(), "{:?}", row.body);
        }
    }
}
