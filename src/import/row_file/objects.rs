//! GeoJSON, NDJSON and JSON arrays: each item cut out as text, in a stream; and a text read as a body.
//!
//! A line of NDJSON that is broken is one broken record. In an array nothing behind a broken item can be told apart, so
//! there the broken item is the last record, and says so.

use std::cell::Cell as Shared;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use serde_json::value::RawValue;

use super::encoding::TextEncoding;
use super::failure::{RECORD_BYTES, carried, record_over};
use super::table::Guarded;
use super::{Content, FileFormat, Options, Record, Visit};
use crate::domain::{Faults, Rule};
use crate::error::Result;
use crate::import::malformed;

/// Items in a JSON file of one of three shapes.
#[derive(Debug)]
pub struct Objects {
    pub path: PathBuf,
    pub text: TextEncoding,
    pub format: FileFormat,
}

impl Objects {
    /// Decides the encoding; nothing is read yet.
    ///
    /// # Errors
    /// Those of [`TextEncoding::of`].
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            text: TextEncoding::of(path, options.encoding.as_deref())?,
            format: options.format,
        })
    }

    /// Every item, numbered by its line (NDJSON) or from 1. Gives the `crs` member of a feature collection.
    pub fn each(&self, visit: Visit) -> Result<Option<Value>> {
        let mut reader = self.text.reader(&self.path)?;
        if self.format == FileFormat::NdJson {
            return lines(&mut reader, visit).map(|()| None);
        }
        let progress = Progress {
            left: Rc::new(Shared::new(RECORD_BYTES)),
            number: Rc::new(Shared::new(0)),
            among_items: Shared::new(false),
            stopped: Shared::new(false),
        };
        let first = first_byte(&mut reader)?;
        let guarded = BufReader::new(Guarded {
            inner: reader,
            left: Rc::clone(&progress.left),
            number: Rc::clone(&progress.number),
        });
        let mut text = serde_json::Deserializer::from_reader(guarded);
        let mut crs = None;
        let (progress, visitor) = (&progress, &mut *visit);
        let read = match (self.format, first) {
            (FileFormat::GeoJson, _) => text.deserialize_map(Collection {
                items: Items {
                    progress,
                    visit: visitor,
                },
                crs: &mut crs,
            }),
            (_, Some(b'{')) => Items {
                progress,
                visit: visitor,
            }
            .one(&mut text),
            _ => text.deserialize_seq(Items {
                progress,
                visit: visitor,
            }),
        };
        let read = read.and_then(|()| text.end());
        match read {
            Err(_) if progress.stopped.get() => Ok(crs),
            Err(error) if error.is_io() => Err(carried(error.into())),
            Err(error) if progress.among_items.get() => {
                let _ = visit(last(progress.number.get(), &error));
                Ok(crs)
            }
            Err(error) => Err(malformed(error.to_string())),
            Ok(()) => Ok(crs),
        }
    }
}

/// The broken item of an array.
fn last(number: usize, error: &serde_json::Error) -> Record {
    let mut faults = Faults::default();
    let why = format!("{error}; nothing behind it in the file was read");
    faults.body("", Rule::Malformed { why }, None);
    Record {
        number,
        content: Content::Broken(faults),
    }
}

fn lines(reader: &mut impl BufRead, visit: Visit) -> Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let length = reader
            .take(RECORD_BYTES + 1)
            .read_until(b'\n', &mut line)
            .map_err(carried)?;
        if length == 0 {
            break;
        }
        if length as u64 > RECORD_BYTES {
            return Err(record_over(number));
        }
        // The decoder gives valid UTF-8, and a line feed is no part of another character.
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if !text.is_empty() {
            let content = Content::Json(text.into());
            if visit(Record { number, content }).is_break() {
                break;
            }
        }
    }
    Ok(())
}

fn first_byte(reader: &mut impl BufRead) -> Result<Option<u8>> {
    loop {
        let bytes = reader.fill_buf().map_err(carried)?;
        let blank = bytes.iter().take_while(|b| b.is_ascii_whitespace()).count();
        match bytes.get(blank) {
            Some(byte) => return Ok(Some(*byte)),
            None if blank == 0 => return Ok(None),
            None => reader.consume(blank),
        }
    }
}

/// How far the reading of a file is.
struct Progress {
    /// Bytes that the present item may still take.
    left: Rc<Shared<u64>>,
    /// Number of the present item.
    number: Rc<Shared<usize>>,
    among_items: Shared<bool>,
    stopped: Shared<bool>,
}

/// Reads the items of an array.
struct Items<'p, 'v> {
    progress: &'p Progress,
    visit: Visit<'v>,
}

impl Items<'_, '_> {
    fn begin(&self) {
        self.progress.left.set(RECORD_BYTES);
        self.progress.number.set(self.progress.number.get() + 1);
    }

    fn pass_on(&mut self, item: &RawValue) -> ControlFlow<()> {
        let record = Record {
            number: self.progress.number.get(),
            content: Content::Json(item.get().into()),
        };
        (self.visit)(record)
    }

    /// A file that is one object is a list of one.
    fn one<'de, D: Deserializer<'de>>(mut self, text: D) -> Result<(), D::Error> {
        self.begin();
        self.progress.among_items.set(true);
        let item = Box::<RawValue>::deserialize(text)?;
        self.progress.among_items.set(false);
        let _ = self.pass_on(&item);
        Ok(())
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        self.progress.among_items.set(true);
        loop {
            self.begin();
            let Some(item) = list.next_element::<Box<RawValue>>()? else {
                self.progress.among_items.set(false);
                return Ok(());
            };
            if self.pass_on(&item).is_break() {
                self.progress.stopped.set(true);
                return Err(A::Error::custom("stopped"));
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<(), D::Error> {
        text.deserialize_seq(self)
    }
}

/// Reads a feature collection.
struct Collection<'p, 'v, 'c> {
    items: Items<'p, 'v>,
    crs: &'c mut Option<Value>,
}

impl<'de> Visitor<'de> for Collection<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a GeoJSON feature collection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { items, crs } = self;
        let progress = items.progress;
        let (mut items, mut has_type) = (Some(items), false);
        while let Some(name) = members.next_key::<String>()? {
            progress.left.set(RECORD_BYTES);
            match name.as_str() {
                "features" => match items.take() {
                    Some(items) => members.next_value_seed(items)?,
                    None => return Err(A::Error::custom("a second list of features")),
                },
                "crs" => *crs = members.next_value()?,
                "type" => has_type = members.next_value::<Value>()? == "FeatureCollection",
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        if items.is_none() && has_type {
            Ok(())
        } else {
            Err(A::Error::custom("this is no GeoJSON feature collection"))
        }
    }
}

/// Reads the text of an item as the body of a record.
pub fn body(text: &str, options: &Options, faults: &mut Faults) -> Value {
    let item = match serde_json::from_str(text) {
        Ok(item) => item,
        Err(error) => {
            let why = error.to_string();
            faults.body("", Rule::Malformed { why }, Some(&Value::from(text)));
            return Value::Null;
        }
    };
    let body = match options.format {
        FileFormat::GeoJson => super::feature::body(item, options.kind, faults),
        _ => item,
    };
    super::feature::renamed(body, &options.columns)
}

#[cfg(test)]
mod tests;
