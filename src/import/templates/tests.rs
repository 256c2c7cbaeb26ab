//! Templates that the reader takes.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, DataType, Reader, Xlsx};

use super::*;
use crate::domain::{Faults, Settlement, SubscriberCount, site_input};
use crate::import::cell::Cell;
use crate::import::columns::Columns;
use crate::import::convention::Convention;

const LANGUAGES: [Language; 2] = [Language::English, Language::Vietnamese];

fn sheets(kind: RecordKind, language: Language) -> Vec<(String, Vec<Vec<String>>)> {
    let bytes = xlsx(kind, language).unwrap();
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let text = |cell: &Data| cell.as_string().unwrap_or_default();
    let rows = |(name, range): (String, calamine::Range<Data>)| {
        (
            name,
            range
                .rows()
                .map(|row| row.iter().map(text).collect())
                .collect(),
        )
    };
    workbook.worksheets().into_iter().map(rows).collect()
}

fn columns(kind: RecordKind, titles: &[String]) -> Columns {
    let cells: Vec<Cell> = titles.iter().map(|title| Cell::text(title)).collect();
    assert!(Columns::is_header(kind, &cells), "{titles:?}");
    Columns::of(kind, titles, &BTreeMap::new()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

#[test]
fn the_csv_template_is_one_header_that_the_reader_takes() {
    for kind in RecordKind::ALL {
        for language in LANGUAGES {
            let bytes = csv(kind, language);
            let text = String::from_utf8(bytes).unwrap();
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(text.strip_prefix('\u{FEFF}').unwrap().as_bytes());
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            assert_eq!(rows.len(), 1);
            let titles: Vec<String> = rows[0].iter().map(str::to_owned).collect();
            let fields = help(kind)
                .into_iter()
                .map(|help| help.field)
                .collect::<Vec<_>>();
            let found: Vec<String> = columns(kind, &titles)
                .fields()
                .map(|(_, path)| path.to_owned())
                .collect();
            assert_eq!(found, fields);
        }
    }
}

#[test]
fn the_workbook_has_an_empty_table_examples_that_can_be_read_and_help() {
    for kind in RecordKind::ALL {
        for language in LANGUAGES {
            let sheets = sheets(kind, language);
            let [(_, data), (_, examples), (_, help)] = sheets.as_slice() else {
                panic!("{} sheets", sheets.len())
            };
            assert_eq!(data.len(), 1);
            assert_eq!(data[0], examples[0]);
            assert_eq!(help.len(), 1 + data[0].len());
            let columns = columns(kind, &data[0]);
            for row in &examples[1..] {
                let cells: Vec<Cell> = row.iter().map(|text| Cell::text(text)).collect();
                let (body, faults) = columns.read(&cells, &Convention::default(), None);
                assert!(faults.is_empty(), "{faults:?}");
                let mut faults = Faults::default();
                let is_read = match kind {
                    RecordKind::Sites => site_input::read(&body).is_ok(),
                    RecordKind::Subscribers => {
                        SubscriberCount::read(&body, String::new(), &mut faults).is_some()
                            && faults.is_empty()
                    }
                    RecordKind::Settlements => Settlement::read(&body, None).is_ok(),
                };
                assert!(is_read, "{body}");
            }
            assert_eq!(examples.len(), 3);
        }
    }
}

#[test]
fn every_column_is_explained_in_both_languages() {
    for kind in RecordKind::ALL {
        for help in help(kind) {
            assert!(
                help.meaning
                    .iter()
                    .chain(&help.titles)
                    .chain(&help.allowed)
                    .all(|text| !text.is_empty()),
                "{help:?}"
            );
            assert!(!help.meaning.concat().contains("{}"), "{help:?}");
        }
    }
}
