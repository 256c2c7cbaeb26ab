//! Elevation from GeoTIFF in EPSG:4326 with the north up, of any extent and resolution, brought to the nodes of tiles.

use std::{fs::File, io::BufReader, path::Path};

use tiff::{
    ColorType,
    decoder::{ChunkType, Decoder, DecodingResult},
    tags::Tag,
};

use super::{
    Cause, Square,
    tile::{SIDE, STEPS, Tile, VOID, height_of},
};
use crate::coverage::number::{float, index};

/// Keys of a GeoTIFF (OGC 19-008r4, annex B): kind of system, kind of raster, geographic system.
const MODEL_TYPE: u16 = 1024;
const RASTER_TYPE: u16 = 1025;
const GEOGRAPHIC_TYPE: u16 = 2048;
/// Pixels this much finer than nodes are averaged; others are interpolated.
const FINER: f64 = 0.75;

/// Where the pixels of a raster lie.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Placement {
    columns: u32,
    rows: u32,
    /// Centre of the pixel in the north-west corner, degrees.
    west: f64,
    north: f64,
    /// Steps to the east and to the south, degrees.
    step_east: f64,
    step_south: f64,
    no_data: Option<f64>,
}

type Raster = Decoder<BufReader<File>>;

/// The squares of whose inside a file has pixels.
pub(super) fn squares(path: &Path) -> Result<Vec<Square>, Cause> {
    let placement = Placement::of(&mut open(path)?)?;
    let south = placement.north - f64::from(placement.rows - 1) * placement.step_south;
    let east = placement.west + f64::from(placement.columns - 1) * placement.step_east;
    let mut squares = Vec::new();
    for south in whole(south, placement.north) {
        for west in whole(placement.west, east) {
            squares.extend(Square::new(south, west));
        }
    }
    Ok(squares)
}

/// Whole degrees whose square has centres from `least` to `most` inside, not only on its edges.
#[expect(
    clippy::cast_possible_truncation,
    reason = "degrees on the Earth, as the placement was checked"
)]
fn whole(least: f64, most: f64) -> std::ops::Range<i16> {
    /// A tenth of a second: centres on an edge are not quite there in f64.
    const HAIR_DEG: f64 = 1.0 / 36_000.0;
    (least + HAIR_DEG).floor() as i16..(most - HAIR_DEG).floor() as i16 + 1
}

/// Reads the heights of a square.
pub(super) fn read(path: &Path, square: Square) -> Result<Tile, Cause> {
    let mut file = open(path)?;
    let placement = Placement::of(&mut file)?;
    let node_deg = 1.0 / float(STEPS);
    if placement.step_east.max(placement.step_south) <= FINER * node_deg {
        averaged(&mut file, &placement, square)
    } else {
        interpolated(&mut file, &placement, square)
    }
}

fn open(path: &Path) -> Result<Raster, Cause> {
    Ok(Decoder::new(BufReader::new(File::open(path)?))?)
}

impl Placement {
    fn of(file: &mut Raster) -> Result<Self, Cause> {
        let (columns, rows) = file.dimensions()?;
        if !matches!(file.colortype()?, ColorType::Gray(_)) {
            return Err(Cause::Georeference("its pixels are colours, not heights"));
        }
        let keys = file
            .get_tag_u16_vec(Tag::GeoKeyDirectoryTag)
            .map_err(|_| Cause::Georeference("it has no geographic keys"))?;
        if key(&keys, MODEL_TYPE) != Some(2) || key(&keys, GEOGRAPHIC_TYPE) != Some(4326) {
            return Err(Cause::Georeference("its system is another"));
        }
        let numbers = |file: &mut Raster, tag| {
            file.get_tag_f64_vec(tag)
                .map_err(|_| Cause::Georeference("it has no tie point and scale"))
        };
        let scale = numbers(file, Tag::ModelPixelScaleTag)?;
        let tie = numbers(file, Tag::ModelTiepointTag)?;
        let (&[step_east, step_south, ..], &[column, row, _, x, y, ..]) = (&scale[..], &tie[..])
        else {
            return Err(Cause::Georeference("its tie point or scale is incomplete"));
        };
        // A tie point is at the corner of a pixel, or at its centre where pixels are points (2).
        let half = if key(&keys, RASTER_TYPE) == Some(2) {
            0.0
        } else {
            0.5
        };
        let no_data = file
            .get_tag_ascii_string(Tag::GdalNodata)
            .ok()
            .and_then(|text| text.trim_end_matches('\0').trim().parse().ok());
        let placement = Self {
            columns,
            rows,
            west: x + (half - column) * step_east,
            north: y - (half - row) * step_south,
            step_east,
            step_south,
            no_data,
        };
        placement.check()
    }

