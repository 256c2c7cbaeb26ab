use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::names;
use super::super::tests::{NONE, cells, codes, columns, site};
use super::*;
use crate::domain::{SubscriberCount, site_input};
use crate::import::convention::Evidence;

#[test]
fn a_row_in_vietnamese_is_read_as_a_site() {
    let titles = [
        "Kinh độ",
        "Vĩ độ",
        "Trạng thái",
        "Độ cao",
        "Ngày phát sóng",
        "Loại cột",
        "Chiều cao cột (m)",
        "Dùng chung với",
        "Công nghệ",
        "Ngày phát sóng 3G",
        "Mã huyện",
    ];
    let texts = [
        "103,4012",
        "22°27'00.4\"B",
        "đang hoạt động",
        "1410",
        "1/5/2012",
        "Dây co",
        "42,5 m",
        "VNPT; mobifone",
        "2G/3G",
        "3-4-2014",
        "109",
    ];
    let (body, faults) = site(&titles, &texts, None);
    assert_eq!(faults, []);
    let expected = json!({
        "operator": "viettel", "code": "LCU-1", "kind": "bts", "name": "Sin Suối Hồ 1", "longitude": 103.4012, "latitude": 22.450_111_111,
        "status": "active", "elevation_m": 1410, "commissioned_on": "2012-05-01", "district": "109",
        "structure": {"type": "guyed_mast", "height_m": 42.5, "shared_with": ["vnpt", "mobifone"]},
        "radios": [{"technology": "2g"}, {"technology": "3g", "commissioned_on": "2014-04-03"}],
    });
    assert_eq!(body, expected);
    assert!(site_input::read(&body).is_ok());
}

#[test]
fn a_row_of_counts_is_read() {
    let columns = columns(
        RecordKind::Subscribers,
        &[
            "STT",
            "Doanh nghiệp",
            "Dịch vụ",
            "Mã huyện",
            "Kỳ báo cáo",
            "Số thuê bao",
        ],
    );
    let row = cells(&[
        "1",
        "VNPT",
        "Điện thoại cố định hữu tuyến",
        "105",
        "Quý IV/2016",
        "1.778.489",
    ]);
    let (body, faults) = columns.read(&row, &NONE, None);
    assert_eq!(codes(faults), []);
    let expected = json!({"operator": "vnpt", "service": "fixed_wired", "area": "105", "period_end": "2016-12-31", "subscribers": 1_778_489});
    assert_eq!(body, expected);
    let mut faults = Faults::default();
    assert!(SubscriberCount::read(&body, String::new(), &mut faults).is_some());
}

#[test]
fn cells_that_cannot_be_read_are_named_as_they_stand() {
    let titles = [
        "Kinh độ",
        "Vĩ độ",
        "Trạng thái",
        "Ngày phát sóng",
        "Độ cao",
        "structure.height_m",
        "Công nghệ",
        "2g.declared_radius_m",
        "",
    ];
    let texts = [
        "103°75'",
        "N22",
        "hỏng",
        "13/25/2016",
        "1.234",
        "cao",
        "3G",
        "xa",
        "lạc",
    ];
    let (body, faults) = site(&titles, &texts, None);
    let expected = [
        ("/longitude", "bad_format", "103°75'"),
        ("/status", "unknown_status", "hỏng"),
        ("/commissioned_on", "unreadable_day", "13/25/2016"),
        ("/elevation_m", "ambiguous_number", "1.234"),
        ("/structure/height_m", "wrong_type", "cao"),
        ("", "untitled_cell", "lạc"),
        ("/radios", "unlisted_technology", "xa"),
    ];
    let expected = expected.map(|(pointer, code, value)| (pointer.to_owned(), code, json!(value)));
    assert_eq!(faults, expected);
    assert_eq!(body["latitude"], 22);
    assert_eq!(body["radios"], json!([{"technology": "3g"}]));
    assert_eq!(body.get("longitude"), None);
}

