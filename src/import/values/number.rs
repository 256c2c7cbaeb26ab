//! Numbers as people write them: `1.778.489`, `1,778,489`, `1 778 489`, `112,84`, `112.84`.

use std::borrow::Cow;

use crate::domain::Rule;
use crate::import::convention::{Convention, DecimalSign};

/// What a text says as a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// It has neither sign: digits, perhaps parted by spaces.
    Plain(f64),
    /// It can be read in one way, which shows the sign before decimals.
    Shown(f64, DecimalSign),
    /// `7.665` or `7,665`: with the point before decimals it is the one number, with the comma the other.
    Either {
        /// Where the point stands before decimals.
        point: f64,
        /// Where the comma does.
        comma: f64,
    },
}

/// Spaces that part thousands: the usual one, and those that do not break a line.
const SPACES: [char; 4] = [' ', '\u{A0}', '\u{2009}', '\u{202F}'];
/// More characters are no number that a person wrote.
const LONGEST: usize = 64;

impl Reading {
    /// The number, by the rule that only `convention` decides between two readings. A reading that is not `believable`
    /// where the other one is, is none.
    ///
    /// # Errors
    /// `AmbiguousNumber` where nothing decides.
    pub fn resolve(
        self,
        convention: &Convention,
        believable: impl Fn(f64) -> bool,
    ) -> Result<f64, Rule> {
        let (point, comma) = match self {
            Self::Plain(number) | Self::Shown(number, _) => return Ok(number),
            Self::Either { point, comma } => (point, comma),
        };
        match self.shows(believable).or(convention.decimal) {
            Some(DecimalSign::Point) => Ok(point),
            Some(DecimalSign::Comma) => Ok(comma),
            None => Err(Rule::AmbiguousNumber { point, comma }),
        }
    }

    /// The sign before decimals that the text shows, where only one of its readings is `believable`.
    #[must_use]
    pub fn shows(self, believable: impl Fn(f64) -> bool) -> Option<DecimalSign> {
        match self {
            Self::Plain(_) => None,
            Self::Shown(_, sign) => Some(sign),
            Self::Either { point, comma } => match (believable(point), believable(comma)) {
                (true, false) => Some(DecimalSign::Point),
                (false, true) => Some(DecimalSign::Comma),
                _ => None,
            },
        }
    }
}

/// Reads `text`; nothing where it is no number.
#[must_use]
pub fn read(text: &str) -> Option<Reading> {
    if text.len() > LONGEST {
        return None;
    }
    let (sign, body) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(body) => (-1.0, body.trim_start_matches(SPACES)),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let signed = |number: f64| sign * number;
    Some(match unsigned(body)? {
        Reading::Plain(number) => Reading::Plain(signed(number)),
        Reading::Shown(number, decimal) => Reading::Shown(signed(number), decimal),
        Reading::Either { point, comma } => Reading::Either {
            point: signed(point),
            comma: signed(comma),
        },
    })
}

fn unsigned(body: &str) -> Option<Reading> {
    let body: Cow<str> = if body.contains(SPACES) {
        Cow::Owned(body.replace(SPACES, " "))
    } else {
        Cow::Borrowed(body)
    };
    let count = |sign: char| body.matches(sign).count();
    match (count('.'), count(',')) {
        (0, 0) => whole(&body).map(Reading::Plain).or_else(|| power(&body)),
        (1, 0) => one_sign(&body, DecimalSign::Point).or_else(|| power(&body)),
        (0, 1) => one_sign(&body, DecimalSign::Comma),
        (_, 0) => grouped(&body, '.').map(|number| Reading::Shown(number, DecimalSign::Comma)),
        (0, _) => grouped(&body, ',').map(|number| Reading::Shown(number, DecimalSign::Point)),
        (_, _) => both_signs(&body),
    }
}

/// `1.410`, `112.84`, `1 410.5`, `.5`: one sign, once.
fn one_sign(body: &str, sign: DecimalSign) -> Option<Reading> {
    let decimal = decimal(body, sign)?;
    let Some(thousands) = grouped(body, sign.char()) else {
        return Some(Reading::Shown(decimal, sign));
    };
    Some(match sign {
        DecimalSign::Point => Reading::Either {
            point: decimal,
            comma: thousands,
        },
        DecimalSign::Comma => Reading::Either {
            point: thousands,
            comma: decimal,
        },
    })
}

/// `1.778.489,5` or `1,778,489.5`: the sign that comes last is the one before decimals.
fn both_signs(body: &str) -> Option<Reading> {
    let sign = match body.rfind(['.', ','])? {
        at if body[at..].starts_with('.') => DecimalSign::Point,
        _ => DecimalSign::Comma,
    };
    let (whole, _) = body.split_once(sign.char())?;
    let digits = without_groups(whole, sign.other().char())?;
    let number = decimal(&format!("{digits}{}", &body[whole.len()..]), sign)?;
    Some(Reading::Shown(number, sign))
}

/// Digits before `sign`, perhaps parted by spaces, or none; digits after it.
fn decimal(body: &str, sign: DecimalSign) -> Option<f64> {
    let (before, after) = body.split_once(sign.char())?;
    let before = if before.is_empty() {
        Cow::Borrowed("0")
    } else {
        joined(before)?
    };
    is_digits(after)
        .then(|| format!("{before}.{after}").parse().ok())
        .flatten()
}

/// Digits, perhaps parted by spaces into thousands.
fn whole(body: &str) -> Option<f64> {
    joined(body)?.parse().ok()
}

fn joined(body: &str) -> Option<Cow<'_, str>> {
    if is_digits(body) {
        return Some(Cow::Borrowed(body));
    }
    without_groups(body, ' ').map(Cow::Owned)
}

fn grouped(body: &str, sign: char) -> Option<f64> {
    without_groups(body, sign)?.parse().ok()
}

/// The digits of groups: one to three that do not begin with 0, then threes.
fn without_groups(body: &str, sign: char) -> Option<String> {
    let mut groups = body.split(sign);
    let first = groups.next()?;
    let begins = is_digits(first) && first.len() <= 3 && !first.starts_with('0');
    let mut rest = groups.peekable();
    let is_grouped = begins && rest.peek().is_some();
    let mut digits = first.to_owned();
    for group in rest {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    is_grouped.then_some(digits)
}

/// `1.5e-7`, as programs write what is very small or large.
fn power(body: &str) -> Option<Reading> {
    let (mantissa, exponent) = body.split_once(['e', 'E'])?;
    let exponent_digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    if ![before, after, exponent_digits].into_iter().all(is_digits) {
        return None;
    }
    let number: f64 = body
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())?;
    Some(if mantissa.contains('.') {
        Reading::Shown(number, DecimalSign::Point)
    } else {
        Reading::Plain(number)
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
