//! Clean coverages pass, and each kind of bad one is found; with real boundaries where present.

use proptest::prelude::*;

use super::super::geometry;
use super::super::tests::{Real, area, real, shape, square, tessellation};
use super::*;

fn candidate(row: usize, code: &str, boundary: MultiPolygon<f64>) -> Candidate {
    Candidate {
        row,
        code: code.to_owned(),
        name: format!("Area {code}"),
        stated_area_km2: Some(measure::area_km2(&boundary)),
        seat: measure::interior_position(&boundary),
        parent: None,
        boundary,
    }
}

fn from_real(features: Vec<Real>) -> Vec<Candidate> {
    let numbered = (1..).zip(features);
    let read = numbered.map(|(row, feature)| {
        let stated = ["official_area_km2", "area_km2"].map(|key| feature.properties[key].as_f64());
        Candidate {
            stated_area_km2: stated.into_iter().flatten().next(),
            seat: None,
            ..candidate(row, &feature.code, feature.boundary)
        }
    });
    read.collect()
}

fn two() -> Vec<Candidate> {
    vec![
        candidate(1, "a", square(103.0, 22.0, 0.1)),
        candidate(2, "b", square(103.1, 22.0, 0.1)),
    ]
}

fn repairing() -> Options {
    Options {
        repair: true,
        ..Options::default()
    }
}

fn rules(checked: &Checked) -> Vec<(Severity, &'static str)> {
    checked
        .findings
        .iter()
        .map(|finding| (finding.severity, finding.rule))
        .collect()
}

#[test]
fn neighbours_that_only_touch_pass() {
    let checked = check(two(), &[], &Options::default());
    assert_eq!(rules(&checked), []);
    assert_eq!(checked.accepted.len(), 2);
    assert!(
        (checked.accepted[0].1 - 114.3).abs() < 0.1,
        "{}",
        checked.accepted[0].1
    );
}

#[test]
fn an_overlap_is_refused_and_can_be_cut_from_the_higher_code() {
    let mut candidates = two();
    candidates[0].boundary = square(103.0, 22.0, 0.1005);
    let checked = check(candidates.clone(), &[], &Options::default());
    assert_eq!(rules(&checked), [(Severity::Refused, "overlap")]);
    let finding = &checked.findings[0];
    assert_eq!(
        (finding.areas.as_slice(), finding.rows.as_slice()),
        (&["a".to_owned(), "b".to_owned()][..], &[1, 2][..])
    );
    assert!(
        (finding.area_km2.unwrap() - 0.571).abs() < 0.001,
        "{finding:?}"
    );
    let mended = check(candidates, &[], &repairing());
    assert_eq!(rules(&mended), [(Severity::Repaired, "overlap")]);
    assert!(
        mended.findings[0]
            .detail
            .ends_with("it was cut from area b.")
    );
    let [(a, _), (b, _)] = mended.accepted.as_slice() else {
        panic!()
    };
    assert!(overlap_km2(&a.boundary, &b.boundary).unwrap() < 1e-9);
}

#[test]
fn a_registered_neighbour_is_never_cut() {
    let registered = area(7, "0", square(103.0, 22.0, 0.1005));
    let later = area(8, "z", square(103.0, 22.0, 0.1005));
    for neighbour in [&registered, &later] {
        let candidates = two().split_off(1);
        let checked = check(candidates, &[neighbour], &repairing());
        assert!(
            checked.findings[0]
                .detail
                .ends_with("it was cut from area b.")
        );
    }
}

#[test]
fn much_overlap_is_refused_even_when_repairing_and_little_is_counted() {
    let mut candidates = two();
    candidates[0].boundary = square(103.0, 22.0, 0.15);
    candidates[0].stated_area_km2 = None;
    assert_eq!(
        rules(&check(candidates.clone(), &[], &repairing())),
        [(Severity::Refused, "overlap")]
    );
    candidates[0].boundary = square(103.0, 22.0, 0.100_005);
    let checked = check(candidates, &[], &Options::default());
    assert_eq!(rules(&checked), [(Severity::Warning, "slivers")]);
    assert!(!checked.is_refused());
}

fn with_gap(side: f64) -> Vec<Candidate> {
    let mut shapes = tessellation(3, &[(0.0, 0.0)]);
    let notch = [
        (103.1, 22.1),
        (103.2, 22.1),
        (103.2, 22.2),
        (103.1 + side, 22.2),
        (103.1 + side, 22.2 - side),
        (103.1, 22.2 - side),
    ];
    shapes[4].boundary = shape(&notch);
    let numbered = (1..).zip(shapes);
    numbered
        .map(|(row, shape)| candidate(row, &shape.code, shape.boundary))
        .collect()
}

