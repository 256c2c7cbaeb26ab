use proptest::prelude::*;

use super::*;

/// One hundredth of a metre in degrees, with some room for a degree being longest in longitude at the equator.
const CENTIMETRE_DEG: f64 = 0.01 / 111_320.0;

/// EPSG code, easting, northing, longitude, latitude; computed with PROJ 9.5.1 and the EPSG dataset 11.022, by EPSG:6960
/// where the datum is VN-2000.
const VECTORS: &[(u32, f64, f64, f64, f64)] = &[
    (
        9205,
        500_000.0,
        2_450_000.0,
        103.001_901_973,
        22.147_561_026,
    ),
    (
        9205,
        546_000.0,
        2_477_000.0,
        103.448_651_745,
        22.390_792_271,
    ),
    (
        9205,
        420_000.0,
        2_480_000.0,
        102.224_822_729,
        22.416_649_615,
    ),
    (
        9205,
        480_000.0,
        2_500_000.0,
        102.807_378_518,
        22.599_020_374,
    ),
    (
        9205,
        600_000.0,
        2_430_000.0,
        103.970_133_629,
        21.964_058_131,
    ),
    (
        9205,
        411_000.0,
        2_310_000.0,
        102.146_482_770,
        20.880_890_406,
    ),
    (9205, 547_022.461_8, 2_477_624.012_7, 103.4586, 22.3964),
    (9205, 479_211.962_4, 2_477_964.304_9, 102.8, 22.4),
    (9205, 592_765.238_9, 2_428_399.148_5, 103.9, 21.95),
    (3405, 341_132.636_4, 2_477_624.649_8, 103.4586, 22.3964),
    (32648, 341_327.681_9, 2_477_517.290_1, 103.4586, 22.3964),
    (
        3405,
        546_000.0,
        2_477_000.0,
        105.448_804_053,
        22.397_481_960,
    ),
    (
        3406,
        453_000.0,
        1_500_000.0,
        110.567_370_739,
        13.567_029_594,
    ),
    (4756, 103.4586, 22.3964, 103.460_504_914, 22.395_448_490),
    (
        5896,
        546_000.0,
        2_477_000.0,
        102.448_652_532,
        22.390_804_132,
    ),
    (
        5897,
        546_000.0,
        2_477_000.0,
        105.448_648_431,
        22.390_768_572,
    ),
    (
        5898,
        453_000.0,
        1_500_000.0,
        107.567_520_788,
        13.562_982_361,
    ),
    (
        5899,
        546_000.0,
        2_477_000.0,
        108.198_640_097,
        22.390_736_079,
    ),
    (
        9206,
        546_000.0,
        2_477_000.0,
        104.448_650_378,
        22.390_780_416,
    ),
    (
        9207,
        546_000.0,
        2_477_000.0,
        104.948_649_477,
        22.390_774_492,
    ),
    (
        9208,
        546_000.0,
        2_477_000.0,
        105.198_648_972,
        22.390_771_532,
    ),
    (
        9209,
        546_000.0,
        2_477_000.0,
        105.948_647_241,
        22.390_762_654,
    ),
    (
        9210,
        546_000.0,
        2_477_000.0,
        106.198_646_592,
        22.390_759_697,
    ),
    (
        9211,
        546_000.0,
        2_477_000.0,
        106.448_645_906,
        22.390_756_740,
    ),
    (
        9212,
        546_000.0,
        2_477_000.0,
        106.698_645_185,
        22.390_753_785,
    ),
    (
        9213,
        546_000.0,
        2_477_000.0,
        106.948_644_427,
        22.390_750_831,
    ),
    (
        9214,
        546_000.0,
        2_477_000.0,
        107.448_642_803,
        22.390_744_926,
    ),
    (
        9215,
        546_000.0,
        2_477_000.0,
        107.698_641_937,
        22.390_741_976,
    ),
    (
        9216,
        453_000.0,
        1_500_000.0,
        107.067_522_367,
        13.562_986_019,
    ),
    (
        9217,
        453_000.0,
        1_500_000.0,
        107.817_519_947,
        13.562_980_533,
    ),
    (
        9218,
        453_000.0,
        1_500_000.0,
        108.067_519_072,
        13.562_978_706,
    ),
    (
        32648,
        546_000.0,
        2_477_000.0,
        105.446_902_411,
        22.398_457_025,
    ),
    (
        32649,
        453_000.0,
        1_500_000.0,
        110.565_580_475,
        13.568_073_298,
    ),
    (
        3857,
        11_517_000.0,
        2_560_000.0,
        103.458_971_272,
        22.403_170_448,
    ),
    (4326, 103.4586, 22.3964, 103.4586, 22.3964),
];

