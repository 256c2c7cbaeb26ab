//! A cell of a radio network: what one sector of a radio serves, or a radio without sectors all around.

use crate::domain::{Radio, Technology};
use crate::geo::Position;

/// What is known of a cell. Values stand as the register has them; nothing is filled in here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Generation.
    pub technology: Technology,
    /// Number of its sector at the radio, from 1; 0 is a radio without sectors.
    pub sector: u8,
    /// Where the antenna stands.
    pub position: Position,
    /// Main direction, degrees clockwise from north; nothing radiates evenly.
    pub azimuth_deg: Option<f64>,
    /// Horizontal half-power beamwidth, degrees.
    pub beamwidth_deg: Option<f64>,
    /// Angle of the beam below the horizon, degrees.
    pub downtilt_deg: Option<f64>,
    /// Downlink frequency, MHz.
    pub frequency_mhz: Option<f64>,
    /// Equivalent isotropically radiated power of all signals, dBm.
    pub eirp_dbm: Option<f64>,
    /// Height of the antenna above ground, metres: the radio's, else that of the mast.
    pub antenna_height_m: Option<f64>,
    /// Radius that the operator declares, metres.
    pub declared_radius_m: Option<f64>,
}

impl Cell {
    /// The cells of a radio: one for each sector, or a round one.
    #[must_use]
    pub fn of_radio(position: Position, radio: &Radio, mast_height_m: Option<f64>) -> Vec<Self> {
        let round = Self {
            technology: radio.technology,
            sector: 0,
            position,
            azimuth_deg: None,
            beamwidth_deg: None,
            downtilt_deg: None,
            frequency_mhz: None,
            eirp_dbm: None,
            antenna_height_m: radio.antenna_height_m.or(mast_height_m),
            declared_radius_m: radio.declared_radius_m,
        };
        if radio.sectors.is_empty() {
            return vec![round];
        }
        let sectors = radio.sectors.iter().zip(1_u8..);
        let cells = sectors.map(|(sector, number)| Self {
            sector: number,
            // North is 0 and 360 in the register.
            azimuth_deg: Some(sector.azimuth_deg % 360.0),
            beamwidth_deg: sector.beamwidth_deg,
            downtilt_deg: sector.downtilt_deg,
            frequency_mhz: sector.frequency_mhz,
            eirp_dbm: sector.eirp_dbm,
            ..round
        });
        cells.collect()
    }
}
