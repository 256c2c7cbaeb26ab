//! Tiles written by the tests, read back through every packing, and a real one where it is at hand.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "made-up heights are small"
)]

use std::{fs, io::Write as _, path::Path};

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;
use tiff::{
    encoder::{
        TiffEncoder,
        colortype::{Gray16, GrayI16, RGB8},
    },
    tags::Tag,
};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::coverage::propagation::p1812::tests::published;

/// The bytes of a tile whose heights are a function of row (from the north) and column, each from 0 to 1.
fn tile(side: usize, height_m: impl Fn(f64, f64) -> i16) -> Vec<u8> {
    let share = |index: usize| index as f64 / (side - 1) as f64;
    let mut bytes = Vec::with_capacity(2 * side * side);
    for row in 0..side {
        for column in 0..side {
            bytes.extend(height_m(share(row), share(column)).to_be_bytes());
        }
    }
    bytes
}

/// A plane that rises by 1200 m to the south and 2400 m to the east, from 100 m.
fn plane(row: f64, column: f64) -> i16 {
    (100.0 + 1200.0 * row + 2400.0 * column).round() as i16
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn height_m(folder: &Path, latitude: f64, longitude: f64) -> Option<Height> {
    let elevation = Elevation::open(folder).unwrap();
    let around = |degrees: f64| [degrees - 0.02, degrees + 0.02];
    let terrain = elevation.terrain(around(latitude), around(longitude));
    terrain.unwrap().height(latitude, longitude)
}

fn plain(height_m: f64) -> Height {
    Height {
        height_m,
        filled: false,
    }
}

fn close(height: Option<Height>, expected_m: f64, tolerance_m: f64) {
    let height = height.unwrap();
    assert!(!height.filled);
    let height_m = height.height_m;
    assert!(
        (height_m - expected_m).abs() <= tolerance_m,
        "{height_m} is not {expected_m}"
    );
}

#[test]
fn a_real_tile_has_the_known_heights() {
    let Some(path) = published("dem/N44W072.hgt") else {
        return;
    };
    let folder = path.parent().unwrap();
    for (latitude, longitude, expected_m) in [
        (44.270_833_3, -71.303_333_3, 1908.0),
        (44.5, -71.5, 315.0),
        (44.25, -71.75, 432.0),
        (44.123_456, -71.654_321, 981.911),
    ] {
        close(height_m(folder, latitude, longitude), expected_m, 5e-4);
    }
}

#[test]
fn every_packing_and_resolution_gives_the_same_plane() {
    let coarse = tile(1201, plane);
    let fine = tile(3601, plane);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&coarse).unwrap();
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("N22E103.hgt", SimpleFileOptions::default())
        .unwrap();
    zip.write_all(&fine).unwrap();
    let packed = [
        ("N22E103.hgt", coarse.clone()),
        ("n22e103.HGT.gz", gzip.finish().unwrap()),
        (
            "N22E103.SRTMGL1.hgt.zip",
            zip.finish().unwrap().into_inner(),
        ),
        ("N22E103.hgt", fine),
    ];
    for (name, bytes) in &packed {
        let folder = folder(&[(name, bytes), ("README.txt", b"no tile")]);
        // 22.75° is a quarter down from the north, 103.5° in the middle.
        assert_eq!(height_m(folder.path(), 22.75, 103.5), Some(plain(1600.0)));
        assert_eq!(height_m(folder.path(), 22.0, 103.0), Some(plain(1300.0)));
        let between = height_m(folder.path(), 22.75 + 0.3 / 1200.0, 103.5 + 0.25 / 1200.0);
        close(between, 1600.2, 1e-6);
    }
}

