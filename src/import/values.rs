//! Values as people write them in cells: numbers, coordinates, days, words.
//!
//! Each reader gives the value or the rule that the text breaks. What can be read in two ways is never decided here by
//! guessing: [`number`] gives both readings.

pub mod angle;
pub mod day;
pub mod number;
pub mod word;
