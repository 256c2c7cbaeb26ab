//! Features, lines and lists, whole and broken.

use serde_json::json;

use super::super::tests::{codes, options, read, refused};
use super::*;
use crate::error::Error;
use crate::geo::Crs;

fn feature(geometry: &str, properties: &str) -> String {
    format!("{{\"type\":\"Feature\",\"id\":7,\"geometry\":{geometry},\"properties\":{properties}}}")
}

fn collection(before: &str, features: &[String]) -> Vec<u8> {
    let features = features.join(",\n");
    format!("{{\"type\":\"FeatureCollection\",{before}\"features\":[{features}],\"name\":\"x\"}}")
        .into_bytes()
}

const POINT: &str = "{\"type\":\"Point\",\"coordinates\":[103.4,22.4,17.5]}";

#[test]
fn features_are_properties_with_their_point() {
    let bytes = collection("", &[feature(POINT, "{\"code\":\"A1\",\"longitude\":1}")]);
    let (file, rows) = read(&bytes, options(FileFormat::GeoJson)).unwrap();
    assert_eq!(
        rows[0].body,
        json!({"code": "A1", "longitude": 103.4, "latitude": 22.4})
    );
    assert_eq!((rows[0].number, rows[0].faults.is_empty()), (1, true));
    assert_eq!(file.read_as().crs, None);
}

#[test]
fn a_feature_that_is_no_site_is_a_fault_of_its_row() {
    let line = "{\"type\":\"LineString\",\"coordinates\":[[103.4,22.4],[103.5,22.5]]}";
    let bytes = collection(
        "",
        &[
            feature(POINT, "{}"),
            feature(line, "{}"),
            feature("null", "{}"),
            "{\"type\":\"Point\"}".to_owned(),
            "5".to_owned(),
            feature(POINT, "[]"),
            feature("{\"type\":\"Point\",\"coordinates\":[\"103\",22]}", "null"),
        ],
    );
    let (_, rows) = read(&bytes, options(FileFormat::GeoJson)).unwrap();
    let faults: Vec<Vec<_>> = rows
        .iter()
        .map(|row| codes(row).into_iter().map(|(_, code)| code).collect())
        .collect();
    let expected: [&[&str]; 7] = [
        &[],
        &["bad_geometry"],
        &["bad_geometry"],
        &["wrong_type"],
        &["wrong_type"],
        &["wrong_type"],
        &["bad_geometry"],
    ];
    assert_eq!(faults, expected);
}

#[test]
fn counts_need_no_point() {
    let mut options = options(FileFormat::GeoJson);
    options.kind = crate::domain::RecordKind::Subscribers;
    let bytes = collection("", &[feature("null", "{\"subscribers\":5}")]);
    let (_, rows) = read(&bytes, options).unwrap();
    assert_eq!(
        (
            rows[0].body["subscribers"].as_i64(),
            rows[0].faults.is_empty()
        ),
        (Some(5), true)
    );
}

fn with_crs(member: &str, stated: Option<&str>) -> Result<Vec<super::super::Row>> {
    let mut options = options(FileFormat::GeoJson);
    options.crs = stated.and_then(Crs::parse);
    let point = "{\"type\":\"Point\",\"coordinates\":[564731.2,2479512.8]}";
    let bytes = collection(&format!("\"crs\":{member},"), &[feature(point, "{}")]);
    read(&bytes, options).map(|(_, rows)| rows)
}

