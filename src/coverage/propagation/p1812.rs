//! Loss over terrain by Recommendation ITU-R P.1812-8 for the median (50 % of time and locations) of one profile: free space
//! and delta-Bullington diffraction. Ducting and troposcatter, which only lower losses that end all service anyway, are left
//! out. Equation numbers are the Recommendation's.

mod bullington;
mod smooth_earth;
mod spherical_earth;

use super::{Link, OutOfRange};

pub(super) use bullington::{clearance_loss_db, curved_loss_db};
pub(super) use smooth_earth::{Obstruction, add_step, effective_heights_m, fitted_heights_m};
use spherical_earth::SphericalEarth;

/// Name of the formula in errors.
const FORMULA: &str = "ITU-R P.1812-8";
/// Mean radius of the Earth, km.
const EARTH_RADIUS_KM: f64 = 6371.0;
/// Shortest path of the Recommendation; nearer, the loss is that of free space, km.
pub const DISTANCE_MIN_KM: f64 = 0.25;
/// Longest path of the Recommendation, km.
pub const DISTANCE_MAX_KM: f64 = 3000.0;
/// Fall of the radio refractive index in the lowest km of the air where no local value is known, N-units/km.
pub const DELTA_N_DEFAULT: f64 = 45.0;

/// Polarization of the wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polarization {
    /// Electric field parallel to the ground.
    Horizontal,
    /// Electric field upright. Antennas slanted by 45° lie between; the difference over land is below 0.1 dB at 700 MHz.
    Vertical,
}

/// What lies around a path besides its terrain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surroundings {
    /// Fall of the radio refractive index in the lowest km of the air, N-units/km.
    pub delta_n: f64,
    /// Share of the path over sea, 0 to 1.
    pub sea_share: f64,
    /// Polarization of the wave.
    pub polarization: Polarization,
}

impl Default for Surroundings {
    /// Inland, with the usual air, vertical polarization.
    fn default() -> Self {
        Self {
            delta_n: DELTA_N_DEFAULT,
            sea_share: 0.0,
            polarization: Polarization::Vertical,
        }
    }
}

impl Surroundings {
    /// Radius of an Earth over which waves run straight, km (7a).
    #[must_use]
    pub fn effective_radius_km(&self) -> f64 {
        EARTH_RADIUS_KM * 157.0 / (157.0 - self.delta_n)
    }
}

/// The heights along a path, from the transmitter to the receiver.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile<'a> {
    distances_km: &'a [f64],
    heights_m: &'a [f64],
    clutter_m: &'a [f64],
}

/// Lists that are no profile.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ProfileFault {
    /// The lists differ in length.
    #[error("distances, heights and clutter of a profile must be equally many")]
    Lengths,
    /// There is nothing between the ends.
    #[error("a profile must have at least three points")]
    TooShort,
    /// A value is not finite.
    #[error("point {0} of the profile has a value that is no number")]
    NotFinite(usize),
    /// Distances do not grow from 0.
    #[error("the distances of a profile must grow from 0; point {0} does not")]
    NotGrowing(usize),
}

impl<'a> Profile<'a> {
    /// A profile: distances from the transmitter in km (the first is 0), heights of the ground above sea level in metres, and
    /// heights of what stands on it in metres (those at both ends do not count).
    ///
    /// # Errors
    /// When the lists differ in length or have fewer than three points, or a value is not finite, or distances do not grow.
    pub fn new(
        distances_km: &'a [f64],
        heights_m: &'a [f64],
        clutter_m: &'a [f64],
    ) -> Result<Self, ProfileFault> {
        if distances_km.len() != heights_m.len() || distances_km.len() != clutter_m.len() {
            return Err(ProfileFault::Lengths);
        }
        if distances_km.len() < 3 {
            return Err(ProfileFault::TooShort);
        }
        let mut last_km = -1.0;
        for (index, ((&d, &h), &c)) in distances_km
            .iter()
            .zip(heights_m)
            .zip(clutter_m)
            .enumerate()
        {
            if !(d.is_finite() && h.is_finite() && c.is_finite()) {
                return Err(ProfileFault::NotFinite(index));
            }
            if d <= last_km || (index == 0 && d != 0.0) {
                return Err(ProfileFault::NotGrowing(index));
            }
            last_km = d;
        }
        Ok(Self {
            distances_km,
            heights_m,
            clutter_m,
        })
    }

