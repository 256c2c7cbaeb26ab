//! Measures an XLSX file before it is opened: a small archive can hold more than fits into memory.
//!
//! The parser streams sheets; it holds the shared strings, the styles and the list of sheets in memory. So the whole
//! expanded size is bounded by the limit, the shared strings by a quarter of it, and every other part that is no sheet and no picture by
//! [`HELD_BYTES`]. Sizes are measured by expanding, since what the archive's directory says of them may be a lie.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use super::failure::over;
use crate::error::{Error, Result};
use crate::import::malformed;

/// Most bytes of a part, expanded, that the parser holds in memory (styles, relations, list of sheets).
const HELD_BYTES: u64 = 16 * 1024 * 1024;
/// A workbook that expands to more than this many times its size is refused; sheets of repeated rows reach 50.
const EXPANSION_MAX: u64 = 200;
/// Below this expanded size the expansion is not looked at.
const SMALL_BYTES: u64 = 16 * 1024 * 1024;
/// Folders of parts that the parser streams or never opens.
const NOT_HELD: [&str; 2] = ["/worksheets/", "/media/"];
/// Most parts of a workbook.
const PARTS_MAX: usize = 10_000;
/// Shortest way to write a string in the list of shared strings: `<si></si>`.
const STRING_BYTES: u64 = 9;

/// Refuses the workbook at `path` where it expands to more than `limit` bytes or to more than the parser can hold.
///
/// # Errors
/// `TooLarge` naming limit and size, `Invalid` for what is no workbook.
pub fn measure(path: &Path, limit: u64) -> Result<()> {
    let file = File::open(path).map_err(|error| Error::Internal(Box::new(error)))?;
    let size = file
        .metadata()
        .map_err(|error| Error::Internal(Box::new(error)))?
        .len();
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| broken(&error))?;
    if archive.len() > PARTS_MAX {
        return Err(over(PARTS_MAX, "parts of a workbook", archive.len()));
    }
    let mut total = 0;
    for index in 0..archive.len() {
        total += measure_part(&mut archive, index, limit, total)?;
    }
    let most = SMALL_BYTES.max(size.saturating_mul(EXPANSION_MAX));
    if total > most {
        return Err(over(
            most,
            "bytes for a workbook of this size",
            format!("{total} expanded"),
        ));
    }
    Ok(())
}

fn measure_part(
    archive: &mut ZipArchive<BufReader<File>>,
    index: usize,
    limit: u64,
    before: u64,
) -> Result<u64> {
    let mut part = archive.by_index(index).map_err(|error| broken(&error))?;
    // As the parser looks parts up.
    let name = part
        .name()
        .map_err(|error| broken(&error))?
        .replace('\\', "/")
        .to_ascii_lowercase();
    let (most, what) = bounds(&name, limit, before);
    let too_large = |size: u64| over(most, what, format!("{name} has {size} or more, expanded"));
    if part.size() > most {
        return Err(too_large(part.size()));
    }
    let size = io::copy(
        &mut part.by_ref().take(most.saturating_add(1)),
        &mut io::sink(),
    )
    .map_err(|error| malformed(format!("{name} in the workbook: {error}")))?;
    if size > most {
        return Err(too_large(size));
    }
    drop(part);
    if name == "_rels/.rels" {
        refuse_workbook_among_sheets(archive, index)?;
    }
    if name.ends_with("sharedstrings.xml") {
        check_string_count(archive, index, size)?;
    }
    Ok(size)
}

/// How large a part may be, and in which words that is said.
fn bounds(name: &str, limit: u64, before: u64) -> (u64, &'static str) {
    let left = limit.saturating_sub(before);
    let is_held = !NOT_HELD.iter().any(|folder| name.contains(folder));
    match () {
        () if name.ends_with("sharedstrings.xml") => {
            (left.min(limit / 4), "bytes of shared strings in a workbook")
        }
        () if is_held && left > HELD_BYTES => (HELD_BYTES, "bytes of one part of a workbook"),
        () => (left, "bytes left for this part of the workbook"),
    }
}

/// The bound on what is held would not hold for a list of sheets, or styles, that lie where sheets or pictures do.
fn refuse_workbook_among_sheets(
    archive: &mut ZipArchive<BufReader<File>>,
    index: usize,
) -> Result<()> {
    let mut text = String::new();
    archive
        .by_index(index)
        .map_err(|error| broken(&error))?
        .read_to_string(&mut text)
        .map_err(|error| malformed(error.to_string()))?;
    let text = text.to_ascii_lowercase();
    // A folder, and how its name could be hidden.
    let suspect = ["/worksheets/", "/media/", "&#"];
    if suspect.iter().any(|name| text.contains(name)) {
        return Err(malformed(
            "the workbook lies in the folder of its sheets or pictures".to_owned(),
        ));
    }
    Ok(())
}

/// The parser makes room for as many strings as the list says it has.
fn check_string_count(
    archive: &mut ZipArchive<BufReader<File>>,
    index: usize,
    size: u64,
) -> Result<()> {
    let part = archive.by_index(index).map_err(|error| broken(&error))?;
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(part));
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| malformed(format!("the workbook's strings: {error}")))?;
        match event {
            Event::Start(start) if start.local_name().as_ref() == "sst" => {
                return match stated_count(&start)? {
                    Some(count) if count > size / STRING_BYTES => Err(malformed(format!(
                        "the workbook says it has {count} strings, which its size does not allow"
                    ))),
                    _ => Ok(()),
                };
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn stated_count(start: &BytesStart) -> Result<Option<u64>> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
        if attribute.key.as_ref() == "uniqueCount" {
            return Ok(attribute.value.parse().ok());
        }
    }
    Ok(None)
}

fn broken(error: &ZipError) -> Error {
    malformed(format!("this is no whole XLSX workbook: {error}"))
}

#[cfg(test)]
mod tests;