#[test]
fn an_old_crs_member_is_taken_where_it_is_known_and_refused_otherwise() {
    let named =
        |name: &str| format!("{{\"type\":\"name\",\"properties\":{{\"name\":\"{name}\"}}}}");
    let vn_2000 = named("urn:ogc:def:crs:EPSG::9205");
    let crs = Crs::parse("9205").unwrap();
    let (longitude, latitude) = crs.to_wgs84(564_731.2, 2_479_512.8).unwrap();
    for (member, stated) in [
        (vn_2000.as_str(), None),
        (&named("EPSG:9205"), None),
        (&vn_2000, Some("EPSG:9205")),
        ("null", Some("EPSG:9205")),
    ] {
        let rows = with_crs(member, stated).unwrap();
        assert_eq!(
            rows[0].body,
            json!({"longitude": longitude, "latitude": latitude})
        );
    }
    let rows = with_crs(&named("urn:ogc:def:crs:OGC:1.3:CRS84"), None).unwrap();
    assert_eq!(rows[0].body["longitude"], json!(564_731.2));
    for (member, stated) in [
        (named("urn:ogc:def:crs:EPSG::2263"), None),
        (vn_2000, Some("EPSG:3405")),
        (named("urn:ogc:def:crs:OGC:1.3:CRS84"), Some("EPSG:9205")),
        ("{\"type\":\"link\"}".to_owned(), None),
    ] {
        let Err(Error::Invalid(faults)) = with_crs(&member, stated) else {
            panic!("not refused: {member} {stated:?}");
        };
        assert_eq!(faults.into_list()[0].rule.code(), "refused_crs");
    }
}

#[test]
fn a_broken_line_is_one_broken_record() {
    let text = "\u{FEFF}{\"code\":\"A1\"}\r\n{oops\n\n[1]\n{\"code\":\"A2\"}";
    let (_, rows) = read(text.as_bytes(), options(FileFormat::NdJson)).unwrap();
    let numbers: Vec<usize> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [1, 2, 4, 5]);
    assert_eq!(codes(&rows[1]), [(String::new(), "malformed")]);
    assert_eq!(rows[3].body, json!({"code": "A2"}));
}

#[test]
fn a_list_ends_at_its_broken_item_and_says_so() {
    let text = b" [{\"code\":\"A1\"}, {\"code\":\"A2\"}, {\"code\" \"A3\"}, {\"code\":\"A4\"}]";
    let (_, rows) = read(text, options(FileFormat::Json)).unwrap();
    assert_eq!(rows.len(), 3);
    let fault = rows[2].faults.clone().into_list().remove(0);
    let words = fault.rule.text(crate::domain::Language::English);
    assert!(words.contains("nothing behind it"), "{words}");
    // A list that is cut off is the same.
    let (_, rows) = read(b"[{\"code\":\"A1\"},", options(FileFormat::Json)).unwrap();
    assert_eq!((rows.len(), rows[1].faults.is_empty()), (2, false));
}

#[test]
fn one_object_is_a_list_of_one_and_anything_else_is_refused() {
    let (_, rows) = read(b"{\"code\":\"A1\"}", options(FileFormat::Json)).unwrap();
    assert_eq!(rows[0].body, json!({"code": "A1"}));
    for text in ["", "5", "\"x\"", "[] []", "nul"] {
        assert_eq!(
            refused(read(text.as_bytes(), options(FileFormat::Json))),
            ["malformed"],
            "{text}"
        );
    }
    for text in [
        "[]",
        "{}",
        "{\"type\":\"FeatureCollection\"}",
        "{\"features\":[]}",
        "{\"type\":\"FeatureCollection\",\"features\":[],\"features\":[]}",
    ] {
        assert_eq!(
            refused(read(text.as_bytes(), options(FileFormat::GeoJson))),
            ["malformed"],
            "{text}"
        );
    }
}

#[test]
fn members_are_renamed_as_stated() {
    let mut options = options(FileFormat::Json);
    options.columns = [("ma_tram", "code"), ("cao", "structure.height_m")]
        .map(|(title, field)| (title.to_owned(), field.to_owned()))
        .into();
    let text = b"[{\"ma_tram\":\"A1\",\"cao\":42,\"structure\":{\"type\":\"monopole\"}}]";
    let (file, rows) = read(text, options).unwrap();
    let expected = json!({"code": "A1", "structure": {"type": "monopole", "height_m": 42}});
    assert_eq!(rows[0].body, expected);
    assert_eq!(file.column_of("/structure/height_m"), Some("cao"));
}

#[test]
fn utf_16_is_no_hindrance() {
    let text = "{\"name\":\"Mường Tè\"}\n".repeat(3);
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (file, rows) = read(&bytes, options(FileFormat::NdJson)).unwrap();
    assert_eq!(file.read_as().encoding, Some("UTF-16LE"));
    assert_eq!(rows[2].body, json!({"name": "Mường Tè"}));
}
