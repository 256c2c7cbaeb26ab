//! A made-up division: a province, its districts and communes, and the reform that replaced them.

use serde_json::{Value, json};

/// A square boundary.
pub fn square(west: f64, south: f64, side: f64) -> Value {
    let (east, north) = (west + side, south + side);
    json!({"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]})
}

/// A feature of a division.
pub fn area(
    level: &str,
    code: &str,
    name: &str,
    validity: (&str, Option<&str>),
    boundary: &Value,
) -> Value {
    json!({"type": "Feature", "geometry": boundary, "properties": {
        "level": level, "code": code, "name": name, "valid_from": validity.0, "valid_to": validity.1}})
}

/// A province of two by two districts of 0.1° until July 2025; each is halved into communes, and after the reform the
/// four eastern and western halves are joined across district borders under codes that were used before.
pub fn division() -> Value {
    let old = ("2013-01-01", Some("2025-07-01"));
    let mut features = vec![area(
        "province",
        "12",
        "Tỉnh Thử",
        ("2013-01-01", None),
        &square(103.0, 22.0, 0.2),
    )];
    for (i, (code, name)) in [
        ("105", "Thành phố Một"),
        ("106", "Huyện Đường"),
        ("107", "Huyện Mường Tè"),
        ("108", "Huyện Bốn"),
    ]
    .iter()
    .enumerate()
    {
        let (west, south) = (103.0 + 0.1 * (i % 2) as f64, 22.0 + 0.1 * (i / 2) as f64);
        features.push(area("district", code, name, old, &square(west, south, 0.1)));
        for half in 0..2 {
            let west = west + 0.05 * f64::from(half);
            let boundary = json!({"type": "Polygon", "coordinates": [[[west, south], [west + 0.05, south], [west + 0.05, south + 0.1], [west, south + 0.1], [west, south]]]});
            features.push(area(
                "commune",
                &format!("0{code}{half}"),
                &format!("Xã {code}-{half}"),
                old,
                &boundary,
            ));
        }
    }
    for strip in 0..4 {
        let west = 103.0 + 0.05 * f64::from(strip);
        let boundary = json!({"type": "Polygon", "coordinates": [[[west, 22.0], [west + 0.05, 22.0], [west + 0.05, 22.2], [west, 22.2], [west, 22.0]]]});
        let code = ["01080", "01081", "01050", "01099"][strip as usize];
        features.push(area(
            "commune",
            code,
            &format!("Xã mới {strip}"),
            ("2025-07-01", None),
            &boundary,
        ));
    }
    json!({"type": "FeatureCollection", "features": features})
}
