//! Counting and setting ranges of bits in a row of words, the lowest bit of a word first.

use std::ops::Range;

/// Bits of a word.
pub(super) const WORD: usize = 64;

/// Sets the bits of a range; those beyond the row are left out.
pub(super) fn fill(row: &mut [u64], bits: Range<usize>) {
    let Some((words, head, tail)) = split(&bits) else {
        return;
    };
    match row.get_mut(words) {
        Some([word]) => *word |= head & tail,
        Some([first, middle @ .., last]) => {
            *first |= head;
            middle.fill(u64::MAX);
            *last |= tail;
        }
        _ => {}
    }
}

/// How many bits of a range are set.
pub(super) fn ones(row: &[u64], bits: Range<usize>) -> u64 {
    count(row, &bits, |word| word)
}

/// How many bits of a range are not set.
pub(super) fn zeros(row: &[u64], bits: Range<usize>) -> u64 {
    count(row, &bits, |word| !word)
}

/// The places of the bits of a range that are set, in order.
pub(super) fn places(row: &[u64], bits: Range<usize>) -> impl Iterator<Item = usize> {
    let (words, head, tail) = split(&bits).unwrap_or((0..=0, 0, 0));
    let (first, last) = words.into_inner();
    let within = row.iter().enumerate().take(last + 1).skip(first);
    within.flat_map(move |(at, word)| {
        let mut rest = *word;
        if at == first {
            rest &= head;
        }
        if at == last {
            rest &= tail;
        }
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest.wrapping_sub(1);
            (bit < WORD).then_some(at * WORD + bit)
        })
    })
}

fn count(row: &[u64], bits: &Range<usize>, seen: impl Fn(u64) -> u64) -> u64 {
    let Some((words, head, tail)) = split(bits) else {
        return 0;
    };
    let ones = |word: u64| u64::from(word.count_ones());
    match row.get(words) {
        Some([word]) => ones(seen(*word) & head & tail),
        Some([first, middle @ .., last]) => {
            let inner: u64 = middle.iter().map(|word| ones(seen(*word))).sum();
            ones(seen(*first) & head) + inner + ones(seen(*last) & tail)
        }
        _ => 0,
    }
}

/// The words that a range of bits touches, and what of the first and of the last is in it; nothing of an empty range.
fn split(bits: &Range<usize>) -> Option<(std::ops::RangeInclusive<usize>, u64, u64)> {
    let last = bits.end.checked_sub(1).filter(|_| !bits.is_empty())?;
    let head = u64::MAX << (bits.start % WORD);
    let tail = u64::MAX >> (WORD - 1 - last % WORD);
    Some((bits.start / WORD..=last / WORD, head, tail))
}

#[cfg(test)]
mod tests {
    //! Against a row of booleans.

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ranges_are_filled_and_counted_bit_by_bit(
            fills in prop::collection::vec((0..300_usize, 0..80_usize), 0..8),
            (start, length) in (0..320_usize, 0..320_usize),
        ) {
            let mut row = [0_u64; 5];
            let mut model = [false; 5 * WORD];
            for (start, length) in fills {
                let range = start..(start + length).min(model.len());
                model[range.clone()].fill(true);
                fill(&mut row, range);
            }
            let range = start..(start + length).min(model.len());
            let set: Vec<usize> = range.clone().filter(|at| model[*at]).collect();
            prop_assert_eq!(ones(&row, range.clone()), set.len() as u64);
            prop_assert_eq!(zeros(&row, range.clone()), (range.len() - set.len()) as u64);
            prop_assert_eq!(places(&row, range).collect::<Vec<_>>(), set);
        }
    }
}
