//! Where the header of a table is: below title rows, among the first records.

use super::Options;
use crate::domain::text::fold;
use crate::import::cell::Cell;
use crate::import::columns::Columns;

/// Records among which the header is sought.
pub const SEARCHED: usize = 20;

/// The position of the header among `rows`, and whether it looks like one. Where no row does, it is the first that is not
/// blank.
pub fn find(rows: &[Vec<Cell>], options: &Options) -> Option<(usize, bool)> {
    if let Some(found) = rows.iter().position(|row| is_header(row, options)) {
        return Some((found, true));
    }
    let is_blank = |row: &Vec<Cell>| row.iter().all(|cell| *cell == Cell::Empty);
    rows.iter()
        .position(|row| !is_blank(row))
        .map(|first| (first, false))
}

/// A row is the header where the columns say so, or where it has every title that is stated.
fn is_header(row: &[Cell], options: &Options) -> bool {
    let titles: Vec<String> = titles(row).iter().map(|title| fold(title)).collect();
    let has_all_stated = !options.columns.is_empty()
        && options
            .columns
            .keys()
            .all(|stated| titles.contains(&fold(stated)));
    has_all_stated || Columns::is_header(options.kind, row)
}

/// The header without blank cells at its end, which spreadsheets leave there.
pub fn trimmed(mut row: Vec<Cell>) -> Vec<Cell> {
    while row.last() == Some(&Cell::Empty) {
        row.pop();
    }
    row
}

/// The texts of a header's cells.
pub fn titles(row: &[Cell]) -> Vec<String> {
    row.iter()
        .map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Date(day) => day.to_string(),
            Cell::Bool(flag) => flag.to_string(),
        })
        .collect()
}
