//! Coordinate reference systems that Vietnamese files use, and the way from them to WGS 84 and back.

/// A coordinate reference system that the service knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crs {
    code: u32,
}

impl Crs {
    /// EPSG codes and names of those that are known.
    pub const KNOWN: &'static [(u32, &'static str)] = &[(4326, "WGS 84")];

    /// Reads `EPSG:9205`, `9205` or `http://www.opengis.net/def/crs/EPSG/0/9205`. Nothing where it is not known.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code = text.trim().rsplit([':', '/']).next()?.parse::<u32>().ok()?;
        let (code, _) = Self::KNOWN.iter().find(|(known, _)| *known == code)?;
        Some(Self { code: *code })
    }

    /// Longitude and latitude of WGS 84, in degrees, of easting and northing, in metres (or of longitude and latitude).
    #[must_use]
    pub fn to_wgs84(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        Some((x, y))
    }

    /// The way back of [`Crs::to_wgs84`].
    #[must_use]
    pub fn from_wgs84(&self, longitude: f64, latitude: f64) -> Option<(f64, f64)> {
        Some((longitude, latitude))
    }

    /// True where coordinates are metres.
    #[must_use]
    pub fn is_projected(&self) -> bool {
        false
    }

    /// The EPSG code.
    #[must_use]
    pub fn code(&self) -> u32 {
        self.code
    }
}
