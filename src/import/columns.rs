//! Which column of a table is which field of the API.

mod count_fields;
pub mod names;
pub(super) mod position;
mod radios;
mod row;
mod settlement_fields;
mod site_fields;

use std::collections::BTreeMap;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::cell::Cell;
use super::convention::DecimalSign;
use crate::domain::{Faults, RecordKind, Rule};
use names::{PASSED_OVER, Shape, Target, find, key, nearest, of_path};

/// The columns of one table.
#[derive(Debug, Clone)]
pub struct Columns {
    kind: RecordKind,
    list: Vec<Column>,
    /// The titles of what stands at a place of the record: `structure.height_m`, `radios.*.technology`.
    titles: BTreeMap<String, String>,
    /// The service has written this table: it has what only the server makes.
    is_export: bool,
}

/// One column.
#[derive(Debug, Clone)]
struct Column {
    title: String,
    path: String,
    target: Target,
}

/// Fewest known titles of a header.
const HEADER_LEAST: usize = 2;

impl Columns {
    /// Finds the field of each title of `header`. `mapping` says title -> field for foreign titles, and wins; the field `-`
    /// passes a column over.
    ///
    /// # Errors
    /// Each unknown or doubled column, with its title as the value. Those that are missing are in [`Columns::missing`].
    pub fn of(
        kind: RecordKind,
        header: &[String],
        mapping: &BTreeMap<String, String>,
    ) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut columns: Vec<Column> = Vec::with_capacity(header.len());
        for title in header {
            let target = target(kind, title, mapping, &mut faults);
            let path = target.path();
            let twin = columns.iter().find(|column| column.path == path);
            if let Some(twin) = twin.filter(|_| path != PASSED_OVER) {
                let (field, other) = (path.clone(), twin.title.clone());
                let rule = Rule::DuplicateColumn { field, other };
                faults.body("", rule, Some(&Value::from(title.as_str())));
            }
            columns.push(Column {
                title: title.trim().nfc().collect(),
                path,
                target,
            });
        }
        check_mapping(header, mapping, &mut faults);
        check_pairs(&columns, &mut faults);
        let found = Self {
            kind,
            titles: titles(&columns),
            is_export: has(&columns, "version"),
            list: columns,
        };
        faults.give(Some(found))
    }

    /// The columns that no record can do without and that are not there, by the names of their fields.
    #[must_use]
    pub fn missing(&self, kind: RecordKind) -> Faults {
        let mut faults = Faults::default();
        let has_grid = has(&self.list, "x") && has(&self.list, "y");
        for field in names::fields(kind).iter().filter(|field| field.required) {
            let is_position = matches!(field.shape, Shape::Coordinate(_));
            if !(has(&self.list, field.path) || is_position && has_grid) {
                let [english, vietnamese] = field.titles;
                let rule = Rule::MissingColumn {
                    english,
                    vietnamese,
                };
                faults.body("", rule, Some(&Value::from(field.path)));
            }
        }
        faults
    }

    /// True where a row looks like the header, for finding it below title rows: two titles of different fields at least,
    /// and half of what is not blank.
    #[must_use]
    pub fn is_header(kind: RecordKind, cells: &[Cell]) -> bool {
        let texts: Vec<&str> = cells
            .iter()
            .filter_map(|cell| match cell {
                Cell::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let mut known: Vec<String> = texts
            .iter()
            .filter_map(|text| find(kind, text))
            .map(|target| target.path())
            .collect();
        known.sort_unstable();
        known.dedup();
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        let fields = known.iter().filter(|path| *path != PASSED_OVER).count();
        fields >= HEADER_LEAST && 2 * known.len() >= filled
    }

    /// The file's own title of what stands at `pointer` of a row: `/radios/0/technology`, `/longitude`. Where several
    /// columns may be meant, their titles with commas between.
    #[must_use]
    pub fn name_of(&self, pointer: &str) -> Option<&str> {
        let mut steps: Vec<&str> = pointer.split('/').skip(1).collect();
        if let ["radios", index, ..] = steps.as_mut_slice() {
            *index = "*";
        }
        while !steps.is_empty() {
            if let Some(title) = self.titles.get(&steps.join(".")) {
                return Some(title);
            }
            steps.pop();
        }
        None
    }

    /// The field of the column `index`; none where it is passed over.
    #[must_use]
    pub fn field(&self, index: usize) -> Option<&str> {
        let path = self.list.get(index)?.path.as_str();
        (path != PASSED_OVER).then_some(path)
    }

    /// The columns in the file's order: title, and field or `-` for one that is passed over.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list
            .iter()
            .map(|column| (column.title.as_str(), column.path.as_str()))
    }

    /// The signs before decimals that the cells of one row show.
    pub(super) fn signs(&self, cells: &[Cell]) -> Vec<DecimalSign> {
        let sign = |(column, cell): (&Column, &Cell)| {
            let (Target::Field(field) | Target::Radio(_, field)) = column.target else {
                return None;
            };
            let sign = row::shown_sign(field.shape, cell)?;
            let is_coordinate = matches!(field.shape, Shape::Coordinate(_) | Shape::GridCoordinate);
            let says_nothing = is_coordinate && sign == DecimalSign::Point && !self.is_export;
            (!says_nothing).then_some(sign)
        };
        self.list.iter().zip(cells).filter_map(sign).collect()
    }
}

