//! Reads files into rows: JSON objects in the shape of the API, each with its number in the file. No HTTP, no SQL.

pub mod areas;
pub mod cell;
pub mod columns;
pub mod convention;
pub mod row_file;
pub mod templates;
pub mod values;

use std::io::Read;

use serde_json::{Map, Value};

use crate::domain::{Faults, Rule};
use crate::error::{Error, Result};

/// The formats that rows are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// One JSON array of objects.
    Json,
    /// One JSON object to a line.
    NdJson,
    /// A GeoJSON feature collection of points.
    GeoJson,
    /// Comma-separated, with a header of the names that the service itself writes.
    Csv,
}

impl RowFormat {
    /// The format that the ending of a file's name says.
    ///
    /// # Errors
    /// `UnsupportedMedia` for any other ending.
    pub fn of_name(name: &str) -> Result<Self> {
        match name
            .rsplit('.')
            .next()
            .unwrap_or("")
            .to_ascii_lowercase()
            .as_str()
        {
            "json" => Ok(Self::Json),
            "ndjson" | "jsonl" => Ok(Self::NdJson),
            "geojson" => Ok(Self::GeoJson),
            "csv" => Ok(Self::Csv),
            _ => Err(Error::UnsupportedMedia(".csv, .json, .ndjson or .geojson")),
        }
    }
}

/// Reads every row of `input`.
///
/// # Errors
/// `Invalid` with every row that cannot be read.
pub fn rows(format: RowFormat, mut input: impl Read) -> Result<Vec<(usize, Value)>> {
    if format == RowFormat::Csv {
        return csv_rows(input);
    }
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .map_err(|error| malformed(error.to_string()))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    match format {
        RowFormat::NdJson => ndjson_rows(text),
        RowFormat::Json => {
            match serde_json::from_str(text).map_err(|error| malformed(error.to_string()))? {
                Value::Array(items) => Ok(numbered(items)),
                one @ Value::Object(_) => Ok(numbered(vec![one])),
                _ => Err(malformed("a list of objects is expected".to_owned())),
            }
        }
        RowFormat::GeoJson | RowFormat::Csv => geojson_rows(text),
    }
}

fn numbered(items: Vec<Value>) -> Vec<(usize, Value)> {
    items
        .into_iter()
        .enumerate()
        .map(|(i, item)| (i + 1, item))
        .collect()
}

pub(crate) fn malformed(why: String) -> Error {
    let mut faults = Faults::default();
    faults.body("", Rule::Malformed { why }, None);
    faults.into()
}

fn ndjson_rows(text: &str) -> Result<Vec<(usize, Value)>> {
    let mut faults = Faults::default();
    let mut rows = Vec::new();
    for (i, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        match serde_json::from_str(line) {
            Ok(value) => rows.push((i + 1, value)),
            Err(error) => {
                let mut own = Faults::default();
                own.body(
                    "",
                    Rule::Malformed {
                        why: error.to_string(),
                    },
                    Some(&Value::from(line)),
                );
                faults.row(i + 1, own);
            }
        }
    }
    faults.give(Some(rows)).map_err(Error::Invalid)
}

/// A feature's properties, with the coordinates of its point beside them.
fn geojson_rows(text: &str) -> Result<Vec<(usize, Value)>> {
    let collection: geojson::FeatureCollection = text
        .parse::<geojson::GeoJson>()
        .and_then(TryInto::try_into)
        .map_err(|error: geojson::Error| malformed(error.to_string()))?;
    let mut faults = Faults::default();
    let mut rows = Vec::with_capacity(collection.features.len());
    for (i, feature) in collection.features.into_iter().enumerate() {
        let mut row = feature.properties.unwrap_or_default();
        if let Some(geojson::GeometryValue::Point { coordinates }) =
            feature.geometry.map(|geometry| geometry.value)
        {
            let coordinates = coordinates.as_slice();
            row.insert(
                "longitude".to_owned(),
                Value::from(coordinates.first().copied()),
            );
            row.insert(
                "latitude".to_owned(),
                Value::from(coordinates.get(1).copied()),
            );
        } else {
            let mut own = Faults::default();
            own.body(
                "/geometry",
                Rule::BadGeometry {
                    why: "a site is a Point".to_owned(),
                },
                None,
            );
            faults.row(i + 1, own);
        }
        rows.push((i + 1, Value::Object(row)));
    }
    faults.give(Some(rows)).map_err(Error::Invalid)
}

/// Columns are names of the API, with dots for what is nested; a cell that is JSON in itself (radios) is read as that.
fn csv_rows(input: impl Read) -> Result<Vec<(usize, Value)>> {
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(input);
    let header = reader
        .headers()
        .map_err(|error| malformed(error.to_string()))?
        .clone();
    let mut faults = Faults::default();
    let mut rows = Vec::new();
    for (i, record) in reader.records().enumerate() {
        match record {
            Ok(record) => rows.push((i + 2, csv_row(&header, &record))),
            Err(error) => {
                let mut own = Faults::default();
                own.body(
                    "",
                    Rule::Malformed {
                        why: error.to_string(),
                    },
                    None,
                );
                faults.row(i + 2, own);
            }
        }
    }
    faults.give(Some(rows)).map_err(Error::Invalid)
}

/// Columns whose cells are numbers.
const NUMBERS: [&str; 8] = [
    "longitude",
    "latitude",
    "elevation_m",
    "line_capacity",
    "lines_in_use",
    "structure.height_m",
    "subscribers",
    "version",
];

fn csv_row(header: &csv::StringRecord, record: &csv::StringRecord) -> Value {
    let mut row = Map::new();
    for (name, cell) in header
        .iter()
        .zip(record)
        .filter(|(_, cell)| !cell.trim().is_empty())
    {
        let as_json = NUMBERS.contains(&name) || cell.starts_with(['[', '{']);
        let value = if as_json {
            serde_json::from_str(cell).unwrap_or_else(|_| Value::from(cell))
        } else {
            Value::from(cell)
        };
        match name.split_once('.') {
            None => {
                row.insert(name.to_owned(), value);
            }
            Some((outer, inner)) => {
                if let Value::Object(nested) = row
                    .entry(outer)
                    .or_insert_with(|| Value::Object(Map::new()))
                {
                    nested.insert(inner.to_owned(), value);
                }
            }
        }
    }
    Value::Object(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_is_read_as_the_service_writes_it() {
        let text = "operator,code,longitude,structure.type,structure.height_m,radios\nviettel,007,103.5,monopole,42,\"[{\"\"technology\"\":\"\"2g\"\"}]\"\n";
        let rows = rows(RowFormat::Csv, text.as_bytes()).unwrap();
        let expected = json!({"operator": "viettel", "code": "007", "longitude": 103.5, "structure": {"type": "monopole", "height_m": 42}, "radios": [{"technology": "2g"}]});
        assert_eq!(rows, vec![(2, expected)]);
    }

    #[test]
    fn each_broken_line_is_named() {
        let Err(Error::Invalid(faults)) =
            rows(RowFormat::NdJson, "{\"a\":1}\n{oops\n\n[}\n".as_bytes())
        else {
            panic!("not refused")
        };
        assert_eq!(
            faults
                .into_list()
                .iter()
                .filter_map(|f| f.row)
                .collect::<Vec<_>>(),
            [2, 4]
        );
    }
}
