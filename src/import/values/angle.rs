//! Coordinates as degrees, minutes and seconds: `22°23'47.1"N`, `22 23 47.1`, `22° 23,78' B`.
//!
//! The crates that read these (`parse-dms`, `loose-dms`) know neither the decimal comma nor Vietnamese letters.

use crate::domain::{Rule, text::fold};

/// Which coordinate a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Longitude, or an easting.
    East,
    /// Latitude, or a northing.
    North,
}

impl Axis {
    /// Most degrees on this axis.
    #[must_use]
    pub fn limit(self) -> f64 {
        match self {
            Self::East => 180.0,
            Self::North => 90.0,
        }
    }
}

/// What is said of a text that cannot be read.
const EXPECTED: &str = "22.3964, 22°23'47.1\" or 22 23 47.1, with N, B, E or Đ at an end";
/// More characters are no coordinate.
const LONGEST: usize = 64;
/// Decimals of a degree that are kept: 0.1 mm.
const DECIMALS: f64 = 1e9;

/// Decimal degrees of a text in degrees, minutes and seconds.
///
/// # Errors
/// `BadFormat` for what cannot be read, for 60 minutes and more, for the letter of the other axis.
pub fn read(text: &str, axis: Axis) -> Result<f64, Rule> {
    let unreadable = Rule::BadFormat { expected: EXPECTED };
    if text.len() > LONGEST {
        return Err(unreadable);
    }
    degrees(text, axis).ok_or(unreadable)
}

fn degrees(text: &str, axis: Axis) -> Option<f64> {
    let (bare, side) = without_hemisphere(text, axis)?;
    let (minus, bare) = match bare.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, bare.strip_prefix('+').unwrap_or(&bare)),
    };
    let parts = parts(&normal(bare))?;
    let magnitude = sum(&parts)?;
    let sign = match (side, minus) {
        (Some(sign), false) => sign,
        (None, true) => -1.0,
        (None, false) => 1.0,
        (Some(_), true) => return None,
    };
    (magnitude <= axis.limit()).then(|| sign * (magnitude * DECIMALS).round() / DECIMALS)
}

/// The text without the letter or word of a hemisphere at one of its ends, and 1 or -1 where there was one.
///
/// Vietnamese writes B (Bắc) for north, Đ (Đông) for east, T (Tây) for west and N (Nam) for south. N also is north in
/// English. It is read as north: no place of Viet Nam has a southern latitude; the whole word Nam is south.
fn without_hemisphere(text: &str, axis: Axis) -> Option<(String, Option<f64>)> {
    let text = text.trim();
    let is_letter = |c: char| c.is_alphabetic() && c != 'º';
    let first = text.split(|c| !is_letter(c)).next().unwrap_or_default();
    let last = text.rsplit(|c| !is_letter(c)).next().unwrap_or_default();
    let (word, bare) = if !first.is_empty() {
        (first, &text[first.len()..])
    } else if !last.is_empty() && !is_unit(last) {
        (last, &text[..text.len() - last.len()])
    } else {
        return Some((text.to_owned(), None));
    };
    let sign = match (axis, fold(word).as_str()) {
        (Axis::North, "n" | "b" | "north" | "bac") | (Axis::East, "e" | "d" | "east" | "dong") => {
            1.0
        }
        (Axis::North, "s" | "south" | "nam") | (Axis::East, "w" | "t" | "west" | "tay") => -1.0,
        _ => return None,
    };
    Some((bare.trim().to_owned(), Some(sign)))
}

/// `o` for the sign of degrees, and the words, in Vietnamese and by their first letters.
fn is_unit(word: &str) -> bool {
    matches!(
        fold(word).as_str(),
        "o" | "do" | "deg" | "phut" | "min" | "m" | "giay" | "sec"
    ) || word == "d"
        || word == "s"
}

/// The text with one sign for each unit: `°`, `'`, `"`, and a space or nothing between.
fn normal(text: &str) -> String {
    let mut plain = fold(text);
    for (words, sign) in [
        (["deg", "do", "º", "˚", "o", "d"].as_slice(), "°"),
        (
            ["phut", "min", "m", "’", "‘", "′", "´", "`"].as_slice(),
            "'",
        ),
        (["giay", "sec", "s", "”", "“", "″", "''"].as_slice(), "\""),
        ([":", "\u{A0}", "\u{202F}"].as_slice(), " "),
        ([","].as_slice(), "."),
    ] {
        for word in words {
            plain = plain.replace(word, sign);
        }
    }
    plain
}

/// Up to three numbers, each with the sign of its unit or parted by a space; only the last may have decimals.
fn parts(text: &str) -> Option<Vec<f64>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    for unit in ['°', '\'', '"'] {
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        parts.push(number);
        let trimmed = after.trim_start();
        rest = match trimmed.strip_prefix(unit) {
            Some(after) => after.trim_start(),
            None if trimmed.is_empty() || trimmed.len() < after.len() => trimmed,
            None => return None,
        };
        if rest.is_empty() {
            break;
        }
    }
    let (last, before) = parts.split_last()?;
    let is_whole = |part: &&str| !part.is_empty() && !part.contains('.');
    let is_number = last.starts_with(|c: char| c.is_ascii_digit()) && !last.ends_with('.');
    if !(rest.is_empty() && is_number && before.iter().all(is_whole)) {
        return None;
    }
    parts.iter().map(|part| part.parse().ok()).collect()
}

/// Degrees of degrees, minutes and seconds; the last two are less than 60.
fn sum(parts: &[f64]) -> Option<f64> {
    let degrees = parts.first()?;
    let minutes = parts.get(1).copied().unwrap_or_default();
    let seconds = parts.get(2).copied().unwrap_or_default();
    (minutes < 60.0 && seconds < 60.0).then_some(degrees + minutes / 60.0 + seconds / 3600.0)
}

#[cfg(test)]
mod tests;
