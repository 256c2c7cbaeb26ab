use super::super::tests::codes;
use super::super::tests::site;
use crate::domain::site_input;
use crate::geo::Crs;

#[test]
fn metres_become_degrees_where_their_system_is_stated() {
    let crs = Crs::parse("EPSG:9205").unwrap();
    let at = |titles: [&str; 2], texts: [&str; 2], crs: Option<&Crs>| {
        let (body, faults) = site(&titles, &texts, crs);
        let codes: Vec<_> = faults.into_iter().map(|fault| fault.1).collect();
        (body["longitude"].as_f64(), body["latitude"].as_f64(), codes)
    };
    let there = (Some(103.448_651_745), Some(22.390_792_271), vec![]);
    for (titles, texts) in [
        (["X", "Y"], ["2477000", "546000"]),
        (["X", "Y"], ["546000", "2477000"]),
        (
            ["Tọa độ X (VN-2000)", "Tọa độ Y (VN-2000)"],
            ["2.477.000", "546.000"],
        ),
        (["Easting", "Northing"], ["546000.00", "2477000,00"]),
        (["longitude", "latitude"], ["546 000", "2 477 000"]),
        (["N", "E"], ["2477000", "546000"]),
    ] {
        assert_eq!(at(titles, texts, Some(&crs)), there, "{titles:?}");
    }
    let outside = (None, None, vec!["outside_grid", "outside_grid"]);
    assert_eq!(at(["E", "N"], ["2477000", "546000"], Some(&crs)), outside);
    assert_eq!(at(["X", "Y"], ["22.39", "103.44"], Some(&crs)), outside);
    assert_eq!(at(["X", "Y"], ["546000", "546000"], Some(&crs)), outside);
    let refused = (None, None, vec!["wrong_type"]);
    assert_eq!(at(["X", "Y"], ["22°23'", "546000"], Some(&crs)), refused);
    let degrees = Crs::parse("4756").unwrap();
    let there = (Some(103.460_504_914), Some(22.395_448_49), vec![]);
    assert_eq!(
        at(
            ["longitude", "latitude"],
            ["103.4586", "22.3964"],
            Some(&degrees)
        ),
        there
    );
    assert_eq!(
        at(["X", "Y"], ["22.3964", "103.4586"], Some(&degrees)),
        there
    );
}

#[test]
fn coordinates_without_a_system_are_left_for_the_rules_on_sites() {
    let rule = |titles: [&str; 2], texts: [&str; 2]| {
        let (body, faults) = site(&titles, &texts, None);
        assert_eq!(faults, []);
        site_input::read(&body)
            .err()
            .map(|faults| codes(faults)[0].1)
    };
    assert_eq!(
        rule(["X", "Y"], ["2477000", "546000"]),
        Some("coordinates_in_metres")
    );
    assert_eq!(
        rule(["Kinh độ", "Vĩ độ"], ["22.4", "103.4"]),
        Some("coordinates_swapped")
    );
    assert_eq!(
        rule(["Kinh độ", "Vĩ độ"], ["10324.07", "22.4"]),
        Some("coordinates_degrees_minutes")
    );
    assert_eq!(rule(["X", "Y"], ["22.4", "103.4"]), None);
    assert_eq!(rule(["X", "Y"], ["103.4", "22.4"]), None);
}
