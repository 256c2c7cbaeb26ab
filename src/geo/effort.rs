//! How much work boundaries may cause before they are given up.
//!
//! Comparing the lines of boundaries costs time in proportion to how many come near each other, and
//! an overlay costs memory for each crossing. For boundaries of land both stay below a few per line.
//! Made-up ones (a zigzag whose long lines lie in each other's boxes, combs whose teeth cross) come
//! to the square of their lines. All work is therefore counted beforehand, in steps, against an
//! allowance that grows with the lines only.

use std::cell::Cell;

use super::Position;

/// Steps allowed for each line. Real coverages take 50 to 80.
const PER_LINE: usize = 1_000;

/// Steps allowed to any set of boundaries, however small: about a second of work.
const BESIDE: usize = 20_000_000;

/// Steps that one place costs in which a line is cut by another.
pub(super) const CROSSING: usize = 100;

/// Steps that one line costs in an overlay.
const OVERLAID: usize = 20;

/// Boundaries whose lines come near each other so often that comparing them would take too long.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("the lines come near each other too often to be compared: too intricate")]
pub struct TooIntricate {
    /// Where the allowance was used up.
    pub position: Position,
}

/// Two rings, by their places in the list that was compared, with which the allowance was used up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Exhausted {
    pub(super) rings: [usize; 2],
    pub(super) position: Position,
}

impl From<Exhausted> for TooIntricate {
    fn from(Exhausted { position, .. }: Exhausted) -> Self {
        Self { position }
    }
}

/// The steps that are left. One step is one box looked at, some nanoseconds.
pub(super) struct Effort {
    left: Cell<usize>,
}

impl Effort {
    /// The allowance of boundaries with so many lines.
    pub(super) fn for_lines(lines: usize) -> Self {
        Self {
            left: Cell::new(lines.saturating_mul(PER_LINE).saturating_add(BESIDE)),
        }
    }

    /// Takes steps off; false when there were not so many left.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let rest = self.left.get().checked_sub(steps);
        self.left.set(rest.unwrap_or(0));
        rest.is_some()
    }

    /// Takes off what an overlay of so many lines costs; false when there was not so much left.
    pub(super) fn overlay(&self, lines: usize) -> bool {
        self.spend(lines.saturating_add(10).saturating_mul(OVERLAID))
    }

    /// Whether nothing is left.
    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}
