//! Where lines of rings meet, each pair of lines looked at once, and on which side of each other the rings lie there.

use std::collections::BTreeMap;

use geo::kernels::{Kernel, RobustKernel};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{BoundingRect, Coord, Line, LineString, MultiPolygon, Orientation};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, Envelope, RTree, RTreeObject, SelectionFunction};

use super::effort::{CROSSING, Effort, Exhausted};

/// Which side of a ring is inside: the left of a shell and the right of a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Shell,
    Hole,
}

/// A ring of one of several boundaries, closed, without repeated points and spikes, and turned as its role asks.
#[derive(Clone, Copy)]
pub(super) struct Ring<'a> {
    pub(super) line: &'a LineString<f64>,
    pub(super) role: Role,
    /// The part that it belongs to, counted over all boundaries.
    pub(super) part: usize,
    /// The boundary that it belongs to.
    pub(super) area: usize,
}

/// Which sides of a ring another one runs on. Where it runs along the ring it is on neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sides {
    pub(super) inside: bool,
    pub(super) outside: bool,
}

/// All that is to be known of two rings that meet. Inside a hole is what it leaves out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meeting {
    /// A place where they meet.
    pub(super) at: Coord<f64>,
    /// Whether they have a line in common.
    pub(super) is_along: bool,
    /// Where the first ring runs, seen from the second.
    pub(super) first: Sides,
    /// Where the second ring runs, seen from the first.
    pub(super) second: Sides,
}

impl Meeting {
    /// Whether one passes from the inside of the other to its outside.
    pub(super) fn is_crossing(&self) -> bool {
        self.second.inside && self.second.outside || self.first.inside && self.first.outside
    }

    /// Whether what they enclose has more than lines in common.
    pub(super) fn is_overlap(&self) -> bool {
        // Simple rings on neither side of each other are one and the same.
        let is_same = self.second == Sides::default();
        self.first.inside || self.second.inside || is_same
    }

    /// Whether the first encloses nothing that the second does not.
    pub(super) fn is_first_within(&self) -> bool {
        !self.first.outside
    }

    /// Whether the second encloses nothing that the first does not.
    pub(super) fn is_second_within(&self) -> bool {
        !self.second.outside
    }
}

/// Every meeting of lines.
#[derive(Default)]
pub(super) struct Survey {
    /// The rings that cross or touch themselves, with one place of each.
    pub(super) tangled: BTreeMap<usize, Coord<f64>>,
    /// The pairs of rings that meet, the lower place in the list first.
    pub(super) meetings: BTreeMap<(usize, usize), Meeting>,
}

/// All rings of a boundary; `part` is the number of its first part.
pub(super) fn rings(
    boundary: &MultiPolygon<f64>,
    area: usize,
    part: usize,
) -> impl Iterator<Item = Ring<'_>> {
    let numbered = boundary.iter().enumerate();
    numbered.flat_map(move |(place, polygon)| {
        let ring = move |line, role| Ring {
            line,
            role,
            part: part + place,
            area,
        };
        let holes = polygon.interiors().iter();
        std::iter::once(ring(polygon.exterior(), Role::Shell))
            .chain(holes.map(move |line| ring(line, Role::Hole)))
    })
}

/// How many lines rings have together.
pub(super) fn count_lines(rings: &[Ring]) -> usize {
    rings.iter().map(|ring| ring.line.0.len()).sum()
}

/// A line by its ring and its place there, with its box.
type Leaf = GeomWithData<Rectangle<[f64; 2]>, (usize, usize)>;

