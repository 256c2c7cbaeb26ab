//! What the rows of a file are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Rule;

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// Sites.
    Sites,
    /// Subscriber counts.
    Subscribers,
}

impl RecordKind {
    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sites => "sites",
            Self::Subscribers => "subscribers",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// `UnknownValue` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        match word {
            "sites" => Ok(Self::Sites),
            "subscribers" => Ok(Self::Subscribers),
            _ => Err(Rule::UnknownValue {
                known: "sites, subscribers",
            }),
        }
    }
}
