//! Tables as people make them.

use serde_json::json;

use super::super::tests::{codes, file, options, read, refused};
use super::super::{Limits, RowFile};
use super::*;
use crate::import::convention::DecimalSign;

fn csv() -> Options {
    options(FileFormat::Csv)
}

const HEADER: &str = "operator,code,kind,name,longitude,latitude\n";

#[test]
fn a_messy_table_is_read_as_a_person_would() {
    let text = "\u{FEFF}DANH SÁCH TRẠM BTS;;;;\r\n;;;;\r\nNăm 2016;;;;\r\nMã trạm;Loại trạm;Tên trạm;Kinh độ;Vĩ độ\r\n\
                A1;bts;\"Trạm\r\nSin \"\"Suối\"\" Hồ\";103,4;22,4\r\n;;;;\r\nA2;BTS;Mường Tè;103,5;22,5\r\n";
    let (file, rows) = read(text.as_bytes(), csv()).unwrap();
    let read_as = file.read_as();
    assert_eq!(
        (
            read_as.delimiter,
            read_as.encoding,
            read_as.header_row,
            read_as.decimal
        ),
        (Some(';'), Some("UTF-8"), Some(4), Some(DecimalSign::Comma))
    );
    assert_eq!(read_as.columns["Kinh độ"], "longitude");
    assert_eq!(file.column_of("/name"), Some("Tên trạm"));
    assert_eq!(rows[0].body["name"], "Trạm\r\nSin \"Suối\" Hồ");
    assert_eq!(rows[0].body["longitude"], json!(103.4));
    assert_eq!(rows[1].body["kind"], "bts");
    // The header is 1; the blank row between is counted, and no record.
    assert_eq!(
        rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [2, 4]
    );
}

#[test]
fn each_delimiter_is_found_and_a_stated_one_taken() {
    for (sign, delimiter) in [(",", ','), (";", ';'), ("\t", '\t')] {
        let text = format!("{HEADER}viettel,A1,bts,\"a;b,c\td\",1,2\n").replace(',', sign);
        let (file, rows) = read(text.as_bytes(), csv()).unwrap();
        assert_eq!(file.read_as().delimiter, Some(delimiter));
        assert_eq!(rows[0].body["code"], "A1");
    }
    let row = "viettel|A1|bts|a,b|1|2\n";
    let mut stated = csv();
    stated.delimiter = Some(b'|');
    let text = HEADER.replace(',', "|") + row;
    let (_, rows) = read(text.as_bytes(), stated).unwrap();
    assert_eq!(rows[0].body["name"], "a,b");
    let tsv = text.replace('|', "\t");
    let (_, rows) = read(tsv.as_bytes(), options(FileFormat::Tsv)).unwrap();
    assert_eq!(rows[0].body["name"], "a,b");
}

#[test]
fn a_ragged_row_is_a_fault_of_its_own() {
    let rows = [
        "viettel,A1,bts",
        "viettel,A2,bts,x,1,2,y",
        "viettel,A3,bts,x,1,2,,",
        "viettel,A4,bts,x,1,2",
    ];
    let text = HEADER.to_owned() + &rows.join("\n");
    let (_, rows) = read(text.as_bytes(), csv()).unwrap();
    let faults: Vec<_> = rows.iter().map(codes).collect();
    let ragged = vec![(String::new(), "wrong_cell_count")];
    // Blank cells behind the last column lose nothing.
    assert_eq!(faults, [ragged.clone(), ragged, vec![], vec![]]);
    assert_eq!(rows[3].body["code"], "A4");
}

#[test]
fn a_header_that_is_not_understood_is_named_and_not_guessed() {
    let doubled = HEADER.replace("name", "name,Tên trạm");
    assert_eq!(
        refused(read(doubled.as_bytes(), csv())),
        ["duplicate_column"]
    );
    assert_eq!(
        refused(read(b"alpha,beta\n1,2\n", csv())),
        ["unknown_column", "unknown_column"]
    );
    assert_eq!(refused(read(b"", csv())), ["empty"]);
    assert_eq!(refused(read(b"\n\n  \n", csv())), ["empty"]);
}

#[test]
fn stated_titles_make_a_header() {
    let mut options = csv();
    let fields = ["code", "kind", "name", "longitude", "latitude"];
    options.columns = ["Cột A", "Cột B", "Cột C", "Cột D", "Cột E"]
        .map(str::to_owned)
        .into_iter()
        .zip(fields.map(str::to_owned))
        .collect();
    let text = "Tiêu đề,,,,\nCột A,Cột B,Cột C,Cột D,Cột E\nA1,bts,x,103.5,22.5\n";
    let (file, rows) = read(text.as_bytes(), options).unwrap();
    assert_eq!(file.read_as().header_row, Some(2));
    assert_eq!(rows[0].body["code"], "A1");
    assert_eq!(file.column_of("/code"), Some("Cột A"));
    assert_eq!(file.read_as().columns["Cột B"], "kind");
}

#[test]
fn a_byte_that_does_not_fit_refuses_the_file_wherever_it_stands() {
    let mut bytes = HEADER.as_bytes().to_vec();
    for _ in 0..100_000 {
        bytes.extend_from_slice(b"viettel,A1,bts,x,1,2\n");
    }
    bytes.extend_from_slice(b"viettel,\x81\n");
    assert_eq!(refused(read(&bytes, csv())), ["undecodable"]);
}

/// Memory is bounded by construction; what can be seen from outside is that a large file is read quickly and whole.
#[test]
fn a_hundred_thousand_rows_stream() {
    let mut text = HEADER.to_owned();
    for i in 0..100_000 {
        text.push_str("viettel,LCU-");
        text.push_str(&i.to_string());
        text.push_str(",bts,Sin Suối Hồ,103.4,22.4\n");
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
