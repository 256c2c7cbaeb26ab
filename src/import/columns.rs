//! The columns of a table: which is which field of the record, and how its cells are read.

pub mod names;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::names::{Field, Reading};
use super::cell::Cell;
use super::convention::Convention;
use super::values;
use crate::domain::{Faults, RecordKind, Rule, text};
use crate::geo::Crs;

/// Titles of the two axes of surveyors, whose X points north as often as east.
const AXES: [&str; 2] = ["x", "y"];

/// Which column is which field.
#[derive(Debug)]
pub struct Columns {
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    title: String,
    field: Option<&'static Field>,
    /// The column was called X or Y.
    is_axis: bool,
}

/// A title as it is compared: without case, diacritics, blanks and what stands in parentheses.
fn plain(title: &str) -> String {
    let bare = title.split('(').next().unwrap_or(title);
    text::fold(bare)
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == '.')
        .collect()
}

fn known(kind: RecordKind, title: &str) -> Option<&'static Field> {
    let wanted = plain(title);
    names::of(kind).iter().find(|field| {
        plain(field.path) == wanted || field.titles.iter().any(|title| plain(title) == wanted)
    })
}

/// The title that is meant, where one is near.
fn nearest(kind: RecordKind, title: &str) -> Option<&'static str> {
    const LEAST: f64 = 0.75;
    let wanted = plain(title);
    let titles = names::of(kind)
        .iter()
        .flat_map(|field| std::iter::once(field.path).chain(field.titles.iter().copied()));
    titles
        .map(|title| (strsim::jaro_winkler(&plain(title), &wanted), title))
        .filter(|(likeness, _)| *likeness >= LEAST)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, title)| title)
}

