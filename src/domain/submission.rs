//! A submission: a batch of records that an operator hands in, what is asked of it, what became of it.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Rule;

/// A type of a few words that are the same in the API and in the database.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $known:literal { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// The word of the API and of the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Reads the word.
            ///
            /// # Errors
            /// `UnknownValue` for any other word.
            pub fn parse(word: &str) -> Result<Self, Rule> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(Rule::UnknownValue { known: $known }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Where a submission stands.
    State, "draft, validated, submitted, approved, rejected, reverted, failed" {
        /// Received; its rows are being read.
        Draft = "draft",
        /// Read and reported on; nothing of it is in the register, and nobody is asked to decide.
        Validated = "validated",
        /// Read and reported on; it waits for a decision.
        Submitted = "submitted",
        /// In the register.
        Approved = "approved",
        /// Refused, by a person or because it breaks rules.
        Rejected = "rejected",
        /// Taken back after it was approved.
        Reverted = "reverted",
        /// It could not be read at all, or reading was cancelled; `problem` says why.
        Failed = "failed",
    }
}

words! {
    /// What happens to the good rows where others break rules.
    Mode, "atomic, partial" {
        /// All rows or none.
        Atomic = "atomic",
        /// The good rows are taken.
        Partial = "partial",
    }
}

words! {
    /// What happens to rows whose record is there already.
    OnExisting, "update, skip, error" {
        /// The record becomes what the row says.
        Update = "update",
        /// The record stays as it is.
        Skip = "skip",
        /// The row is rejected.
        Error = "error",
    }
}

words! {
    /// What became of a row, or what would.
    Outcome, "created, updated, unchanged, skipped, rejected, decommissioned" {
        /// The record is new.
        Created = "created",
        /// The record changed.
        Updated = "updated",
        /// The record says the same already.
        Unchanged = "unchanged",
        /// The record was left as it is, as asked.
        Skipped = "skipped",
        /// The row breaks a rule, or was left out by the department.
        Rejected = "rejected",
        /// Not a row: a site that the file does not have, marked as `sync_on` asks.
        Decommissioned = "decommissioned",
    }
}

/// What is asked of a submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Only report.
    pub dry_run: bool,
    /// All or the good ones.
    pub mode: Mode,
    /// What happens to what is there.
    pub on_existing: OnExisting,
    /// The day on which the operator's sites that the file does not have are marked decommissioned; none where they stay.
    pub sync_on: Option<NaiveDate>,
    /// Most sites that `sync_on` may mark, in percent of those that the operator has.
    pub sync_max_percent: f64,
    /// Why, for the history.
    pub reason: Option<String>,
}

/// How many rows came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Rows of the file; 0 until it was read.
    pub rows: usize,
    /// Rows that were judged.
    pub done: usize,
    /// New records.
    pub created: usize,
    /// Changed records.
    pub updated: usize,
    /// Records that say the same already.
    pub unchanged: usize,
    /// Records that were left as they are.
    pub skipped: usize,
    /// Rows that break rules or were left out.
    pub rejected: usize,
    /// Sites that the file does not have, marked as decommissioned.
    pub decommissioned: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Updated => &mut self.updated,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Skipped => &mut self.skipped,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Decommissioned => {
                self.decommissioned += 1;
                return;
            }
        };
        *count += 1;
        self.done += 1;
    }
}
