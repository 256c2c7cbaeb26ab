//! Conversions between kinds of numbers, each with the reason why it may be done.

/// A count or an index as a number to compute with.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of nodes, samples and cells are far below 2^52"
)]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

/// A whole number that is not negative, as an index.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole and not negative, as every caller has it; a cast saturates"
)]
pub(super) fn index(number: f64) -> usize {
    number as usize
}

/// A loss, a level or an angle in the precision of fields.
#[expect(
    clippy::cast_possible_truncation,
    reason = "they need no more than seven digits"
)]
pub(super) fn single(value: f64) -> f32 {
    value as f32
}
