//! Which encoding a text file has, and its text as UTF-8 with every byte checked.
//!
//! How it is decided, in this order: what is stated; a byte order mark; zero bytes in every other place (UTF-16 without a
//! mark); the whole file being valid UTF-8; the whole file being plausible Windows-1258. Nothing is replaced: a byte that
//! cannot be read refuses the file, by its offset.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::path::Path;

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258};

use super::failure::{carried, carry};
use crate::domain::{Faults, Rule};
use crate::error::{Error, Result};

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding {
    /// The encoding itself.
    pub encoding: &'static Encoding,
    /// Whether the file begins with a byte order mark.
    pub marked: bool,
}

impl TextEncoding {
    /// Decides the encoding of the file at `path`; `stated` is a label of the Encoding Standard such as `windows-1258`.
    ///
    /// # Errors
    /// `Invalid` for an unknown label, or with the offset of the first byte that no encoding explains.
    pub fn of(path: &Path, stated: Option<&str>) -> Result<Self> {
        let mut head = Vec::with_capacity(CHUNK);
        open(path)?
            .take(CHUNK as u64)
            .read_to_end(&mut head)
            .map_err(carried)?;
        let mark = Encoding::for_bom(&head).map(|(encoding, _)| encoding);
        let encoding = match stated {
            Some(label) => Encoding::for_label(label.as_bytes()).ok_or_else(|| unknown(label))?,
            None => match mark.or_else(|| utf_16_without_mark(&head)) {
                Some(encoding) => encoding,
                None => utf_8_or_windows(path)?,
            },
        };
        Ok(Self {
            encoding,
            marked: mark == Some(encoding),
        })
    }

    /// The text of the file at `path`, as UTF-8 without a byte order mark.
    ///
    /// # Errors
    /// Those of opening; reading gives those of [`Decoded`].
    pub fn reader(self, path: &Path) -> Result<Decoded<File>> {
        Ok(Decoded::new(open(path)?, self.encoding))
    }

    /// Writes `text` in this encoding at the end of `out`; false, with nothing written, where it has a character that the
    /// encoding lacks.
    pub fn encode(self, text: &str, out: &mut Vec<u8>) -> bool {
        if self.encoding == UTF_16LE || self.encoding == UTF_16BE {
            let little = self.encoding == UTF_16LE;
            out.extend(text.encode_utf16().flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            }));
            return true;
        }
        let (bytes, _, lacking) = self.encoding.encode(text);
        if !lacking {
            out.extend_from_slice(&bytes);
            return true;
        }
        if self.encoding != WINDOWS_1258 {
            return false;
        }
        let parted = super::windows_1258::part_tones(text);
        let (bytes, _, lacking) = self.encoding.encode(&parted);
        if !lacking {
            out.extend_from_slice(&bytes);
        }
        !lacking
    }

    /// The byte order mark of the encoding, where the file has one.
    pub fn mark(self) -> &'static [u8] {
        match () {
            () if !self.marked => &[],
            () if self.encoding == UTF_16LE => &[0xFF, 0xFE],
            () if self.encoding == UTF_16BE => &[0xFE, 0xFF],
            () => &[0xEF, 0xBB, 0xBF],
        }
    }
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))
}

fn unknown(label: &str) -> Error {
    let known = "utf-8, utf-16le, utf-16be, windows-1258 or another label of the Encoding Standard";
    let mut faults = Faults::default();
    faults.parameter("encoding", Rule::UnknownValue { known }, Some(label));
    faults.into()
}

/// UTF-16 by its zero bytes: in tables and JSON at least two characters of five are ASCII, whose high byte is zero.
fn utf_16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    let zeros = |first: usize| {
        head.iter()
            .skip(first)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    match () {
        () if pairs < 2 => None,
        () if odd * 5 >= pairs * 2 && even * 10 <= pairs => Some(UTF_16LE),
        () if even * 5 >= pairs * 2 && odd * 10 <= pairs => Some(UTF_16BE),
        () => None,
    }
}

fn utf_8_or_windows(path: &Path) -> Result<&'static Encoding> {
    let utf_8 = TextEncoding {
        encoding: UTF_8,
        marked: false,
    };
    let read = io::copy(&mut utf_8.reader(path)?, &mut io::sink());
    let Err(not_utf_8) = read.map_err(carried) else {
        return Ok(UTF_8);
    };
    let Error::Invalid(_) = not_utf_8 else {
        return Err(not_utf_8);
    };
    let mut plausible = super::windows_1258::Plausible::default();
    let mut file = BufReader::with_capacity(CHUNK, open(path)?);
    loop {
        let bytes = file.fill_buf().map_err(carried)?;
        if bytes.is_empty() {
            return Ok(WINDOWS_1258);
        }
        if let Some(offset) = plausible.first_bad(bytes) {
            return Err(undecodable(offset, "UTF-8, UTF-16 or Windows-1258"));
        }
        let read = bytes.len();
        file.consume(read);
    }
}

fn undecodable(offset: u64, encoding: &str) -> Error {
    let mut faults = Faults::default();
    let rule = Rule::Undecodable {
        offset,
        encoding: encoding.to_owned(),
    };
    faults.body("", rule, None);
    faults.into()
}

/// Bytes of one encoding as UTF-8. A byte that cannot be read is an error that [`carried`] turns into a fault with its
/// offset.
pub struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    encoding: &'static Encoding,
    bytes: Box<[u8]>,
    undecoded: Range<usize>,
    text: Box<[u8]>,
    unread: Range<usize>,
    /// Offset in the file of what is not decoded yet.
    offset: u64,
    /// Nothing is left of the bytes.
    at_end: bool,
    /// Nothing is left to decode, or it failed.
    is_done: bool,
}

impl<R: Read> Decoded<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            encoding,
            bytes: vec![0; CHUNK].into(),
            undecoded: 0..0,
            text: vec![0; CHUNK].into(),
            unread: 0..0,
            offset: 0,
            at_end: false,
            is_done: false,
        }
    }

    /// Decodes the next part of the text into the empty buffer.
    fn decode(&mut self) -> io::Result<()> {
        while self.unread.is_empty() && !self.is_done {
            if self.undecoded.is_empty() && !self.at_end {
                let length = self.inner.read(&mut self.bytes)?;
                (self.undecoded, self.at_end) = (0..length, length == 0);
            }
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(
                &self.bytes[self.undecoded.clone()],
                &mut self.text,
                self.at_end,
            );
            self.undecoded.start += read;
            self.offset += read as u64;
            self.unread = 0..written;
            if let DecoderResult::Malformed(length, after) = result {
                self.is_done = true;
                let offset = self.offset - u64::from(length) - u64::from(after);
                return Err(carry(undecodable(offset, self.encoding.name())));
            }
            self.is_done = self.at_end && result == DecoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.decode()?;
        Ok(&self.text[self.unread.clone()])
    }

    fn consume(&mut self, length: usize) {
        self.unread.start = self.unread.end.min(self.unread.start + length);
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests;
