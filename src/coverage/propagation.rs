//! How much a radio wave loses on its way: formulas of ITU-R recommendations and reports, and their use over a window of the
//! lattice. Losses are basic transmission losses in dB between isotropic antennas.

pub mod hata;
pub mod link_budget;
pub mod p1812;
pub mod sweep;

/// Geometry and frequency of a radio link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Carrier frequency, MHz.
    pub frequency_mhz: f64,
    /// Height of the transmitting antenna above ground, metres.
    pub transmitter_height_m: f64,
    /// Height of the receiving antenna above ground, metres.
    pub receiver_height_m: f64,
}

/// A value outside the range for which a formula holds.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("`{field}` must be from {min} to {max} for {formula}, not {value}")]
pub struct OutOfRange {
    /// Name of the value, with its unit.
    pub field: &'static str,
    /// The formula whose range it is.
    pub formula: &'static str,
    /// The value.
    pub value: f64,
    /// Smallest value that is allowed.
    pub min: f64,
    /// Largest value that is allowed.
    pub max: f64,
}

impl OutOfRange {
    /// The value, when it is from `min` to `max`; NaN is not.
    ///
    /// # Errors
    /// With the field and the range otherwise.
    fn check(
        formula: &'static str,
        field: &'static str,
        value: f64,
        [min, max]: [f64; 2],
    ) -> Result<f64, Self> {
        if (min..=max).contains(&value) {
            return Ok(value);
        }
        Err(Self {
            field,
            formula,
            value,
            min,
            max,
        })
    }
}
