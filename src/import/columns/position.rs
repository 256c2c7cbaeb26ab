//! The position of a row: which of its numbers is which coordinate, and the way to WGS 84.

use serde_json::{Map, Value};

use super::names::{Field, Shape};
use crate::domain::{Faults, Rule};
use crate::geo::Crs;
use crate::import::cell::Cell;
use crate::import::convention::Convention;
use crate::import::values::angle::{self, Axis};
use crate::import::values::number;

/// A coordinate, and the value as it stands in the file.
type Read = Option<(f64, Value)>;

/// Smaller numbers are no easting or northing of Viet Nam that would be written with a sign before decimals only.
const LEAST_METRES: f64 = 100_000.0;

/// The coordinates of a row, by the columns they stand in.
#[derive(Default)]
pub(super) struct Position {
    longitude: Read,
    latitude: Read,
    x: Read,
    y: Read,
}

impl Position {
    /// Reads one coordinate.
    pub fn read(
        &mut self,
        field: &Field,
        cell: &Cell,
        convention: &Convention,
        crs: Option<&Crs>,
    ) -> Result<(), Rule> {
        let axis = match field.shape {
            Shape::Coordinate(axis) => Some(axis),
            _ => None,
        };
        let number = coordinate(cell, axis, convention, crs)?;
        let read = Some((number, cell.value()));
        match (axis, field.path) {
            (Some(Axis::East), _) => self.longitude = read,
            (Some(Axis::North), _) => self.latitude = read,
            (None, "x") => self.x = read,
            (None, _) => self.y = read,
        }
        Ok(())
    }

    /// Puts longitude and latitude into `body`; where they cannot be of `crs`, the fault names both.
    pub fn settle(self, crs: Option<&Crs>, body: &mut Map<String, Value>, faults: &mut Faults) {
        let is_grid = self.x.is_some() || self.y.is_some();
        let (east, north) = if is_grid {
            ordered(self.x, self.y, crs)
        } else {
            (self.longitude, self.latitude)
        };
        let ((x, x_cell), (y, y_cell)) = match (east, north) {
            (Some(east), Some(north)) => (east, north),
            // One alone cannot be converted; the rules on sites ask for the other.
            (east, north) => {
                let alone = [("longitude", east), ("latitude", north)];
                for (name, read) in alone.into_iter().filter(|_| crs.is_none()) {
                    if let Some((number, _)) = read {
                        body.insert(name.to_owned(), number.into());
                    }
                }
                return;
            }
        };
        match converted(x, y, crs) {
            Ok((longitude, latitude)) => {
                body.insert("longitude".to_owned(), longitude.into());
                body.insert("latitude".to_owned(), latitude.into());
            }
            Err(rule) => {
                faults.body("/longitude", rule.clone(), Some(&x_cell));
                faults.body("/latitude", rule, Some(&y_cell));
            }
        }
    }
}

/// X and Y as easting and northing. In geodesy, and so with surveyors in Viet Nam, X is the northing; in geometry it is
/// the easting. Only magnitudes tell: in Viet Nam those of eastings and northings hardly meet, and longitudes are over 90.
fn ordered(x: Read, y: Read, crs: Option<&Crs>) -> (Read, Read) {
    let (Some((x_number, _)), Some((y_number, _))) = (&x, &y) else {
        return (x, y);
    };
    let believed = |easting, northing| crs.and_then(|crs| crs.believes(easting, northing));
    let is_swapped = match (
        believed(*x_number, *y_number),
        believed(*y_number, *x_number),
    ) {
        (Some(as_it_is), Some(swapped)) => swapped && !as_it_is,
        _ => {
            x_number.abs() <= Axis::North.limit()
                && (Axis::North.limit()..=Axis::East.limit()).contains(&y_number.abs())
        }
    };
    if is_swapped { (y, x) } else { (x, y) }
}

/// Longitude and latitude in WGS 84. Degrees out of range are left for the rules on sites, which name the likely mistake.
///
/// # Errors
/// `OutsideGrid` or `OutsideCrs`, of both coordinates.
pub fn converted(x: f64, y: f64, crs: Option<&Crs>) -> Result<(f64, f64), Rule> {
    let Some(crs) = crs else {
        return Ok((x, y));
    };
    let code = crs.code();
    if crs.believes(x, y) == Some(false) {
        return Err(Rule::OutsideGrid { crs: code });
    }
    match crs.to_wgs84(x, y) {
        Some(position) => Ok(position),
        None if crs.is_projected() => Err(Rule::OutsideCrs { crs: code }),
        None => Ok((x, y)),
    }
}

/// The number of a cell: metres where `crs` has them; else decimal degrees, or degrees, minutes and seconds.
fn coordinate(
    cell: &Cell,
    axis: Option<Axis>,
    convention: &Convention,
    crs: Option<&Crs>,
) -> Result<f64, Rule> {
    let text = match cell {
        Cell::Number(number) => return Ok(*number),
        Cell::Text(text) => text,
        _ => {
            return Err(Rule::WrongType {
                expected: "a number",
            });
        }
    };
    let is_projected = crs.is_some_and(Crs::is_projected);
    let limit = axis.unwrap_or(Axis::East).limit();
    let believable = |number: f64| {
        if is_projected {
            number.abs() >= LEAST_METRES
        } else {
            number.abs() <= limit
        }
    };
    if let Some(reading) = number::read(text) {
        return reading.resolve(convention, believable);
    }
    match axis {
        _ if is_projected => Err(Rule::WrongType {
            expected: "a number",
        }),
        Some(axis) => angle::read(text, axis),
        None => angle::read(text, Axis::East).or_else(|_| angle::read(text, Axis::North)),
    }
}

#[cfg(test)]
mod tests;
