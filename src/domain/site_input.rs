//! Reads a site from the body of a request or a row of a file, and names everything that is wrong with it.

use chrono::NaiveDate;
use serde_json::Value;

use super::fields::Fields;
use super::radio::{HEIGHT_MAX_M, check_order};
use super::site::StructureType;
use super::text::{self, NAME_MAX, REMARK_MAX};
use super::{Equipment, Faults, Kind, Radio, Rule, Site, Status, Structure, Technology};

/// Most lines of an exchange that are believed.
pub const LINES_MAX: i32 = 10_000_000;
const SHARED_WITH_MAX: usize = 20;
const RADIOS_MAX: usize = 16;

/// A site as it was submitted: its own fields, and the areas that the sender believes it to lie in.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    /// The site.
    pub site: Site,
    /// Code of the district, where the sender named one.
    pub district: Option<String>,
    /// Code of the commune, where the sender named one.
    pub commune: Option<String>,
}

/// Reads a whole site. What the server makes (`id`, `version`, times, warnings) may be sent back and is passed over.
///
/// # Errors
/// Every fault, with its pointer.
pub fn read(body: &Value) -> Result<Submitted, Faults> {
    let mut faults = Faults::default();
    let submitted = read_object(body, &mut faults);
    faults.give(submitted)
}

fn read_object(body: &Value, faults: &mut Faults) -> Option<Submitted> {
    let mut fields = Fields::of(body, "", faults)?;
    fields.require(
        &["operator", "code", "kind", "name", "longitude", "latitude"],
        faults,
    );
    fields.pass_over(&["id", "version", "created_at", "updated_at", "warnings"]);
    let operator = fields.checked("operator", faults, text::operator_code);
    let code = fields.checked("code", faults, text::site_code);
    let kind = fields.checked("kind", faults, Kind::parse);
    let name = fields.text("name", NAME_MAX, faults);
    let status = fields
        .checked("status", faults, Status::parse)
        .unwrap_or(Status::Active);
    let (longitude, latitude) = position(&mut fields, faults);
    let elevation_m = fields.number("elevation_m", -500.0, 9_000.0, faults);
    let address = fields.text("address", REMARK_MAX, faults);
    let commissioned_on = fields.date("commissioned_on", faults);
    let decommissioned_on = fields.date("decommissioned_on", faults);
    check_order(&fields, commissioned_on, decommissioned_on, faults);
    let source = fields.text("source", REMARK_MAX, faults);
    let district = fields.checked("district", faults, text::area_code);
    let commune = fields.checked("commune", faults, text::area_code);
    let equipment = kind.map(|kind| equipment(kind, &mut fields, faults));
    if kind.is_some() {
        fields.refuse_others(faults);
    }
    let equipment = equipment?;
    let site = Site {
        operator: operator?,
        code: code?,
        kind: equipment.kind(),
        name: name?,
        status,
        longitude: longitude?,
        latitude: latitude?,
        elevation_m,
        address,
        commissioned_on,
        decommissioned_on,
        source,
        equipment,
    };
    Some(Submitted {
        site,
        district,
        commune,
    })
}

/// Longitude and latitude; where they are out of range, the likely mistake is named.
pub(super) fn position(fields: &mut Fields, faults: &mut Faults) -> (Option<f64>, Option<f64>) {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    let raw = (
        number(fields.value("longitude")),
        number(fields.value("latitude")),
    );
    if let (Some(longitude), Some(latitude)) = raw {
        let mistake =
            if looks_like_metres(longitude, latitude) || looks_like_metres(latitude, longitude) {
                Some(Rule::CoordinatesInMetres)
            } else if longitude.abs() <= 90.0 && (90.0..=180.0).contains(&latitude.abs()) {
                Some(Rule::CoordinatesSwapped)
            } else {
                None
            };
        if let Some(rule) = mistake {
            faults.body(
                fields.pointer("longitude"),
                rule.clone(),
                fields.value("longitude"),
            );
            faults.body(fields.pointer("latitude"), rule, fields.value("latitude"));
            return (None, None);
        }
    }
    (
        degrees(fields, "longitude", 180.0, faults),
        degrees(fields, "latitude", 90.0, faults),
    )
}

