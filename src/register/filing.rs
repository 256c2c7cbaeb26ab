//! Files sites under the areas that hold them, and files them anew when boundaries change.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::Geography;
use crate::db::{DbConn, places};
use crate::error::{Error, Result};
use crate::geo::Position;

/// Site versions that are filed anew in one step.
const STEP: i64 = 50_000;

/// The places of `positions`, in their order.
///
/// # Errors
/// Those of the database; `Internal` for a position that is none.
pub fn places_of(
    conn: &mut DbConn,
    geography: &Geography,
    positions: &[(f64, f64)],
) -> Result<Vec<i32>> {
    let located = positions
        .par_iter()
        .map(|(longitude, latitude)| {
            let position = Position::new(*longitude, *latitude)
                .ok_or_else(|| Error::internal("a position out of range"))?;
            Ok(geography.locate(position))
        })
        .collect::<Result<Vec<Vec<i32>>>>()?;
    places_of_areas(conn, &located)
}

/// The places of sets of areas, in their order.
///
/// # Errors
/// Those of the database.
pub fn places_of_areas(conn: &mut DbConn, located: &[Vec<i32>]) -> Result<Vec<i32>> {
    let distinct: HashSet<&Vec<i32>> = located.iter().collect();
    let distinct: Vec<Vec<i32>> = distinct.into_iter().cloned().collect();
    let ids = places::ids(conn, &distinct)?;
    located
        .iter()
        .map(|areas| {
            ids.get(areas)
                .copied()
                .ok_or_else(|| Error::internal("a place without an id"))
        })
        .collect()
}

/// What became of the sites when boundaries changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refiled {
    /// Current sites that were looked at.
    pub sites_checked: i64,
    /// Current sites that now lie in another district or commune, or in areas that were unknown before.
    pub sites_reassigned: i64,
    /// Current sites that no area holds.
    pub sites_unlocated: i64,
}

/// Files every version of every site anew, so that questions about any time are answered in every division.
///
/// # Errors
/// Those of the database.
pub fn refile_all(conn: &mut DbConn, geography: &Geography) -> Result<Refiled> {
    let mut outcome = Refiled::default();
    let mut after = 0;
    loop {
        let filed = places::filed(conn, after, STEP)?;
        let Some(last) = filed.last() else {
            return Ok(outcome);
        };
        after = last.row_id;
        let positions: Vec<(f64, f64)> = filed
            .iter()
            .map(|row| (row.longitude, row.latitude))
            .collect();
        let new = places_of(conn, geography, &positions)?;
        let nowhere = places::ids(conn, &[Vec::new()])?.into_values().next();
        let mut moves: HashMap<i32, Vec<i64>> = HashMap::new();
        for (row, place) in filed.iter().zip(new) {
            if row.place_id != place {
                moves.entry(place).or_default().push(row.row_id);
            }
            if row.is_current {
                outcome.sites_checked += 1;
                outcome.sites_reassigned += i64::from(row.place_id != place);
                outcome.sites_unlocated += i64::from(Some(place) == nowhere);
            }
        }
        for (place, rows) in moves {
            places::refile(conn, &rows, place)?;
        }
    }
}
