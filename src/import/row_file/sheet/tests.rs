//! Workbooks as people make them, and as nobody should.

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook as Written};
use serde_json::json;

use super::super::tests::{codes, file, options, read, refused};
use super::super::{FileFormat, Row, RowFile};
use super::*;

fn xlsx() -> Options {
    options(FileFormat::Xlsx)
}

/// A workbook as people make them: a sheet of remarks, a sheet with title rows, numbers as codes, dates, and an error.
fn messy() -> Vec<u8> {
    let mut book = Written::new();
    let remarks = book.add_worksheet().set_name("Ghi chú").unwrap();
    remarks.write_string(0, 0, "Báo cáo năm 2016").unwrap();
    let sheet = book.add_worksheet().set_name("Trạm BTS").unwrap();
    sheet.write_string(0, 0, "DANH SÁCH TRẠM").unwrap();
    let header = [
        "operator",
        "code",
        "longitude",
        "latitude",
        "commissioned_on",
        "structure.height_m",
        "kind",
        "name",
    ];
    for (column, title) in (1..).zip(header) {
        sheet.write_string(3, column, title).unwrap();
    }
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let moment = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    sheet.write_string(5, 1, "viettel").unwrap();
    sheet.write_number(5, 2, 123).unwrap();
    sheet.write_number(5, 3, 103.4).unwrap();
    sheet.write_string(5, 4, " 22.4 ").unwrap();
    let date = ExcelDateTime::from_ymd(2012, 5, 1).unwrap();
    sheet.write_datetime_with_format(5, 5, &date, &day).unwrap();
    sheet
        .write_formula(5, 6, Formula::new("=6*7").set_result("42"))
        .unwrap();
    sheet.write_string(9, 1, "vnpt").unwrap();
    sheet.write_string(9, 2, "007").unwrap();
    let time = date.and_hms(8, 30, 0).unwrap();
    sheet
        .write_datetime_with_format(9, 5, &time, &moment)
        .unwrap();
    sheet
        .write_formula(9, 6, Formula::new("=1/0").set_result("#DIV/0!"))
        .unwrap();
    sheet.write_string(10, 1, "vnpt").unwrap();
    sheet.write_string(10, 19, "aside").unwrap();
    let hidden = book.add_worksheet().set_name("Danh mục").unwrap();
    hidden.set_hidden(true);
    for (column, title) in (0..).zip(["kind", "code", "name", "longitude", "latitude"]) {
        hidden.write_string(0, column, title).unwrap();
    }
    hidden.write_string(1, 1, "H1").unwrap();
    book.save_to_buffer().unwrap()
}

fn numbers(rows: &[Row]) -> Vec<usize> {
    rows.iter().map(|row| row.number).collect()
}

#[test]
fn the_sheet_and_the_header_are_found_and_values_keep_their_kind() {
    let (file, rows) = read(&messy(), xlsx()).unwrap();
    let read_as = file.read_as();
    assert_eq!(
        (read_as.sheet.as_deref(), read_as.header_row),
        (Some("Trạm BTS"), Some(4))
    );
    assert_eq!(numbers(&rows), [6, 10, 11]);
    let expected = json!({
        "operator": "viettel", "code": "123", "longitude": 103.4, "latitude": 22.4,
        "commissioned_on": "2012-05-01", "structure": {"height_m": 42.0},
    });
    assert_eq!(rows[0].body, expected);
    assert_eq!(codes(&rows[0]), []);
}

#[test]
fn errors_of_the_sheet_times_of_day_and_stray_cells_are_not_passed_over() {
    let (_, rows) = read(&messy(), xlsx()).unwrap();
    assert_eq!(rows[1].body["code"], "007");
    assert!(codes(&rows[1]).contains(&("/structure/height_m".to_owned(), "sheet_error")));
    let day = rows[1].body["commissioned_on"].as_str();
    assert_ne!(
        day,
        Some("2012-05-01"),
        "the time of day would be lost unseen"
    );
    assert_eq!(codes(&rows[2]), [(String::new(), "wrong_cell_count")]);
}

#[test]
fn a_stated_sheet_is_taken_and_a_wrong_one_named() {
    let mut options = xlsx();
    options.sheet = Some(" danh mục".replace('d', "D"));
    let (file, rows) = read(&messy(), options.clone()).unwrap();
    assert_eq!(file.read_as().sheet.as_deref(), Some("Danh mục"));
    assert_eq!(
        (numbers(&rows), rows[0].body["code"].as_str()),
        (vec![2], Some("H1"))
    );
    options.sheet = Some("Sheet9".to_owned());
    assert_eq!(refused(read(&messy(), options)), ["unknown_sheet"]);
}