#[test]
fn codes_are_texts_also_where_a_spreadsheet_has_numbers() {
    let columns = columns(
        RecordKind::Sites,
        &[
            "Mã trạm",
            "Loại trạm",
            "Tên trạm",
            "Kinh độ",
            "Vĩ độ",
            "Mã huyện",
            "Mã xã",
            "Ngày phát sóng",
        ],
    );
    let day = NaiveDate::from_ymd_opt(2012, 5, 1).unwrap();
    let mut row = cells(&["", "bts", "", "103.4", "22.4"]);
    row[0] = Cell::Number(7.0);
    row[2] = Cell::Number(12.0);
    row.extend([Cell::Number(105.0), Cell::Number(3592.0), Cell::Date(day)]);
    let (body, faults) = columns.read(&row, &NONE, None);
    assert_eq!(
        codes(faults),
        [("/commune".to_owned(), "lost_zeros", json!(3592.0))]
    );
    let expected = json!({"code": "7", "kind": "bts", "name": "12", "longitude": 103.4, "latitude": 22.4, "district": "105",
        "commissioned_on": "2012-05-01"});
    assert_eq!(body, expected);
    row[0] = Cell::Date(day);
    let (_, faults) = columns.read(&row, &NONE, None);
    assert_eq!(codes(faults)[0].1, "wrong_type");
}

