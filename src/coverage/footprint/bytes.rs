//! A footprint as bytes for the database: origin and runs, compressed with zlib, which also checks them.

use std::io::{Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::super::lattice::Lattice;
use super::super::runs::{Corrupt, Runs, put, take, take_byte};
use super::{Footprint, Model, Origin};

/// What the bytes below are.
const FORMAT: u8 = 2;
/// Most bytes that a footprint is believed to have uncompressed: a thousand times the usual.
const MOST_BYTES: u64 = 1 << 26;

const HAS_RADIUS: u8 = 1;
const HAS_VOID_ELEVATIONS: u8 = 2;
const IS_ELEVATION_INCOMPLETE: u8 = 4;
const COVERED_IS_POSSIBLE: u8 = 8;
const ROBUST_IS_COVERED: u8 = 16;
const INDOOR_IS_ROBUST: u8 = 32;
const KNOWN_FLAGS: u8 = 63;

impl Footprint {
    /// The footprint as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let [possible, covered, robust, indoor] = &self.levels;
        let same_covered = covered == possible;
        let same_robust = robust == covered;
        let same_indoor = indoor == robust;
        let origin = &self.origin;
        let flags = [
            (origin.radius_m.is_some(), HAS_RADIUS),
            (origin.has_void_elevations, HAS_VOID_ELEVATIONS),
            (origin.is_elevation_incomplete, IS_ELEVATION_INCOMPLETE),
            (same_covered, COVERED_IS_POSSIBLE),
            (same_robust, ROBUST_IS_COVERED),
            (same_indoor, INDOOR_IS_ROBUST),
        ];
        let flags = flags.iter().filter(|(is_set, _)| *is_set);
        let mut plain = vec![
            FORMAT,
            model_byte(origin.model),
            flags.fold(0, |all, (_, flag)| all | flag),
        ];
        put(origin.model_version, &mut plain);
        put(self.window.lattice.cells_per_degree(), &mut plain);
        if let Some(radius_m) = origin.radius_m {
            plain.extend(radius_m.to_le_bytes());
        }
        possible.write(&mut plain);
        if !same_covered {
            covered.write(&mut plain);
        }
        if !same_robust {
            robust.write(&mut plain);
        }
        if !same_indoor {
            indoor.write(&mut plain);
        }
        compressed(&plain)
    }

    /// The footprint that [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are none of its.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Corrupt> {
        let plain = expanded(bytes)?;
        let rest = &mut plain.as_slice();
        if take_byte(rest)? != FORMAT {
            return Err(Corrupt("the format is not known"));
        }
        let model = model_of(take_byte(rest)?)?;
        let flags = take_byte(rest)?;
        if flags & !KNOWN_FLAGS != 0 {
            return Err(Corrupt("a flag is not known"));
        }
        let has = |flag: u8| flags & flag != 0;
        let model_version = take(rest)?;
        let lattice =
            Lattice::of_cells_per_degree(take(rest)?).ok_or(Corrupt("the lattice is not known"))?;
        let origin = Origin {
            model,
            model_version,
            radius_m: has(HAS_RADIUS).then(|| take_radius_m(rest)).transpose()?,
            has_void_elevations: has(HAS_VOID_ELEVATIONS),
            is_elevation_incomplete: has(IS_ELEVATION_INCOMPLETE),
        };
        let possible = Arc::new(Runs::read(rest, lattice)?);
        let covered = take_level(rest, lattice, &possible, has(COVERED_IS_POSSIBLE))?;
        let robust = take_level(rest, lattice, &covered, has(ROBUST_IS_COVERED))?;
        let indoor = take_level(rest, lattice, &robust, has(INDOOR_IS_ROBUST))?;
        if !rest.is_empty() {
            return Err(Corrupt("something follows the end"));
        }
        Ok(Self {
            window: possible.window(lattice),
            levels: [possible, covered, robust, indoor],
            origin,
        })
    }
}

/// A level that is within the weaker one, and written only when it is another.
fn take_level(
    rest: &mut &[u8],
    lattice: Lattice,
    weaker: &Arc<Runs>,
    is_same: bool,
) -> Result<Arc<Runs>, Corrupt> {
    if is_same {
        return Ok(Arc::clone(weaker));
    }
    let level = Runs::read(rest, lattice)?;
    if level == **weaker || !level.is_within(weaker) {
        return Err(Corrupt("a level is not within the weaker one"));
    }
    Ok(Arc::new(level))
}

fn take_radius_m(rest: &mut &[u8]) -> Result<f64, Corrupt> {
    let (bytes, after) = rest
        .split_first_chunk()
        .ok_or(Corrupt("the end is missing"))?;
    *rest = after;
    let radius_m = f64::from_le_bytes(*bytes);
    if radius_m.is_finite() && radius_m > 0.0 {
        return Ok(radius_m);
    }
    Err(Corrupt("the radius is not above 0"))
}

fn model_byte(model: Model) -> u8 {
    match model {
        Model::ItuRP1812 => 0,
        Model::ExtendedHata => 1,
        Model::DeclaredRadius => 2,
        Model::DeclaredPolygon => 3,
        Model::AssumedRadius => 4,
    }
}

fn model_of(byte: u8) -> Result<Model, Corrupt> {
    let mut models = Model::ALL.into_iter();
    models
        .find(|model| model_byte(*model) == byte)
        .ok_or(Corrupt("the model is not known"))
}

pub(super) fn compressed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail; if it did, the bytes would be refused when they are read.
    encoder
        .write_all(plain)
        .and_then(|()| encoder.finish())
        .unwrap_or_default()
}

fn expanded(bytes: &[u8]) -> Result<Vec<u8>, Corrupt> {
    let mut plain = Vec::new();
    let mut decoder = ZlibDecoder::new(bytes).take(MOST_BYTES + 1);
    decoder
        .read_to_end(&mut plain)
        .map_err(|_| Corrupt("the compression is broken"))?;
    if plain.len() as u64 > MOST_BYTES {
        return Err(Corrupt("it is too long"));
    }
    if decoder.into_inner().total_in() < bytes.len() as u64 {
        return Err(Corrupt("something follows the end"));
    }
    Ok(plain)
}
