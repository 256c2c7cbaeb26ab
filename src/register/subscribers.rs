//! Records subscriber counts, and chooses those that answer for a day.

use std::collections::{HashMap, HashSet};

use chrono::{Days, NaiveDate};
use serde_json::Value;

use super::bulk::Imported;
use super::sites::may_write;
use super::{Change, Geography, Register};
use crate::db::changes::{self, NewChange};
use crate::db::subscribers::{self, Filter, NewCount, Record};
use crate::db::{DbConn, operators, sites};
use crate::domain::subscribers::{LocatedCount, answering};
use crate::domain::{CountKey, Faults, Rule, SubscriberCount};
use crate::error::Result;

/// Most counts of one request.
pub const COUNTS_MAX: usize = 10_000;

impl Register {
    /// Records a list of counts by their keys: all of it, or nothing.
    ///
    /// # Errors
    /// `Invalid` with every fault, or `Forbidden`.
    pub fn put_subscribers(
        &self,
        conn: &mut DbConn,
        change: &Change,
        body: &Value,
    ) -> Result<Imported> {
        let mut faults = Faults::default();
        let Some(items) = body.as_array() else {
            faults.body("", Rule::WrongType { expected: "a list" }, Some(body));
            return Err(faults.into());
        };
        if items.len() > COUNTS_MAX {
            faults.body("", Rule::TooMany { max: COUNTS_MAX }, None);
            return Err(faults.into());
        }
        let read = |(i, item)| {
            SubscriberCount::read(item, format!("/{i}"), &mut faults)
                .map(|count| (format!("/{i}"), count))
        };
        let counts: Vec<(String, SubscriberCount)> =
            items.iter().enumerate().filter_map(read).collect();
        for (_, count) in &counts {
            may_write(&change.caller, &count.key.operator)?;
        }
        self.upsert_counts(conn, change, counts, faults)
    }

    /// Records counts that were read, each with its pointer, unless anything is wrong with any of them.
    ///
    /// # Errors
    /// `Invalid` with every fault.
    pub fn upsert_counts(
        &self,
        conn: &mut DbConn,
        change: &Change,
        counts: Vec<(String, SubscriberCount)>,
        mut faults: Faults,
    ) -> Result<Imported> {
        let geography = self.geography(conn)?;
        check(conn, &geography, &counts, &mut faults)?;
        faults.give(Some(()))?;
        let only: Vec<&SubscriberCount> = counts.iter().map(|(_, count)| count).collect();
        let held = held_of(conn, &only)?;
        let mut outcome = Imported::default();
        let mut new = Vec::new();
        for (_, count) in counts {
            match held.get(&count.key) {
                None => {
                    outcome.created += 1;
                    new.push(NewCount {
                        count,
                        replaces: None,
                        version: 1,
                    });
                }
                Some(record) if record.count()? == count => outcome.unchanged += 1,
                Some(record) => {
                    outcome.updated += 1;
                    new.push(NewCount {
                        count,
                        replaces: Some(record.row_id),
                        version: record.version + 1,
                    });
                }
            }
        }
        if !new.is_empty() {
            changes::note(conn, &[note(change, &new)])?;
            subscribers::upsert(conn, new, change.at, change.caller.name(), None)?;
        }
        Ok(outcome)
    }
}

/// Operators, areas and sites must be known, and no key may occur twice.
fn check(
    conn: &mut DbConn,
    geography: &Geography,
    counts: &[(String, SubscriberCount)],
    faults: &mut Faults,
) -> Result<()> {
    let mut known = Known::new(conn)?;
    let mut seen: HashSet<&CountKey> = HashSet::new();
    for (pointer, count) in counts {
        known.check(conn, geography, count, pointer, faults)?;
        if !seen.insert(&count.key) {
            faults.body(pointer.clone(), Rule::Duplicate, None);
        }
    }
    Ok(())
}

/// What is known of operators and their sites, read once for many counts.
pub(super) struct Known {
    operators: HashSet<String>,
    sites: HashMap<String, HashSet<String>>,
}

