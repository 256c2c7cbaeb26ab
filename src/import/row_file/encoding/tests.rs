//! Texts in each encoding, and bytes in none.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::super::tests::file;
use super::*;

/// "Mường Tè;Điện Biên;trạm" as Windows-1258 has it: tone marks after their vowels.
const VIETNAMESE: &[u8] = b"M\xFD\xF5\xCCng T\xE8;\xD0i\xEA\xF2n Bi\xEAn;tra\xF2m";

fn text(bytes: &[u8], stated: Option<&str>) -> Result<(&'static str, String)> {
    let path = file(bytes);
    let encoding = TextEncoding::of(path.path(), stated)?;
    let mut text = String::new();
    for line in encoding.reader(path.path())?.lines() {
        text.push_str(&line.map_err(carried)?);
    }
    Ok((encoding.encoding.name(), text.nfc().collect()))
}

fn utf_16(text: &str, little: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    units
        .flat_map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}

fn bad_offset(result: Result<(&'static str, String)>) -> (u64, String) {
    let Err(Error::Invalid(faults)) = result else {
        panic!("not refused: {result:?}");
    };
    match faults.into_list().remove(0).rule {
        Rule::Undecodable { offset, encoding } => (offset, encoding),
        other => panic!("another rule: {other:?}"),
    }
}

#[test]
fn the_encoding_is_found() {
    let words = "code;name\nA1;Mường Tè\n".repeat(3);
    let joined = words.replace('\n', "");
    let with = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    let cases: [(&str, Vec<u8>); 6] = [
        ("UTF-8", words.clone().into_bytes()),
        ("UTF-8", with(b"\xEF\xBB\xBF", words.as_bytes())),
        ("UTF-16LE", utf_16(&words, true)),
        ("UTF-16LE", with(b"\xFF\xFE", &utf_16(&words, true))),
        ("UTF-16BE", utf_16(&words, false)),
        ("UTF-16BE", with(b"\xFE\xFF", &utf_16(&words, false))),
    ];
    for (name, bytes) in cases {
        assert_eq!(
            text(&bytes, None).unwrap(),
            (name, joined.clone()),
            "{bytes:?}"
        );
    }
    let expected = ("windows-1258", "Mường Tè;Điện Biên;trạm".to_owned());
    assert_eq!(text(VIETNAMESE, None).unwrap(), expected);
}

#[test]
fn what_is_stated_is_not_guessed() {
    assert_eq!(
        text(b"caf\xE9 na\xEFve", Some("windows-1252")).unwrap(),
        ("windows-1252", "café naïve".to_owned())
    );
    let path = file(b"x");
    let Err(Error::Invalid(faults)) = TextEncoding::of(path.path(), Some("klingon")) else {
        panic!("not refused");
    };
    assert_eq!(faults.into_list()[0].parameter.as_deref(), Some("encoding"));
}

#[test]
fn the_first_byte_that_does_not_fit_is_named() {
    assert_eq!(
        bad_offset(text(b"abc\xFFdef", Some("utf-8"))),
        (3, "UTF-8".to_owned())
    );
    let late = [&b"x".repeat(200_000)[..], b"\xC3("].concat();
    assert_eq!(bad_offset(text(&late, Some("utf-8"))).0, 200_000);
    let cut = utf_16("ab", true);
    assert_eq!(bad_offset(text(&cut[..3], Some("utf-16le"))).0, 2);
}

#[test]
fn what_is_none_of_the_encodings_is_refused_and_not_guessed() {
    // A byte that Windows-1258 leaves undefined; a tone mark after a consonant; "Trạm đồi" in TCVN3.
    for (bytes, offset) in [
        (&b"code,\xFE\x81"[..], 6),
        (b"Arg\xF2n", 3),
        (b"Tr\xB9m \xAE\xE5i", 2),
    ] {
        let (found, tried) = bad_offset(text(bytes, None));
        assert_eq!((found, tried.contains("1258")), (offset, true), "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn vietnamese_text_survives_windows_1258(words in "[a-zA-Z0-9 ,;ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵỲỶỸÝỴ]{0,40}") {
        let windows = TextEncoding { encoding: WINDOWS_1258, marked: false };
        let mut bytes = Vec::new();
        prop_assert!(windows.encode(&words, &mut bytes));
        let (decoded, _) = WINDOWS_1258.decode_without_bom_handling(&bytes);
        prop_assert_eq!(decoded.nfc().collect::<String>(), words.nfc().collect::<String>());
        prop_assert_eq!(super::super::windows_1258::Plausible::default().first_bad(&bytes), None);
    }

    #[test]
    fn text_in_utf_16_is_as_it_was(words in "\\PC{0,60}", little: bool) {
        let encoding = if little { UTF_16LE } else { UTF_16BE };
        let (encoding, mut bytes) = (TextEncoding { encoding, marked: true }, Vec::new());
        bytes.extend_from_slice(encoding.mark());
        prop_assert!(encoding.encode(&words, &mut bytes));
        let path = file(&bytes);
        let mut read = String::new();
        TextEncoding::of(path.path(), None).unwrap().reader(path.path()).unwrap().read_to_string(&mut read).unwrap();
        prop_assert_eq!(read, words);
    }
}
