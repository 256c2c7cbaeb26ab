//! The areas in memory: which area a code means on a day, which division is valid, which areas hold a position.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::NaiveDate;

use crate::db::areas::{self, Record};
use crate::db::{DbConn, changes};
use crate::domain::{Area, Level};
use crate::error::{Error, Result};
use crate::geo::{AreaShape, Atlas, BBox, Position, division, geometry};

/// Share of an area that must lie in another one for it to count as a part of it: boundaries of two sources never agree
/// to the metre.
const PART_OF_SHARE: f64 = 0.98;
/// Room around all boundaries in which positions are still taken, in metres.
const TERRITORY_MARGIN_M: f64 = 5_000.0;

/// An area version and its id.
#[derive(Debug, Clone)]
pub struct AreaInfo {
    /// Its id in the database.
    pub id: i32,
    /// The area.
    pub area: Area,
    /// The geodesic size of its boundary.
    pub boundary_km2: Option<f64>,
    /// Its version.
    pub version: i32,
}

impl AreaInfo {
    /// Whether it is valid on `day`.
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.area.valid_from <= day && self.area.valid_to.is_none_or(|end| day < end)
    }

    /// Its size in km²: what its authority states, else what its boundary measures.
    #[must_use]
    pub fn area_km2(&self) -> Option<f64> {
        self.area.stated_area_km2.or(self.boundary_km2)
    }
}

/// All area versions, indexed.
pub struct Geography {
    /// The revision of the register that it shows.
    pub revision: i64,
    areas: Vec<AreaInfo>,
    by_id: HashMap<i32, usize>,
    by_code: HashMap<String, Vec<usize>>,
    atlas: Atlas,
    wholes: RwLock<HashMap<i32, Arc<[i32]>>>,
}

/// The areas of one level that were valid together.
pub struct Division<'g> {
    /// The day on which they were valid: the one asked for, or the nearest on which the level had areas.
    pub on: NaiveDate,
    /// The areas, by code.
    pub areas: Vec<&'g AreaInfo>,
}

