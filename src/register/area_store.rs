//! Writes areas that passed the checks, and notes each in the journal, where their versions are kept.

use std::collections::HashMap;

use serde_json::Value;

use super::areas::{AreasImported, Prepared};
use super::geography::AreaInfo;
use super::{Change, Geography};
use crate::db::DbConn;
use crate::db::areas::{self, NewArea};
use crate::db::changes::{self, NewChange};
use crate::domain::Area;
use crate::error::{Error, Result};

/// Stores areas, each as a new version where it differs from what is held.
pub(super) fn store(
    conn: &mut DbConn,
    change: &Change,
    geography: &Geography,
    prepared: &[Prepared],
    outcome: &mut AreasImported,
) -> Result<()> {
    let held: Vec<&AreaInfo> = prepared
        .iter()
        .filter_map(|new| registered(geography, &new.area))
        .collect();
    let ids: Vec<i32> = held.iter().map(|info| info.id).collect();
    let boundaries: HashMap<i32, Option<String>> =
        areas::boundaries(conn, &ids)?.into_iter().collect();
    let mut notes = Vec::new();
    for new in prepared {
        let before = registered(geography, &new.area);
        let kept = before
            .and_then(|info| boundaries.get(&info.id))
            .cloned()
            .flatten();
        // An area that is sent without a boundary keeps the one it has.
        let boundary = new.boundary.clone().or_else(|| kept.clone());
        let area_km2 = new
            .area_km2
            .or_else(|| before.and_then(|info| info.boundary_km2));
        if before.is_some_and(|info| info.area == new.area) && boundary == kept {
            outcome.unchanged += 1;
            continue;
        }
        let version = before.map_or(1, |info| info.version + 1);
        let row = NewArea {
            area: new.area.clone(),
            boundary,
            area_km2,
            version,
            created_at: change.at,
            updated_at: change.at,
        };
        match before {
            Some(info) => areas::replace(conn, info.id, &row)?,
            None => {
                areas::insert(conn, &row)?;
            }
        }
        outcome.created += usize::from(before.is_none());
        outcome.updated += usize::from(before.is_some());
        let action = if before.is_some() {
            "replace"
        } else {
            "create"
        };
        notes.push(note(
            change,
            "area",
            &key(&new.area),
            action,
            Some(version),
            Some(document(&row)?),
        ));
    }
    changes::note(conn, &notes)
}

/// The registered version with the key of `area`.
pub(super) fn registered<'g>(geography: &'g Geography, area: &Area) -> Option<&'g AreaInfo> {
    geography
        .versions(&area.code)
        .find(|info| info.area.valid_from == area.valid_from)
}

/// Stores the ends of areas that are replaced.
pub(super) fn store_ends(conn: &mut DbConn, change: &Change, ended: &[AreaInfo]) -> Result<()> {
    let ids: Vec<i32> = ended.iter().map(|info| info.id).collect();
    let mut boundaries: HashMap<i32, Option<String>> =
        areas::boundaries(conn, &ids)?.into_iter().collect();
    let mut notes = Vec::new();
    for info in ended {
        let boundary = boundaries.remove(&info.id).flatten();
        let version = info.version + 1;
        let row = NewArea {
            area: info.area.clone(),
            boundary,
            area_km2: info.boundary_km2,
            version,
            created_at: change.at,
            updated_at: change.at,
        };
        areas::replace(conn, info.id, &row)?;
        notes.push(note(
            change,
            "area",
            &key(&row.area),
            "update",
            Some(version),
            Some(document(&row)?),
        ));
    }
    changes::note(conn, &notes)
}

fn key(area: &Area) -> String {
    format!("{}@{}", area.code, area.valid_from)
}

/// The whole record, boundary included: the journal is where an area's versions are kept.
fn document(row: &NewArea) -> Result<String> {
    let failed = |error| Error::Internal(Box::new(error));
    let mut document = serde_json::to_value(&row.area).map_err(failed)?;
    document["boundary"] = row
        .boundary
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(failed)?
        .unwrap_or(Value::Null);
    Ok(document.to_string())
}

/// The journal's line for a change of areas.
pub(super) fn note(
    change: &Change,
    resource: &'static str,
    key: &str,
    action: &'static str,
    version: Option<i32>,
    document: Option<String>,
) -> NewChange {
    NewChange {
        recorded_at: change.at,
        actor: change.caller.name().to_owned(),
        resource,
        key: key.to_owned(),
        action,
        version,
        fields: String::new(),
        reason: change.reason.clone(),
        document,
    }
}