#[test]
fn a_gap_is_reported_and_filled_when_small() {
    let reported = check(with_gap(0.02), &[], &repairing());
    assert_eq!(rules(&reported), [(Severity::Warning, "gap")]);
    assert!((reported.findings[0].area_km2.unwrap() - 4.57).abs() < 0.01);
    assert_eq!(
        rules(&check(with_gap(0.005), &[], &Options::default())),
        [(Severity::Warning, "gap")]
    );
    let filled = check(with_gap(0.005), &[], &repairing());
    assert_eq!(rules(&filled), [(Severity::Repaired, "gap")]);
    // Area 5 surrounds two sides of the notch; 4 and 8 touch one each.
    assert!(
        filled.findings[0].detail.ends_with("added to area 005."),
        "{:?}",
        filled.findings
    );
    let whole: f64 = filled.accepted.iter().map(|(_, area_km2)| area_km2).sum();
    assert!((whole - measure::area_km2(&square(103.0, 22.0, 0.3))).abs() < 0.01);
}

#[test]
fn a_missing_area_is_a_gap_even_where_the_others_meet_only_at_points() {
    let around = tessellation(3, &[(0.0, 0.0)])
        .into_iter()
        .filter(|shape| shape.id % 2 == 0);
    let candidates = (1..)
        .zip(around)
        .map(|(row, shape)| candidate(row, &shape.code, shape.boundary));
    let checked = check(candidates.collect(), &[], &Options::default());
    assert_eq!(rules(&checked), [(Severity::Warning, "gap")]);
    assert_eq!(checked.findings[0].areas, ["002", "004", "006", "008"]);
}

#[test]
fn faulty_boundaries_are_refused_and_harmless_faults_mended() {
    let mut candidates = two();
    candidates[0].boundary = shape(&[(103.0, 22.0), (103.1, 22.1), (103.1, 22.0), (103.0, 22.1)]);
    let checked = check(candidates, &[], &repairing());
    assert_eq!(rules(&checked), [(Severity::Refused, "invalid_ring")]);
    assert!(
        checked.findings[0]
            .detail
            .contains("crosses or touches itself")
    );
    let mut turned = two();
    turned[0].boundary.0[0].exterior_mut(|ring| ring.0.reverse());
    assert_eq!(
        rules(&check(turned, &[], &Options::default())),
        [(Severity::Repaired, "invalid_ring")]
    );
    let mut spiked = two();
    spiked[0].boundary.0[0].exterior_mut(|ring| {
        let first = ring.0[0];
        ring.0.splice(0..0, [first, (102.0, 22.0).into()]);
    });
    assert!(check(spiked.clone(), &[], &Options::default()).is_refused());
    assert_eq!(
        rules(&check(spiked, &[], &repairing())),
        [(Severity::Repaired, "invalid_ring")]
    );
}

#[test]
fn an_open_ring_is_refused_when_it_is_read() {
    let mut written = geometry::to_geojson(&two()[0].boundary);
    written["coordinates"][0].as_array_mut().unwrap().pop();
    let refusal = geometry::parse(&written).unwrap_err();
    assert!(matches!(refusal, geometry::GeometryError::NotClosed { .. }));
}

#[test]
fn empty_and_doubled_candidates_are_refused() {
    let mut candidates = two();
    candidates[1].code = "a".to_owned();
    candidates.push(candidate(3, "c", MultiPolygon::new(vec![])));
    let expected = [
        (Severity::Refused, "duplicate_code"),
        (Severity::Refused, "empty"),
    ];
    assert_eq!(
        rules(&check(candidates, &[], &Options::default())),
        expected
    );
}

#[test]
fn a_wrong_stated_area_is_refused() {
    let mut candidates = two();
    candidates[0].stated_area_km2 = Some(130.0);
    candidates[1].stated_area_km2 = Some(0.0);
    let checked = check(candidates, &[], &Options::default());
    assert_eq!(rules(&checked), [(Severity::Refused, "area_mismatch"); 2]);
    assert!(
        checked.findings[0].detail.contains("12.1 % apart"),
        "{:?}",
        checked.findings[0]
    );
}

