//! Files as operators hand them in, with generated sites.

use std::fmt::Write;

use rust_xlsxwriter::Workbook;

use crate::country::{self, Dice};

/// The titles of the table.
const TITLES: [&str; 13] = [
    "Site code",
    "Kind",
    "Site name",
    "Status",
    "Longitude",
    "Latitude",
    "Elevation (m)",
    "Address",
    "Commissioned on",
    "Structure type",
    "Structure height (m)",
    "Technologies",
    "Source",
];

/// One row; `kind` is a word that the register knows, or one that breaks the row.
fn row(i: usize, kind: &str) -> [String; 13] {
    let mut dice = Dice::new(i as u64 + 7_000_000);
    let position = country::position(&mut dice);
    let (year, month) = (2005 + dice.below(18), 1 + dice.below(12));
    [
        format!("F-{i:07}"),
        kind.to_owned(),
        format!("Nậm {} {}", dice.below(900), i % 100),
        "active".to_owned(),
        position.longitude.to_string(),
        position.latitude.to_string(),
        dice.below(2_000).to_string(),
        format!("Bản {}", dice.below(500)),
        format!("{:02}/{month:02}/{year}", 1 + dice.below(28)),
        "monopole".to_owned(),
        (20 + dice.below(40)).to_string(),
        dice.of(&["2G, 3G", "2G, 3G, 4G", "3G, 4G", "4G"])
            .to_owned(),
        "made up".to_owned(),
    ]
}

/// A table of so many rows as CSV.
pub fn csv(rows: usize, kind: &str) -> Vec<u8> {
    let mut text = TITLES.join(",");
    text.push('\n');
    for i in 0..rows {
        for (column, cell) in row(i, kind).iter().enumerate() {
            let comma = if column == 0 { "" } else { "," };
            let _ = write!(text, "{comma}\"{cell}\"");
        }
        text.push('\n');
    }
    text.into_bytes()
}

/// The same table as XLSX, with its numbers as numbers.
pub fn xlsx(rows: usize) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_low_memory().unwrap();
    sheet.write_row(0, 0, TITLES).unwrap();
    for (line, i) in (1..).zip(0..rows) {
        for (column, cell) in (0..).zip(row(i, "bts")) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write(line, column, number).unwrap(),
                Err(_) => sheet.write(line, column, cell).unwrap(),
            };
        }
    }
    book.save_to_buffer().unwrap()
}
