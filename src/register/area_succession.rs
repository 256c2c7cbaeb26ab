//! What an import of areas does to those that are registered: which it replaces, which it ends, and which stand beside it.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::Value;

use super::areas::ImportOptions;
use super::geography::AreaInfo;
use super::{Geography, area_store};
use crate::domain::{Area, Faults, Rule};
use crate::error::{Error, Result};
use crate::geo::{AreaShape, MultiPolygon, Position, TooIntricate, boundary, division};
use crate::import::areas::Incoming;

fn key(area: &Area) -> (&str, NaiveDate) {
    (area.code.as_str(), area.valid_from)
}

fn keys(incoming: &[Incoming]) -> HashSet<(&str, NaiveDate)> {
    incoming.iter().map(|new| key(&new.area)).collect()
}

/// An area that is sent without a boundary keeps the one it has. Where it is to be valid longer than before, it is judged
/// by that one, as the areas beside it may be others then.
pub(super) fn judge_kept_boundaries(geography: &Geography, incoming: &mut [Incoming]) {
    for new in incoming.iter_mut().filter(|new| new.boundary.is_none()) {
        let lasts_longer = |old: &&AreaInfo| match (old.area.valid_to, new.area.valid_to) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(old), Some(new)) => old < new,
        };
        let held = area_store::registered(geography, &new.area).filter(lasts_longer);
        let shape = held.and_then(|info| geography.atlas().shape(info.id));
        new.boundary = shape.map(|shape| shape.boundary.clone());
    }
}

/// The registered areas that the new ones replace: of the same level, still valid when they begin, and for the most part
/// under them. Each is given with the day on which the first of its successors begins as its end.
///
/// # Errors
/// `Invalid` when a boundary is too intricate to be compared with a registered one.
pub(super) fn ended(
    geography: &Geography,
    incoming: &[Incoming],
    options: ImportOptions,
) -> Result<Vec<AreaInfo>> {
    /// A successor has at least this share of what it replaces; less is the inaccuracy of boundaries.
    const LEAST_SHARE: f64 = 0.01;
    if !options.end_previous {
        return Ok(Vec::new());
    }
    // What cannot be made sound replaces nothing here, and is refused when the division is checked.
    let sound = |new: &Incoming| Some(boundary::repair(new.boundary.as_ref()?).ok()?.geometry);
    let boundaries: Vec<Option<MultiPolygon<f64>>> = incoming.iter().map(sound).collect();
    let end_of = |old: &AreaInfo| -> Result<Option<NaiveDate>> {
        let Some(shape) = geography.atlas().shape(old.id) else {
            return Ok(None);
        };
        let mut shares: Vec<(NaiveDate, f64)> = Vec::new();
        for (new, boundary) in incoming.iter().zip(&boundaries) {
            let begins_before =
                old.area.valid_from < new.area.valid_from && old.is_valid_on(new.area.valid_from);
            let is_successor = old.area.level == new.area.level && begins_before;
            if let Some(boundary) = boundary.as_ref().filter(|_| is_successor) {
                let covered = division::covered_share(&shape.boundary, boundary)
                    .map_err(|intricate| too_intricate(new.row, &new.area, intricate))?;
                shares.push((new.area.valid_from, covered));
            }
        }
        let is_replaced = shares.iter().map(|(_, share)| share).sum::<f64>() > 0.5;
        let successors = shares.iter().filter(|(_, share)| *share > LEAST_SHARE);
        Ok(successors
            .map(|(day, _)| *day)
            .min()
            .filter(|_| is_replaced))
    };
    let keys = keys(incoming);
    let ended = |old: &AreaInfo| {
        let end = end_of(old).transpose()?;
        Some(end.map(|end| {
            let mut ended = old.clone();
            ended.area.valid_to = Some(end);
            ended
        }))
    };
    let others = geography
        .all()
        .iter()
        .filter(|old| !keys.contains(&key(&old.area)));
    others.filter_map(ended).collect()
}

/// The refusal of an area that cannot be compared with those of the register.
pub(super) fn too_intricate(row: usize, area: &Area, intricate: TooIntricate) -> Error {
    let Position {
        longitude,
        latitude,
    } = intricate.position;
    let rule = Rule::BoundaryRefused {
        finding: "too_intricate",
        detail: format!(
            "The boundary of area {} cannot be compared with those of the register: {intricate} (at {longitude}, {latitude}).",
            area.code
        ),
    };
    let (mut own, mut faults) = (Faults::default(), Faults::default());
    own.body("/geometry", rule, Some(&Value::from(area.code.as_str())));
    faults.row(row, own);
    Error::Invalid(faults)
}

/// One code means one area at a time.
pub(super) fn check_validities(
    geography: &Geography,
    incoming: &[Incoming],
    ended: &[AreaInfo],
    faults: &mut Faults,
) {
    let mut seen: HashMap<&str, Vec<&Area>> = HashMap::new();
    let overlap = |a: &Area, b: &Area| {
        a.valid_to.is_none_or(|end| b.valid_from < end)
            && b.valid_to.is_none_or(|end| a.valid_from < end)
    };
    let keys = keys(incoming);
    for new in incoming {
        let registered = geography
            .versions(&new.area.code)
            .filter(|info| !keys.contains(&key(&info.area)))
            .map(|info| ended.iter().find(|old| old.id == info.id).unwrap_or(info));
        let earlier = seen.entry(&new.area.code).or_default();
        let other = registered
            .map(|info| &info.area)
            .chain(earlier.iter().copied())
            .find(|other| overlap(other, &new.area));
        if let Some(other) = other {
            let mut own = Faults::default();
            let other = format!("{} {} from {}", other.code, other.name, other.valid_from);
            own.body(
                "/code",
                Rule::OverlapsValidity { other },
                Some(&Value::from(new.area.code.as_str())),
            );
            faults.row(new.row, own);
        }
        earlier.push(&new.area);
    }
}

/// The registered areas as they stand after an import, but for those that it brings with boundaries of their own.
pub(super) struct Standing<'g> {
    /// Those that the import does not touch.
    pub untouched: Vec<&'g AreaShape>,
    /// Those that keep their boundaries for other days than before.
    pub changed: Vec<AreaShape>,
}

impl<'g> Standing<'g> {
    /// Those of the register, beside `incoming`.
    pub fn of(geography: &'g Geography, incoming: &[Incoming], ended: &[AreaInfo]) -> Self {
        let held = |new: &Incoming| Some(area_store::registered(geography, &new.area)?.id);
        let replaced: HashSet<i32> = incoming
            .iter()
            .filter_map(held)
            .chain(ended.iter().map(|info| info.id))
            .collect();
        let until = |id: i32, valid_to| {
            let shape = geography.atlas().shape(id)?.clone();
            Some(AreaShape { valid_to, ..shape })
        };
        let kept = incoming.iter().filter(|new| new.boundary.is_none());
        let kept = kept.filter_map(|new| until(held(new)?, new.area.valid_to));
        let ended = ended
            .iter()
            .filter_map(|info| until(info.id, info.area.valid_to));
        Self {
            untouched: geography
                .atlas()
                .shapes()
                .filter(|shape| !replaced.contains(&shape.id))
                .collect(),
            changed: kept.chain(ended).collect(),
        }
    }
}
