//! Files of records over HTTP: how one is to be read, and where it is put while it comes.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use actix_web::web;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::asked::Asked;
use super::params::Params;
use crate::domain::{Faults, Rule, text};
use crate::error::{Error, Result};
use crate::import::row_file::FileFormat;
use crate::register::submissions::Received;
use crate::register::submissions::reading::Reading;

/// How the body is to be read as a file: by what the parameters state. The format is that of `format`, else of the media
/// type, else of the file's name.
///
/// # Errors
/// `UnsupportedMedia` where nothing says the format.
pub(super) fn reading(
    asked: &Asked,
    params: &mut Params,
    file_name: Option<&str>,
) -> Result<Reading> {
    let format = if let Some(word) = params.raw("format") {
        word
    } else {
        let sent = FileFormat::of_media_type(asked.media_type());
        let named = || FileFormat::of_name(file_name?).ok();
        sent.or_else(|error| named().ok_or(error))?
            .as_str()
            .to_owned()
    };
    let columns = params.checked("columns", |text| {
        serde_json::from_str::<BTreeMap<String, String>>(text).map_err(|_| Rule::BadFormat {
            expected: "a JSON object of texts",
        })
    });
    Ok(Reading {
        format,
        columns: columns.unwrap_or_default(),
        sheet: params.text("sheet", text::NAME_MAX),
        delimiter: params.raw("delimiter"),
        encoding: params.raw("encoding"),
        decimal: params.raw("decimal"),
        crs: params.raw("crs"),
    })
}

/// Stores the body as it comes, on the disk before it is acknowledged.
///
/// # Errors
/// `TooLarge`, or `Invalid` when the body breaks off.
pub(super) async fn receive(mut payload: web::Payload, place: &Path, max: u64) -> Result<Received> {
    let failed = |error: io::Error| Error::Internal(Box::new(error));
    let mut file = tokio::fs::File::create(place).await.map_err(failed)?;
    let (mut bytes, mut digest) = (0, Sha256::new());
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            let mut faults = Faults::default();
            let why = error.to_string();
            faults.body("", Rule::Malformed { why }, None);
            Error::Invalid(faults)
        })?;
        bytes += chunk.len() as u64;
        if bytes > max {
            return Err(Error::TooLarge(format!("{max} bytes")));
        }
        digest.update(&chunk);
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.sync_all().await.map_err(failed)?;
    Ok(Received::new(place.to_owned(), bytes, &digest.finalize()))
}
