//! Extended Hata: the loss over a distance by formula, without terrain (Report ITU-R SM.2028-2, 6.1).

use super::{Link, OutOfRange};

/// Name of the formula in errors.
const FORMULA: &str = "extended Hata";
/// Longest distance for which the formula is of practical use, km.
pub const DISTANCE_MAX_KM: f64 = 40.0;
/// Up to here free space, from here interpolated, km.
const NEAR_KM: f64 = 0.04;
/// From here the formula, km.
const FAR_KM: f64 = 0.1;

/// What is built or grows around the receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Towns with buildings of more than two floors.
    Urban,
    /// Villages, single houses, trees: right on average in mountains too, though 16 dB off at a place.
    #[default]
    Suburban,
    /// No obstacles near the receiver: fields, not mountains.
    Open,
}

impl Environment {
    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Urban => "urban",
            Self::Suburban => "suburban",
            Self::Open => "open",
        }
    }
}

/// The formula for one link: what does not depend on the distance is computed once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExtendedHata {
    link: Link,
    /// Loss at 1 km, dB.
    fixed_db: f64,
    /// Loss for each power of ten of the distance, dB.
    slope_db: f64,
}

impl ExtendedHata {
    /// The formula for a link.
    ///
    /// # Errors
    /// When the frequency is not 30 to 3000 MHz, the transmitter's height not 1 to 200 m, or the receiver's not 1 to 10 m.
    /// (Masts from 30 m are the report's; below, its own correction b applies.)
    pub fn new(link: Link, environment: Environment) -> Result<Self, OutOfRange> {
        let check = |field, value, range| OutOfRange::check(FORMULA, field, value, range);
        let f = check("frequency_mhz", link.frequency_mhz, [30.0, 3000.0])?;
        let hb = check(
            "transmitter_height_m",
            link.transmitter_height_m,
            [1.0, 200.0],
        )?;
        let hm = check("receiver_height_m", link.receiver_height_m, [1.0, 10.0])?;
        let raised = hb.max(30.0).log10();
        let fixed_db = urban_base_db(f)
            - 13.82 * raised
            - receiver_gain_db(f, hm)
            - (20.0 * (hb / 30.0).log10()).min(0.0)
            - relief_db(f, environment);
        Ok(Self {
            link,
            fixed_db,
            slope_db: 44.9 - 6.55 * raised,
        })
    }

    /// The link that was given.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link
    }

    /// Median loss in dB at a distance in km; never less than free space.
    ///
    /// # Errors
    /// When the distance is not 0 to 40 km.
    pub fn loss_db(&self, distance_km: f64) -> Result<f64, OutOfRange> {
        OutOfRange::check(FORMULA, "distance_km", distance_km, [0.0, DISTANCE_MAX_KM])?;
        Ok(self.loss_within_db(distance_km))
    }

    /// Distance in km at which the loss is reached; `None` when it is not reached within 40 km, 0 when the foot of the mast
    /// already has it.
    #[must_use]
    pub fn radius_km(&self, loss_db: f64) -> Option<f64> {
        if loss_db.is_nan() || self.loss_within_db(DISTANCE_MAX_KM) < loss_db {
            return None;
        }
        if self.loss_within_db(0.0) >= loss_db {
            return Some(0.0);
        }
        // The loss grows with the distance, so halving finds the place; 64 halvings use up the digits of f64.
        let (mut near, mut far) = (0.0, DISTANCE_MAX_KM);
        for _ in 0..64 {
            let middle = f64::midpoint(near, far);
            if self.loss_within_db(middle) < loss_db {
                near = middle;
            } else {
                far = middle;
            }
        }
        Some(f64::midpoint(near, far))
    }

    /// The loss at a distance that is known to be 0 to 40 km.
    pub(super) fn loss_within_db(&self, distance_km: f64) -> f64 {
        if distance_km <= NEAR_KM {
            return self.free_space_db(distance_km);
        }
        if distance_km >= FAR_KM {
            return self.formula_db(distance_km);
        }
        let near_db = self.free_space_db(NEAR_KM);
        let share = (distance_km / NEAR_KM).log10() / (FAR_KM / NEAR_KM).log10();
        near_db + share * (self.formula_db(FAR_KM) - near_db)
    }

    fn formula_db(&self, distance_km: f64) -> f64 {
        let decades = distance_km.log10();
        let power = self.far_exponent(distance_km);
        let bent = if power > 1.0 {
            decades.powf(power)
        } else {
            decades
        };
        (self.fixed_db + self.slope_db * bent).max(self.free_space_db(distance_km))
    }

    /// α of the report: more than 1 beyond 20 km.
    fn far_exponent(&self, distance_km: f64) -> f64 {
        if distance_km <= 20.0 {
            return 1.0;
        }
        let rate =
            0.14 + 1.87e-4 * self.link.frequency_mhz + 1.07e-3 * self.link.transmitter_height_m;
        1.0 + rate * (distance_km / 20.0).log10().powf(0.8)
    }

    fn free_space_db(&self, distance_km: f64) -> f64 {
        let rise_km = (self.link.transmitter_height_m - self.link.receiver_height_m) / 1000.0;
        // Two antennas at one place have no loss by this; a metre apart is as near as antennas come.
        let squared_km2 = (distance_km * distance_km + rise_km * rise_km).max(1e-6);
        32.44 + 20.0 * self.link.frequency_mhz.log10() + 10.0 * squared_km2.log10()
    }
}

/// The part of urban loss that depends on the frequency alone.
fn urban_base_db(frequency_mhz: f64) -> f64 {
    let lg = frequency_mhz.log10();
    match frequency_mhz {
        f if f <= 150.0 => 69.6 + 26.2 * 150.0_f64.log10() - 20.0 * (150.0 / f).log10(),
        f if f <= 1500.0 => 69.6 + 26.2 * lg,
        f if f <= 2000.0 => 46.3 + 33.9 * lg,
        f => 46.3 + 33.9 * 2000.0_f64.log10() + 10.0 * (f / 2000.0).log10(),
    }
}

/// a(Hm) of the report, for receivers up to 10 m.
fn receiver_gain_db(frequency_mhz: f64, receiver_height_m: f64) -> f64 {
    let lg = frequency_mhz.log10();
    (1.1 * lg - 0.7) * receiver_height_m - (1.56 * lg - 0.8)
}

/// By how much the loss is less than in a town.
fn relief_db(frequency_mhz: f64, environment: Environment) -> f64 {
    // The report takes these corrections at 150 and 2000 MHz for what lies beyond.
    let frequency_mhz = frequency_mhz.clamp(150.0, 2000.0);
    let lg = frequency_mhz.log10();
    match environment {
        Environment::Urban => 0.0,
        Environment::Suburban => 2.0 * (frequency_mhz / 28.0).log10().powi(2) + 5.4,
        Environment::Open => 4.78 * lg * lg - 18.33 * lg + 40.94,
    }
}

#[cfg(test)]
mod tests;
