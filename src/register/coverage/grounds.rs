//! The areas of a division laid on the lattice, made once for as long as boundaries stay.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::coverage::lattice::Lattice;
use crate::coverage::partition::Partition;
use crate::coverage::units;
use crate::error::{Error, Result};
use crate::geo::measure;
use crate::register::Geography;

/// Areas below this size are laid on the finer lattice: the border of a small area is long for its size, so on cells of 3″
/// its share could be wrong by more than a tenth of a percentage point.
const SMALL_KM2: f64 = 200.0;
/// Sets of areas that are kept at once.
const KEPT: usize = 24;

/// Areas side by side on one lattice.
pub struct Ground {
    /// The lattice.
    pub lattice: Lattice,
    /// Ids of the area versions, in the order of the partition.
    pub area_ids: Vec<i32>,
    /// Their cells.
    pub partition: Partition,
}

/// Grounds by the ids of their areas.
type Sets = HashMap<Vec<i32>, Arc<[Ground]>>;

/// Sets of areas on the lattice, for one revision of the boundaries.
#[derive(Default)]
pub struct Grounds {
    kept: Mutex<(i64, Sets)>,
}

impl Grounds {
    /// The grounds of some areas: the large ones at 3″, the small ones at 1″. Areas without a boundary are in none.
    ///
    /// # Errors
    /// `Internal` when a boundary is too intricate for the lattice.
    pub fn of(&self, geography: &Geography, area_ids: Vec<i32>) -> Result<Arc<[Ground]>> {
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let (revision, sets) = &mut *kept;
            if *revision != geography.revision {
                *revision = geography.revision;
                sets.clear();
            }
            if let Some(grounds) = sets.get(&area_ids) {
                return Ok(Arc::clone(grounds));
            }
        }
        let grounds: Arc<[Ground]> = laid(geography, &area_ids)?.into();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (revision, sets) = &mut *kept;
        if *revision == geography.revision {
            if sets.len() >= KEPT {
                sets.clear();
            }
            sets.insert(area_ids, Arc::clone(&grounds));
        }
        Ok(grounds)
    }
}

fn laid(geography: &Geography, area_ids: &[i32]) -> Result<Vec<Ground>> {
    let mut sizes: [Vec<i32>; 2] = Default::default();
    let [large, small] = &mut sizes;
    for id in area_ids {
        if let Some(shape) = geography.atlas().shape(*id) {
            let is_small = measure::area_km2(&shape.boundary) < SMALL_KM2;
            if is_small { &mut *small } else { &mut *large }.push(*id);
        }
    }
    let lattices = [Lattice::ARCSEC_3, Lattice::ARCSEC_1];
    let grounds = lattices.into_iter().zip(sizes);
    grounds
        .filter(|(_, area_ids)| !area_ids.is_empty())
        .map(|(lattice, area_ids)| {
            let shapes = area_ids
                .iter()
                .filter_map(|id| geography.atlas().shape(*id));
            let units = shapes
                .map(|shape| units::runs(lattice, &shape.boundary))
                .collect::<std::result::Result<Vec<_>, _>>()
                .map_err(|refusal| Error::Internal(Box::new(refusal)))?;
            Ok(Ground {
                lattice,
                partition: Partition::new(lattice, &units),
                area_ids,
            })
        })
        .collect()
}
