//! What footprints cover of units: of one set of them, and of several operators side by side.
//!
//! The window is worked off in bands of rows, in parallel. Every sum is one of whole numbers, so neither the order of the
//! footprints nor that of the bands matters.

use rayon::prelude::*;

use super::footprint::{Footprint, SignalLevel};
use super::layer::{Depth, Layer};
use super::partition::{Cells, Partition};
use super::window::Window;

/// A unit, in two parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct UnitCover {
    /// What at least one footprint covers.
    pub covered: Cells,
    /// The rest, counted for itself.
    pub uncovered: Cells,
}

impl UnitCover {
    /// The whole unit.
    #[must_use]
    pub fn total(self) -> Cells {
        self.covered + self.uncovered
    }

    /// Covered share of the area, percent; nothing of a unit without a cell.
    #[must_use]
    pub fn percent(self) -> Option<f64> {
        let total_m2 = self.total().area_m2();
        (total_m2 > 0.0).then(|| self.covered.area_m2() / total_m2 * 100.0)
    }
}

impl std::ops::AddAssign for UnitCover {
    fn add_assign(&mut self, other: Self) {
        self.covered += other.covered;
        self.uncovered += other.uncovered;
    }
}

/// The coverage of operators side by side. Of each list the first index is as named, the second the unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorsCover {
    /// By operator.
    pub each: Vec<Vec<UnitCover>>,
    /// By number of operators: cells that none, just one, just two, … of them cover.
    pub by_number: Vec<Vec<Cells>>,
}

impl OperatorsCover {
    /// By unit, what at least one operator covers.
    #[must_use]
    pub fn any(&self) -> Vec<UnitCover> {
        self.split(|number, _| number > 0)
    }

    /// By unit, what all operators cover. When there are none, nothing is covered.
    #[must_use]
    pub fn all(&self) -> Vec<UnitCover> {
        self.split(|number, most| number == most && most > 0)
    }

    /// By unit, the coverage of the operator that covers most of it (the rule of ITU's indicators).
    #[must_use]
    pub fn max(&self) -> Vec<UnitCover> {
        let mut most = self.split(|_, _| false);
        for units in &self.each {
            for (most, unit) in most.iter_mut().zip(units) {
                if unit.covered.area_mm2 > most.covered.area_mm2 {
                    *most = *unit;
                }
            }
        }
        most
    }

    /// The units with some of the numbers as their covered part.
    fn split(&self, is_covered: impl Fn(usize, usize) -> bool) -> Vec<UnitCover> {
        let units = self.by_number.first().map_or(0, Vec::len);
        let mut split = vec![UnitCover::default(); units];
        for (number, cells) in self.by_number.iter().enumerate() {
            for (unit, cells) in split.iter_mut().zip(cells) {
                if is_covered(number, self.each.len()) {
                    unit.covered += *cells;
                } else {
                    unit.uncovered += *cells;
                }
            }
        }
        split
    }
}

/// Footprints on another lattice than the units, or layers over another window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("footprints and units are not on the same lattice and window")]
pub struct OtherLattice;

/// For each unit, in the order of the partition, what at least one of the footprints covers at a level.
///
/// # Errors
/// When a footprint is on another lattice.
pub fn union(
    partition: &Partition,
    level: SignalLevel,
    footprints: &[&Footprint],
) -> Result<Vec<UnitCover>, OtherLattice> {
    let bands = partition.bands();
    let sorted = by_band(partition, &bands, footprints)?;
    let nothing = || vec![UnitCover::default(); partition.unit_count()];
    let one = |(band, footprints): (&Window, &Vec<&Footprint>)| {
        cover(partition, &layer(band, level, footprints))
    };
    let covers = bands.par_iter().zip(&sorted).map(one);
    Ok(covers.reduce(nothing, |a, b| added(a, &b)))
}

