//! A site: one position where one operator has equipment of one kind.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Radio, Rule, Technology};

/// What kind of equipment a site holds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A switching station of the fixed network.
    SwitchingStation,
    /// A satellite exchange: a remote unit of a switching station.
    SatelliteExchange,
    /// A base transceiver station with its radios.
    Bts,
}

impl Kind {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 3] = [Self::SwitchingStation, Self::SatelliteExchange, Self::Bts];

    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SwitchingStation => "switching_station",
            Self::SatelliteExchange => "satellite_exchange",
            Self::Bts => "bts",
        }
    }

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownKind` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        Self::ALL
            .into_iter()
            .find(|k| k.as_str() == word)
            .ok_or(Rule::UnknownKind)
    }
}

/// Where a site stands in its life.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not built yet; never counts.
    Planned,
    /// In service from `commissioned_on` until `decommissioned_on`.
    Active,
    /// Switched off for the time being; does not count.
    Suspended,
    /// Out of service for good; counts on the dates before `decommissioned_on`.
    Decommissioned,
}

impl Status {
    /// All of them, in the order of a site's life.
    pub const ALL: [Self; 4] = [
        Self::Planned,
        Self::Active,
        Self::Suspended,
        Self::Decommissioned,
    ];

    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Decommissioned => "decommissioned",
        }
    }

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownStatus` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == word)
            .ok_or(Rule::UnknownStatus)
    }
}

/// What a site of each kind has besides what every site has.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Equipment {
    /// Of a switching station.
    SwitchingStation {
        /// Lines that can be connected.
        line_capacity: Option<i32>,
        /// Lines that are connected.
        lines_in_use: Option<i32>,
    },
    /// Of a satellite exchange.
    SatelliteExchange {
        /// Lines that can be connected.
        line_capacity: Option<i32>,
        /// Lines that are connected.
        lines_in_use: Option<i32>,
        /// Code of the operator's switching station that it is a remote unit of.
        host: Option<String>,
    },
    /// Of a BTS.
    Bts {
        /// What carries the antennas.
        structure: Option<Structure>,
        /// One for each technology.
        radios: Vec<Radio>,
    },
}

impl Equipment {
    /// The kind it belongs to.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::SwitchingStation { .. } => Kind::SwitchingStation,
            Self::SatelliteExchange { .. } => Kind::SatelliteExchange,
            Self::Bts { .. } => Kind::Bts,
        }
    }
}

/// What carries the antennas of a BTS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// Its type.
    #[serde(rename = "type")]
    pub structure_type: StructureType,
    /// Its height above ground, in metres.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 700)]
    pub height_m: Option<f64>,
    /// Who owns it: an operator's code or a company's name.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub owner: Option<String>,
    /// Codes of the operators that use it too.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub shared_with: Vec<String>,
}

/// The types of antenna structures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StructureType {
    /// Held up by guys.
    GuyedMast,
    /// A lattice tower that stands by itself.
    SelfSupportingTower,
    /// A single pole.
    Monopole,
    /// On the roof of a building.
    Rooftop,
    /// On a wall, a water tower or another thing that was there.
    ExistingStructure,
    /// Anything else.
    Other,
}

impl StructureType {
    /// The words of the API, for messages.
    pub const WORDS: &'static str =
        "guyed_mast, self_supporting_tower, monopole, rooftop, existing_structure, other";

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownValue` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        match word {
            "guyed_mast" => Ok(Self::GuyedMast),
            "self_supporting_tower" => Ok(Self::SelfSupportingTower),
            "monopole" => Ok(Self::Monopole),
            "rooftop" => Ok(Self::Rooftop),
            "existing_structure" => Ok(Self::ExistingStructure),
            "other" => Ok(Self::Other),
            _ => Err(Rule::UnknownValue { known: Self::WORDS }),
        }
    }
}

/// What an operator says of a site: everything but what the server makes. Its serialised form is the writable document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Site {
    /// Code of the operator.
    pub operator: String,
    /// The operator's own code of the site; with the operator it is the natural key.
    pub code: String,
    /// Its kind; always that of `equipment`.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Where it stands in its life.
    pub status: Status,
    /// Decimal degrees east, WGS 84.
    pub longitude: f64,
    /// Decimal degrees north, WGS 84.
    pub latitude: f64,
    /// Height of the ground above sea level, in metres.
    pub elevation_m: Option<f64>,
    /// Where it is, in words.
    pub address: Option<String>,
    /// First day in service.
    pub commissioned_on: Option<NaiveDate>,
    /// First day out of service.
    pub decommissioned_on: Option<NaiveDate>,
    /// Where the record comes from.
    pub source: Option<String>,
    /// What only its kind has.
    #[serde(flatten)]
    pub equipment: Equipment,
}

/// A countable thing and the days on which it was in service: `since` <= day < `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InService {
    /// `switching_station`, `satellite_exchange`, `bts`, `2g` … `5g`.
    pub item: &'static str,
    /// First day; the beginning of time where no date is known.
    pub since: NaiveDate,
    /// First day no more; the end of time where no date is known.
    pub until: NaiveDate,
}

/// The day before every other one that the register knows.
pub const BEGINNING: NaiveDate = match NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};
/// The day after every other one that the register knows.
pub const END: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(date) => date,
    None => NaiveDate::MAX,
};

impl Site {
    /// The radios; none at an exchange.
    #[must_use]
    pub fn radios(&self) -> &[Radio] {
        match &self.equipment {
            Equipment::Bts { radios, .. } => radios,
            Equipment::SwitchingStation { .. } | Equipment::SatelliteExchange { .. } => &[],
        }
    }

    /// The technologies of its radios, oldest first, with spaces between: `2g 3g`.
    #[must_use]
    pub fn technologies(&self) -> String {
        let mut technologies: Vec<Technology> =
            self.radios().iter().map(|radio| radio.technology).collect();
        technologies.sort_unstable();
        technologies
            .into_iter()
            .map(Technology::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// What of it counts, and when. Planned and suspended sites never count; a decommissioned one counts on the days
    /// before its decommissioning, and never when that day is unknown. A radio is in service only while its site is.
    #[must_use]
    pub fn in_service(&self) -> Vec<InService> {
        let until = match (self.status, self.decommissioned_on) {
            (Status::Planned | Status::Suspended, _) | (Status::Decommissioned, None) => {
                return Vec::new();
            }
            (Status::Active | Status::Decommissioned, Some(date)) => date,
            (Status::Active, None) => END,
        };
        let since = self.commissioned_on.unwrap_or(BEGINNING);
        let site = InService {
            item: self.kind.as_str(),
            since,
            until,
        };
        let radios = self.radios().iter().map(|radio| InService {
            item: radio.technology.as_str(),
            since: radio.commissioned_on.map_or(since, |date| date.max(since)),
            until: radio
                .decommissioned_on
                .map_or(until, |date| date.min(until)),
        });
        std::iter::once(site)
            .chain(radios)
            .filter(|item| item.since < item.until)
            .collect()
    }
}
