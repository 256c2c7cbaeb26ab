//! Records, changes and deletes single sites. Every change is a new version; none is ever lost.

use std::sync::Arc;

use chrono::{Duration, NaiveDateTime};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Change, Geography, Register, filing, site_checks};
use crate::db::changes::{self, NewChange};
use crate::db::site_rows;
use crate::db::sites::{self, NewVersion, Record};
use crate::db::{Db, DbConn};
use crate::domain::site_input::{self, Submitted};
use crate::domain::{Caller, Faults, Rule, Site};
use crate::error::{Error, Result};

/// What a change says that it is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing was said.
    None,
    /// Whatever version there is.
    Any,
    /// This version.
    Version(i32),
}

impl Precondition {
    /// Compares it with the newest version.
    ///
    /// # Errors
    /// `PreconditionRequired` where nothing was said, `Stale` where the version is another.
    pub fn check(self, version: i32) -> Result<()> {
        match self {
            Self::None => Err(Error::PreconditionRequired),
            Self::Any => Ok(()),
            Self::Version(known) if known == version => Ok(()),
            Self::Version(_) => Err(Error::Stale),
        }
    }
}

/// A site after a change.
pub struct Written {
    /// Its newest version.
    pub record: Record,
    /// The areas in which it lies.
    pub geography: Arc<Geography>,
    /// What is allowed but worth telling.
    pub warnings: Faults,
    /// Whether the site is new.
    pub created: bool,
}

/// Gives the site `id` as the register said at `known_at`.
///
/// # Errors
/// `NotFound`.
pub fn by_id(conn: &mut DbConn, id: &str, known_at: Option<NaiveDateTime>) -> Result<Record> {
    sites::by_id(conn, id, known_at)?.ok_or_else(|| not_found(id))
}

fn not_found(id: &str) -> Error {
    Error::NotFound {
        kind: "site",
        key: id.to_owned(),
    }
}

impl Register {
    /// Records a new site.
    ///
    /// # Errors
    /// `Invalid`, `Forbidden`, or `Conflict` when the operator has a site with this code.
    pub fn create_site(&self, conn: &mut DbConn, change: &Change, body: &Value) -> Result<Written> {
        let submitted = site_input::read(body)?;
        may_write(&change.caller, &submitted.site.operator)?;
        let geography = self.checked(conn, change, &submitted, Faults::default())?;
        if let Some(taken) = sites::by_key(conn, &submitted.site.operator, &submitted.site.code)? {
            let key = format!("{}/{}", taken.operator, taken.code);
            return Err(Error::Conflict {
                kind: "site",
                key,
                why: "exists already",
            });
        }
        Self::write_new(conn, change, geography, submitted.site)
    }

    /// Replaces the whole site `id`; an unchanged one stays at its version.
    ///
    /// # Errors
    /// `NotFound`, `PreconditionRequired`, `Stale`, `Invalid`, `Forbidden`, or `Conflict` when the new key is taken.
    pub fn replace_site(
        &self,
        conn: &mut DbConn,
        change: &Change,
        id: &str,
        expected: Precondition,
        body: &Value,
    ) -> Result<Written> {
        let before = by_id(conn, id, None)?;
        may_write(&change.caller, &before.operator)?;
        expected.check(before.version)?;
        let submitted = site_input::read(body)?;
        self.write_next(conn, change, &before, submitted, "replace")
    }

    /// Changes some fields of the site `id` by an RFC 7396 merge patch.
    ///
    /// # Errors
    /// Those of [`Register::replace_site`].
    pub fn patch_site(
        &self,
        conn: &mut DbConn,
        change: &Change,
        id: &str,
        expected: Precondition,
        patch: &Value,
    ) -> Result<Written> {
        let before = by_id(conn, id, None)?;
        may_write(&change.caller, &before.operator)?;
        expected.check(before.version)?;
        if !patch.is_object() {
            let mut faults = Faults::default();
            faults.body(
                "",
                Rule::WrongType {
                    expected: "an object",
                },
                Some(patch),
            );
            return Err(faults.into());
        }
        let mut body = serde_json::to_value(before.site()?)
            .map_err(|error| Error::Internal(Box::new(error)))?;
        let is_other_kind = patch
            .get("kind")
            .is_some_and(|kind| Some(kind) != body.get("kind"));
        if let (true, Some(fields)) = (is_other_kind, body.as_object_mut()) {
            // A site of another kind does not inherit what only the old kind has.
            for name in [
                "line_capacity",
                "lines_in_use",
                "host",
                "structure",
                "radios",
            ] {
                fields.remove(name);
            }
        }
        json_patch::merge(&mut body, patch);
        let submitted = site_input::read(&body)?;
        self.write_next(conn, change, &before, submitted, "update")
    }

