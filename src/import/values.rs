//! Values as people write them: numbers with either decimal sign, thousands, degrees with minutes and seconds, days,
//! lists of technologies.

use chrono::NaiveDate;

use super::convention::{Convention, DecimalSign};
use crate::domain::{Rule, Technology, text};

/// A number as its digits are grouped.
struct Grouped {
    is_negative: bool,
    /// Runs of digits, and the sign that stood before each but the first.
    groups: Vec<(Option<char>, String)>,
}

impl Grouped {
    fn parse(raw: &str) -> Option<Self> {
        let raw = raw.trim();
        let (is_negative, digits) = match raw.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, raw.strip_prefix('+').unwrap_or(raw)),
        };
        let mut groups = vec![(None, String::new())];
        for letter in digits.trim().chars() {
            match letter {
                '0'..='9' => groups.last_mut()?.1.push(letter),
                '.' | ',' => groups.push((Some(letter), String::new())),
                ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' => {
                    groups.push((Some(' '), String::new()));
                }
                _ => return None,
            }
        }
        groups
            .iter()
            .all(|(_, digits)| !digits.is_empty())
            .then_some(Self {
                is_negative,
                groups,
            })
    }

    fn signs(&self) -> Vec<char> {
        self.groups.iter().filter_map(|(sign, _)| *sign).collect()
    }

    /// Whether the groups from the second to `end` part thousands.
    fn are_thousands(&self, end: usize) -> bool {
        let first = self.groups.first().map_or(0, |(_, digits)| digits.len());
        (1..=3).contains(&first)
            && self
                .groups
                .iter()
                .take(end)
                .skip(1)
                .all(|(_, digits)| digits.len() == 3)
    }

    /// The number whose fraction is the last group where `has_fraction`, and which else is whole.
    fn number(&self, has_fraction: bool) -> Option<f64> {
        let mut plain = String::new();
        for (i, (_, digits)) in self.groups.iter().enumerate() {
            if has_fraction && i + 1 == self.groups.len() {
                plain.push('.');
            }
            plain.push_str(digits);
        }
        let number: f64 = plain.parse().ok()?;
        Some(if self.is_negative { -number } else { number })
    }
}

/// What a number can mean.
enum Meaning {
    One(f64),
    /// With a fraction behind this sign, or with thousands.
    Two(DecimalSign, f64, f64),
}

fn meaning(raw: &str) -> Option<Meaning> {
    let grouped = Grouped::parse(raw)?;
    let signs = grouped.signs();
    let count = grouped.groups.len();
    let last = *signs.last().unwrap_or(&' ');
    let is_alone = signs.iter().filter(|sign| **sign == last).count() == 1;
    let whole = grouped.are_thousands(count);
    let one = |number: Option<f64>| number.map(Meaning::One);
    match (signs.as_slice(), last) {
        ([], _) => one(grouped.number(false)),
        // Blanks part thousands, and nothing else.
        (_, ' ') => one(whole.then(|| grouped.number(false)).flatten()),
        ([sign], _) => {
            let starts_with_zero = grouped
                .groups
                .first()
                .is_some_and(|(_, digits)| digits.starts_with('0'));
            let fraction = grouped.number(true)?;
            if !whole || starts_with_zero {
                return Some(Meaning::One(fraction));
            }
            Some(Meaning::Two(
                sign_of(*sign),
                fraction,
                grouped.number(false)?,
            ))
        }
        // One sign again and again parts thousands.
        (all, _) if all.iter().all(|sign| *sign == last) => {
            one(whole.then(|| grouped.number(false)).flatten())
        }
        // Of two signs the last one, which stands alone, is the decimal one.
        _ if is_alone && grouped.are_thousands(count - 1) => one(grouped.number(true)),
        _ => None,
    }
}

fn sign_of(letter: char) -> DecimalSign {
    if letter == ',' {
        DecimalSign::Comma
    } else {
        DecimalSign::Point
    }
}

/// The decimal sign that a number betrays which can be read in one way only.
#[must_use]
pub fn decimal_sign(raw: &str) -> Option<DecimalSign> {
    let grouped = Grouped::parse(raw)?;
    let signs: Vec<char> = grouped
        .signs()
        .into_iter()
        .filter(|sign| *sign != ' ')
        .collect();
    let Some(Meaning::One(_)) = meaning(raw) else {
        return None;
    };
    let last = *signs.last()?;
    let other = |sign| match sign {
        DecimalSign::Point => DecimalSign::Comma,
        DecimalSign::Comma => DecimalSign::Point,
    };
    let is_repeated = signs.len() > 1 && signs.iter().all(|sign| *sign == last);
    Some(if is_repeated {
        other(sign_of(last))
    } else {
        sign_of(last)
    })
}

