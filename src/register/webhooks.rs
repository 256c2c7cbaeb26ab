//! Records, replaces and removes webhooks, and takes orders for deliveries.

use chrono::NaiveDateTime;
use uuid::Uuid;

use super::sites::Precondition;
use super::{Change, Register, delivery};
use crate::db::changes::{self, NewChange};
use crate::db::deliveries::{self, DEAD, PENDING};
use crate::db::webhooks::{self, Record};
use crate::db::{DbConn, operators};
use crate::domain::{Caller, Faults, Role, Rule, Webhook};
use crate::error::{Error, Result};

/// Webhooks of one owner at the most. Each has a thread of its own while it is served, so their number is bounded.
pub const WEBHOOKS_MAX: usize = 20;

/// Whether `caller` may see and change a webhook: an operator its own, the department all.
#[must_use]
pub fn may_see(caller: &Caller, webhook: &Record) -> bool {
    match &webhook.owner {
        Some(operator) => caller.may_write(operator),
        None => caller.has(Role::Department),
    }
}

/// The webhook `id`.
///
/// # Errors
/// `NotFound`, also where `caller` may not see it.
pub fn by_id(conn: &mut DbConn, caller: &Caller, id: &str) -> Result<Record> {
    webhooks::by_id(conn, id)?
        .filter(|record| may_see(caller, record))
        .ok_or_else(|| not_found(id))
}

fn not_found(id: &str) -> Error {
    Error::NotFound {
        kind: "webhook",
        key: id.to_owned(),
    }
}

impl Register {
    /// Records a webhook and makes its secret, which is shown this once. It begins after the revision `since`; where none
    /// is given, with what comes after it.
    ///
    /// # Errors
    /// `Invalid` for an unknown operator, a revision that is not there yet, or one webhook too many.
    pub fn create_webhook(
        &self,
        conn: &mut DbConn,
        change: &Change,
        webhook: &Webhook,
        since: Option<i64>,
    ) -> Result<(Record, String)> {
        let owner = owner(&change.caller)?;
        let newest = changes::newest(conn)?;
        let mut faults = Faults::default();
        check_operator(conn, webhook, &mut faults)?;
        if let Some(since) = since.filter(|since| *since > newest) {
            #[expect(clippy::cast_precision_loss, reason = "for people to read")]
            let rule = Rule::OutOfRange {
                min: 0.0,
                max: newest as f64,
            };
            faults.body("/since", rule, Some(&since.into()));
        }
        let most = i64::try_from(WEBHOOKS_MAX).unwrap_or(i64::MAX);
        if webhooks::count(conn, owner.as_deref())? >= most {
            faults.body("", Rule::TooMany { max: WEBHOOKS_MAX }, None);
        }
        faults.give(Some(()))?;
        let id = Uuid::now_v7().to_string();
        changes::note(conn, &[note(change, &id, "create", Some(1))])?;
        let record = Record {
            id,
            owner,
            name: webhook.name.clone(),
            url: webhook.url.clone(),
            resources: webhook.resources.join(","),
            actions: webhook.actions.join(","),
            operator: webhook.operator.clone(),
            paused: webhook.paused,
            delivered_revision: match since {
                Some(since) => since,
                None => changes::newest(conn)?,
            },
            delivered_at: None,
            failing_since: None,
            lease: None,
            leased_until: None,
            version: 1,
            created_at: change.at,
            updated_at: change.at,
        };
        let secret = delivery::new_secret()?;
        webhooks::insert(conn, &record, &secret)?;
        Ok((record, secret))
    }

    /// Replaces a webhook. A body that changes nothing makes no new version; any other lets the attempts at what waits
    /// begin anew.
    ///
    /// # Errors
    /// `NotFound`, `PreconditionRequired`, `Stale`, and `Invalid` for an unknown operator.
    pub fn replace_webhook(
        &self,
        conn: &mut DbConn,
        change: &Change,
        id: &str,
        expected: Precondition,
        webhook: &Webhook,
    ) -> Result<Record> {
        let before = by_id(conn, &change.caller, id)?;
        expected.check(before.version)?;
        let mut faults = Faults::default();
        check_operator(conn, webhook, &mut faults)?;
        faults.give(Some(()))?;
        if before.webhook() == *webhook {
            return Ok(before);
        }
        store(conn, change, &before, webhook)?;
        deliveries::drop_waiting(conn, id, before.delivered_revision)?;
        by_id(conn, &change.caller, id)
    }

