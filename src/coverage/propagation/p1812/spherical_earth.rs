//! Diffraction around a smooth, spherical Earth (P.1812-8, 4.3.2 and 4.3.3).

use std::f64::consts::FRAC_PI_3;

use super::Polarization;

/// Relative permittivity and conductivity in S/m of land, and of sea.
const LAND: [f64; 2] = [22.0, 0.003];
const SEA: [f64; 2] = [80.0, 5.0];

/// What diffraction around the Earth depends on besides distance and heights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct SphericalEarth {
    frequency_ghz: f64,
    /// Effective radius of the Earth for median air, km.
    radius_km: f64,
    sea_share: f64,
    polarization: Polarization,
}

impl SphericalEarth {
    pub(super) fn new(
        frequency_ghz: f64,
        radius_km: f64,
        sea_share: f64,
        polarization: Polarization,
    ) -> Self {
        Self {
            frequency_ghz,
            radius_km,
            sea_share,
            polarization,
        }
    }

    /// `L_dsph` (22) to (27), between antennas at heights over the smooth surface, metres.
    pub(super) fn loss_db(&self, distance_km: f64, heights_m: [f64; 2], wavelength_m: f64) -> f64 {
        let d = distance_km;
        let [te, re] = heights_m;
        let horizon_km =
            (2.0 * self.radius_km).sqrt() * ((0.001 * te).sqrt() + (0.001 * re).sqrt());
        if d >= horizon_km {
            return self.first_term_db(d, heights_m, self.radius_km);
        }
        let (clearance_m, parts_km) = self.clearance_m(d, heights_m);
        let required_m = 17.456 * (parts_km[0] * parts_km[1] * wavelength_m / d).sqrt();
        if clearance_m > required_m {
            return 0.0;
        }
        // (26): the radius at which the path would just be cut.
        let grazing_km = 500.0 * (d / (te.sqrt() + re.sqrt())).powi(2);
        let beyond_db = self.first_term_db(d, heights_m, grazing_km);
        (1.0 - clearance_m / required_m) * beyond_db.max(0.0)
    }

    /// Smallest clearance between the Earth and the ray, metres, and the distances from its place to both ends, km
    /// (23) to (25).
    fn clearance_m(&self, distance_km: f64, [te, re]: [f64; 2]) -> (f64, [f64; 2]) {
        let d = distance_km;
        let radius_km = self.radius_km;
        let c = (te - re) / (te + re);
        let m = 250.0 * d * d / (radius_km * (te + re));
        let angle = (1.5 * c * (3.0 * m / (m + 1.0).powi(3)).sqrt()).acos();
        let b = 2.0 * ((m + 1.0) / (3.0 * m)).sqrt() * (FRAC_PI_3 + angle / 3.0).cos();
        let d1 = d / 2.0 * (1.0 + b);
        let d2 = d - d1;
        let clearance_m =
            ((te - 500.0 * d1 * d1 / radius_km) * d2 + (re - 500.0 * d2 * d2 / radius_km) * d1) / d;
        (clearance_m, [d1, d2])
    }

    /// `L_dft` over land and sea in their shares (28).
    fn first_term_db(&self, distance_km: f64, heights_m: [f64; 2], radius_km: f64) -> f64 {
        let over = |ground| self.first_term_over_db(distance_km, heights_m, radius_km, ground);
        let mut loss_db = 0.0;
        if self.sea_share < 1.0 {
            loss_db += (1.0 - self.sea_share) * over(LAND);
        }
        if self.sea_share > 0.0 {
            loss_db += self.sea_share * over(SEA);
        }
        loss_db
    }

    /// The first term of the residue series over one kind of ground (29) to (36).
    fn first_term_over_db(
        &self,
        distance_km: f64,
        heights_m: [f64; 2],
        radius_km: f64,
        ground: [f64; 2],
    ) -> f64 {
        let f = self.frequency_ghz;
        let admittance = self.admittance(radius_km, ground);
        let k2 = admittance * admittance;
        let k4 = k2 * k2;
        let beta = (1.0 + 1.6 * k2 + 0.67 * k4) / (1.0 + 4.5 * k2 + 1.53 * k4);
        let x = 21.88 * beta * (f / (radius_km * radius_km)).cbrt() * distance_km;
        let distance_db = if x >= 1.6 {
            11.0 + 10.0 * x.log10() - 17.6 * x
        } else {
            -20.0 * x.log10() - 5.6488 * x.powf(1.425)
        };
        let per_metre = 0.9575 * beta * (f * f / radius_km).cbrt();
        let gain_db = |height_m: f64| height_gain_db(beta * per_metre * height_m, admittance);
        -distance_db - gain_db(heights_m[0]) - gain_db(heights_m[1])
    }

    /// Normalised surface admittance K (30).
    fn admittance(&self, radius_km: f64, [permittivity, conductivity]: [f64; 2]) -> f64 {
        let loss = 18.0 * conductivity / self.frequency_ghz;
        let horizontal = 0.036
            * (radius_km * self.frequency_ghz).cbrt().recip()
            * ((permittivity - 1.0).powi(2) + loss * loss).powf(-0.25);
        match self.polarization {
            Polarization::Horizontal => horizontal,
            Polarization::Vertical => {
                horizontal * (permittivity * permittivity + loss * loss).sqrt()
            }
        }
    }
}

/// G(Y) of the antenna's normalised height (35), with B = βY.
fn height_gain_db(b: f64, admittance: f64) -> f64 {
    let gain_db = if b > 2.0 {
        17.6 * (b - 1.1).sqrt() - 5.0 * (b - 1.1).log10() - 8.0
    } else {
        20.0 * (b + 0.1 * b * b * b).log10()
    };
    gain_db.max(2.0 + 20.0 * admittance.log10())
}
