//! Tiles of SRTM: big-endian heights of one square, rows from the north, edges shared with the neighbours; plain, gzipped or
//! zipped.

use std::{
    borrow::Cow,
    fs::File,
    io::{BufReader, Read},
    ops::RangeInclusive,
    path::Path,
};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::{
    Cause,
    tile::{SIDE, STEPS, Tile, VOID, height_of},
};

/// Nodes along the side of a tile of 1″.
const FINE_SIDE: usize = 3 * STEPS + 1;
/// Bytes of a tile of 3″ and of one of 1″.
const COARSE_BYTES: usize = 2 * SIDE * SIDE;
const FINE_BYTES: usize = 2 * FINE_SIDE * FINE_SIDE;

/// How a tile is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// `.hgt`
    Plain,
    /// `.hgt.gz`
    Gzip,
    /// `.hgt.zip`: an archive with one `.hgt`.
    Zip,
}

/// Whether a tile may have so many bytes of heights.
pub(super) fn check_size(bytes: u64) -> Result<(), Cause> {
    if [COARSE_BYTES, FINE_BYTES]
        .iter()
        .any(|&size| size as u64 == bytes)
    {
        Ok(())
    } else {
        Err(Cause::Size(bytes))
    }
}

/// Reads a tile; one of 1″ is averaged to 3″.
pub(super) fn read(path: &Path, packing: Packing) -> Result<Tile, Cause> {
    let file = BufReader::new(File::open(path)?);
    let bytes = match packing {
        Packing::Plain => all(file),
        Packing::Gzip => all(MultiGzDecoder::new(file)),
        Packing::Zip => unzipped(file),
    }?;
    check_size(bytes.len() as u64)?;
    let samples = bytes
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |high, &low| high << 8 | i16::from(low)));
    Ok(if bytes.len() == COARSE_BYTES {
        Tile::new(samples.collect())
    } else {
        averaged(&samples.collect::<Vec<i16>>())
    })
}

/// All bytes, but hardly more than the largest tile has.
fn all(file: impl Read) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::new();
    file.take(FINE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unzipped(file: BufReader<File>) -> Result<Vec<u8>, Cause> {
    let broken = |cause: zip::result::ZipError| Cause::Packing(cause.to_string());
    let mut archive = ZipArchive::new(file).map_err(broken)?;
    let name = archive
        .file_names()
        .filter_map(Result::ok)
        .find(|name| name.to_ascii_lowercase().ends_with(".hgt"))
        .map(Cow::into_owned)
        .ok_or_else(|| Cause::Packing("the archive has no .hgt".to_owned()))?;
    all(archive.by_name(&name).map_err(broken)?)
}

/// The nodes of 3″ as means of the nine nodes of 1″ around each. On an edge only the three along it count, at a corner only
/// the node itself: these are all that both neighbours have, so that they agree on their common edge.
fn averaged(samples: &[i16]) -> Tile {
    let mut heights_m = Vec::with_capacity(SIDE * SIDE);
    for row in 0..SIDE {
        for column in 0..SIDE {
            heights_m.push(mean(samples, around(row), around(column)));
        }
    }
    Tile::new(heights_m)
}

/// The nodes of 1″ that make one of 3″, along one axis.
fn around(node: usize) -> RangeInclusive<usize> {
    match node {
        0 => 0..=0,
        STEPS => 3 * STEPS..=3 * STEPS,
        inner => 3 * inner - 1..=3 * inner + 1,
    }
}

fn mean(samples: &[i16], rows: RangeInclusive<usize>, columns: RangeInclusive<usize>) -> i16 {
    let mut sum_m = 0.0;
    let mut count = 0.0;
    for row in rows {
        for column in columns.clone() {
            if let Some(&height_m) = samples.get(row * FINE_SIDE + column)
                && height_m != VOID
            {
                sum_m += f64::from(height_m);
                count += 1.0;
            }
        }
    }
    height_of(sum_m, count)
}
