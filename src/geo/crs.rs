//! Coordinate reference systems of Vietnamese files, and the way from them to WGS 84 and back.
//!
//! Parameters are those of the EPSG dataset 11.022. Axis order is easting, northing (longitude, latitude) everywhere.
//! VN-2000 goes to WGS 84 by EPSG:6960 (coordinate frame rotation, accuracy 1 m); leaving it out would cost 222 m in Lai
//! Châu. Heights are taken as 0 on the ellipsoid, so the way there and back differs by a millimetre.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use proj4rs::Proj;
use proj4rs::transform::transform;

use super::Position;

/// EPSG:6960 in PROJ's position-vector convention, in which the three rotations have the opposite signs of EPSG's
/// coordinate frame. With EPSG's own signs the result would be 0.8 m off.
const VN2000: &str = "+ellps=WGS84 +towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278";
const WGS84: &str = "+datum=WGS84";

/// Eastings of a zone and northings of Viet Nam that are believed, in metres.
const EASTINGS_M: RangeInclusive<f64> = 100_000.0..=900_000.0;
const NORTHINGS_M: RangeInclusive<f64> = 800_000.0..=2_700_000.0;

/// Decimals of a converted degree: 0.1 mm, far below the accuracy of the conversion.
const DECIMALS: f64 = 1e9;

/// Most that the way there and back may differ: a metre (or a radian, which is no bound).
const THERE_AND_BACK: f64 = 1.0;

/// How a system lays the Earth flat.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Grid {
    /// It does not: longitude and latitude.
    Degrees,
    /// Universal transverse Mercator: 6° zones, scale 0.9996.
    Utm { meridian: f64 },
    /// The 3° zones of Viet Nam's provinces: transverse Mercator, scale 0.9999, false easting 500,000 m.
    Tm3 { meridian: f64 },
    /// Mercator of a sphere, as web maps have it.
    WebMercator,
}

/// A system of the EPSG dataset.
#[derive(Debug, PartialEq)]
pub struct Known {
    /// Its EPSG code.
    pub code: u32,
    /// Its EPSG name.
    pub name: &'static str,
    datum: &'static str,
    grid: Grid,
}

const fn known(code: u32, name: &'static str, datum: &'static str, grid: Grid) -> Known {
    Known {
        code,
        name,
        datum,
        grid,
    }
}

const fn tm3(code: u32, name: &'static str, meridian: f64) -> Known {
    known(code, name, VN2000, Grid::Tm3 { meridian })
}

/// A coordinate reference system that the service knows. Cheap to clone.
#[derive(Clone)]
pub struct Crs {
    known: &'static Known,
    proj: Arc<Proj>,
    wgs84: Arc<Proj>,
}