    /// Removes a webhook, its secret and its deliveries. The journal keeps that it was there.
    ///
    /// # Errors
    /// `NotFound`, `PreconditionRequired`, `Stale`.
    pub fn delete_webhook(
        &self,
        conn: &mut DbConn,
        change: &Change,
        id: &str,
        expected: Precondition,
    ) -> Result<()> {
        let before = by_id(conn, &change.caller, id)?;
        expected.check(before.version)?;
        deliveries::delete_all(conn, id)?;
        webhooks::delete(conn, id)?;
        changes::note(conn, &[note(change, id, "delete", None)])
    }

    /// Orders a ping: one attempt, also while the webhook is paused.
    ///
    /// # Errors
    /// `NotFound`, and `Conflict` while a ping waits already.
    pub fn ping_webhook(
        &self,
        conn: &mut DbConn,
        change: &Change,
        id: &str,
    ) -> Result<deliveries::Record> {
        by_id(conn, &change.caller, id)?;
        let waiting = deliveries::pending(conn, Some(id))?;
        if waiting.iter().any(|delivery| delivery.revision.is_none()) {
            return Err(Error::Conflict {
                kind: "webhook",
                key: id.to_owned(),
                why: "has a ping on its way already",
            });
        }
        let ping = new_delivery(id, None, change.at);
        deliveries::save(conn, &ping)?;
        Ok(ping)
    }

    /// Orders an attempt at once: a delivery that waits keeps its turn; one that was given up is sent once more, after
    /// what has overtaken it, also while the webhook is paused.
    ///
    /// # Errors
    /// `NotFound`, and `Conflict` for what has arrived.
    pub fn retry_delivery(
        &self,
        conn: &mut DbConn,
        change: &Change,
        webhook: &str,
        id: &str,
    ) -> Result<deliveries::Record> {
        by_id(conn, &change.caller, webhook)?;
        let mut delivery =
            deliveries::by_id(conn, webhook, id)?.ok_or_else(|| Error::NotFound {
                kind: "delivery",
                key: id.to_owned(),
            })?;
        if ![PENDING, DEAD].contains(&delivery.state.as_str()) {
            return Err(Error::Conflict {
                kind: "delivery",
                key: id.to_owned(),
                why: "has arrived",
            });
        }
        PENDING.clone_into(&mut delivery.state);
        delivery.next_attempt_at = Some(change.at);
        deliveries::save(conn, &delivery)?;
        Ok(delivery)
    }
}

/// Whose webhooks `caller` makes: an operator's, or the department's.
fn owner(caller: &Caller) -> Result<Option<String>> {
    match caller {
        Caller::Key {
            role: Role::Operator,
            operator: Some(operator),
            ..
        } => Ok(Some(operator.clone())),
        caller if caller.has(Role::Department) => Ok(None),
        _ => Err(Error::Forbidden(
            "this needs a key with the role `operator`".to_owned(),
        )),
    }
}

fn check_operator(conn: &mut DbConn, webhook: &Webhook, faults: &mut Faults) -> Result<()> {
    if let Some(code) = &webhook.operator
        && operators::by_code(conn, code)?.is_none()
    {
        faults.body(
            "/operator",
            Rule::UnknownOperator,
            Some(&code.as_str().into()),
        );
    }
    Ok(())
}

/// Stores what `webhook` says in the place of `before`.
pub(super) fn store(
    conn: &mut DbConn,
    change: &Change,
    before: &Record,
    webhook: &Webhook,
) -> Result<()> {
    webhooks::replace(conn, &before.id, before.version, webhook, change.at)?;
    let line = note(change, &before.id, "replace", Some(before.version + 1));
    changes::note(conn, &[line])
}

/// A delivery that waits for its first attempt.
pub(super) fn new_delivery(
    webhook: &str,
    revision: Option<i64>,
    at: NaiveDateTime,
) -> deliveries::Record {
    deliveries::Record {
        id: Uuid::now_v7().to_string(),
        webhook: webhook.to_owned(),
        revision,
        state: PENDING.to_owned(),
        attempts: 0,
        status: None,
        error: None,
        created_at: at,
        attempted_at: None,
        next_attempt_at: Some(at),
    }
}

fn note(change: &Change, id: &str, action: &'static str, version: Option<i32>) -> NewChange {
    NewChange {
        recorded_at: change.at,
        actor: change.caller.name().to_owned(),
        resource: "webhook",
        key: id.to_owned(),
        action,
        version,
        fields: String::new(),
        reason: change.reason.clone(),
        document: None,
    }
}
