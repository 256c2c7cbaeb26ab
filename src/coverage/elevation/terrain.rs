//! The terrain of a window: heights of its nodes from all the tiles that it meets, and the height at any place in it.

use super::{
    Square,
    tile::{SIDE, STEPS, Tile, VOID},
};
use crate::coverage::number::{float, index};

/// A node whose tile is not there.
const ABSENT: i16 = i16::MIN + 1;
/// Widest hole in a tile, in nodes, that is bridged by the nodes beside it.
const HOLE_MAX: usize = 3;
/// Farthest node, in nodes, that stands for one in a wider hole.
const NEAREST_MAX: usize = 10;

/// The height of the ground at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Height {
    /// Metres above sea level.
    pub height_m: f64,
    /// Whether a node around the place had no height and others stood for it.
    pub filled: bool,
}

/// The heights of a window's nodes, 3″ apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Terrain {
    /// Nodes from the south pole and from 180° W to the south-west corner.
    south: usize,
    west: usize,
    rows: usize,
    columns: usize,
    /// Rows from the south, each from the west.
    heights_m: Vec<i16>,
    missing: Vec<Square>,
}

impl Terrain {
    /// A window without heights. The degrees must be on the Earth.
    pub(super) fn absent([south, north]: [f64; 2], [west, east]: [f64; 2]) -> Self {
        let first = |degrees: f64| index(nodes(degrees).floor());
        let last = |degrees: f64| index(nodes(degrees).ceil());
        let (south_node, west_node) = (first(south + 90.0), first(west + 180.0));
        let rows = last(north + 90.0) + 1 - south_node;
        let columns = last(east + 180.0) + 1 - west_node;
        Self {
            south: south_node,
            west: west_node,
            rows,
            columns,
            heights_m: vec![ABSENT; rows * columns],
            missing: Vec::new(),
        }
    }

    /// Squares in the window for which there is no file.
    #[must_use]
    pub fn missing(&self) -> &[Square] {
        &self.missing
    }

    /// The squares that the window meets. A node on a common edge is a tile's northern or western one first: GeoTIFF often
    /// lacks the others.
    #[must_use]
    pub fn squares(&self) -> Vec<Square> {
        let of = |first: usize, count: usize, end: usize| {
            let after = (first + count - 1).div_ceil(STEPS).max(first / STEPS + 1);
            first / STEPS..after.min(end)
        };
        let mut squares = Vec::new();
        for south in of(self.south, self.rows, 180) {
            for west in of(self.west, self.columns, 360).rev() {
                let degree = |index: usize, origin: i16| i16::try_from(index).map(|i| i - origin);
                if let (Ok(south), Ok(west)) = (degree(south, 90), degree(west, 180)) {
                    squares.extend(Square::new(south, west));
                }
            }
        }
        squares
    }

    /// Notes a square without tile.
    pub(super) fn miss(&mut self, square: Square) {
        self.missing.push(square);
    }

    /// Takes the heights of a tile, where no tile before had one.
    pub(super) fn lay(&mut self, square: Square, tile: &Tile) {
        let first = |degree: i16| usize::try_from(degree).unwrap_or_default() * STEPS;
        let (south, west) = (first(square.south + 90), first(square.west + 180));
        let columns = west.max(self.west)..(west + SIDE).min(self.west + self.columns);
        for row in south.max(self.south)..(south + SIDE).min(self.south + self.rows) {
            let start = (row - self.south) * self.columns + (columns.start - self.west);
            let target = self.heights_m.iter_mut().skip(start);
            let source = tile.row_from_south(row - south);
            let source = source.iter().skip(columns.start - west);
            for (node, height_m) in target.zip(source).take(columns.len()) {
                if *node <= ABSENT {
                    *node = *height_m;
                }
            }
        }
    }

    /// The height at a place, between the four nodes around it.
    ///
    /// Where some of these are void in a hole of at most three nodes, the others stand for them; in a wider hole the nearest
    /// node within ten steps does. Nothing when there is none, the tile is missing, or the place is outside the window.
    #[must_use]
    pub fn height(&self, latitude: f64, longitude: f64) -> Option<Height> {
        let row = nodes(latitude + 90.0) - float(self.south);
        let column = nodes(longitude + 180.0) - float(self.west);
        let (last_row, last_column) = (float(self.rows - 1), float(self.columns - 1));
        if !(0.0..=last_row).contains(&row) || !(0.0..=last_column).contains(&column) {
            return None;
        }
        // The cell's south-west node; on the last row and column the cell before.
        let r = index(row.floor()).min(self.rows.saturating_sub(2));
        let c = index(column.floor()).min(self.columns.saturating_sub(2));
        let corners = self.corners(r, c)?;
        let (up, right) = (row - float(r), column - float(c));
        let weights = [
            (1.0 - up) * (1.0 - right),
            (1.0 - up) * right,
            up * (1.0 - right),
            up * right,
        ];
        if corners.iter().all(|&height_m| height_m > ABSENT) {
            let height_m = weighted(corners, weights);
            return Some(Height {
                height_m,
                filled: false,
            });
        }
        self.filled([r, c], [row, column], corners, weights)
    }

