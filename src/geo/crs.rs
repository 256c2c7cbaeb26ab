//! Coordinate reference systems of files, and the way from each to WGS 84.
//!
//! VN-2000 is turned by EPSG:6960 (accuracy 1 m). EPSG states its rotations by the coordinate frame convention; `+towgs84`
//! wants those of the position vector convention, so their signs are turned here.

use proj4rs::Proj;
use proj4rs::transform::transform;

use super::Position;

/// EPSG:6960 as `+towgs84`.
const TO_WGS84: &str = "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278";

/// A system by its EPSG code: how it projects, whether its datum is VN-2000.
struct Known {
    code: u32,
    name: &'static str,
    projection: &'static str,
    is_vn2000: bool,
}

const fn known(code: u32, name: &'static str, projection: &'static str, is_vn2000: bool) -> Known {
    Known {
        code,
        name,
        projection,
        is_vn2000,
    }
}

/// Definitions: EPSG Geodetic Parameter Dataset.
const KNOWN: [Known; 11] = [
    known(4326, "WGS 84", "+proj=longlat", false),
    known(
        3857,
        "WGS 84 / Pseudo-Mercator",
        "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1",
        false,
    ),
    known(32648, "WGS 84 / UTM zone 48N", "+proj=utm +zone=48", false),
    known(32649, "WGS 84 / UTM zone 49N", "+proj=utm +zone=49", false),
    known(4756, "VN-2000", "+proj=longlat", true),
    known(3405, "VN-2000 / UTM zone 48N", "+proj=utm +zone=48", true),
    known(3406, "VN-2000 / UTM zone 49N", "+proj=utm +zone=49", true),
    known(
        5896,
        "VN-2000 / TM-3 zone 481",
        "+proj=tmerc +lat_0=0 +lon_0=102 +k=0.9999 +x_0=500000 +y_0=0",
        true,
    ),
    known(
        5897,
        "VN-2000 / TM-3 zone 482",
        "+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +y_0=0",
        true,
    ),
    known(
        5898,
        "VN-2000 / TM-3 zone 491",
        "+proj=tmerc +lat_0=0 +lon_0=108 +k=0.9999 +x_0=500000 +y_0=0",
        true,
    ),
    known(
        9205,
        "VN-2000 / TM-3 103-00",
        "+proj=tmerc +lat_0=0 +lon_0=103 +k=0.9999 +x_0=500000 +y_0=0",
        true,
    ),
];

/// A coordinate reference system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crs {
    code: u32,
}

impl Crs {
    /// The systems that are known, for messages.
    pub const KNOWN: &str =
        "EPSG:4326, 3857, 4756, 9205, 3405, 3406, 5896, 5897, 5898, 32648, 32649";

    /// Reads `EPSG:9205`, `9205`, an OGC URN or address, or CRS84.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let last = text.trim().rsplit([':', '/']).next()?;
        if last.eq_ignore_ascii_case("CRS84") {
            return Some(Self { code: 4326 });
        }
        let code = last.parse().ok()?;
        KNOWN
            .iter()
            .any(|known| known.code == code)
            .then_some(Self { code })
    }

    /// Its EPSG code.
    #[must_use]
    pub fn code(&self) -> u32 {
        self.code
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.known().map_or("", |known| known.name)
    }

    /// Whether its coordinates are metres, not degrees.
    #[must_use]
    pub fn is_projected(&self) -> bool {
        self.known()
            .is_some_and(|known| !known.projection.starts_with("+proj=longlat"))
    }

    fn known(self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.code == self.code)
    }

    fn projection(self) -> Option<Proj> {
        let known = self.known()?;
        let datum = match known.code {
            // Its sphere is none of a datum: latitudes are those of WGS 84.
            3857 => "+nadgrids=@null",
            _ if known.is_vn2000 => TO_WGS84,
            _ => "+towgs84=0,0,0",
        };
        let ellipsoid = match known.code {
            3857 => "",
            _ => "+ellps=WGS84",
        };
        let text = format!("{} {ellipsoid} {datum} +no_defs", known.projection);
        Proj::from_proj_string(&text).ok()
    }

    /// Longitude and latitude in degrees of WGS 84 of the place at easting (or longitude) `x`, northing (or latitude) `y`.
    #[must_use]
    pub fn to_wgs84(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let source = self.projection()?;
        let target = Self { code: 4326 }.projection()?;
        let point = if source.is_latlong() {
            (x.to_radians(), y.to_radians(), 0.0)
        } else {
            (x, y, 0.0)
        };
        let (longitude, latitude) = turned(&source, &target, point)?;
        let (longitude, latitude) = (longitude.to_degrees(), latitude.to_degrees());
        Position::new(longitude, latitude).map(|_| (longitude, latitude))
    }

    /// Easting and northing (or longitude and latitude) of a place of WGS 84.
    #[must_use]
    pub fn from_wgs84(&self, longitude: f64, latitude: f64) -> Option<(f64, f64)> {
        let source = Self { code: 4326 }.projection()?;
        let target = self.projection()?;
        let point = (longitude.to_radians(), latitude.to_radians(), 0.0);
        let (x, y) = turned(&source, &target, point)?;
        Some(if target.is_latlong() {
            (x.to_degrees(), y.to_degrees())
        } else {
            (x, y)
        })
    }
}

