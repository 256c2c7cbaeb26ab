//! GeoJSON features as bodies: properties with the point's coordinates, and the coordinate system of old files.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::domain::{Faults, FieldError, RecordKind, Rule};
use crate::error::Result;
use crate::geo::Crs;
use crate::import::columns::position::converted;

/// EPSG code of WGS 84, which GeoJSON also calls CRS84.
const WGS84: u32 = 4326;

/// The properties of a feature; what has a position has the coordinates of its point beside them. The feature's `id` and an altitude of
/// its point are passed over.
pub fn body(mut feature: Value, kind: RecordKind, faults: &mut Faults) -> Value {
    if feature.get("type").and_then(Value::as_str) != Some("Feature") {
        let expected = "a feature";
        faults.body("", Rule::WrongType { expected }, Some(&feature));
        return Value::Null;
    }
    let mut body = match feature.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        None | Some(Value::Null) => Map::new(),
        Some(other) => {
            let expected = "an object";
            faults.body("/properties", Rule::WrongType { expected }, Some(&other));
            Map::new()
        }
    };
    if kind != RecordKind::Subscribers {
        if let Some((longitude, latitude)) = point(&feature) {
            body.insert("longitude".to_owned(), longitude.into());
            body.insert("latitude".to_owned(), latitude.into());
        } else {
            let why = "its place is a Point".to_owned();
            let geometry = feature.get("geometry");
            faults.body("/geometry", Rule::BadGeometry { why }, geometry);
        }
    }
    Value::Object(body)
}

fn point(feature: &Value) -> Option<(f64, f64)> {
    let geometry = feature.get("geometry")?;
    let coordinates = geometry.get("coordinates")?.as_array()?;
    let numbers: Vec<f64> = coordinates.iter().filter_map(Value::as_f64).collect();
    match (geometry.get("type")?.as_str()?, numbers.as_slice()) {
        ("Point", [longitude, latitude, rest @ ..])
            if rest.len() <= 1 && numbers.len() == coordinates.len() =>
        {
            Some((*longitude, *latitude))
        }
        _ => None,
    }
}

/// `body` with its members under the names of the API: `stated` says which member is which field, `structure.height_m`
/// being the field `height_m` of `structure`.
pub fn renamed(mut body: Value, stated: &BTreeMap<String, String>) -> Value {
    let Value::Object(members) = &mut body else {
        return body;
    };
    let taken: Vec<(&String, Value)> = stated
        .iter()
        .filter_map(|(title, field)| Some((field, members.remove(title)?)))
        .collect();
    for (field, value) in taken {
        match field.split_once('.') {
            None => {
                members.insert(field.clone(), value);
            }
            Some((outer, inner)) => {
                let nested = members.entry(outer).or_insert_with(|| Map::new().into());
                if let Value::Object(nested) = nested {
                    nested.insert(inner.to_owned(), value);
                }
            }
        }
    }
    body
}

/// Brings the coordinates of a body from `crs` to WGS 84. Coordinates that are no numbers are left for the rules on sites.
pub fn to_wgs84(body: &mut Value, crs: Crs, faults: &mut Faults) {
    let number = |name| body.get(name).and_then(Value::as_f64);
    let (Some(x), Some(y)) = (number("longitude"), number("latitude")) else {
        return;
    };
    match converted(x, y, Some(&crs)) {
        Ok((longitude, latitude)) => {
            body["longitude"] = longitude.into();
            body["latitude"] = latitude.into();
        }
        Err(rule) => {
            faults.body("/longitude", rule.clone(), Some(&x.into()));
            faults.body("/latitude", rule, Some(&y.into()));
        }
    }
}

/// The same for each of the clusters that a body lists.
pub fn clusters_to_wgs84(body: &mut Value, crs: Crs, faults: &mut Faults) {
    let clusters = body.get_mut("clusters").and_then(Value::as_array_mut);
    for (i, cluster) in clusters.into_iter().flatten().enumerate() {
        let mut own = Faults::default();
        to_wgs84(cluster, crs, &mut own);
        for fault in own.into_list() {
            let pointer = fault.pointer.map(|own| format!("/clusters/{i}{own}"));
            faults.push(FieldError { pointer, ..fault });
        }
    }
}

/// The coordinate system of a file, from its `crs` member (GeoJSON of 2008) and the stated one; none is WGS 84.
///
/// # Errors
/// `Invalid` for a member that is not known or says something else than what is stated.
pub fn crs(member: Option<&Value>, stated: Option<Crs>) -> Result<Option<Crs>> {
    let Some(member) = member.filter(|member| !member.is_null()) else {
        return Ok(stated);
    };
    let name = member.pointer("/properties/name").and_then(Value::as_str);
    let is_wgs84 = name.is_some_and(|name| name.ends_with(":CRS84"));
    let found = if is_wgs84 {
        Crs::of(WGS84)
    } else {
        name.and_then(Crs::parse)
    };
    match (found, stated) {
        (Some(found), None) => Ok(Some(found).filter(|found| found.code() != WGS84)),
        (Some(found), Some(stated)) if found == stated => Ok(Some(stated)),
        _ => {
            let mut faults = Faults::default();
            faults.body("/crs", Rule::RefusedCrs, Some(member));
            Err(faults.into())
        }
    }
}

#[cfg(test)]
mod tests;
