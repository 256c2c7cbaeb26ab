//! Who may do what.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Rule;

/// What a key allows. The order is the order of rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Reader,
    /// Reads, and writes the records of one operator.
    Operator,
    /// Reads and writes everything, and makes keys.
    Department,
}

impl Role {
    /// All of them, fewest rights first.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Operator, Self::Department];

    /// The word of the API and of the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Operator => "operator",
            Self::Department => "department",
        }
    }

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `UnknownRole` for any other word.
    pub fn parse(word: &str) -> Result<Self, Rule> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or(Rule::UnknownRole)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody in particular; reads where reading is open.
    Anonymous,
    /// The holder of a key.
    Key {
        /// The key's id, by which its holder is told from others.
        id: String,
        /// The key's name, which history keeps.
        name: String,
        /// What the key allows.
        role: Role,
        /// The operator that it is bound to.
        operator: Option<String>,
    },
    /// Somebody at the machine's own command line.
    CommandLine,
}

impl Caller {
    /// The name that history keeps.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Key { name, .. } => name,
            Self::CommandLine => "command line",
        }
    }

    /// What tells it from every other caller.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Anonymous => "",
            Self::Key { id, .. } => id,
            Self::CommandLine => "command line",
        }
    }

    /// The operator that it is bound to.
    #[must_use]
    pub fn operator(&self) -> Option<&str> {
        match self {
            Self::Key { operator, .. } => operator.as_deref(),
            Self::Anonymous | Self::CommandLine => None,
        }
    }

    /// Whether it has at least the rights of `role`.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        match self {
            Self::Anonymous => false,
            Self::Key { role: own, .. } => *own >= role,
            Self::CommandLine => true,
        }
    }

    /// Whether it may write the records of `operator`.
    #[must_use]
    pub fn may_write(&self, operator: &str) -> bool {
        match self {
            Self::Anonymous
            | Self::Key {
                role: Role::Reader, ..
            } => false,
            Self::Key {
                role: Role::Department,
                ..
            }
            | Self::CommandLine => true,
            Self::Key {
                role: Role::Operator,
                operator: own,
                ..
            } => own.as_deref() == Some(operator),
        }
    }
}