fn turned(source: &Proj, target: &Proj, mut point: (f64, f64, f64)) -> Option<(f64, f64)> {
    if !(point.0.is_finite() && point.1.is_finite()) {
        return None;
    }
    transform(source, target, &mut point).ok()?;
    (point.0.is_finite() && point.1.is_finite()).then_some((point.0, point.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::measure;

    /// Easting and northing of EPSG:9205 beside longitude and latitude of EPSG:4326, by PROJ 9.5.1.
    const VECTORS: [[f64; 4]; 6] = [
        [500_000.0, 2_450_000.0, 103.001_901_973, 22.147_561_026],
        [546_000.0, 2_477_000.0, 103.448_651_745, 22.390_792_271],
        [420_000.0, 2_480_000.0, 102.224_822_729, 22.416_649_615],
        [480_000.0, 2_500_000.0, 102.807_378_518, 22.599_020_374],
        [600_000.0, 2_430_000.0, 103.970_133_629, 21.964_058_131],
        [411_000.0, 2_310_000.0, 102.146_482_770, 20.880_890_406],
    ];

    fn apart_m(a: (f64, f64), b: (f64, f64)) -> f64 {
        let position = |(longitude, latitude)| Position::new(longitude, latitude).unwrap();
        measure::distance_m(position(a), position(b))
    }

    #[test]
    fn vn2000_agrees_with_proj_to_a_centimetre() {
        let crs = Crs::parse("EPSG:9205").unwrap();
        for [x, y, longitude, latitude] in VECTORS {
            let found = crs.to_wgs84(x, y).unwrap();
            assert!(apart_m(found, (longitude, latitude)) < 0.01, "{found:?}");
        }
        for (code, x, y) in [
            ("9205", 547_022.461_8, 2_477_624.012_7),
            ("urn:ogc:def:crs:EPSG::3405", 341_132.636_4, 2_477_624.649_8),
            (
                "http://www.opengis.net/def/crs/EPSG/0/32648",
                341_327.681_9,
                2_477_517.290_1,
            ),
        ] {
            let (east, north) = Crs::parse(code)
                .unwrap()
                .from_wgs84(103.4586, 22.3964)
                .unwrap();
            assert!((east - x).hypot(north - y) < 0.01, "{code}: {east} {north}");
        }
    }

    #[test]
    fn every_system_leads_there_and_back() {
        for known in &KNOWN {
            let crs = Crs { code: known.code };
            let (x, y) = crs.from_wgs84(104.2, 21.7).unwrap();
            let back = crs.to_wgs84(x, y).unwrap();
            assert!(apart_m(back, (104.2, 21.7)) < 0.01, "{}", known.name);
        }
    }

    #[test]
    fn what_is_no_place_is_none() {
        let crs = Crs::parse("9205").unwrap();
        assert_eq!(crs.to_wgs84(f64::NAN, 0.0), None);
        assert_eq!(crs.to_wgs84(1e300, 1e300), None);
        assert_eq!(Crs::parse("EPSG:1"), None);
        assert_eq!(Crs::parse(""), None);
    }
}
