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
        let held = held(conn, &counts)?;
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
            subscribers::upsert(conn, new, change.at, change.caller.name())?;
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
    let operators: HashSet<String> = operators::all(conn)?
        .into_iter()
        .map(|record| record.code)
        .collect();
    let mut sites_of: HashMap<String, HashSet<String>> = HashMap::new();
    let mut seen: HashSet<&CountKey> = HashSet::new();
    for (pointer, count) in counts {
        let key = &count.key;
        if !operators.contains(&key.operator) {
            faults.body(
                format!("{pointer}/operator"),
                Rule::UnknownOperator,
                Some(&Value::from(key.operator.as_str())),
            );
        } else if let Some(site) = &key.site {
            if !sites_of.contains_key(&key.operator) {
                sites_of.insert(
                    key.operator.clone(),
                    sites::codes(conn, &key.operator, None)?,
                );
            }
            if sites_of
                .get(&key.operator)
                .is_none_or(|codes| !codes.contains(site))
            {
                let rule = Rule::UnknownSite {
                    operator: key.operator.clone(),
                };
                faults.body(
                    format!("{pointer}/site"),
                    rule,
                    Some(&Value::from(site.as_str())),
                );
            }
        }
        if geography
            .valid(&key.area, key.period_end)
            .or_else(|| geography.by_code(&key.area, key.period_end))
            .is_none()
        {
            let rule = Rule::UnknownArea {
                date: key.period_end.to_string(),
            };
            faults.body(
                format!("{pointer}/area"),
                rule,
                Some(&Value::from(key.area.as_str())),
            );
        }
        if !seen.insert(key) {
            faults.body(pointer.clone(), Rule::Duplicate, None);
        }
    }
    Ok(())
}

/// The counts that the register holds under the keys of `counts`.
fn held(
    conn: &mut DbConn,
    counts: &[(String, SubscriberCount)],
) -> Result<HashMap<CountKey, Record>> {
    let from = counts.iter().map(|(_, count)| count.key.period_end).min();
    let to = counts.iter().map(|(_, count)| count.key.period_end).max();
    let distinct: HashSet<&String> = counts
        .iter()
        .map(|(_, count)| &count.key.operator)
        .collect();
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

fn note(change: &Change, new: &[NewCount]) -> NewChange {
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
