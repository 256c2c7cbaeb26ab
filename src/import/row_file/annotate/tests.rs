//! Tables and sheets with notes: everything else is as it was.

use rust_xlsxwriter::ExcelDateTime;

use super::super::tests::{file, options, read};
use super::super::{FileFormat, Options, RowFile};
use super::*;
use calamine::{Reader, Xlsx};
use encoding_rs::{UTF_16LE, WINDOWS_1258};

fn annotated(bytes: &[u8], options: Options, note: &str) -> Vec<u8> {
    let path = file(bytes);
    let opened = RowFile::open(path.path(), options).unwrap();
    let mut out = Vec::new();
    let mut beside = |number| (number % 2 == 0).then(|| format!("{note} {number}"));
    opened.annotate(&mut beside, "Ghi chú", &mut out).unwrap();
    out
}

const HEADER: &str = "code;kind;name;longitude;latitude";

#[test]
fn a_table_keeps_its_cells_delimiter_and_line_ends() {
    let text = format!(
        "\u{FEFF}Tiêu đề;\r\n{HEADER}\r\nA1;bts;\"a;1\";1;2\r\n;\r\nA3;bts;x;1;2\r\nA4\r\nA5;bts;x;1;2;z\r\n"
    );
    let out = annotated(text.as_bytes(), options(FileFormat::Csv), "lỗi");
    let expected = format!(
        "\u{FEFF}Tiêu đề;\r\n{HEADER};Ghi chú\r\nA1;bts;\"a;1\";1;2;lỗi 2\r\n;;;;;\r\nA3;bts;x;1;2;lỗi 4\r\nA4;;;;;\r\nA5;bts;x;1;2;z;lỗi 6\r\n"
    );
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn an_encoding_is_kept_where_it_has_every_letter() {
    let row = b"\nA1;bts;M\xFD\xF5\xCCng T\xE8;1;2\n";
    let windows = [HEADER.as_bytes(), row].concat();
    let out = annotated(&windows, options(FileFormat::Csv), "trạm ở xa");
    let (text, _) = WINDOWS_1258.decode_without_bom_handling(&out);
    let text: String = unicode_normalization::UnicodeNormalization::nfc(&*text).collect();
    let expected = format!("{HEADER};Ghi chú\nA1;bts;Mường Tè;1;2;trạm ở xa 2\n");
    assert_eq!(text, expected);
    let out = annotated(&windows, options(FileFormat::Csv), "→");
    let out = String::from_utf8(out).unwrap();
    assert!(out.starts_with("\u{FEFF}code;kind"), "{out}");
    assert!(out.ends_with("→ 2\n"), "{out}");
}

#[test]
fn utf_16_is_kept() {
    let header = HEADER.replace(';', "\t");
    let mut bytes = vec![0xFF, 0xFE];
    let text = format!("{header}\nA1\tbts\tx\t1\t2\n");
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let out = annotated(&bytes, options(FileFormat::Tsv), "→");
    let (text, _) = UTF_16LE.decode_with_bom_removal(&out);
    assert_eq!(text, format!("{header}\tGhi chú\nA1\tbts\tx\t1\t2\t→ 2\n"));
    assert_eq!(out[..2], [0xFF, 0xFE]);
}

#[test]
fn a_sheet_keeps_its_values_and_dates() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Trạm").unwrap();
    sheet.write_string(0, 0, "Tiêu đề").unwrap();
    let titles = [
        "operator",
        "code",
        "longitude",
        "commissioned_on",
        "kind",
        "name",
        "latitude",
    ];
    for (column, title) in (0..).zip(titles) {
        sheet.write_string(2, column, title).unwrap();
    }
    sheet.write_string(3, 0, "=vnpt").unwrap();
    sheet.write_string(3, 1, "007").unwrap();
    sheet.write_number(3, 2, 103.4).unwrap();
    let day = ExcelDateTime::from_ymd(2012, 5, 1).unwrap();
    let format = Format::new().set_num_format("dd/mm/yyyy");
    sheet
        .write_datetime_with_format(3, 3, &day, &format)
        .unwrap();
    sheet.write_boolean(4, 1, true).unwrap();
    let bytes = book.save_to_buffer().unwrap();

    let out = annotated(&bytes, options(FileFormat::Xlsx), "lỗi");
    let mut workbook = Xlsx::new(std::io::Cursor::new(out.as_slice())).unwrap();
    let range = workbook.worksheet_range("Trạm").unwrap();
    let notes: Vec<String> = (2..=4)
        .map(|row| {
            range
                .get_value((row, 7))
                .map(ToString::to_string)
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(notes, ["Ghi chú", "lỗi 4", ""]);
    // Read again, the records are what they were.
    let (_, before) = read(&bytes, options(FileFormat::Xlsx)).unwrap();
    let mut again = options(FileFormat::Xlsx);
    again
        .columns
        .insert("Ghi chú".to_owned(), "source".to_owned());
    let (_, mut after) = read(&out, again).unwrap();
    for row in &mut after {
        row.body.as_object_mut().unwrap().remove("source");
    }
    assert_eq!(after, before);
    assert_eq!(before[0].body["commissioned_on"], "2012-05-01");
}
