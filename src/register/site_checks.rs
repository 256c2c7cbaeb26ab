//! What a site must agree with besides itself: operators, hosts, the territory, the areas, its neighbours.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::Value;

use super::{Geography, Settings};
use crate::db::{DbConn, operators, sites};
use crate::domain::site_input::Submitted;
use crate::domain::{Equipment, Faults, Kind, Level, Rule, Site};
use crate::error::Result;
use crate::geo::{BBox, Position, measure};

/// Nearer to another operator's site is worth a warning, in metres.
const NEAR_OTHER_M: f64 = 5.0;
/// Nearer to the same operator's site is worth a warning, in metres.
const NEAR_OWN_M: f64 = 10.0;
/// A longer move is worth a warning, in metres.
const MOVED_M: f64 = 1_000.0;

/// What is known of operators and their switching stations, read once for many sites.
#[derive(Default)]
pub struct Known {
    operators: Option<HashSet<String>>,
    hosts: HashMap<String, HashSet<String>>,
}

impl Known {
    /// Whether there is an operator with this code.
    ///
    /// # Errors
    /// Those of the database.
    pub fn has_operator(&mut self, conn: &mut DbConn, code: &str) -> Result<bool> {
        let known = match self.operators.take() {
            Some(known) => known,
            None => operators::all(conn)?
                .into_iter()
                .map(|record| record.code)
                .collect(),
        };
        Ok(self.operators.insert(known).contains(code))
    }

    /// Notes a switching station that is about to be recorded.
    pub fn add_host(&mut self, operator: &str, code: &str) {
        if let Some(hosts) = self.hosts.get_mut(operator) {
            hosts.insert(code.to_owned());
        }
    }

    /// Whether the operator has a switching station with this code.
    ///
    /// # Errors
    /// Those of the database.
    pub fn has_host(&mut self, conn: &mut DbConn, operator: &str, code: &str) -> Result<bool> {
        if !self.hosts.contains_key(operator) {
            let codes = sites::codes(conn, operator, Some(Kind::SwitchingStation))?;
            self.hosts.insert(operator.to_owned(), codes);
        }
        Ok(self
            .hosts
            .get(operator)
            .is_some_and(|codes| codes.contains(code)))
    }
}

/// Checks a submitted site against the rest of the register.
///
/// # Errors
/// Those of the database; what is wrong with the site is in `faults`.
pub fn check(
    conn: &mut DbConn,
    known: &mut Known,
    geography: &Geography,
    settings: &Settings,
    submitted: &Submitted,
    today: NaiveDate,
    faults: &mut Faults,
) -> Result<()> {
    let site = &submitted.site;
    references(conn, known, site, faults)?;
    let position = (site.longitude, site.latitude);
    if territory(geography, settings, position, "", faults) {
        for (level, code) in [
            (Level::District, &submitted.district),
            (Level::Commune, &submitted.commune),
        ] {
            if let Some(code) = code {
                area(geography, settings, site, level, code, today, faults);
            }
        }
    }
    Ok(())
}

/// The operators and the host that it names must be known.
fn references(
    conn: &mut DbConn,
    known: &mut Known,
    site: &Site,
    faults: &mut Faults,
) -> Result<()> {
    if !known.has_operator(conn, &site.operator)? {
        faults.body(
            "/operator",
            Rule::UnknownOperator,
            Some(&Value::from(site.operator.as_str())),
        );
        return Ok(());
    }
    match &site.equipment {
        Equipment::SatelliteExchange {
            host: Some(host), ..
        } => {
            if !known.has_host(conn, &site.operator, host)? {
                let rule = Rule::UnknownHost {
                    operator: site.operator.clone(),
                };
                faults.body("/host", rule, Some(&Value::from(host.as_str())));
            }
        }
        Equipment::Bts {
            structure: Some(structure),
            ..
        } => {
            for (i, code) in structure.shared_with.iter().enumerate() {
                if !known.has_operator(conn, code)? {
                    let value = Value::from(code.as_str());
                    faults.body(
                        format!("/structure/shared_with/{i}"),
                        Rule::UnknownOperator,
                        Some(&value),
                    );
                }
            }
        }
        Equipment::SatelliteExchange { .. }
        | Equipment::Bts { .. }
        | Equipment::SwitchingStation { .. } => {}
    }
    Ok(())
}

