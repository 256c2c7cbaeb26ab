//! Reads areas from GeoJSON of any origin: names of properties are told, the rest is the shape of the API.

use std::io::Read;

use chrono::NaiveDate;
use geojson::{FeatureCollection, GeoJson};
use serde_json::{Map, Value};

use super::malformed;
use crate::domain::{Area, Faults, Level, Rule};
use crate::error::{Error, Result};
use crate::geo::{MultiPolygon, Position, geometry};

/// An area of a file: what it says, and its boundary.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Its number in the file, from 1.
    pub row: usize,
    /// The area.
    pub area: Area,
    /// Its boundary.
    pub boundary: Option<MultiPolygon<f64>>,
    /// Where rings had to be closed for the boundary to be read at all.
    pub closed_at: Vec<Position>,
}

/// How the features of a file are to be read.
#[derive(Debug, Clone, Default)]
pub struct AreaFile {
    /// The level of every area, where the file does not say it.
    pub level: Option<Level>,
    /// Name of the property with the code; `code` where none is given.
    pub code_property: Option<String>,
    /// Name of the property with the name; `name` where none is given.
    pub name_property: Option<String>,
    /// Name of the property with the parent's code.
    pub parent_property: Option<String>,
    /// Name of the property with the stated size in km².
    pub area_property: Option<String>,
    /// First day of validity, where the file does not say it.
    pub valid_from: Option<NaiveDate>,
    /// First day no more, where the file does not say it.
    pub valid_to: Option<NaiveDate>,
    /// How much the boundaries may be trusted, where the file does not say it.
    pub boundary_kind: Option<String>,
    /// Where the file comes from, where it does not say it.
    pub source: Option<String>,
    /// Close rings that are not closed, instead of refusing them.
    pub close_rings: bool,
}

/// Properties that mean the same here as in the API.
const OWN: [&str; 11] = [
    "level",
    "code",
    "name",
    "parent",
    "valid_from",
    "valid_to",
    "stated_area_km2",
    "population",
    "seat",
    "boundary_kind",
    "source",
];

impl AreaFile {
    /// Reads every feature; `at_most` bounds how many there may be. Properties that are told nothing about are passed over.
    ///
    /// # Errors
    /// `Invalid` with every fault of every feature.
    pub fn read(&self, mut input: impl Read, at_most: Option<usize>) -> Result<Vec<Incoming>> {
        let mut text = String::new();
        input
            .read_to_string(&mut text)
            .map_err(|error| malformed(error.to_string()))?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        let collection: FeatureCollection = text
            .parse::<GeoJson>()
            .and_then(TryInto::try_into)
            .map_err(|error: geojson::Error| malformed(error.to_string()))?;
        let mut faults = Faults::default();
        if let Some(max) = at_most.filter(|max| collection.features.len() > *max) {
            faults.body("/features", Rule::TooMany { max }, None);
            return Err(Error::Invalid(faults));
        }
        let mut areas = Vec::with_capacity(collection.features.len());
        for (i, feature) in collection.features.into_iter().enumerate() {
            let mut own = Faults::default();
            let area = self.area(feature.properties.unwrap_or_default(), &mut own);
            let read = feature
                .geometry
                .and_then(|geometry| boundary(&geometry, self.close_rings, &mut own));
            let (boundary, closed_at) = read.unzip();
            if let Some(area) = area {
                areas.push(Incoming {
                    row: i + 1,
                    area,
                    boundary,
                    closed_at: closed_at.unwrap_or_default(),
                });
            }
            faults.row(i + 1, own);
        }
        Ok(faults.give(Some(areas))?)
    }

    fn area(&self, mut properties: Map<String, Value>, faults: &mut Faults) -> Option<Area> {
        let renamed = [
            ("code", &self.code_property),
            ("name", &self.name_property),
            ("parent", &self.parent_property),
            ("stated_area_km2", &self.area_property),
        ];
        for (own, told) in renamed {
            if let Some(told) = told {
                let value = properties.remove(told).unwrap_or(Value::Null);
                properties.insert(own.to_owned(), value);
            }
        }
        properties.retain(|name, _| OWN.contains(&name.as_str()));
        let date = |date: Option<NaiveDate>| date.map(|date| Value::from(date.to_string()));
        let defaults = [
            ("level", self.level.map(|level| Value::from(level.as_str()))),
            ("valid_from", date(self.valid_from)),
            ("valid_to", date(self.valid_to)),
            ("boundary_kind", self.boundary_kind.clone().map(Value::from)),
            ("source", self.source.clone().map(Value::from)),
        ];
        for (name, value) in defaults {
            if let (Some(value), true) = (value, properties.get(name).is_none_or(Value::is_null)) {
                properties.insert(name.to_owned(), value);
            }
        }
        Area::read(&Value::Object(properties), None)
            .map_err(|own| {
                own.into_list().into_iter().for_each(|fault| {
                    faults.body(
                        format!("/properties{}", fault.pointer.unwrap_or_default()),
                        fault.rule,
                        fault.value.as_ref(),
                    );
                });
            })
            .ok()
    }
}

/// A boundary, and where its rings had to be closed.
pub fn boundary(
    geometry: &geojson::Geometry,
    close_rings: bool,
    faults: &mut Faults,
) -> Option<(MultiPolygon<f64>, Vec<Position>)> {
    let value = serde_json::to_value(geometry).map_err(|error| error.to_string());
    let parsed = value.and_then(|value| {
        if close_rings {
            geometry::parse_closing(&value)
                .map(|closed| (closed.boundary, closed.closed_at))
                .map_err(|error| error.to_string())
        } else {
            geometry::parse(&value)
                .map(|boundary| (boundary, Vec::new()))
                .map_err(|error| error.to_string())
        }
    });
    parsed
        .map_err(|why| faults.body("/geometry", Rule::BadGeometry { why }, None))
        .ok()
}
