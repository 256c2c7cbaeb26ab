//! One row of a table as an object in the API's shape.

use serde_json::{Map, Value};

use super::names::{PASSED_OVER, Shape, Target};
use super::position::Position;
use super::radios::Radios;
use super::{Column, Columns};
use crate::domain::{Faults, RecordKind, Rule};
use crate::geo::Crs;
use crate::import::cell::Cell;
use crate::import::convention::{Convention, DecimalSign};
use crate::import::values::{angle::Axis, day, number, word};

impl Columns {
    /// One row as an object in the API's shape, and the faults of cells that cannot be read: each with the pointer into
    /// the object and the value as it stands in the file. Blank cells and cells that cannot be read are left out of the
    /// object. Without a `crs`, coordinates are taken as they are; with one, they are turned to WGS 84.
    #[must_use]
    pub fn read(
        &self,
        cells: &[Cell],
        convention: &Convention,
        crs: Option<&Crs>,
    ) -> (Value, Faults) {
        let mut row = Row {
            convention,
            body: Map::new(),
            faults: Faults::default(),
            position: Position::default(),
            radios: Radios::default(),
        };
        let filled = self
            .list
            .iter()
            .zip(cells)
            .filter(|(_, cell)| !cell.is_empty());
        for (column, cell) in filled {
            row.take(column, cell, crs);
        }
        row.position.settle(crs, &mut row.body, &mut row.faults);
        if self.kind == RecordKind::Sites {
            row.radios.settle(&mut row.body, &mut row.faults);
        }
        (Value::Object(row.body), row.faults)
    }

    /// The pointer of the field that the column at `index` is read to; of the whole row where it is none.
    #[must_use]
    pub fn pointer(&self, index: usize) -> String {
        let column = self.list.get(index);
        column
            .filter(|column| column.path != PASSED_OVER)
            .map_or_else(String::new, |column| pointer(&column.path))
    }
}

/// A row that is being read.
struct Row<'a> {
    convention: &'a Convention,
    body: Map<String, Value>,
    faults: Faults,
    position: Position,
    radios: Radios,
}

impl Row<'_> {
    fn take(&mut self, column: &Column, cell: &Cell, crs: Option<&Crs>) {
        match column.target {
            Target::PassedOver => {}
            Target::Untitled => {
                let value = cell.value();
                self.faults.body("", Rule::UntitledCell, Some(&value));
            }
            Target::Radio(technology, field) if field.shape == Shape::Mark => {
                match self.value(field.shape, cell) {
                    Ok(mark) => self.radios.mark(technology, mark == Value::Bool(true)),
                    Err(rule) => self.faults.body("/radios", rule, Some(&cell.value())),
                }
            }
            Target::Radio(technology, field) => {
                let name = field.path.trim_start_matches("{}.");
                let value = self.value(field.shape, cell);
                self.radios.set(technology, name, value, cell);
            }
            Target::Field(field) => match field.shape {
                Shape::Coordinate(_) | Shape::GridCoordinate => {
                    let read = self.position.read(field, cell, self.convention, crs);
                    if let Err(rule) = read {
                        self.faults
                            .body(pointer(field.path), rule, Some(&cell.value()));
                    }
                }
                Shape::Technologies => match self.value(field.shape, cell) {
                    Ok(list) => self.radios.list(&list),
                    Err(rule) => self.faults.body("/radios", rule, Some(&cell.value())),
                },
                shape => match self.value(shape, cell) {
                    Ok(value) => put(&mut self.body, field.path, value),
                    Err(rule) => self
                        .faults
                        .body(pointer(field.path), rule, Some(&cell.value())),
                },
            },
        }
    }

    fn value(&self, shape: Shape, cell: &Cell) -> Result<Value, Rule> {
        value(shape, cell, self.convention)
    }
}

/// The pointer of a field's name; X and Y are no fields of the record.
fn pointer(path: &str) -> String {
    match path {
        "x" => "/longitude".to_owned(),
        "y" => "/latitude".to_owned(),
        _ => format!("/{}", path.replace('.', "/")),
    }
}

/// Puts a value at a name with at most one dot.
fn put(body: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            body.insert(path.to_owned(), value);
        }
        Some((outer, inner)) => {
            let nested = body.entry(outer).or_insert_with(|| Map::new().into());
            if let Value::Object(nested) = nested {
                nested.insert(inner.to_owned(), value);
            }
        }
    }
}

/// The value of a cell that is not blank.
fn value(shape: Shape, cell: &Cell, convention: &Convention) -> Result<Value, Rule> {
    match shape {
        Shape::Text => text(cell, false).map(Value::from),
        Shape::Code => text(cell, true).map(Value::from),
        Shape::AreaCode(digits) => area_code(cell, digits).map(Value::from),
        Shape::Operator => text(cell, true).map(|text| operator(&text).into()),
        Shape::Operators => operators(&text(cell, true)?),
        Shape::Word(vocabulary) => vocabulary.read(&text(cell, true)?).map(Value::from),
        Shape::Count => count(cell, convention),
        Shape::Metres(min, max) => {
            let believable = |number: f64| (min..=max).contains(&number);
            metres(cell, convention, believable).map(Value::from)
        }
        Shape::Day => day_of(cell, day::read),
        Shape::PeriodEnd => day_of(cell, day::period_end),
        Shape::Json => json(&text(cell, true)?),
        Shape::Technologies => word::technologies(&text(cell, true)?).map(Value::from),
        Shape::Mark => match cell {
            Cell::Bool(flag) => Ok(Value::Bool(*flag)),
            _ => word::mark(&text(cell, true)?).map(Value::Bool),
        },
        Shape::Coordinate(_) | Shape::GridCoordinate => Err(Rule::WrongType {
            expected: "a coordinate",
        }),
    }
}

