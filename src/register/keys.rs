//! Keys: made at random, shown once, kept as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDateTime;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Change, Register};
use crate::db::DbConn;
use crate::db::changes::{self, NewChange};
use crate::db::keys::{self, Record};
use crate::db::operators;
use crate::domain::{Caller, Faults, Role, Rule};
use crate::error::{Error, Result};

/// Every key begins with this, so that leaked ones can be found by it.
const PREFIX: &str = "tik";

/// What a new key is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// Its name, which history keeps of what its holder changes.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// The operator that it is bound to; only and always for the role `operator`.
    pub operator: Option<String>,
    /// From when on it is refused.
    pub expires_at: Option<NaiveDateTime>,
}

impl Register {
    /// Makes a key. The text that is given with the record is shown once and kept nowhere.
    ///
    /// # Errors
    /// `Invalid` when the operator is missing, not wanted or unknown.
    pub fn create_key(
        &self,
        conn: &mut DbConn,
        change: &Change,
        new: &NewKey,
    ) -> Result<(Record, String)> {
        let mut faults = Faults::default();
        match (&new.operator, new.role) {
            (None, Role::Operator) => faults.body("/operator", Rule::Required, None),
            (Some(code), Role::Operator) => {
                if operators::by_code(conn, code)?.is_none() {
                    faults.body(
                        "/operator",
                        Rule::UnknownOperator,
                        Some(&code.as_str().into()),
                    );
                }
            }
            (Some(code), Role::Reader | Role::Department) => {
                faults.body(
                    "/operator",
                    Rule::NotForKind {
                        kind: "key of this role",
                    },
                    Some(&code.as_str().into()),
                );
            }
            (None, Role::Reader | Role::Department) => {}
        }
        faults.give(Some(()))?;
        let (id, secret) = (random::<9>()?, random::<32>()?);
        let record = Record {
            id: id.clone(),
            name: new.name.clone(),
            role: new.role.as_str().to_owned(),
            operator: new.operator.clone(),
            secret_sha256: hash(&secret),
            created_at: change.at,
            expires_at: new.expires_at,
            revoked_at: None,
        };
        keys::insert(conn, &record)?;
        changes::note(conn, &[note(change, &id, "create")])?;
        Ok((record, format!("{PREFIX}.{id}.{secret}")))
    }

    /// Revokes a key.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn revoke_key(&self, conn: &mut DbConn, change: &Change, id: &str) -> Result<()> {
        if !keys::revoke(conn, id, change.at)? {
            return Err(Error::NotFound {
                kind: "key",
                key: id.to_owned(),
            });
        }
        changes::note(conn, &[note(change, id, "revoke")])
    }
}

/// Who holds the key `text` at `now`.
///
/// # Errors
/// `Unauthenticated` for a key that is unknown, expired or revoked: which of them is not told.
pub fn holder(conn: &mut DbConn, text: &str, now: NaiveDateTime) -> Result<Caller> {
    let mut parts = text.split('.');
    let (Some(PREFIX), Some(id), Some(secret), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Error::Unauthenticated);
    };
    if id.contains('\0') {
        return Err(Error::Unauthenticated);
    }
    let record = keys::by_id(conn, id)?.ok_or(Error::Unauthenticated)?;
    let is_same: bool = record
        .secret_sha256
        .as_bytes()
        .ct_eq(hash(secret).as_bytes())
        .into();
    let is_valid = record.revoked_at.is_none() && record.expires_at.is_none_or(|end| now < end);
    if !(is_same && is_valid) {
        return Err(Error::Unauthenticated);
    }
    let role =
        Role::parse(&record.role).map_err(|_| Error::internal("a key has an unknown role"))?;
    Ok(Caller::Key {
        id: record.id,
        name: record.name,
        role,
        operator: record.operator,
    })
}

fn random<const N: usize>() -> Result<String> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::internal(format!("no randomness: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// SHA-256 is enough: a secret of 256 random bits cannot be guessed, slowly or fast.
fn hash(secret: &str) -> String {
    let digest = Sha256::digest(secret.as_bytes());
    digest
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn note(change: &Change, id: &str, action: &'static str) -> NewChange {
    NewChange {
        recorded_at: change.at,
        actor: change.caller.name().to_owned(),
        resource: "key",
        key: id.to_owned(),
        action,
        version: None,
        fields: String::new(),
        reason: change.reason.clone(),
        document: None,
    }
}
