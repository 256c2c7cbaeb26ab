//! Which of many boundaries holds a position.

use std::cell::OnceCell;

use geo::MultiPolygon;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::outline::Outline;
use super::{BBox, Position};

/// Boundaries by their boxes; each is made ready for questions when it is first asked about.
pub(super) struct Hosts<'a> {
    boundaries: Vec<(&'a MultiPolygon<f64>, OnceCell<Outline>)>,
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl<'a> Hosts<'a> {
    pub(super) fn new(boundaries: impl Iterator<Item = &'a MultiPolygon<f64>>) -> Self {
        let boundaries: Vec<_> = boundaries.map(|one| (one, OnceCell::new())).collect();
        let boxed = |(place, (boundary, _)): (usize, &(&MultiPolygon<f64>, _))| {
            let bbox = BBox::of(boundary)?;
            let (low, high) = ([bbox.west, bbox.south], [bbox.east, bbox.north]);
            Some(GeomWithData::new(Rectangle::from_corners(low, high), place))
        };
        Self {
            boxes: RTree::bulk_load(boundaries.iter().enumerate().filter_map(boxed).collect()),
            boundaries,
        }
    }

    /// The first boundary in the list that holds a position, inside or on its edge.
    pub(super) fn first(&self, position: Position) -> Option<usize> {
        let point = AABB::from_point([position.longitude, position.latitude]);
        let near = self.boxes.locate_in_envelope_intersecting(&point);
        let mut near: Vec<usize> = near.map(|leaf| leaf.data).collect();
        near.sort_unstable();
        let holds = |place: &usize| {
            let host = self.boundaries.get(*place);
            host.is_some_and(|(boundary, outline)| {
                let outline = outline.get_or_init(|| Outline::new(boundary));
                outline.holds(position.into())
            })
        };
        near.into_iter().find(holds)
    }
}