/// What the column with this title is: as stated, else as known.
fn target(
    kind: RecordKind,
    title: &str,
    mapping: &BTreeMap<String, String>,
    faults: &mut Faults,
) -> Target {
    let stated = stated(title, mapping);
    let value = Value::from(title);
    match stated {
        Some(path) => of_path(kind, path.trim()).unwrap_or_else(|| {
            let known = names::paths(kind);
            faults.body("", Rule::UnknownField { known }, Some(&Value::from(path)));
            Target::PassedOver
        }),
        None => find(kind, title).unwrap_or_else(|| {
            let nearest = nearest(kind, title);
            faults.body("", Rule::UnknownColumn { nearest }, Some(&value));
            Target::PassedOver
        }),
    }
}

/// What is stated of a title: of it exactly, else of one that differs in case, diacritics and spaces only.
fn stated<'m>(title: &str, mapping: &'m BTreeMap<String, String>) -> Option<&'m str> {
    let alike = || {
        let wanted = key(title);
        let alike = |known: &str| !wanted.is_empty() && key(known) == wanted;
        mapping
            .iter()
            .find(|(known, _)| alike(known))
            .map(|(_, path)| path)
    };
    mapping.get(title).or_else(alike).map(String::as_str)
}

/// Each title that is stated must be there.
fn check_mapping(header: &[String], mapping: &BTreeMap<String, String>, faults: &mut Faults) {
    for title in mapping.keys() {
        let one = BTreeMap::from([(title.clone(), String::new())]);
        if !header.iter().any(|known| stated(known, &one).is_some()) {
            faults.body("", Rule::AbsentColumn, Some(&Value::from(title.as_str())));
        }
    }
}

fn has(columns: &[Column], path: &str) -> bool {
    columns.iter().any(|column| column.path == path)
}

/// X and Y stand for longitude and latitude: both or none of them, and not beside those.
fn check_pairs(columns: &[Column], faults: &mut Faults) {
    for (grid, twin, axis) in [("x", "y", "longitude"), ("y", "x", "latitude")] {
        let Some(column) = columns.iter().find(|column| column.path == grid) else {
            continue;
        };
        let value = Value::from(column.title.as_str());
        if has(columns, axis) {
            faults.body("", Rule::BothGiven { other: axis }, Some(&value));
        } else if !has(columns, twin) {
            let [english, vietnamese] = [twin, twin];
            let rule = Rule::MissingColumn {
                english,
                vietnamese,
            };
            faults.body("", rule, Some(&Value::from(twin)));
        }
    }
}

/// The titles by the places of the record that their cells come to.
fn titles(columns: &[Column]) -> BTreeMap<String, String> {
    let mut titles: BTreeMap<String, String> = BTreeMap::new();
    for column in columns {
        for place in places(column) {
            titles
                .entry(place)
                .and_modify(|known| {
                    known.push_str(", ");
                    known.push_str(&column.title);
                })
                .or_insert_with(|| column.title.clone());
        }
    }
    titles
}

/// Where the cells of a column come to, and the column's own name, under which its cells are refused before they are read.
fn places(column: &Column) -> Vec<String> {
    let elsewhere: &[&str] = match column.target {
        Target::PassedOver | Target::Untitled => return Vec::new(),
        Target::Radio(_, field) if field.shape == Shape::Mark => &["radios", "radios.*.technology"],
        Target::Radio(_, field) => &[&field.path.replace("{}", "radios.*")],
        Target::Field(field) => match field.shape {
            Shape::Technologies => &["radios", "radios.*.technology"],
            Shape::GridCoordinate => &["longitude", "latitude"],
            _ => &[],
        },
    };
    let own = std::iter::once(column.path.clone());
    own.chain(elsewhere.iter().map(|place| (*place).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