impl Crs {
    /// Every system that is known. Those of VN-2000 are all that EPSG has.
    pub const KNOWN: &'static [Known] = &[
        known(4326, "WGS 84", WGS84, Grid::Degrees),
        known(4756, "VN-2000", VN2000, Grid::Degrees),
        tm3(9205, "VN-2000 / TM-3 103-00", 103.0),
        tm3(9206, "VN-2000 / TM-3 104-00", 104.0),
        tm3(9207, "VN-2000 / TM-3 104-30", 104.5),
        tm3(9208, "VN-2000 / TM-3 104-45", 104.75),
        tm3(9209, "VN-2000 / TM-3 105-30", 105.5),
        tm3(9210, "VN-2000 / TM-3 105-45", 105.75),
        tm3(9211, "VN-2000 / TM-3 106-00", 106.0),
        tm3(9212, "VN-2000 / TM-3 106-15", 106.25),
        tm3(9213, "VN-2000 / TM-3 106-30", 106.5),
        tm3(9214, "VN-2000 / TM-3 107-00", 107.0),
        tm3(9215, "VN-2000 / TM-3 107-15", 107.25),
        tm3(9216, "VN-2000 / TM-3 107-30", 107.5),
        tm3(9217, "VN-2000 / TM-3 108-15", 108.25),
        tm3(9218, "VN-2000 / TM-3 108-30", 108.5),
        tm3(5896, "VN-2000 / TM-3 zone 481", 102.0),
        tm3(5897, "VN-2000 / TM-3 zone 482", 105.0),
        tm3(5898, "VN-2000 / TM-3 zone 491", 108.0),
        tm3(5899, "VN-2000 / TM-3 107-45", 107.75),
        known(
            3405,
            "VN-2000 / UTM zone 48N",
            VN2000,
            Grid::Utm { meridian: 105.0 },
        ),
        known(
            3406,
            "VN-2000 / UTM zone 49N",
            VN2000,
            Grid::Utm { meridian: 111.0 },
        ),
        known(
            32648,
            "WGS 84 / UTM zone 48N",
            WGS84,
            Grid::Utm { meridian: 105.0 },
        ),
        known(
            32649,
            "WGS 84 / UTM zone 49N",
            WGS84,
            Grid::Utm { meridian: 111.0 },
        ),
        known(3857, "WGS 84 / Pseudo-Mercator", WGS84, Grid::WebMercator),
    ];

    /// Reads `EPSG:9205`, `9205`, `urn:ogc:def:crs:EPSG::9205` or `http://www.opengis.net/def/crs/EPSG/0/9205`. Nothing
    /// where it is not known.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let code = match text.rsplit_once([':', '/']) {
            Some((authority, code)) if authority.contains("epsg") => code,
            Some(_) => return None,
            None => &text,
        };
        Self::of(code.parse().ok()?)
    }

    /// The system with the EPSG code `code`.
    #[must_use]
    pub fn of(code: u32) -> Option<Self> {
        let known = Self::KNOWN.iter().find(|known| known.code == code)?;
        Some(Self {
            known,
            proj: Arc::new(Proj::from_proj_string(&definition(known)).ok()?),
            wgs84: Arc::new(Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").ok()?),
        })
    }

    /// Longitude and latitude in WGS 84, to 9 decimals of a degree, of an easting and a northing in metres (of a longitude
    /// and a latitude where the system is not projected). Nothing where no position on Earth has these coordinates.
    #[must_use]
    pub fn to_wgs84(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        if self.code() == 4326 {
            return Position::new(x, y).map(|position| (position.longitude, position.latitude));
        }
        let (x, y) = match self.known.grid {
            Grid::Degrees => {
                let position = Position::new(x, y)?;
                (
                    position.longitude.to_radians(),
                    position.latitude.to_radians(),
                )
            }
            Grid::Utm { .. } | Grid::Tm3 { .. } | Grid::WebMercator => (x, y),
        };
        let (longitude, latitude) = moved(&self.proj, &self.wgs84, x, y)?;
        let rounded = |radians: f64| (radians.to_degrees() * DECIMALS).round() / DECIMALS;
        let position = Position::new(rounded(longitude), rounded(latitude))?;
        // Far outside its zone a projection answers with another place: what does not lead back is no position.
        let back = moved(&self.wgs84, &self.proj, longitude, latitude)?;
        let off = (back.0 - x).abs().max((back.1 - y).abs());
        (off < THERE_AND_BACK).then_some((position.longitude, position.latitude))
    }

    /// The way back of [`Crs::to_wgs84`], not rounded.
    #[must_use]
    pub fn from_wgs84(&self, longitude: f64, latitude: f64) -> Option<(f64, f64)> {
        let position = Position::new(longitude, latitude)?;
        if self.code() == 4326 {
            return Some((longitude, latitude));
        }
        let (x, y) = moved(
            &self.wgs84,
            &self.proj,
            position.longitude.to_radians(),
            position.latitude.to_radians(),
        )?;
        match self.known.grid {
            Grid::Degrees => Some((x.to_degrees(), y.to_degrees())),
            Grid::Utm { .. } | Grid::Tm3 { .. } | Grid::WebMercator => Some((x, y)),
        }
    }

    /// True where coordinates are metres.
    #[must_use]
    pub fn is_projected(&self) -> bool {
        self.known.grid != Grid::Degrees
    }

    /// Whether an easting and a northing, in metres, can be of a place in Viet Nam. The two ranges hardly meet, so this
    /// tells an easting from a northing: surveyors there call the northing X and the easting Y, others do the opposite.
    /// Nothing where the system has no zones, so that magnitudes say nothing.
    #[must_use]
    pub fn believes(&self, easting: f64, northing: f64) -> Option<bool> {
        match self.known.grid {
            Grid::Utm { .. } | Grid::Tm3 { .. } => {
                Some(EASTINGS_M.contains(&easting) && NORTHINGS_M.contains(&northing))
            }
            Grid::Degrees | Grid::WebMercator => None,
        }
    }

    /// The EPSG code.
    #[must_use]
    pub fn code(&self) -> u32 {
        self.known.code
    }

    /// The EPSG name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.known.name
    }
}

impl fmt::Debug for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EPSG:{}", self.code())
    }
}

impl PartialEq for Crs {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

/// The definition as PROJ reads it.
fn definition(known: &Known) -> String {
    let datum = known.datum;
    let transverse = |meridian: f64, scale: f64| {
        format!(
            "+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0=500000 +y_0=0 {datum} +units=m +no_defs"
        )
    };
    match known.grid {
        Grid::Degrees => format!("+proj=longlat {datum} +no_defs"),
        Grid::Utm { meridian } => transverse(meridian, 0.9996),
        Grid::Tm3 { meridian } => transverse(meridian, 0.9999),
        Grid::WebMercator => {
            "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs"
                .to_owned()
        }
    }
}

/// Coordinates of one system in another; radians where a system has degrees.
fn moved(from: &Proj, to: &Proj, x: f64, y: f64) -> Option<(f64, f64)> {
    if !(x.is_finite() && y.is_finite()) {
        return None;
    }
    let mut point = (x, y, 0.0);
    transform(from, to, &mut point).ok()?;
    (point.0.is_finite() && point.1.is_finite()).then_some((point.0, point.1))
}

#[cfg(test)]
mod tests;