#[test]
fn a_cell_beyond_the_columns_allowed_is_named_with_its_row() {
    let mut options = xlsx();
    options.limits.columns = 18;
    let Err(Error::TooLarge(what)) = read(&messy(), options) else {
        panic!("not refused");
    };
    assert_eq!(
        what,
        "the limit of 18 columns: row 11 has a cell in column 20"
    );
}

#[test]
fn a_workbook_without_anything_in_it_is_refused() {
    let mut book = Written::new();
    book.add_worksheet();
    assert_eq!(
        refused(read(&book.save_to_buffer().unwrap(), xlsx())),
        ["empty"]
    );
}

#[test]
fn a_workbook_that_is_cut_off_or_garbled_is_refused_or_read_and_never_a_panic() {
    let whole = messy();
    for length in (0..whole.len()).step_by(97) {
        let cut = file(&whole[..length]);
        assert!(matches!(
            RowFile::open(cut.path(), xlsx()),
            Err(Error::Invalid(_))
        ));
    }
    // A byte of the stored parts is changed: the checksums find it, or it lies where nothing is read.
    for at in (0..whole.len()).step_by(61) {
        let mut garbled = whole.clone();
        garbled[at] ^= 0x55;
        if let Err(error) = read(&garbled, xlsx()) {
            assert!(
                matches!(error, Error::Invalid(_) | Error::TooLarge(_)),
                "{at}: {error:?}"
            );
        }
    }
}

/// A workbook around a sheet that is written by hand.
fn around(sheet: &str) -> Vec<u8> {
    use std::io::Write;
    let rels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                "<Relationships><Relationship Id=\"a\" Type=\"{rels}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships><Relationship Id=\"a\" Type=\"{rels}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            "<workbook><sheets><sheet name=\"S\" r:id=\"a\"/></sheets></workbook>".to_owned(),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>"),
        ),
    ];
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The header `kind`, `code`, `name`, `longitude`, `latitude`.
fn header() -> String {
    let titles = ["kind", "code", "name", "longitude", "latitude"];
    let cells = titles.map(|title| format!("<c t=\"str\"><v>{title}</v></c>"));
    format!("<row r=\"1\">{}</row>", cells.concat())
}

#[test]
fn sheets_that_no_program_writes_are_faults_and_no_panics() {
    let (_, rows) = read(&around(&header()), xlsx()).unwrap();
    assert_eq!(rows, []);
    for row in [
        "<row r=\"0\"><c r=\"A0\"><v>1</v></c></row>",
        "<row r=\"2\"><c r=\"ZZZZZZZZZZ2\"><v>1</v></c></row>",
        "<row r=\"99999999999\"><c r=\"A99999999999\"><v>1</v></c></row>",
        "<row r=\"3\"><c r=\"A3\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\"><v>1</v></c></row>",
        "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>7</v></c></row>",
        "<row r=\"2\"><c r=\"A2\"",
    ] {
        let read = read(&around(&format!("{}{row}", header())), xlsx());
        assert!(
            matches!(read, Err(Error::Invalid(_) | Error::TooLarge(_))),
            "{row}: {read:?}"
        );
    }
    let infinite = "<row r=\"2\"><c r=\"B2\"><v>inf</v></c></row>";
    let (_, rows) = read(&around(&format!("{}{infinite}", header())), xlsx()).unwrap();
    assert_eq!(rows[0].body["code"], "inf");
}

/// A sheet that is put together from what sheets are made of.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<row r=\"2\">",
        "<row>",
        "</row>",
        "<c r=\"A2\">",
        "<c r=\"B3\" t=\"s\">",
        "<c t=\"b\">",
        "<c t=\"e\">",
        "<c t=\"d\">",
        "<c t=\"inlineStr\">",
        "<c r=\"XFD1048576\" s=\"9\">",
        "</c>",
        "<v>",
        "</v>",
        "<is>",
        "</is>",
        "<t>",
        "</t>",
        "<f>",
        "</f>",
        "1",
        "-1e400",
        "#REF!",
        "2016-01-01T08:00:00",
        "true",
        "&lt;",
        "&#0;",
        "&x;",
        "<![CDATA[x]]>",
        "<!--",
        "-->",
        "</sheetData>",
        "<sheetData>",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_sheet_is_read_or_refused(sheet in pieces()) {
        for text in [sheet.clone(), format!("{}{sheet}", header())] {
            match read(&around(&text), xlsx()) {
                Ok(_) | Err(Error::Invalid(_) | Error::TooLarge(_)) => {}
                Err(other) => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
