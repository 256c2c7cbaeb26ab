//! What is due to which webhook: what somebody asked for, and the changes that follow in the order of their revisions.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDateTime;

use super::Register;
use crate::db::changes::{self, Record as ChangeRecord};
use crate::db::deliveries;
use crate::db::webhooks::{self, Record};
use crate::db::{DbConn, sites};
use crate::domain::Webhook;
use crate::error::Result;

/// Deliveries of one round at the most: those of a round that is cut off are sent again.
pub const ROUND_MAX: usize = 100;

/// Changes that one look reads at the most.
const LOOK: i64 = 500;

/// What is sent.
#[derive(Debug, Clone)]
pub enum Content {
    /// A change.
    Change(ChangeRecord),
    /// A sign of life that somebody asked for.
    Ping,
}

/// One thing to be sent.
#[derive(Debug, Clone)]
pub struct Message {
    /// What.
    pub content: Content,
    /// Its row, where it has one: a change that has not failed yet has none.
    pub(super) row: Option<deliveries::Record>,
    /// Whether later changes wait for it.
    pub(super) in_order: bool,
}

impl Message {
    /// What receivers know it by: the same in each attempt.
    #[must_use]
    pub fn id(&self) -> String {
        match (&self.content, &self.row) {
            (Content::Change(change), _) => change.revision.to_string(),
            (Content::Ping, row) => row.as_ref().map(|row| row.id.clone()).unwrap_or_default(),
        }
    }

    pub(super) fn revision(&self) -> Option<i64> {
        match &self.content {
            Content::Change(change) => Some(change.revision),
            Content::Ping => None,
        }
    }
}

/// What is due.
#[derive(Debug, Default)]
pub struct Due {
    /// Webhooks that have something to be sent, or a long way to go.
    pub webhooks: Vec<String>,
    /// Webhooks that want none of the changes from one revision to another. They are gone past all at once: a round for
    /// each would be two transactions for each change that somebody records.
    pub passed: Vec<(String, i64, i64)>,
    /// How many webhooks are active, failing and paused.
    pub states: [i64; 3],
    /// By how many revisions the last of those that are not paused is behind.
    pub behind: i64,
}

impl Register {
    /// What is due at `now`, but for the webhooks that are in hand.
    ///
    /// # Errors
    /// Those of the database.
    pub fn due(
        &self,
        conn: &mut DbConn,
        in_hand: &HashSet<String>,
        now: NaiveDateTime,
    ) -> Result<Due> {
        let newest = changes::newest(conn)?;
        let pending = deliveries::pending(conn, None)?;
        let mut due = Due::default();
        for webhook in webhooks::all(conn)? {
            let state = match (webhook.paused, webhook.failing_since) {
                (true, _) => 2,
                (false, Some(_)) => 1,
                (false, None) => 0,
            };
            due.states[state] += 1;
            if !webhook.paused {
                due.behind = due.behind.max(newest - webhook.delivered_revision);
            }
            if in_hand.contains(&webhook.id) || webhook.is_held(now) {
                continue;
            }
            let own: Vec<_> = pending
                .iter()
                .filter(|row| row.webhook == webhook.id)
                .cloned()
                .collect();
            if own.is_empty() && webhook.delivered_revision >= newest {
                continue;
            }
            let look = look(conn, &webhook, own, now)?;
            if look.has_more || !look.messages.is_empty() {
                due.webhooks.push(webhook.id);
            } else if look.through > webhook.delivered_revision {
                let from = webhook.delivered_revision;
                due.passed.push((webhook.id, from, look.through));
            }
        }
        Ok(due)
    }
}

/// What one look finds to be sent.
pub(super) struct Look {
    pub(super) messages: Vec<Message>,
    pub(super) through: i64,
    pub(super) has_more: bool,
}

