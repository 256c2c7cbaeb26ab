//! Columns: headers as people write them, cells as they are meant.

use super::*;
use proptest::prelude::*;

fn texts(cells: &[&str]) -> Vec<Cell> {
    cells.iter().map(|text| Cell::text(text)).collect()
}

fn columns(titles: &[&str]) -> Columns {
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    Columns::of(RecordKind::Sites, &titles, &BTreeMap::new()).unwrap()
}

const NONE: Convention = Convention { decimal: None };

#[test]
fn a_vietnamese_header_in_any_order_is_read() {
    let columns = columns(&[
        "VĨ ĐỘ",
        "Kinh  độ",
        "Mã trạm",
        "Tên_trạm",
        "Loại trạm",
        "Công nghệ",
        "Chiều cao cột (m)",
        "Ngày phát sóng",
        "Trạng thái",
        "Dùng chung với",
    ]);
    let row = texts(&[
        "22°23'47.1\"N",
        "103,4586",
        "0012",
        "Sìn Hồ 1",
        "Trạm BTS",
        "2G/3G",
        "42,5",
        "05/06/2012",
        "Đang hoạt động",
        "mobifone, vnpt",
    ]);
    let (record, faults) = columns.read(&row, &NONE, None);
    assert!(faults.is_empty(), "{faults:?}");
    let expected = json!({"latitude": 22.0 + 23.0 / 60.0 + 47.1 / 3600.0, "longitude": 103.4586, "code": "0012", "name": "Sìn Hồ 1", "kind": "bts",
        "radios": [{"technology": "2g"}, {"technology": "3g"}], "structure": {"height_m": 42.5, "shared_with": ["mobifone", "vnpt"]},
        "commissioned_on": "2012-06-05", "status": "active"});
    assert_eq!(record, expected);
    assert_eq!(columns.name_of("/radios/0/technology"), Some("Công nghệ"));
    assert_eq!(
        columns.name_of("/structure/height_m"),
        Some("Chiều cao cột (m)")
    );
    assert_eq!(columns.name_of("/host"), None);
}

#[test]
fn every_fault_of_a_header_is_told() {
    let titles = ["code", "Mã trạm", "Lattitude", "Kinh độ", "zzz", ""].map(str::to_owned);
    let faults = Columns::of(RecordKind::Sites, &titles, &BTreeMap::new()).unwrap_err();
    let told: Vec<String> = faults
        .into_list()
        .into_iter()
        .map(|fault| format!("{} {:?}", fault.rule.code(), fault.value))
        .collect();
    assert_eq!(told[0], "duplicate_column Some(String(\"Mã trạm\"))");
    assert_eq!(told[1], "unknown_column Some(String(\"Lattitude\"))");
    assert_eq!(told[2], "unknown_column Some(String(\"zzz\"))");
    assert_eq!(told.len(), 3, "{told:?}");
    let faults = columns(&["code", "Kinh độ"]).missing(RecordKind::Sites);
    let missing: Vec<String> = faults
        .into_list()
        .iter()
        .map(|fault| format!("{:?}", fault.rule))
        .collect();
    assert_eq!(missing.len(), 3, "kind, name and latitude: {missing:?}");
    let mapping = BTreeMap::from([("Lattitude".to_owned(), "latitude".to_owned())]);
    let titles = ["code", "Lattitude", "Kinh độ", "kind", "name"].map(str::to_owned);
    assert!(Columns::of(RecordKind::Sites, &titles, &mapping).is_ok());
}

#[test]
fn a_header_is_told_from_titles_and_rows() {
    let is = |cells: &[&str]| Columns::is_header(RecordKind::Sites, &texts(cells));
    assert!(is(&["TT", "Mã trạm", "Tên trạm"]));
    assert!(is(&["code", "kind", "name"]));
    assert!(!is(&["BÁO CÁO HẠ TẦNG", "", ""]));
    assert!(!is(&["A-1", "bts", "Sìn Hồ"]));
}

#[test]
fn metres_become_degrees_whichever_way_the_axes_are_called() {
    let crs = Crs::parse("EPSG:9205").unwrap();
    for (titles, row) in [
        (["Easting", "Northing"], ["546000", "2477000"]),
        (["X", "Y"], ["2477000", "546000"]),
        (["X", "Y"], ["546000", "2.477.000"]),
    ] {
        let columns = columns(&[titles[0], titles[1], "code", "kind", "name"]);
        let (record, faults) = columns.read(
            &texts(&[row[0], row[1], "A", "bts", "B"]),
            &NONE,
            Some(&crs),
        );
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(record["longitude"], 103.448_651_745);
        assert_eq!(record["latitude"], 22.390_792_271);
    }
    let columns = columns(&["Easting", "Northing", "code", "kind", "name"]);
    let (_, faults) = columns.read(
        &texts(&["2477000", "546000", "A", "bts", "B"]),
        &NONE,
        Some(&crs),
    );
    let codes: Vec<&str> = faults.into_list().iter().map(|f| f.rule.code()).collect();
    assert_eq!(codes, ["coordinates_swapped"; 2]);
}

#[test]
fn counts_are_never_guessed() {
    let titles = ["Dịch vụ", "Mã huyện", "Kỳ báo cáo", "Số thuê bao"].map(str::to_owned);
    let columns = Columns::of(RecordKind::Subscribers, &titles, &BTreeMap::new()).unwrap();
    let read = |count: &str, convention| {
        let row = texts(&["Di động", "105", "31/12/2016", count]);
        let (record, faults) = columns.read(&row, &convention, None);
        let codes: Vec<&str> = faults.into_list().iter().map(|f| f.rule.code()).collect();
        (record["subscribers"].as_i64(), codes)
    };
    let comma = Convention {
        decimal: Some(super::super::convention::DecimalSign::Comma),
    };
    assert_eq!(read("1.778.489", NONE), (Some(1_778_489), vec![]));
    assert_eq!(read("7.665", comma), (Some(7_665), vec![]));
    assert_eq!(read("7.665", NONE), (None, vec!["ambiguous_number"]));
    assert_eq!(read("7,665", comma), (None, vec!["wrong_type"]));
    let (record, _) = columns.read(
        &[
            Cell::text("mobile"),
            Cell::Number(105.0),
            Cell::Empty,
            Cell::Number(12.0),
        ],
        &NONE,
        None,
    );
    assert_eq!(
        record,
        json!({"service": "mobile", "area": "105", "subscribers": 12})
    );
}

proptest! {
    #[test]
    fn no_cells_make_it_panic(cells in prop::collection::vec(".{0,12}", 0..12)) {
        let columns = columns(&["code", "kind", "name", "longitude", "latitude", "technologies", "radios", "line_capacity", "commissioned_on", "structure.shared_with"]);
        let row: Vec<Cell> = cells.iter().map(|text| Cell::text(text)).collect();
        let _ = columns.read(&row, &NONE, Crs::parse("9205").as_ref());
        let _ = Columns::is_header(RecordKind::Sites, &row);
        let _ = Columns::of(RecordKind::Sites, &cells, &BTreeMap::new());
    }
}