impl Columns {
    /// Finds the field of each title; `mapping` says those of foreign ones.
    ///
    /// # Errors
    /// Each title that is unknown or double.
    pub fn of(
        kind: RecordKind,
        header: &[String],
        mapping: &BTreeMap<String, String>,
    ) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut columns: Vec<Column> = Vec::with_capacity(header.len());
        for title in header {
            let is_axis = kind == RecordKind::Sites && AXES.contains(&plain(title).as_str());
            let path = mapping
                .iter()
                .find(|(own, _)| *own == title || plain(own) == plain(title))
                .map_or(title.as_str(), |(_, path)| path.as_str());
            let field = match (is_axis, plain(title).as_str()) {
                (true, "x") if path == title => known(kind, "longitude"),
                (true, _) if path == title => known(kind, "latitude"),
                _ => known(kind, path),
            };
            let value = Value::from(title.as_str());
            match field {
                None if title.trim().is_empty() => {}
                None => {
                    let nearest = nearest(kind, path).map(str::to_owned);
                    faults.body("", Rule::UnknownColumn { nearest }, Some(&value));
                }
                Some(field) if columns.iter().any(|other| is_of(other, field)) => {
                    let rule = Rule::DuplicateColumn { field: field.path };
                    faults.body("", rule, Some(&value));
                }
                Some(_) => {}
            }
            columns.push(Column {
                title: title.clone(),
                field,
                is_axis: is_axis && path == title,
            });
        }
        faults.give(Some(Self { columns }))
    }

    /// The columns that every row must have and that are not there.
    #[must_use]
    pub fn missing(&self, kind: RecordKind) -> Faults {
        let mut faults = Faults::default();
        for field in names::of(kind).iter().filter(|field| field.is_required) {
            if !self.columns.iter().any(|column| is_of(column, field)) {
                let known = field.titles.first().copied().unwrap_or(field.path);
                let rule = Rule::MissingColumn {
                    field: field.path,
                    known,
                };
                faults.body("", rule, None);
            }
        }
        faults
    }

    /// Whether a row looks like the header: two of its cells or more are titles, and no other row's cells are.
    #[must_use]
    pub fn is_header(kind: RecordKind, cells: &[Cell]) -> bool {
        let titles = cells.iter().filter(
            |cell| matches!(cell, Cell::Text(text) if known(kind, text).is_some() || AXES.contains(&plain(text).as_str())),
        );
        titles.count() >= 2
    }

    /// The file's own title of the column that holds the field at `pointer`, or what it is part of.
    #[must_use]
    pub fn name_of(&self, pointer: &str) -> Option<&str> {
        let path = pointer.trim_start_matches('/').replace('/', ".");
        let of = |wanted: &str| {
            let column = self
                .columns
                .iter()
                .find(|column| column.field.is_some_and(|field| field.path == wanted));
            column.map(|column| column.title.as_str())
        };
        let first = path.split('.').next().unwrap_or(&path);
        of(&path)
            .or_else(|| of(first))
            .or_else(|| (first == "radios").then(|| of("technologies")).flatten())
    }

    /// The field of the column `index`.
    #[must_use]
    pub fn field(&self, index: usize) -> Option<&str> {
        Some(self.columns.get(index)?.field?.path)
    }

    /// Whether the cells of the column `index` are numbers.
    #[must_use]
    pub fn is_number(&self, index: usize) -> bool {
        matches!(
            self.columns
                .get(index)
                .and_then(|column| column.field)
                .map(|field| field.reading),
            Some(Reading::Number(..) | Reading::Count(_) | Reading::East | Reading::North)
        )
    }

    /// One row as a record of the API, and the faults of cells that cannot be read. Coordinates of `crs` become those of
    /// WGS 84, with nine decimals.
    #[must_use]
    pub fn read(
        &self,
        cells: &[Cell],
        convention: &Convention,
        crs: Option<&Crs>,
    ) -> (Value, Faults) {
        let mut record = Map::new();
        let mut faults = Faults::default();
        for (column, cell) in self.columns.iter().zip(cells) {
            let Some(field) = column.field else { continue };
            if matches!(cell, Cell::Empty) {
                continue;
            }
            let is_degrees = crs.is_none_or(|crs| !crs.is_projected());
            match value(field, cell, *convention, is_degrees) {
                Ok(Value::Null) => {}
                Ok(value) => put(&mut record, field.path, value),
                Err(rule) => {
                    let pointer = format!("/{}", field.path.replace('.', "/"));
                    faults.body(pointer, rule, Some(&raw(cell)));
                }
            }
        }
        if let Some(crs) = crs {
            self.place(&mut record, *crs, &mut faults);
        }
        (Value::Object(record), faults)
    }

    /// Turns the coordinates of a record.
    fn place(&self, record: &mut Map<String, Value>, crs: Crs, faults: &mut Faults) {
        const PLACES: f64 = 1e9;
        let number = |name: &str| record.get(name).and_then(Value::as_f64);
        let (Some(mut x), Some(mut y)) = (number("longitude"), number("latitude")) else {
            return;
        };
        // Eastings lie around 500 km, the northings of Viet Nam from 900 to 2,600 km.
        let are_swapped = crs.is_projected() && x > y;
        if are_swapped && self.columns.iter().any(|column| column.is_axis) {
            std::mem::swap(&mut x, &mut y);
        }
        let turned = crs.to_wgs84(x, y).filter(|_| x <= y || !crs.is_projected());
        let Some((longitude, latitude)) = turned else {
            for (name, coordinate) in [("longitude", x), ("latitude", y)] {
                let rule = if are_swapped {
                    Rule::CoordinatesSwapped
                } else {
                    Rule::NotInCrs { code: crs.code() }
                };
                faults.body(format!("/{name}"), rule, Some(&json!(coordinate)));
                record.remove(name);
            }
            return;
        };
        let round = |degrees: f64| (degrees * PLACES).round() / PLACES;
        record.insert("longitude".to_owned(), json!(round(longitude)));
        record.insert("latitude".to_owned(), json!(round(latitude)));
    }
}

fn is_of(column: &Column, field: &Field) -> bool {
    column.field.is_some_and(|own| own.path == field.path)
}