/// Looks what is to be sent to `webhook` at `now`, of which `pending` has rows.
pub(super) fn look(
    conn: &mut DbConn,
    webhook: &Record,
    pending: Vec<deliveries::Record>,
    now: NaiveDateTime,
) -> Result<Look> {
    let cursor = webhook.delivered_revision;
    let (waiting, asked): (Vec<_>, Vec<_>) = pending
        .into_iter()
        .partition(|row| row.revision.is_some_and(|revision| revision > cursor));
    let mut look = Look {
        messages: asked_for(conn, asked)?,
        through: cursor,
        has_more: false,
    };
    let has_to_wait = |row: &deliveries::Record| row.next_attempt_at.is_some_and(|at| at > now);
    if !webhook.paused && !waiting.iter().any(has_to_wait) {
        follow(conn, webhook, waiting, &mut look)?;
    }
    Ok(look)
}

/// Pings, and changes that were given up and are to be sent once more.
fn asked_for(conn: &mut DbConn, rows: Vec<deliveries::Record>) -> Result<Vec<Message>> {
    let revisions: Vec<i64> = rows.iter().filter_map(|row| row.revision).collect();
    let mut of_revision: HashMap<i64, ChangeRecord> = changes::of_revisions(conn, &revisions)?
        .into_iter()
        .map(|change| (change.revision, change))
        .collect();
    let message = |row: deliveries::Record| {
        let content = match row.revision {
            None => Content::Ping,
            Some(revision) => Content::Change(of_revision.remove(&revision)?),
        };
        Some(Message {
            content,
            row: Some(row),
            in_order: false,
        })
    };
    Ok(rows.into_iter().filter_map(message).collect())
}

/// Adds the changes that follow, in their order.
fn follow(
    conn: &mut DbConn,
    webhook: &Record,
    mut waiting: Vec<deliveries::Record>,
    look: &mut Look,
) -> Result<()> {
    let room = ROUND_MAX.saturating_sub(look.messages.len());
    if room == 0 {
        look.has_more = true;
        return Ok(());
    }
    // Asked first: what is recorded between the two questions is found by the next look.
    let newest = changes::newest(conn)?;
    let seen = changes::since(conn, look.through, LOOK, webhook.owner.is_none())?;
    let is_full = i64::try_from(seen.len()).is_ok_and(|seen| seen == LOOK);
    let last = seen.last().map(|change| change.revision);
    let end = if is_full {
        last
    } else {
        last.max(Some(newest))
    };
    let mut wanted = wanted(conn, &webhook.webhook(), seen)?;
    look.has_more = is_full || wanted.len() > room;
    look.through = match wanted.get(room - 1) {
        Some(last) if wanted.len() > room => last.revision,
        _ => end.unwrap_or(look.through),
    };
    wanted.truncate(room);
    look.messages.extend(wanted.into_iter().map(|change| {
        let at = waiting
            .iter()
            .position(|row| row.revision == Some(change.revision));
        Message {
            row: at.map(|at| waiting.swap_remove(at)),
            content: Content::Change(change),
            in_order: true,
        }
    }));
    Ok(())
}

/// Those of `seen` that the webhook wants.
fn wanted(
    conn: &mut DbConn,
    webhook: &Webhook,
    seen: Vec<ChangeRecord>,
) -> Result<Vec<ChangeRecord>> {
    let mut wanted: Vec<ChangeRecord> = seen
        .into_iter()
        .filter(|change| webhook.wants(&change.resource, &change.action))
        .collect();
    let Some(operator) = webhook.operator.as_deref() else {
        return Ok(wanted);
    };
    let keys: HashSet<&str> = wanted
        .iter()
        .filter(|change| change.resource == "site")
        .map(|change| change.key.as_str())
        .collect();
    let keys: Vec<&str> = keys.into_iter().collect();
    let versions = sites::versions_of(conn, operator, &keys)?;
    wanted.retain(|change| is_of(change, operator, &versions));
    Ok(wanted)
}

/// Whether a change is of a record of `operator`. A site that changes hands is of both.
fn is_of(change: &ChangeRecord, operator: &str, versions: &HashSet<(String, i32)>) -> bool {
    match change.resource.as_str() {
        "operator" => change.key == operator,
        "subscribers" => change.key.split(',').any(|code| code == operator),
        "site" => change.version.is_some_and(|version| {
            let had = |version| versions.contains(&(change.key.clone(), version));
            had(version) || had(version - 1)
        }),
        _ => false,
    }
}
