//! The question where to build next: what would be built, what counts, and places to look at.

use serde_json::Value;

use super::fields::Fields;
use super::radio::{HEIGHT_MAX_M, RADIUS_MAX_M};
use super::what_if::{AREAS_MAX, word};
use super::{Faults, Level, Rule, Technology, text};
use crate::geo::Position;

/// Most sites that are chosen.
pub const COUNT_MAX: i32 = 50;
/// Most places that a question may bring.
pub const PLACES_MAX: usize = 200;
/// Sites that are chosen where no number is given.
const COUNT: i32 = 10;

/// What a new site is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The people who get a signal.
    People,
    /// The settlements whose centre gets a signal.
    Settlements,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct NextSites {
    /// What would be built.
    pub technology: Technology,
    /// Whose coverage counts; that of any where there is none.
    pub operator: Option<String>,
    /// How many sites.
    pub count: usize,
    /// What a new site is worth.
    pub worth: Worth,
    /// Height of the antenna above ground, metres.
    pub antenna_height_m: Option<f64>,
    /// Downlink frequency, MHz.
    pub frequency_mhz: Option<f64>,
    /// Equivalent isotropically radiated power, dBm.
    pub eirp_dbm: Option<f64>,
    /// Radius that is believed instead, metres.
    pub declared_radius_m: Option<f64>,
    /// The level of the areas.
    pub level: Level,
    /// Codes of the areas whose settlements count; all where there are none.
    pub areas: Vec<String>,
    /// Places to look at besides settlements and sites.
    pub places: Vec<Position>,
}

/// Reads the body of a question.
///
/// # Errors
/// Every fault, with its pointer.
pub fn read(body: &Value) -> Result<NextSites, Faults> {
    let mut faults = Faults::default();
    let asked = read_object(body, &mut faults);
    faults.give(asked)
}

fn read_object(body: &Value, faults: &mut Faults) -> Option<NextSites> {
    let mut fields = Fields::of(body, "", faults)?;
    fields.require(&["technology"], faults);
    let technology = fields.checked("technology", faults, Technology::parse);
    let operator = fields.checked("operator", faults, |raw| match raw {
        "any" => Ok(None),
        code => text::operator_code(code).map(Some),
    });
    let count = fields.integer("count", 1, COUNT_MAX, faults);
    let worth = fields.checked("value", faults, Worth::parse);
    let antenna_height_m = fields.number("antenna_height_m", 1.0, HEIGHT_MAX_M, faults);
    let frequency_mhz = fields.number("frequency_mhz", 30.0, 100_000.0, faults);
    let eirp_dbm = fields.number("eirp_dbm", -50.0, 100.0, faults);
    let declared_radius_m = fields.number("declared_radius_m", 1.0, RADIUS_MAX_M, faults);
    let level = fields.checked("level", faults, Level::parse);
    let areas = fields.list("areas", AREAS_MAX, faults, |item, pointer, faults| {
        word(item, pointer, faults, text::area_code)
    });
    let places = fields.list("candidates", PLACES_MAX, faults, place);
    fields.refuse_others(faults);
    Some(NextSites {
        technology: technology?,
        operator: operator.flatten(),
        count: usize::try_from(count.unwrap_or(COUNT)).unwrap_or(1),
        worth: worth.unwrap_or(Worth::People),
        antenna_height_m,
        frequency_mhz,
        eirp_dbm,
        declared_radius_m,
        level: level.unwrap_or(Level::District),
        areas: areas.unwrap_or_default(),
        places: places.unwrap_or_default(),
    })
}

/// Reads longitude and latitude.
fn place(item: &Value, pointer: String, faults: &mut Faults) -> Option<Position> {
    let pair = item.as_array().filter(|pair| pair.len() == 2);
    let number = |at: usize| pair?.get(at)?.as_f64();
    let Some((longitude, latitude)) = number(0).zip(number(1)) else {
        let expected = "a list of longitude and latitude";
        faults.body(pointer, Rule::WrongType { expected }, Some(item));
        return None;
    };
    let position = Position::new(longitude, latitude);
    if position.is_none() {
        let rule = if Position::new(latitude, longitude).is_some() {
            Rule::CoordinatesSwapped
        } else {
            let (min, max) = (-180.0, 180.0);
            Rule::OutOfRange { min, max }
        };
        faults.body(pointer, rule, Some(item));
    }
    position
}

impl Worth {
    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownValue` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        match word {
            "population" => Ok(Self::People),
            "settlements" => Ok(Self::Settlements),
            _ => Err(Rule::UnknownValue {
                known: "population, settlements",
            }),
        }
    }

    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::People => "population",
            Self::Settlements => "settlements",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_fault_is_listed_with_its_place() {
        let body = json!({"technology": "9g", "count": 0, "value": "money", "antenna_height_m": 0, "declared_radius_m": -1,
            "candidates": [[103.0, 22.0], [22.0, 103.0], [7], [400, 500]], "colour": 1});
        let faults = read(&body).unwrap_err().into_list();
        let places: Vec<String> = faults.into_iter().filter_map(|it| it.pointer).collect();
        let expected = [
            "/technology",
            "/count",
            "/value",
            "/antenna_height_m",
            "/declared_radius_m",
            "/candidates/1",
            "/candidates/2",
            "/candidates/3",
            "/colour",
        ];
        assert_eq!(places, expected);
        let asked = read(&json!({"technology": "4g", "operator": "any"})).unwrap();
        assert_eq!(
            (asked.count, asked.operator, asked.worth),
            (10, None, Worth::People)
        );
    }
}
