//! GeoJSON (RFC 7946): a feature collection with ids, full properties and foreign members beside them.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::{Feature, Geometry};

/// Writes `rows` as a feature collection; `extra` is what stands beside the features, such as the next page.
///
/// # Errors
/// Those of serialisation.
pub fn collection<T: Feature>(
    rows: &[T],
    extra: &[(&str, serde_json::Value)],
) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Collection { rows, extra })
}

/// Writes one row as a feature.
///
/// # Errors
/// Those of serialisation.
pub fn feature<T: Feature>(row: &T) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&One(row))
}

struct Collection<'a, T> {
    rows: &'a [T],
    extra: &'a [(&'a str, serde_json::Value)],
}

impl<T: Feature> Serialize for Collection<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "FeatureCollection")?;
        for (name, value) in self.extra {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("features", &Features(self.rows))?;
        map.end()
    }
}

struct Features<'a, T>(&'a [T]);

impl<T: Feature> Serialize for Features<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for row in self.0 {
            list.serialize_element(&One(row))?;
        }
        list.end()
    }
}

struct One<'a, T>(&'a T);

impl<T: Feature> Serialize for One<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("type", "Feature")?;
        map.serialize_entry("id", &self.0.id())?;
        map.serialize_entry::<_, Geometry>("geometry", &self.0.geometry())?;
        map.serialize_entry("properties", self.0)?;
        map.end()
    }
}
