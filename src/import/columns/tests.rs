use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::geo::Crs;
use crate::import::convention::Convention;

pub const NONE: Convention = Convention { decimal: None };

pub fn columns(kind: RecordKind, titles: &[&str]) -> Columns {
    of(kind, titles, &[]).unwrap_or_else(|faults| panic!("{faults:?}"))
}

pub fn of(kind: RecordKind, titles: &[&str], mapping: &[(&str, &str)]) -> Result<Columns, Faults> {
    let header: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    let mapping: BTreeMap<String, String> = mapping
        .iter()
        .map(|(title, path)| ((*title).to_owned(), (*path).to_owned()))
        .collect();
    Columns::of(kind, &header, &mapping)
}

pub fn cells(texts: &[&str]) -> Vec<Cell> {
    texts.iter().map(|text| Cell::text(text)).collect()
}

/// Code and value of each fault, with its pointer.
pub fn codes(faults: Faults) -> Vec<(String, &'static str, Value)> {
    faults
        .into_list()
        .into_iter()
        .map(|fault| {
            (
                fault.pointer.unwrap_or_default(),
                fault.rule.code(),
                fault.value.unwrap_or_default(),
            )
        })
        .collect()
}

/// One row under `titles` that begins with what every site has.
pub fn site(
    titles: &[&str],
    texts: &[&str],
    crs: Option<&Crs>,
) -> (Value, Vec<(String, &'static str, Value)>) {
    let all: Vec<&str> = ["operator", "Mã trạm", "Loại trạm", "Tên trạm"]
        .iter()
        .chain(titles)
        .copied()
        .collect();
    let row: Vec<&str> = ["Viettel", "LCU-1", "Trạm BTS", "Sin Suối Hồ 1"]
        .iter()
        .chain(texts)
        .copied()
        .collect();
    let (body, faults) = columns(RecordKind::Sites, &all).read(&cells(&row), &NONE, crs);
    (body, codes(faults))
}

#[test]
fn columns_that_are_wrong_are_named() {
    let titles = [
        "Mã trạm",
        "Site code",
        "Loại trạn",
        "Tên trạm",
        "Kinh độ",
        "Vĩ độ",
        "Màu sơn của hàng rào",
    ];
    let faults = codes(of(RecordKind::Sites, &titles, &[]).unwrap_err());
    let expected = [
        (String::new(), "duplicate_column", json!("Site code")),
        (String::new(), "unknown_column", json!("Loại trạn")),
        (
            String::new(),
            "unknown_column",
            json!("Màu sơn của hàng rào"),
        ),
    ];
    assert_eq!(faults, expected);
    let faults = of(RecordKind::Sites, &titles, &[]).unwrap_err().into_list();
    assert_eq!(
        faults[1].rule,
        Rule::UnknownColumn {
            nearest: Some("Loại trạm".to_owned())
        }
    );
    assert_eq!(faults[2].rule, Rule::UnknownColumn { nearest: None });
    let faults =
        codes(of(RecordKind::Sites, &["Mã trạm", "Tên trạm", "Kinh độ"], &[]).unwrap_err());
    let missing = |name: &str| (String::new(), "missing_column", json!(name));
    assert_eq!(faults, [missing("kind"), missing("latitude")]);
}

#[test]
fn a_stated_mapping_wins_and_must_fit() {
    let titles = [
        "CODE_SITE",
        "Loại trạm",
        "Tên trạm",
        "Kinh độ",
        "Vĩ độ",
        "Ghi chú",
    ];
    let mapping = [
        ("code site", "name"),
        ("Tên trạm", "code"),
        ("Ghi chú", "-"),
    ];
    let columns = of(RecordKind::Sites, &titles, &mapping).unwrap();
    let fields: Vec<_> = columns.fields().collect();
    assert_eq!(fields[0], ("CODE_SITE", "name"));
    assert_eq!(fields[2], ("Tên trạm", "code"));
    assert_eq!(fields[5], ("Ghi chú", "-"));
    let mapping = [
        ("CODE_SITE", "colour"),
        ("Ghi chú", "-"),
        ("Ngày", "commissioned_on"),
    ];
    let faults = codes(of(RecordKind::Sites, &titles, &mapping).unwrap_err());
    let expected = [
        (String::new(), "unknown_field", json!("colour")),
        (String::new(), "absent_column", json!("Ngày")),
    ];
    assert_eq!(faults, expected);
}

#[test]
fn a_header_is_told_from_title_rows_and_data() {
    let is_header = |texts: &[&str]| Columns::is_header(RecordKind::Sites, &cells(texts));
    assert!(is_header(&[
        "STT",
        "Mã trạm",
        "Tên trạm",
        "Loại trạm",
        "Kinh độ",
        "Vĩ độ"
    ]));
    assert!(is_header(&["operator", "code", "kind"]));
    assert!(!is_header(&["DANH SÁCH TRẠM BTS TỈNH LAI CHÂU", "", ""]));
    assert!(!is_header(&["A", "B", "1", "2", "3"]));
    assert!(!is_header(&[
        "1", "Viettel", "LCU-1", "BTS", "2G", "x", "x"
    ]));
    assert!(!is_header(&[]));
}

#[test]
fn places_of_the_record_have_the_titles_of_the_file() {
    let columns = columns(
        RecordKind::Sites,
        &[
            "Mã trạm",
            "Loại trạm",
            "Tên trạm",
            "X",
            "Y",
            "Chiều cao cột (m)",
            "Công nghệ",
            "Ngày phát sóng 2G",
            "Ngày phát sóng 3G",
        ],
    );
    for (pointer, expected) in [
        ("/code", Some("Mã trạm")),
        ("/longitude", Some("X, Y")),
        ("/structure/height_m", Some("Chiều cao cột (m)")),
        ("/structure/type", None),
        ("/radios/0/technology", Some("Công nghệ")),
        (
            "/radios/1/commissioned_on",
            Some("Ngày phát sóng 2G, Ngày phát sóng 3G"),
        ),
        ("/radios/0/sectors/0/azimuth_deg", Some("Công nghệ")),
        ("", None),
        ("/colour", None),
    ] {
        assert_eq!(columns.name_of(pointer), expected, "{pointer}");
    }
}

#[test]
fn both_pairs_of_coordinates_are_a_contradiction() {
    let titles = ["code", "kind", "name", "longitude", "latitude", "X", "Y"];
    let faults = codes(of(RecordKind::Sites, &titles, &[]).unwrap_err());
    assert_eq!(
        faults.iter().map(|fault| fault.1).collect::<Vec<_>>(),
        ["both_given", "both_given"]
    );
    assert!(of(RecordKind::Sites, &titles, &[("X", "-"), ("Y", "-")]).is_ok());
    let faults = codes(of(RecordKind::Sites, &["code", "kind", "name", "X"], &[]).unwrap_err());
    assert!(
        faults.iter().any(|fault| fault.1 == "missing_column"),
        "{faults:?}"
    );
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(titles in proptest::collection::vec("\\PC{0,30}", 0..10)) {
        let mapping: BTreeMap<String, String> = titles.first().map(|title| (title.clone(), "code".to_owned())).into_iter().collect();
        for kind in RecordKind::ALL {
            let _ = Columns::of(kind, &titles, &mapping);
            let _ = Columns::is_header(kind, &titles.iter().map(|title| Cell::text(title)).collect::<Vec<_>>());
        }
    }
}
