//! The heights of one square, on nodes 3″ apart.

/// Steps of a tile along its side; there is one node more, since edges are shared with the neighbours.
pub(super) const STEPS: usize = 1200;
/// Nodes along the side of a tile.
pub(super) const SIDE: usize = STEPS + 1;
/// A node without height.
pub(super) const VOID: i16 = i16::MIN;

/// Heights in metres above sea level, [`VOID`] where there is none; rows from the north, each from the west.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    heights_m: Vec<i16>,
}

impl Tile {
    /// A tile of [`SIDE`] rows of [`SIDE`] heights; what is missing is void.
    pub(super) fn new(mut heights_m: Vec<i16>) -> Self {
        heights_m.resize(SIDE * SIDE, VOID);
        Self { heights_m }
    }

    /// A row of heights, counted from the south.
    pub(super) fn row_from_south(&self, row: usize) -> &[i16] {
        let start = STEPS.saturating_sub(row) * SIDE;
        self.heights_m.get(start..start + SIDE).unwrap_or_default()
    }
}

/// A mean as a height, rounded to the metre; void when nothing was added up or it is no height.
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be within the range of i16"
)]
pub(super) fn height_of(sum_m: f64, count: f64) -> i16 {
    let mean_m = (sum_m / count).round();
    if (-32_000.0..=32_000.0).contains(&mean_m) {
        mean_m as i16
    } else {
        VOID
    }
}
