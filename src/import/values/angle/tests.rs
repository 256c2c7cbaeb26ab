use proptest::prelude::*;

use super::*;

fn north(text: &str) -> Option<f64> {
    read(text, Axis::North).ok()
}

fn east(text: &str) -> Option<f64> {
    read(text, Axis::East).ok()
}

#[test]
fn degrees_minutes_and_seconds_are_read_in_each_way_they_are_written() {
    for text in [
        "22°23'47.1\"N",
        "22°23'47,1\"N",
        "22 23 47.1",
        "22:23:47.1",
        "N 22° 23' 47.1\"",
        "22º23’47,1”B",
        "22° 23′ 47.1″ Bắc",
        "22o23'47.1\"",
        "22d23m47.1s",
        "22 độ 23 phút 47,1 giây",
        "22°23'47.1''B",
        "22 23 47.1 b",
        "+22 23 47.1",
    ] {
        assert_eq!(north(text), Some(22.396_416_667), "{text}");
    }
}

#[test]
fn degrees_and_minutes_are_read() {
    assert_eq!(north("22° 23,78' B"), Some(22.396_333_333));
    assert_eq!(north("22 23.78"), Some(22.396_333_333));
    assert_eq!(east("103°27.5'E"), Some(103.458_333_333));
    assert_eq!(east("103°27,5' Đ"), Some(103.458_333_333));
    assert_eq!(east("103°"), Some(103.0));
    assert_eq!(east("103,4586° Đông"), Some(103.4586));
    assert_eq!(east("E103.4586"), Some(103.4586));
}

#[test]
fn a_letter_says_the_side_and_must_be_of_the_axis() {
    assert_eq!(north("22°30'S"), Some(-22.5));
    assert_eq!(north("-22°30'"), Some(-22.5));
    assert_eq!(north("22°30' Nam"), Some(-22.5));
    assert_eq!(north("22°30' N"), Some(22.5));
    assert_eq!(east("71°30'T"), Some(-71.5));
    assert_eq!(east("71°30'W"), Some(-71.5));
    for text in ["22°30'E", "22°30'Đ", "22°30'W", "-22°30'N", "-22°30'S"] {
        assert_eq!(north(text), None, "{text}");
    }
    assert_eq!(east("103°30'N"), None);
    assert_eq!(east("103°30'B"), None);
}

#[test]
fn what_is_no_angle_is_refused() {
    for text in [
        "",
        "N",
        "°",
        "22°60'",
        "22°23'60\"",
        "91°",
        "22°23'47\"1",
        "22.5°30'",
        "22°23.5'10\"",
        "22'23",
        "22°23\"",
        "1.2.3",
        "22 23 47 1",
        "twenty",
        "22°23'47.\"",
        "22°.5'",
        "Nam Nhùn",
        "2016-05-01",
        "22;23",
        "22°23'47\"N 103°27'30\"E",
    ] {
        let rule = Rule::BadFormat { expected: EXPECTED };
        assert_eq!(read(text, Axis::North), Err(rule), "{text}");
    }
    assert!(read(&"2 ".repeat(1000), Axis::North).is_err());
}

proptest! {
    #[test]
    fn an_angle_that_is_written_is_read_back(degrees in 0..90_u32, minutes in 0..60_u32, tenths in 0..600_u32, comma: bool, south: bool) {
        let sign = if comma { ',' } else { '.' };
        let letter = if south { 'S' } else { 'B' };
        let text = format!("{degrees}°{minutes:02}'{:02}{sign}{}\"{letter}", tenths / 10, tenths % 10);
        let expected = f64::from(degrees) + f64::from(minutes) / 60.0 + f64::from(tenths) / 36_000.0;
        let found = read(&text, Axis::North).unwrap();
        prop_assert!((found - if south { -expected } else { expected }).abs() < 1e-9, "{} {}", text, found);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}", signs in "[0-9 .,:°'\"NBĐTEWSods\u{2212}-]{0,20}") {
        for text in [text, signs] {
            for axis in [Axis::East, Axis::North] {
                if let Ok(angle) = read(&text, axis) {
                    prop_assert!(angle.abs() <= axis.limit());
                }
            }
        }
    }
}