impl Geography {
    /// No areas at all.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            revision: 0,
            areas: Vec::new(),
            by_id: HashMap::new(),
            by_code: HashMap::new(),
            atlas: Atlas::new(Vec::new()),
            wholes: RwLock::new(HashMap::new()),
        }
    }

    /// Reads all areas, as this transaction sees them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn read(conn: &mut DbConn) -> Result<Self> {
        let revision = changes::newest_of_areas(conn)?;
        Self::new(revision, areas::all(conn)?, areas::all_boundaries(conn)?)
    }

    /// The areas of `records` with their boundaries as GeoJSON geometries.
    ///
    /// # Errors
    /// `Internal` when a row cannot be read.
    pub fn new(
        revision: i64,
        records: Vec<Record>,
        boundaries: Vec<(i32, Option<String>)>,
    ) -> Result<Self> {
        let mut areas = Vec::with_capacity(records.len());
        for record in records {
            areas.push(AreaInfo {
                id: record.id,
                area: record.area()?,
                boundary_km2: record.area_km2,
                version: record.version,
            });
        }
        let by_id: HashMap<i32, usize> = areas
            .iter()
            .enumerate()
            .map(|(i, info)| (info.id, i))
            .collect();
        let mut by_code: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, info) in areas.iter().enumerate() {
            by_code.entry(info.area.code.clone()).or_default().push(i);
        }
        let mut shapes = Vec::with_capacity(boundaries.len());
        for (id, boundary) in boundaries {
            let Some(info) = by_id.get(&id).and_then(|i| areas.get(*i)) else {
                continue;
            };
            let Some(boundary) = boundary else { continue };
            let value = serde_json::from_str(&boundary)
                .map_err(|error| Error::Internal(Box::new(error)))?;
            let boundary = geometry::parse(&value)
                .map_err(|error| Error::internal(format!("boundary of area {id}: {error}")))?;
            shapes.push(AreaShape {
                id,
                layer: info.area.level.layer(),
                code: info.area.code.clone(),
                valid_from: info.area.valid_from,
                valid_to: info.area.valid_to,
                boundary,
            });
        }
        Ok(Self {
            revision,
            areas,
            by_id,
            by_code,
            atlas: Atlas::new(shapes),
            wholes: RwLock::new(HashMap::new()),
        })
    }

    /// The index over all boundaries.
    #[must_use]
    pub fn atlas(&self) -> &Atlas {
        &self.atlas
    }

    /// Every area version, by code and validity.
    #[must_use]
    pub fn all(&self) -> &[AreaInfo] {
        &self.areas
    }

    /// The area version with this id.
    #[must_use]
    pub fn area(&self, id: i32) -> Option<&AreaInfo> {
        self.by_id.get(&id).and_then(|i| self.areas.get(*i))
    }

    /// Every version of the area `code`, oldest first.
    pub fn versions(&self, code: &str) -> impl Iterator<Item = &AreaInfo> {
        self.by_code
            .get(code)
            .into_iter()
            .flatten()
            .filter_map(|i| self.areas.get(*i))
    }

    /// What `code` means on `day`: the version valid then, else the last one before, else the first one after.
    #[must_use]
    pub fn by_code(&self, code: &str, day: NaiveDate) -> Option<&AreaInfo> {
        nearest(self.versions(code), day)
    }

    /// What `code` means on `day` at one level.
    #[must_use]
    pub fn by_code_at(&self, level: Level, code: &str, day: NaiveDate) -> Option<&AreaInfo> {
        nearest(
            self.versions(code).filter(|info| info.area.level == level),
            day,
        )
    }

    /// The version of `code` that is valid on `day`, and no other.
    #[must_use]
    pub fn valid(&self, code: &str, day: NaiveDate) -> Option<&AreaInfo> {
        self.versions(code).find(|info| info.is_valid_on(day))
    }

    /// The areas of `level` on `day`. Where the level had none then (districts after July 2025), those of the last day
    /// before on which it had some, else of the first day after.
    #[must_use]
    pub fn division(&self, level: Level, day: NaiveDate) -> Division<'_> {
        let of_level = || self.areas.iter().filter(|info| info.area.level == level);
        let valid = |on: NaiveDate| Division {
            on,
            areas: of_level().filter(|info| info.is_valid_on(on)).collect(),
        };
        let division = valid(day);
        if !division.areas.is_empty() {
            return division;
        }
        let last = of_level()
            .filter_map(|info| info.area.valid_to)
            .filter(|end| *end <= day)
            .max()
            .and_then(|end| end.pred_opt());
        let first = of_level()
            .map(|info| info.area.valid_from)
            .filter(|start| *start > day)
            .min();
        last.or(first).map_or(division, valid)
    }

    /// Of the areas of a place, the one of `level` on `day`, by the rule of [`Geography::by_code`].
    #[must_use]
    pub fn of_place(&self, place: &[i32], level: Level, day: NaiveDate) -> Option<&AreaInfo> {
        nearest(
            place
                .iter()
                .filter_map(|id| self.area(*id))
                .filter(|info| info.area.level == level),
            day,
        )
    }

    /// The ids of all area versions that hold a position, sorted.
    #[must_use]
    pub fn locate(&self, position: Position) -> Vec<i32> {
        self.atlas.locate(position)
    }

    /// The box in which positions are taken: that of all boundaries with some room around; none without boundaries.
    #[must_use]
    pub fn territory(&self) -> Option<BBox> {
        self.atlas
            .bbox()
            .map(|bbox| bbox.expand_m(TERRITORY_MARGIN_M))
    }

    /// The ids of the area versions in which the area `part` lies, itself among them, to within the accuracy of
    /// boundaries, by code and validity. Found once, then kept.
    #[must_use]
    pub fn wholes(&self, part: i32) -> Arc<[i32]> {
        let held = self
            .wholes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&part)
            .map(Arc::clone);
        held.unwrap_or_else(|| {
            let found: Arc<[i32]> = self.find_wholes(part).into();
            self.wholes
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(part, Arc::clone(&found));
            found
        })
    }

    fn find_wholes(&self, part: i32) -> Vec<i32> {
        let Some(own) = self.area(part) else {
            return Vec::new();
        };
        let near: HashSet<i32> = self.atlas.meeting(part).map(|shape| shape.id).collect();
        let lies_in = |whole: &&AreaInfo| {
            if whole.id == part {
                return true;
            }
            let are_beside = own.area.level == whole.area.level
                && own.area.valid_from < whole.area.valid_to.unwrap_or(NaiveDate::MAX)
                && whole.area.valid_from < own.area.valid_to.unwrap_or(NaiveDate::MAX);
            let sizes = own.boundary_km2.zip(whole.boundary_km2);
            let is_larger = sizes.is_some_and(|(own, other)| own * PART_OF_SHARE > other);
            if are_beside || is_larger {
                return false;
            }
            match (self.atlas.shape(part), self.atlas.shape(whole.id)) {
                (Some(a), Some(b)) => {
                    // Boundaries too intricate to be compared do not lie in each other.
                    near.contains(&whole.id)
                        && division::covered_share(&a.boundary, &b.boundary)
                            .is_ok_and(|share| share >= PART_OF_SHARE)
                }
                _ => self.is_child(own, whole),
            }
        };
        let wholes = self.areas.iter().filter(lies_in);
        wholes.map(|whole| whole.id).collect()
    }

    /// Whether `part` names `whole`, or an area that does, as its parent: for areas without a boundary.
    fn is_child(&self, part: &AreaInfo, whole: &AreaInfo) -> bool {
        let Some(parent) = &part.area.parent else {
            return false;
        };
        if *parent == whole.area.code {
            return part.area.level > whole.area.level;
        }
        self.by_code(parent, part.area.valid_from)
            .is_some_and(|parent| {
                parent.id != part.id
                    && parent.area.level < part.area.level
                    && self.is_child(parent, whole)
            })
    }
}

/// The version valid on `day`, else the last one before, else the first one after.
fn nearest<'a>(
    versions: impl Iterator<Item = &'a AreaInfo>,
    day: NaiveDate,
) -> Option<&'a AreaInfo> {
    versions.min_by_key(|info| {
        if info.is_valid_on(day) {
            (0, 0)
        } else if let Some(end) = info.area.valid_to.filter(|end| *end <= day) {
            (1, (day - end).num_days())
        } else {
            (2, (info.area.valid_from - day).num_days())
        }
    })
}
