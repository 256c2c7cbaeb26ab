//! Bombs, lies and cut archives.

use std::io::Write;

use tempfile::NamedTempFile;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::tests::file;
use super::*;

const MIB: u64 = 1024 * 1024;

/// An archive of parts, each a name, a beginning and a number of zero bytes behind it.
fn archive(parts: &[(&str, &str, u64)]) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let mut writer = ZipWriter::new(file.reopen().unwrap());
    for (name, beginning, zeros) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(beginning.as_bytes()).unwrap();
        io::copy(&mut io::repeat(0).take(*zeros), &mut writer).unwrap();
    }
    writer.finish().unwrap();
    file
}

fn too_large(file: &NamedTempFile, limit: u64) -> String {
    match measure(file.path(), limit) {
        Err(Error::TooLarge(what)) => what,
        other => panic!("not over a limit: {other:?}"),
    }
}

#[test]
fn a_bomb_is_refused_by_its_size_its_expansion_and_its_parts() {
    let bomb = archive(&[("xl/worksheets/sheet1.xml", "", 64 * MIB)]);
    assert!(bomb.as_file().metadata().unwrap().len() < MIB);
    let what = too_large(&bomb, 32 * MIB);
    assert!(what.starts_with("the limit of 33554432 bytes"), "{what}");
    let what = too_large(&bomb, 1024 * MIB);
    assert!(
        what.contains("for a workbook of this size: 67108864"),
        "{what}"
    );
    let strings = archive(&[("xl/sharedStrings.xml", "", 9 * MIB)]);
    assert!(too_large(&strings, 32 * MIB).contains("shared strings"));
    let styles = archive(&[("xl/styles.xml", "", 17 * MIB)]);
    assert!(too_large(&styles, 1024 * MIB).contains("one part"));
    let many = archive(&[
        ("xl/worksheets/a.xml", "", 5 * MIB),
        ("xl/worksheets/b.xml", "", 5 * MIB),
    ]);
    assert!(too_large(&many, 8 * MIB).contains("xl/worksheets/b.xml"));
    assert!(measure(many.path(), 16 * MIB).is_ok());
}

#[test]
fn a_directory_that_lies_about_sizes_is_not_believed() {
    let honest = archive(&[("xl/worksheets/sheet1.xml", "", 12 * MIB)]);
    let mut bytes = std::fs::read(honest.path()).unwrap();
    // The expanded size stands twice: in the part's own header and in the directory.
    let size = u32::try_from(12 * MIB).unwrap().to_le_bytes();
    let mut lies = 0;
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == size {
            bytes[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
            lies += 1;
        }
    }
    assert_eq!(lies, 2);
    assert!(measure(file(&bytes).path(), 8 * MIB).is_err());
}

#[test]
fn more_strings_than_can_be_are_refused_before_room_is_made_for_them() {
    for (count, is_refused) in [("18446744073709551615", true), ("3", false), ("4", true)] {
        let text = format!("<?xml version=\"1.0\"?><!-- x --><sst uniqueCount=\"{count}\">");
        let padding = 3 * STRING_BYTES - (text.len() as u64).min(27);
        let file = archive(&[("xl/SharedStrings.xml", &text, padding)]);
        let size = text.len() as u64 + padding;
        let expected = is_refused && count.parse::<u64>().unwrap() > size / STRING_BYTES;
        assert_eq!(
            measure(file.path(), MIB).is_err(),
            expected,
            "{count} in {size}"
        );
    }
}

#[test]
fn a_workbook_among_its_sheets_is_refused() {
    for target in ["/xl/worksheets/book.xml", "/xl/w&#111;rksheets/book.xml"] {
        let rels = format!("<Relationships><Relationship Target=\"{target}\"/></Relationships>");
        let file = archive(&[("_rels\\.rels", &rels, 0)]);
        assert!(matches!(measure(file.path(), MIB), Err(Error::Invalid(_))));
    }
}

#[test]
fn what_is_cut_off_or_no_archive_is_refused() {
    let whole = archive(&[("xl/worksheets/sheet1.xml", "<worksheet/>", 1000)]);
    let bytes = std::fs::read(whole.path()).unwrap();
    assert!(measure(whole.path(), MIB).is_ok());
    for length in [0, 10, bytes.len() / 2, bytes.len() - 1] {
        let cut = file(&bytes[..length]);
        assert!(
            matches!(measure(cut.path(), MIB), Err(Error::Invalid(_))),
            "{length}"
        );
    }
    assert!(measure(file(b"operator,code\n").path(), MIB).is_err());
}
