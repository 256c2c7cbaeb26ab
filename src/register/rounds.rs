//! Rounds, and what comes of them. A round is what a courier takes to one receiver under one lease: first what somebody
//! asked for, then changes in the order of their revisions, until the first failure.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::due::{Message, look};
use super::webhooks::{new_delivery, store};
use super::{Change, Register, delivery};
use crate::db::deliveries::{self, DEAD, DELIVERED, PENDING};
use crate::db::webhooks::{self, Progress, Record};
use crate::db::{DbConn, stored};
use crate::domain::{Caller, Webhook};
use crate::error::Result;

/// Days for which arrived deliveries and pings are listed.
pub const KEPT_DAYS: i64 = 30;

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

impl Register {
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
            settled = record(conn, round, attempts, jitter, &mut progress)?;
            let before = stored(now) - TimeDelta::days(KEPT_DAYS);
            deliveries::forget(conn, &webhook.id, before)?;
            if attempts.iter().any(|attempt| attempt.status == Some(GONE)) && !webhook.paused {
                let reason = "the receiver answered 410 Gone".to_owned();
                let change = self.change(Caller::Service, now, Some(reason));
                pause(conn, &change, &webhook)?;
            }
        }
        webhooks::release(conn, &webhook.id, &round.lease, progress)?;
        Ok(settled)
    }
}

/// Records what came of each message that was attempted.
fn record(
    conn: &mut DbConn,
    round: &Round,
    attempts: &[Attempt],
    jitter: f64,
    progress: &mut Progress,
) -> Result<Settled> {
    let mut settled = Settled {
        dead: 0,
        has_more: true,
    };
    for (message, attempt) in round.messages.iter().zip(attempts) {
        let row = judged(&round.webhook, message, attempt, jitter);
        advance(progress, message, attempt, row.as_ref());
        if let Some(row) = row {
            settled.dead += u64::from(message.in_order && row.state == DEAD);
            settled.has_more &= row.state != PENDING;
            deliveries::save(conn, &row)?;
        }
    }
    let has_failed = attempts.iter().any(|attempt| attempt.error.is_some());
    if !has_failed && attempts.len() == round.messages.len() {
        progress.delivered_revision = round.through;
        settled.has_more = round.has_more;
    }
    Ok(settled)
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
