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

#[test]
fn a_table_keeps_its_cells_delimiter_and_line_ends() {
    let text = "\u{FEFF}Tiêu đề;\r\noperator;code\r\nviettel;\"A;1\"\r\n;\r\nvnpt;A3\r\nvnpt\r\nvnpt;A5;x\r\n";
    let out = annotated(text.as_bytes(), options(FileFormat::Csv), "lỗi");
    let expected = "\u{FEFF}Tiêu đề;\r\noperator;code;Ghi chú\r\nviettel;\"A;1\";lỗi 2\r\n;;\r\nvnpt;A3;lỗi 4\r\nvnpt;;\r\nvnpt;A5;x;lỗi 6\r\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn an_encoding_is_kept_where_it_has_every_letter() {
    let windows = b"operator;code;name\nvnpt;A1;M\xFD\xF5\xCCng T\xE8\n";
    let out = annotated(windows, options(FileFormat::Csv), "trạm ở xa");
    let (text, _) = WINDOWS_1258.decode_without_bom_handling(&out);
    let text: String = unicode_normalization::UnicodeNormalization::nfc(&*text).collect();
    let expected = "operator;code;name;Ghi chú\nvnpt;A1;Mường Tè;trạm ở xa 2\n";
    assert_eq!(text, expected);
    let out = annotated(windows, options(FileFormat::Csv), "→");
    let expected = "\u{FEFF}operator;code;name;Ghi chú\nvnpt;A1;";
    assert!(String::from_utf8(out).unwrap().starts_with(expected));
}

#[test]
fn utf_16_is_kept() {
    let mut bytes = vec![0xFF, 0xFE];
    let text = "operator\tcode\nvnpt\tA1\n";
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let out = annotated(&bytes, options(FileFormat::Tsv), "→");
    let (text, _) = UTF_16LE.decode_with_bom_removal(&out);
    assert_eq!(text, "operator\tcode\tGhi chú\nvnpt\tA1\t→ 2\n");
    assert_eq!(out[..2], [0xFF, 0xFE]);
}

#[test]
fn a_sheet_keeps_its_values_and_dates() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Trạm").unwrap();
    sheet.write_string(0, 0, "Tiêu đề").unwrap();
    for (column, title) in ["operator", "code", "longitude", "commissioned_on"]
        .into_iter()
        .enumerate()
    {
        sheet
            .write_string(2, u16::try_from(column).unwrap(), title)
            .unwrap();
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
                .get_value((row, 4))
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
