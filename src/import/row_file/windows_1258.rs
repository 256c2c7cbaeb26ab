//! What Windows-1258 has of its own: tone marks that stand after their vowel, and no byte that says it is not the encoding.
//!
//! Nearly every sequence of bytes can be read as Windows-1258, so a file is taken for it only where it looks like
//! Vietnamese: bytes that the code page leaves undefined, control characters, tone marks after anything but a vowel, and
//! signs inside words (which is how TCVN3 looks under this code page) speak against it.
//! Source: Microsoft's code page 1258 as in <https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1258.TXT>.

use unicode_normalization::UnicodeNormalization;

/// Bytes that the code page leaves undefined.
const UNDEFINED: [u8; 9] = [0x81, 0x8A, 0x8D, 0x8E, 0x8F, 0x90, 0x9A, 0x9D, 0x9E];
/// Grave, hook above, tilde, acute, dot below.
const TONES: [u8; 5] = [0xCC, 0xD2, 0xDE, 0xEC, 0xF2];
/// Vowels that bear a tone mark: ASCII, and â ă ê ô ơ ư in both cases.
const VOWELS: &[u8] = b"aeiouyAEIOUY\xE2\xC2\xE3\xC3\xEA\xCA\xF4\xD4\xF5\xD5\xFD\xDD";
/// Signs that never begin a word; in TCVN3 they are letters (ă ê ơ ư đ ả á ạ ẳ ẵ ắ).
const SIGNS: [u8; 11] = [
    0xA8, 0xAA, 0xAC, 0xAD, 0xAE, 0xB6, 0xB8, 0xB9, 0xBC, 0xBD, 0xBE,
];

/// Looks at the bytes of a file, part after part.
#[derive(Default)]
pub struct Plausible {
    before: u8,
    offset: u64,
}

impl Plausible {
    /// The offset in the file of the first byte of `part` that speaks against Windows-1258.
    pub fn first_bad(&mut self, part: &[u8]) -> Option<u64> {
        for byte in part {
            let is_bad = (byte.is_ascii_control() && !b"\t\n\r".contains(byte))
                || UNDEFINED.contains(byte)
                || (TONES.contains(byte) && !VOWELS.contains(&self.before));
            if is_bad {
                return Some(self.offset);
            }
            if byte.is_ascii_alphabetic() && SIGNS.contains(&self.before) {
                return Some(self.offset - 1);
            }
            self.before = *byte;
            self.offset += 1;
        }
        None
    }
}

/// `text` with the tone marks after their vowels, as the code page has them: `ằ` becomes `ă` and a grave.
pub fn part_tones(text: &str) -> String {
    let is_tone = |c: &char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let mut parted = String::with_capacity(text.len());
    for whole in text.nfc() {
        let letters = std::iter::once(whole).nfd();
        parted.extend(letters.clone().filter(|c| !is_tone(c)).nfc());
        parted.extend(letters.filter(is_tone));
    }
    parted
}