fn degrees(
    fields: &mut Fields,
    name: &'static str,
    limit: f64,
    faults: &mut Faults,
) -> Option<f64> {
    let value = fields.value(name)?;
    if let Some(degrees) = value
        .as_f64()
        .filter(|n| n.abs() > limit)
        .and_then(|n| from_degrees_minutes(n, limit))
    {
        faults.body(
            fields.pointer(name),
            Rule::CoordinatesDegreesMinutes { degrees },
            Some(value),
        );
        return None;
    }
    fields.number(name, -limit, limit, faults)
}

/// Easting and northing of VN-2000 in Viet Nam (TM-3 and UTM zones), with some room around.
fn looks_like_metres(easting: f64, northing: f64) -> bool {
    (100_000.0..=1_000_000.0).contains(&easting) && (800_000.0..=2_800_000.0).contains(&northing)
}

/// `10324.07` as DDDMM.mm is 103°24.07', which is 103.401167°.
fn from_degrees_minutes(number: f64, limit: f64) -> Option<f64> {
    let (whole, minutes) = ((number.abs() / 100.0).floor(), number.abs() % 100.0);
    (minutes < 60.0 && whole <= limit).then(|| (whole + minutes / 60.0).copysign(number))
}

fn equipment(kind: Kind, fields: &mut Fields, faults: &mut Faults) -> Equipment {
    match kind {
        Kind::Bts => {
            fields.refuse_for_kind(&["line_capacity", "lines_in_use", "host"], "bts", faults);
            Equipment::Bts {
                structure: structure(fields, faults),
                radios: radios(fields, faults),
            }
        }
        Kind::SwitchingStation => {
            fields.refuse_for_kind(
                &["structure", "radios", "host"],
                "switching_station",
                faults,
            );
            let (line_capacity, lines_in_use) = lines(fields, faults);
            Equipment::SwitchingStation {
                line_capacity,
                lines_in_use,
            }
        }
        Kind::SatelliteExchange => {
            fields.refuse_for_kind(&["structure", "radios"], "satellite_exchange", faults);
            let (line_capacity, lines_in_use) = lines(fields, faults);
            Equipment::SatelliteExchange {
                line_capacity,
                lines_in_use,
                host: fields.checked("host", faults, text::site_code),
            }
        }
    }
}

fn lines(fields: &mut Fields, faults: &mut Faults) -> (Option<i32>, Option<i32>) {
    let line_capacity = fields.integer("line_capacity", 0, LINES_MAX, faults);
    let lines_in_use = fields.integer("lines_in_use", 0, LINES_MAX, faults);
    if let (Some(capacity), Some(used)) = (line_capacity, lines_in_use)
        && used > capacity
    {
        faults.body(
            fields.pointer("lines_in_use"),
            Rule::LinesExceedCapacity { capacity },
            Some(&Value::from(used)),
        );
    }
    (line_capacity, lines_in_use)
}

fn structure(fields: &mut Fields, faults: &mut Faults) -> Option<Structure> {
    let base = fields.pointer("structure");
    let value = fields.value("structure")?;
    let mut fields = Fields::of(value, base, faults)?;
    fields.require(&["type"], faults);
    let structure_type = fields.checked("type", faults, StructureType::parse);
    let height_m = fields.number("height_m", 0.0, HEIGHT_MAX_M, faults);
    let owner = fields.text("owner", NAME_MAX, faults);
    let shared_with = fields
        .list("shared_with", SHARED_WITH_MAX, faults, shared_operator)
        .unwrap_or_default();
    fields.refuse_others(faults);
    Some(Structure {
        structure_type: structure_type?,
        height_m,
        owner,
        shared_with,
    })
}

