//! The budget against the table of planning figures, and the antenna's pattern.

#![expect(clippy::float_cmp, reason = "these values are set, not computed")]

use proptest::prelude::*;

use super::{
    super::{
        Link,
        hata::{Environment, ExtendedHata},
    },
    *,
};

fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected}"
    );
}

#[test]
fn assumed_radios_reach_as_far_as_the_planning_table_says() {
    let losses_db = [152.0, 152.0, 146.0, 147.0, 141.0, 145.2, 141.2, 141.2];
    let radii_km = [
        [9.8, 29.7],
        [6.0, 21.6],
        [6.6, 21.9],
        [4.0, 15.1],
        [5.3, 17.7],
        [6.3, 21.0],
        [3.0, 11.0],
        [2.6, 9.7],
    ];
    let thresholds = ServiceThresholds::default();
    for ((radio, loss_db), radii_km) in ASSUMED_RADIOS.iter().zip(losses_db).zip(radii_km) {
        let most_db = radio.reference_eirp_dbm - thresholds.dbm(radio.technology);
        close(most_db, loss_db, 1e-9);
        let link = Link {
            frequency_mhz: radio.frequency_mhz,
            transmitter_height_m: ASSUMED_ANTENNA_HEIGHT_M,
            receiver_height_m: RECEIVER_HEIGHT_M,
        };
        for (environment, radius_km) in [Environment::Suburban, Environment::Open]
            .into_iter()
            .zip(radii_km)
        {
            let model = ExtendedHata::new(link, environment).unwrap();
            close(model.radius_km(most_db).unwrap(), radius_km, 0.06);
        }
    }
}

#[test]
fn the_nearest_band_is_assumed() {
    let nearest = |technology, frequency_mhz| {
        AssumedRadio::nearest(technology, frequency_mhz).map(|radio| radio.frequency_mhz)
    };
    assert_eq!(nearest(Technology::Second, 935.0), Some(942.5));
    assert_eq!(nearest(Technology::Fourth, 2100.0), Some(1842.5));
    assert_eq!(nearest(Technology::Fifth, 3500.0), None);
}

#[test]
fn the_reference_signal_has_its_share_of_the_power() {
    let reference = |dbm, signal| Eirp::Total { dbm, signal }.reference_dbm().unwrap();
    close(
        reference(57.0, ReferenceSignal::BroadcastChannel),
        57.0,
        0.0,
    );
    close(reference(57.0, ReferenceSignal::CommonPilot), 47.0, 0.0);
    // 20 MHz: 1200 subcarriers.
    let lte = ReferenceSignal::lte(20.0).unwrap();
    close(reference(62.0, lte), 31.2082, 1e-4);
    let nr = ReferenceSignal::nr(100.0).unwrap();
    close(nr.share_db(), 35.1534, 1e-4);
    assert_eq!(Eirp::Reference { dbm: 31.2 }.reference_dbm(), Ok(31.2));
    assert_eq!(
        ReferenceSignal::lte(7.0).unwrap_err().field,
        "bandwidth_mhz"
    );
    let refused = Eirp::Reference { dbm: f64::NAN }.reference_dbm();
    assert_eq!(refused.unwrap_err().field, "eirp_dbm");
}

#[test]
fn margins_and_thresholds_are_told_by_name() {
    let margins = Margins::default();
    assert_eq!(margins.levels_dbm(-95.0), [-101.0, -95.0, -89.0, -80.0]);
    assert_eq!(margins.indoor_db, 15.0);
    let thresholds = ServiceThresholds::default();
    let all = Technology::ALL.map(|technology| thresholds.dbm(technology));
    assert_eq!(all, [-95.0, -99.0, -110.0, -110.0]);
    assert!(thresholds.source.starts_with("TRAI"));
    let caps = Technology::ALL.map(|technology| radius_cap_km(technology, 3500.0));
    assert_eq!(caps, [35.0, 20.0, 20.0, 5.0]);
    close(radius_cap_km(Technology::Fifth, 700.0), 20.0, 0.0);
}

fn towards(azimuth_deg: f64, elevation_deg: f64) -> Direction {
    Direction {
        azimuth_deg,
        elevation_deg,
    }
}

#[test]
fn a_sector_has_half_its_power_at_half_its_beamwidth() {
    let antenna = Antenna::isotropic().with_azimuth(350.0, 65.0).unwrap();
    close(antenna.relative_gain_db(towards(-10.0, 0.0)), 0.0, 0.0);
    close(antenna.relative_gain_db(towards(22.5, 40.0)), -3.0, 1e-9);
    close(antenna.relative_gain_db(towards(317.5, 0.0)), -3.0, 1e-9);
    close(antenna.relative_gain_db(towards(170.0, 0.0)), -30.0, 0.0);
    let tilted = antenna.with_downtilt(4.0, 10.0).unwrap();
    close(tilted.relative_gain_db(towards(350.0, -4.0)), 0.0, 0.0);
    close(tilted.relative_gain_db(towards(350.0, 1.0)), -3.0, 1e-9);
    close(tilted.relative_gain_db(towards(22.5, -9.0)), -6.0, 1e-9);
    close(tilted.relative_gain_db(towards(170.0, 80.0)), -30.0, 0.0);
    let round = Antenna::isotropic().with_azimuth(10.0, 360.0).unwrap();
    assert!(round.is_isotropic());
    let refused = antenna.with_azimuth(10.0, 0.5).unwrap_err();
    assert_eq!(refused.field, "beamwidth_deg");
    let refused = antenna.with_downtilt(91.0, 10.0).unwrap_err();
    assert_eq!(refused.field, "downtilt_deg");
}

proptest! {
    #[test]
    fn a_sector_is_symmetric_and_never_gains(
        main in 0.0..360.0,
        width in 1.0..360.0,
        off in -180.0..180.0,
        elevation in -90.0..90.0,
        tilt in -90.0..90.0,
    ) {
        let antenna = Antenna::isotropic()
            .with_azimuth(main, width)
            .and_then(|antenna| antenna.with_downtilt(tilt, DEFAULT_VERTICAL_BEAMWIDTH_DEG))
            .unwrap();
        let gain_db = antenna.relative_gain_db(towards(main + off, elevation));
        prop_assert!((-30.0..=0.0).contains(&gain_db));
        let mirrored_db = antenna.relative_gain_db(towards(main - off, elevation));
        prop_assert!((gain_db - mirrored_db).abs() < 1e-6);
        let nearer_db = antenna.relative_gain_db(towards(main + off / 2.0, elevation));
        prop_assert!(nearer_db >= gain_db - 1e-9);
    }
}
