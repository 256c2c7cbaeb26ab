//! Elevation data: a folder of tiles, read as they are needed, and the terrain of a window made of them. The only files that
//! are read are those in the folder that the caller names; nothing is ever fetched.

mod geotiff;
mod hgt;
mod square;
mod terrain;
mod tile;

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use crate::geo::Position;
use sha2::{Digest as _, Sha256};

pub use hgt::Packing;
pub use square::Square;
pub use terrain::{Height, Terrain};
use tile::Tile;

/// Tiles that are kept in memory at once (2.9 MB each).
const TILES_KEPT: usize = 16;
/// Longest side of a terrain window, degrees.
const WINDOW_MAX_DEG: f64 = 4.0;

/// SHA-256 of a file of elevation data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A file of elevation data that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct Fault {
    /// The file, or the folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub cause: Cause,
}

/// What is wrong with a file of elevation data.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The name does not say which square it is.
    #[error("its name must begin with its south-west corner, like N22E103")]
    Name,
    /// It is neither a whole tile of 3″ nor one of 1″.
    #[error(
        "{0} bytes of heights, but a tile has 2884802 (3″) or 25934402 (1″): truncated or of another format"
    )]
    Size(u64),
    /// A zip archive without a tile, or a broken one.
    #[error("no tile can be unpacked: {0}")]
    Packing(String),
    /// A TIFF that cannot be decoded.
    #[error("cannot be decoded: {0}")]
    Tiff(#[from] tiff::TiffError),
    /// A GeoTIFF that does not say where it lies, or not in degrees of WGS 84.
    #[error("is not in EPSG:4326 with the north up: {0}")]
    Georeference(&'static str),
    /// A window that is too large or crosses the antimeridian.
    #[error("the window must be within the map and at most 4° wide and high")]
    Window,
}

impl Cause {
    fn of(self, path: &Path) -> Fault {
        Fault {
            path: path.to_owned(),
            cause: self,
        }
    }
}

/// How a file holds elevation data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A tile of SRTM: heights of one square.
    Hgt(Packing),
    /// A GeoTIFF in EPSG:4326, of one or more squares.
    GeoTiff,
}

/// Where the heights of a square come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// Its format.
    pub format: Format,
}

/// A folder of elevation data. Many threads may ask it at once.
#[derive(Debug)]
pub struct Elevation {
    folder: PathBuf,
    sources: BTreeMap<Square, Source>,
    /// The least recently used first.
    tiles: Mutex<Vec<(Square, Arc<Tile>)>>,
    digests: Mutex<BTreeMap<PathBuf, Digest>>,
}

