//! An area: an administrative unit at one level, in one validity.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::fields::{self, Fields};
use super::text::{self, NAME_MAX, REMARK_MAX};
use super::{Faults, Rule};

/// The level of an area, largest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A province.
    Province,
    /// A district; the level ended in Viet Nam on 2025-07-01.
    District,
    /// A commune.
    Commune,
}

impl Level {
    /// All of them, largest first.
    pub const ALL: [Self; 3] = [Self::Province, Self::District, Self::Commune];

    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::District => "district",
            Self::Commune => "commune",
        }
    }

    /// Its place among the levels, 0 for the largest.
    #[must_use]
    pub fn layer(self) -> u16 {
        match self {
            Self::Province => 0,
            Self::District => 1,
            Self::Commune => 2,
        }
    }

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownLevel` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == word)
            .ok_or(Rule::UnknownLevel)
    }
}

/// How much a boundary may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundaryKind {
    /// From the authority that sets it.
    Official,
    /// From another source, or simplified.
    Approximate,
    /// Drawn to try the service, not surveyed: figures by area are for demonstration.
    Schematic,
}

impl BoundaryKind {
    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Approximate => "approximate",
            Self::Schematic => "schematic",
        }
    }

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownValue` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        match word {
            "official" => Ok(Self::Official),
            "approximate" => Ok(Self::Approximate),
            "schematic" => Ok(Self::Schematic),
            _ => Err(Rule::UnknownValue {
                known: "official, approximate, schematic",
            }),
        }
    }
}

/// How many people lived in an area in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// The year.
    #[schema(minimum = 1900, maximum = 2200)]
    pub year: i32,
    /// Inhabitants.
    #[schema(minimum = 0)]
    pub persons: i32,
    /// Where the figure comes from.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub source: Option<String>,
}

/// An administrative unit in one validity. The key is (`code`, `valid_from`).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Area {
    /// Its level.
    pub level: Level,
    /// Code of the statistical office; leading zeros count.
    pub code: String,
    /// First day of its validity.
    pub valid_from: NaiveDate,
    /// First day no more; null while it is valid.
    pub valid_to: Option<NaiveDate>,
    /// Its name.
    pub name: String,
    /// Code of the area of the next level that it belongs to.
    pub parent: Option<String>,
    /// Its size in km² as its authority states it.
    pub stated_area_km2: Option<f64>,
    /// Inhabitants by year, oldest first.
    pub population: Vec<Population>,
    /// Longitude and latitude of its seat.
    pub seat: Option<[f64; 2]>,
    /// How much the boundary may be trusted.
    pub boundary_kind: BoundaryKind,
    /// Where the record comes from.
    pub source: Option<String>,
}

impl Area {
    /// Reads an area; `boundary` is passed over, as geometry is read by another room.
    ///
    /// # Errors
    /// Every fault, with its pointer.
    pub fn read(body: &Value, path: Option<&str>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let area = Self::read_object(body, path, &mut faults);
        faults.give(area)
    }

    fn read_object(body: &Value, path: Option<&str>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(body, "", faults)?;
        fields.require(&["level", "name", "valid_from"], faults);
        if path.is_none() {
            fields.require(&["code"], faults);
        }
        fields.pass_over(&[
            "boundary",
            "area_km2",
            "boundary_area_km2",
            "version",
            "created_at",
            "updated_at",
        ]);
        let level = fields.checked("level", faults, Level::parse);
        let code = fields.checked("code", faults, text::area_code);
        let path = path
            .and_then(|path| fields::key_of_path(code.as_deref(), path, text::area_code, faults));
        let valid_from = fields.date("valid_from", faults);
        let valid_to = fields.date("valid_to", faults);
        if let (Some(from), Some(to)) = (valid_from, valid_to)
            && to <= from
        {
            faults.body(
                "/valid_to",
                Rule::ValidToBeforeValidFrom,
                Some(&Value::from(to.to_string())),
            );
        }
        let name = fields.text("name", NAME_MAX, faults);
        let parent = fields.checked("parent", faults, text::area_code);
        let stated_area_km2 = fields.number("stated_area_km2", f64::MIN_POSITIVE, 2.0e7, faults);
        let mut population = fields
            .list("population", 200, faults, Population::read)
            .unwrap_or_default();
        population.sort_by_key(|figure| figure.year);
        if population
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a.year == b.year))
        {
            faults.body("/population", Rule::Duplicate, None);
        }
        let seat = seat(&mut fields, faults);
        let boundary_kind = fields.checked("boundary_kind", faults, BoundaryKind::parse);
        let source = fields.text("source", REMARK_MAX, faults);
        fields.refuse_others(faults);
        Some(Self {
            level: level?,
            code: code.or(path)?,
            valid_from: valid_from?,
            valid_to,
            name: name?,
            parent,
            stated_area_km2,
            population,
            seat,
            boundary_kind: boundary_kind.unwrap_or(BoundaryKind::Approximate),
            source,
        })
    }
}

impl Population {
    fn read(value: &Value, base: String, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(value, base, faults)?;
        fields.require(&["year", "persons"], faults);
        let year = fields.integer("year", 1900, 2200, faults);
        let persons = fields.integer("persons", 0, i32::MAX, faults);
        let source = fields.text("source", REMARK_MAX, faults);
        fields.refuse_others(faults);
        Some(Self {
            year: year?,
            persons: persons?,
            source,
        })
    }

    /// The figure for `year`: the newest at or before it, else the oldest after it.
    #[must_use]
    pub fn at(figures: &[Self], year: i32) -> Option<&Self> {
        figures
            .iter()
            .rev()
            .find(|figure| figure.year <= year)
            .or_else(|| figures.first())
    }
}

fn seat(fields: &mut Fields, faults: &mut Faults) -> Option<[f64; 2]> {
    let number = |value: &Value, pointer: String, faults: &mut Faults| {
        let degrees = value.as_f64().filter(|n| n.abs() <= 180.0);
        if degrees.is_none() {
            faults.body(
                pointer,
                Rule::OutOfRange {
                    min: -180.0,
                    max: 180.0,
                },
                Some(value),
            );
        }
        degrees
    };
    let numbers = fields.list("seat", 2, faults, number)?;
    match numbers[..] {
        [longitude, latitude] if latitude.abs() <= 90.0 => Some([longitude, latitude]),
        _ => {
            faults.body(
                fields.pointer("seat"),
                Rule::BadFormat {
                    expected: "[longitude, latitude]",
                },
                None,
            );
            None
        }
    }
}