#[test]
fn truncated_and_odd_files_are_told_by_name() {
    let coarse = tile(1201, plane);
    let fault = |name: &str, bytes: &[u8]| {
        let folder = folder(&[(name, bytes)]);
        let window = |elevation: Elevation| elevation.terrain([22.1, 22.2], [103.1, 103.2]);
        let fault = Elevation::open(folder.path()).and_then(window).unwrap_err();
        assert!(fault.path.ends_with(name), "{fault}");
        fault.cause
    };
    let truncated = fault("N22E103.hgt", &coarse[..coarse.len() - 2]);
    assert!(matches!(truncated, Cause::Size(2_884_800)));
    assert!(matches!(fault("hill.hgt", &coarse), Cause::Name));
    assert!(matches!(fault("N95E103.hgt", &coarse), Cause::Name));
    assert!(matches!(fault("N22E103.hgt.gz", &coarse), Cause::Io(_)));
    assert!(matches!(
        fault("N22E103.hgt.zip", &coarse),
        Cause::Packing(_)
    ));
    assert!(matches!(fault("a.tif", b"MM"), Cause::Tiff(_)));
    let nowhere = Elevation::open(Path::new("/nonexistent")).unwrap_err();
    assert!(matches!(nowhere.cause, Cause::Io(_)));
    let empty = Elevation::open(folder(&[]).path()).unwrap();
    for (latitudes, longitudes) in [
        ([22.0, 27.0], [103.0, 103.1]),
        ([22.1, 22.0], [103.0, 103.1]),
        ([22.0, 22.1], [179.9, 180.1]),
        ([f64::NAN, 22.1], [103.0, 103.1]),
    ] {
        let refused = empty.terrain(latitudes, longitudes).unwrap_err();
        assert!(matches!(refused.cause, Cause::Window));
    }
}

#[test]
fn tiles_meet_at_their_common_edge_and_a_missing_one_has_no_heights() {
    let west = tile(1201, |_, column| (1000.0 * column).round() as i16);
    let east = tile(1201, |_, column| 1000 - (1000.0 * column).round() as i16);
    let folder = folder(&[("N22E103.hgt", &west), ("N22E104.hgt", &east)]);
    assert_eq!(height_m(folder.path(), 22.5, 104.0), Some(plain(1000.0)));
    close(height_m(folder.path(), 22.5, 104.001), 999.0, 0.6);
    close(height_m(folder.path(), 22.5, 103.999), 999.0, 0.6);
    assert_eq!(height_m(folder.path(), 22.5, 105.0), Some(plain(0.0)));
    assert_eq!(height_m(folder.path(), 22.5, 105.001), None);
    assert_eq!(height_m(folder.path(), 23.001, 104.5), None);
    let elevation = Elevation::open(folder.path()).unwrap();
    let terrain = elevation.terrain([22.9, 23.1], [103.9, 104.1]).unwrap();
    let squares: Vec<String> = terrain.missing().iter().map(ToString::to_string).collect();
    assert_eq!(squares, ["N23E104", "N23E103"]);
    assert_eq!(terrain.squares().len(), 4);
}

#[test]
fn narrow_holes_are_bridged_and_wide_ones_filled_from_the_nearest() {
    // A hole of 2 by 2 nodes at 100, one of 5 by 5 at 300, one of 41 by 41 at 600; the ground rises to the east by 1 m a node.
    let heights = tile(1201, |row, column| {
        let (row, column) = (
            (row * 1200.0).round() as i32,
            (column * 1200.0).round() as i32,
        );
        let hole = [(100, 2), (300, 5), (600, 41)]
            .iter()
            .any(|&(at, size)| (at..at + size).contains(&row) && (at..at + size).contains(&column));
        if hole { i16::MIN } else { column as i16 }
    });
    let folder = folder(&[("N22E103.hgt", &heights)]);
    let at = |row: f64, column: f64| {
        height_m(folder.path(), 23.0 - row / 1200.0, 103.0 + column / 1200.0)
    };
    let filled = |height: Option<Height>, expected_m: f64| {
        let height = height.unwrap();
        assert!(height.filled && (height.height_m - expected_m).abs() < 1e-6);
    };
    filled(at(100.5, 99.5), 99.0);
    filled(at(302.0, 301.0), 299.0);
    filled(at(100.5, 100.4), 99.0);
    assert_eq!(at(620.0, 620.0), None);
    assert_eq!(at(100.5, 98.5).map(|height| height.filled), Some(false));
}