    /// Length of the path, km.
    #[must_use]
    pub fn length_km(&self) -> f64 {
        self.distances_km.last().copied().unwrap_or_default()
    }

    /// Points between the ends: distance in km, height of the ground and of what stands on it, metres above sea level.
    fn interior(&self) -> impl Iterator<Item = (f64, f64, f64)> + Clone {
        let count = self.distances_km.len();
        let points = self
            .distances_km
            .iter()
            .zip(self.heights_m)
            .zip(self.clutter_m);
        points
            .take(count - 1)
            .skip(1)
            .map(|((&d, &h), &c)| (d, h, h + c))
    }

    /// Heights of antennas at `ends_m` above the smooth surface that stands for the terrain in diffraction (5.6).
    fn effective_heights_m(&self, ends_m: [f64; 2]) -> [f64; 2] {
        let d = self.length_km();
        let fitted_m = fitted_heights_m(d, self.sums());
        let ground_m = self.interior().map(|(at, h, _)| (at, h));
        let obstruction = Obstruction::over(ground_m, d, ends_m);
        let bare_m = [self.first_height_m(), self.last_height_m()];
        effective_heights_m(fitted_m, obstruction, bare_m, ends_m)
    }

    /// `v_1` and `v_2`, the sums of the least-squares fit (83), (84).
    fn sums(&self) -> [f64; 2] {
        let points = self.distances_km.iter().zip(self.heights_m);
        let pairs = points.clone().zip(points.skip(1));
        pairs.fold([0.0; 2], |sums, ((&d0, &h0), (&d1, &h1))| {
            add_step(sums, [d0, d1], [h0, h1])
        })
    }

    fn first_height_m(&self) -> f64 {
        self.heights_m.first().copied().unwrap_or_default()
    }

    fn last_height_m(&self) -> f64 {
        self.heights_m.last().copied().unwrap_or_default()
    }
}

/// A loss and what it consists of, dB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// Free space, `L_bfs` (8).
    pub free_space_db: f64,
    /// Bullington construction over the profile, `L_bulla` (21).
    pub bullington_db: f64,
    /// Bullington construction over a smooth Earth, `L_bulls` (21).
    pub bullington_smooth_db: f64,
    /// Diffraction by the spherical Earth, `L_dsph` (27).
    pub spherical_earth_db: f64,
}

impl Loss {
    /// Loss by diffraction, `L_d50` (39).
    #[must_use]
    pub fn diffraction_db(&self) -> f64 {
        self.bullington_db + (self.spherical_earth_db - self.bullington_smooth_db).max(0.0)
    }

    /// The whole loss, `L_b`.
    #[must_use]
    pub fn total_db(&self) -> f64 {
        self.free_space_db + self.diffraction_db()
    }
}

/// The method for one link, with all that does not depend on the profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct P1812 {
    link: Link,
    wavelength_m: f64,
    /// Curvature of the Earth as the wave sees it, `C_e`, 1/km.
    curvature_per_km: f64,
    spherical: SphericalEarth,
}