    /// Records or replaces the operator's site with this code; the same body twice changes nothing.
    ///
    /// # Errors
    /// `Invalid`, `Forbidden`, and `Stale` where a version was named that is not the newest.
    pub fn put_site(
        &self,
        conn: &mut DbConn,
        change: &Change,
        operator: &str,
        code: &str,
        expected: Precondition,
        body: &Value,
    ) -> Result<Written> {
        may_write(&change.caller, operator)?;
        let body = with_key(body, operator, code)?;
        let submitted = site_input::read(&body)?;
        match sites::by_key(conn, &submitted.site.operator, &submitted.site.code)? {
            Some(before) => {
                if expected != Precondition::None {
                    expected.check(before.version)?;
                }
                self.write_next(conn, change, &before, submitted, "replace")
            }
            None if expected != Precondition::None => Err(Error::Stale),
            None => {
                let geography = self.checked(conn, change, &submitted, Faults::default())?;
                Self::write_new(conn, change, geography, submitted.site)
            }
        }
    }

    /// Marks the site `id` as deleted. Its versions stay.
    ///
    /// # Errors
    /// `NotFound`, `PreconditionRequired`, `Stale` or `Forbidden`.
    pub fn delete_site(
        &self,
        conn: &mut DbConn,
        change: &Change,
        id: &str,
        expected: Precondition,
    ) -> Result<()> {
        let before = by_id(conn, id, None)?;
        may_write(&change.caller, &before.operator)?;
        expected.check(before.version)?;
        let at = after(&before, change.at);
        sites::supersede(conn, &[before.row_id], at)?;
        let version = NewVersion {
            deleted: true,
            ..next(
                &before,
                before.site()?,
                before.place_id,
                at,
                change,
                Vec::new(),
            )
        };
        site_rows::insert(conn, std::slice::from_ref(&version))?;
        changes::note(conn, &[note(&version, "delete")])
    }

    fn checked(
        &self,
        conn: &mut DbConn,
        change: &Change,
        submitted: &Submitted,
        mut faults: Faults,
    ) -> Result<Arc<Geography>> {
        let geography = self.geography(conn)?;
        let mut known = site_checks::Known::default();
        site_checks::check(
            conn,
            &mut known,
            &geography,
            &self.settings,
            submitted,
            change.today,
            &mut faults,
        )?;
        faults.give(Some(geography)).map_err(Error::Invalid)
    }

    fn write_new(
        conn: &mut DbConn,
        change: &Change,
        geography: Arc<Geography>,
        site: Site,
    ) -> Result<Written> {
        let mut warnings = site_input::warnings(&site, change.today);
        site_checks::warnings(conn, &site, None, None, &mut warnings)?;
        let place_id = place(conn, &geography, &site, &mut warnings)?;
        let version = first(site, place_id, change);
        site_rows::insert(conn, std::slice::from_ref(&version))?;
        changes::note(conn, &[note(&version, "create")])?;
        let record = by_id(conn, &version.site_id, None)?;
        Ok(Written {
            record,
            geography,
            warnings,
            created: true,
        })
    }

    fn write_next(
        &self,
        conn: &mut DbConn,
        change: &Change,
        before: &Record,
        submitted: Submitted,
        action: &'static str,
    ) -> Result<Written> {
        may_write(&change.caller, &submitted.site.operator)?;
        let geography = self.checked(conn, change, &submitted, Faults::default())?;
        let (old, site) = (before.site()?, submitted.site);
        let mut warnings = site_input::warnings(&site, change.today);
        site_checks::warnings(
            conn,
            &site,
            Some(&before.site_id),
            Some(&old),
            &mut warnings,
        )?;
        let place_id = place(conn, &geography, &site, &mut warnings)?;
        let changed = changed_fields(&old, &site)?;
        if changed.is_empty() {
            return Ok(Written {
                record: before.clone(),
                geography,
                warnings,
                created: false,
            });
        }
        let moves_key = (&site.operator, &site.code) != (&before.operator, &before.code);
        if moves_key && sites::by_key(conn, &site.operator, &site.code)?.is_some() {
            let key = format!("{}/{}", site.operator, site.code);
            return Err(Error::Conflict {
                kind: "site",
                key,
                why: "exists already",
            });
        }
        let at = after(before, change.at);
        sites::supersede(conn, &[before.row_id], at)?;
        let version = next(before, site, place_id, at, change, changed);
        site_rows::insert(conn, std::slice::from_ref(&version))?;
        changes::note(conn, &[note(&version, action)])?;
        let record = by_id(conn, &before.site_id, None)?;
        Ok(Written {
            record,
            geography,
            warnings,
            created: false,
        })
    }
}