impl Known {
    pub(super) fn new(conn: &mut DbConn) -> Result<Self> {
        Ok(Self {
            operators: operators::all(conn)?
                .into_iter()
                .map(|record| record.code)
                .collect(),
            sites: HashMap::new(),
        })
    }

    /// Checks that what the count at `pointer` names is known.
    pub(super) fn check(
        &mut self,
        conn: &mut DbConn,
        geography: &Geography,
        count: &SubscriberCount,
        pointer: &str,
        faults: &mut Faults,
    ) -> Result<()> {
        let key = &count.key;
        let mut unknown = |name: &str, rule: Rule, value: &str| {
            faults.body(format!("{pointer}/{name}"), rule, Some(&Value::from(value)));
        };
        if !self.operators.contains(&key.operator) {
            unknown("operator", Rule::UnknownOperator, &key.operator);
        } else if let Some(site) = &key.site {
            if !self.sites.contains_key(&key.operator) {
                let codes = sites::codes(conn, &key.operator, None)?;
                self.sites.insert(key.operator.clone(), codes);
            }
            let codes = self.sites.get(&key.operator);
            if codes.is_none_or(|codes| !codes.contains(site)) {
                let operator = key.operator.clone();
                unknown("site", Rule::UnknownSite { operator }, site);
            }
        }
        let valid = geography.valid(&key.area, key.period_end);
        if valid
            .or_else(|| geography.by_code(&key.area, key.period_end))
            .is_none()
        {
            let date = key.period_end.to_string();
            unknown("area", Rule::UnknownArea { date }, &key.area);
        }
        Ok(())
    }
}

/// The counts that the register holds under the keys of `counts`.
pub(super) fn held_of(
    conn: &mut DbConn,
    counts: &[&SubscriberCount],
) -> Result<HashMap<CountKey, Record>> {
    if counts.is_empty() {
        return Ok(HashMap::new());
    }
    let from = counts.iter().map(|count| count.key.period_end).min();
    let to = counts.iter().map(|count| count.key.period_end).max();
    let distinct: HashSet<&String> = counts.iter().map(|count| &count.key.operator).collect();
    let operators = distinct.into_iter().cloned().collect();
    let records = subscribers::all(
        conn,
        &Filter {
            operators,
            from,
            to,
            ..Filter::default()
        },
    )?;
    records
        .into_iter()
        .map(|record| Ok((record.count()?.key, record)))
        .collect()
}

pub(super) fn note(change: &Change, new: &[NewCount]) -> NewChange {
    let operators: HashSet<&str> = new
        .iter()
        .map(|new| new.count.key.operator.as_str())
        .collect();
    let mut operators: Vec<&str> = operators.into_iter().collect();
    operators.sort_unstable();
    NewChange {
        recorded_at: change.at,
        actor: change.caller.name().to_owned(),
        resource: "subscribers",
        key: operators.join(","),
        action: "update",
        version: None,
        fields: format!("{} counts", new.len()),
        reason: change.reason.clone(),
        document: None,
    }
}

/// The counts that answer for `as_of`, each with the area version that its code means.
///
/// # Errors
/// Those of the database.
pub fn answering_on(
    conn: &mut DbConn,
    geography: &Geography,
    filter: &Filter,
    as_of: NaiveDate,
    max_age_days: u64,
) -> Result<Vec<LocatedCount>> {
    let max_age = Days::new(max_age_days);
    let filter = Filter {
        from: as_of.checked_sub_days(max_age),
        to: Some(as_of),
        ..filter.clone()
    };
    let located = subscribers::figures(conn, &filter)?
        .into_iter()
        .map(|count| {
            let info = geography.by_code(&count.key.area, count.key.period_end);
            LocatedCount {
                area_id: info.map(|info| info.id),
                area_valid_to: info.and_then(|info| info.area.valid_to),
                count,
            }
        })
        .collect();
    Ok(answering(located, as_of, max_age, |part| {
        geography.wholes(part)
    }))
}
