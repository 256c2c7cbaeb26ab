//! The formats that records are read from, and how they are called.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A format that records are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// A table whose cells are parted by `,`, `;` or tabs.
    Csv,
    /// A table whose cells are parted by tabs.
    Tsv,
    /// A table in a sheet of an Office Open XML workbook.
    Xlsx,
    /// A GeoJSON feature collection.
    GeoJson,
    /// One JSON object to a line.
    NdJson,
    /// One JSON array of objects.
    Json,
    /// Cells in the form of `OpenCelliD` and Ichnaea.
    OpenCellId,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Csv,
        Self::Tsv,
        Self::Xlsx,
        Self::GeoJson,
        Self::NdJson,
        Self::Json,
        Self::OpenCellId,
    ];

    /// The word that states it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Xlsx => "xlsx",
            Self::GeoJson => "geojson",
            Self::NdJson => "ndjson",
            Self::Json => "json",
            Self::OpenCellId => "opencellid",
        }
    }

    /// Reads the word that states it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// The format that the ending of a file's name says. A file of cells has the ending of CSV: it is
    /// known by its header, or must be stated.
    ///
    /// # Errors
    /// `UnsupportedMedia` for any other ending.
    pub fn of_name(name: &str) -> Result<Self> {
        let ending = name.rsplit('.').next().unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "csv" | "txt" => Ok(Self::Csv),
            "tsv" | "tab" => Ok(Self::Tsv),
            "xlsx" => Ok(Self::Xlsx),
            "geojson" => Ok(Self::GeoJson),
            "ndjson" | "jsonl" => Ok(Self::NdJson),
            "json" => Ok(Self::Json),
            _ => Err(Error::UnsupportedMedia(
                ".csv, .tsv, .xlsx, .geojson, .ndjson or .json",
            )),
        }
    }

    /// The format of a media type, with or without parameters.
    ///
    /// # Errors
    /// `UnsupportedMedia` for any other type.
    pub fn of_media_type(media_type: &str) -> Result<Self> {
        let name = media_type.split(';').next().unwrap_or_default().trim();
        match name.to_ascii_lowercase().as_str() {
            "application/jsonl" | "application/x-jsonlines" => Ok(Self::NdJson),
            name => Self::ALL
                .into_iter()
                .find(|format| format.media_type() == name)
                .ok_or(Error::UnsupportedMedia(
                    "text/csv, text/tab-separated-values, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, application/geo+json, application/x-ndjson or application/json",
                )),
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::OpenCellId => "text/csv",
            Self::Tsv => "text/tab-separated-values",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::GeoJson => "application/geo+json",
            Self::NdJson => "application/x-ndjson",
            Self::Json => "application/json",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_found_by_word_name_and_media_type() {
        for format in FileFormat::ALL {
            assert_eq!(FileFormat::parse(format.as_str()), Some(format));
            if format != FileFormat::OpenCellId {
                let name = format!("Trạm BTS 2016.{}", format.as_str().to_uppercase());
                assert_eq!(FileFormat::of_name(&name).unwrap(), format);
                let media_type = format!("{}; charset=utf-8", format.media_type());
                assert_eq!(FileFormat::of_media_type(&media_type).unwrap(), format);
            }
        }
        assert!(FileFormat::of_name("sites.xls").is_err());
        assert!(FileFormat::of_media_type("image/png").is_err());
    }
}