fn shared_operator(value: &Value, pointer: String, faults: &mut Faults) -> Option<String> {
    let code = value
        .as_str()
        .ok_or(Rule::WrongType { expected: "a text" })
        .and_then(text::operator_code);
    code.map_err(|rule| faults.body(pointer, rule, Some(value)))
        .ok()
}

/// The radios of a site: at most one of each technology.
pub(super) fn radios(fields: &mut Fields, faults: &mut Faults) -> Vec<Radio> {
    let radios = fields
        .list("radios", RADIOS_MAX, faults, Radio::read)
        .unwrap_or_default();
    let mut seen: Vec<Technology> = Vec::new();
    for (i, radio) in radios.iter().enumerate() {
        if seen.contains(&radio.technology) {
            let value = Value::from(radio.technology.as_str());
            faults.body(
                format!("{}/{i}/technology", fields.pointer("radios")),
                Rule::DuplicateTechnology,
                Some(&value),
            );
        }
        seen.push(radio.technology);
    }
    radios
}

/// What is allowed but worth telling, from the record alone.
#[must_use]
pub fn warnings(site: &Site, today: NaiveDate) -> Faults {
    let mut warnings = Faults::default();
    if let Some(date) = site
        .commissioned_on
        .filter(|date| *date > today && site.status != Status::Planned)
    {
        warnings.body(
            "/commissioned_on",
            Rule::FutureCommissioning,
            Some(&Value::from(date.to_string())),
        );
    }
    if site.status == Status::Decommissioned && site.decommissioned_on.is_none() {
        warnings.body("/decommissioned_on", Rule::NoDecommissioningDate, None);
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn bts() -> Value {
        json!({"operator": "viettel", "code": "LCU-1", "kind": "bts", "name": "Sin Suối Hồ 1", "longitude": 103.4, "latitude": 22.45,
               "radios": [{"technology": "2g", "sectors": [{"azimuth_deg": 0.0, "beamwidth_deg": 65.0}]}]})
    }

    fn codes(body: &Value) -> Vec<(String, &'static str)> {
        read(body)
            .err()
            .map(Faults::into_list)
            .unwrap_or_default()
            .into_iter()
            .map(|f| (f.pointer.unwrap_or_default(), f.rule.code()))
            .collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let submitted = read(&bts()).unwrap();
        assert_eq!(
            read(&serde_json::to_value(&submitted.site).unwrap()).unwrap(),
            submitted
        );
    }

    #[test]
    fn each_mistake_with_coordinates_is_named() {
        for (longitude, latitude, code) in [
            (22.45, 103.4, "coordinates_swapped"),
            (546_000.0, 2_477_000.0, "coordinates_in_metres"),
            (10_324.07, 22.45, "coordinates_degrees_minutes"),
            (181.0, 22.45, "out_of_range"),
        ] {
            let mut body = bts();
            body["longitude"] = json!(longitude);
            body["latitude"] = json!(latitude);
            assert_eq!(codes(&body)[0].1, code, "{longitude} {latitude}");
        }
    }

    #[test]
    fn all_faults_of_a_site_are_listed_at_once() {
        let mut body = bts();
        body["radios"] = json!([{"technology": "6g"}, {"technology": "2g", "antenna_height_m": -3}, {"technology": "2g"}]);
        body["host"] = json!("X");
        body["colour"] = json!("red");
        body["commissioned_on"] = json!("2016-05-01");
        body["decommissioned_on"] = json!("2015-05-01");
        let found = codes(&body);
        for expected in [
            "unknown_technology",
            "out_of_range",
            "not_for_kind",
            "unknown_field",
            "decommissioned_before_commissioned",
            "duplicate_technology",
        ] {
            assert!(
                found.iter().any(|(_, code)| *code == expected),
                "{expected} in {found:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_input_makes_it_panic(text in "\\PC{0,40}", number in proptest::num::f64::ANY) {
            let mut body = bts();
            body["name"] = json!(text);
            body["longitude"] = json!(number);
            body["radios"] = json!([text, number, {"technology": text}]);
            prop_assert!(read(&body).is_err());
        }
    }
}