#[test]
fn seats_tell_swapped_boundaries_from_a_misplaced_seat() {
    let mut candidates = two();
    candidates[0].seat = candidates[1].seat;
    let checked = check(candidates.clone(), &[], &Options::default());
    assert_eq!(rules(&checked), [(Severity::Refused, "seat_elsewhere")]);
    assert_eq!(checked.findings[0].areas, ["a", "b"]);
    candidates[1].seat = Position::new(103.05, 22.05);
    let checked = check(candidates, &[], &Options::default());
    assert_eq!(rules(&checked), [(Severity::Refused, "swapped_boundaries")]);
}

#[test]
fn the_parent_holds_most_of_the_area() {
    let above = [
        area(1, "x", square(103.0, 22.0, 0.1)),
        area(2, "y", square(103.1, 22.0, 0.1)),
    ];
    let (parent, share) = parent_of(&square(103.07, 22.0, 0.1), &above)
        .unwrap()
        .unwrap();
    assert_eq!(parent.id, 2);
    assert!((share - 0.7).abs() < 1e-3, "{share}");
    assert_eq!(parent_of(&square(110.0, 22.0, 0.1), &above), Ok(None));
}

#[test]
fn real_coverages_are_accepted() {
    for file in [
        "laichau_districts",
        "laichau_communes_2013",
        "laichau_communes_2025",
        "laichau_districts_from_communes",
    ] {
        let Some(features) = real(&format!("laichau/{file}.geojson")) else {
            return;
        };
        let count = features.len();
        let checked = check(from_real(features), &[], &Options::default());
        assert!(!checked.is_refused());
        assert_eq!(checked.accepted.len(), count);
    }
}

#[test]
fn the_swapped_districts_of_the_source_are_found() {
    let Some(features) = real("laichau/laichau_districts.geojson") else {
        return;
    };
    let mut candidates = from_real(features);
    let place = |code: &str| {
        candidates
            .iter()
            .position(|candidate| candidate.code == code)
            .unwrap()
    };
    let (first, second) = (place("108"), place("109"));
    let sound = candidates[first].boundary.clone();
    candidates[first].boundary = std::mem::replace(&mut candidates[second].boundary, sound);
    let checked = check(candidates.clone(), &[], &Options::default());
    let refused: Vec<_> = checked
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Refused)
        .collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(
        (refused[0].rule, refused[0].areas.join("/").as_str()),
        ("swapped_boundaries", "108/109")
    );
    candidates[first].seat = measure::interior_position(&candidates[second].boundary);
    candidates[second].seat = measure::interior_position(&candidates[first].boundary);
    let checked = check(candidates, &[], &Options::default());
    assert_eq!(checked.findings[0].rule, "swapped_boundaries");
    assert!(checked.findings[0].detail.contains("seat"));
}

#[test]
fn real_communes_lie_in_their_districts() {
    let Some(communes) = real("laichau/laichau_communes_2013.geojson") else {
        return;
    };
    let Some(districts) = real("laichau/laichau_districts.geojson") else {
        return;
    };
    let above: Vec<_> = (1..)
        .zip(districts)
        .map(|(id, district)| area(id, &district.code, district.boundary))
        .collect();
    for commune in communes {
        let (parent, share) = parent_of(&commune.boundary, &above).unwrap().unwrap();
        assert_eq!(
            parent.code, commune.properties["district_code"],
            "{} {share}",
            commune.code
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn tessellations_pass(shifts in prop::collection::vec((-0.9..0.9f64, -0.9..0.9f64), 7)) {
        let shapes = tessellation(4, &shifts);
        let candidates = (1..).zip(shapes).map(|(row, shape)| candidate(row, &shape.code, shape.boundary));
        let checked = check(candidates.collect(), &[], &Options::default());
        prop_assert_eq!(rules(&checked), []);
    }

    #[test]
    fn overlap_is_symmetric(
        corners in prop::collection::vec((103.0..103.1f64, 22.0..22.1f64), 6),
    ) {
        let rounded = |range: std::ops::Range<usize>| {
            let read = geometry::parse(&geometry::to_geojson(&shape(&corners[range])));
            read.unwrap()
        };
        let (a, b) = (rounded(0..3), rounded(3..6));
        let common_km2 = overlap_km2(&a, &b).unwrap();
        prop_assert!((common_km2 - overlap_km2(&b, &a).unwrap()).abs() < 1e-6);
        // An edge cut in two is two geodesics, up to 0.02 km² apart for edges of 15 km.
        prop_assert!(common_km2 <= measure::area_km2(&a) + 0.06);
    }
}