/// The sign before decimals that a cell shows, where it is a number that somebody wrote.
pub(super) fn shown_sign(shape: Shape, cell: &Cell) -> Option<DecimalSign> {
    let Cell::Text(text) = cell else {
        return None;
    };
    let (least, most) = match shape {
        Shape::Count => (f64::MIN, f64::MAX),
        Shape::Metres(min, max) => (min, max),
        Shape::Coordinate(axis) => (-axis.limit(), axis.limit()),
        Shape::GridCoordinate => (-Axis::East.limit(), Axis::East.limit()),
        _ => return None,
    };
    number::read(without_unit(text, shape))?.shows(|number| (least..=most).contains(&number))
}

/// The text of a cell. Numbers that a spreadsheet made of codes are written without decimals: 105, not 105.0. A code that
/// it made a date of is lost.
fn text(cell: &Cell, is_code: bool) -> Result<String, Rule> {
    match cell {
        Cell::Text(text) => Ok(text.clone()),
        Cell::Number(number) => Ok(number.to_string()),
        Cell::Date(day) if !is_code => Ok(day.to_string()),
        Cell::Date(_) | Cell::Bool(_) | Cell::Empty => Err(Rule::WrongType { expected: "a text" }),
    }
}

/// A code; a number of it that has too few digits has lost its leading zeros.
fn area_code(cell: &Cell, lengths: &[usize]) -> Result<String, Rule> {
    let code = text(cell, true)?;
    match (cell, lengths) {
        (Cell::Number(number), [_, ..])
            if number.fract() == 0.0 && !lengths.contains(&code.len()) =>
        {
            Err(Rule::LostZeros)
        }
        _ => Ok(code),
    }
}

fn operator(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// A JSON list, or codes with commas, semicolons or strokes between.
fn operators(text: &str) -> Result<Value, Rule> {
    if text.starts_with('[') {
        return json(text);
    }
    let codes = text
        .split([',', ';', '/', '\n'])
        .map(str::trim)
        .filter(|code| !code.is_empty());
    Ok(codes.map(operator).collect())
}

fn json(text: &str) -> Result<Value, Rule> {
    serde_json::from_str(text).map_err(|error| Rule::Malformed {
        why: error.to_string(),
    })
}

fn count(cell: &Cell, convention: &Convention) -> Result<Value, Rule> {
    let Cell::Text(text) = cell else {
        return number_of(cell).map(json_number);
    };
    let reading = number::read(text).ok_or(Rule::WrongType {
        expected: "a whole number",
    })?;
    let number = reading.resolve(convention, |_| true)?;
    match reading {
        // The convention makes it a fraction, which is no count: more likely the convention does not hold here.
        number::Reading::Either { point, comma } if number.fract() != 0.0 => {
            Err(Rule::AmbiguousNumber { point, comma })
        }
        _ => Ok(json_number(number)),
    }
}

fn metres(
    cell: &Cell,
    convention: &Convention,
    believable: impl Fn(f64) -> bool,
) -> Result<f64, Rule> {
    let Cell::Text(text) = cell else {
        return number_of(cell);
    };
    number::read(without_unit(text, Shape::Metres(0.0, 0.0)))
        .ok_or(Rule::WrongType {
            expected: "a number",
        })?
        .resolve(convention, believable)
}

/// `42 m` without its unit.
fn without_unit(text: &str, shape: Shape) -> &str {
    match shape {
        Shape::Metres(..) => ["mét", "m"]
            .iter()
            .find_map(|unit| text.strip_suffix(unit))
            .unwrap_or(text)
            .trim_end(),
        _ => text,
    }
}

fn number_of(cell: &Cell) -> Result<f64, Rule> {
    match cell {
        Cell::Number(number) => Ok(*number),
        _ => Err(Rule::WrongType {
            expected: "a number",
        }),
    }
}

/// A count is written without decimals where it is whole; the rules on it refuse it otherwise.
fn json_number(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and within the range"
        )]
        return Value::from(number as i64);
    }
    Value::from(number)
}

fn day_of(
    cell: &Cell,
    read: impl Fn(&str) -> Result<chrono::NaiveDate, Rule>,
) -> Result<Value, Rule> {
    let day = match cell {
        Cell::Date(day) => *day,
        Cell::Text(text) => read(text)?,
        Cell::Number(number) => read(&number.to_string())?,
        Cell::Bool(_) | Cell::Empty => return Err(Rule::UnreadableDay),
    };
    Ok(Value::from(day.to_string()))
}

#[cfg(test)]
mod tests;
