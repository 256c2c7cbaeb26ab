//! Runs as bytes: gaps and lengths as variable-length integers (LEB128), and a reader that takes nothing else.

use super::{Builder, Run, Runs};
use crate::coverage::lattice::Lattice;

/// Bytes that are no runs, with what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("corrupt footprint: {0}")]
pub struct Corrupt(pub &'static str);

/// Appends an integer, seven bits a byte, the lowest first.
pub(in crate::coverage) fn put(mut value: u32, into: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            into.push(low & 0x7F);
            return;
        }
        into.push(low | 0x80);
    }
}

/// Takes the next byte off.
pub(in crate::coverage) fn take_byte(from: &mut &[u8]) -> Result<u8, Corrupt> {
    let (byte, rest) = from.split_first().ok_or(Corrupt("the end is missing"))?;
    *from = rest;
    Ok(*byte)
}

/// Takes an integer off: 32 bits, in as few bytes as it can be.
pub(in crate::coverage) fn take(from: &mut &[u8]) -> Result<u32, Corrupt> {
    let mut value = 0_u64;
    for shift in (0..35).step_by(7) {
        let byte = take_byte(from)?;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            if byte == 0 && shift > 0 {
                return Err(Corrupt("an integer is longer than needed"));
            }
            return u32::try_from(value).map_err(|_| Corrupt("an integer exceeds 32 bits"));
        }
    }
    Err(Corrupt("an integer exceeds 32 bits"))
}

impl Runs {
    /// Appends the set: number of rows, first row, westernmost column; for each row the number of runs and for each run the
    /// gap before it (counted from the westernmost column; less one behind another run) and its length less one.
    pub fn write(&self, into: &mut Vec<u8>) {
        let rows = self.row_range();
        put(rows.end - rows.start, into);
        let Some(west) = self.all.iter().map(|run| run.start).min() else {
            return;
        };
        put(self.first_row, into);
        put(west, into);
        for (_, runs) in self.rows() {
            put(u32::try_from(runs.len()).unwrap_or(u32::MAX), into);
            let mut next = west;
            for run in runs {
                put(run.start - next, into);
                put(run.end - run.start - 1, into);
                next = run.end + 1;
            }
        }
    }

    /// Takes a set off the front of what [`Self::write`] wrote.
    ///
    /// # Errors
    /// When the bytes are none of its: cut off, beyond the lattice, or not the one way in which a set is written.
    pub fn read(from: &mut &[u8], lattice: Lattice) -> Result<Self, Corrupt> {
        let rows = take(from)?;
        if rows == 0 {
            return Ok(Self::default());
        }
        let (first_row, west) = (take(from)?, take(from)?);
        if first_row
            .checked_add(rows)
            .is_none_or(|end| end > lattice.rows())
        {
            return Err(Corrupt("a row is not on the lattice"));
        }
        let mut builder = Builder::new(first_row);
        for _ in 0..rows {
            builder.push_row(take_row(from, west, lattice.columns())?);
        }
        let runs = builder.finish();
        if runs.row_range() != (first_row..first_row + rows) {
            return Err(Corrupt("the first or the last row is empty"));
        }
        if runs.all.iter().all(|run| run.start > west) {
            return Err(Corrupt("the westernmost column is empty"));
        }
        Ok(runs)
    }
}

/// Takes the runs of a row off.
fn take_row(from: &mut &[u8], west: u32, columns: u32) -> Result<Vec<Run>, Corrupt> {
    let beyond = Corrupt("a column is not on the lattice");
    let mut next = west;
    let mut row = Vec::new();
    for _ in 0..take(from)? {
        let start = next.checked_add(take(from)?).ok_or(beyond)?;
        let last = start.checked_add(take(from)?).ok_or(beyond)?;
        if last >= columns {
            return Err(beyond);
        }
        row.push(Run {
            start,
            end: last + 1,
        });
        next = last + 2;
    }
    Ok(row)
}
