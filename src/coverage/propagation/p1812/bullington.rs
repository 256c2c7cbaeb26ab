//! The Bullington construction: a profile's obstacles put together to one knife edge (P.1812-8, 4.3.1).

/// Where a wave goes: ends, and what bends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    pub(super) distance_km: f64,
    /// Heights of both antennas above sea level, metres.
    pub(super) ends_m: [f64; 2],
    pub(super) curvature_per_km: f64,
    pub(super) wavelength_m: f64,
}

impl Path {
    /// `L_bull` (13) to (21) over points between the ends: distance in km, height above sea level in metres.
    pub(super) fn loss_db(&self, points: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
        let d = self.distance_km;
        let [ts, rs] = self.ends_m;
        let raised = points.map(|(at, g)| (at, g + self.bulge_m(at)));
        let from_transmitter = raised
            .clone()
            .map(|(at, g)| (g - ts) / at)
            .fold(f64::NEG_INFINITY, f64::max);
        let nu = if from_transmitter < (rs - ts) / d {
            raised
                .map(|(at, g)| {
                    let clearance_m = g - (ts * (d - at) + rs * at) / d;
                    clearance_m * self.nu_per_metre(at)
                })
                .fold(f64::NEG_INFINITY, f64::max)
        } else {
            let from_receiver = raised
                .map(|(at, g)| (g - rs) / (d - at))
                .fold(f64::NEG_INFINITY, f64::max);
            self.nu_of_edge([from_transmitter, from_receiver])
        };
        clearance_loss_db(nu, d)
    }

    /// Height of the Earth's bulge over the chord at a distance from the transmitter, metres.
    fn bulge_m(&self, at_km: f64) -> f64 {
        500.0 * self.curvature_per_km * at_km * (self.distance_km - at_km)
    }

    /// Fresnel parameter of an edge one metre above the line of sight.
    fn nu_per_metre(&self, at_km: f64) -> f64 {
        (0.002 * self.distance_km / (self.wavelength_m * at_km * (self.distance_km - at_km))).sqrt()
    }

    /// Fresnel parameter of the edge where the steepest lines from both ends meet (18), (19).
    fn nu_of_edge(&self, [from_transmitter, from_receiver]: [f64; 2]) -> f64 {
        let d = self.distance_km;
        let [ts, rs] = self.ends_m;
        let at = (rs - ts + from_receiver * d) / (from_transmitter + from_receiver);
        let rise_m = ts + from_transmitter * at - (ts * (d - at) + rs * at) / d;
        rise_m * self.nu_per_metre(at)
    }
}

/// Loss of a Bullington path whose edge has the Fresnel parameter `nu` (20), (21).
pub(in super::super) fn clearance_loss_db(nu: f64, distance_km: f64) -> f64 {
    let edge_db = knife_edge_db(nu);
    edge_db + (1.0 - (-edge_db / 6.0).exp()) * (10.0 + 0.02 * distance_km)
}

/// J(ν), loss of a knife edge (12).
fn knife_edge_db(nu: f64) -> f64 {
    if nu <= -0.78 {
        return 0.0;
    }
    let lowered = nu - 0.1;
    6.9 + 20.0 * ((lowered * lowered + 1.0).sqrt() + lowered).log10()
}

/// As [`Path::loss_db`] when only the steepest slopes from both ends are known, m/km.
pub(in super::super) fn curved_loss_db(
    distance_km: f64,
    ends_m: [f64; 2],
    slopes: [f64; 2],
    wavelength_m: f64,
) -> f64 {
    let path = Path {
        distance_km,
        ends_m,
        curvature_per_km: 0.0, // the slopes already have it
        wavelength_m,
    };
    clearance_loss_db(path.nu_of_edge(slopes), distance_km)
}