/// Reads a number that is believed from `min` to `max`.
///
/// # Errors
/// `WrongType`, or `AmbiguousNumber` for one that can be read in two ways of which nothing decides.
pub fn number(raw: &str, (min, max): (f64, f64), convention: Convention) -> Result<f64, Rule> {
    if let Ok(plain) = raw.parse::<f64>()
        && raw.contains(['e', 'E'])
        && plain.is_finite()
    {
        return Ok(plain);
    }
    match meaning(raw) {
        None => Err(Rule::WrongType {
            expected: "a number",
        }),
        Some(Meaning::One(number)) => Ok(number),
        Some(Meaning::Two(sign, fraction, thousands)) => match convention.decimal {
            Some(decimal) if decimal == sign => Ok(fraction),
            Some(_) => Ok(thousands),
            None if (min..=max).contains(&fraction) && !(min..=max).contains(&thousands) => {
                Ok(fraction)
            }
            None => Err(Rule::AmbiguousNumber {
                fraction,
                thousands,
            }),
        },
    }
}

/// Reads degrees: decimal, or with minutes and seconds (`22°23'47.1"N`, `22 23 47,1`), with or without the letter of a
/// side, in English or Vietnamese (B, N, Đ, T). N is north on a latitude.
///
/// # Errors
/// Those of [`number`].
pub fn degrees(raw: &str, max: f64, convention: Convention) -> Result<f64, Rule> {
    let wrong = Rule::WrongType {
        expected: "degrees, as 22.3964 or 22°23'47.0\"",
    };
    let upper = raw.trim().to_uppercase();
    let is_side = |letter: char| "NSEWBĐDT".contains(letter);
    let side = upper.chars().find(|letter| is_side(*letter));
    let bare: String = upper.chars().filter(|letter| !is_side(*letter)).collect();
    let parts: Vec<&str> = bare
        .split(|letter: char| !(letter.is_ascii_digit() || "+-.,".contains(letter)))
        .filter(|part| !part.is_empty())
        .collect();
    let turned = match side {
        Some('S' | 'W' | 'T') => -1.0,
        _ => 1.0,
    };
    let plain = |part: &str| {
        let point = part.replace(',', ".");
        point.parse::<f64>().ok().filter(|n| n.is_finite())
    };
    match parts[..] {
        [one] => number(one, (-max, max), convention).map(|degrees| degrees * turned),
        [_, _] | [_, _, _] => {
            let mut total = 0.0;
            for (i, part) in parts.iter().enumerate() {
                let value = plain(part).ok_or_else(|| wrong.clone())?;
                let unit = [1.0, 60.0, 3_600.0].get(i).copied().unwrap_or(1.0);
                if i > 0 && !(0.0..60.0).contains(&value) {
                    return Err(wrong);
                }
                total += value.abs() / unit;
            }
            let is_negative = parts.first().is_some_and(|part| part.starts_with('-'));
            Ok(if is_negative { -total } else { total } * turned)
        }
        _ => Err(wrong),
    }
}

/// Reads a day: `2016-12-31`, or with the day first, `31/12/2016`, `31-12-2016`, `31.12.2016`.
///
/// # Errors
/// `BadDate`.
pub fn date(raw: &str) -> Result<NaiveDate, Rule> {
    let parts: Vec<&str> = raw.trim().split(['-', '/', '.']).collect();
    let number = |part: &str| part.trim().parse::<u32>().map_err(|_| Rule::BadDate);
    let [a, b, c] = parts[..] else {
        return Err(Rule::BadDate);
    };
    let (year, month, day) = if a.trim().len() == 4 {
        (a, b, c)
    } else if c.trim().len() == 4 {
        (c, b, a)
    } else {
        return Err(Rule::BadDate);
    };
    let year = i32::try_from(number(year)?).map_err(|_| Rule::BadDate)?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).ok_or(Rule::BadDate)
}

