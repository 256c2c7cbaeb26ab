//! Webhooks: where changes are sent, and how far each has come.

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::DbConn;
use super::schema::webhooks;
use crate::domain::Webhook;
use crate::error::{Error, Result};

/// A webhook as it is kept, without its secret: that is read where a delivery is signed, and nowhere else.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhooks)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub id: String,
    pub owner: Option<String>,
    pub name: String,
    pub url: String,
    pub resources: String,
    pub actions: String,
    pub operator: Option<String>,
    pub paused: bool,
    pub delivered_revision: i64,
    pub delivered_at: Option<NaiveDateTime>,
    pub failing_since: Option<NaiveDateTime>,
    pub lease: Option<String>,
    pub leased_until: Option<NaiveDateTime>,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Record {
    /// The webhook as a value.
    #[must_use]
    pub fn webhook(&self) -> Webhook {
        let words = |text: &str| {
            let words = text.split(',').filter(|word| !word.is_empty());
            words.map(str::to_owned).collect()
        };
        Webhook {
            name: self.name.clone(),
            url: self.url.clone(),
            resources: words(&self.resources),
            actions: words(&self.actions),
            operator: self.operator.clone(),
            paused: self.paused,
        }
    }

    /// Whether a courier holds it at `now`.
    #[must_use]
    pub fn is_held(&self, now: NaiveDateTime) -> bool {
        self.leased_until.is_some_and(|until| until > now)
    }
}

/// All webhooks, oldest first.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut DbConn) -> Result<Vec<Record>> {
    Ok(webhooks::table
        .order(webhooks::id)
        .select(Record::as_select())
        .load(conn)?)
}

/// The webhook with this id.
///
/// # Errors
/// Those of the database.
pub fn by_id(conn: &mut DbConn, id: &str) -> Result<Option<Record>> {
    Ok(webhooks::table
        .find(id)
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}

/// What its deliveries are signed with.
///
/// # Errors
/// Those of the database.
pub fn secret(conn: &mut DbConn, id: &str) -> Result<Option<String>> {
    Ok(webhooks::table
        .find(id)
        .select(webhooks::secret)
        .first(conn)
        .optional()?)
}

/// How many webhooks `owner` has: an operator, or the department where there is none.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut DbConn, owner: Option<&str>) -> Result<i64> {
    let mut query = webhooks::table
        .select(count_star())
        .into_boxed::<super::MultiBackend>();
    query = match owner {
        Some(owner) => query.filter(webhooks::owner.eq(owner)),
        None => query.filter(webhooks::owner.is_null()),
    };
    Ok(query.first(conn)?)
}

/// Adds a webhook.
///
/// # Errors
/// Those of the database.
pub fn insert(conn: &mut DbConn, record: &Record, secret: &str) -> Result<()> {
    diesel::insert_into(webhooks::table)
        .values((record.clone(), webhooks::secret.eq(secret)))
        .execute(conn)?;
    Ok(())
}

/// Replaces what `webhook` says of one whose version is `version`, which becomes one more.
///
/// # Errors
/// `Stale` when it has another version.
pub fn replace(
    conn: &mut DbConn,
    id: &str,
    version: i32,
    webhook: &Webhook,
    at: NaiveDateTime,
) -> Result<()> {
    let replaced = diesel::update(webhooks::table.find(id))
        .filter(webhooks::version.eq(version))
        .set((
            webhooks::name.eq(&webhook.name),
            webhooks::url.eq(&webhook.url),
            webhooks::resources.eq(webhook.resources.join(",")),
            webhooks::actions.eq(webhook.actions.join(",")),
            webhooks::operator.eq(&webhook.operator),
            webhooks::paused.eq(webhook.paused),
            webhooks::version.eq(version + 1),
            webhooks::updated_at.eq(at),
        ))
        .execute(conn)?;
    if replaced == 1 {
        Ok(())
    } else {
        Err(Error::Stale)
    }
}

/// Removes a webhook, whose deliveries must be gone.
///
/// # Errors
/// Those of the database.
pub fn delete(conn: &mut DbConn, id: &str) -> Result<()> {
    diesel::delete(webhooks::table.find(id)).execute(conn)?;
    Ok(())
}

/// Takes a webhook for the bearer of `lease`; false where another has it at `now`, or where it is gone.
///
/// # Errors
/// Those of the database.
pub fn claim(
    conn: &mut DbConn,
    id: &str,
    lease: &str,
    now: NaiveDateTime,
    until: NaiveDateTime,
) -> Result<bool> {
    let claimed = diesel::update(webhooks::table.find(id))
        .filter(
            webhooks::leased_until
                .is_null()
                .or(webhooks::leased_until.le(now)),
        )
        .set((webhooks::lease.eq(lease), webhooks::leased_until.eq(until)))
        .execute(conn)?;
    Ok(claimed == 1)
}

/// How far a webhook has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = webhooks, treat_none_as_null = true)]
pub struct Progress {
    /// Up to which revision nothing is left to be sent.
    pub delivered_revision: i64,
    /// When a change arrived last.
    pub delivered_at: Option<NaiveDateTime>,
    /// Since when no change has arrived, while attempts fail.
    pub failing_since: Option<NaiveDateTime>,
}

/// Notes how far it has come and gives it back.
///
/// # Errors
/// Those of the database.
pub fn release(conn: &mut DbConn, id: &str, lease: &str, progress: Progress) -> Result<()> {
    diesel::update(webhooks::table.find(id))
        .filter(webhooks::lease.eq(lease))
        .set((
            progress,
            webhooks::lease.eq(None::<String>),
            webhooks::leased_until.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Goes past changes that nobody wants, from the revision `from` to `to`, where no courier has it at `now`.
///
/// # Errors
/// Those of the database.
pub fn pass(conn: &mut DbConn, id: &str, from: i64, to: i64, now: NaiveDateTime) -> Result<()> {
    diesel::update(webhooks::table.find(id))
        .filter(webhooks::delivered_revision.eq(from))
        .filter(
            webhooks::leased_until
                .is_null()
                .or(webhooks::leased_until.le(now)),
        )
        .set(webhooks::delivered_revision.eq(to))
        .execute(conn)?;
    Ok(())
}