    fn check(self) -> Result<Self, Cause> {
        let steps_fit = [self.step_east, self.step_south]
            .iter()
            .all(|step| (1e-6..=1.0).contains(step));
        if self.columns == 0 || self.rows == 0 || !steps_fit {
            return Err(Cause::Georeference("its pixels have no proper size"));
        }
        let [south, east] = [
            self.latitude(self.rows - 1),
            self.longitude(self.columns - 1),
        ];
        let inside = -91.0 < south && self.north < 91.0 && -181.0 < self.west && east < 181.0;
        if inside {
            Ok(self)
        } else {
            Err(Cause::Georeference("it reaches over the edge of the map"))
        }
    }

    /// Whether a sample is a height: not one that stands for none.
    #[expect(
        clippy::float_cmp,
        reason = "these samples are written as they are told"
    )]
    fn is_height(&self, sample: f64) -> bool {
        sample.is_finite() && self.no_data != Some(sample) && sample != f64::from(VOID)
    }

    fn latitude(&self, row: u32) -> f64 {
        self.north - f64::from(row) * self.step_south
    }

    fn longitude(&self, column: u32) -> f64 {
        self.west + f64::from(column) * self.step_east
    }
}

/// The value of a short key in the directory of keys.
fn key(directory: &[u16], id: u16) -> Option<u16> {
    let mut entries = directory.chunks_exact(4).skip(1);
    entries.find_map(|entry| match entry {
        [found, 0, 1, value] if *found == id => Some(*value),
        _ => None,
    })
}

/// Nodes as means of the pixels that are nearest to each.
fn averaged(file: &mut Raster, placement: &Placement, square: Square) -> Result<Tile, Cause> {
    let mut sums = vec![(0.0, 0.0); SIDE * SIDE];
    let node = |degrees: f64| {
        let node = (degrees * float(STEPS)).round();
        (0.0..=float(STEPS)).contains(&node).then_some(index(node))
    };
    let north = f64::from(square.south) + 1.0;
    each_pixel(file, placement, square, |row, column, height_m| {
        let row = node(north - placement.latitude(row));
        let column = node(placement.longitude(column) - f64::from(square.west));
        if let (Some(row), Some(column)) = (row, column)
            && let Some((sum_m, count)) = sums.get_mut(row * SIDE + column)
        {
            *sum_m += height_m;
            *count += 1.0;
        }
    })?;
    let heights_m = sums.iter().map(|&(sum_m, count)| height_of(sum_m, count));
    Ok(Tile::new(heights_m.collect()))
}

/// Nodes between the four pixels around each; void where none of these has a height.
fn interpolated(file: &mut Raster, placement: &Placement, square: Square) -> Result<Tile, Cause> {
    let [rows, columns] = placement.extent(square);
    let width = columns.len();
    let mut heights_m = vec![f64::NAN; rows.len() * width];
    each_pixel(file, placement, square, |row, column, height_m| {
        let place = (row - rows.start) as usize * width + (column - columns.start) as usize;
        if let Some(pixel_m) = heights_m.get_mut(place) {
            *pixel_m = height_m;
        }
    })?;
    let at = |row: f64, column: f64| {
        let (row, column) = (
            row - f64::from(rows.start),
            column - f64::from(columns.start),
        );
        interpolate(&heights_m, width, row, column)
    };
    let mut nodes = Vec::with_capacity(SIDE * SIDE);
    for row in 0..SIDE {
        let south_deg = f64::from(square.south) + 1.0 - float(row) / float(STEPS);
        let row = (placement.north - south_deg) / placement.step_south;
        for column in 0..SIDE {
            let east_deg = f64::from(square.west) + float(column) / float(STEPS);
            nodes.push(at(row, (east_deg - placement.west) / placement.step_east));
        }
    }
    Ok(Tile::new(nodes))
}

