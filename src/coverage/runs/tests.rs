//! Sets of cells against sets of pairs, and their bytes.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Any set of few cells.
pub(crate) fn any_runs() -> impl Strategy<Value = Runs> {
    let row = prop::collection::vec((0..190_u32, 0..30_u32), 0..4);
    (0..50_u32, prop::collection::vec(row, 0..12)).prop_map(|(first_row, rows)| {
        let run = |(start, length): (u32, u32)| start + 1000..start + length + 1000;
        let rows = rows.into_iter().map(|row| row.into_iter().map(run));
        Runs::from_rows(first_row + 100, rows)
    })
}

/// The cells of a set.
pub(crate) fn cells(runs: &Runs) -> BTreeSet<(u32, u32)> {
    let of_row = |(row, runs): (u32, &[Run])| {
        let columns = runs.iter().flat_map(|run| run.start..run.end);
        columns.map(move |column| (row, column)).collect::<Vec<_>>()
    };
    runs.rows().flat_map(of_row).collect()
}

#[test]
fn runs_that_meet_are_one_and_empty_rows_at_the_ends_are_none() {
    let nothing: [Range<u32>; 0] = [];
    let rows = [
        nothing.to_vec(),
        vec![5..9, 1..3, 3..4],
        nothing.to_vec(),
        vec![2..6, 4..8],
        nothing.to_vec(),
    ];
    let runs = Runs::from_rows(10, rows);
    assert_eq!(runs.row_range(), 11..14);
    assert_eq!(
        runs.row(11),
        [Run { start: 1, end: 4 }, Run { start: 5, end: 9 }]
    );
    assert_eq!(
        (runs.row(12), runs.row(13)),
        (&[][..], &[Run { start: 2, end: 8 }][..])
    );
    assert_eq!((runs.row(10), runs.row(14)), (&[][..], &[][..]));
    assert_eq!(runs.cell_count(), 13);
    assert_eq!(Runs::from_rows(10, [nothing.to_vec()]), Runs::default());
}

#[test]
fn bytes_that_say_it_in_another_way_are_refused() {
    let faults = |bytes: &[u8]| Runs::read(&mut &*bytes, Lattice::ARCSEC_3).unwrap_err().0;
    assert_eq!(faults(&[]), "the end is missing");
    assert_eq!(faults(&[0x80, 0]), "an integer is longer than needed");
    assert_eq!(faults(&[0xFF; 9]), "an integer exceeds 32 bits");
    assert_eq!(faults(&[1, 0, 0, 0]), "the first or the last row is empty");
    assert_eq!(
        faults(&[1, 0, 0, 1, 1, 0]),
        "the westernmost column is empty"
    );
    assert_eq!(
        faults(&[1, 0xC0, 0x97, 0x0D, 0]),
        "a row is not on the lattice"
    );
    assert_eq!(
        faults(&[1, 0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
        "a column is not on the lattice"
    );
}

proptest! {
    #[test]
    fn a_set_is_written_and_read_back(runs in any_runs()) {
        let mut bytes = Vec::new();
        runs.write(&mut bytes);
        let mut rest = bytes.as_slice();
        prop_assert_eq!(Runs::read(&mut rest, Lattice::ARCSEC_3), Ok(runs));
        prop_assert!(rest.is_empty());
        for length in 0..bytes.len() {
            prop_assert!(Runs::read(&mut &bytes[..length], Lattice::ARCSEC_3).is_err());
        }
    }

    #[test]
    fn what_is_read_from_any_bytes_is_written_as_these_bytes(bytes in prop::collection::vec(0..12_u8, 0..40)) {
        let mut rest = bytes.as_slice();
        if let Ok(runs) = Runs::read(&mut rest, Lattice::ARCSEC_3) {
            let mut written = Vec::new();
            runs.write(&mut written);
            prop_assert_eq!(&written, &bytes[..bytes.len() - rest.len()]);
        }
    }

    #[test]
    fn any_bytes_are_a_set_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = Runs::read(&mut bytes.as_slice(), Lattice::ARCSEC_3);
    }

    #[test]
    fn questions_to_a_set_are_answered_cell_by_cell(a in any_runs(), b in any_runs()) {
        let (in_a, in_b) = (cells(&a), cells(&b));
        prop_assert_eq!(a.cell_count(), in_a.len() as u64);
        prop_assert_eq!(a.is_within(&b), in_a.is_subset(&in_b));
        prop_assert!(a.is_within(&a));
        let window = a.window(Lattice::ARCSEC_3).joined(b.window(Lattice::ARCSEC_3));
        for row in window.rows {
            for column in window.columns.clone() {
                prop_assert_eq!(a.contains(row, column), in_a.contains(&(row, column)));
            }
        }
        let rows = (0..300).map(|row| [a.row(row), b.row(row)].concat());
        let union = Runs::from_rows(0, rows);
        prop_assert!(a.is_within(&union) && b.is_within(&union));
        prop_assert_eq!(cells(&union), in_a.union(&in_b).copied().collect::<BTreeSet<_>>());
    }
}
