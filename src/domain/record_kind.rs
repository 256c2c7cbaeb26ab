//! Which records a file holds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Rule;

/// The kinds of records that are read from files.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// Sites with what stands on them.
    Sites,
    /// Subscriber counts.
    Subscribers,
    /// Settlements: of the department alone, so they are imported and not handed in.
    #[serde(skip)]
    Settlements,
}

impl RecordKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sites, Self::Subscribers, Self::Settlements];
    /// Those that operators hand in.
    pub const SUBMITTED: [Self; 2] = [Self::Sites, Self::Subscribers];

    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sites => "sites",
            Self::Subscribers => "subscribers",
            Self::Settlements => "settlements",
        }
    }

    /// Reads the word for what is handed in.
    ///
    /// # Errors
    /// `UnknownValue` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        Self::SUBMITTED
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or(Rule::UnknownValue {
                known: "sites, subscribers",
            })
    }
}
