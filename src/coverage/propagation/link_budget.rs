//! From radiated power to received level and what that means: power of the reference signal, antenna patterns, thresholds of
//! each technology and margins. All in dB and dBm; a level is reference EIRP + relative gain − loss.

mod antenna;

use super::OutOfRange;
use crate::domain::Technology;

pub use antenna::{
    Antenna, DEFAULT_HORIZONTAL_BEAMWIDTH_DEG, DEFAULT_VERTICAL_BEAMWIDTH_DEG, Direction,
};

/// Name of the formula in errors.
const FORMULA: &str = "the link budget";
/// Height of a receiver in the hand, metres.
pub const RECEIVER_HEIGHT_M: f64 = 1.5;
/// Height above ground of antennas whose height is unknown, metres: a planning figure.
pub const ASSUMED_ANTENNA_HEIGHT_M: f64 = 30.0;
/// Share of power in UMTS's common pilot, dB (10 %, the usual setting).
const PILOT_SHARE_DB: f64 = 10.0;

/// The signal by whose level a cell is received, and so how much of the power it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ReferenceSignal {
    /// GSM: the frequency with the broadcast channel, always at full power.
    BroadcastChannel,
    /// UMTS: the common pilot channel, 10 % of the power.
    CommonPilot,
    /// LTE and NR: one of the resource elements over which the power is spread evenly, twelve in each resource block.
    ResourceElement {
        /// Resource blocks of the carrier.
        resource_blocks: u32,
    },
}

impl ReferenceSignal {
    /// LTE's, by the width of the carrier in MHz (3GPP TS 36.104, table 5.6-1).
    ///
    /// # Errors
    /// When LTE has no carriers of this width.
    pub fn lte(bandwidth_mhz: f64) -> Result<Self, OutOfRange> {
        const BLOCKS: [(f64, u32); 6] = [
            (1.4, 6),
            (3.0, 15),
            (5.0, 25),
            (10.0, 50),
            (15.0, 75),
            (20.0, 100),
        ];
        Self::of_width("LTE", bandwidth_mhz, &BLOCKS)
    }

    /// NR's below 6 GHz with subcarriers of 30 kHz, by the width of the carrier in MHz (3GPP TS 38.104, table 5.3.2-1).
    ///
    /// # Errors
    /// When NR has no carriers of this width.
    pub fn nr(bandwidth_mhz: f64) -> Result<Self, OutOfRange> {
        const BLOCKS: [(f64, u32); 13] = [
            (5.0, 11),
            (10.0, 24),
            (15.0, 38),
            (20.0, 51),
            (25.0, 65),
            (30.0, 78),
            (40.0, 106),
            (50.0, 133),
            (60.0, 162),
            (70.0, 189),
            (80.0, 217),
            (90.0, 245),
            (100.0, 273),
        ];
        Self::of_width("NR", bandwidth_mhz, &BLOCKS)
    }

    fn of_width(
        formula: &'static str,
        bandwidth_mhz: f64,
        blocks: &[(f64, u32)],
    ) -> Result<Self, OutOfRange> {
        let found = blocks
            .iter()
            .find(|(width_mhz, _)| (width_mhz - bandwidth_mhz).abs() < 1e-6);
        let widest_mhz = blocks.last().map_or(0.0, |(width_mhz, _)| *width_mhz);
        let narrowest_mhz = blocks.first().map_or(0.0, |(width_mhz, _)| *width_mhz);
        found
            .map(|&(_, resource_blocks)| Self::ResourceElement { resource_blocks })
            .ok_or(OutOfRange {
                field: "bandwidth_mhz",
                formula,
                value: bandwidth_mhz,
                min: narrowest_mhz,
                max: widest_mhz,
            })
    }

    /// How much less than the whole power the reference signal has, dB.
    #[must_use]
    pub fn share_db(self) -> f64 {
        match self {
            Self::BroadcastChannel => 0.0,
            Self::CommonPilot => PILOT_SHARE_DB,
            Self::ResourceElement { resource_blocks } => {
                10.0 * (12.0 * f64::from(resource_blocks.max(1))).log10()
            }
        }
    }
}

/// Equivalent isotropically radiated power in the main direction, as it was stated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Eirp {
    /// Of all signals together.
    Total {
        /// Power, dBm.
        dbm: f64,
        /// The signal that is received.
        signal: ReferenceSignal,
    },
    /// Of the reference signal alone.
    Reference {
        /// Power, dBm.
        dbm: f64,
    },
}

impl Eirp {
    /// Power of the reference signal, dBm.
    ///
    /// # Errors
    /// When the stated power is not −50 to 100 dBm.
    pub fn reference_dbm(self) -> Result<f64, OutOfRange> {
        let (dbm, share_db) = match self {
            Self::Total { dbm, signal } => (dbm, signal.share_db()),
            Self::Reference { dbm } => (dbm, 0.0),
        };
        OutOfRange::check(FORMULA, "eirp_dbm", dbm, [-50.0, 100.0])?;
        Ok(dbm - share_db)
    }
}

