//! Footprints: in memory, in the database, or made.
//!
//! A round or declared cell is laid on the lattice faster than it is read, so it is never stored. What comes of a formula or
//! of terrain is made once and stored by [`super::survey`]. A question does not wait for terrain, nor for very many others:
//! what is not there yet is answered by a simpler model, and counted as pending.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::Coverage;
use super::network::ServingCell;
use crate::coverage::footprint::{Footprint, FootprintKey, Model};
use crate::coverage::lattice::Lattice;
use crate::coverage::modelling::{Fault, Rules, Way};
use crate::db::{DbConn, footprints};
use crate::error::{Error, Result};

/// Most footprints by formula that one question makes itself: some seconds of work. Where more are missing, circles stand for
/// them until the survey has made them.
const MADE_AT_ONCE: usize = 1_500;

/// Footprints in memory, those not asked for longest making room.
pub struct Held(Cache<FootprintKey, Arc<Footprint>, Weight>);

#[derive(Clone)]
struct Weight;

impl Weighter<FootprintKey, Arc<Footprint>> for Weight {
    fn weight(&self, _: &FootprintKey, footprint: &Arc<Footprint>) -> u64 {
        footprint.memory_bytes() as u64
    }
}

impl Held {
    /// Holds nothing yet, and at most `bytes`.
    pub fn new(bytes: usize) -> Self {
        const USUAL: usize = 4_096;
        Self(Cache::with_weighter(
            bytes / USUAL + 1,
            bytes as u64,
            Weight,
        ))
    }
}

/// What a cell covers, as far as it is known by now.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its cells of the lattice.
    pub footprint: Arc<Footprint>,
    /// Whether terrain was left out because it is not computed yet.
    pub is_pending: bool,
}

impl Coverage {
    /// What cells cover, in their order.
    ///
    /// # Errors
    /// Those of the database, and `Internal` when a footprint can be neither read nor made.
    pub fn footprints(
        &self,
        conn: &mut DbConn,
        lattice: Lattice,
        cells: &[&ServingCell],
    ) -> Result<Vec<Known>> {
        let elevation = self.elevation.as_ref();
        let keys = cells
            .iter()
            .map(|cell| cell.key(lattice, &self.rules, elevation))
            .collect::<Result<Vec<_>>>()?;
        let mut known: Vec<Option<Known>> = keys.iter().map(|key| self.held(key)).collect();
        self.read(conn, lattice, cells, &mut known)?;
        let missing = |known: &[Option<Known>]| -> Vec<usize> {
            let open = known.iter().enumerate().filter(|(_, it)| it.is_none());
            open.map(|(index, _)| index).collect()
        };
        let open = missing(&known);
        let way = |index: &usize| cells.get(*index).map(|cell| cell.way);
        let levels = open
            .iter()
            .filter(|index| way(index).is_some_and(|way| is_stored(&way)));
        // What takes long is left to the survey.
        let are_many = levels.count() > MADE_AT_ONCE;
        let (later, now): (Vec<usize>, Vec<usize>) = open.into_iter().partition(|index| {
            way(index).is_some_and(|way| is_slow(&way) || (are_many && is_stored(&way)))
        });
        let ways: Vec<Way> = now.iter().filter_map(way).collect();
        self.make(lattice, cells, &now, &ways, &mut known, Some(&keys))?;
        let meanwhile = |index: &usize| {
            let cell = &cells.get(*index)?.cell;
            Some(if are_many {
                Rules::by_radius(cell)
            } else {
                self.rules.without_terrain(cell)
            })
        };
        let ways: Vec<Way> = later.iter().filter_map(meanwhile).collect();
        self.make(lattice, cells, &later, &ways, &mut known, None)?;
        let lost = || Error::internal("a footprint was neither read nor made");
        known.into_iter().map(|it| it.ok_or_else(lost)).collect()
    }

    /// The footprints of cells at 3″, those that are in memory as they are, the others made.
    ///
    /// # Errors
    /// `Internal` when one cannot be made.
    pub fn made(
        &self,
        cells: &[(FootprintKey, &ServingCell)],
    ) -> Result<Vec<(FootprintKey, Arc<Footprint>)>> {
        let mut made = Vec::with_capacity(cells.len());
        let mut open = Vec::new();
        for (key, cell) in cells {
            match self.held(key) {
                Some(known) => made.push((*key, known.footprint)),
                None => open.push((*key, *cell)),
            }
        }
        let inputs: Vec<_> = open
            .iter()
            .map(|(_, cell)| (&cell.cell, &cell.way))
            .collect();
        let lattice = Lattice::ARCSEC_3;
        let footprints = self
            .rules
            .footprints(lattice, &inputs, self.elevation.as_ref());
        for ((key, _), footprint) in open.iter().zip(footprints) {
            let footprint = Arc::new(footprint.map_err(unmade)?);
            self.held.0.insert(*key, Arc::clone(&footprint));
            made.push((*key, footprint));
        }
        Ok(made)
    }

