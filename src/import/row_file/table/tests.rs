//! Tables as people make them.

use serde_json::json;

use super::super::tests::{codes, file, options, read, refused};
use super::super::{Limits, RowFile};
use super::*;
use crate::import::convention::DecimalSign;

fn csv() -> Options {
    options(FileFormat::Csv)
}

#[test]
fn a_messy_table_is_read_as_a_person_would() {
    let text = "\u{FEFF}DANH SÁCH TRẠM BTS;;\r\n;;\r\nNăm 2016;;\r\noperator;code;name;longitude\r\n\
                viettel;A1;\"Trạm\r\nSin \"\"Suối\"\" Hồ\";103,4\r\n;;;\r\nviettel;A2;Mường Tè;103,5\r\n";
    let mut options = csv();
    options.decimal = Some(DecimalSign::Comma);
    let (file, rows) = read(text.as_bytes(), options).unwrap();
    let read_as = file.read_as();
    assert_eq!(
        (read_as.delimiter, read_as.encoding, read_as.header_row),
        (Some(';'), Some("UTF-8"), Some(4))
    );
    assert_eq!(rows[0].body["name"], "Trạm\r\nSin \"Suối\" Hồ");
    assert_eq!(rows[0].body["longitude"], json!(103.4));
    // The header is 1; the blank row between is counted, and no record.
    assert_eq!(
        rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [2, 4]
    );
}

#[test]
fn each_delimiter_is_found_and_a_stated_one_taken() {
    for (sign, delimiter) in [(",", ','), (";", ';'), ("\t", '\t')] {
        let text = "operator,code,name\nviettel,A1,\"a;b,c\td\"\n".replace(',', sign);
        let (file, rows) = read(text.as_bytes(), csv()).unwrap();
        assert_eq!(file.read_as().delimiter, Some(delimiter));
        assert_eq!(rows[0].body["code"], "A1");
    }
    let mut stated = csv();
    stated.delimiter = Some(b'|');
    let (_, rows) = read(b"operator|code\nviettel|A,1\n", stated).unwrap();
    assert_eq!(rows[0].body["code"], "A,1");
    let tsv = options(FileFormat::Tsv);
    let (_, rows) = read(b"operator\tcode\nviettel\tA,1\n", tsv).unwrap();
    assert_eq!(rows[0].body["code"], "A,1");
}

#[test]
fn a_ragged_row_is_a_fault_of_its_own() {
    let text = "operator,code,name\nviettel,A1\nviettel,A2,x,y\nviettel,A3,x,,\nviettel,A4,x\n";
    let (_, rows) = read(text.as_bytes(), csv()).unwrap();
    let faults: Vec<_> = rows.iter().map(codes).collect();
    let ragged = vec![(String::new(), "wrong_cell_count")];
    // Blank cells behind the last column lose nothing.
    assert_eq!(faults, [ragged.clone(), ragged, vec![], vec![]]);
    assert_eq!(rows[3].body["code"], "A4");
}

#[test]
fn a_header_that_is_not_understood_is_named_and_not_guessed() {
    assert_eq!(refused(read(b"operator,code,code\n", csv())), ["duplicate"]);
    assert_eq!(
        refused(read(b"alpha,beta\n1,2\n", csv())),
        ["unknown_field", "unknown_field"]
    );
    assert_eq!(refused(read(b"", csv())), ["empty"]);
    assert_eq!(refused(read(b"\n\n  \n", csv())), ["empty"]);
}

#[test]
fn stated_titles_make_a_header() {
    let mut options = csv();
    options.columns = [("Cột A", "operator"), ("Cột B", "code")]
        .map(|(title, field)| (title.to_owned(), field.to_owned()))
        .into();
    let (file, rows) = read("Tiêu đề,\nCột A,Cột B\nviettel,A1\n".as_bytes(), options).unwrap();
    assert_eq!(file.read_as().header_row, Some(2));
    assert_eq!(rows[0].body, json!({"operator": "viettel", "code": "A1"}));
    assert_eq!(file.column_of("/code"), Some("Cột B"));
    assert_eq!(file.read_as().columns["Cột A"], "operator");
}

#[test]
fn a_byte_that_does_not_fit_refuses_the_file_wherever_it_stands() {
    let mut bytes = b"operator,code\n".to_vec();
    for _ in 0..100_000 {
        bytes.extend_from_slice(b"viettel,A1\n");
    }
    bytes.extend_from_slice(b"viettel,\x81\n");
    assert_eq!(refused(read(&bytes, csv())), ["undecodable"]);
}

/// Memory is bounded by construction; what can be seen from outside is that a large file is read quickly and whole.
#[test]
fn a_hundred_thousand_rows_stream() {
    let mut text = "operator,code,name,longitude,latitude\n".to_owned();
    for i in 0..100_000 {
        text.push_str("viettel,LCU-");
        text.push_str(&i.to_string());
        text.push_str(",Sin Suối Hồ,103.4,22.4\n");
    }
    let path = file(text.as_bytes());
    let mut options = csv();
    options.limits = Limits {
        rows: 100_000,
        ..Limits::default()
    };
    let opened = RowFile::open(path.path(), options).unwrap();
    assert_eq!(opened.total(), 100_000);
    let last = opened.records().unwrap().last().unwrap().unwrap();
    assert_eq!(opened.row(&last).body["code"], "LCU-99999");
}
