//! Extended Hata against values worked out elsewhere and against the older formulas that it extends.

use proptest::prelude::*;

use super::*;

fn link(frequency_mhz: f64, transmitter_height_m: f64) -> Link {
    Link {
        frequency_mhz,
        transmitter_height_m,
        receiver_height_m: 1.5,
    }
}

fn model(frequency_mhz: f64, height_m: f64, environment: Environment) -> ExtendedHata {
    ExtendedHata::new(link(frequency_mhz, height_m), environment).unwrap()
}

/// Okumura-Hata (Hata 1980; GSM 03.30, annex B), small and medium towns.
fn okumura_hata_db(f: f64, hb: f64, d: f64) -> f64 {
    69.55 + 26.16 * f.log10() - 13.82 * hb.log10() - receiver_gain_db(f, 1.5)
        + (44.9 - 6.55 * hb.log10()) * d.log10()
}

/// COST 231-Hata (COST 231 final report, 4.4.1), `centre_db` 0 or 3.
fn cost_231_db(f: f64, hb: f64, d: f64, centre_db: f64) -> f64 {
    46.3 + 33.9 * f.log10() - 13.82 * hb.log10() - receiver_gain_db(f, 1.5)
        + (44.9 - 6.55 * hb.log10()) * d.log10()
        + centre_db
}

fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not {expected}"
    );
}

#[test]
fn the_originals_have_their_published_values() {
    close(okumura_hata_db(900.0, 30.0, 1.0), 126.4033, 5e-5);
    let urban = okumura_hata_db(900.0, 30.0, 5.0);
    close(urban, 151.0244, 5e-5);
    close(
        urban - 2.0 * (900.0_f64 / 28.0).log10().powi(2) - 5.4,
        141.0818,
        5e-5,
    );
    let lg = 900.0_f64.log10();
    let urban = okumura_hata_db(900.0, 30.0, 10.0);
    let open = urban - 4.78 * lg * lg + 18.33 * lg - 40.94;
    close(open, 133.1217, 5e-5);
    close(open + 5.0, 138.1217, 5e-5);
    let town = 3.2 * (11.75_f64 * 1.5).log10().powi(2) - 4.97;
    let urban = okumura_hata_db(900.0, 50.0, 5.0) + receiver_gain_db(900.0, 1.5) - town;
    close(urban, 146.9596, 5e-5);
    close(cost_231_db(1800.0, 30.0, 1.0, 0.0), 136.1969, 5e-5);
    close(cost_231_db(1800.0, 30.0, 5.0, 3.0), 163.8181, 5e-5);
}

#[test]
fn the_formula_has_the_expected_losses() {
    use Environment::{Open, Suburban, Urban};
    for (f, hb, d, environment, loss_db) in [
        (900.0, 30.0, 5.0, Suburban, 141.2500),
        (900.0, 30.0, 10.0, Open, 133.2899),
        (1800.0, 30.0, 3.0, Suburban, 141.0649),
        (2100.0, 30.0, 3.0, Suburban, 142.4868),
        (2600.0, 30.0, 1.0, Urban, 138.8732),
        (900.0, 20.0, 5.0, Suburban, 144.7718),
        (900.0, 30.0, 30.0, Open, 151.8472),
    ] {
        close(model(f, hb, environment).loss_db(d).unwrap(), loss_db, 5e-5);
    }
}

#[test]
fn the_radius_of_a_loss_is_found() {
    use Environment::{Open, Suburban};
    for (f, environment, radius_km) in [
        (942.5, Suburban, 4.4883),
        (942.5, Open, 15.1822),
        (1842.5, Suburban, 2.7495),
        (2140.0, Suburban, 2.5364),
        (778.0, Suburban, 5.0093),
    ] {
        close(
            model(f, 30.0, environment).radius_km(140.0).unwrap(),
            radius_km,
            5e-5,
        );
    }
    let model = model(942.5, 30.0, Suburban);
    assert_eq!(model.radius_km(10.0), Some(0.0));
    assert_eq!(model.radius_km(400.0), None);
    assert_eq!(model.radius_km(f64::NAN), None);
}

#[test]
fn what_is_out_of_range_is_refused_by_name() {
    let refused = |link| {
        ExtendedHata::new(link, Environment::Open)
            .unwrap_err()
            .field
    };
    assert_eq!(refused(link(3500.0, 30.0)), "frequency_mhz");
    assert_eq!(refused(link(f64::NAN, 30.0)), "frequency_mhz");
    assert_eq!(refused(link(900.0, 0.5)), "transmitter_height_m");
    assert_eq!(
        refused(Link {
            receiver_height_m: 11.0,
            ..link(900.0, 30.0)
        }),
        "receiver_height_m"
    );
    let model = model(900.0, 30.0, Environment::Open);
    assert_eq!(model.loss_db(40.1).unwrap_err().field, "distance_km");
    assert_eq!(
        model.loss_db(-0.1).unwrap_err().to_string(),
        "`distance_km` must be from 0 to 40 for extended Hata, not -0.1"
    );
}

fn environments() -> impl Strategy<Value = Environment> {
    prop::sample::select(vec![
        Environment::Urban,
        Environment::Suburban,
        Environment::Open,
    ])
}

proptest! {
    #[test]
    fn the_loss_grows_and_the_radius_inverts_it(
        f in 30.0..3000.0,
        hb in 1.0..200.0,
        hm in 1.0..10.0,
        near in 0.001..39.0,
        step in 0.001..1.0,
        environment in environments(),
    ) {
        let link = Link { frequency_mhz: f, transmitter_height_m: hb, receiver_height_m: hm };
        let model = ExtendedHata::new(link, environment).unwrap();
        let loss_db = model.loss_db(near).unwrap();
        prop_assert!(loss_db.is_finite());
        prop_assert!(loss_db >= model.free_space_db(near) - 1e-9);
        prop_assert!(model.loss_db(near + step).unwrap() > loss_db - 1e-9);
        let back = model.radius_km(loss_db).unwrap();
        prop_assert!((model.loss_db(back).unwrap() - loss_db).abs() < 1e-6);
    }
}
