//! The index of all area versions: which areas hold a position, how far it is from one, which is nearest.

mod grid;

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::ops::ControlFlow;

use chrono::NaiveDate;
use geo::{LinesIter, MultiPolygon};
use grid::Grid;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::outline::Outline;
use super::{BBox, Position, measure};

/// One version of an area: its place in the division, its days and its boundary.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaShape {
    /// The version's key in the register.
    pub id: i32,
    /// The level of the division: 0 province, 1 district, 2 commune.
    pub layer: u16,
    /// The official code, shared by all versions of the area.
    pub code: String,
    /// The first day on which the version is valid.
    pub valid_from: NaiveDate,
    /// The first day on which it is no longer valid; nothing while it is in force.
    pub valid_to: Option<NaiveDate>,
    /// The boundary, valid in the sense of [`super::boundary::faults`].
    pub boundary: MultiPolygon<f64>,
}

impl AreaShape {
    /// Whether the version is valid on a day.
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && day < self.end()
    }

    /// Whether both are of one layer and share a day, and so belong to one division.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        self.layer == other.layer && self.valid_from < other.end() && other.valid_from < self.end()
    }

    fn end(&self) -> NaiveDate {
        self.valid_to.unwrap_or(NaiveDate::MAX)
    }
}

/// The distinct answers for many positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The distinct sorted sets of area ids, in the order of their first position.
    pub sets: Vec<Vec<i32>>,
    /// For each position, the index of its set in `sets`.
    pub set_of: Vec<usize>,
}

/// All area versions of all layers, indexed in memory.
///
/// A position that several versions of one layer with a common day hold, on a shared border or
/// where they overlap, goes to exactly one of them: **the one with the lowest code**. Where their
/// days differ, the versions kept are those that, without sharing a day, are together valid
/// longest, and among equals those with the lowest codes; so a border position does not lose its
/// area when only one of its two neighbours changes.
#[derive(Debug, Default)]
pub struct Atlas {
    /// In order of precedence: layer, code, first day, id.
    areas: Vec<Indexed>,
    by_id: HashMap<i32, usize>,
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    grid: Option<Grid>,
    bbox: Option<BBox>,
}

#[derive(Debug)]
struct Indexed {
    shape: AreaShape,
    outline: Outline,
}

impl Atlas {
    /// Indexes area versions. Of several with one id the last in order of layer, code and day is found by id.
    #[must_use]
    pub fn new(mut shapes: Vec<AreaShape>) -> Self {
        shapes.sort_by(|a, b| {
            (a.layer, &a.code, a.valid_from, a.id).cmp(&(b.layer, &b.code, b.valid_from, b.id))
        });
        let boxes: Vec<_> = shapes
            .iter()
            .map(|shape| BBox::of(&shape.boundary))
            .collect();
        let leaves = boxes.iter().enumerate().filter_map(|(index, bbox)| {
            let leaf = Rectangle::from_aabb(envelope((*bbox)?));
            Some(GeomWithData::new(leaf, index))
        });
        let mut atlas = Self {
            boxes: RTree::bulk_load(leaves.collect()),
            bbox: boxes.iter().flatten().copied().reduce(|a, b| a.joined(b)),
            grid: None,
            by_id: shapes
                .iter()
                .enumerate()
                .map(|(index, shape)| (shape.id, index))
                .collect(),
            areas: shapes.into_iter().map(Indexed::new).collect(),
        };
        atlas.grid = atlas.bbox.map(|bbox| {
            let edges: Vec<_> = atlas
                .shapes()
                .flat_map(|shape| shape.boundary.lines_iter())
                .collect();
            Grid::new(bbox, &edges, |position| atlas.search(position))
        });
        atlas
    }

    /// The box around everything; nothing when the atlas is empty.
    #[must_use]
    pub fn bbox(&self) -> Option<BBox> {
        self.bbox
    }

    /// One area version.
    #[must_use]
    pub fn shape(&self, id: i32) -> Option<&AreaShape> {
        let index = self.by_id.get(&id)?;
        self.areas.get(*index).map(|area| &area.shape)
    }

    /// All area versions, by layer, code and first day.
    pub fn shapes(&self) -> impl Iterator<Item = &AreaShape> {
        self.areas.iter().map(|area| &area.shape)
    }

    /// The area versions whose boxes meet that of the area version `id`, itself among them.
    pub fn meeting(&self, id: i32) -> impl Iterator<Item = &AreaShape> {
        let bbox = self.shape(id).and_then(|shape| BBox::of(&shape.boundary));
        let leaves = bbox
            .into_iter()
            .flat_map(|bbox| self.boxes.locate_in_envelope_intersecting(&envelope(bbox)));
        leaves.filter_map(|leaf| Some(&self.areas.get(leaf.data)?.shape))
    }

    /// The sorted ids of every area version that holds the position.
    #[must_use]
    pub fn locate(&self, position: Position) -> Vec<i32> {
        let mut held = Vec::new();
        self.hold(position, &mut held);
        self.ids(&held)
    }

    /// Locates many positions at once and interns the answers; much cheaper than one by one.
    #[must_use]
    pub fn locate_many(&self, positions: &[Position]) -> Places {
        let mut places = Places::default();
        let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut held = Vec::new();
        let mut last: Option<(Vec<usize>, usize)> = None;
        for position in positions {
            self.hold(*position, &mut held);
            let set = match &last {
                Some((key, set)) if *key == held => *set,
                _ => match known.entry(held.clone()) {
                    Slot::Occupied(slot) => *slot.get(),
                    Slot::Vacant(slot) => {
                        places.sets.push(self.ids(&held));
                        *slot.insert(places.sets.len() - 1)
                    }
                },
            };
            places.set_of.push(set);
            if last.as_ref().is_none_or(|(_, seen)| *seen != set) {
                last = Some((held.clone(), set));
            }
        }
        places
    }