/// Finds where rings meet themselves and each other. `matters` says which pairs of rings are looked at.
pub(super) fn survey(
    rings: &[Ring],
    matters: impl Fn(&Ring, &Ring) -> bool,
    effort: &Effort,
) -> Result<Survey, Exhausted> {
    let tree = RTree::bulk_load(leaves(rings));
    let mut survey = Survey::default();
    for (place, ring) in rings.iter().enumerate() {
        for (index, line) in ring.line.lines().enumerate() {
            let mut last = place;
            for near in tree.locate_with_selection_function(Near::new(&line, effort)) {
                let (other, other_index) = near.data;
                let is_later = (place, index) < near.data;
                let Some(second) = rings.get(other).filter(|_| is_later) else {
                    continue;
                };
                last = other;
                if matters(ring, second) {
                    let pair = [(place, ring, index), (other, second, other_index)];
                    survey.compare(pair, effort);
                }
            }
            if effort.is_spent() {
                return Err(Exhausted {
                    rings: [place, last],
                    position: line.start.into(),
                });
            }
        }
    }
    Ok(survey)
}

/// Counts the meetings of lines of two boundaries, which need not be sound, without remembering them.
pub(super) fn count(
    a: &MultiPolygon<f64>,
    b: &MultiPolygon<f64>,
    effort: &Effort,
) -> Result<(), Exhausted> {
    let rings: Vec<Ring> = rings(a, 0, 0).collect();
    let tree = RTree::bulk_load(leaves(&rings));
    for line in geo::LinesIter::lines_iter(b) {
        for near in tree.locate_with_selection_function(Near::new(&line, effort)) {
            let (ring, index) = near.data;
            let other = rings.get(ring).and_then(|ring| nth_line(ring.line, index));
            let met = other.and_then(|other| Some((other, line_intersection(line, other)?)));
            if let Some((other, met)) = met {
                effort.spend(price(line, other, met));
            }
        }
        if effort.is_spent() {
            return Err(Exhausted {
                rings: [0, 0],
                position: line.start.into(),
            });
        }
    }
    Ok(())
}

fn leaves(rings: &[Ring]) -> Vec<Leaf> {
    let mut leaves = Vec::with_capacity(count_lines(rings));
    for (place, ring) in rings.iter().enumerate() {
        let boxed = |(index, line): (usize, Line<f64>)| {
            GeomWithData::new(Rectangle::from_aabb(envelope(&line)), (place, index))
        };
        leaves.extend(ring.line.lines().enumerate().map(boxed));
    }
    leaves
}

fn envelope(line: &Line<f64>) -> AABB<[f64; 2]> {
    let rect = line.bounding_rect();
    AABB::from_corners(rect.min().into(), rect.max().into())
}

/// Selects the lines whose boxes meet one line's, and takes a step off for every box looked at.
struct Near<'a> {
    envelope: AABB<[f64; 2]>,
    effort: &'a Effort,
}

impl<'a> Near<'a> {
    fn new(line: &Line<f64>, effort: &'a Effort) -> Self {
        Self {
            envelope: envelope(line),
            effort,
        }
    }
}

impl SelectionFunction<Leaf> for Near<'_> {
    fn should_unpack_parent(&self, parent: &AABB<[f64; 2]>) -> bool {
        self.effort.spend(1) && self.envelope.intersects(parent)
    }

    fn should_unpack_leaf(&self, leaf: &Leaf) -> bool {
        self.effort.spend(1) && self.envelope.intersects(&leaf.envelope())
    }
}

/// A ring with its place in the list, and one of its lines.
type Side<'a, 'b> = (usize, &'a Ring<'b>, usize);

impl Survey {
    fn compare(&mut self, [one, other]: [Side; 2], effort: &Effort) {
        let ((first, ring, index), (second, other_ring, other_index)) = (one, other);
        if first == second && are_next(ring.line, index, other_index) {
            return;
        }
        let lines = nth_line(ring.line, index).zip(nth_line(other_ring.line, other_index));
        let Some((line, other_line)) = lines else {
            return;
        };
        let Some(met) = line_intersection(line, other_line) else {
            return;
        };
        effort.spend(price(line, other_line, met));
        let (at, is_along, is_proper) = match met {
            LineIntersection::Collinear { intersection } => (intersection.start, true, false),
            LineIntersection::SinglePoint {
                intersection,
                is_proper,
            } => (intersection, false, is_proper),
        };
        if first == second {
            self.tangled.entry(first).or_insert(at);
            return;
        }
        let meeting = self.meetings.entry((first, second)).or_insert(Meeting {
            at,
            is_along: false,
            first: Sides::default(),
            second: Sides::default(),
        });
        meeting.is_along |= is_along;
        if is_proper {
            let both = Sides {
                inside: true,
                outside: true,
            };
            (meeting.first, meeting.second) = (both, both);
        } else if !is_along {
            // Where rings run along each other, the ends of that stretch are met as single points.
            let (corner, other) = (
                Corner::new(ring, index, at),
                Corner::new(other_ring, other_index, at),
            );
            corner.judge(&other, &mut meeting.second);
            other.judge(&corner, &mut meeting.first);
        }
    }
}