/// Refuses a caller who may not write the operator's records.
///
/// # Errors
/// `Forbidden`.
pub fn may_write(caller: &Caller, operator: &str) -> Result<()> {
    if caller.may_write(operator) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "this key may not write the records of `{operator}`"
    )))
}

/// The body with the key of the address; a body that says another key is refused.
fn with_key(body: &Value, operator: &str, code: &str) -> Result<Value> {
    let mut faults = Faults::default();
    let mut body = body.clone();
    let Some(fields) = body.as_object_mut() else {
        faults.body(
            "",
            Rule::WrongType {
                expected: "an object",
            },
            Some(&body),
        );
        return Err(faults.into());
    };
    for (name, key) in [("operator", operator), ("code", code)] {
        match fields.get(name) {
            Some(said) if said.as_str().is_some_and(|said| said.trim() != key) => {
                faults.body(
                    format!("/{name}"),
                    Rule::ContradictsPath {
                        path: key.to_owned(),
                    },
                    Some(said),
                );
            }
            Some(Value::Null) | None => {
                fields.insert(name.to_owned(), Value::from(key));
            }
            Some(_) => {}
        }
    }
    faults.give(Some(body)).map_err(Error::Invalid)
}

/// The first version of a new site.
pub(super) fn first(site: Site, place_id: i32, change: &Change) -> NewVersion {
    NewVersion {
        site_id: Uuid::now_v7().to_string(),
        version: 1,
        site,
        place_id,
        created_at: change.at,
        recorded_at: change.at,
        deleted: false,
        changed_by: change.caller.name().to_owned(),
        reason: change.reason.clone(),
        changed_fields: Vec::new(),
        submission_id: None,
    }
}

/// The version after `before`.
pub(super) fn next(
    before: &Record,
    site: Site,
    place_id: i32,
    at: NaiveDateTime,
    change: &Change,
    changed_fields: Vec<String>,
) -> NewVersion {
    NewVersion {
        site_id: before.site_id.clone(),
        version: before.version + 1,
        site,
        place_id,
        created_at: before.created_at,
        recorded_at: at,
        deleted: false,
        changed_by: change.caller.name().to_owned(),
        reason: change.reason.clone(),
        changed_fields,
        submission_id: None,
    }
}

/// The instant of a change, never at or before the version that it follows, whatever the clock says.
pub(super) fn after(before: &Record, at: NaiveDateTime) -> NaiveDateTime {
    at.max(before.recorded_at + Duration::microseconds(1))
}

/// The journal's line for a version.
pub(super) fn note(version: &NewVersion, action: &'static str) -> NewChange {
    NewChange {
        recorded_at: version.recorded_at,
        actor: version.changed_by.clone(),
        resource: "site",
        key: version.site_id.clone(),
        action,
        version: Some(version.version),
        fields: version.changed_fields.join(","),
        reason: version.reason.clone(),
        document: None,
    }
}

/// Names of the fields in which two records differ.
pub(super) fn changed_fields<T: Serialize>(old: &T, new: &T) -> Result<Vec<String>> {
    let fields = |record: &T| match serde_json::to_value(record) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Error::internal("a record is no object")),
        Err(error) => Err(Error::Internal(Box::new(error))),
    };
    let (old, new) = (fields(old)?, fields(new)?);
    let names = old
        .keys()
        .chain(new.keys().filter(|name| !old.contains_key(*name)));
    Ok(names
        .filter(|name| old.get(*name) != new.get(*name))
        .cloned()
        .collect())
}

fn place(
    conn: &mut DbConn,
    geography: &Geography,
    site: &Site,
    warnings: &mut Faults,
) -> Result<i32> {
    let position = crate::geo::Position::new(site.longitude, site.latitude);
    if position.is_none_or(|position| geography.locate(position).is_empty()) {
        warnings.body("/longitude", Rule::Unlocated, None);
    }
    let places = filing::places_of(conn, geography, &[(site.longitude, site.latitude)])?;
    places
        .first()
        .copied()
        .ok_or_else(|| Error::internal("a position without a place"))
}

/// Whether the register can be read at all: what readiness means.
///
/// # Errors
/// `Unavailable` when a migration is missing or the database is away.
pub fn ready(db: &Db) -> Result<()> {
    let state = db.migration_state()?;
    if state.pending.is_empty() {
        Ok(())
    } else {
        Err(Error::Unavailable("migrations are pending".into()))
    }
}