#[test]
fn marks_and_lists_give_radios_and_must_not_contradict() {
    let position = ["Kinh độ", "Vĩ độ"];
    let radios = |titles: &[&str], texts: &[&str]| {
        let titles: Vec<&str> = position.iter().chain(titles).copied().collect();
        let texts: Vec<&str> = ["103.4", "22.4"].iter().chain(texts).copied().collect();
        let (body, faults) = site(&titles, &texts, None);
        (
            body["radios"].clone(),
            faults.into_iter().map(|fault| fault.1).collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        radios(&["2G", "3G", "4G"], &["x", "", "X"]),
        (json!([{"technology": "2g"}, {"technology": "4g"}]), vec![])
    );
    assert_eq!(
        radios(&["2G", "3G"], &["không", "-"]),
        (Value::Null, vec![])
    );
    assert_eq!(
        radios(&["Công nghệ"], &["6G"]),
        (Value::Null, vec!["unknown_technology"])
    );
    let height = json!([{"technology": "4g", "antenna_height_m": 38, "declared_radius_m": 4000}]);
    assert_eq!(
        radios(
            &["4g.antenna_height_m", "Bán kính phủ sóng 4G (m)"],
            &["38", "4000"]
        ),
        (height, vec![])
    );
    let list = json!([{"technology": "2g"}]);
    assert_eq!(
        radios(&["radios", "Công nghệ"], &["[{\"technology\":\"2g\"}]", ""]),
        (list.clone(), vec![])
    );
    assert_eq!(
        radios(
            &["radios", "Công nghệ"],
            &["[{\"technology\":\"2g\"}]", "3G"]
        ),
        (list, vec!["both_given"])
    );
    assert_eq!(
        radios(&["radios"], &["[{"]),
        (Value::Null, vec!["malformed"])
    );
    let (_, faults) = radios(&["2g.commissioned_on"], &["2012"]);
    assert_eq!(faults, ["unreadable_day"]);
}

#[test]
fn the_file_s_own_cells_decide_and_contradictions_do_not() {
    let columns = columns(
        RecordKind::Subscribers,
        &["operator", "service", "area", "period_end", "subscribers"],
    );
    let row = |number: &str| cells(&["vnpt", "mobile", "105", "2016-12-31", number]);
    let read = |others: &[&str], number: &str, stated: Option<DecimalSign>| {
        let mut evidence = Evidence::default();
        for other in others.iter().chain(&[number]) {
            evidence.see(&columns, &row(other));
        }
        let (body, faults) =
            columns.read(&row(number), &Convention::decide(&evidence, stated), None);
        let fault = codes(faults).pop();
        fault.map_or_else(
            || body["subscribers"].to_string(),
            |fault| fault.1.to_owned(),
        )
    };
    assert_eq!(read(&[], "7.665", None), "ambiguous_number");
    assert_eq!(read(&["12", "850"], "7.665", None), "ambiguous_number");
    assert_eq!(read(&["1.778.489"], "7.665", None), "7665");
    assert_eq!(read(&["1,778,489"], "7,665", None), "7665");
    assert_eq!(read(&[], "7.665", Some(DecimalSign::Comma)), "7665");
    assert_eq!(
        read(&["1,778,489"], "7.665", Some(DecimalSign::Comma)),
        "7665"
    );
    assert_eq!(
        read(&["1,778,489", "1.778.489"], "7.665", None),
        "ambiguous_number"
    );
    assert_eq!(read(&["1.234,5", "1,234.5"], "7665", None), "7665");
    // A count is no fraction: the sign that other cells show does not hold for this one.
    assert_eq!(read(&["1,778,489"], "7.665", None), "ambiguous_number");
}

#[test]
fn a_point_in_coordinates_says_nothing_of_other_columns() {
    let titles = [
        "Mã trạm",
        "Loại trạm",
        "Tên trạm",
        "Kinh độ",
        "Vĩ độ",
        "Độ cao",
        "version",
    ];
    let decided = |titles: &[&str], longitude: &str| {
        let columns = columns(RecordKind::Sites, titles);
        let mut evidence = Evidence::default();
        evidence.see(
            &columns,
            &cells(&["A", "bts", "A", longitude, "22.4", "1.234", "1"]),
        );
        Convention::decide(&evidence, None).decimal
    };
    assert_eq!(decided(&titles[..6], "103.402"), None);
    assert_eq!(decided(&titles[..6], "103,402"), Some(DecimalSign::Comma));
    assert_eq!(decided(&titles, "103.402"), Some(DecimalSign::Point));
}

proptest! {
    #[test]
    fn no_row_makes_it_panic(texts in proptest::collection::vec("\\PC{0,30}", 40), number in proptest::num::f64::ANY, at in 0..40_usize, metres: bool) {
        for kind in RecordKind::ALL {
            let titles: Vec<String> = names::targets(kind).map(|target| target.path()).filter(|path| path != "x" && path != "y").collect();
            let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            let columns = columns(kind, &titles);
            let mut row: Vec<Cell> = texts.iter().map(|text| Cell::text(text)).collect();
            row[at] = Cell::Number(number);
            let crs = metres.then(|| Crs::of(9205).unwrap());
            let mut evidence = Evidence::default();
            evidence.see(&columns, &row);
            let (body, _) = columns.read(&row, &Convention::decide(&evidence, None), crs.as_ref());
            prop_assert!(body.is_object());
        }
    }
}

/// A row of an export as its CSV writes it.
fn exported(record: &Value, columns: &[&str]) -> Vec<Cell> {
    let cell = |name: &&str| {
        let place = format!("/{}", name.replace('.', "/"));
        match record.pointer(&place) {
            None | Some(Value::Null) => Cell::Empty,
            Some(Value::String(text)) => Cell::text(text),
            Some(other) => Cell::text(&other.to_string()),
        }
    };
    columns.iter().map(cell).collect()
}

#[test]
fn an_export_is_read_back_unchanged() {
    use crate::api::subscribers::CountView;
    use crate::api::views::SiteView;
    use crate::formats::Feature;

    let table = columns(RecordKind::Sites, SiteView::COLUMNS);
    let mut evidence = Evidence::default();
    let sites: Vec<Value> = include_str!("../../../../seeds/sites.ndjson")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .map(|mut record: Value| {
            record["version"] = 1.into();
            record["created_at"] = "2016-01-04T02:11:09Z".into();
            // Could be 1125 m by itself; the coordinates show that it is not.
            record["elevation_m"] = 1.125.into();
            record
        })
        .collect();
    for record in &sites {
        evidence.see(&table, &exported(record, SiteView::COLUMNS));
    }
    let convention = Convention::decide(&evidence, None);
    for record in &sites {
        let (body, faults) = table.read(&exported(record, SiteView::COLUMNS), &convention, None);
        assert_eq!(codes(faults), [], "{record}");
        assert_eq!(
            site_input::read(&body),
            site_input::read(record),
            "{record}"
        );
        assert!(site_input::read(&body).is_ok(), "{body}");
    }
    assert!(sites.len() > 100);

    let table = columns(RecordKind::Subscribers, CountView::COLUMNS);
    let record = json!({"operator": "viettel", "service": "mobile", "technology": "2g", "area": "00105", "site": "007", "period_end": "2016-12-31",
        "subscribers": 7665, "definition": "report_2016", "source": null, "version": 2, "recorded_at": "2017-01-04T02:11:09Z"});
    let (body, faults) = table.read(&exported(&record, CountView::COLUMNS), &NONE, None);
    assert_eq!(codes(faults), []);
    let read = |value: &Value| SubscriberCount::read(value, String::new(), &mut Faults::default());
    assert_eq!(read(&body), read(&record));
    assert!(read(&body).is_some());
}
