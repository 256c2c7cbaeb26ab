//! Radios of a BTS site and their sectors.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Faults, Rule, fields::Fields};

/// Highest height above ground that is believed, in metres (the tallest mast ever built had 646 m).
pub const HEIGHT_MAX_M: f64 = 700.0;
/// Longest declared radius of a cell, in metres (GSM's timing advance ends at 35 km; extended cells reach further).
pub const RADIUS_MAX_M: f64 = 120_000.0;
/// Most sectors of a radio.
pub const SECTORS_MAX: usize = 24;

/// A generation of mobile technology.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub enum Technology {
    /// GSM and its kin.
    #[serde(rename = "2g")]
    Second,
    /// UMTS and its kin.
    #[serde(rename = "3g")]
    Third,
    /// LTE.
    #[serde(rename = "4g")]
    Fourth,
    /// NR.
    #[serde(rename = "5g")]
    Fifth,
}

impl Technology {
    /// All of them, oldest first.
    pub const ALL: [Self; 4] = [Self::Second, Self::Third, Self::Fourth, Self::Fifth];

    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Second => "2g",
            Self::Third => "3g",
            Self::Fourth => "4g",
            Self::Fifth => "5g",
        }
    }

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownTechnology` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        Self::ALL
            .into_iter()
            .find(|t| t.as_str() == word)
            .ok_or(Rule::UnknownTechnology)
    }
}

/// The equipment of one technology at a BTS site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Radio {
    /// Generation; at most one radio of each at a site.
    pub technology: Technology,
    /// First day in service; the site's own date where this is null.
    #[serde(default)]
    pub commissioned_on: Option<NaiveDate>,
    /// First day out of service.
    #[serde(default)]
    pub decommissioned_on: Option<NaiveDate>,
    /// Height of the antennas above ground, in metres.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 700)]
    pub antenna_height_m: Option<f64>,
    /// Radius that the operator declares as served, in metres.
    #[serde(default)]
    #[schema(exclusive_minimum = 0, maximum = 120_000)]
    pub declared_radius_m: Option<f64>,
    /// Antenna directions; a radio without sectors serves one round cell.
    #[serde(default)]
    #[schema(max_items = 24)]
    pub sectors: Vec<Sector>,
}

/// One antenna direction of a radio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sector {
    /// Main direction, degrees clockwise from true north.
    #[schema(minimum = 0, maximum = 360)]
    pub azimuth_deg: f64,
    /// Horizontal half-power beamwidth, degrees.
    #[serde(default)]
    #[schema(exclusive_minimum = 0, maximum = 360)]
    pub beamwidth_deg: Option<f64>,
    /// Downlink carrier frequency, MHz.
    #[serde(default)]
    #[schema(minimum = 30, maximum = 100_000)]
    pub frequency_mhz: Option<f64>,
    /// Equivalent isotropically radiated power, dBm.
    #[serde(default)]
    #[schema(minimum = -50, maximum = 100)]
    pub eirp_dbm: Option<f64>,
    /// Angle of the beam below the horizon, degrees.
    #[serde(default)]
    #[schema(minimum = -90, maximum = 90)]
    pub downtilt_deg: Option<f64>,
}

impl Radio {
    /// Reads one radio of the body.
    pub fn read(value: &Value, base: String, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(value, base, faults)?;
        fields.require(&["technology"], faults);
        let technology = fields.checked("technology", faults, Technology::parse);
        let commissioned_on = fields.date("commissioned_on", faults);
        let decommissioned_on = fields.date("decommissioned_on", faults);
        check_order(&fields, commissioned_on, decommissioned_on, faults);
        let antenna_height_m = fields.number("antenna_height_m", 0.0, HEIGHT_MAX_M, faults);
        let declared_radius_m =
            fields.number("declared_radius_m", f64::MIN_POSITIVE, RADIUS_MAX_M, faults);
        let sectors = fields
            .list("sectors", SECTORS_MAX, faults, Sector::read)
            .unwrap_or_default();
        fields.refuse_others(faults);
        Some(Self {
            technology: technology?,
            commissioned_on,
            decommissioned_on,
            antenna_height_m,
            declared_radius_m,
            sectors,
        })
    }
}

impl Sector {
    fn read(value: &Value, base: String, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::of(value, base, faults)?;
        fields.require(&["azimuth_deg"], faults);
        let azimuth_deg = fields.number("azimuth_deg", 0.0, 360.0, faults);
        let beamwidth_deg = fields.number("beamwidth_deg", f64::MIN_POSITIVE, 360.0, faults);
        let frequency_mhz = fields.number("frequency_mhz", 30.0, 100_000.0, faults);
        let eirp_dbm = fields.number("eirp_dbm", -50.0, 100.0, faults);
        let downtilt_deg = fields.number("downtilt_deg", -90.0, 90.0, faults);
        fields.refuse_others(faults);
        Some(Self {
            azimuth_deg: azimuth_deg?,
            beamwidth_deg,
            frequency_mhz,
            eirp_dbm,
            downtilt_deg,
        })
    }
}

/// Nothing is decommissioned before it is commissioned.
pub fn check_order(
    fields: &Fields,
    commissioned_on: Option<NaiveDate>,
    decommissioned_on: Option<NaiveDate>,
    faults: &mut Faults,
) {
    if let (Some(start), Some(end)) = (commissioned_on, decommissioned_on)
        && end < start
    {
        let value = Value::from(end.to_string());
        faults.body(
            fields.pointer("decommissioned_on"),
            Rule::DecommissionedBeforeCommissioned,
            Some(&value),
        );
    }
}
