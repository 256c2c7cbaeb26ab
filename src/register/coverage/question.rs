//! What is asked about coverage.

use chrono::{NaiveDate, NaiveDateTime};

use super::network::ServingCell;
use crate::coverage::footprint::SignalLevel;
use crate::domain::Technology;

/// Whose coverage is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorRule {
    /// What at least one operator covers.
    Any,
    /// What every operator covers that has a cell of the technology.
    All,
    /// Of each area, the operator that covers most of it: the rule of ITU's indicators (SDG 9.c.1).
    Max,
    /// One operator, by its code.
    One(String),
}

impl OperatorRule {
    /// The word of the API.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::Max => "max",
            Self::One(code) => code,
        }
    }
}

/// A question about coverage.
#[derive(Debug, Clone)]
pub struct Question {
    /// The day of service.
    pub as_of: NaiveDate,
    /// The instant whose knowledge is used; now where none is given.
    pub known_at: Option<NaiveDateTime>,
    /// Only cells of this technology; all where none is given.
    pub technology: Option<Technology>,
    /// Newer technologies count too.
    pub at_least: bool,
    /// Whose coverage.
    pub operator: OperatorRule,
    /// How strong the signal must be.
    pub signal_level: SignalLevel,
    /// The day whose division is used; that of `as_of` where none is given.
    pub division_on: Option<NaiveDate>,
    /// Ids of sites that are left out.
    pub exclude_sites: Vec<String>,
    /// Planned sites count from the day for which they are announced.
    pub include_planned: bool,
}

impl Question {
    /// Whether cells of a technology count.
    #[must_use]
    pub fn counts(&self, technology: Technology) -> bool {
        self.technology
            .is_none_or(|asked| technology == asked || (self.at_least && technology > asked))
    }

    /// Whether a cell counts, whoever's it is.
    #[must_use]
    pub fn takes(&self, cell: &ServingCell) -> bool {
        self.counts(cell.cell.technology)
            && cell.serves(self.as_of, self.include_planned)
            && !self.exclude_sites.iter().any(|id| **id == *cell.site_id)
    }

    /// The same question of one operator.
    #[must_use]
    pub fn of_operator(&self, code: &str) -> Self {
        Self {
            operator: OperatorRule::One(code.to_owned()),
            ..self.clone()
        }
    }

    /// The next weaker and the next stronger level: the range in which the answer is.
    #[must_use]
    pub fn range(&self) -> [SignalLevel; 2] {
        let at = SignalLevel::ALL
            .iter()
            .position(|level| *level == self.signal_level);
        let at = at.unwrap_or_default();
        let level = |at: usize| {
            SignalLevel::ALL
                .get(at)
                .copied()
                .unwrap_or(self.signal_level)
        };
        [level(at.saturating_sub(1)), level(at + 1)]
    }
}
