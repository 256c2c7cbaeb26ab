//! The outlines of sets of cells, as polygons along the edges of the cells. They are made to be looked at: areas are counted
//! on the cells.

use std::collections::{HashMap, HashSet};

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::lattice::Lattice;
use super::runs::{Run, Runs};

/// A corner of a cell: column and row of the cell to its north-east.
type Corner = (u32, u32);

/// A part of a set: cells that touch along their edges.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its cells.
    pub cells: Runs,
    /// Its outline with its holes.
    pub outline: Polygon<f64>,
}

/// The parts of a set, from the south.
#[must_use]
pub fn parts(lattice: Lattice, cells: &Runs) -> Vec<Part> {
    let labels = Labels::of(cells);
    let mut edges = Edges::default();
    let none: &[Run] = &[];
    let mut below = none;
    let mut below_ids: &[usize] = &[];
    let rows = cells.row_range();
    for row in rows.clone() {
        let (runs, ids) = (cells.row(row), labels.row(row));
        edges.between(row, (below, below_ids), (runs, ids));
        for (run, part) in runs.iter().zip(ids) {
            edges.add((run.start, row + 1), (run.start, row), *part);
            edges.add((run.end, row), (run.end, row + 1), *part);
        }
        (below, below_ids) = (runs, ids);
    }
    edges.between(rows.end, (below, below_ids), (none, &[]));
    let mut outlines: Vec<(Option<LineString<f64>>, Vec<_>)> =
        vec![(None, Vec::new()); labels.count];
    for (part, ring) in edges.rings() {
        if let Some((outer, holes)) = outlines.get_mut(part) {
            let is_outer = is_counter_clockwise(&ring);
            let line = line(lattice, &ring);
            if is_outer {
                *outer = Some(line);
            } else {
                holes.push(line);
            }
        }
    }
    let sets = labels.split(cells);
    let parts = sets.into_iter().zip(outlines);
    parts
        .filter_map(|(cells, (outer, holes))| {
            let outline = Polygon::new(outer?, holes);
            Some(Part { cells, outline })
        })
        .collect()
}

/// The outline of a whole set.
#[must_use]
pub fn outline(lattice: Lattice, cells: &Runs) -> MultiPolygon<f64> {
    let parts = parts(lattice, cells).into_iter();
    MultiPolygon::new(parts.map(|part| part.outline).collect())
}

/// To which part each run belongs.
struct Labels {
    first_row: u32,
    /// By row, by run.
    rows: Vec<Vec<usize>>,
    count: usize,
}

impl Labels {
    fn of(cells: &Runs) -> Self {
        let mut roots: Vec<usize> = Vec::new();
        let mut rows: Vec<Vec<usize>> = Vec::new();
        let mut below: (&[Run], &[usize]) = (&[], &[]);
        for (_, runs) in cells.rows() {
            let own: Vec<usize> = (roots.len()..).take(runs.len()).collect();
            roots.extend(&own);
            let mut at = 0;
            for (run, id) in runs.iter().zip(&own) {
                while below.0.get(at).is_some_and(|it| it.end <= run.start) {
                    at += 1;
                }
                let met = below.0.iter().zip(below.1).skip(at);
                for (_, other) in met.take_while(|(it, _)| it.start < run.end) {
                    let (one, other) = (root(&mut roots, *id), root(&mut roots, *other));
                    if let Some(place) = roots.get_mut(one.max(other)) {
                        *place = one.min(other);
                    }
                }
            }
            rows.push(own);
            below = (runs, rows.last().map_or(&[], Vec::as_slice));
        }
        let mut numbers: HashMap<usize, usize> = HashMap::new();
        for id in rows.iter_mut().flatten() {
            let next = numbers.len();
            *id = *numbers.entry(root(&mut roots, *id)).or_insert(next);
        }
        Self {
            first_row: cells.row_range().start,
            rows,
            count: numbers.len(),
        }
    }

    fn row(&self, row: u32) -> &[usize] {
        let at = row.checked_sub(self.first_row).map(|at| at as usize);
        at.and_then(|at| self.rows.get(at))
            .map_or(&[], Vec::as_slice)
    }