    /// Heights of a node and of those east, north and north-east of it.
    fn corners(&self, row: usize, column: usize) -> Option<[i16; 4]> {
        let start = row * self.columns + column;
        let lower = self.heights_m.get(start..start + 2)?;
        let upper = self
            .heights_m
            .get(start + self.columns..start + self.columns + 2)?;
        Some([
            *lower.first()?,
            *lower.get(1)?,
            *upper.first()?,
            *upper.get(1)?,
        ])
    }

    fn filled(
        &self,
        [r, c]: [usize; 2],
        place: [f64; 2],
        corners: [i16; 4],
        weights: [f64; 4],
    ) -> Option<Height> {
        // A corner that does not count in the height may be void or absent: the place is on an edge.
        let counts = |index: usize| weights[index] > 0.0;
        let places = [[r, c], [r, c + 1], [r + 1, c], [r + 1, c + 1]];
        let mut known = [0.0; 4];
        let mut narrow = true;
        let mut filled = false;
        for index in (0..4).filter(|&index| counts(index)) {
            match corners[index] {
                ABSENT => return None,
                VOID => {
                    filled = true;
                    narrow &= self.hole_width(places[index]) <= HOLE_MAX;
                }
                _ => known[index] = weights[index],
            }
        }
        let sum: f64 = known.iter().sum();
        let height_m = if sum > 0.0 && narrow {
            weighted(corners, known) / sum
        } else {
            self.nearest(place)?
        };
        Some(Height { height_m, filled })
    }

    /// Nodes of the hole around a void node, along a row or a column, whichever are fewer.
    fn hole_width(&self, [row, column]: [usize; 2]) -> usize {
        let void = |row: Option<usize>, column: Option<usize>| match (row, column) {
            (Some(row), Some(column)) => self.node(row, column) == Some(VOID),
            _ => false,
        };
        let run = |is_void: &dyn Fn(usize) -> bool| {
            (1..=HOLE_MAX).take_while(|&steps| is_void(steps)).count()
        };
        let east = run(&|steps| void(Some(row), column.checked_add(steps)));
        let west = run(&|steps| void(Some(row), column.checked_sub(steps)));
        let north = run(&|steps| void(row.checked_add(steps), Some(column)));
        let south = run(&|steps| void(row.checked_sub(steps), Some(column)));
        1 + (east + west).min(north + south)
    }

    /// Height of the node with a height that is nearest to a place; of several the first from the south and west.
    fn nearest(&self, [row, column]: [f64; 2]) -> Option<f64> {
        let range = |centre: f64, count: usize| {
            let centre = index(centre.round());
            centre.saturating_sub(NEAREST_MAX)..(centre + NEAREST_MAX + 1).min(count)
        };
        let limit_2 = float(NEAREST_MAX * NEAREST_MAX);
        let mut best: Option<(f64, i16)> = None;
        for r in range(row, self.rows) {
            for c in range(column, self.columns) {
                let height_m = self.node(r, c).filter(|&height_m| height_m > ABSENT);
                let distance_2 = (float(r) - row).powi(2) + (float(c) - column).powi(2);
                let nearer = best.is_none_or(|(best_2, _)| distance_2 < best_2);
                if let Some(height_m) = height_m
                    && distance_2 <= limit_2
                    && nearer
                {
                    best = Some((distance_2, height_m));
                }
            }
        }
        best.map(|(_, height_m)| f64::from(height_m))
    }

    fn node(&self, row: usize, column: usize) -> Option<i16> {
        if column >= self.columns {
            return None;
        }
        self.heights_m.get(row * self.columns + column).copied()
    }
}

/// Degrees in nodes.
fn nodes(degrees: f64) -> f64 {
    degrees * float(STEPS)
}

fn weighted(heights_m: [i16; 4], weights: [f64; 4]) -> f64 {
    let [a, b, c, d] = heights_m.map(f64::from);
    let [wa, wb, wc, wd] = weights;
    wa * a + wb * b + wc * c + wd * d
}