/// The cell as it stands in the file.
fn raw(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Number(number) => json!(number),
        Cell::Date(day) => Value::from(day.to_string()),
        Cell::Bool(is) => Value::from(*is),
    }
}

fn put(record: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None if path == "technologies" => {
            record.entry("radios").or_insert(value);
        }
        None => {
            record.insert(path.to_owned(), value);
        }
        Some((outer, inner)) => {
            let nested = record
                .entry(outer)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Some(nested) = nested.as_object_mut() {
                nested.insert(inner.to_owned(), value);
            }
        }
    }
}

fn value(
    field: &Field,
    cell: &Cell,
    convention: Convention,
    is_degrees: bool,
) -> Result<Value, Rule> {
    match (field.reading, cell) {
        (Reading::Made, _) => Ok(Value::Null),
        (Reading::Code | Reading::Text | Reading::Word(_), Cell::Number(number)) => {
            Ok(Value::from(written(*number)))
        }
        (Reading::Word(words), Cell::Text(text)) => Ok(Value::from(word(words, text))),
        (Reading::Number(min, max), Cell::Text(text)) => {
            values::number(text, (min, max), convention).map(|number| json!(number))
        }
        (Reading::Count(max), Cell::Text(text)) => {
            count(values::number(text, (0.0, max), convention)?)
        }
        (Reading::Count(_), Cell::Number(number)) => count(*number),
        (Reading::Date, Cell::Text(text)) => {
            values::date(text).map(|day| Value::from(day.to_string()))
        }
        (Reading::East | Reading::North, Cell::Text(text)) => {
            coordinate(field.reading, text, convention, is_degrees).map(|number| json!(number))
        }
        (Reading::Technologies, Cell::Text(text)) => values::technologies(text).map(radios),
        (Reading::Technologies, Cell::Number(number)) => {
            values::technologies(&written(*number)).map(radios)
        }
        (Reading::Json, Cell::Text(text)) => serde_json::from_str(text).map_err(|error| {
            let why = error.to_string();
            Rule::Malformed { why }
        }),
        (Reading::Codes, Cell::Text(text)) if !text.starts_with('[') => Ok(text
            .split([',', ';', ' '])
            .filter(|code| !code.is_empty())
            .map(Value::from)
            .collect()),
        (Reading::Codes, Cell::Text(text)) => serde_json::from_str(text).map_err(|error| {
            let why = error.to_string();
            Rule::Malformed { why }
        }),
        _ => Ok(raw(cell)),
    }
}

fn coordinate(
    axis: Reading,
    text: &str,
    convention: Convention,
    is_degrees: bool,
) -> Result<f64, Rule> {
    const METRES: f64 = 2e7;
    let max = if axis == Reading::East { 180.0 } else { 90.0 };
    if is_degrees {
        // Metres without a crs are left as they are: the rules of sites name them.
        return values::degrees(text, max, convention)
            .or_else(|rule| values::number(text, (-METRES, METRES), convention).map_err(|_| rule));
    }
    values::number(text, (-METRES, METRES), convention)
}

/// A whole number, or a fault.
fn count(number: f64) -> Result<Value, Rule> {
    const MOST: f64 = 9e15;
    if number.fract() != 0.0 || number.abs() > MOST {
        return Err(Rule::WrongType {
            expected: "a whole number",
        });
    }
    // Whole and below 2⁵³: nothing is lost.
    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
    Ok(Value::from(number as i64))
}

/// A number of a spreadsheet as the text that was meant.
fn written(number: f64) -> String {
    number.to_string()
}

fn word(words: &[(&str, &str)], text: &str) -> String {
    let folded = text::fold(text);
    let known = words.iter().find(|(other, _)| *other == folded);
    known.map_or_else(|| text.to_owned(), |(_, word)| (*word).to_owned())
}

fn radios(technologies: Vec<crate::domain::Technology>) -> Value {
    technologies
        .into_iter()
        .map(|technology| json!({"technology": technology.as_str()}))
        .collect()
}

#[cfg(test)]
mod tests;
