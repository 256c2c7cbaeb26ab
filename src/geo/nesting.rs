//! Which rings lie in which, and so which parts overlap, without comparing every two of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo::{BoundingRect, Coord, MultiPolygon, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, Envelope, RTree, RTreeObject, SelectionFunction};

use super::effort::{Effort, Exhausted};
use super::meetings::{Ring, Role, Survey};
use super::outline::Outline;

/// A ring's box and its place.
type Leaf = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// Rings, where they meet, and their boxes.
pub(super) struct Nesting<'a> {
    rings: &'a [Ring<'a>],
    survey: &'a Survey,
    effort: &'a Effort,
    boxes: RTree<Leaf>,
    /// Of the rings that were asked about so far.
    outlines: HashMap<usize, Outline>,
}

impl<'a> Nesting<'a> {
    pub(super) fn new(rings: &'a [Ring<'a>], survey: &'a Survey, effort: &'a Effort) -> Self {
        let boxed = |(place, ring): (usize, &Ring)| {
            let rect = ring.line.bounding_rect()?;
            let corners = Rectangle::from_corners(rect.min().into(), rect.max().into());
            Some(GeomWithData::new(corners, place))
        };
        Self {
            rings,
            survey,
            effort,
            boxes: RTree::bulk_load(rings.iter().enumerate().filter_map(boxed).collect()),
            outlines: HashMap::new(),
        }
    }

    /// The rings that a ring lies in; it may touch them and run along them. `matters` says which may count.
    pub(super) fn around(
        &mut self,
        place: usize,
        matters: impl Fn(&Ring) -> bool,
    ) -> Result<Vec<usize>, Exhausted> {
        let own = self.rings.get(place);
        let Some(point) = own.and_then(|ring| ring.line.0.first().copied()) else {
            return Ok(Vec::new());
        };
        let over = Over {
            point: point.into(),
            effort: self.effort,
        };
        let near = self.boxes.locate_with_selection_function(over);
        let near: Vec<usize> = near.map(|leaf| leaf.data).collect();
        let mut found = Vec::new();
        for other in near.into_iter().filter(|other| *other != place) {
            let is_wanted = self.rings.get(other).is_some_and(&matters);
            if is_wanted && self.holds(other, place, point) {
                found.push(other);
            }
            if self.effort.is_spent() {
                return Err(Exhausted {
                    rings: [other.min(place), other.max(place)],
                    position: point.into(),
                });
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// Whether `outer` holds the ring `inner`, of which `point` is one. Where they do not meet, one point decides.
    fn holds(&mut self, outer: usize, inner: usize, point: Coord<f64>) -> bool {
        let meeting = |pair| self.survey.meetings.get(&pair);
        if let Some(meeting) = meeting((outer.min(inner), outer.max(inner))) {
            return if inner < outer {
                meeting.is_first_within()
            } else {
                meeting.is_second_within()
            };
        }
        let Some(ring) = self.rings.get(outer) else {
            return false;
        };
        let outline = self.outlines.entry(outer).or_insert_with(|| {
            let solid = Polygon::new(ring.line.clone(), Vec::new());
            Outline::new(&MultiPolygon::new(vec![solid]))
        });
        self.effort.spend(outline.edges_at(point.y).len()) && outline.holds(point)
    }

    /// The pairs of parts that overlap, and where. `matters` says which pairs of rings are looked at.
    pub(super) fn overlaps(
        &mut self,
        matters: impl Fn(&Ring, &Ring) -> bool,
    ) -> Result<BTreeMap<(usize, usize), Coord<f64>>, Exhausted> {
        let rings = self.rings;
        let mut found = BTreeMap::new();
        let mut note = |one: &Ring, other: &Ring, at| {
            let pair = (one.part.min(other.part), one.part.max(other.part));
            found.entry(pair).or_insert(at);
        };
        for ((first, second), meeting) in &self.survey.meetings {
            if let (Some(first), Some(second)) = (rings.get(*first), rings.get(*second))
                && first.part != second.part
                && meeting.is_crossing()
            {
                note(first, second, meeting.at);
            }
        }
        let shells = rings.iter().enumerate();
        for (place, shell) in shells.filter(|(_, ring)| ring.role == Role::Shell) {
            let is_other = |other: &Ring| other.part != shell.part && matters(shell, other);
            let around = self.around(place, is_other)?;
            let around = || around.iter().filter_map(|place| rings.get(*place));
            // A part that lies in the hole of another has nothing in common with it.
            let holes = around().filter(|ring| ring.role == Role::Hole);
            let left_out: BTreeSet<usize> = holes.map(|ring| ring.part).collect();
            let at = shell.line.0.first().copied().unwrap_or_default();
            around()
                .filter(|ring| ring.role == Role::Shell && !left_out.contains(&ring.part))
                .for_each(|other| note(shell, other, at));
        }
        Ok(found)
    }
}

/// Selects the boxes over a point, and takes a step off for every box looked at.
struct Over<'a> {
    point: [f64; 2],
    effort: &'a Effort,
}

impl SelectionFunction<Leaf> for Over<'_> {
    fn should_unpack_parent(&self, parent: &AABB<[f64; 2]>) -> bool {
        self.effort.spend(1) && parent.contains_point(&self.point)
    }

    fn should_unpack_leaf(&self, leaf: &Leaf) -> bool {
        self.effort.spend(1) && leaf.envelope().contains_point(&self.point)
    }
}
