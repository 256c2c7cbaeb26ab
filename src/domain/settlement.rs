//! Settlements: villages (thôn, bản), where their people live, and what somebody found there of the signal.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::fields::{self, Fields};
use super::site_input::position;
use super::text::{self, NAME_MAX, REMARK_MAX};
use super::{Faults, Rule, Technology};

/// Most clusters of one settlement.
pub const CLUSTERS_MAX: usize = 200;
/// Most inhabitants, and most households, that are believed.
pub const PERSONS_MAX: i32 = 10_000_000;
/// The weakest level that is believed, in dBm; the strongest is 0.
pub const LEVEL_MIN_DBM: f64 = -150.0;

/// What the server makes of a settlement, or finds for it; a client may send it back.
const MADE_BY_SERVER: [&str; 14] = [
    "district",
    "commune",
    "reports",
    "status",
    "status_basis",
    "nearest_cell",
    "best_level_dbm",
    "short_db",
    "line_of_sight",
    "sites_seen",
    "single_point_of_failure",
    "version",
    "created_at",
    "updated_at",
];

/// A village: a centre, and the clusters of homes that belong to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settlement {
    /// Its code, the key.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Decimal degrees east of its centre or cultural house, WGS 84.
    pub longitude: f64,
    /// Decimal degrees north of the same, WGS 84.
    pub latitude: f64,
    /// Inhabitants.
    pub population: Option<i32>,
    /// Households.
    pub households: Option<i32>,
    /// Whether it has power from the grid.
    pub has_grid_power: Option<bool>,
    /// Its clusters of homes.
    pub clusters: Vec<Cluster>,
    /// Where the record comes from.
    pub source: Option<String>,
}

/// Homes that stand together, apart from the centre of their settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Decimal degrees east, WGS 84.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: f64,
    /// Decimal degrees north, WGS 84.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: f64,
    /// Households.
    #[schema(minimum = 0, maximum = 10_000_000)]
    pub households: Option<i32>,
}

/// What the signal at a settlement is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SettlementStatus {
    /// Signal at the centre and at every cluster of homes.
    Covered,
    /// Lõm sóng: signal at the centre, none at some cluster of homes.
    LomSong,
    /// Trắng sóng: no signal at the centre.
    TrangSong,
    /// Nothing is known.
    Unknown,
}

