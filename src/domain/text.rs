//! Text at the door: NFC, trimmed, bounded, without control characters; and the folded form that search uses.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Rule;

/// Longest name of a site, an area or an operator, in characters.
pub const NAME_MAX: usize = 200;
/// Longest address, source, reason or other remark, in characters.
pub const REMARK_MAX: usize = 500;
/// Longest site code, in characters.
pub const SITE_CODE_MAX: usize = 64;
/// Longest operator code, in characters.
pub const OPERATOR_CODE_MAX: usize = 32;
/// Longest settlement code, in characters.
pub const SETTLEMENT_CODE_MAX: usize = 32;
/// Longest area code, in characters.
pub const AREA_CODE_MAX: usize = 16;

/// Brings `raw` to NFC without surrounding white space.
///
/// # Errors
/// `Empty`, `TooLong` or `ControlCharacter` (which includes NUL, that PostgreSQL cannot store).
pub fn clean(raw: &str, max: usize) -> Result<String, Rule> {
    let text: String = raw.trim().nfc().collect();
    if text.is_empty() {
        return Err(Rule::Empty);
    }
    if text.chars().any(is_forbidden) {
        return Err(Rule::ControlCharacter);
    }
    if text.chars().count() > max {
        return Err(Rule::TooLong { max });
    }
    Ok(text)
}

/// Control characters, and the ones that reorder, break or hide text (bidirectional marks and overrides, line separators,
/// zero-width characters, BOM).
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFFE}'..='\u{FFFF}')
}

/// The form in which text is searched: lower case, without diacritics, `đ` as `d`, words parted by one space.
///
/// ```
/// assert_eq!(telecom_inventory::domain::text::fold("Mường  TÈ, Điện Biên"), "muong te, dien bien");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let letters: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Checks a site code: letters, digits and `- _ . : / # + ( ) &` or single spaces.
///
/// # Errors
/// The rules of [`clean`], and `BadFormat`.
pub fn site_code(raw: &str) -> Result<String, Rule> {
    let code = clean(raw, SITE_CODE_MAX)?;
    let allowed = |c: char| c.is_alphanumeric() || "-_.:/#+()& ".contains(c);
    if code.chars().all(allowed) {
        Ok(code)
    } else {
        Err(Rule::BadFormat {
            expected: "letters, digits and -_.:/#+()& or spaces",
        })
    }
}

/// Checks an operator code: lower-case letters, digits, `-` and `_`.
///
/// # Errors
/// The rules of [`clean`], and `BadFormat`.
pub fn operator_code(raw: &str) -> Result<String, Rule> {
    let code = clean(raw, OPERATOR_CODE_MAX)?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if code.chars().all(allowed) {
        Ok(code)
    } else {
        Err(Rule::BadFormat {
            expected: "lower-case letters, digits, - and _",
        })
    }
}

/// Checks the form of a site's id: a UUID.
///
/// # Errors
/// The rules of [`clean`], and `BadFormat`.
pub fn site_id(raw: &str) -> Result<String, Rule> {
    const LENGTH: usize = 36;
    let id = clean(raw, LENGTH)?;
    if id.len() == LENGTH && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
        Ok(id.to_ascii_lowercase())
    } else {
        Err(Rule::BadFormat {
            expected: "an id such as 0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77",
        })
    }
}

/// Checks a settlement code: letters, digits, `-`, `_` and `.`. Leading zeros count.
///
/// # Errors
/// The rules of [`clean`], and `BadFormat`.
pub fn settlement_code(raw: &str) -> Result<String, Rule> {
    let code = clean(raw, SETTLEMENT_CODE_MAX)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    // A lone `.` or `..` would vanish from an address.
    if code.chars().all(allowed) && code.contains(|c: char| c.is_ascii_alphanumeric()) {
        Ok(code)
    } else {
        Err(Rule::BadFormat {
            expected: "letters, digits, -, _ and .",
        })
    }
}

/// Checks an area code: letters, digits and `-`. Leading zeros count.
///
/// # Errors
/// The rules of [`clean`], and `BadFormat`.
pub fn area_code(raw: &str) -> Result<String, Rule> {
    let code = clean(raw, AREA_CODE_MAX)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if code.chars().all(allowed) {
        Ok(code)
    } else {
        Err(Rule::BadFormat {
            expected: "letters, digits and -",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_brought_to_nfc_and_trimmed() {
        assert_eq!(
            clean("  Mu\u{031B}o\u{031B}\u{0300}ng Te\u{0300} ", 20).unwrap(),
            "Mường Tè"
        );
    }

    #[test]
    fn bad_text_is_refused() {
        assert!(matches!(clean(" \t ", 5), Err(Rule::Empty)));
        assert!(matches!(clean("a\0b", 5), Err(Rule::ControlCharacter)));
        assert!(matches!(
            clean("a\u{202E}b", 5),
            Err(Rule::ControlCharacter)
        ));
        assert!(matches!(clean("abcdef", 5), Err(Rule::TooLong { max: 5 })));
    }

    #[test]
    fn folding_removes_every_vietnamese_mark() {
        assert_eq!(fold("ĐƯỜNG Nậm Nhùn"), "duong nam nhun");
    }
}
