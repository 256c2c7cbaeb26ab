//! What is due to which webhook, and what comes of it. A round is what a courier takes to one receiver under one lease:
//! first what somebody asked for, then changes in the order of their revisions, until the first failure.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::webhooks::{new_delivery, store};
use super::{Change, Register, delivery};
use crate::db::changes::{self, Record as ChangeRecord};
use crate::db::deliveries::{self, DEAD, DELIVERED, PENDING};
use crate::db::webhooks::{self, Progress, Record};
use crate::db::{DbConn, sites, stored};
use crate::domain::{Caller, Webhook};
use crate::error::Result;

/// Deliveries of one round at the most: those of a round that is cut off are sent again.
pub const ROUND_MAX: usize = 100;

/// Changes that one look reads at the most.
const LOOK: i64 = 500;

/// Days for which arrived deliveries and pings are listed.
pub const KEPT_DAYS: i64 = 30;

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
    row: Option<deliveries::Record>,
    /// Whether later changes wait for it.
    in_order: bool,
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

    fn revision(&self) -> Option<i64> {
        match &self.content {
            Content::Change(change) => Some(change.revision),
            Content::Ping => None,
        }
    }
}

/// What a courier takes to one receiver.
pub struct Round {
    /// The webhook as it is when the round begins.
    pub webhook: Record,
    /// What the messages are signed with.
    pub secret: String,
    /// The messages, to be sent in this order, up to the first that fails.
    pub messages: Vec<Message>,
    lease: String,
    through: i64,
    has_more: bool,
}

/// What came of a message.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// When.
    pub at: NaiveDateTime,
    /// The status of the answer, where one came.
    pub status: Option<u16>,
    /// What went wrong, in words; none when it arrived.
    pub error: Option<String>,
}

/// What came of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Changes that were given up.
    pub dead: u64,
    /// Whether more may be due at once.
    pub has_more: bool,
}

/// What is due.
#[derive(Debug, Default)]
pub struct Due {
    /// Webhooks that have something to be sent.
    pub webhooks: Vec<String>,
    /// Webhooks that want none of the changes from one revision to another.
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
            if !look.messages.is_empty() {
                due.webhooks.push(webhook.id);
            } else if look.through > webhook.delivered_revision {
                let from = webhook.delivered_revision;
                due.passed.push((webhook.id, from, look.through));
            }
        }
        Ok(due)
    }

    /// The round of a webhook that was claimed by `lease`; none where the webhook is gone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn round(
        &self,
        conn: &mut DbConn,
        id: &str,
        lease: &str,
        now: NaiveDateTime,
    ) -> Result<Option<Round>> {
        let (Some(webhook), Some(secret)) =
            (webhooks::by_id(conn, id)?, webhooks::secret(conn, id)?)
        else {
            return Ok(None);
        };
        let pending = deliveries::pending(conn, Some(id))?;
        let look = look(conn, &webhook, pending, now)?;
        Ok(Some(Round {
            webhook,
            secret,
            messages: look.messages,
            lease: lease.to_owned(),
            through: look.through,
            has_more: look.has_more,
        }))
    }

    /// Records what came of a round, message by message, and gives the webhook back. Where the webhook was changed
    /// meanwhile, or another courier has it, nothing is recorded: its messages are sent again.
    ///
    /// # Errors
    /// Those of the database.
    pub fn settle(
        &self,
        conn: &mut DbConn,
        round: &Round,
        attempts: &[Attempt],
        jitter: f64,
        now: DateTime<Utc>,
    ) -> Result<Settled> {
        let Some(webhook) = webhooks::by_id(conn, &round.webhook.id)?
            .filter(|webhook| webhook.lease.as_deref() == Some(&round.lease))
        else {
            return Ok(Settled::default());
        };
        let mut progress = Progress {
            delivered_revision: webhook.delivered_revision,
            delivered_at: webhook.delivered_at,
            failing_since: webhook.failing_since,
        };
        let mut settled = Settled {
            dead: 0,
            has_more: true,
        };
        if webhook.version == round.webhook.version {
            for (message, attempt) in round.messages.iter().zip(attempts) {
                let row = judged(&webhook, message, attempt, jitter);
                advance(&mut progress, message, attempt, row.as_ref());
                if let Some(row) = row {
                    settled.dead += u64::from(message.in_order && row.state == DEAD);
                    settled.has_more &= row.state != PENDING;
                    deliveries::save(conn, &row)?;
                }
            }
            let failed = attempts.iter().any(|attempt| attempt.error.is_some());
            if !failed && attempts.len() == round.messages.len() {
                progress.delivered_revision = round.through;
                settled.has_more = round.has_more;
            }
            let before = stored(now) - TimeDelta::days(KEPT_DAYS);
            deliveries::forget(conn, &webhook.id, before)?;
            if attempts.iter().any(|attempt| attempt.status == Some(GONE)) && !webhook.paused {
                let reason = "the receiver answered 410 Gone".to_owned();
                pause(
                    conn,
                    &self.change(Caller::Service, now, Some(reason)),
                    &webhook,
                )?;
            }
        }
        webhooks::release(conn, &webhook.id, &round.lease, progress)?;
        Ok(settled)
    }
}

/// The status by which a receiver says that it wants no more: 410.
const GONE: u16 = 410;

fn pause(conn: &mut DbConn, change: &Change, webhook: &Record) -> Result<()> {
    let paused = Webhook {
        paused: true,
        ..webhook.webhook()
    };
    store(conn, change, webhook, &paused)
}

/// The row that a message has after an attempt; none where it arrived at the first one.
fn judged(
    webhook: &Record,
    message: &Message,
    attempt: &Attempt,
    jitter: f64,
) -> Option<deliveries::Record> {
    let has_failed = attempt.error.is_some();
    let mut row = match &message.row {
        Some(row) => row.clone(),
        None if has_failed => new_delivery(&webhook.id, message.revision(), attempt.at),
        None => return None,
    };
    row.attempts += 1;
    row.attempted_at = Some(attempt.at);
    row.status = attempt.status.map(i32::from);
    row.error.clone_from(&attempt.error);
    let wait = delivery::wait(row.attempts, jitter).filter(|_| message.in_order && has_failed);
    row.next_attempt_at = wait.map(|wait| attempt.at + wait);
    let state = match (has_failed, wait) {
        (false, _) => DELIVERED,
        (true, Some(_)) => PENDING,
        (true, None) => DEAD,
    };
    state.clone_into(&mut row.state);
    Some(row)
}

/// Notes how far the webhook has come with an attempt.
fn advance(
    progress: &mut Progress,
    message: &Message,
    attempt: &Attempt,
    row: Option<&deliveries::Record>,
) {
    let Some(revision) = message.revision().filter(|_| message.in_order) else {
        return;
    };
    if attempt.error.is_none() {
        progress.delivered_at = Some(attempt.at);
        progress.failing_since = None;
    } else {
        progress.failing_since.get_or_insert(attempt.at);
    }
    if row.is_none_or(|row| row.state != PENDING) {
        progress.delivered_revision = revision;
    }
}

/// What one look finds to be sent.
struct Look {
    messages: Vec<Message>,
    through: i64,
    has_more: bool,
}

fn look(
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