    /// Each part as a set of its own.
    fn split(&self, cells: &Runs) -> Vec<Runs> {
        let mut parts: Vec<(u32, Vec<Vec<Run>>)> = vec![(0, Vec::new()); self.count];
        for (row, runs) in cells.rows() {
            for (run, part) in runs.iter().zip(self.row(row)) {
                let Some((first, rows)) = parts.get_mut(*part) else {
                    continue;
                };
                if rows.is_empty() {
                    *first = row;
                }
                // A part has no row without a cell between two with one.
                rows.resize((row - *first) as usize + 1, Vec::new());
                if let Some(last) = rows.last_mut() {
                    last.push(*run);
                }
            }
        }
        let parts = parts.into_iter();
        parts
            .map(|(first, rows)| Runs::from_rows(first, rows))
            .collect()
    }
}

fn root(roots: &mut [usize], id: usize) -> usize {
    let mut id = id;
    while let Some(&above) = roots.get(id) {
        if above == id {
            break;
        }
        let next = roots.get(above).copied().unwrap_or(above);
        if let Some(place) = roots.get_mut(id) {
            *place = next;
        }
        id = next;
    }
    id
}

/// The edges of a set, each with the set on its left, by their beginnings. From a corner where two cells meet only
/// diagonally two edges begin.
#[derive(Default)]
struct Edges {
    from: HashMap<Corner, Vec<(Corner, usize)>>,
}

impl Edges {
    fn add(&mut self, from: Corner, to: Corner, part: usize) {
        self.from.entry(from).or_default().push((to, part));
    }

    /// The edges along the south of a row: where it begins above nothing, and where the row below ends below nothing.
    fn between(&mut self, row: u32, below: (&[Run], &[usize]), above: (&[Run], &[usize])) {
        for (run, part) in above.0.iter().zip(above.1) {
            for gap in gaps(*run, below.0) {
                self.add((gap.start, row), (gap.end, row), *part);
            }
        }
        for (run, part) in below.0.iter().zip(below.1) {
            for gap in gaps(*run, above.0) {
                self.add((gap.end, row), (gap.start, row), *part);
            }
        }
    }

    /// The closed rings of the edges with their parts; none passes a corner twice.
    fn rings(mut self) -> Vec<(usize, Vec<Corner>)> {
        let mut starts: Vec<Corner> = self.from.keys().copied().collect();
        starts.sort_unstable();
        // Only where two edges begin can a way pass twice.
        let twice = self.from.iter().filter(|(_, ways)| ways.len() > 1);
        let twice: HashSet<Corner> = twice.map(|(corner, _)| *corner).collect();
        let mut rings = Vec::new();
        for start in starts {
            while let Some((next, part)) = self.from.get_mut(&start).and_then(Vec::pop) {
                let mut path = vec![start];
                let (mut before, mut at) = (start, next);
                loop {
                    // Where the way comes back to a corner, the loop since then is a ring of its own.
                    if (at == start || twice.contains(&at))
                        && let Some(first) = path.iter().rposition(|corner| *corner == at)
                    {
                        rings.push((part, path.split_off(first)));
                    }
                    if path.is_empty() {
                        break;
                    }
                    path.push(at);
                    let Some(to) = self.turn(before, at) else {
                        break;
                    };
                    (before, at) = (at, to);
                }
            }
        }
        rings
    }

    /// Goes on from a corner: to the left where there is a choice, so as to stay at the same cells.
    fn turn(&mut self, before: Corner, at: Corner) -> Option<Corner> {
        let ways = self.from.get_mut(&at)?;
        let best = ways
            .iter()
            .enumerate()
            .max_by_key(|(_, (to, _))| turn(before, at, *to))
            .map(|(best, _)| best)?;
        Some(ways.swap_remove(best).0)
    }
}

/// 1 for a turn to the left, 0 straight on, −1 to the right.
fn turn(before: Corner, at: Corner, to: Corner) -> i64 {
    let step = |from: u32, to: u32| (i64::from(to) - i64::from(from)).signum();
    let [x0, y0] = [step(before.0, at.0), step(before.1, at.1)];
    let [x1, y1] = [step(at.0, to.0), step(at.1, to.1)];
    x0 * y1 - y0 * x1
}

/// The stretches of a run that none of some others covers.
fn gaps(run: Run, others: &[Run]) -> Vec<Run> {
    let mut gaps = Vec::new();
    let mut start = run.start;
    let first = others.partition_point(|other| other.end <= run.start);
    let met = others.iter().skip(first);
    for other in met.take_while(|other| other.start < run.end) {
        if start < other.start {
            gaps.push(Run {
                start,
                end: other.start,
            });
        }
        start = start.max(other.end);
    }
    if start < run.end {
        gaps.push(Run {
            start,
            end: run.end,
        });
    }
    gaps
}

