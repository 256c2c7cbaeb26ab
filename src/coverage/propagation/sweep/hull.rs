//! The upper hull of points that come from left to right, and the questions on obstacles that it answers in few steps.

/// The vertices of the hull, from left to right; slopes between them fall.
#[derive(Clone, Debug, Default)]
pub(super) struct Hull {
    vertices: Vec<[f64; 2]>,
}

impl Hull {
    pub(super) fn clear(&mut self) {
        self.vertices.clear();
    }

    /// Adds a point to the right of all others.
    pub(super) fn push(&mut self, point: [f64; 2]) {
        while let [.., before, last] = self.vertices.as_slice() {
            if slope(*before, *last) > slope(*last, point) {
                break;
            }
            self.vertices.pop();
        }
        self.vertices.push(point);
    }

    /// Steepest rise towards a point, looking left from a place to the right of all: the greatest (y − y0)/(x0 − x).
    pub(super) fn steepest_from(&self, [x0, y0]: [f64; 2]) -> f64 {
        let beyond =
            self.first_edge(|left, right| right[1] + slope(left, right) * (x0 - right[0]) <= y0);
        let [x, y] = self.vertex(beyond);
        (y - y0) / (x0 - x)
    }

    /// Highest point over a line through the origin of a slope: the greatest y − slope·x.
    pub(super) fn highest_over(&self, rise: f64) -> f64 {
        let beyond = self.first_edge(|left, right| slope(left, right) <= rise);
        let [x, y] = self.vertex(beyond);
        y - rise * x
    }

    /// The first edge for which something holds that then holds for all to the right, by the number of its left vertex; the
    /// last vertex when there is none.
    fn first_edge(&self, holds: impl Fn([f64; 2], [f64; 2]) -> bool) -> usize {
        let (mut low, mut high) = (0, self.vertices.len().saturating_sub(1));
        while low < high {
            let middle = usize::midpoint(low, high);
            if holds(self.vertex(middle), self.vertex(middle + 1)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }

    fn vertex(&self, index: usize) -> [f64; 2] {
        self.vertices
            .get(index)
            .copied()
            .unwrap_or([0.0, f64::NEG_INFINITY])
    }
}

fn slope([x0, y0]: [f64; 2], [x1, y1]: [f64; 2]) -> f64 {
    (y1 - y0) / (x1 - x0)
}
