//! What every format has in common: limits, records that are interpreted anywhere, and input that is anything.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write as _;

use proptest::prelude::*;
use rayon::prelude::*;
use tempfile::NamedTempFile;

use super::*;

/// A file that holds `bytes`.
pub fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Options that state nothing but the format.
pub fn options(format: FileFormat) -> Options {
    Options {
        kind: RecordKind::Sites,
        format,
        columns: BTreeMap::new(),
        sheet: None,
        delimiter: None,
        encoding: None,
        decimal: None,
        crs: None,
        operator: None,
        plmns: HashMap::new(),
        limits: Limits::default(),
    }
}

/// Every row of a file that can be opened.
pub fn rows(file: &RowFile) -> Vec<Row> {
    let rows: Vec<Row> = file
        .records()
        .unwrap()
        .map(|record| file.row(&record.unwrap()))
        .collect();
    assert_eq!(rows.len(), file.total());
    rows
}

/// Opens `bytes` and reads every row.
pub fn read(bytes: &[u8], options: Options) -> Result<(RowFile, Vec<Row>)> {
    let path = file(bytes);
    let file = RowFile::open(path.path(), options)?;
    let rows = rows(&file);
    Ok((file, rows))
}

/// Codes of the faults of a row, with their places.
pub fn codes(row: &Row) -> Vec<(String, &'static str)> {
    let list = row.faults.clone().into_list();
    list.into_iter()
        .map(|fault| (fault.pointer.unwrap_or_default(), fault.rule.code()))
        .collect()
}

/// Codes of the faults of a refused file.
pub fn refused(result: Result<(RowFile, Vec<Row>)>) -> Vec<&'static str> {
    match result {
        Err(Error::Invalid(faults)) => faults
            .into_list()
            .iter()
            .map(|fault| fault.rule.code())
            .collect(),
        Err(other) => panic!("another failure: {other}"),
        Ok((file, _)) => panic!("not refused, {} rows", file.total()),
    }
}

const TABLE: &str = "operator,code,kind,name,longitude,latitude\nviettel,A1,bts,x,103.4,22.4\nviettel,A2,bts,y,103.5,22.5\n";

#[test]
fn each_limit_is_named_with_what_goes_over_it() {
    let over = |change: &dyn Fn(&mut Limits)| {
        let mut options = options(FileFormat::Csv);
        change(&mut options.limits);
        match read(TABLE.as_bytes(), options) {
            Err(Error::TooLarge(what)) => what,
            other => panic!("not over a limit: {other:?}"),
        }
    };
    assert_eq!(
        over(&|limits| limits.bytes = 50),
        "the limit of 50 bytes: the file has 99"
    );
    assert_eq!(
        over(&|limits| limits.rows = 1),
        "the limit of 1 records: record 3 is one more"
    );
    assert_eq!(
        over(&|limits| limits.columns = 5),
        "the limit of 5 columns: the header has 6 cells"
    );
}

#[test]
fn a_cell_over_the_limit_is_a_fault_of_its_row() {
    let mut options = options(FileFormat::Csv);
    options.limits.cell_chars = 7;
    let (_, rows) = read(TABLE.replace("A2", "Mường Tè").as_bytes(), options).unwrap();
    assert_eq!(codes(&rows[0]), []);
    assert_eq!(codes(&rows[1]), [("/code".to_owned(), "too_long")]);
}

#[test]
fn a_record_without_end_takes_no_memory_without_end() {
    let mut endless = TABLE.to_owned();
    endless.push_str("viettel,\"");
    endless.push_str(&"xy\n".repeat(usize::try_from(failure::RECORD_BYTES).unwrap()));
    let Err(Error::TooLarge(what)) = read(endless.as_bytes(), options(FileFormat::Csv)) else {
        panic!("not refused");
    };
    assert!(what.contains("bytes in one record: record 4"), "{what}");
    let item = endless.replace(['\n', '"'], "");
    let list = format!("[{{\"code\": \"{item}");
    let Err(Error::TooLarge(what)) = read(list.as_bytes(), options(FileFormat::Json)) else {
        panic!("not refused");
    };
    assert!(what.contains("bytes in one record: record 1"), "{what}");
    assert!(matches!(
        read(item.as_bytes(), options(FileFormat::NdJson)),
        Err(Error::TooLarge(_))
    ));
}

#[test]
fn a_file_that_is_not_there_is_a_failure_of_the_environment() {
    let path = Path::new("/nowhere/sites.csv");
    let opened = RowFile::open(path, options(FileFormat::Csv));
    assert!(matches!(opened, Err(Error::Internal(_))));
}

#[test]
fn records_are_interpreted_on_many_threads_as_on_one() {
    let mut text = "code,kind,name,longitude,latitude\n".to_owned();
    for i in 0..5_000 {
        let _ = writeln!(text, "S{i},bts,x,{},22.4", f64::from(i) / 100.0);
    }
    let path = file(text.as_bytes());
    let file = RowFile::open(path.path(), options(FileFormat::Csv)).unwrap();
    let mut parallel: Vec<Row> = file
        .records()
        .unwrap()
        .par_bridge()
        .map(|record| file.row(&record.unwrap()))
        .collect();
    parallel.sort_by_key(|row| row.number);
    assert_eq!(parallel, rows(&file));
    assert_eq!(parallel[4_999].number, 5_001);
    // Stopping early ends the other thread too, and the file can be read again.
    assert_eq!(file.records().unwrap().take(3).count(), 3);
    assert_eq!(rows(&file).len(), 5_000);
}

#[test]
fn the_operator_is_filled_in_where_a_row_names_none() {
    let mut options = options(FileFormat::NdJson);
    options.operator = Some("vnpt".to_owned());
    let (_, rows) = read(
        b"{\"code\":\"A\"}\n{\"operator\":\"viettel\"}\n{\"operator\":null}",
        options,
    )
    .unwrap();
    let operators: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.body["operator"].as_str())
        .collect();
    assert_eq!(operators, ["vnpt", "viettel", "vnpt"]);
}

#[test]
fn only_tables_are_given_back_with_notes() {
    let (file, _) = read(b"{}\n", options(FileFormat::NdJson)).unwrap();
    let written = file.annotate(&mut |_| None, "note", &mut Vec::new());
    assert!(matches!(written, Err(Error::NotAcceptable(_))));
}

/// Bytes that look a little like a file of one of the formats.
fn anything() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "operator",
        "code",
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ":",
        "null",
        "1e999",
        "\"type\":\"FeatureCollection\"",
        "\"features\":",
        "\"type\":\"Feature\"",
        "\"geometry\":",
        "\"crs\":",
        "LTE",
        "452,4,1,257,0,103.5,22.5,0,1,1,1,1,0",
        "GSM",
        "ằ",
        "\u{FEFF}",
        "\0",
        "PK\u{3}\u{4}",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        prop::collection::vec(word, 0..60).prop_map(|words| words.concat().into_bytes()),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_in_every_format(bytes in anything()) {
        let path = file(&bytes);
        for format in FileFormat::ALL {
            let mut options = options(format);
            options.plmns = HashMap::from([("45204".to_owned(), "viettel".to_owned())]);
            let Ok(opened) = RowFile::open(path.path(), options) else {
                continue;
            };
            let mut count = 0;
            for record in opened.records().unwrap() {
                let row = opened.row(&record.unwrap());
                prop_assert!(row.body.is_object() || !row.faults.is_empty() || format != FileFormat::GeoJson);
                count += 1;
            }
            prop_assert_eq!(count, opened.total());
        }
    }
}