fn nth_line(ring: &LineString<f64>, index: usize) -> Option<Line<f64>> {
    let ends = ring.0.get(index).zip(ring.0.get(index + 1));
    ends.map(|(start, end)| Line::new(*start, *end))
}

/// Whether two lines of a ring follow each other; `index` is the lower.
fn are_next(ring: &LineString<f64>, index: usize, other: usize) -> bool {
    other == index + 1 || (index == 0 && other + 2 == ring.0.len())
}

/// What a meeting costs: much where it cuts a line, nothing where lines meet at their ends or are the same.
fn price(line: Line<f64>, other: Line<f64>, met: LineIntersection<f64>) -> usize {
    let is_end = |line: Line<f64>, at| line.start == at || line.end == at;
    let is_clean = match met {
        LineIntersection::SinglePoint { intersection, .. } => {
            is_end(line, intersection) && is_end(other, intersection)
        }
        LineIntersection::Collinear { .. } => is_end(line, other.start) && is_end(line, other.end),
    };
    if is_clean { 0 } else { CROSSING }
}

/// A ring at one of its points, a vertex or not: where it comes from and where it goes.
struct Corner {
    before: Coord<f64>,
    at: Coord<f64>,
    after: Coord<f64>,
    role: Role,
}

impl Corner {
    /// The corner of a ring at a point of its line `index`.
    fn new(ring: &Ring, index: usize, at: Coord<f64>) -> Self {
        let coords = &ring.line.0;
        let count = coords.len().saturating_sub(1).max(1);
        let nth = |index: usize| coords.get(index % count).copied().unwrap_or(at);
        let (start, end) = (nth(index), nth(index + 1));
        let (before, after) = if at == start {
            (nth(index + count - 1), end)
        } else if at == end {
            (start, nth(index + 2))
        } else {
            (start, end)
        };
        Self {
            before,
            at,
            after,
            role: ring.role,
        }
    }

    /// Notes on which sides of this corner the other one's two ways run.
    fn judge(&self, other: &Self, sides: &mut Sides) {
        for way in [other.before, other.after] {
            match self.is_inside(way) {
                Some(true) => sides.inside = true,
                Some(false) => sides.outside = true,
                None => {}
            }
        }
    }

    /// Whether the way to a point leads inside; nothing when it leads along the ring.
    fn is_inside(&self, way: Coord<f64>) -> Option<bool> {
        if self.is_along(way, self.after) || self.is_along(way, self.before) {
            return None;
        }
        let turn = |from, to| RobustKernel::orient2d(self.at, from, to);
        // The left is what lies from the way out, turning counter-clockwise, to the way back.
        let between = |from, to| {
            turn(from, way) == Orientation::CounterClockwise
                && turn(way, to) == Orientation::CounterClockwise
        };
        let is_left = match turn(self.after, self.before) {
            Orientation::CounterClockwise => between(self.after, self.before),
            Orientation::Clockwise => !between(self.before, self.after),
            Orientation::Collinear => turn(self.after, way) == Orientation::CounterClockwise,
        };
        Some(is_left == (self.role == Role::Shell))
    }

    /// Whether two ways from here have one direction.
    fn is_along(&self, way: Coord<f64>, other: Coord<f64>) -> bool {
        let (one, two) = (way - self.at, other - self.at);
        RobustKernel::orient2d(self.at, way, other) == Orientation::Collinear
            && one.x * two.x >= 0.0
            && one.y * two.y >= 0.0
    }
}

#[cfg(test)]
mod tests;
