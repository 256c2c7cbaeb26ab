use proptest::prelude::*;

use super::*;

const POINT: Convention = Convention {
    decimal: Some(DecimalSign::Point),
};
const COMMA: Convention = Convention {
    decimal: Some(DecimalSign::Comma),
};
const NONE: Convention = Convention { decimal: None };

#[test]
fn what_can_be_read_in_one_way_is_read_whatever_the_convention() {
    for (text, expected, sign) in [
        ("0", 0.0, None),
        ("7665", 7665.0, None),
        ("-12", -12.0, None),
        ("\u{2212}12", -12.0, None),
        ("+12", 12.0, None),
        ("1 778 489", 1_778_489.0, None),
        ("1\u{A0}778\u{202F}489", 1_778_489.0, None),
        ("1e3", 1000.0, None),
        ("1.778.489", 1_778_489.0, Some(DecimalSign::Comma)),
        ("1,778,489", 1_778_489.0, Some(DecimalSign::Point)),
        ("112,84", 112.84, Some(DecimalSign::Comma)),
        ("112.84", 112.84, Some(DecimalSign::Point)),
        ("1.234,5", 1234.5, Some(DecimalSign::Comma)),
        ("1,234.5", 1234.5, Some(DecimalSign::Point)),
        ("1,234.567", 1234.567, Some(DecimalSign::Point)),
        ("-1.778.489,25", -1_778_489.25, Some(DecimalSign::Comma)),
        ("1 234,567", 1234.567, Some(DecimalSign::Comma)),
        ("1234.567", 1234.567, Some(DecimalSign::Point)),
        ("0.123", 0.123, Some(DecimalSign::Point)),
        ("0,123", 0.123, Some(DecimalSign::Comma)),
        (".5", 0.5, Some(DecimalSign::Point)),
        ("103.4586", 103.4586, Some(DecimalSign::Point)),
        ("1.5e-7", 1.5e-7, Some(DecimalSign::Point)),
    ] {
        let reading = read(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(reading.shows(|_| true), sign, "{text}");
        for convention in [POINT, COMMA, NONE] {
            assert_eq!(
                reading.resolve(&convention, |_| true),
                Ok(expected),
                "{text}"
            );
        }
    }
}

#[test]
fn what_can_be_read_in_two_ways_needs_a_convention() {
    for (text, point, comma) in [
        ("7.665", 7.665, 7665.0),
        ("1,234", 1234.0, 1.234),
        ("-12.345", -12.345, -12_345.0),
        ("123,456", 123_456.0, 123.456),
    ] {
        let reading = read(text).unwrap();
        assert_eq!(reading, Reading::Either { point, comma }, "{text}");
        assert_eq!(reading.resolve(&POINT, |_| true), Ok(point));
        assert_eq!(reading.resolve(&COMMA, |_| true), Ok(comma));
        let rule = Rule::AmbiguousNumber { point, comma };
        assert_eq!(reading.resolve(&NONE, |_| true), Err(rule));
        assert_eq!(reading.shows(|_| true), None);
    }
}

#[test]
fn a_reading_that_cannot_be_believed_is_none() {
    let reading = read("103.402").unwrap();
    let believable = |number: f64| number.abs() <= 180.0;
    assert_eq!(reading.resolve(&COMMA, believable), Ok(103.402));
    assert_eq!(reading.shows(believable), Some(DecimalSign::Point));
}

#[test]
fn what_is_no_number_is_not_read() {
    for text in [
        "",
        "-",
        ".",
        ",",
        "5.",
        "a",
        "1.2.3",
        "1,23,456",
        "1.23.456",
        "1.234,567,8",
        "1,234.567.8",
        "1 23",
        "12 34",
        "0.123.456",
        "1234.567.890",
        "1e",
        "e5",
        "1e999",
        "1,5e3",
        "--1",
        "1 234.567.890",
        "NaN",
        "inf",
        "١٢٣",
        "0x10",
        "1_000",
        "22°23'",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(read(&"1".repeat(1000)), None);
}

/// `number` with thousands in groups, as a person writes it.
fn written(number: f64, decimals: usize, sign: DecimalSign, groups: &str) -> String {
    let plain = format!("{number:.decimals$}");
    let (minus, plain) = plain
        .strip_prefix('-')
        .map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let mut text = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            text.push_str(groups);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(sign.char());
        text.push_str(fraction);
    }
    format!("{minus}{text}")
}

proptest! {
    #[test]
    fn a_number_that_is_written_by_a_convention_is_read_back(number in -1e12..1e12_f64, decimals in 0_usize..7, comma: bool, groups in 0..4_usize) {
        let sign = if comma { DecimalSign::Comma } else { DecimalSign::Point };
        let other = sign.other().char().to_string();
        let groups = ["", other.as_str(), " ", "\u{A0}"][groups];
        let text = written(number, decimals, sign, groups);
        let convention = Convention { decimal: Some(sign) };
        let expected: f64 = format!("{number:.decimals$}").parse().unwrap();
        let found = read(&text).map(|reading| reading.resolve(&convention, |_| true));
        prop_assert_eq!(found, Some(Ok(expected)), "{}", text);
    }

    #[test]
    fn what_programs_write_is_read_back(number in proptest::num::f64::NORMAL) {
        let text = serde_json::to_string(&number).unwrap();
        prop_assume!(text.len() <= LONGEST);
        let found = read(&text).map(|reading| reading.resolve(&POINT, |_| true));
        prop_assert_eq!(found, Some(Ok(number)), "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,70}", signs in "[-+0-9., eE\u{A0}]{0,20}") {
        for text in [text, signs] {
            if let Some(reading) = read(&text) {
                for convention in [POINT, COMMA, NONE] {
                    if let Ok(number) = reading.resolve(&convention, |_| true) {
                        prop_assert!(number.is_finite());
                    }
                }
            }
        }
    }
}