fn is_counter_clockwise(ring: &[Corner]) -> bool {
    let next = ring.iter().cycle().skip(1);
    let twice: i64 = ring
        .iter()
        .zip(next)
        .map(|((x0, y0), (x1, y1))| {
            i64::from(*x0) * i64::from(*y1) - i64::from(*x1) * i64::from(*y0)
        })
        .sum();
    twice > 0
}

/// A ring as a closed line in degrees, without corners at which it goes straight on.
fn line(lattice: Lattice, ring: &[Corner]) -> LineString<f64> {
    let count = ring.len();
    let corner = |at: usize| ring.get(at % count.max(1)).copied().unwrap_or_default();
    let is_bend = |at: &usize| turn(corner(at + count - 1), corner(*at), corner(at + 1)) != 0;
    let per_degree = f64::from(lattice.cells_per_degree());
    let mut coords: Vec<Coord<f64>> = (0..count)
        .filter(is_bend)
        .map(|at| {
            let (column, row) = corner(at);
            Coord {
                x: f64::from(column) / per_degree - 180.0,
                y: f64::from(row) / per_degree - 90.0,
            }
        })
        .collect();
    coords.extend(coords.first().copied());
    LineString::new(coords)
}

#[cfg(test)]
mod tests {
    use geo::{Area, Validation};
    use proptest::prelude::*;

    use super::*;

    const LATTICE: Lattice = Lattice::ARCSEC_3;

    fn runs(picture: &[&str]) -> Runs {
        let row = |line: &&str| -> Vec<Run> {
            let cells = line.bytes().zip(1000_u32..);
            cells
                .filter(|(sign, _)| *sign == b'#')
                .map(|(_, column)| (column..column + 1).into())
                .collect()
        };
        Runs::from_rows(2000, picture.iter().rev().map(row))
    }

    fn cells_of(polygon: &Polygon<f64>) -> f64 {
        polygon.unsigned_area() * 1200.0 * 1200.0
    }

    #[test]
    fn a_block_is_a_rectangle() {
        let [part] = &parts(LATTICE, &runs(&["###", "###"]))[..] else {
            unreachable!("one part")
        };
        assert_eq!(part.outline.exterior().0.len(), 5);
        assert!((cells_of(&part.outline) - 6.0).abs() < 1e-6);
    }

    #[test]
    fn holes_and_corners_are_told_apart() {
        for (picture, expected, holes) in [
            (&["#.", ".#"][..], 2, 0),
            (&["###", "#.#", "###"], 1, 1),
            (&["####", "#.##", "##.#", "####"], 1, 2),
            (&["#####", "#...#", "#.#.#", "#...#", "#####"], 2, 1),
            (&[".#.", "#.#", ".#."], 4, 0),
            (&["##.", "#.#", "###"], 1, 1),
            (&[], 0, 0),
        ] {
            let found = parts(LATTICE, &runs(picture));
            assert_eq!(found.len(), expected, "{picture:?}");
            let inside: usize = found
                .iter()
                .map(|part| part.outline.interiors().len())
                .sum();
            assert_eq!(inside, holes, "{picture:?}");
            for part in &found {
                assert!(part.outline.is_valid(), "{picture:?}: {:?}", part.outline);
            }
        }
    }

    proptest! {
        #[test]
        fn outlines_have_the_cells_and_are_valid(rows in prop::collection::vec(prop::collection::vec(any::<bool>(), 8), 0..8)) {
            let picture: Vec<String> = rows.iter().map(|row| row.iter().map(|it| if *it { '#' } else { '.' }).collect()).collect();
            let cells = runs(&picture.iter().map(String::as_str).collect::<Vec<_>>());
            let found = parts(LATTICE, &cells);
            for part in &found {
                prop_assert!(part.outline.is_valid(), "{picture:?}: {:?}", part.outline);
                #[expect(clippy::cast_precision_loss, reason = "few cells")]
                let expected = part.cells.cell_count() as f64;
                prop_assert!((cells_of(&part.outline) - expected).abs() < 1e-6);
            }
            let sum: u64 = found.iter().map(|part| part.cells.cell_count()).sum();
            prop_assert_eq!(sum, cells.cell_count());
        }
    }
}