fn geotiff(path: &Path, corner: [f64; 2], step: f64, point: bool, side: u32, heights: &[i16]) {
    let mut file = TiffEncoder::new(fs::File::create(path).unwrap()).unwrap();
    let mut image = file.new_image::<GrayI16>(side, side).unwrap();
    image.rows_per_strip(100).unwrap();
    let tags = image.encoder();
    tags.write_tag(Tag::ModelPixelScaleTag, &[step, step, 0.0][..])
        .unwrap();
    let tie = [0.0, 0.0, 0.0, corner[1], corner[0], 0.0];
    tags.write_tag(Tag::ModelTiepointTag, &tie[..]).unwrap();
    let raster = if point { 2 } else { 1 };
    let keys: [u16; 16] = [
        1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, raster, 2048, 0, 1, 4326,
    ];
    tags.write_tag(Tag::GeoKeyDirectoryTag, &keys[..]).unwrap();
    tags.write_tag(Tag::GdalNodata, "-9999").unwrap();
    image.write_data(heights).unwrap();
}

#[test]
fn a_geotiff_finer_or_coarser_than_the_nodes_is_a_tile() {
    let step = |per_degree: f64| 1.0 / per_degree;
    for (per_degree, point) in [
        (3600.0, true),
        (3600.0, false),
        (600.0, true),
        (600.0, false),
    ] {
        let folder = TempDir::new().unwrap();
        let side = per_degree as u32 / 4;
        let half = if point { 0.0 } else { 0.5 };
        // From 22.8° to 22.55°, 103.2° to 103.45°; heights rise by 8 m each 0.001° to the east.
        let height = |column: u32| (f64::from(column) + half) * step(per_degree) * 8000.0;
        let mut heights: Vec<i16> = (0..side * side)
            .map(|index| height(index % side).round() as i16)
            .collect();
        heights[0] = -9999;
        let path = folder.path().join("laichau.tif");
        geotiff(
            &path,
            [22.8, 103.2],
            step(per_degree),
            point,
            side,
            &heights,
        );
        let elevation = Elevation::open(folder.path()).unwrap();
        let squares: Vec<Square> = elevation.sources().map(|(square, _)| square).collect();
        assert_eq!(squares, [Square::new(22, 103).unwrap()]);
        close(height_m(folder.path(), 22.7, 103.3), 800.0, 2.0);
        close(height_m(folder.path(), 22.6, 103.4), 1600.0, 2.0);
        assert_eq!(height_m(folder.path(), 22.3, 103.5), None);
    }
}

#[test]
fn a_geotiff_without_place_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("picture.tif");
    let mut file = TiffEncoder::new(fs::File::create(&path).unwrap()).unwrap();
    file.write_image::<Gray16>(2, 2, &[1, 2, 3, 4]).unwrap();
    let refused = || Elevation::open(folder.path()).unwrap_err();
    let fault = refused();
    assert!(matches!(fault.cause, Cause::Georeference(_)), "{fault}");
    let mut file = TiffEncoder::new(fs::File::create(&path).unwrap()).unwrap();
    file.write_image::<RGB8>(1, 1, &[1, 2, 3]).unwrap();
    assert!(refused().to_string().contains("colours"));
}

#[test]
fn at_most_sixteen_tiles_stay_in_memory() {
    let flat = tile(1201, |_, _| 7);
    let folder = TempDir::new().unwrap();
    for west in 100..118 {
        fs::write(folder.path().join(format!("N22E{west}.hgt")), &flat).unwrap();
    }
    let elevation = Elevation::open(folder.path()).unwrap();
    for west in 100..118 {
        let west = f64::from(west);
        elevation
            .terrain([22.1, 22.2], [west + 0.1, west + 0.2])
            .unwrap();
    }
    let kept = elevation.tiles.lock().unwrap();
    assert_eq!(kept.len(), TILES_KEPT);
    assert_eq!(kept[0].0, Square::new(22, 102).unwrap());
}

#[test]
fn the_digest_is_that_of_the_file() {
    let folder = folder(&[("N22E103.hgt", &tile(1201, |_, _| 0))]);
    let elevation = Elevation::open(folder.path()).unwrap();
    let bytes = fs::read(folder.path().join("N22E103.hgt")).unwrap();
    let digest = elevation.digest(Square::new(22, 103).unwrap()).unwrap();
    assert_eq!(digest, Some(Digest(Sha256::digest(&bytes).into())));
    assert_eq!(digest.unwrap().to_string().len(), 64);
    assert_eq!(
        elevation.digest(Square::new(23, 103).unwrap()).unwrap(),
        None
    );
}