/// For each unit what each operator covers at a level, and how many cover what.
///
/// # Errors
/// When a footprint is on another lattice.
pub fn by_operators(
    partition: &Partition,
    level: SignalLevel,
    operators: &[Vec<&Footprint>],
) -> Result<OperatorsCover, OtherLattice> {
    let bands = partition.bands();
    let sorted: Vec<Vec<Vec<&Footprint>>> = operators
        .iter()
        .map(|footprints| by_band(partition, &bands, footprints))
        .collect::<Result<_, _>>()?;
    let one = |(at, band): (usize, &Window)| {
        let own = sorted.iter().filter_map(|bands| bands.get(at));
        let layers: Vec<Layer> = own
            .map(|footprints| layer(band, level, footprints))
            .collect();
        in_band(partition, band, &layers)
    };
    let nothing = || OperatorsCover {
        each: vec![vec![UnitCover::default(); partition.unit_count()]; operators.len()],
        by_number: vec![vec![Cells::default(); partition.unit_count()]; operators.len() + 1],
    };
    let together = |a: OperatorsCover, b: OperatorsCover| OperatorsCover {
        each: a
            .each
            .into_iter()
            .zip(&b.each)
            .map(|(a, b)| added(a, b))
            .collect(),
        by_number: a
            .by_number
            .into_iter()
            .zip(&b.by_number)
            .map(|(a, b)| added(a, b))
            .collect(),
    };
    Ok(bands
        .par_iter()
        .enumerate()
        .map(one)
        .reduce(nothing, together))
}

/// For each unit what the layers of operators cover, and how many cover what. So a country is summed whose footprints are
/// read and laid on the layers one after the other, as they need not all be in memory.
///
/// # Errors
/// When a layer is not over the partition's window.
pub fn of_layers(partition: &Partition, layers: &[Layer]) -> Result<OperatorsCover, OtherLattice> {
    if layers
        .iter()
        .any(|layer| layer.window() != partition.window())
    {
        return Err(OtherLattice);
    }
    Ok(in_band(partition, partition.window(), layers))
}

/// The footprints that each band meets.
fn by_band<'a>(
    partition: &Partition,
    bands: &[Window],
    footprints: &[&'a Footprint],
) -> Result<Vec<Vec<&'a Footprint>>, OtherLattice> {
    let mut sorted = vec![Vec::new(); bands.len()];
    for footprint in footprints {
        if footprint.window().lattice != partition.window().lattice {
            return Err(OtherLattice);
        }
        let first = bands.partition_point(|band| band.rows.end <= footprint.window().rows.start);
        let met = bands.iter().zip(&mut sorted).skip(first);
        for (_, footprints) in
            met.take_while(|(band, _)| band.rows.start < footprint.window().rows.end)
        {
            footprints.push(*footprint);
        }
    }
    Ok(sorted)
}

fn layer(band: &Window, level: SignalLevel, footprints: &[&Footprint]) -> Layer {
    let met = footprints
        .iter()
        .filter(|footprint| footprint.window().meets(band));
    Layer::of(band.clone(), met.map(|footprint| footprint.level(level)))
}

/// The units' parts within the rows of a layer.
fn cover(partition: &Partition, layer: &Layer) -> Vec<UnitCover> {
    let rows = &layer.window().rows;
    let covered = partition.covered_in(rows, layer);
    let uncovered = partition.uncovered_in(rows, layer);
    let parts = covered.into_iter().zip(uncovered);
    parts
        .map(|(covered, uncovered)| UnitCover { covered, uncovered })
        .collect()
}

fn in_band(partition: &Partition, band: &Window, layers: &[Layer]) -> OperatorsCover {
    let mut depth = Depth::new(band.clone());
    for layer in layers {
        depth.add(layer);
    }
    let number = |number| partition.covered_in(&band.rows, &depth.exactly(number));
    OperatorsCover {
        each: layers.iter().map(|layer| cover(partition, layer)).collect(),
        by_number: (0..=layers.len()).map(number).collect(),
    }
}

fn added<T: std::ops::AddAssign + Copy>(mut a: Vec<T>, b: &[T]) -> Vec<T> {
    for (a, b) in a.iter_mut().zip(b) {
        *a += *b;
    }
    a
}

#[cfg(test)]
#[path = "sums/exact/tests.rs"]
mod exact;
#[cfg(test)]
mod tests;
