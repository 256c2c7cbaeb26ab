//! A plane around a site, for distances and directions within a window: the mid-latitude form of the equirectangular
//! projection, which agrees with the geodesic to 0.1 % within 100 km.

use crate::geo::Position;

/// Semi-major axis of WGS 84, metres (NIMA TR8350.2, table 3.1).
const SEMI_MAJOR_AXIS_M: f64 = 6_378_137.0;
/// First eccentricity of WGS 84, squared (NIMA TR8350.2, table 3.3).
const ECCENTRICITY_SQUARED: f64 = 6.694_379_990_14e-3;

/// The plane that touches the Earth at a position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    origin: Position,
    /// Metres in a degree of latitude at the origin.
    degree_m: f64,
}

impl Plane {
    /// The plane around a position.
    #[must_use]
    pub fn around(origin: Position) -> Self {
        Self {
            origin,
            degree_m: degrees_m(origin.latitude)[0],
        }
    }

    /// Metres in a degree of latitude at the origin.
    #[must_use]
    pub fn latitude_degree_m(&self) -> f64 {
        self.degree_m
    }

    /// Metres to the east and to the north of the origin.
    #[must_use]
    pub fn project(&self, latitude: f64, longitude: f64) -> [f64; 2] {
        let [north_m, east_m] = degrees_m(f64::midpoint(self.origin.latitude, latitude));
        [
            (longitude - self.origin.longitude) * east_m,
            (latitude - self.origin.latitude) * north_m,
        ]
    }

    /// Latitude and longitude, degrees, of a place by its metres to the east and to the north.
    #[must_use]
    pub fn unproject(&self, [east_m, north_m]: [f64; 2]) -> [f64; 2] {
        // A degree of latitude hardly changes within a window: half way is near enough by the one at the origin.
        let halfway = self.origin.latitude + north_m / self.degree_m / 2.0;
        let [north_degree_m, east_degree_m] = degrees_m(halfway);
        [
            self.origin.latitude + north_m / north_degree_m,
            self.origin.longitude + east_m / east_degree_m,
        ]
    }

    /// How many degrees of latitude and of longitude a circle around a position reaches from it, rounded up a little.
    #[must_use]
    pub fn reach_deg(position: Position, radius_m: f64) -> [f64; 2] {
        const SLACK: f64 = 1.001;
        let height_deg = SLACK * radius_m / degrees_m(position.latitude)[0];
        let poleward = (position.latitude.abs() + height_deg).min(89.0);
        [height_deg, SLACK * radius_m / degrees_m(poleward)[1]]
    }
}

/// Metres in a degree of latitude and in one of longitude at a latitude, by the radii of curvature of the ellipsoid.
fn degrees_m(latitude: f64) -> [f64; 2] {
    let (sine, cosine) = latitude.to_radians().sin_cos();
    let flatness = 1.0 - ECCENTRICITY_SQUARED * sine * sine;
    let normal_m = SEMI_MAJOR_AXIS_M / flatness.sqrt();
    let meridian_m = normal_m * (1.0 - ECCENTRICITY_SQUARED) / flatness;
    [meridian_m.to_radians(), (normal_m * cosine).to_radians()]
}
