//! How much less a sector's antenna radiates beside its main direction.

use super::{super::OutOfRange, FORMULA};

/// Half-power beamwidth of a sector where none is stated, degrees (3GPP TR 36.942, 4.2.1).
pub const DEFAULT_HORIZONTAL_BEAMWIDTH_DEG: f64 = 65.0;
/// Vertical half-power beamwidth of a panel, degrees (3GPP TR 36.814, table A.2.1.1-2).
pub const DEFAULT_VERTICAL_BEAMWIDTH_DEG: f64 = 10.0;
/// Most that a direction is attenuated, dB (3GPP TR 38.901, table 7.3-1: `A_max` and `SLA_V`).
const ATTENUATION_MAX_DB: f64 = 30.0;

/// A direction from an antenna.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Direction {
    /// Clockwise from true north, degrees.
    pub azimuth_deg: f64,
    /// Above the horizontal, degrees; below it is negative.
    pub elevation_deg: f64,
}

/// One plane of a pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Beam {
    /// Azimuth, or angle below the horizontal, of the main direction.
    main_deg: f64,
    beamwidth_deg: f64,
}

impl Beam {
    /// −min(12 (φ/φ3dB)², 30 dB) (3GPP TR 38.901, table 7.3-1), negated.
    fn attenuation_db(self, off_deg: f64) -> f64 {
        let widths = off_deg / self.beamwidth_deg;
        (12.0 * widths * widths).min(ATTENUATION_MAX_DB)
    }
}

/// The pattern of an antenna; without beams it radiates evenly.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Antenna {
    horizontal: Option<Beam>,
    vertical: Option<Beam>,
}

impl Antenna {
    /// An antenna that radiates evenly.
    #[must_use]
    pub fn isotropic() -> Self {
        Self::default()
    }

    /// The antenna with a horizontal beam: azimuth of its main direction, half-power beamwidth. One of 360° is round.
    ///
    /// # Errors
    /// When the azimuth is not 0 to 360°, or the beamwidth not 1 to 360°.
    pub fn with_azimuth(self, azimuth_deg: f64, beamwidth_deg: f64) -> Result<Self, OutOfRange> {
        let check = |field, value, range| OutOfRange::check(FORMULA, field, value, range);
        let beam = Beam {
            main_deg: check("azimuth_deg", azimuth_deg, [0.0, 360.0])?,
            beamwidth_deg: check("beamwidth_deg", beamwidth_deg, [1.0, 360.0])?,
        };
        let horizontal = (beamwidth_deg < 360.0).then_some(beam);
        Ok(Self { horizontal, ..self })
    }

    /// The antenna with a vertical beam: angle of its main direction below the horizontal, half-power beamwidth.
    ///
    /// # Errors
    /// When the tilt is not −90 to 90°, or the beamwidth not 1 to 180°.
    pub fn with_downtilt(self, downtilt_deg: f64, beamwidth_deg: f64) -> Result<Self, OutOfRange> {
        let check = |field, value, range| OutOfRange::check(FORMULA, field, value, range);
        let vertical = Some(Beam {
            main_deg: check("downtilt_deg", downtilt_deg, [-90.0, 90.0])?,
            beamwidth_deg: check("vertical_beamwidth_deg", beamwidth_deg, [1.0, 180.0])?,
        });
        Ok(Self { vertical, ..self })
    }

    /// Whether it radiates evenly.
    #[must_use]
    pub fn is_isotropic(&self) -> bool {
        self.horizontal.is_none() && self.vertical.is_none()
    }

    /// Gain in a direction relative to that in the main direction, 0 to −30 dB (3GPP TR 38.901, table 7.3-1).
    #[must_use]
    pub fn relative_gain_db(&self, direction: Direction) -> f64 {
        let horizontal_db = self.horizontal.map_or(0.0, |beam| {
            beam.attenuation_db(turn_deg(direction.azimuth_deg - beam.main_deg))
        });
        let vertical_db = self.vertical.map_or(0.0, |beam| {
            beam.attenuation_db(direction.elevation_deg + beam.main_deg)
        });
        -(horizontal_db + vertical_db).min(ATTENUATION_MAX_DB)
    }
}

/// An angle as the shortest turn, −180 to 180°.
fn turn_deg(angle_deg: f64) -> f64 {
    (angle_deg + 180.0).rem_euclid(360.0) - 180.0
}