    /// Keeps a footprint in memory.
    pub fn hold(&self, key: FootprintKey, footprint: Footprint) {
        self.held.0.insert(key, Arc::new(footprint));
    }

    fn held(&self, key: &FootprintKey) -> Option<Known> {
        let footprint = self.held.0.get(key)?;
        Some(Known {
            footprint,
            is_pending: false,
        })
    }

    /// Takes from the database what is not known yet and may be there. Stored footprints are those of 3″.
    fn read(
        &self,
        conn: &mut DbConn,
        lattice: Lattice,
        cells: &[&ServingCell],
        known: &mut [Option<Known>],
    ) -> Result<()> {
        let mut wanted = std::collections::HashMap::<String, Vec<usize>>::new();
        for (index, (cell, known)) in cells.iter().zip(known.iter()).enumerate() {
            if known.is_none() && is_stored(&cell.way) {
                let key = cell.key(Lattice::ARCSEC_3, &self.rules, self.elevation.as_ref())?;
                wanted.entry(key.to_string()).or_default().push(index);
            }
        }
        let names: Vec<String> = wanted.keys().cloned().collect();
        for (name, bytes) in footprints::of_keys(conn, &names)? {
            let unreadable = |error| Error::internal(format!("footprint {name}: {error}"));
            let footprint = Footprint::from_bytes(&bytes).map_err(unreadable)?;
            let footprint = Arc::new(on(lattice, footprint)?);
            for index in wanted.get(&name).into_iter().flatten() {
                if let (Some(place), Some(cell)) = (known.get_mut(*index), cells.get(*index)) {
                    let key = cell.key(lattice, &self.rules, self.elevation.as_ref())?;
                    self.held.0.insert(key, Arc::clone(&footprint));
                    *place = Some(Known {
                        footprint: Arc::clone(&footprint),
                        is_pending: false,
                    });
                }
            }
        }
        Ok(())
    }

    /// Makes the footprints of `cells` at `indices` in the given ways. With `keys` they are what their keys say, and held.
    fn make(
        &self,
        lattice: Lattice,
        cells: &[&ServingCell],
        indices: &[usize],
        ways: &[Way],
        known: &mut [Option<Known>],
        keys: Option<&[FootprintKey]>,
    ) -> Result<()> {
        let inputs: Vec<_> = indices
            .iter()
            .zip(ways)
            .filter_map(|(index, way)| Some((&cells.get(*index)?.cell, way)))
            .collect();
        // Levels are computed at 3″ and laid on the finer lattice; circles and sectors are drawn on it.
        let (fields, circles): (Vec<usize>, Vec<usize>) = (0..inputs.len())
            .partition(|at| inputs.get(*at).is_some_and(|(_, way)| is_stored(way)));
        for (at, own) in [(fields, Lattice::ARCSEC_3), (circles, lattice)] {
            let inputs: Vec<_> = at
                .iter()
                .filter_map(|at| inputs.get(*at).copied())
                .collect();
            let made = self.rules.footprints(own, &inputs, self.elevation.as_ref());
            for (at, made) in at.into_iter().zip(made) {
                let footprint = Arc::new(on(lattice, made.map_err(unmade)?)?);
                let Some(index) = indices.get(at) else {
                    continue;
                };
                if let Some(key) = keys.and_then(|keys| keys.get(*index)) {
                    self.held.0.insert(*key, Arc::clone(&footprint));
                }
                if let Some(place) = known.get_mut(*index) {
                    *place = Some(Known {
                        footprint,
                        is_pending: keys.is_none(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// Whether footprints of this way are stored.
pub fn is_stored(way: &Way) -> bool {
    matches!(way, Way::Field { .. })
}

/// Whether a footprint of this way takes long.
pub fn is_slow(way: &Way) -> bool {
    way.model() == Model::ItuRP1812
}

fn on(lattice: Lattice, footprint: Footprint) -> Result<Footprint> {
    if footprint.window().lattice == lattice {
        return Ok(footprint);
    }
    footprint
        .refined(lattice)
        .map_err(|refusal| Error::Internal(Box::new(refusal)))
}

/// The failure of a footprint that could not be made.
pub fn unmade(fault: Fault) -> Error {
    Error::Internal(Box::new(fault))
}