impl Elevation {
    /// Looks through a folder, without its subfolders, for `.hgt`, `.hgt.gz`, `.hgt.zip`, `.tif` and `.tiff`; other files do
    /// not matter. Heights are not read yet. Where several files have a square, the first by name serves it, tiles of SRTM
    /// before GeoTIFF.
    ///
    /// # Errors
    /// When the folder cannot be read, a tile's name is not that of a square, an unpacked tile has not the size of one, or a
    /// GeoTIFF does not say where it lies.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let unreadable = |cause: io::Error| Cause::Io(cause).of(folder);
        let paths = fs::read_dir(folder)
            .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
            .map_err(unreadable)?;
        let mut sources = BTreeMap::new();
        for (path, format) in by_precedence(paths) {
            for square in squares(&path, format).map_err(|cause| cause.of(&path))? {
                let path = path.clone();
                sources.entry(square).or_insert(Source { path, format });
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            sources,
            tiles: Mutex::default(),
            digests: Mutex::default(),
        })
    }

    /// The squares for which there are heights, and their files.
    pub fn sources(&self) -> impl Iterator<Item = (Square, &Source)> {
        self.sources
            .iter()
            .map(|(square, source)| (*square, source))
    }

    /// Whether there are heights of the square around a position.
    #[must_use]
    pub fn has_square_at(&self, position: Position) -> bool {
        Square::holding(position).is_some_and(|square| self.sources.contains_key(&square))
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// SHA-256 of the file from which a square comes; nothing where there is none. It is computed once: a file must not be
    /// replaced while the folder is open.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn digest(&self, square: Square) -> Result<Option<Digest>, Fault> {
        let Some(Source { path, .. }) = self.sources.get(&square) else {
            return Ok(None);
        };
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = digests.get(path) {
            return Ok(Some(*known));
        }
        let digest = digest_of(path).map_err(|cause| Cause::Io(cause).of(path))?;
        digests.insert(path.clone(), digest);
        Ok(Some(digest))
    }

    /// The terrain of a window: degrees of latitude from south to north, of longitude from west to east.
    ///
    /// # Errors
    /// When the window is too large or not within the map, or a tile in it cannot be read. A tile that is not there is no
    /// error: its nodes have no heights.
    pub fn terrain(
        &self,
        [south, north]: [f64; 2],
        [west, east]: [f64; 2],
    ) -> Result<Terrain, Fault> {
        let fits = |from: f64, to: f64, end: f64| {
            -end <= from && from <= to && to <= end && to - from <= WINDOW_MAX_DEG
        };
        if !(fits(south, north, 90.0) && fits(west, east, 180.0)) {
            return Err(Cause::Window.of(&self.folder));
        }
        let mut terrain = Terrain::absent([south, north], [west, east]);
        for square in terrain.squares() {
            match self.tile(square)? {
                Some(tile) => terrain.lay(square, &tile),
                None => terrain.miss(square),
            }
        }
        Ok(terrain)
    }

    /// The height of the ground at a position; nothing where there is none.
    ///
    /// # Errors
    /// When a tile around it cannot be read.
    pub fn height_at(&self, position: Position) -> Result<Option<Height>, Fault> {
        let Position {
            longitude,
            latitude,
        } = position;
        // Wide enough for the nodes that stand for those of a hole.
        let around =
            |degrees: f64, end: f64| [(degrees - 0.02).max(-end), (degrees + 0.02).min(end)];
        let terrain = self.terrain(around(latitude, 90.0), around(longitude, 180.0))?;
        Ok(terrain.height(latitude, longitude))
    }

    /// The heights of a square, from memory or from its file.
    fn tile(&self, square: Square) -> Result<Option<Arc<Tile>>, Fault> {
        let Some(source) = self.sources.get(&square) else {
            return Ok(None);
        };
        // Held while a tile is read, so that no tile is read twice.
        let mut tiles = self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = tiles.iter().position(|(kept, _)| *kept == square) {
            let used = tiles.remove(index);
            let tile = Arc::clone(&used.1);
            tiles.push(used);
            return Ok(Some(tile));
        }
        let tile = Arc::new(load(source, square).map_err(|cause| cause.of(&source.path))?);
        if tiles.len() == TILES_KEPT {
            tiles.remove(0);
        }
        tiles.push((square, Arc::clone(&tile)));
        Ok(Some(tile))
    }
}

/// The files with elevation data, in the order of their precedence.
fn by_precedence(paths: Vec<PathBuf>) -> Vec<(PathBuf, Format)> {
    let mut files: Vec<(PathBuf, Format)> = paths
        .into_iter()
        .filter_map(|path| format_of(&path).map(|format| (path, format)))
        .collect();
    files.sort_by_cached_key(|(path, format)| (*format == Format::GeoTiff, path.clone()));
    files
}

fn format_of(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let has = |ending: &str| name.ends_with(ending);
    match () {
        () if has(".hgt") => Some(Format::Hgt(Packing::Plain)),
        () if has(".hgt.gz") => Some(Format::Hgt(Packing::Gzip)),
        () if has(".hgt.zip") => Some(Format::Hgt(Packing::Zip)),
        () if has(".tif") || has(".tiff") => Some(Format::GeoTiff),
        () => None,
    }
}

/// The squares of which a file has heights.
fn squares(path: &Path, format: Format) -> Result<Vec<Square>, Cause> {
    match format {
        Format::Hgt(packing) => {
            let name = path.file_name().and_then(|name| name.to_str());
            let square = name.and_then(Square::of_name).ok_or(Cause::Name)?;
            if packing == Packing::Plain {
                hgt::check_size(fs::metadata(path)?.len())?;
            }
            Ok(vec![square])
        }
        Format::GeoTiff => geotiff::squares(path),
    }
}

fn load(source: &Source, square: Square) -> Result<Tile, Cause> {
    match source.format {
        Format::Hgt(packing) => hgt::read(&source.path, packing),
        Format::GeoTiff => geotiff::read(&source.path, square),
    }
}

fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            return Ok(Digest(hash.finalize().into()));
        }
        hash.update(block.get(..count).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;