#[test]
fn every_system_agrees_with_proj_to_a_centimetre() {
    for &(code, x, y, longitude, latitude) in VECTORS {
        let crs = Crs::of(code).unwrap();
        let found = crs.to_wgs84(x, y).unwrap();
        let off = (found.0 - longitude).abs().max((found.1 - latitude).abs());
        assert!(off < CENTIMETRE_DEG, "{code} {x} {y}: {found:?}");
        let back = crs.from_wgs84(longitude, latitude).unwrap();
        let (off, most) = ((back.0 - x).abs().max((back.1 - y).abs()), {
            if crs.is_projected() {
                0.01
            } else {
                CENTIMETRE_DEG
            }
        });
        assert!(off < most, "{code} {longitude} {latitude}: {back:?}");
    }
    let tested: Vec<u32> = VECTORS.iter().map(|vector| vector.0).collect();
    for known in Crs::KNOWN {
        assert!(tested.contains(&known.code), "{} is not tested", known.name);
    }
}

#[test]
fn the_datum_shift_is_in_the_right_convention() {
    let shifted = Crs::of(9205)
        .unwrap()
        .to_wgs84(546_000.0, 2_477_000.0)
        .unwrap();
    let unshifted = moved(
        &Proj::from_proj_string(
            "+proj=tmerc +lat_0=0 +lon_0=103 +k=0.9999 +x_0=500000 +datum=WGS84",
        )
        .unwrap(),
        &Proj::from_proj_string("+proj=longlat +datum=WGS84").unwrap(),
        546_000.0,
        2_477_000.0,
    )
    .map(|(x, y)| (x.to_degrees(), y.to_degrees()))
    .unwrap();
    let metres = crate::geo::measure::distance_m(
        crate::geo::Position::new(shifted.0, shifted.1).unwrap(),
        crate::geo::Position::new(unshifted.0, unshifted.1).unwrap(),
    );
    assert!((221.0..224.0).contains(&metres), "{metres}");
}

#[test]
fn a_system_is_read_in_each_way_it_is_written() {
    for text in [
        "EPSG:9205",
        " epsg:9205 ",
        "9205",
        "urn:ogc:def:crs:EPSG::9205",
        "http://www.opengis.net/def/crs/EPSG/0/9205",
        "https://www.opengis.net/def/crs/EPSG/0/9205",
    ] {
        assert_eq!(Crs::parse(text).map(|crs| crs.code()), Some(9205), "{text}");
    }
    for text in [
        "",
        "EPSG:",
        "EPSG:1",
        "ESRI:9205",
        "VN-2000",
        "9205.0",
        "-9205",
    ] {
        assert_eq!(Crs::parse(text), None, "{text}");
    }
}

#[test]
fn magnitudes_tell_an_easting_from_a_northing() {
    let crs = Crs::of(9205).unwrap();
    assert_eq!(crs.believes(546_000.0, 2_477_000.0), Some(true));
    assert_eq!(crs.believes(2_477_000.0, 546_000.0), Some(false));
    assert_eq!(Crs::of(4756).unwrap().believes(103.0, 22.0), None);
}

#[test]
fn what_is_nowhere_gives_nothing() {
    for known in Crs::KNOWN {
        let crs = Crs::of(known.code).unwrap();
        for (x, y) in [(f64::NAN, 0.0), (0.0, f64::INFINITY), (1e300, -1e300)] {
            assert_eq!(crs.to_wgs84(x, y), None, "{} {x} {y}", known.name);
            assert_eq!(crs.from_wgs84(x, y), None, "{} {x} {y}", known.name);
        }
    }
}

proptest! {
    #[test]
    fn there_and_back_is_the_same_place(index in 0..Crs::KNOWN.len(), x in 0.0..1.0, y in 0.0..1.0) {
        let crs = Crs::of(Crs::KNOWN[index].code).unwrap();
        let (longitude, latitude) = (102.0 + 7.0 * x, 8.5 + 15.0 * y);
        let (easting, northing) = crs.from_wgs84(longitude, latitude).unwrap();
        let back = crs.to_wgs84(easting, northing).unwrap();
        prop_assert!((back.0 - longitude).abs() < CENTIMETRE_DEG, "{:?} {back:?}", crs);
        prop_assert!((back.1 - latitude).abs() < CENTIMETRE_DEG, "{:?} {back:?}", crs);
    }

    #[test]
    fn no_number_makes_it_panic(index in 0..Crs::KNOWN.len(), x in proptest::num::f64::ANY, y in proptest::num::f64::ANY) {
        let crs = Crs::of(Crs::KNOWN[index].code).unwrap();
        if let Some((longitude, latitude)) = crs.to_wgs84(x, y) {
            prop_assert!(Position::new(longitude, latitude).is_some());
        }
        let _ = crs.from_wgs84(x, y);
    }
}
