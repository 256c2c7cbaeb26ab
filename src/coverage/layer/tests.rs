//! Layers, their depth and partitions against a model that asks each cell.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::lattice::Lattice;
use super::super::partition::{Cells, Partition};
use super::super::runs::Run;
use super::super::runs::tests::{any_runs, cells};
use super::*;

const LATTICE: Lattice = Lattice::ARCSEC_3;

type Set = BTreeSet<(u32, u32)>;

fn measured(cells: &Set) -> Cells {
    let one = |(row, _): &(u32, u32)| Cells {
        count: 1,
        area_mm2: LATTICE.cell_area_mm2(*row),
    };
    cells.iter().map(one).sum()
}

fn weight(row: u32, column: u32) -> u64 {
    u64::from(row % 7 * 1000 + column % 13)
}

fn weighed(cells: &Set) -> u64 {
    cells
        .iter()
        .map(|(row, column)| weight(*row, *column))
        .sum()
}

fn any_sets() -> impl Strategy<Value = Vec<Runs>> {
    prop::collection::vec(any_runs(), 0..6)
}

proptest! {
    #[test]
    fn a_layer_is_the_union_within_its_window(
        sets in any_sets(), rows in 100..130_u32, height in 0..40_u32, west in 990..1100_u32, width in 0..200_u32,
    ) {
        let window = Window { lattice: LATTICE, rows: rows..rows + height, columns: west..west + width };
        let layer = Layer::of(window.clone(), &sets);
        let all: Set = sets.iter().flat_map(cells).collect();
        let within: Set = all.iter().filter(|(row, column)| window.rows.contains(row) && window.columns.contains(column)).copied().collect();
        prop_assert_eq!(cells(&layer.to_runs()), within.clone());
        for (row, column) in all {
            prop_assert_eq!(layer.contains(row, column), within.contains(&(row, column)));
        }
        let backwards = Layer::of(window, sets.iter().rev());
        prop_assert_eq!(layer, backwards);
    }

    #[test]
    fn units_are_summed_as_their_cells_are(units in any_sets(), sets in any_sets(), narrow in any::<bool>()) {
        let partition = Partition::new(LATTICE, &units);
        let mut window = partition.window().clone();
        if narrow {
            window.rows.end = window.rows.start.midpoint(window.rows.end);
            window.columns.start = window.columns.start.midpoint(window.columns.end);
        }
        let layer = Layer::of(window, &sets);
        let lit = cells(&layer.to_runs());
        let found = [partition.covered(&layer), partition.uncovered(&layer), partition.totals()];
        let weights = [partition.weight_covered(&layer, weight), partition.weight_total(weight)];
        for (at, unit) in units.iter().enumerate() {
            let unit = cells(unit);
            let (on, off): (Set, Set) = unit.iter().partition(|cell| lit.contains(cell));
            prop_assert_eq!(found.each_ref().map(|list| list[at]), [measured(&on), measured(&off), measured(&unit)]);
            prop_assert_eq!(found[0][at] + found[1][at], found[2][at]);
            prop_assert_eq!(weights.each_ref().map(|list| list[at]), [weighed(&on), weighed(&unit)]);
        }
    }
}

proptest! {
    // Each cell is asked for each number.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_depth_is_the_number_of_layers_over_a_cell(sets in any_sets()) {
        let window = Window { lattice: LATTICE, rows: 100..165, columns: 1000..1220 };
        let layers: Vec<Layer> = sets.iter().map(|runs| Layer::of(window.clone(), [runs])).collect();
        let mut depth = Depth::new(window.clone());
        for layer in &layers {
            depth.add(layer);
        }
        prop_assert_eq!(depth.layers(), sets.len());
        let sets: Vec<Set> = sets.iter().map(cells).collect();
        for number in 0..=sets.len() + 3 {
            let found = depth.exactly(number);
            for row in window.rows.clone() {
                for column in window.columns.clone() {
                    let over = sets.iter().filter(|set| set.contains(&(row, column))).count();
                    prop_assert_eq!(found.contains(row, column), over == number);
                }
            }
        }
    }
}

#[test]
fn a_position_is_covered_with_its_cell() {
    let (row, column) = (LATTICE.row(22.3), LATTICE.column(103.4));
    let runs = Runs::from_rows(row, [[Run::from(column..column + 1)]]);
    let layer = Layer::of(runs.window(LATTICE), [&runs]);
    let at = |longitude, latitude| Position::new(longitude, latitude).unwrap();
    assert!(layer.covers(at(103.4, 22.3)));
    assert!(!layer.covers(at(103.402, 22.3)) && !layer.covers(at(-103.4, -22.3)));
}