/// Least levels with which a receiver is served outdoors, by technology.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceThresholds {
    /// 2G: received power of the broadcast channel, dBm.
    pub second_dbm: f64,
    /// 3G: received power of the pilot code, dBm.
    pub third_dbm: f64,
    /// 4G: received power of a resource element of the reference signal, dBm.
    pub fourth_dbm: f64,
    /// 5G: received power of a resource element of the synchronisation signal, dBm.
    pub fifth_dbm: f64,
    /// Who says so.
    pub source: String,
}

impl Default for ServiceThresholds {
    /// Those of India's regulator, the only complete set of a regulator that was found.
    fn default() -> Self {
        Self {
            second_dbm: -95.0,
            third_dbm: -99.0,
            fourth_dbm: -110.0,
            fifth_dbm: -110.0,
            source: "TRAI 2024-11-22".to_owned(),
        }
    }
}

impl ServiceThresholds {
    /// The threshold of a technology, dBm.
    #[must_use]
    pub fn dbm(&self, technology: Technology) -> f64 {
        match technology {
            Technology::Second => self.second_dbm,
            Technology::Third => self.third_dbm,
            Technology::Fourth => self.fourth_dbm,
            Technology::Fifth => self.fifth_dbm,
        }
    }
}

/// What a level must have over the threshold, dB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margins {
    /// For `possible`: it may be served, if the model errs to the safe side.
    pub possible_db: f64,
    /// For `covered`: the median is at the threshold.
    pub covered_db: f64,
    /// For `robust`: it is served even if the model errs.
    pub robust_db: f64,
    /// For service inside a house.
    pub indoor_db: f64,
}

impl Default for Margins {
    /// Planning figures: 6 dB to either side, 15 dB for walls.
    fn default() -> Self {
        Self {
            possible_db: -6.0,
            covered_db: 0.0,
            robust_db: 6.0,
            indoor_db: 15.0,
        }
    }
}

impl Margins {
    /// Least levels outdoors for `possible`, `covered`, `robust` and `indoor`, dBm.
    #[must_use]
    pub fn levels_dbm(&self, threshold_dbm: f64) -> [f64; 4] {
        [
            self.possible_db,
            self.covered_db,
            self.robust_db,
            self.indoor_db,
        ]
        .map(|margin_db| threshold_dbm + margin_db)
    }
}

/// Radius beyond which a cell serves nobody, whatever the level, km: GSM's timing advance ends at 63 steps of 553.5 m
/// (3GPP TS 45.010); the others are planning figures.
#[must_use]
pub fn radius_cap_km(technology: Technology, frequency_mhz: f64) -> f64 {
    match technology {
        Technology::Second => 35.0,
        Technology::Fifth if frequency_mhz > 3000.0 => 5.0,
        Technology::Third | Technology::Fourth | Technology::Fifth => 20.0,
    }
}

/// What is assumed of a radio whose power is unknown: planning figures for each technology and band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AssumedRadio {
    /// The technology.
    pub technology: Technology,
    /// Downlink frequency, MHz.
    pub frequency_mhz: f64,
    /// Radiated power of the reference signal, dBm.
    pub reference_eirp_dbm: f64,
}

/// The figures for the bands in use; for 5G there are none.
pub const ASSUMED_RADIOS: [AssumedRadio; 8] = [
    assumed(Technology::Second, 942.5, 57.0),
    assumed(Technology::Second, 1842.5, 57.0),
    assumed(Technology::Third, 942.5, 47.0),
    assumed(Technology::Third, 2140.0, 48.0),
    assumed(Technology::Fourth, 778.0, 31.0),
    assumed(Technology::Fourth, 942.5, 35.2),
    assumed(Technology::Fourth, 1842.5, 31.2),
    assumed(Technology::Fourth, 2650.0, 31.2),
];

const fn assumed(
    technology: Technology,
    frequency_mhz: f64,
    reference_eirp_dbm: f64,
) -> AssumedRadio {
    AssumedRadio {
        technology,
        frequency_mhz,
        reference_eirp_dbm,
    }
}

impl AssumedRadio {
    /// The figures of the band of a technology that is nearest to a frequency; nothing when there are none.
    #[must_use]
    pub fn nearest(technology: Technology, frequency_mhz: f64) -> Option<Self> {
        let away = |radio: &Self| (radio.frequency_mhz / frequency_mhz).ln().abs();
        ASSUMED_RADIOS
            .into_iter()
            .filter(|radio| radio.technology == technology)
            .min_by(|one, other| away(one).total_cmp(&away(other)))
    }
}

#[cfg(test)]
mod tests;