    /// The distance in metres from a position to an area version: 0 inside or on the border.
    ///
    /// Nothing when the id is unknown or the area is empty. Accuracy: [`measure::boundary_distance_m`].
    #[must_use]
    pub fn distance_m(&self, id: i32, position: Position) -> Option<f64> {
        let area = self.areas.get(*self.by_id.get(&id)?)?;
        area.distance_m(position)
    }

    /// The nearest area version that `accept` takes, and its distance in metres, at most `max_m`.
    ///
    /// Of several at one distance the one with the lowest code is chosen.
    pub fn nearest(
        &self,
        position: Position,
        max_m: f64,
        accept: impl Fn(&AreaShape) -> bool,
    ) -> Option<(i32, f64)> {
        let (half, other) = BBox::around(position).expand_m(max_m).halves();
        let mut near: Vec<usize> = Vec::new();
        for bbox in std::iter::once(half).chain(other) {
            let leaves = self.boxes.locate_in_envelope_intersecting(&envelope(bbox));
            near.extend(leaves.map(|leaf| leaf.data));
        }
        near.sort_unstable();
        let areas = near.iter().filter_map(|index| self.areas.get(*index));
        areas
            .filter(|area| accept(&area.shape))
            .filter_map(|area| Some((area.shape.id, area.distance_m(position)?)))
            .filter(|(_, metres)| *metres <= max_m)
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// Fills `held` with the indexes, ascending, of the versions that hold a position.
    fn hold(&self, position: Position, held: &mut Vec<usize>) {
        held.clear();
        let settled = self.grid.as_ref().and_then(|grid| grid.areas_at(position));
        match settled {
            Some(areas) => held.extend_from_slice(areas),
            None => self.search_into(position, held),
        }
    }

    fn search(&self, position: Position) -> Vec<usize> {
        let mut held = Vec::new();
        self.search_into(position, &mut held);
        held
    }

    /// Asks each area whose box holds the position.
    fn search_into(&self, position: Position, held: &mut Vec<usize>) {
        let point = AABB::from_point([position.longitude, position.latitude]);
        // The visiting form is faster than the iterator.
        let _: ControlFlow<()> = self
            .boxes
            .locate_in_envelope_intersecting_int(&point, |leaf| {
                let area = self.areas.get(leaf.data);
                if area.is_some_and(|area| area.outline.holds(position.into())) {
                    held.push(leaf.data);
                }
                ControlFlow::Continue(())
            });
        if held.len() > 1 {
            held.sort_unstable();
            if self.is_contested(held) {
                *held = self.settle(held);
            }
        }
    }

    fn shapes_at<'a>(&'a self, held: &'a [usize]) -> impl Iterator<Item = (usize, &'a AreaShape)> {
        let found = |index: &usize| Some((*index, &self.areas.get(*index)?.shape));
        held.iter().filter_map(found)
    }

    /// Whether two of the held versions belong to one division.
    fn is_contested(&self, held: &[usize]) -> bool {
        self.shapes_at(held).any(|(index, shape)| {
            let mut rivals = self.shapes_at(held).filter(|(other, _)| *other > index);
            rivals.any(|(_, other)| shape.is_beside(other))
        })
    }

    /// Keeps, per layer, the versions without a common day that are valid longest.
    fn settle(&self, held: &[usize]) -> Vec<usize> {
        let shapes: Vec<_> = self.shapes_at(held).collect();
        let layers = shapes.chunk_by(|(_, a), (_, b)| a.layer == b.layer);
        layers.flat_map(longest_chain).collect()
    }

    fn ids(&self, held: &[usize]) -> Vec<i32> {
        let mut ids: Vec<i32> = self.shapes_at(held).map(|(_, shape)| shape.id).collect();
        ids.sort_unstable();
        ids
    }
}

impl Indexed {
    fn new(shape: AreaShape) -> Self {
        Self {
            outline: Outline::new(&shape.boundary),
            shape,
        }
    }

    fn distance_m(&self, position: Position) -> Option<f64> {
        if self.outline.holds(position.into()) {
            return Some(0.0);
        }
        measure::boundary_distance_m(position, &self.shape.boundary)
    }
}

/// Versions that follow each other without sharing a day.
#[derive(Clone, Default)]
struct Chain {
    days: i64,
    /// Ascending, so that comparing two lists compares their lowest codes first.
    members: Vec<usize>,
    end: NaiveDate,
}

/// Of all chains that can be made of versions of one layer, the longest; of equals that with the lowest codes.
fn longest_chain(versions: &[(usize, &AreaShape)]) -> Vec<usize> {
    let mut ordered = versions.to_vec();
    ordered.sort_by_key(|(index, shape)| (shape.end(), *index));
    let mut chains: Vec<Chain> = Vec::new();
    for (index, shape) in ordered {
        let before = chains.iter().filter(|chain| chain.end <= shape.valid_from);
        let mut chain = better(before).cloned().unwrap_or_default();
        chain.days += (shape.end() - shape.valid_from).num_days();
        chain.members.push(index);
        chain.members.sort_unstable();
        chain.end = shape.end();
        chains.push(chain);
    }
    better(chains.iter())
        .map(|chain| chain.members.clone())
        .unwrap_or_default()
}

fn better<'a>(chains: impl Iterator<Item = &'a Chain>) -> Option<&'a Chain> {
    chains.max_by(|a, b| a.days.cmp(&b.days).then_with(|| b.members.cmp(&a.members)))
}

fn envelope(bbox: BBox) -> AABB<[f64; 2]> {
    AABB::from_corners([bbox.west, bbox.south], [bbox.east, bbox.north])
}

#[cfg(test)]
mod tests;
