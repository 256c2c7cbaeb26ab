//! Rows as GeoJSON, CSV and XLSX, whole or page by page. JSON is the reference; the others carry the same values under the same names.

pub mod csv;
pub mod geojson;
pub mod pages;
pub mod xlsx;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A row that can be put on a map and into a table.
pub trait Feature: Serialize {
    /// Names of the table's columns: fields of the row, with dots for what is nested.
    const COLUMNS: &'static [&'static str];

    /// The row's unique id.
    fn id(&self) -> String;

    /// Where it is.
    fn geometry(&self) -> Geometry<'_>;
}

/// Where a row is.
#[derive(Debug, Clone, Copy)]
pub enum Geometry<'a> {
    /// Nowhere that is known.
    None,
    /// At a longitude and a latitude.
    Point(f64, f64),
    /// Somewhere that is written as GeoJSON already.
    Written(&'a RawValue),
}

impl Serialize for Geometry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_none(),
            Self::Point(longitude, latitude) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("type", "Point")?;
                map.serialize_entry("coordinates", &[longitude, latitude])?;
                map.end()
            }
            Self::Written(raw) => raw.serialize(serializer),
        }
    }
}

/// The cell of `row` under the column `name`; null where it has none.
fn cell<'v>(row: &'v Value, name: &str) -> &'v Value {
    name.split('.')
        .try_fold(row, |value, part| value.get(part))
        .unwrap_or(&Value::Null)
}