impl P1812 {
    /// The method for a link.
    ///
    /// # Errors
    /// When the frequency is not 30 to 6000 MHz, a height not 1 to 3000 m above ground, ΔN not 0 to 120 N-units/km, or the
    /// share of sea not 0 to 1.
    pub fn new(link: Link, surroundings: Surroundings) -> Result<Self, OutOfRange> {
        let check = |field, value, range| OutOfRange::check(FORMULA, field, value, range);
        let Surroundings {
            delta_n,
            sea_share,
            polarization,
        } = surroundings;
        check("frequency_mhz", link.frequency_mhz, [30.0, 6000.0])?;
        check(
            "transmitter_height_m",
            link.transmitter_height_m,
            [1.0, 3000.0],
        )?;
        check("receiver_height_m", link.receiver_height_m, [1.0, 3000.0])?;
        check("delta_n", delta_n, [0.0, 120.0])?;
        check("sea_share", sea_share, [0.0, 1.0])?;
        let frequency_ghz = link.frequency_mhz / 1000.0;
        let radius_km = surroundings.effective_radius_km();
        Ok(Self {
            link,
            wavelength_m: 0.2998 / frequency_ghz,
            curvature_per_km: 1.0 / radius_km,
            spherical: SphericalEarth::new(frequency_ghz, radius_km, sea_share, polarization),
        })
    }

    /// The link that was given.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link
    }

    /// Wavelength, metres.
    pub(super) fn wavelength_m(&self) -> f64 {
        self.wavelength_m
    }

    /// Curvature of the Earth as the wave sees it, `C_e`, 1/km.
    pub(super) fn curvature_per_km(&self) -> f64 {
        self.curvature_per_km
    }

    /// Free space over a distance in km between antennas whose heights above sea level differ by `rise_m` (8).
    pub(super) fn free_space_db(&self, distance_km: f64, rise_m: f64) -> f64 {
        // Antennas at one place have no loss by this; a metre apart is as near as antennas come.
        let squared_km2 = (distance_km * distance_km + rise_m * rise_m / 1e6).max(1e-6);
        92.4 + 20.0 * (self.link.frequency_mhz / 1000.0).log10() + 10.0 * squared_km2.log10()
    }

    /// Diffraction by the spherical Earth between antennas at effective heights (27).
    pub(super) fn spherical_earth_db(&self, distance_km: f64, heights_m: [f64; 2]) -> f64 {
        self.spherical
            .loss_db(distance_km, heights_m, self.wavelength_m)
    }

    /// The loss along a profile; nearer than 0.25 km that of free space.
    ///
    /// # Errors
    /// When the profile is longer than 3000 km.
    pub fn loss(&self, profile: &Profile) -> Result<Loss, OutOfRange> {
        let d = profile.length_km();
        OutOfRange::check(FORMULA, "distance_km", d, [0.0, DISTANCE_MAX_KM])?;
        let ends_m = [
            profile.first_height_m() + self.link.transmitter_height_m,
            profile.last_height_m() + self.link.receiver_height_m,
        ];
        let free_space_db = self.free_space_db(d, ends_m[0] - ends_m[1]);
        if d < DISTANCE_MIN_KM {
            return Ok(Loss {
                free_space_db,
                bullington_db: 0.0,
                bullington_smooth_db: 0.0,
                spherical_earth_db: 0.0,
            });
        }
        let covered = profile.interior().map(|(at, _, g)| (at, g));
        let bare = profile.interior().map(|(at, ..)| (at, 0.0));
        let effective_m = profile.effective_heights_m(ends_m);
        Ok(Loss {
            free_space_db,
            bullington_db: self.bullington_db(covered, d, ends_m),
            bullington_smooth_db: self.bullington_db(bare, d, effective_m),
            spherical_earth_db: self.spherical_earth_db(d, effective_m),
        })
    }

    fn bullington_db(
        &self,
        points: impl Iterator<Item = (f64, f64)> + Clone,
        distance_km: f64,
        ends_m: [f64; 2],
    ) -> f64 {
        let path = bullington::Path {
            distance_km,
            ends_m,
            curvature_per_km: self.curvature_per_km,
            wavelength_m: self.wavelength_m,
        };
        path.loss_db(points)
    }
}

#[cfg(test)]
pub(in crate::coverage) mod tests;
