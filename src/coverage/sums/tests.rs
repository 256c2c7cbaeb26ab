//! The laws of sums.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::footprint::tests::any_footprint;
use super::super::lattice::Lattice;
use super::super::runs::tests::{any_runs, cells};
use super::super::runs::{Run, Runs};
use super::*;

const LATTICE: Lattice = Lattice::ARCSEC_3;

fn any_units() -> impl Strategy<Value = Vec<Runs>> {
    prop::collection::vec(any_runs(), 1..5)
}

fn any_operators() -> impl Strategy<Value = Vec<Vec<Footprint>>> {
    prop::collection::vec(prop::collection::vec(any_footprint(), 0..4), 0..5)
}

fn lit(footprints: &[Footprint], level: SignalLevel) -> BTreeSet<(u32, u32)> {
    footprints
        .iter()
        .flat_map(|it| cells(it.level(level)))
        .collect()
}

fn asked(
    partition: &Partition,
    level: SignalLevel,
    operators: &[Vec<Footprint>],
) -> OperatorsCover {
    let operators: Vec<Vec<&Footprint>> = operators.iter().map(|it| it.iter().collect()).collect();
    by_operators(partition, level, &operators).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_all_most_and_numbers_are_those_of_the_cells(units in any_units(), operators in any_operators()) {
        let partition = Partition::new(LATTICE, &units);
        for level in SignalLevel::ALL {
            let found = asked(&partition, level, &operators);
            let whole = |it: &Vec<Footprint>| Layer::of(partition.window().clone(), it.iter().map(|it| it.level(level)));
            let layers: Vec<Layer> = operators.iter().map(whole).collect();
            prop_assert_eq!(of_layers(&partition, &layers).unwrap(), found.clone());
            let sets: Vec<_> = operators.iter().map(|it| lit(it, level)).collect();
            for (at, unit) in units.iter().enumerate() {
                let unit = cells(unit);
                let count = |test: &dyn Fn(usize) -> bool| {
                    let over = |cell| sets.iter().filter(|set| set.contains(cell)).count();
                    unit.iter().filter(|cell| test(over(cell))).count() as u64
                };
                for (number, units) in found.by_number.iter().enumerate() {
                    prop_assert_eq!(units[at].count, count(&|over| over == number));
                }
                prop_assert_eq!(found.any()[at].covered.count, count(&|over| over > 0));
                prop_assert_eq!(found.any()[at].uncovered.count, count(&|over| over == 0));
                let everyone = |over| over == sets.len() && over > 0;
                prop_assert_eq!(found.all()[at].covered.count, count(&everyone));
                let most = found.each.iter().map(|units| units[at].covered.area_mm2).max().unwrap_or(0);
                prop_assert_eq!(found.max()[at].covered.area_mm2, most);
                let total = partition.totals()[at];
                let answers = [found.any(), found.all(), found.max()];
                for units in answers.iter().chain(&found.each) {
                    prop_assert_eq!(units[at].total(), total);
                }
            }
        }
    }

    #[test]
    fn neither_order_nor_repetition_matters_and_a_footprint_more_lowers_nothing(
        units in any_units(), footprints in prop::collection::vec(any_footprint(), 1..6),
    ) {
        let partition = Partition::new(LATTICE, &units);
        for level in SignalLevel::ALL {
            let all: Vec<&Footprint> = footprints.iter().collect();
            let backwards: Vec<&Footprint> = footprints.iter().rev().chain(&footprints).collect();
            let found = union(&partition, level, &all).unwrap();
            prop_assert_eq!(&found, &union(&partition, level, &backwards).unwrap());
            prop_assert_eq!(&found, &asked(&partition, level, std::slice::from_ref(&footprints)).any());
            let less = union(&partition, level, &all[1..]).unwrap();
            for (less, more) in less.iter().zip(&found) {
                prop_assert!(less.covered.count <= more.covered.count);
                prop_assert!(less.covered.area_mm2 <= more.covered.area_mm2);
                prop_assert_eq!(less.total(), more.total());
            }
        }
    }
}

#[test]
fn a_footprint_on_another_lattice_is_refused() {
    let unit = Runs::from_rows(5, [[Run::from(1..9)]]);
    let partition = Partition::new(Lattice::ARCSEC_1, [&unit]);
    let area = crate::geo::tests::square(103.0, 22.0, 0.1);
    let footprint = Footprint::of_polygon(LATTICE, &area).unwrap();
    assert_eq!(
        union(&partition, SignalLevel::Covered, &[&footprint]),
        Err(OtherLattice)
    );
}

#[test]
fn a_unit_far_from_all_footprints_is_uncovered_and_one_without_cells_has_no_share() {
    let unit = Runs::from_rows(5, [[Run::from(1..9)]]);
    let partition = Partition::new(LATTICE, [&unit, &Runs::default()]);
    let area = crate::geo::tests::square(103.0, 22.0, 0.1);
    let footprint = Footprint::of_polygon(LATTICE, &area).unwrap();
    let found = union(&partition, SignalLevel::Covered, &[&footprint]).unwrap();
    assert_eq!(
        (found[0].percent(), found[0].uncovered.count),
        (Some(0.0), 8)
    );
    assert_eq!(found[1].percent(), None);
    assert!(
        union(
            &Partition::new(LATTICE, []),
            SignalLevel::Covered,
            &[&footprint]
        )
        .unwrap()
        .is_empty()
    );
}