/// Mean of the four pixels around a place, weighted by nearness; pixels without height do not count.
fn interpolate(heights_m: &[f64], width: usize, row: f64, column: f64) -> i16 {
    let (mut sum_m, mut weights) = (0.0, 0.0);
    for (r, near_row) in [
        (row.floor(), 1.0 - row.fract()),
        (row.floor() + 1.0, row.fract()),
    ] {
        for (c, near_column) in [
            (column.floor(), 1.0 - column.fract()),
            (column.floor() + 1.0, column.fract()),
        ] {
            let weight = near_row * near_column;
            if r < 0.0 || c < 0.0 || c >= float(width) || weight <= 0.0 {
                continue;
            }
            let pixel_m = heights_m.get(index(r) * width + index(c));
            if let Some(pixel_m) = pixel_m.filter(|pixel_m| pixel_m.is_finite()) {
                sum_m += weight * pixel_m;
                weights += weight;
            }
        }
    }
    height_of(sum_m, weights)
}

impl Placement {
    /// Rows and columns of the pixels in a square and one beyond on each side.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the raster"
    )]
    fn extent(&self, square: Square) -> [std::ops::Range<u32>; 2] {
        let [south, west] = [f64::from(square.south), f64::from(square.west)];
        let part = |from: f64, step: f64, count: u32| {
            let count = f64::from(count);
            let first = (from / step).floor().clamp(0.0, count);
            let end = ((from + 1.0) / step).ceil() + 1.0;
            first as u32..end.clamp(first, count) as u32
        };
        [
            part(self.north - (south + 1.0), self.step_south, self.rows),
            part(west - self.west, self.step_east, self.columns),
        ]
    }
}

/// Calls back with row, column and height of each pixel that has one, in a square and just around it.
fn each_pixel(
    file: &mut Raster,
    placement: &Placement,
    square: Square,
    mut seen: impl FnMut(u32, u32, f64),
) -> Result<(), Cause> {
    let [rows, columns] = placement.extent(square);
    // A single strip may claim to be of any height.
    let (chunk_width, chunk_height) = file.chunk_dimensions();
    let chunk_height = chunk_height.min(placement.rows);
    if chunk_width == 0 || chunk_height == 0 {
        return Err(Cause::Georeference("its pixels have no proper size"));
    }
    let across = match file.get_chunk_type() {
        ChunkType::Strip => 1,
        ChunkType::Tile => placement.columns.div_ceil(chunk_width),
    };
    for down in rows.start / chunk_height..rows.end.div_ceil(chunk_height) {
        for side in 0..across {
            let (top, left) = (down * chunk_height, side * chunk_width);
            if left >= columns.end || left + chunk_width <= columns.start {
                continue;
            }
            let index = down * across + side;
            let (width, _) = file.chunk_data_dimensions(index);
            let heights_m = heights(file.read_chunk(index)?)?;
            for (pixel, height_m) in (0..).zip(heights_m) {
                let (row, column) = (top + pixel / width.max(1), left + pixel % width.max(1));
                if placement.is_height(height_m) && rows.contains(&row) && columns.contains(&column)
                {
                    seen(row, column, height_m);
                }
            }
        }
    }
    Ok(())
}

/// The samples of a chunk as heights.
fn heights(samples: DecodingResult) -> Result<Vec<f64>, Cause> {
    fn all<T: Into<f64>>(samples: Vec<T>) -> Vec<f64> {
        samples.into_iter().map(Into::into).collect()
    }
    match samples {
        DecodingResult::U8(samples) => Ok(all(samples)),
        DecodingResult::U16(samples) => Ok(all(samples)),
        DecodingResult::I8(samples) => Ok(all(samples)),
        DecodingResult::I16(samples) => Ok(all(samples)),
        DecodingResult::I32(samples) => Ok(all(samples)),
        DecodingResult::F32(samples) => Ok(all(samples)),
        DecodingResult::F64(samples) => Ok(samples),
        _ => Err(Cause::Georeference("its samples are not heights")),
    }
}