impl SettlementStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Covered, Self::LomSong, Self::TrangSong, Self::Unknown];

    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::LomSong => "lom_song",
            Self::TrangSong => "trang_song",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownValue` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or(Rule::UnknownValue {
                known: "covered, lom_song, trang_song, unknown",
            })
    }

    /// Reads what somebody may have found at a place, which is never that nothing is known.
    ///
    /// # Errors
    /// `UnknownValue` for any other word.
    pub fn parse_found(word: &str) -> Result<Self, Rule> {
        Self::parse(word)
            .ok()
            .filter(|status| *status != Self::Unknown)
            .ok_or(Rule::UnknownValue {
                known: "covered, lom_song, trang_song",
            })
    }

    /// The status by whether there is a signal at the centre and at each of the clusters.
    #[must_use]
    pub fn of(centre_covered: bool, mut clusters_covered: impl Iterator<Item = bool>) -> Self {
        if !centre_covered {
            Self::TrangSong
        } else if clusters_covered.all(|covered| covered) {
            Self::Covered
        } else {
            Self::LomSong
        }
    }
}

/// What somebody found at a settlement on a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldReport {
    /// The day.
    pub observed_on: NaiveDate,
    /// What was found; never `Unknown`.
    pub status: SettlementStatus,
    /// Of which technology; any where none is said.
    pub technology: Option<Technology>,
    /// Of which operator; any where none is said.
    pub operator: Option<String>,
    /// The level that was measured.
    pub level_dbm: Option<f64>,
    /// What else is worth saying.
    pub remark: Option<String>,
}

impl Settlement {
    /// Reads a settlement; with `code`, the one of the address, the body may leave its own out.
    ///
    /// # Errors
    /// Every fault, with its pointer.
    pub fn read(body: &Value, code: Option<&str>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let settlement = Self::read_object(body, String::new(), code, &mut faults);
        faults.give(settlement)
    }

    /// Reads one settlement of a list.
    pub fn read_item(value: &Value, base: String, faults: &mut Faults) -> Option<Self> {
        Self::read_object(value, base, None, faults)
    }

    fn read_object(
        value: &Value,
        base: String,
        path: Option<&str>,
        faults: &mut Faults,
    ) -> Option<Self> {
        let mut fields = Fields::of(value, base, faults)?;
        let needed: &[&str] = if path.is_some() {
            &["name", "longitude", "latitude"]
        } else {
            &["code", "name", "longitude", "latitude"]
        };
        fields.require(needed, faults);
        fields.pass_over(&MADE_BY_SERVER);
        let code = fields.checked("code", faults, text::settlement_code);
        let path = path.and_then(|path| {
            fields::key_of_path(code.as_deref(), path, text::settlement_code, faults)
        });
        let name = fields.text("name", NAME_MAX, faults);
        let (longitude, latitude) = position(&mut fields, faults);
        let population = fields.integer("population", 0, PERSONS_MAX, faults);
        let households = fields.integer("households", 0, PERSONS_MAX, faults);
        let has_grid_power = fields.boolean("has_grid_power", faults);
        let clusters = fields
            .list("clusters", CLUSTERS_MAX, faults, Cluster::read)
            .unwrap_or_default();
        let source = fields.text("source", REMARK_MAX, faults);
        fields.refuse_others(faults);
        Some(Self {
            code: code.or(path)?,
            name: name?,
            longitude: longitude?,
            latitude: latitude?,
            population,
            households,
            has_grid_power,
            clusters,
            source,
        })
    }

    /// What is searched, folded: code and name, and the names of the clusters.
    #[must_use]
    pub fn search(&self) -> String {
        let clusters = self.clusters.iter().filter_map(|c| c.name.as_deref());
        let all: Vec<&str> = [self.code.as_str(), self.name.as_str()]
            .into_iter()
            .chain(clusters)
            .collect();
        text::fold(&all.join(" "))
    }
}

impl Cluster {
    fn read(value: &Value, base: String, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(value, base, faults)?;
        fields.require(&["longitude", "latitude"], faults);
        let name = fields.text("name", NAME_MAX, faults);
        let (longitude, latitude) = position(&mut fields, faults);
        let households = fields.integer("households", 0, PERSONS_MAX, faults);
        fields.refuse_others(faults);
        Some(Self {
            name,
            longitude: longitude?,
            latitude: latitude?,
            households,
        })
    }
}

impl FieldReport {
    /// Reads a report of what was found up to `today`.
    ///
    /// # Errors
    /// Every fault, with its pointer.
    pub fn read(body: &Value, today: NaiveDate) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let report = Self::read_object(body, today, &mut faults);
        faults.give(report)
    }

    fn read_object(body: &Value, today: NaiveDate, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(body, "", faults)?;
        fields.require(&["observed_on", "status"], faults);
        fields.pass_over(&["id", "recorded_by", "recorded_at"]);
        let observed_on = fields.checked("observed_on", faults, |raw| {
            let day = fields::date(raw)?;
            if day <= today {
                Ok(day)
            } else {
                Err(Rule::NotYet)
            }
        });
        let status = fields.checked("status", faults, SettlementStatus::parse_found);
        let technology = fields.checked("technology", faults, Technology::parse);
        let operator = fields.checked("operator", faults, text::operator_code);
        let level_dbm = fields.number("level_dbm", LEVEL_MIN_DBM, 0.0, faults);
        let remark = fields.text("remark", REMARK_MAX, faults);
        fields.refuse_others(faults);
        Some(Self {
            observed_on: observed_on?,
            status: status?,
            technology,
            operator,
            level_dbm,
            remark,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn codes(faults: Faults) -> Vec<(String, &'static str)> {
        let list = faults.into_list().into_iter();
        list.map(|f| (f.pointer.or(f.parameter).unwrap_or_default(), f.rule.code()))
            .collect()
    }

    #[test]
    fn a_settlement_is_read_with_its_clusters() {
        let body = json!({"code": "B-03386-01", "name": " Bản Mới ", "longitude": 103.4, "latitude": 22.4, "population": 412,
            "has_grid_power": false, "district": "105", "version": 3,
            "clusters": [{"name": "Khu Suối", "longitude": 103.41, "latitude": 22.41, "households": 12}, {"longitude": 103.39, "latitude": 22.4}]});
        let read = Settlement::read(&body, None).unwrap();
        assert_eq!((read.name.as_str(), read.clusters.len()), ("Bản Mới", 2));
        assert_eq!(read.search(), "b-03386-01 ban moi khu suoi");
        let again = serde_json::to_value(&read).unwrap();
        assert_eq!(Settlement::read(&again, Some("B-03386-01")), Ok(read));
    }

    #[test]
    fn every_fault_of_a_settlement_is_told() {
        let body = json!({"code": "a/b", "longitude": 22.4, "latitude": 103.4, "population": -1, "households": 1.5,
            "has_grid_power": "x", "colour": 1, "clusters": [7, {"latitude": 95, "longitude": 103.0, "persons": 2}]});
        let expected = [
            ("/name", "required"),
            ("/code", "bad_format"),
            ("/longitude", "coordinates_swapped"),
            ("/latitude", "coordinates_swapped"),
            ("/population", "out_of_range"),
            ("/households", "wrong_type"),
            ("/has_grid_power", "wrong_type"),
            ("/clusters/0", "wrong_type"),
            ("/clusters/1/latitude", "out_of_range"),
            ("/clusters/1/persons", "unknown_field"),
            ("/colour", "unknown_field"),
        ];
        assert_eq!(
            codes(Settlement::read(&body, None).unwrap_err()),
            expected.map(|(place, code)| (place.to_owned(), code))
        );
        let many = json!({"code": "a", "name": "a", "longitude": 103.0, "latitude": 22.0,
            "clusters": vec![json!({"longitude": 103.0, "latitude": 22.0}); CLUSTERS_MAX + 1]});
        let found = codes(Settlement::read(&many, None).unwrap_err());
        assert_eq!(found, [("/clusters".to_owned(), "too_many")]);
        let other = json!({"code": "a", "name": "a", "longitude": 103.0, "latitude": 22.0});
        let found = codes(Settlement::read(&other, Some("b")).unwrap_err());
        assert_eq!(found, [("/code".to_owned(), "contradicts_path")]);
    }

    #[test]
    fn a_report_says_what_was_found_and_never_that_nothing_is_known() {
        let today = "2016-12-31".parse().unwrap();
        let body = json!({"observed_on": "2016-12-31", "status": "lom_song", "technology": "4g", "operator": "viettel",
            "level_dbm": -112.5, "remark": "Khu Suối"});
        let read = FieldReport::read(&body, today).unwrap();
        assert_eq!(read.status, SettlementStatus::LomSong);
        assert_eq!(serde_json::to_value(&read).unwrap(), body);
        let body = json!({"observed_on": "2017-01-01", "status": "unknown", "technology": "6g", "level_dbm": 3});
        let expected = [
            ("/observed_on", "not_yet"),
            ("/status", "unknown_value"),
            ("/technology", "unknown_technology"),
            ("/level_dbm", "out_of_range"),
        ];
        assert_eq!(
            codes(FieldReport::read(&body, today).unwrap_err()),
            expected.map(|(place, code)| (place.to_owned(), code))
        );
    }

    #[test]
    fn the_words_of_the_status_are_read_back() {
        for status in SettlementStatus::ALL {
            assert_eq!(SettlementStatus::parse(status.as_str()), Ok(status));
        }
        assert!(SettlementStatus::parse("white").is_err());
    }

    proptest! {
        #[test]
        fn the_centre_decides_first_and_then_every_cluster(centre: bool, clusters in proptest::collection::vec(any::<bool>(), 0..5)) {
            let expected = match (centre, clusters.contains(&false)) {
                (false, _) => SettlementStatus::TrangSong,
                (true, true) => SettlementStatus::LomSong,
                (true, false) => SettlementStatus::Covered,
            };
            prop_assert_eq!(SettlementStatus::of(centre, clusters.into_iter()), expected);
        }
    }
}
