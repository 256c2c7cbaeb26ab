//! Who is served: what the radios of the register cover, computed from their parameters and, where there is elevation data,
//! from the terrain.
//!
//! Each cell of a radio network has a [`footprint`]: [`runs`] of covered cells of the [`lattice`] at several signal levels.
//! A [`layer`] is the union of footprints; an area is a list of runs ([`units`]) in a [`partition`]; an answer is a count of
//! cells times their areas ([`sums`]). Every question (a date, an operator, without a site, with a planned one) is the same
//! pure function of a set of footprints.

mod bits;
pub mod cell;
pub mod choice;
pub mod elevation;
pub mod field;
pub mod footprint;
pub mod lattice;
pub mod layer;
pub mod modelling;
mod number;
pub mod outline;
pub mod partition;
pub mod propagation;
pub mod reception;
pub mod runs;
pub mod sums;
pub mod units;
pub mod window;

/// A value that breaks a rule of the engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {rule}")]
pub struct Refusal {
    /// Name of the value, with its unit.
    pub field: &'static str,
    /// What it must be.
    pub rule: &'static str,
}
