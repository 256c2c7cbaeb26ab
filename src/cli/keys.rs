//! `keys`: make, list and revoke keys.

use chrono::{DateTime, Utc};
use clap::Subcommand;

use super::{Target, change, say};
use crate::db::{keys as rows, stored};
use crate::domain::{Faults, Role, Rule, text};
use crate::error::{Error, Result};
use crate::register::keys::NewKey;

/// Commands about keys.
#[derive(Subcommand)]
pub enum Keys {
    /// Make a key and print it: the only time that it is shown
    Create(Create),
    /// List the keys, without their secrets
    List(Target),
    /// Revoke a key
    Revoke(Revoke),
}

/// Arguments of `keys create`.
#[derive(clap::Args)]
pub struct Create {
    #[command(flatten)]
    target: Target,
    /// What it allows: reader, operator or department
    #[arg(long)]
    role: String,
    /// Its name, which history keeps of what its holder changes
    #[arg(long)]
    name: String,
    /// Code of the operator that it is bound to; only and always with the role operator
    #[arg(long)]
    operator: Option<String>,
    /// From when on it is refused, such as 2027-01-01T00:00:00Z
    #[arg(long)]
    expires_at: Option<DateTime<Utc>>,
}

/// Arguments of `keys revoke`.
#[derive(clap::Args)]
pub struct Revoke {
    #[command(flatten)]
    target: Target,
    /// The key's id: its middle part
    #[arg(allow_hyphen_values = true)]
    id: String,
}

impl Keys {
    /// Runs the command.
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Create(create) => create.run(),
            Self::List(target) => list(target),
            Self::Revoke(revoke) => {
                let register = revoke.target.register()?;
                let change = change(&register, None);
                register
                    .db
                    .write_here(|conn| register.revoke_key(conn, &change, &revoke.id))?;
                say(format_args!("Revoked {}", revoke.id))
            }
        }
    }
}

impl Create {
    fn run(&self) -> Result<()> {
        let mut faults = Faults::default();
        let mut noted =
            |name: &str, rule: Rule, value: &str| faults.parameter(name, rule, Some(value));
        let role = Role::parse(&self.role)
            .map_err(|rule| noted("--role", rule, &self.role))
            .ok();
        let name = text::clean(&self.name, text::NAME_MAX)
            .map_err(|rule| noted("--name", rule, &self.name))
            .ok();
        let both = role.zip(name);
        let (role, name) = faults.give(both).map_err(Error::Invalid)?;
        let new = NewKey {
            name,
            role,
            operator: self.operator.clone(),
            expires_at: self.expires_at.map(stored),
        };
        let register = self.target.register()?;
        let change = change(&register, None);
        let (_, key) = register
            .db
            .write_here(|conn| register.create_key(conn, &change, &new))?;
        say(key)
    }
}

fn list(target: &Target) -> Result<()> {
    let register = target.register()?;
    say(format_args!(
        "{:<14} {:<11} {:<14} {:<20} {:<10} name",
        "id", "role", "operator", "created", "state"
    ))?;
    for key in register.db.read_here(rows::all)? {
        let now = stored(crate::server::now());
        let state = match (key.revoked_at, key.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(end)) if end <= now => "expired",
            (None, _) => "valid",
        };
        let operator = key.operator.as_deref().unwrap_or("-");
        say(format_args!(
            "{:<14} {:<11} {operator:<14} {:<20} {state:<10} {}",
            key.id,
            key.role,
            key.created_at.format("%Y-%m-%d %H:%M:%S"),
            key.name
        ))?;
    }
    Ok(())
}
