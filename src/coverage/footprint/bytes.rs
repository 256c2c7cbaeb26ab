//! A footprint as bytes for the database: origin and levels, compressed with zlib, which also checks them.
//!
//! The levels of a row differ little from those of the row south of it. So what is written of each cell is its level less
//! that of the cell south of it, modulo the number of levels, and of these differences only those that are not 0, with the
//! gaps between them.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::super::lattice::Lattice;
use super::super::runs::{Builder, Corrupt, Run, Runs, put, take, take_byte};
use super::{Footprint, Model, Origin, SignalLevel};

/// What the bytes below are.
const FORMAT: u8 = 3;
/// Most bytes that a footprint is believed to have uncompressed: a thousand times the usual.
const MOST_BYTES: u64 = 1 << 26;
/// Most cells of the window around a footprint: a circle of 120 km at 3″ has 9 million.
const MOST_CELLS: u64 = 1 << 26;
/// A cell without any level, and one more for each that it has.
const DEPTHS: u8 = 5;

const HAS_RADIUS: u8 = 1;
const HAS_VOID_ELEVATIONS: u8 = 2;
const IS_ELEVATION_INCOMPLETE: u8 = 4;
const KNOWN_FLAGS: u8 = 7;

impl Footprint {
    /// The footprint as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let origin = &self.origin;
        let flags = [
            (origin.radius_m.is_some(), HAS_RADIUS),
            (origin.has_void_elevations, HAS_VOID_ELEVATIONS),
            (origin.is_elevation_incomplete, IS_ELEVATION_INCOMPLETE),
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
        self.write_levels(&mut plain);
        compressed(&plain)
    }

    /// Appends number of rows, and if there are any: number of columns, first row, first column, number of differences, the
    /// gap before each, each.
    fn write_levels(&self, plain: &mut Vec<u8>) {
        let (rows, columns) = (&self.window.rows, &self.window.columns);
        put(rows.end - rows.start, plain);
        if rows.is_empty() {
            return;
        }
        for number in [columns.end - columns.start, rows.start, columns.start] {
            put(number, plain);
        }
        let (mut gaps, mut differences) = (Vec::new(), Vec::new());
        let mut south = vec![0; columns.len()];
        let mut gap = 0;
        for row in rows.clone() {
            let own = self.depths(row);
            for (own, south) in own.iter().zip(&south) {
                if own == south {
                    gap += 1;
                } else {
                    put(gap, &mut gaps);
                    differences.push((own + DEPTHS - south) % DEPTHS);
                    gap = 0;
                }
            }
            south = own;
        }
        put(u32::try_from(differences.len()).unwrap_or(u32::MAX), plain);
        plain.extend(gaps);
        plain.extend(differences);
    }

    /// For each cell of a row of the window how many levels it has.
    fn depths(&self, row: u32) -> Vec<u8> {
        let columns = &self.window.columns;
        let mut depths = vec![0; columns.len()];
        for level in SignalLevel::ALL {
            for run in self.level(level).row(row) {
                let cells =
                    (run.start - columns.start) as usize..(run.end - columns.start) as usize;
                for depth in depths.get_mut(cells).into_iter().flatten() {
                    *depth += 1;
                }
            }
        }
        depths
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
        let levels = take_levels(rest, lattice)?;
        if !rest.is_empty() {
            return Err(Corrupt("something follows the end"));
        }
        let footprint = Self::new(lattice, levels, origin);
        footprint.map_err(|_| Corrupt("a level is not within the weaker one"))
    }
}

/// The levels that [`Footprint::write_levels`] wrote.
fn take_levels(rest: &mut &[u8], lattice: Lattice) -> Result<[Runs; 4], Corrupt> {
    let rows = take(rest)?;
    if rows == 0 {
        return Ok(Default::default());
    }
    let (columns, first_row, west) = (take(rest)?, take(rest)?, take(rest)?);
    let ends_within = |first: u32, count: u32, end: u32| {
        first.checked_add(count).is_some_and(|behind| behind <= end)
    };
    if !ends_within(first_row, rows, lattice.rows())
        || !ends_within(west, columns, lattice.columns())
    {
        return Err(Corrupt("a cell is not on the lattice"));
    }
    let cells = u64::from(rows) * u64::from(columns);
    if cells == 0 || cells > MOST_CELLS {
        return Err(Corrupt("the window has no size that is known"));
    }
    let mut depths = vec![0_u8; usize::try_from(cells).unwrap_or_default()];
    let count = take(rest)?;
    let mut gaps = Vec::new();
    for _ in 0..count {
        gaps.push(take(rest)?);
    }
    let mut place = 0_usize;
    for gap in gaps {
        let difference = take_byte(rest)?;
        place += gap as usize;
        let depth = depths
            .get_mut(place)
            .ok_or(Corrupt("a difference is outside"))?;
        if difference == 0 || difference >= DEPTHS {
            return Err(Corrupt("a difference is none"));
        }
        *depth = difference;
        place += 1;
    }
    let width = columns as usize;
    for place in width..depths.len() {
        let south = depths.get(place - width).copied().unwrap_or(0);
        if let Some(depth) = depths.get_mut(place) {
            *depth = (*depth + south) % DEPTHS;
        }
    }
    let levels = [1, 2, 3, 4].map(|least| {
        let mut builder = Builder::new(first_row);
        for row in depths.chunks(width) {
            builder.push_row(stretches(west, row, least));
        }
        builder.finish()
    });
    let [possible, ..] = &levels;
    let window = possible.window(lattice);
    if window.rows != (first_row..first_row + rows) || window.columns != (west..west + columns) {
        return Err(Corrupt("the window is not the smallest"));
    }
    Ok(levels)
}

/// The stretches of a row with at least so many levels.
fn stretches(west: u32, row: &[u8], least: u8) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut start = west;
    for stretch in row.chunk_by(|one, other| (*one >= least) == (*other >= least)) {
        let end = start + u32::try_from(stretch.len()).unwrap_or(0);
        if stretch.first().is_some_and(|depth| *depth >= least) {
            runs.push(Run { start, end });
        }
        start = end;
    }
    runs
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
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
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