/// Reads a list of technologies: `2G,3G`, `2 3 4`, `GSM/UMTS`.
///
/// # Errors
/// `UnknownTechnology`.
pub fn technologies(raw: &str) -> Result<Vec<Technology>, Rule> {
    let mut found = Vec::new();
    let parts = raw.split([',', ';', '/', '+', '|', '&', ' ', '-', '\n']);
    for part in parts.filter(|part| !part.trim().is_empty()) {
        let technology = match text::fold(part.trim()).as_str() {
            "2" | "2g" | "gsm" => Technology::Second,
            "3" | "3g" | "umts" | "wcdma" => Technology::Third,
            "4" | "4g" | "lte" => Technology::Fourth,
            "5" | "5g" | "nr" => Technology::Fifth,
            _ => return Err(Rule::UnknownTechnology),
        };
        if !found.contains(&technology) {
            found.push(technology);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NONE: Convention = Convention { decimal: None };
    const COMMA: Convention = Convention {
        decimal: Some(DecimalSign::Comma),
    };
    const POINT: Convention = Convention {
        decimal: Some(DecimalSign::Point),
    };
    const COUNT: (f64, f64) = (0.0, 2e9);

    #[test]
    fn numbers_are_read_as_they_are_meant() {
        for (raw, expected) in [
            ("1.778.489", 1_778_489.0),
            ("1,778,489", 1_778_489.0),
            ("1 778 489", 1_778_489.0),
            ("1.234,5", 1_234.5),
            ("1,234.5", 1_234.5),
            ("112,84", 112.84),
            ("-0.5", -0.5),
            ("0,125", 0.125),
            ("42", 42.0),
            ("1e3", 1_000.0),
        ] {
            assert_eq!(number(raw, COUNT, NONE), Ok(expected), "{raw}");
        }
        assert_eq!(number("7.665", COUNT, COMMA), Ok(7_665.0));
        assert_eq!(number("7.665", COUNT, POINT), Ok(7.665));
        assert_eq!(number("103.458", (-180.0, 180.0), NONE), Ok(103.458));
        let two = Rule::AmbiguousNumber {
            fraction: 7.665,
            thousands: 7_665.0,
        };
        assert_eq!(number("7.665", COUNT, NONE), Err(two.clone()));
        assert_eq!(number("7,665", COUNT, NONE), Err(two));
        for raw in ["", "x", "1.2.3", "1..2", "12,34,567.8.9", "1 2", "--1"] {
            assert!(number(raw, COUNT, NONE).is_err(), "{raw}");
        }
    }

    #[test]
    fn plain_numbers_betray_the_decimal_sign() {
        for (raw, sign) in [
            ("112,84", Some(DecimalSign::Comma)),
            ("1.778.489", Some(DecimalSign::Comma)),
            ("1,234.5", Some(DecimalSign::Point)),
            ("103.4586", Some(DecimalSign::Point)),
            ("7.665", None),
            ("42", None),
            ("1 778", None),
        ] {
            assert_eq!(decimal_sign(raw), sign, "{raw}");
        }
    }

    #[test]
    fn degrees_are_read_in_every_form() {
        for raw in [
            "22.396416667",
            "22°23'47.1\"N",
            "22 23 47.1",
            "22° 23' 47,1\" B",
            "N22°23'47.1\"",
            "22°23.785'",
            "22,396416667",
        ] {
            let found = degrees(raw, 90.0, NONE).unwrap();
            assert!((found - 22.396_416_667).abs() < 1e-8, "{raw}: {found}");
        }
        assert_eq!(degrees("10°30'S", 90.0, NONE), Ok(-10.5));
        assert_eq!(degrees("103°30' Đ", 180.0, NONE), Ok(103.5));
        for raw in ["", "north", "22 61 0", "1 2 3 4", "22°-3'"] {
            assert!(degrees(raw, 90.0, NONE).is_err(), "{raw}");
        }
    }

    #[test]
    fn days_have_the_day_first() {
        let day = NaiveDate::from_ymd_opt(2016, 4, 3);
        for raw in [
            "03/04/2016",
            "3-4-2016",
            "3.4.2016",
            "2016-04-03",
            "2016/4/3",
        ] {
            assert_eq!(date(raw).ok(), day, "{raw}");
        }
        for raw in ["13/25/2016", "31/02/2016", "1/1/16", "2016", "soon"] {
            assert_eq!(date(raw), Err(Rule::BadDate), "{raw}");
        }
    }

    #[test]
    fn lists_of_technologies_are_read() {
        use Technology::{Fourth, Second, Third};
        for raw in ["2G,3G", "2 3", "GSM/UMTS", "2g;3g", "2G + 3G"] {
            assert_eq!(technologies(raw), Ok(vec![Second, Third]), "{raw}");
        }
        assert_eq!(technologies("LTE"), Ok(vec![Fourth]));
        assert_eq!(technologies("6G"), Err(Rule::UnknownTechnology));
    }

    proptest! {
        #[test]
        fn what_a_convention_writes_is_read_back(whole in 0_u32..2_000_000_000, cents in 1_u32..100, comma: bool) {
            let digits = whole.to_string();
            let (decimal, thousands) = if comma { (',', '.') } else { ('.', ',') };
            let mut text = String::new();
            for (i, digit) in digits.chars().enumerate() {
                if i > 0 && (digits.len() - i).is_multiple_of(3) { text.push(thousands); }
                text.push(digit);
            }
            let convention = if comma { COMMA } else { POINT };
            prop_assert_eq!(number(&text, COUNT, convention), Ok(f64::from(whole)));
            let with_cents = format!("{text}{decimal}{cents:02}");
            let read = number(&with_cents, COUNT, convention).unwrap();
            prop_assert!((read - f64::from(whole) - f64::from(cents) / 100.0).abs() < 1e-6);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            for convention in [NONE, COMMA, POINT] {
                let _ = number(&text, COUNT, convention);
                let _ = degrees(&text, 180.0, convention);
            }
            let _ = (date(&text), technologies(&text), decimal_sign(&text));
        }
    }
}
