//! The key of a footprint: a digest of all it is computed from. The same key is the same footprint, so it is computed once
//! and never outdated.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

use super::super::Refusal;
use super::super::lattice::Lattice;
use super::{Model, SignalLevel, Thresholds};
use crate::geo::Position;

/// Changed whenever the same ingredients would give other cells.
const ENGINE_VERSION: i64 = 1;

/// A position as footprints know it: rounded to 10⁻⁶ degrees, 0.1 m.
pub(super) fn rounded(position: Position) -> Position {
    Position {
        longitude: (position.longitude * 1e6).round() / 1e6,
        latitude: (position.latitude * 1e6).round() / 1e6,
    }
}

/// SHA-256 of what a footprint is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FootprintKey(pub [u8; 32]);

impl fmt::Display for FootprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Collects the ingredients by name; their order does not matter.
#[derive(Clone, Debug)]
pub struct KeyBuilder {
    ingredients: BTreeMap<String, Vec<u8>>,
}

impl KeyBuilder {
    /// Begins with what every footprint has. The position counts by its millionths of a degree.
    #[must_use]
    pub fn new(lattice: Lattice, (model, model_version): (Model, u32), position: Position) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "at most 1.8e8")]
        let millionths = |degrees: f64| (degrees * 1e6).round() as i64;
        let builder = Self {
            ingredients: BTreeMap::new(),
        };
        builder
            .whole("engine", ENGINE_VERSION)
            .whole("lattice", i64::from(lattice.cells_per_degree()))
            .text("model", model.as_str())
            .whole("model_version", i64::from(model_version))
            .whole("longitude", millionths(position.longitude))
            .whole("latitude", millionths(position.latitude))
    }

    /// A number, by all its digits: `antenna_height_m`, `frequency_mhz` and so on. −0 is 0.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn number(self, name: &'static str, value: f64) -> Result<Self, Refusal> {
        if value.is_finite() {
            return Ok(self.with(name, b'f', &(value + 0.0).to_be_bytes()));
        }
        Err(Refusal {
            field: name,
            rule: "must be finite",
        })
    }

    /// A number that may be absent, which is another ingredient than any number.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn optional(self, name: &'static str, value: Option<f64>) -> Result<Self, Refusal> {
        match value {
            Some(value) => self.number(name, value),
            None => Ok(self.with(name, b'n', &[])),
        }
    }

    /// A whole number.
    #[must_use]
    pub fn whole(self, name: &str, value: i64) -> Self {
        self.with(name, b'i', &value.to_be_bytes())
    }

    /// A word: the environment, say.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.with(name, b't', value.as_bytes())
    }

    /// The thresholds of the levels.
    #[must_use]
    pub fn thresholds(self, thresholds: &Thresholds) -> Self {
        SignalLevel::ALL.into_iter().fold(self, |builder, level| {
            let dbm = thresholds.dbm(level) + 0.0;
            builder.with(
                &format!("threshold {}", level.as_str()),
                b'f',
                &dbm.to_be_bytes(),
            )
        })
    }

    /// The digest of a tile of elevations, by the tile's name.
    #[must_use]
    pub fn elevation_tile(self, name: &str, digest: &[u8; 32]) -> Self {
        self.with(&format!("elevation {name}"), b'd', digest)
    }

    /// The digest of the land cover.
    #[must_use]
    pub fn clutter(self, digest: &[u8; 32]) -> Self {
        self.with("clutter", b'd', digest)
    }

    /// The key: SHA-256 over the ingredients in the order of their names, each with its name, kind and value and the
    /// lengths of both, so that no two lists are written alike.
    #[must_use]
    pub fn finish(&self) -> FootprintKey {
        let mut hash = Sha256::new();
        for (name, value) in &self.ingredients {
            for part in [name.as_bytes(), value] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        FootprintKey(hash.finalize().into())
    }

    /// An ingredient; a later one of the same name takes the place of the earlier.
    fn with(mut self, name: &str, kind: u8, value: &[u8]) -> Self {
        let value = [&[kind], value].concat();
        self.ingredients.insert(name.to_owned(), value);
        self
    }
}
