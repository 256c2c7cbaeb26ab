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
fn integers_that_are_written_in_another_way_are_refused() {
    let fault = |bytes: &[u8]| take(&mut &*bytes).unwrap_err().0;
    assert_eq!(fault(&[]), "the end is missing");
    assert_eq!(fault(&[0x80, 0]), "an integer is longer than needed");
    assert_eq!(fault(&[0xFF; 9]), "an integer exceeds 32 bits");
    for value in [0, 1, 127, 128, 300, u32::MAX] {
        let mut bytes = Vec::new();
        put(value, &mut bytes);
        assert_eq!(take(&mut bytes.as_slice()), Ok(value));
    }
}

proptest! {
    #[test]
    fn finer_cells_are_those_within_the_cells(runs in any_runs(), factor in 1..5_u32) {
        let finer = runs.refined(factor);
        prop_assert_eq!(finer.cell_count(), runs.cell_count() * u64::from(factor * factor));
        prop_assert!(cells(&finer).iter().all(|(row, column)| runs.contains(row / factor, column / factor)));
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
