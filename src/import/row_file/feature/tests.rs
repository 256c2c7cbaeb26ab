//! Bodies that are not what they should be.

use serde_json::json;

use super::*;

#[test]
fn coordinates_that_are_no_numbers_are_left_for_the_rules_on_sites() {
    let crs = Crs::parse("9205").unwrap();
    let mut faults = Faults::default();
    let mut body = json!({"longitude": "x", "latitude": 5});
    to_wgs84(&mut body, crs, &mut faults);
    assert_eq!(
        (body, faults.is_empty()),
        (json!({"longitude": "x", "latitude": 5}), true)
    );
}

#[test]
fn what_is_no_object_is_not_renamed() {
    let stated = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
    assert_eq!(renamed(json!([1]), &stated), json!([1]));
    assert_eq!(renamed(json!({"c": 1}), &stated), json!({"c": 1}));
}
