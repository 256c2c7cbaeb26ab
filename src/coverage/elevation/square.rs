//! The square degree that a tile covers, and the names of tiles.

use std::fmt;

use crate::geo::Position;

/// One degree of latitude by one of longitude, by its south-west corner. Written like the name of a tile: N22E103.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Square {
    /// Latitude of the southern edge, degrees, −90 to 89.
    pub south: i16,
    /// Longitude of the western edge, degrees, −180 to 179.
    pub west: i16,
}

impl Square {
    /// The square by its south-west corner in whole degrees; nothing when it is not on the Earth.
    #[must_use]
    pub fn new(south: i16, west: i16) -> Option<Self> {
        let inside = (-90..=89).contains(&south) && (-180..=179).contains(&west);
        inside.then_some(Self { south, west })
    }

    /// The square that holds a position.
    #[must_use]
    pub fn holding(position: Position) -> Option<Self> {
        let degree = |degrees: f64, last: i16| whole(degrees).map(|it| it.min(last));
        Self::new(
            degree(position.latitude, 89)?,
            degree(position.longitude, 179)?,
        )
    }

    /// The squares that meet a window: degrees of latitude from south to north, of longitude from west to east.
    #[must_use]
    pub fn meeting([south, north]: [f64; 2], [west, east]: [f64; 2]) -> Vec<Self> {
        let degrees = |from: f64, to: f64| Some(whole(from)?..=whole(to)?);
        let (Some(rows), Some(columns)) = (degrees(south, north), degrees(west, east)) else {
            return Vec::new();
        };
        let of_row = |row: i16| {
            columns
                .clone()
                .filter_map(move |column| Self::new(row, column))
        };
        rows.flat_map(of_row).collect()
    }

    /// The square of a tile by the name of its file, which begins with it.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (latitude, rest) = (name.get(..3)?, name.get(3..)?);
        let (longitude, rest) = (rest.get(..4)?, rest.get(4..)?);
        if rest.starts_with(|next: char| next.is_ascii_alphanumeric()) {
            return None;
        }
        Self::new(
            signed(latitude, ['N', 'S'])?,
            signed(longitude, ['E', 'W'])?,
        )
    }
}

/// The whole degree at or below.
#[expect(clippy::cast_possible_truncation, reason = "within the range")]
fn whole(degrees: f64) -> Option<i16> {
    (-360.0..=360.0)
        .contains(&degrees)
        .then(|| degrees.floor() as i16)
}

/// Degrees after the letter of a hemisphere, the first letter for positive ones.
fn signed(text: &str, [positive, negative]: [char; 2]) -> Option<i16> {
    let (letter, digits) = text.split_at_checked(1)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let degrees: i16 = digits.parse().ok()?;
    match letter.chars().next()?.to_ascii_uppercase() {
        c if c == positive => Some(degrees),
        c if c == negative => Some(-degrees),
        _ => None,
    }
}

impl fmt::Display for Square {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let north = if self.south < 0 { 'S' } else { 'N' };
        let east = if self.west < 0 { 'W' } else { 'E' };
        let (south, west) = (self.south.abs(), self.west.abs());
        write!(f, "{north}{south:02}{east}{west:03}")
    }
}
