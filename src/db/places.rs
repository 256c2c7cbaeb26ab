//! Places: the distinct sets of area versions that hold positions. A place never changes once it is made.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::schema::{in_service, place_areas, places, site_versions};
use super::{DbConn, on_backend};
use crate::error::{Error, Result};

/// Rows of one batch insert or update.
const BATCH: usize = 5_000;

#[derive(Insertable)]
#[diesel(table_name = places, treat_none_as_default_value = false)]
struct NewPlace {
    areas: String,
}

#[derive(Insertable)]
#[diesel(table_name = place_areas, treat_none_as_default_value = false)]
struct NewPlaceArea {
    place_id: i32,
    area_id: i32,
}

fn key(areas: &[i32]) -> String {
    areas
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// All places, with the sorted ids of their area versions.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut DbConn) -> Result<HashMap<i32, Vec<i32>>> {
    let rows: Vec<(i32, String)> = places::table
        .select((places::id, places::areas))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, areas)| (id, parsed(&areas)))
        .collect())
}

/// The places `ids`, with the sorted ids of their area versions.
///
/// # Errors
/// Those of the database.
pub fn of_ids(conn: &mut DbConn, ids: &[i32]) -> Result<HashMap<i32, Arc<[i32]>>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(BATCH) {
        let rows: Vec<(i32, String)> = places::table
            .filter(places::id.eq_any(ids))
            .select((places::id, places::areas))
            .load(conn)?;
        found.extend(
            rows.into_iter()
                .map(|(id, areas)| (id, parsed(&areas).into())),
        );
    }
    Ok(found)
}

fn parsed(areas: &str) -> Vec<i32> {
    areas.split(',').filter_map(|id| id.parse().ok()).collect()
}

/// The ids of the places of `sets`, each a sorted list of area versions; those that are new are made.
///
/// # Errors
/// Those of the database.
pub fn ids(conn: &mut DbConn, sets: &[Vec<i32>]) -> Result<HashMap<Vec<i32>, i32>> {
    let mut found = HashMap::new();
    let mut wanted: HashMap<String, &Vec<i32>> = sets.iter().map(|set| (key(set), set)).collect();
    take_known(conn, &mut wanted, &mut found)?;
    if wanted.is_empty() {
        return Ok(found);
    }
    let new: Vec<NewPlace> = wanted
        .keys()
        .map(|areas| NewPlace {
            areas: areas.clone(),
        })
        .collect();
    for rows in new.chunks(BATCH) {
        on_backend!(conn, c => diesel::insert_into(places::table).values(rows).on_conflict_do_nothing().execute(c))?;
    }
    let made = take_known(conn, &mut wanted, &mut found)?;
    let links: Vec<NewPlaceArea> = made
        .iter()
        .flat_map(|(place_id, set)| {
            set.iter().map(|area_id| NewPlaceArea {
                place_id: *place_id,
                area_id: *area_id,
            })
        })
        .collect();
    for rows in links.chunks(BATCH) {
        on_backend!(conn, c => diesel::insert_into(place_areas::table).values(rows).on_conflict_do_nothing().execute(c))?;
    }
    if wanted.is_empty() {
        Ok(found)
    } else {
        Err(Error::internal("a place was neither found nor made"))
    }
}

/// Moves from `wanted` to `found` what the database has.
fn take_known(
    conn: &mut DbConn,
    wanted: &mut HashMap<String, &Vec<i32>>,
    found: &mut HashMap<Vec<i32>, i32>,
) -> Result<Vec<(i32, Vec<i32>)>> {
    let keys: Vec<String> = wanted.keys().cloned().collect();
    let mut taken = Vec::new();
    for keys in keys.chunks(BATCH) {
        let rows: Vec<(i32, String)> = places::table
            .filter(places::areas.eq_any(keys))
            .select((places::id, places::areas))
            .load(conn)?;
        for (id, areas) in rows {
            if let Some(set) = wanted.remove(&areas) {
                found.insert(set.clone(), id);
                taken.push((id, set.clone()));
            }
        }
    }
    Ok(taken)
}

/// A site version with its position and the place it is filed under.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Filed {
    /// Row of the version.
    pub row_id: i64,
    /// Decimal degrees east.
    pub longitude: f64,
    /// Decimal degrees north.
    pub latitude: f64,
    /// The place it is filed under.
    pub place_id: i32,
    /// Whether the register still says it.
    pub is_current: bool,
}

/// The next versions after the row `after`, at most `limit`, in the order of their rows.
///
/// # Errors
/// Those of the database.
pub fn filed(conn: &mut DbConn, after: i64, limit: i64) -> Result<Vec<Filed>> {
    Ok(site_versions::table
        .filter(site_versions::row_id.gt(after))
        .order(site_versions::row_id)
        .limit(limit)
        .select((
            site_versions::row_id,
            site_versions::longitude,
            site_versions::latitude,
            site_versions::place_id,
            site_versions::superseded_at.is_null(),
        ))
        .load(conn)?)
}

/// Files the versions `rows` under another place.
///
/// # Errors
/// Those of the database.
pub fn refile(conn: &mut DbConn, rows: &[i64], place_id: i32) -> Result<()> {
    for rows in rows.chunks(BATCH) {
        diesel::update(site_versions::table.filter(site_versions::row_id.eq_any(rows)))
            .set(site_versions::place_id.eq(place_id))
            .execute(conn)?;
        diesel::update(in_service::table.filter(in_service::version_row.eq_any(rows)))
            .set(in_service::place_id.eq(place_id))
            .execute(conn)?;
    }
    Ok(())
}