/// The position, longitude and latitude of the record at the pointer `base`, must lie in the register's territory.
pub(super) fn territory(
    geography: &Geography,
    settings: &Settings,
    (longitude, latitude): (f64, f64),
    base: &str,
    faults: &mut Faults,
) -> bool {
    let Some(territory) = settings.territory.or_else(|| geography.territory()) else {
        return true;
    };
    let holds = |longitude, latitude| {
        Position::new(longitude, latitude).is_some_and(|p| territory.contains(p))
    };
    if holds(longitude, latitude) {
        return true;
    }
    let rule = if holds(latitude, longitude) {
        Rule::CoordinatesSwapped
    } else {
        let BBox {
            west,
            south,
            east,
            north,
        } = territory;
        let round = |degrees: f64| (degrees * 1e4).round() / 1e4;
        Rule::OutsideTerritory {
            west: round(west),
            south: round(south),
            east: round(east),
            north: round(north),
        }
    };
    both(base, (longitude, latitude), rule, faults);
    false
}

/// Notes a rule that a position breaks, at both of its fields.
pub(super) fn both(base: &str, (longitude, latitude): (f64, f64), rule: Rule, faults: &mut Faults) {
    let longitude = Value::from(longitude);
    faults.body(format!("{base}/longitude"), rule.clone(), Some(&longitude));
    faults.body(
        format!("{base}/latitude"),
        rule,
        Some(&Value::from(latitude)),
    );
}

/// The position must lie in the area that the sender named, or near it. A code means whatever it meant at any time of
/// the site's life, as codes are re-used.
fn area(
    geography: &Geography,
    settings: &Settings,
    site: &Site,
    level: Level,
    code: &str,
    today: NaiveDate,
    faults: &mut Faults,
) {
    let pointer = format!("/{}", level.as_str());
    let from = site.commissioned_on.unwrap_or(today).min(today);
    let to = site.decommissioned_on.unwrap_or(today).max(from);
    let overlaps =
        |start: NaiveDate, end: Option<NaiveDate>| start <= to && end.is_none_or(|end| from < end);
    let mut meant: Vec<i32> = geography
        .versions(code)
        .filter(|info| {
            info.area.level == level && overlaps(info.area.valid_from, info.area.valid_to)
        })
        .map(|info| info.id)
        .collect();
    meant.extend(geography.by_code_at(level, code, today).map(|info| info.id));
    let Some(position) = Position::new(site.longitude, site.latitude) else {
        return;
    };
    if meant.is_empty() {
        faults.body(
            pointer,
            Rule::UnknownArea {
                date: today.to_string(),
            },
            Some(&Value::from(code)),
        );
        return;
    }
    let distances = meant
        .iter()
        .filter_map(|id| geography.atlas().distance_m(*id, position));
    let Some(distance_m) = distances.min_by(f64::total_cmp) else {
        return;
    };
    if distance_m > settings.boundary_tolerance_m {
        let found = geography.of_place(&geography.locate(position), level, today);
        let found = found.map_or_else(
            || "no area".to_owned(),
            |info| format!("{} {}", info.area.code, info.area.name),
        );
        let rule = Rule::AreaContradiction {
            level: level.as_str(),
            found,
            distance_m,
        };
        faults.body(pointer, rule, Some(&Value::from(code)));
    }
}

/// What is allowed but worth telling, from the site's surroundings and its past.
///
/// # Errors
/// Those of the database.
pub fn warnings(
    conn: &mut DbConn,
    site: &Site,
    own_id: Option<&str>,
    before: Option<&Site>,
    warnings: &mut Faults,
) -> Result<()> {
    let Some(position) = Position::new(site.longitude, site.latitude) else {
        return Ok(());
    };
    let bbox = BBox::around(position).expand_m(NEAR_OWN_M);
    if bbox.west <= bbox.east {
        for other in sites::in_box(conn, bbox)? {
            let Some(there) = Position::new(other.longitude, other.latitude) else {
                continue;
            };
            let distance_m = measure::distance_m(position, there);
            let name = format!("{}/{}", other.operator, other.code);
            if Some(other.site_id.as_str()) == own_id {
                continue;
            }
            if other.operator == site.operator && distance_m <= NEAR_OWN_M {
                warnings.body(
                    "/longitude",
                    Rule::NearOwnSite {
                        site: name,
                        distance_m,
                    },
                    None,
                );
            } else if other.operator != site.operator && distance_m <= NEAR_OTHER_M {
                warnings.body(
                    "/longitude",
                    Rule::NearOtherOperator {
                        site: name,
                        distance_m,
                    },
                    None,
                );
            }
        }
    }
    if let Some(there) = before.and_then(|before| Position::new(before.longitude, before.latitude))
    {
        let distance_m = measure::distance_m(position, there);
        if distance_m > MOVED_M {
            warnings.body("/longitude", Rule::Moved { distance_m }, None);
        }
    }
    Ok(())
}
